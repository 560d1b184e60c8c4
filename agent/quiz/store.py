"""The quiz in one SQLite file: its items, what students reported, and what each has answered.

What the model writes waits until a teacher approves it: checks by code and a second reading let
through what only a reader can tell (docs/decisions.md, “Quiz items by a 1.5B model”). What a
student reports is asked no more and waits again.

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
CREATE TABLE IF NOT EXISTS drafts (
    item_id TEXT PRIMARY KEY REFERENCES items (id)
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
# What waits is in `drafts`, reported or not; what is in `reports` alone was discarded.
ASKED = (
    "SELECT item FROM items WHERE id NOT IN (SELECT item_id FROM reports) "
    "AND id NOT IN (SELECT item_id FROM drafts) ORDER BY number"
)
PENDING = (
    "SELECT item, reason FROM items JOIN drafts ON drafts.item_id = id "
    "LEFT JOIN reports ON reports.item_id = id ORDER BY items.number, reports.number"
)
DISCARDED = "discarded"  # the reason of a teacher who gives none


@dataclass(frozen=True, slots=True)
class Pending:
    """An item that waits for a teacher, and what students reported about it; () of a new one."""

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
        """Stores those of `items` that are new, to be asked; returns how many.

        An item that is there already stays as it is: asked, waiting, or discarded.
        """
        with self.connection() as connection:
            return sum(inserted(connection, item) for item in items)

    def propose(self, items: Iterable[Item]) -> int:
        """Stores those of `items` that are new, to wait for a teacher; returns how many."""
        with self.connection() as connection:
            new = [(item.id,) for item in items if inserted(connection, item)]
            connection.executemany("INSERT INTO drafts (item_id) VALUES (?)", new)
            return len(new)

    def pending(self) -> list[Pending]:
        """The items that wait for a teacher, oldest first."""
        reasons: dict[str, list[str]] = {}
        with self.connection() as connection:
            for text, reason in connection.execute(PENDING):
                reasons.setdefault(text, []).extend([reason] if reason else [])
        return [
            Pending(Item.from_dict(json.loads(text)), tuple(said)) for text, said in reasons.items()
        ]

    def approve(self, item_id: str, instead: Item | None = None) -> None:
        """Has an item that waits asked; what was reported about it is settled.

        Args:
            item_id: of the item.
            instead: what it is to be after a teacher's corrections (`agent.quiz.corrected`); who
                had answered it goes on from there.

        Raises:
            InputError: if no such item waits, or another item asks the same.
        """
        with self.connection() as connection:
            waits_no_more(connection, item_id)
            connection.execute("DELETE FROM reports WHERE item_id = ?", (item_id,))
            if instead is None:
                return
            try:
                connection.execute(
                    "UPDATE items SET id = ?, item = ? WHERE id = ?",
                    (instead.id, text_of(instead), item_id),
                )
            except sqlite3.IntegrityError as error:
                raise InputError(
                    "Esa pregunta ya está en el quiz.", "The quiz has that question already."
                ) from error
            for table in ("cards", "reviews"):
                connection.execute(
                    f"UPDATE {table} SET item_id = ? WHERE item_id = ?", (instead.id, item_id)
                )

    def discard(self, item_id: str) -> None:
        """Retires an item that waits: it is neither asked nor written again.

        Raises:
            InputError: if no such item waits.
        """
        with self.connection() as connection:
            waits_no_more(connection, item_id)
            reported(connection, item_id, DISCARDED)

    def items(self, within: Filter | None = None) -> list[Item]:
        """The items that are asked, in the order in which they were added.

        Args:
            within: the part of the course that they are about; by default all of it.
        """
        with self.connection() as connection:
            items = items_of(connection, ASKED)
        return [item for item in items if within is None or accepts(within, item)]

    def questions(self) -> list[str]:
        """Every question there has been, so that none is written again."""
        with self.connection() as connection:
            return [item.question for item in items_of(connection, "SELECT item FROM items")]

    def item(self, item_id: str) -> Item:
        """The item with that id, whatever became of it; raises `InputError` if there is none."""
        with self.connection() as connection:
            return stored(connection, item_id)

    def report(self, item_id: str, reason: str) -> None:
        """Retires an item at once, to wait for a teacher; raises `InputError` if there is none.

        One that a teacher has discarded stays so.
        """
        with self.connection() as connection:
            stored(connection, item_id)
            connection.execute(
                "INSERT OR IGNORE INTO drafts (item_id) SELECT ? "
                "WHERE NOT EXISTS (SELECT 1 FROM reports WHERE item_id = ?)",
                (item_id, item_id),
            )
            reported(connection, item_id, reason)

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


def reported(connection: sqlite3.Connection, item_id: str, reason: str) -> None:
    """Notes what is wrong with an item."""
    connection.execute(
        "INSERT INTO reports (item_id, reason) VALUES (?, ?)", (item_id, reason.strip())
    )


def waits_no_more(connection: sqlite3.Connection, item_id: str) -> None:
    """Takes an item from those that wait; raises `InputError` if it is none."""
    if not connection.execute("DELETE FROM drafts WHERE item_id = ?", (item_id,)).rowcount:
        raise InputError(
            f"La pregunta {item_id} ya no espera aprobación.",
            "That question waits for approval no more.",
        )


def inserted(connection: sqlite3.Connection, item: Item) -> bool:
    """Stores an item; whether it is new."""
    row = (item.id, text_of(item))
    done = connection.execute("INSERT OR IGNORE INTO items (id, item) VALUES (?, ?)", row)
    return done.rowcount == 1


def text_of(item: Item) -> str:
    """An item as it is stored."""
    return json.dumps(item.to_dict(), ensure_ascii=False)


def items_of(connection: sqlite3.Connection, query: str) -> list[Item]:
    """The items that a query selects."""
    return [Item.from_dict(json.loads(text)) for (text,) in connection.execute(query)]


def utc(at: datetime) -> str:
    """`at` as it is stored."""
    return at.astimezone(UTC).isoformat()
