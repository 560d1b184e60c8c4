"""Spaced review: each student meets an item again shortly before forgetting it.

When that is, FSRS tells (Ye et al. 2022, “A Stochastic Shortest Path Algorithm for Optimizing
Spaced Repetition Scheduling”, KDD), as Anki does. Nothing is left to chance, so that the same
answers at the same times give the same dates.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

import fsrs

from agent.quiz.grading import Grade, Result
from agent.quiz.items import Item
from agent.quiz.store import Card, QuizStore
from retrieval import Filter

RATINGS: dict[Result, fsrs.Rating] = {  # Easy is not used: an answer does not tell
    "right": fsrs.Rating.Good,
    "partly": fsrs.Rating.Hard,
    "wrong": fsrs.Rating.Again,
}


@dataclass(frozen=True, slots=True)
class ClassProgress:
    """How far a student is with a class.

    Attributes:
        label: “Clase 5”.
        items: how many are asked.
        seen: of those, how many were answered.
        right: how many of those were right the last time.
        due: how many of those are due.
    """

    label: str
    items: int
    seen: int
    right: int
    due: int


class Review:
    """The students' reviews of the items in `store`. Times must be aware; they are kept in UTC."""

    def __init__(self, store: QuizStore) -> None:
        self.store = store
        self.scheduler = fsrs.Scheduler(enable_fuzzing=False)

    def due(
        self, student: str, now: datetime, limit: int = 10, within: Filter | None = None
    ) -> list[Item]:
        """Up to `limit` items to ask now: those due, longest due first, then new ones.

        Raises:
            ValueError: if `now` has no time zone.
        """
        now, items, cards = aware(now), self.store.items(within), self.store.cards(student)
        again = [item for item in items if item.id in cards and cards[item.id].due <= now]
        again.sort(key=lambda item: cards[item.id].due)
        new = [item for item in items if item.id not in cards]
        return [*again, *new][:limit]

    def answer(self, student: str, item_id: str, grade: Grade, now: datetime) -> datetime:
        """Stores an answer; returns when its item is due next, UTC.

        Raises:
            InputError: if there is no such item, or no student.
            ValueError: if `now` has no time zone.
        """
        now = aware(now)

        def schedule(state: str | None) -> tuple[str, datetime]:
            # The store tells cards apart by student and item; FSRS's own id is not needed.
            card = fsrs.Card.from_json(state) if state else fsrs.Card(card_id=0, due=now)
            card, _ = self.scheduler.review_card(card, RATINGS[grade.result], now)
            return card.to_json(), card.due

        return self.store.reviewed(student, item_id, grade, now, schedule)

    def progress(self, student: str, now: datetime | None = None) -> list[ClassProgress]:
        """How far a student is with each class that has items, by number.

        Args:
            student: whose.
            now: tells what is due; by default the present.
        """
        now = aware(now or datetime.now(UTC))
        cards = self.store.cards(student)
        by_class: dict[tuple[float, str], list[Item]] = {}
        for item in self.store.items():
            number = next(iter(item.place.classes), math.inf)
            by_class.setdefault((number, item.class_label), []).append(item)
        return [
            class_progress(label, len(items), [cards[i.id] for i in items if i.id in cards], now)
            for (_, label), items in sorted(by_class.items())
        ]


def class_progress(label: str, items: int, seen: list[Card], now: datetime) -> ClassProgress:
    """What the cards of a class tell."""
    right = sum(card.last == "right" for card in seen)
    return ClassProgress(label, items, len(seen), right, sum(card.due <= now for card in seen))


def aware(now: datetime) -> datetime:
    """`now` in UTC; raises `ValueError` if it has no time zone."""
    if now.tzinfo is None:
        raise ValueError("a time without a time zone")
    return now.astimezone(UTC)
