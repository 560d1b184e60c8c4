"""What an earlier version of the program left on disk: it is read, or said how to make anew."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.conversations import Conversations
from agent.quiz import QuizStore
from agent.quiz.grading import grade_choice
from agent.quiz.items import choice_item
from corpus import IndexMismatch, Settings
from retrieval import Retriever, store, update
from retrieval.index import CONTENTS, FORMAT, Index
from tests.conftest import WordsEmbedder
from tests.ui.small import one_slide_index
from ui.backup import put_back, save

# The tables as the first version that had them made them.
FIRST_TURNS = """
CREATE TABLE turns (
    id INTEGER PRIMARY KEY, conversation TEXT NOT NULL, question TEXT NOT NULL, answer TEXT,
    asked_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO turns (conversation, question, answer) VALUES ('ana', '¿Qué es softmax?', 'Suma uno.');
INSERT INTO turns (conversation, question) VALUES ('ana', '¿Y Adam?');
"""
FIRST_ITEMS = """
CREATE TABLE items (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, item TEXT NOT NULL);
CREATE TABLE reports (
    number INTEGER PRIMARY KEY, item_id TEXT NOT NULL, reason TEXT NOT NULL,
    reported_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
"""


def made(file: Path, script: str) -> Path:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(script)
    return file


def test_the_first_conversations_are_read_go_on_and_survive_a_backup(
    settings: Settings, tmp_path: Path
) -> None:
    made(settings.conversations, FIRST_TURNS)
    save(settings, tmp_path / "r.zip")  # before anything has upgraded them
    new = settings.model_copy(update={"conversations": tmp_path / "new.sqlite"})
    put_back(new, tmp_path / "r.zip")
    for one in (settings, new):
        stored = Conversations(one.conversations)
        assert [turn.question for turn in stored.asked("ana")] == ["¿Qué es softmax?", "¿Y Adam?"]
        assert [turn.answer for turn in stored.turns("ana")] == ["Suma uno."]
        assert stored.turns("ana")[0].cited == ()
        stored.rate(1, 1)
        stored.ask("ana", "¿Y SGD?", "guide")
        assert [turn.mode for turn in stored.asked("ana")] == ["explain", "explain", "guide"]
        assert stored.listed("softmax")[0].turns == 3


def test_a_quiz_without_reviews_goes_on(settings: Settings, tmp_path: Path) -> None:
    index = one_slide_index(settings.index, tmp_path)
    item = choice_item(index.passages[0], "¿Cuánto suma softmax?", "Uno.", ["Dos.", "Cero."])
    written = item.to_dict()
    del written["guessed"]  # which the first items did not have
    with closing(sqlite3.connect(made(settings.quiz, FIRST_ITEMS))) as connection, connection:
        connection.execute(
            "INSERT INTO items (id, item) VALUES (?, ?)", (item.id, json.dumps(written))
        )
    quiz = QuizStore(settings.quiz)
    assert quiz.items() == [replace(item, guessed=None)]
    now = datetime.now(UTC)
    grade = grade_choice(item, item.right or 0)
    quiz.reviewed("ana", item.id, grade, now, lambda _: ("{}", now + timedelta(days=1)))
    assert [one.item_id for one in quiz.reviews("ana")] == [item.id]


def test_an_index_of_another_format_says_how_to_make_it_anew(
    tmp_path: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    course = tmp_path / "course"
    course.mkdir()
    (course / "clase-04.md").write_text("# Softmax\n\nSuma uno.")
    index = one_slide_index(settings.index, course)

    def older(folder: Path) -> None:
        index.save(folder)
        contents = json.loads((folder / CONTENTS).read_text())
        (folder / CONTENTS).write_text(json.dumps(contents | {"format": FORMAT - 1}))

    with store.writing(settings.index):
        store.publish(settings.index, older)
    tries: list[Callable[[], object]] = [
        lambda: Retriever.open(settings=settings, embedder=embedder),
        lambda: update(settings.index, [course], embedder),
    ]
    for attempt in tries:
        with pytest.raises(IndexMismatch, match=f"ayudante index {course} --rebuild"):
            attempt()
    update(settings.index, [course], embedder, rebuild=True)
    assert "clase-04.md" in Index.load(store.current(settings.index)).documents
