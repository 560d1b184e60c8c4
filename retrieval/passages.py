"""Passages: the units that are indexed, retrieved and cited.

A page, a cell or a section is a passage, once `retrieval.folding` has read decks as a lecture; a
text longer than `CHARACTERS` is split on its structure. A passage's id depends on its document
and its text, so that it stays the same when an unrelated part of the document changes.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from semantic_text_splitter import MarkdownSplitter

from corpus.document import Document, Location, digest, without_title
from corpus.language import language_of
from corpus.programme import Tie
from corpus.roles import Role, role_of
from retrieval.folding import lecture

LANGUAGE_SAMPLE = 4_000  # characters that tell a document's main language
READINGS = re.compile(r"(referencias|bibliograf[íi]a|lecturas|references|readings?)\b", re.I)
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
        language: “es” or “en”.
        week: number of its document's week in the course, or None.
        related: what goes with its document: a class's labs, a lab's class.
    """

    id: str
    document: str
    title: str
    called: str
    headings: tuple[str, ...]
    text: str
    location: Location
    language: str = "es"
    week: int | None = None
    related: tuple[str, ...] = ()

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
    def lists_references(self) -> bool:
        """Whether it is a list of readings, which names what others explain."""
        return bool(self.headings) and bool(READINGS.match(self.headings[-1]))

    @property
    def role(self) -> Role:
        """Whether it is of an assignment or of its solution, which is never shown."""
        return role_of(self.document, self.title, self.headings)

    @property
    def searchable(self) -> str:
        """What is embedded and tokenised: the breadcrumb, then the text, no title said twice."""
        text = without_title(self.text, self.headings)
        return f"{self.context}\n{text}" if self.context else text

    def to_dict(self) -> dict[str, Any]:
        """A JSON object from which `from_dict` makes an equal passage."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Passage":
        """The passage that `to_dict` wrote."""
        location = Location(**data["location"])
        lists = {name: tuple(data[name]) for name in ("headings", "related")}
        return cls(**{**data, **lists, "location": location})


def passages_of(document: Document) -> list[Passage]:
    """The passages of a document, in reading order, as its file alone tells them."""
    splitter = MarkdownSplitter(CHARACTERS)
    passages: list[Passage] = []
    seen: dict[str, int] = {}
    main = language_of(" ".join(section.text for section in document.sections)[:LANGUAGE_SAMPLE])
    for section in lecture(document.sections):
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
                    language=language_of(text, otherwise=main),
                )
            )
    return passages


def tied(passages: Iterable[Passage], found: Mapping[str, Tie]) -> list[Passage]:
    """`passages` with what the whole course says of their documents: class, week, lab."""
    return [
        replace(
            passage,
            called=found[passage.document].called,
            week=found[passage.document].week,
            related=found[passage.document].related,
        )
        for passage in passages
    ]
