"""Whether a file that somebody uploads may come into the course, and under which name."""

import os
import re
import unicodedata
from pathlib import Path

from corpus.errors import InputError
from corpus.reading import SUFFIXES

LONGEST_NAME = 120  # characters, the extension among them
UNSAFE = re.compile(r"[^\w .,()+-]+")


def checked_name(file: Path, max_bytes: int) -> str:
    """The name under which a file comes in.

    What it holds is not looked at: the index reads it where it can do no harm.

    Args:
        file: whose name is what a person called it.
        max_bytes: size of the largest that may come in.

    Raises:
        InputError: with the reason, if it may not.
    """
    name = safe_name(file.name)
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"No se lee el formato {suffix or 'de un archivo sin extensión'}. Sirven PDF, "
            "PowerPoint, Word, notebooks, Markdown, HTML, LaTeX, subtítulos, código y texto.",
            f"{suffix or 'A file without an extension'} is not a format that is read. PDF, "
            "PowerPoint, Word, notebooks, Markdown, HTML, LaTeX, subtitles, code and text are.",
        )
    try:
        size = file.stat().st_size
    except OSError as error:
        raise InputError(
            "No llegó completo. Vuelve a subirlo.", "It did not arrive whole. Upload it again."
        ) from error
    if not size:
        raise InputError("Está vacío.", "It is empty.")
    if size > max_bytes:
        raise InputError(
            f"Pesa {weight(size)} y el límite es {weight(max_bytes)}.",
            f"It weighs {weight(size)} and the limit is {weight(max_bytes)}.",
        )
    return name


def safe_name(name: str) -> str:
    """A file's name without folders, and with nothing in it that hides it or that a system reads.

    Empty if nothing is left.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    stem, suffix = os.path.splitext(UNSAFE.sub("-", name).strip(" .-"))
    return stem[: LONGEST_NAME - len(suffix)].rstrip(" .-") + suffix


def weight(size: int) -> str:
    """“12,5 MB”, for a number of bytes."""
    unit, name = (1e6, "MB") if size >= 1e6 else (1e3, "kB")
    return f"{size / unit:.1f} {name}".replace(".", ",").replace(",0 ", " ")
