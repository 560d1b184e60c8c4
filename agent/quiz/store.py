"""The quiz in one SQLite file: its items, what students reported, and what each has answered.

A student is a text that the caller chooses and that should name nobody. Each call opens the file
anew, so that threads may share a store.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent.quiz.grading import Grade, Result
from agent.quiz.items import Item, accepts
from agent.sqlite import transaction
from corpus.errors import InputError
from retrieval import Filter

SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    item TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS reports (
    number INTEGER PRIMARY KEY,
    item_id TEXT NOT NULL REFERENCES items (id),
    reason TEXT NOT NULL,
    reported_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS cards (
    student TEXT NOT NULL,
    item_id TEXT NOT NULL REFERENCES items (id),
    card TEXT NOT NULL,
    due TEXT NOT NULL,
    last TEXT NOT NULL,
    PRIMARY KEY (student, item_id)
);
CREATE TABLE IF NOT EXISTS reviews (
    number INTEGER PRIMARY KEY,
    student TEXT NOT NULL,
    item_id TEXT NOT NULL REFERENCES items (id),
    result TEXT NOT NULL,
    points REAL NOT NULL,
    reviewed_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS reports_of ON reports (item_id);
CREATE INDEX IF NOT EXISTS reviews_of ON reviews (student, number);
"""
UNUSABLE = "No se puede usar el archivo del quiz {file}: {error}. Elija otro."
KEPT = "SELECT item FROM items WHERE id NOT IN (SELECT item_id FROM reports) ORDER BY number"


@dataclass(frozen=True, slots=True)
class Retired:
    """An item that is asked no more, and what was reported about it."""

    item: Item
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """Where a student stands with an item.

    Attributes:
        item_id: of the item.
        state: of the scheduler, JSON.
        due: when to ask it next, UTC.
        last: the last answer's result.
    """

    item_id: str
    state: str
    due: datetime
    last: Result


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An answer that was given, and when (UTC)."""

    item_id: str
    result: Result
    points: float
    at: datetime


class QuizStore:
    """Items, reports, cards and reviews in the SQLite file `file`."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def connection(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection inside a transaction; raises `InputError` if the file cannot be used."""
        return transaction(self.file, SCHEMA, UNUSABLE)

    def add(self, items: Iterable[Item]) -> int:
        """Stores those of `items` that are new; returns how many.

        An item that is there already stays as it is, retired or not.
        """
        rows = [(item.id, json.dumps(item.to_dict(), ensure_ascii=False)) for item in items]
        with self.connection() as connection:
            before = connection.total_changes
            connection.executemany("INSERT OR IGNORE INTO items (id, item) VALUES (?, ?)", rows)
            return connection.total_changes - before

    def items(self, within: Filter | None = None) -> list[Item]:
        """The items that are asked, in the order in which they were added.

        Args:
            within: the part of the course that they are about; by default all of it.
        """
        with self.connection() as connection:
            rows = connection.execute(KEPT).fetchall()
        items = [Item.from_dict(json.loads(text)) for (text,) in rows]
        return [item for item in items if within is None or accepts(within, item)]

    def item(self, item_id: str) -> Item:
        """The item with that id, retired or not; raises `InputError` if there is none."""
        with self.connection() as connection:
            return stored(connection, item_id)

    def report(self, item_id: str, reason: str) -> None:
        """Retires an item, which is never asked again; raises `InputError` if there is none."""
        with self.connection() as connection:
            stored(connection, item_id)
            connection.execute(
                "INSERT INTO reports (item_id, reason) VALUES (?, ?)", (item_id, reason.strip())
            )

    def retired(self) -> list[Retired]:
        """The items that were reported, in the order in which they were added."""
        reasons: dict[str, list[str]] = {}
        with self.connection() as connection:
            for text, reason in connection.execute(
                "SELECT item, reason FROM items JOIN reports ON item_id = id "
                "ORDER BY items.number, reports.number"
            ):
                reasons.setdefault(text, []).append(reason)
        return [
            Retired(Item.from_dict(json.loads(text)), tuple(said)) for text, said in reasons.items()
        ]

    def cards(self, student: str) -> dict[str, Card]:
        """Where a student stands with each item answered so far, by the item's id."""
        with self.connection() as connection:
            rows = connection.execute(
                "SELECT item_id, card, due, last FROM cards WHERE student = ?", (student,)
            ).fetchall()
        return {
            row[0]: Card(row[0], row[1], datetime.fromisoformat(row[2]), row[3]) for row in rows
        }

    def reviewed(
        self,
        student: str,
        item_id: str,
        grade: Grade,
        at: datetime,
        schedule: Callable[[str | None], tuple[str, datetime]],
    ) -> datetime:
        """Stores an answer and the card that comes of it; returns when the item is due next.

        Args:
            student: who answered; not empty.
            item_id: of the item that was asked.
            grade: of the answer.
            at: when it was given.
            schedule: makes of the card's state, None for a new one, the next state and due time.

        Raises:
            InputError: if there is no such item, or no student.
        """
        if not student.strip():
            raise InputError("Falta el estudiante. Indique un seudónimo.")
        with self.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")  # two answers at once are counted one by one
            stored(connection, item_id)
            row = connection.execute(
                "SELECT card FROM cards WHERE student = ? AND item_id = ?", (student, item_id)
            ).fetchone()
            state, due = schedule(row[0] if row else None)
            connection.execute(
                "INSERT OR REPLACE INTO cards (student, item_id, card, due, last) "
                "VALUES (?, ?, ?, ?, ?)",
                (student, item_id, state, utc(due), grade.result),
            )
            connection.execute(
                "INSERT INTO reviews (student, item_id, result, points, reviewed_at) "
                "VALUES (?, ?, ?, ?, ?)",
                (student, item_id, grade.result, grade.points, utc(at)),
            )
        return due

    def reviews(self, student: str) -> list[Reviewed]:
        """Every answer of a student, oldest first."""
        with self.connection() as connection:
            rows = connection.execute(
                "SELECT item_id, result, points, reviewed_at FROM reviews WHERE student = ? "
                "ORDER BY number",
                (student,),
            ).fetchall()
        return [
            Reviewed(item_id, result, points, datetime.fromisoformat(at))
            for item_id, result, points, at in rows
        ]


def stored(connection: sqlite3.Connection, item_id: str) -> Item:
    """The item with that id; raises `InputError` if there is none."""
    row = connection.execute("SELECT item FROM items WHERE id = ?", (item_id,)).fetchone()
    if row is None:
        raise InputError(f"No existe la pregunta {item_id}.", "That question is no longer there.")
    return Item.from_dict(json.loads(row[0]))


def utc(at: datetime) -> str:
    """`at` as it is stored."""
    return at.astimezone(UTC).isoformat()
