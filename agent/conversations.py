"""Conversations in one SQLite file. A student's turn is stored before the model is called.

What is kept of an answer is what a professor's overview needs (`agent.insights`): its status, how
good the evidence was, what it cited, how long it took. Who asked is not kept.
"""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

from agent.events import Answer, SearchStep, Status
from agent.messages import Language
from agent.sqlite import transaction
from corpus.errors import InputError
from corpus.language import fold

COLUMNS = {  # of `turns`, in the order in which versions of the file added them
    "id": "INTEGER PRIMARY KEY",
    "conversation": "TEXT NOT NULL",
    "question": "TEXT NOT NULL",
    "answer": "TEXT",
    "asked_at": "TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP",
    "status": "TEXT",
    "language": "TEXT",
    "mode": "TEXT NOT NULL DEFAULT 'explain'",
    "evidence": "REAL",
    "seconds": "REAL",
    "model": "TEXT",
    "about": "TEXT NOT NULL DEFAULT '[]'",
    "cited": "TEXT NOT NULL DEFAULT '[]'",
    "feedback": "INTEGER",
    "comment": "TEXT NOT NULL DEFAULT ''",
    "steps": "TEXT NOT NULL DEFAULT '[]'",
}
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS turns ({", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())});
CREATE INDEX IF NOT EXISTS turns_of ON turns (conversation, id);
CREATE TABLE IF NOT EXISTS titles (conversation TEXT PRIMARY KEY, title TEXT NOT NULL);
"""
UNUSABLE = (
    "No se puede usar el archivo de conversaciones {file}: {error}. "
    "Elija otro con AYUDANTE_CONVERSATIONS."
)
TITLE_CHARACTERS = 60
ARGUMENT_CHARACTERS = 200  # kept of each argument of a step
LISTED = """
WITH listed AS (
    SELECT conversation, COUNT(*) AS turns, MIN(id) AS first, MAX(id) AS latest
    FROM turns GROUP BY conversation
)
SELECT listed.conversation, titles.title, opening.question, listed.turns, closing.asked_at
FROM listed
JOIN turns AS opening ON opening.id = listed.first
JOIN turns AS closing ON closing.id = listed.latest
LEFT JOIN titles ON titles.conversation = listed.conversation
WHERE substr(listed.conversation, 1, length(:owner)) = :owner AND (
    instr(folded(COALESCE(titles.title, '')), :words) OR EXISTS (
        SELECT 1 FROM turns WHERE turns.conversation = listed.conversation
        AND instr(folded(turns.question || ' ' || COALESCE(turns.answer, '')), :words)
    )
)
ORDER BY listed.latest DESC
"""


@dataclass(frozen=True, slots=True)
class Cited:
    """What a marker of a stored answer stands for: its passage's id and label, and the quote."""

    marker: int
    passage_id: str
    label: str
    quote: str


@dataclass(frozen=True, slots=True)
class Step:
    """A tool that was used, as it is stored.

    Attributes:
        tool: its name.
        arguments: what it was called with, as text and cut short.
        seconds: how long it took.
        found: (id, label) of each passage that it showed to the model.
    """

    tool: str
    arguments: dict[str, str]
    seconds: float
    found: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what came of it.

    Attributes:
        id: of the turn.
        question: as it was asked.
        answer: its text; None while it has none.
        asked_at: UTC, ``YYYY-MM-DD HH:MM:SS``.
        status: of the answer; None while it has none.
        language: of the answer, “es” or “en”; None while it has none.
        mode: in which it was asked.
        evidence: probability that the materials answer it, in [0, 1]; None if unknown.
        seconds: that the answer took; None while it has none.
        model: who wrote the answer; None for an extract or while there is none.
        about: labels of the places that were cited, or else the nearest one.
        cited: what each marker of the answer stands for.
        feedback: 1 for useful, -1 for not; None if nobody said.
        comment: what the student said about it.
        steps: the tools used, in order.
    """

    id: int
    question: str
    answer: str | None
    asked_at: str = ""
    status: str | None = None
    language: str | None = None
    mode: str = "explain"
    evidence: float | None = None
    seconds: float | None = None
    model: str | None = None
    about: tuple[str, ...] = ()
    cited: tuple[Cited, ...] = ()
    feedback: int | None = None
    comment: str = ""
    steps: tuple[Step, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The turn as JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation in a list: its id, title, number of turns, and when it last went on (UTC)."""

    id: str
    title: str
    turns: int
    last: str

    def to_dict(self) -> dict[str, Any]:
        """The conversation as JSON."""
        return asdict(self)


class Conversations:
    """The turns of every conversation; each call opens the file anew, so threads may share it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def connection(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection inside a transaction; raises `InputError` if the file cannot be used."""
        return transaction(self.file, SCHEMA, UNUSABLE, prepared)

    def ask(self, conversation: str, question: str, mode: str = "explain") -> int:
        """Stores a question; returns its id for `answered`."""
        with self.connection() as connection:
            row = connection.execute(
                "INSERT INTO turns (conversation, question, mode) VALUES (?, ?, ?)",
                (conversation, question, mode),
            )
            return int(row.lastrowid or 0)

    def answered(self, turn: int, answer: Answer) -> None:
        """Stores the answer of a turn."""
        values = {
            "answer": answer.text,
            "status": answer.status,
            "language": answer.language,
            "evidence": answer.evidence,
            "seconds": answer.seconds.total,
            "model": answer.model,
            "about": json.dumps(answer.about, ensure_ascii=False),
            "cited": json.dumps([astuple(one) for one in cited_in(answer)], ensure_ascii=False),
            "steps": steps_as_text(answer.steps),
        }
        given = ", ".join(f"{name} = :{name}" for name in values)
        with self.connection() as connection:
            connection.execute(f"UPDATE turns SET {given} WHERE id = :id", values | {"id": turn})

    def stopped(
        self,
        turn: int,
        text: str,
        language: Language,
        status: Status | None = None,
        steps: Sequence[SearchStep] = (),
    ) -> None:
        """Stores what there was of an answer when it was stopped; only of a hint it has a status.

        What is asked next must know that an assignment is being worked on.
        """
        with self.connection() as connection:
            connection.execute(
                "UPDATE turns SET answer = ?, language = ?, status = ?, steps = ? WHERE id = ?",
                (text, language, status, steps_as_text(steps), turn),
            )

    def cut(self, conversation: str, turn: int) -> None:
        """Deletes a turn of a conversation and all that came after it, to ask it anew."""
        with self.connection() as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute(
                "DELETE FROM turns WHERE conversation = ? AND id >= ?", (conversation, turn)
            )

    def rate(self, turn: int, feedback: int, comment: str = "") -> None:
        """Stores what a student thought of an answer: 1, -1, or 0 to take it back."""
        if feedback not in (1, 0, -1):
            raise InputError(f"La opinión es 1, 0 o -1, no {feedback}.")
        with self.connection() as connection:
            done = connection.execute(
                "UPDATE turns SET feedback = ?, comment = ? WHERE id = ?",
                (feedback or None, comment, turn),
            )
        if not done.rowcount:
            raise InputError(f"No existe la respuesta {turn}.", "That answer is no longer there.")

    def turns(self, conversation: str, last: int | None = None) -> list[Turn]:
        """The turns of a conversation that were answered, oldest first; only the `last` ones."""
        return self.selected("WHERE conversation = ? AND answer IS NOT NULL", (conversation,), last)

    def asked(self, conversation: str) -> list[Turn]:
        """Every turn of a conversation, answered or not, oldest first."""
        return self.selected("WHERE conversation = ?", (conversation,))

    def all_turns(self) -> list[Turn]:
        """Every turn of every conversation, oldest first."""
        return self.selected("", ())

    def selected(self, where: str, values: Sequence[str], last: int | None = None) -> list[Turn]:
        """The turns that an SQL condition chooses."""
        names = [name for name in COLUMNS if name != "conversation"]
        query = f"SELECT {', '.join(names)} FROM turns {where} ORDER BY id DESC LIMIT ?"
        with self.connection() as connection:
            rows = connection.execute(query, (*values, -1 if last is None else last)).fetchall()
        return [turn_of(dict(zip(names, row, strict=True))) for row in reversed(rows)]

    def listed(self, words: str = "", owner: str = "") -> list[Conversation]:
        """The conversations, the latest first.

        Args:
            words: only those that say them.
            owner: only those whose id begins so: whoever keeps several people's conversations
                gives each person's an own beginning.
        """
        given = {"words": fold(words.strip()), "owner": owner}
        with self.connection() as connection:
            rows = connection.execute(LISTED, given).fetchall()
        return [
            Conversation(name, title or titled(opening), turns, last)
            for name, title, opening, turns, last in rows
        ]

    def rename(self, conversation: str, title: str) -> None:
        """Gives a conversation a title in place of its first question."""
        title = " ".join(title.split())[:TITLE_CHARACTERS]
        if not title:
            raise InputError("El título está vacío. Escriba uno.", "The title is empty. Write one.")
        self.must_exist(conversation)
        with self.connection() as connection:
            connection.execute("INSERT OR REPLACE INTO titles VALUES (?, ?)", (conversation, title))

    def delete(self, conversation: str) -> None:
        """Deletes a conversation for good."""
        self.must_exist(conversation)
        with self.connection() as connection:
            connection.execute("PRAGMA secure_delete=ON")
            for table in ("turns", "titles"):
                connection.execute(f"DELETE FROM {table} WHERE conversation = ?", (conversation,))

    def exported(self, conversation: str) -> str:
        """A conversation as Markdown."""
        self.must_exist(conversation)
        turns = self.asked(conversation)
        with self.connection() as connection:
            given = connection.execute(
                "SELECT title FROM titles WHERE conversation = ?", (conversation,)
            ).fetchone()
        title = given[0] if given else titled(turns[0].question)
        return "\n\n".join([f"# {title}", *map(written_out, turns)]) + "\n"

    def must_exist(self, conversation: str) -> None:
        """Raises `InputError` if there is no such conversation."""
        if not self.selected("WHERE conversation = ?", (conversation,), 1):
            raise InputError(
                f"No existe la conversación {conversation}.",
                "That conversation is no longer there.",
            )


def prepared(connection: sqlite3.Connection) -> None:
    """Lets SQL fold text, and adds the columns that a file of an older version lacks."""
    connection.create_function("folded", 1, fold, deterministic=True)
    known = {row[1] for row in connection.execute("PRAGMA table_info(turns)")}
    for name, kind in COLUMNS.items():
        if name not in known:
            connection.execute(f"ALTER TABLE turns ADD COLUMN {name} {kind}")


def cited_in(answer: Answer) -> tuple[Cited, ...]:
    """What the markers of an answer stand for, as it is stored."""
    return tuple(
        Cited(one.marker, one.passage.id, one.label, one.quote) for one in answer.citations
    )


def steps_as_text(steps: Sequence[SearchStep]) -> str:
    """Steps as they are stored: JSON."""
    return json.dumps([astuple(stored_step(one)) for one in steps], ensure_ascii=False)


def stored_step(step: SearchStep) -> Step:
    """The use of a tool, as it is stored."""
    return Step(
        step.tool,
        {name: str(value)[:ARGUMENT_CHARACTERS] for name, value in step.arguments.items()},
        step.seconds,
        tuple((passage.id, passage.label) for _, passage in step.found),
    )


def step_of(tool: str, arguments: dict[str, str], seconds: float, found: list[list[str]]) -> Step:
    """A step from its row."""
    return Step(tool, arguments, seconds, tuple((name, label) for name, label in found))


def turn_of(row: dict[str, Any]) -> Turn:
    """A row of the table as a turn."""
    lists = {
        "about": tuple(json.loads(row["about"])),
        "cited": tuple(Cited(*one) for one in json.loads(row["cited"])),
        "steps": tuple(step_of(*one) for one in json.loads(row["steps"])),
    }
    return Turn(**(row | lists))


def titled(question: str) -> str:
    """A question as the title of its conversation."""
    line = " ".join(question.split())
    return line if len(line) <= TITLE_CHARACTERS else line[: TITLE_CHARACTERS - 1].rstrip() + "…"


def written_out(turn: Turn) -> str:
    """A turn as Markdown."""
    places = f"\n\n*{'; '.join(turn.about)}*" if turn.about else ""
    question = turn.question.replace("\n", "\n> ")
    return f"> {question}\n\n{turn.answer or '(sin respuesta)'}{places}"
