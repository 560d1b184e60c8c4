"""Filters and facets: which part of the course a search is held to, and what there is to choose.

A document is one class, one lab or one assignment, in one week, of one kind. What a question asks
for by itself is told in `retrieval.asking`; nothing here ranks.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from corpus.language import fold
from corpus.programme import CLASS_OR_LAB, said
from corpus.roles import HOMEWORK, is_assignment
from retrieval.passages import Passage

Value = int | str
Facets = dict[str, dict[Value, int]]  # by field of `Filter`: how many passages have each value
V = TypeVar("V", int, str)

KINDS = {  # and what people call them
    "slide": "láminas",
    "lab": "laboratorios",
    "notes": "apuntes",
    "assignment": "tareas",
    "code": "código",
    "transcript": "transcripciones",
    "course": "programa del curso",
}
CODE = {
    ".py", ".m", ".jl", ".r", ".c", ".cpp", ".cc", ".h", ".hpp", ".cu", ".java", ".js", ".ts",
    ".sh", ".sql", ".yaml", ".yml", ".toml",
}  # fmt: skip
SUBTITLES = {".vtt", ".srt"}
ABOUT_THE_COURSE = re.compile(
    r"(?<![^\W\d_])(?:programa|syllabus|calendari[oa]|calendar|cronograma|schedule|readme|faq|"
    r"preguntas[\s_-]frecuentes|reglamento|planificacion)(?![^\W\d_])"
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked of a passage; an empty field asks for nothing.

    Fields narrow one another, but for `classes`, `labs` and `assignments`: a document is only one
    of the three, so that numbers in several of them ask for any (“la clase 5 y el lab 6”).

    Attributes:
        kinds: of document, from `KINDS`.
        weeks: numbers of weeks.
        classes: numbers of classes; a class's labs go with it.
        labs: numbers of labs; the class of a lab does not go with it.
        assignments: numbers of assignments.
        documents: names of documents or parts of them, in any case and with or without accents.
        languages: “es”, “en”.
    """

    kinds: frozenset[str] = frozenset()
    weeks: frozenset[int] = frozenset()
    classes: frozenset[int] = frozenset()
    labs: frozenset[int] = frozenset()
    assignments: frozenset[int] = frozenset()
    documents: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()

    @property
    def none(self) -> bool:
        """Whether it asks for nothing, so that every passage is accepted."""
        return not any(getattr(self, field.name) for field in fields(self))

    def accepts(self, passage: Passage) -> bool:
        """Whether `passage` is what is asked for."""
        if self.languages and passage.language not in self.languages:
            return False
        if self.weeks and passage.week not in self.weeks:
            return False
        if self.documents and not any(named(passage.document, part) for part in self.documents):
            return False
        place = place_of(passage)
        if self.kinds and place.kind not in self.kinds:
            return False
        numbered = self.classes or self.labs or self.assignments
        return not numbered or not (
            self.classes.isdisjoint(place.classes)
            and self.labs.isdisjoint(place.labs)
            and self.assignments.isdisjoint(place.assignments)
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands in the course: its kind and its numbers, its own ones first."""

    kind: str
    classes: tuple[int, ...]
    labs: tuple[int, ...]
    assignments: tuple[int, ...]


def rows(filter: Filter, passages: Sequence[Passage]) -> NDArray[np.bool_]:
    """Which of `passages` `filter` accepts, shape (passages,)."""
    if filter.none:
        return np.ones(len(passages), np.bool_)
    return np.fromiter(map(filter.accepts, passages), np.bool_, len(passages))


def preferred(filter: Filter, passages: Sequence[Passage]) -> NDArray[np.bool_]:
    """Which of `passages` deserve a bonus for what `asking.asked` told, shape (passages,).

    Those that `filter` accepts; if there are none, its kinds are let go: “las láminas de la
    clase 4” are notes when class 4 has only notes. A filter that asks for nothing prefers nothing.
    """
    if filter.none:
        return np.zeros(len(passages), np.bool_)
    mask = rows(filter, passages)
    rest = replace(filter, kinds=frozenset())
    return mask if mask.any() or rest.none else rows(rest, passages)


def is_program(document: str) -> bool:
    """Whether a document's name is that of source code."""
    return PurePosixPath(document).suffix.lower() in CODE


def kind_of(passage: Passage) -> str:
    """One of `KINDS`; “notes” for a text that is nothing else."""
    return place_of(passage).kind


def facets(passages: Iterable[Passage]) -> Facets:
    """How many of `passages` have each value of each field of `Filter`, values in order.

    A filter of one value accepts as many, but for a document whose name is part of another's.
    Solutions are not counted: there is nothing of them to choose.
    """
    passages = [passage for passage in passages if passage.role != "solution"]
    places = [place_of(passage) for passage in passages]
    kinds = Counter(place.kind for place in places)
    return {
        "kinds": {kind: kinds[kind] for kind in KINDS if kinds[kind]},
        "weeks": counted(p.week for p in passages if p.week is not None),
        "classes": counted(number for place in places for number in place.classes),
        "labs": counted(number for place in places for number in place.labs),
        "assignments": counted(number for place in places for number in place.assignments),
        "documents": counted(p.document for p in passages),
        "languages": counted(p.language for p in passages),
    }


def counted(values: Iterable[V]) -> dict[Value, int]:
    """How many times each value comes, in order."""
    return dict[Value, int](sorted(Counter(values).items()))


def place_of(passage: Passage) -> Place:
    """Where the document of `passage` stands in the course."""
    location = passage.location
    on_slide = location.kind == "slide" or location.label.startswith("lámina")  # a PDF's are pages
    return place(passage.document, passage.title, passage.called, passage.related, on_slide)


@lru_cache(maxsize=50_000)
def place(
    document: str, title: str, called: str, related: tuple[str, ...], on_slide: bool
) -> Place:
    """Where a document stands, by its name, its title, what it is called and what goes with it.

    “Labs/Lab12_NMT.ipynb” is a lab of number 12, and of class 13 if that is related to it.
    """
    own = [called, *(said(match) for match in CLASS_OR_LAB.finditer(document))]
    homework = [f"Tarea {m['number']}" for m in HOMEWORK.finditer(fold(document)) if m["number"]]
    assigned = is_assignment(document, title)
    return Place(
        kind_called(PurePosixPath(fold(document)), called, assigned, on_slide),
        numbers("Clase", (*own, *related)),
        numbers("Lab", own),
        numbers("Tarea", (*own, *homework)),
    )


def kind_called(path: PurePosixPath, called: str, assigned: bool, on_slide: bool) -> str:
    """The kind of a document by its folded path; what it is called says more than its format."""
    if path.suffix in SUBTITLES | CODE:
        return "transcript" if path.suffix in SUBTITLES else "code"
    if assigned:
        return "assignment"
    if called.startswith("Lab ") or path.suffix == ".ipynb":
        return "lab"
    if on_slide:
        return "slide"
    return "course" if not called and ABOUT_THE_COURSE.search(path.stem) else "notes"


def numbers(word: str, labels: Iterable[str]) -> tuple[int, ...]:
    """5 and 7 of “Clase 5”, “Lab 3” and “Clase 7”, for the word “Clase”."""
    found = (label.removeprefix(f"{word} ") for label in labels if label.startswith(f"{word} "))
    return tuple(dict.fromkeys(int(number) for number in found if number.isdecimal()))


@lru_cache(maxsize=50_000)
def named(document: str, part: str) -> bool:
    """Whether `part` is in the name of `document`, however it is written."""
    return fold(part) in fold(document)
