"""One module per format; each turns the bytes of a file into sections.

A reader is a function ``(data: bytes) -> Content``. It raises `MaterialError` with the reason
when the file is not what it should be, and reports in `Content.warnings` what it left out.
"""

from collections.abc import Callable
from dataclasses import dataclass

from corpus.document import Section


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader found.

    Attributes:
        title: the document's own title, or None.
        sections: in reading order.
        warnings: what was left out, for the professor.
        unread: pages or slides that show only pictures, with the few words they have.
    """

    title: str | None
    sections: tuple[Section, ...]
    warnings: tuple[str, ...] = ()
    unread: tuple[Section, ...] = ()


Reader = Callable[[bytes], Content]
