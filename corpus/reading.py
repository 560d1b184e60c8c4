"""Finding course files and reading each by its content."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document, called, clean
from corpus.errors import InputError, MaterialError
from corpus.readers import Reader, markdown, notebook, pdf, text

BUNDLED = Path(__file__).parent / "materials"
MAX_BYTES = 200_000_000
READERS: dict[str, Reader] = {
    ".pdf": pdf.read,
    ".ipynb": notebook.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".txt": text.read,
}
MAGIC = {b"%PDF-": ".pdf", b"PK\x03\x04": "un archivo comprimido", b"\x89PNG": "una imagen PNG"}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A course file that was found: its path on disk and its name in the index."""

    path: Path
    name: str


def find_files(roots: Sequence[Path]) -> list[SourceFile]:
    """Every file below `roots`, hidden ones left out, sorted by name.

    With one folder, names are relative to it; with several roots, each name starts with its
    root's own name.

    Raises:
        InputError: if a root does not exist, or two files would have the same name.
    """
    found: dict[str, Path] = {}
    for root in roots:
        if root == Path():
            raise InputError("La ruta está vacía. Indique la carpeta del curso.")
        if not root.exists():
            raise InputError(f"No existe {root}. Indique una carpeta o un archivo del curso.")
        folder = root.resolve()
        base = folder if len(roots) == 1 and folder.is_dir() else folder.parent
        paths = [folder] if folder.is_file() else sorted(folder.rglob("*"))
        for path in paths:
            relative = path.relative_to(base)
            if not path.is_file() or any(part.startswith(".") for part in relative.parts):
                continue
            name = relative.as_posix()
            if found.setdefault(name, path) != path:
                raise InputError(f"Dos archivos se llamarían {name}: {found[name]} y {path}.")
    return [SourceFile(path, name) for name, path in sorted(found.items())]


def read_bytes(source: SourceFile) -> bytes:
    """The bytes of a course file; raises `MaterialError` if it is too large or cannot be opened."""
    try:
        size = source.path.stat().st_size
        if size > MAX_BYTES:
            raise MaterialError(f"pesa {size / 1e6:.0f} MB; el límite es {MAX_BYTES / 1e6:.0f} MB")
        return source.path.read_bytes()
    except OSError as error:
        raise MaterialError(f"no se puede abrir: {error.strerror or error}") from error


def read_file(source: SourceFile, data: bytes) -> Document:
    """Reads one course file whose bytes are `data`.

    Raises:
        MaterialError: with the reason, if the file cannot be read or says nothing.
    """
    if not data:
        raise MaterialError("está vacío")
    suffix = source.path.suffix.lower()
    actual = next((kind for magic, kind in MAGIC.items() if data.startswith(magic)), suffix)
    reader = READERS.get(actual)
    if reader is None:
        what = f"formato {suffix or 'sin extensión'}" if actual == suffix else f"es {actual}"
        raise MaterialError(f"no se lee todavía: {what}")
    content = reader(data)
    if not content.sections:
        raise MaterialError("; ".join(content.warnings) or "no tiene texto")
    title = content.title or clean(source.path.stem.replace("_", " "))
    return Document(source.name, title, called(source.name), content.sections, content.warnings)
