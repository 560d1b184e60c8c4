"""What the course is, and how its files are read."""

from typing import TYPE_CHECKING, Any

from corpus.document import Document, Location, Section
from corpus.errors import (
    AyudanteError,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    InputError,
    MaterialError,
    ModelUnavailable,
)
from corpus.finding import BUNDLED, SourceFile, find_files
from corpus.settings import Settings

if TYPE_CHECKING:
    from corpus.reading import read_file

__all__ = [
    "BUNDLED",
    "AyudanteError",
    "Document",
    "IndexDamaged",
    "IndexMismatch",
    "IndexMissing",
    "InputError",
    "Location",
    "MaterialError",
    "ModelUnavailable",
    "Section",
    "Settings",
    "SourceFile",
    "find_files",
    "read_file",
]


def __getattr__(name: str) -> Any:
    """`read_file`, whose readers take half a second to load, on first use."""
    if name == "read_file":
        from corpus.reading import read_file

        return read_file
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
