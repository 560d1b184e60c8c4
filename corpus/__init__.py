"""What the course is, and how its files are read."""

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
from corpus.reading import BUNDLED, SourceFile, find_files, read_file
from corpus.settings import Settings

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
