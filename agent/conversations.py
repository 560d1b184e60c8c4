"""Conversations in one SQLite file. A student's turn is stored before the model is called."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import InputError

SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (
    id INTEGER PRIMARY KEY,
    conversation TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT,
    asked_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX IF NOT EXISTS turns_of ON turns (conversation, id);
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer; None while it has none."""

    question: str
    answer: str | None


class Conversations:
    """The turns of every conversation; each call opens the file anew, so threads may share it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection inside a transaction."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.file, timeout=10)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise InputError(
                f"No se puede usar el archivo de conversaciones {self.file}: {error}. "
                "Elija otro con AYUDANTE_CONVERSATIONS."
            ) from error
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def ask(self, conversation: str, question: str) -> int:
        """Stores a question; returns its id for `answered`."""
        with self.connection() as connection:
            row = connection.execute(
                "INSERT INTO turns (conversation, question) VALUES (?, ?)", (conversation, question)
            )
            return int(row.lastrowid or 0)

    def answered(self, turn: int, answer: str) -> None:
        """Stores the answer of a turn."""
        with self.connection() as connection:
            connection.execute("UPDATE turns SET answer = ? WHERE id = ?", (answer, turn))

    def turns(self, conversation: str, last: int) -> list[Turn]:
        """The last answered turns of a conversation, oldest first."""
        with self.connection() as connection:
            rows = connection.execute(
                "SELECT question, answer FROM turns WHERE conversation = ? "
                "AND answer IS NOT NULL ORDER BY id DESC LIMIT ?",
                (conversation, last),
            ).fetchall()
        return [Turn(*row) for row in reversed(rows)]
