"""Passages: the units that are indexed, retrieved and cited.

A page, a cell or a section is a passage. Overlay slides, a frame shown in steps, fold into the
last and fullest one, with the range kept; a text longer than `CHARACTERS` is split on its
structure. A passage's id depends on its document and its text, so that it stays the same when
an unrelated part of the document changes.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from semantic_text_splitter import MarkdownSplitter

from corpus.document import Document, Location, Section, digest, numbered

CHARACTERS = 1_600  # about 450 tokens of Spanish; the embedded model reads 512


@dataclass(frozen=True, slots=True)
class Passage:
    """A unit of the index.

    Attributes:
        id: ``document#digest``; unique in an index.
        document: the document's name (its path relative to the indexed folder).
        title: the document's title.
        called: what people call the document (“Clase 5”); may be empty.
        headings: the breadcrumb inside the document, outermost first.
        text: what is shown and cited.
        location: where it stands.
    """

    id: str
    document: str
    title: str
    called: str
    headings: tuple[str, ...]
    text: str
    location: Location

    @property
    def label(self) -> str:
        """How a citation names the place: “Clase 5, lámina 12”."""
        return f"{self.called or self.title}, {self.location.label}"

    @property
    def context(self) -> str:
        """The breadcrumb: “Clase 5 › Softmax › Estabilidad numérica”."""
        steps = (self.called, self.title, *self.headings)
        return " › ".join(dict.fromkeys(step for step in steps if step))

    @property
    def searchable(self) -> str:
        """What is embedded and tokenised: the breadcrumb, then the text."""
        return f"{self.context}\n{self.text}" if self.context else self.text

    def to_dict(self) -> dict[str, Any]:
        """A JSON object from which `from_dict` makes an equal passage."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Passage":
        """The passage that `to_dict` wrote."""
        location = Location(**data["location"])
        return cls(**{**data, "headings": tuple(data["headings"]), "location": location})


def passages_of(document: Document) -> list[Passage]:
    """The passages of a document, in reading order."""
    splitter = MarkdownSplitter(CHARACTERS)
    passages: list[Passage] = []
    seen: dict[str, int] = {}
    for section in folded(document.sections):
        for text in splitter.chunks(section.text):
            mark = digest(" › ".join((*section.headings, text)).encode())[:10]
            seen[mark] = seen.get(mark, 0) + 1
            twin = f"-{seen[mark]}" if seen[mark] > 1 else ""
            passages.append(
                Passage(
                    id=f"{document.name}#{mark}{twin}",
                    document=document.name,
                    title=document.title,
                    called=document.called,
                    headings=section.headings,
                    text=text,
                    location=section.location,
                )
            )
    return passages


def folded(sections: tuple[Section, ...]) -> Iterator[Section]:
    """`sections` with each run of overlay pages replaced by its last page and the range."""
    first: Section | None = None
    for section, following in zip(sections, (*sections[1:], None), strict=True):
        first = first or section
        if following is not None and is_step_of(section, following):
            continue
        yield section if first is section else ranged(first, section)
        first = None


def is_step_of(page: Section, following: Section) -> bool:
    """Whether `following` is the next page and shows all that `page` shows, under one title."""
    here, there = page.location, following.location
    adjacent = here.kind == there.kind == "page" and here.number == (there.number or 0) - 1
    return (
        adjacent
        and page.headings == following.headings
        and set(page.text.split("\n")) <= set(following.text.split("\n"))
    )


def ranged(first: Section, last: Section) -> Section:
    """The section `last` with a location that starts at `first`."""
    start, end = first.location, last.location
    assert start.number is not None
    place = numbered(start.kind, start.number, end.number, word=start.label.split()[0])
    return Section(last.text, place, last.headings)
