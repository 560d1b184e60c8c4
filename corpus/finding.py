"""Finding course files. It loads no reader: only the process that reads needs those."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import InputError

BUNDLED = Path(__file__).parent / "materials"
QUESTIONS = BUNDLED.parent / "questions"  # judged questions about it


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A course file that was found: its path on disk and its name in the index."""

    path: Path
    name: str


def find_files(roots: Sequence[Path], leave_out: Sequence[Path] = ()) -> list[SourceFile]:
    """Every file below `roots`, sorted by name.

    Left out are hidden files, Office's locks (``~$clase.pptx``), what is below `leave_out`, and
    folders that are links.

    With one folder, names are relative to it; with several roots, each name starts with its
    root's own name.

    Raises:
        InputError: if a root does not exist, or two files would have the same name.
    """
    found: dict[str, Path] = {}
    ours = [path.resolve() for path in leave_out]
    for root in roots:
        if not root.exists():
            raise InputError(f"No existe {root}. Indique una carpeta o un archivo del curso.")
        folder = root.resolve()
        base = folder if len(roots) == 1 and folder.is_dir() else folder.parent
        paths = [folder] if folder.is_file() else sorted(folder.rglob("*"))
        for path in paths:
            if not is_material(path, base, ours) or not path.is_file():
                continue
            name = readable(path.relative_to(base).as_posix())
            if found.setdefault(name, path) != path:
                raise InputError(f"Dos archivos se llamarían {name}: {found[name]} y {path}.")
    return [SourceFile(path, name) for name, path in sorted(found.items())]


def is_material(path: Path, base: Path, ours: Sequence[Path]) -> bool:
    """Whether a file below `base` is of the course, by its place: not hidden, a lock, or `ours`.

    Args:
        path: absolute, as the others, with no links.
        base: a folder, or the path itself.
        ours: files and folders that are no material.
    """
    hidden = any(part.startswith((".", "~$")) for part in path.relative_to(base).parts)
    return not hidden and not any(one == path or one in path.parents for one in ours)


def first_folder(roots: Sequence[Path]) -> Path | None:
    """The first of `roots` that is a folder: the course's own, where material is added."""
    return next((root for root in roots if root.is_dir()), None)


def readable(name: str) -> str:
    """A file name as text; one that is no UTF-8 comes from an old Windows archive."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("cp1252", "replace")
    return name


def free_path(path: Path) -> Path:
    """`path`, or the first of “name (2)”, “name (3)”… that is not taken."""
    taken, number = path, 1
    while taken.exists():
        number += 1
        taken = path.with_stem(f"{path.stem} ({number})")
    return taken
