"""Putting a file in place whole or not at all."""

import os
import secrets
from pathlib import Path


def put(file: Path, content: bytes, *, private: bool = False) -> None:
    """Writes a file aside, makes it durable and moves it to its place in one step.

    Until then what is there stays, and what was written aside is hidden and goes if that fails.

    Args:
        file: replaced if it is there; its folder must be.
        content: of the file.
        private: for its owner's eyes only.

    Raises:
        OSError: if the disk or the folder refuses.
    """
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}.new")
    try:
        mode = 0o600 if private else 0o666  # less what the user's mask takes
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
