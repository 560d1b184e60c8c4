"""What somebody practises: a round of questions, what is due in a part of the course."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from agent.quiz import (
    ClassProgress,
    Grade,
    Item,
    QuizStore,
    Review,
    grade_choice,
    grade_short,
    text_behind,
)
from retrieval import Filter, Retriever
from ui.people import Person

ROUND = 10  # questions


@dataclass(frozen=True, slots=True)
class Round:
    """Some questions in a row.

    Attributes:
        left: ids of the items still to be asked; the first is on the screen.
        answered: whether that one was.
        done: how many were answered, that one too.
        right: how many of those were right.
    """

    left: tuple[str, ...] = ()
    answered: bool = False
    done: int = 0
    right: int = 0

    def after(self, grade: Grade) -> "Round":
        """The round once the question on the screen got `grade`."""
        right = self.right + (grade.result == "right")
        return replace(self, answered=True, done=self.done + 1, right=right)

    def without_first(self) -> "Round":
        """The round with the next question on the screen."""
        return replace(self, left=self.left[1:], answered=False)


@dataclass(frozen=True, slots=True)
class Practice:
    """Somebody's practice of a part of the course.

    Attributes:
        store: of the quiz.
        person: who practises.
        part: the class that is practised, as people call it; empty for the whole course.
    """

    store: QuizStore
    person: Person
    part: str = ""

    @property
    def items(self) -> list[Item]:
        """The questions of the part."""
        return self.store.items(part_of(self.part, self.store.items()))

    @property
    def progress(self) -> list[ClassProgress]:
        """How far the student is with each class of the whole course."""
        return Review(self.store).progress(self.person.id)

    def due(self, limit: int = sys.maxsize) -> list[Item]:
        """What the student is to be asked now."""
        within = part_of(self.part, self.store.items())
        return Review(self.store).due(self.person.id, datetime.now(UTC), limit, within)

    def begun(self) -> Round:
        """A new round of what is due."""
        return Round(tuple(item.id for item in self.due(ROUND)))

    def next_due(self) -> timedelta:
        """How long it takes until a question comes back, when all were asked."""
        cards = self.store.cards(self.person.id)
        return min(cards[item.id].due for item in self.items) - datetime.now(UTC)

    def answered(self, item: Item, grade: Grade) -> timedelta:
        """Stores an answer; how long it takes until the question comes back."""
        now = datetime.now(UTC)
        return Review(self.store).answer(self.person.id, item.id, grade, now) - now


def graded(item: Item, chosen: int | None, words: str, retriever: Retriever) -> Grade | None:
    """What an answer is worth; None if an option was to be chosen and none was.

    Raises:
        InputError: if the answer in words is empty or too long.
    """
    if item.kind == "choice":
        return None if chosen is None else grade_choice(item, chosen)
    return grade_short(item, words, text_behind(item, retriever.public), retriever.embedder)


def part_of(part: str, items: Sequence[Item]) -> Filter | None:
    """The filter for the items that belong to the class called `part`; None if none does."""
    there = [item for item in items if item.class_label == part]
    if not there:
        return None
    classes = frozenset(item.place.classes[0] for item in there if item.place.classes)
    if classes:
        return Filter(classes=classes)
    return Filter(documents=frozenset(item.document for item in there))
