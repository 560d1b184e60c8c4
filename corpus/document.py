"""What a course file becomes once read: a `Document` of `Section`s, each with its `Location`."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from corpus.calendar import Day

PRINTED = "\n\nSalida:\n"  # between a cell's code and what it printed

LocationKind = Literal["page", "slide", "cell", "section", "document"]
WORDS = {"page": "página", "slide": "lámina", "cell": "celda"}


@dataclass(frozen=True, slots=True)
class Location:
    """Where in a document something stands.

    Attributes:
        kind: what is counted; a PDF counts pages, a notebook cells, a text its sections.
        number: counted from 1 over all of that kind in the document; None for a whole document.
        last: end of a range (included) when several were folded into one, else None.
        label: how a person calls it: “lámina 7”, “celda 3”, “§ Evaluación”.
    """

    kind: LocationKind
    number: int | None
    last: int | None
    label: str

    def to_dict(self) -> dict[str, Any]:
        """The location as the JSON contract has it."""
        return asdict(self)

    def covers(self, number: int) -> bool:
        """Whether `number` lies in this place."""
        first = self.number or 1  # a whole document is its only place
        return first <= number <= (self.last or first)


def numbered(kind: LocationKind, number: int, last: int | None = None, word: str = "") -> Location:
    """A location whose label is its number: “lámina 7”, “láminas 7–9”."""
    word = word or WORDS[kind]
    label = f"{word} {number}" if last is None else f"{word}s {number}–{last}"
    return Location(kind, number, last, label)


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document with one location: a page, a cell, a headed section.

    Attributes:
        text: what it says, as `clean` leaves it; code keeps its indentation.
        location: where it stands.
        headings: titles from the outermost to its own; empty when it has none.
    """

    text: str
    location: Location
    headings: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Section":
        """The section that `dataclasses.asdict` wrote."""
        return cls(data["text"], Location(**data["location"]), tuple(data["headings"]))


@dataclass(frozen=True, slots=True)
class Document:
    """One course file, read.

    Attributes:
        name: its path relative to the folder that was indexed, with ``/`` on every system.
        title: its first title, or its name.
        called: what people call it, “Clase 5”, “Lab 12”; empty when its path does not say.
        sections: in reading order, none of them empty.
        warnings: what could not be read in it, for the professor.
        unread: pages or slides that show only pictures, with the few words they have.
        days: its dated facts, if it is a calendar.
        together: base names of files that it links to in one row or item: slides and their lab.
    """

    name: str
    title: str
    called: str
    sections: tuple[Section, ...]
    warnings: tuple[str, ...] = ()
    unread: tuple[Section, ...] = ()
    days: tuple[Day, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """A JSON object from which `from_dict` makes an equal document."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Document":
        """The document that `to_dict` wrote."""
        return cls(
            name=data["name"],
            title=data["title"],
            called=data["called"],
            sections=tuple(map(Section.from_dict, data["sections"])),
            warnings=tuple(data["warnings"]),
            unread=tuple(map(Section.from_dict, data["unread"])),
            days=tuple(Day.from_dict(day) for day in data["days"]),
            together=tuple(map(tuple, data["together"])),
        )


INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffe\ufffd"
    "\ufe00-\ufe0f\ue000-\uf8ff\U000e0000-\U000e007f\x00-\x08\x0b-\x1f\x7f]"
)
# 𝑤 and 𝒙, which nobody types in a question
MATH_LETTER = re.compile("[\U0001d400-\U0001d7ff\u210a\u210e\u212f\u2134]")
SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f]+")


def clean(text: str, *, code: bool = False) -> str:
    """`text` in NFC without characters that nobody sees; runs of spaces and blank lines folded.

    Zero-width, bidirectional and tag characters go because they can carry words that a person
    does not see and a model does. `code` keeps the indentation.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = INVISIBLE.sub("", text)
    text = MATH_LETTER.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    for ligature, letters in (("ﬁ", "fi"), ("ﬂ", "fl"), ("ﬀ", "ff"), ("ﬃ", "ffi"), ("ﬄ", "ffl")):
        text = text.replace(ligature, letters)
    lines = (line.rstrip() if code else SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def digest(data: bytes) -> str:
    """SHA-256 of `data`, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def letters(text: str) -> str:
    """Letters and digits of `text` alone: tables, hyphens and OCR change everything else."""
    return "".join(filter(str.isalnum, text.casefold()))


def without_title(text: str, headings: Sequence[str]) -> str:
    """`text` without the last of its `headings`, if it begins with it as slides do."""
    return text.removeprefix(headings[-1]).lstrip() if headings else text


def listed(numbers: list[int]) -> str:
    """“2–8, 15”, for 2 to 8 and 15."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("–".join(map(str, run)) for run in runs)
