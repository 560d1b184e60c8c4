"""One module per format; each turns the bytes of a file into sections.

A reader is a function ``(data: bytes) -> Content``. It raises `MaterialError` with the reason
when the file is not what it should be, and reports in `Content.warnings` what it left out.
"""

from collections.abc import Callable
from dataclasses import dataclass

from corpus.document import Section


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader found: the document's own title (or None), its sections, its warnings."""

    title: str | None
    sections: tuple[Section, ...]
    warnings: tuple[str, ...] = ()


Reader = Callable[[bytes], Content]
