import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from agent import Answer
from agent.conversations import Cited, Conversations, Step, stored_step
from agent.events import Citation, SearchStep, Seconds
from corpus import InputError
from corpus.document import numbered
from retrieval import Passage


def answer(text: str, status: str = "answered") -> Answer:
    return Answer(
        question="¿?",
        text=text,
        status=status,  # type: ignore[arg-type]
        language="es",
        citations=(),
        steps=(),
        seconds=Seconds(0.1, 0.2, 0.3),
        model="m",
        evidence=0.8,
        about=("Clase 4, lámina 2",),
    )


@pytest.fixture
def stored(tmp_path: Path) -> Conversations:
    stored = Conversations(tmp_path / "c.sqlite")
    stored.answered(stored.ask("ana", "¿Qué es softmax?"), answer("Una función."))
    stored.answered(stored.ask("ana", "¿y por qué?"), answer("Porque sí."))
    stored.answered(stored.ask("beto", "¿Qué es dropout?"), answer("Regularización."))
    return stored


def test_a_turn_keeps_what_a_professor_needs(stored: Conversations) -> None:
    turn = stored.turns("ana")[0]
    assert (turn.question, turn.answer) == ("¿Qué es softmax?", "Una función.")
    assert (turn.status, turn.evidence, turn.seconds) == ("answered", 0.8, 0.3)
    assert turn.about == ("Clase 4, lámina 2",)
    assert turn.asked_at.startswith("20")


def test_the_latest_conversation_comes_first_under_its_first_question(
    stored: Conversations,
) -> None:
    assert [(one.id, one.title, one.turns) for one in stored.listed()] == [
        ("beto", "¿Qué es dropout?", 1),
        ("ana", "¿Qué es softmax?", 2),
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [("FUNCION", ["ana"]), ("¿que es", ["beto", "ana"]), ("nada", []), ("mi título", ["beto"])],
)
def test_conversations_are_searched_without_accents_or_case(
    stored: Conversations, words: str, found: list[str]
) -> None:
    stored.rename("beto", "Mi TÍTULO")
    assert [one.id for one in stored.listed(words)] == found


def test_a_renamed_conversation_keeps_its_turns(stored: Conversations) -> None:
    stored.rename("ana", "  La   softmax ")
    assert stored.listed()[1].title == "La softmax"
    assert len(stored.turns("ana")) == 2
    with pytest.raises(InputError, match="título está vacío"):
        stored.rename("ana", "  ")


def test_a_deleted_conversation_leaves_nothing(stored: Conversations) -> None:
    stored.delete("ana")
    assert [one.id for one in stored.listed()] == ["beto"]
    with pytest.raises(InputError, match="No existe la conversación ana"):
        stored.exported("ana")
    assert b"softmax" not in stored.file.read_bytes()


def test_a_conversation_is_exported_as_markdown(stored: Conversations) -> None:
    text = stored.exported("ana")
    assert text.startswith("# ¿Qué es softmax?\n\n> ¿Qué es softmax?\n\nUna función.")
    assert "*Clase 4, lámina 2*" in text


def test_a_question_without_answer_is_kept_and_exported(stored: Conversations) -> None:
    stored.ask("carla", "¿Qué es GELU?")
    assert stored.turns("carla") == []
    assert "(sin respuesta)" in stored.exported("carla")


def test_feedback_is_kept_and_can_be_taken_back(stored: Conversations) -> None:
    turn = stored.turns("ana")[0].id
    stored.rate(turn, -1, "no era eso")
    assert (stored.turns("ana")[0].feedback, stored.turns("ana")[0].comment) == (-1, "no era eso")
    stored.rate(turn, 0)
    assert stored.turns("ana")[0].feedback is None
    with pytest.raises(InputError):
        stored.rate(turn, 5)
    with pytest.raises(InputError, match="No existe la respuesta"):
        stored.rate(9_999, 1)


def test_a_file_of_an_older_version_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "old.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute(
            "CREATE TABLE turns (id INTEGER PRIMARY KEY, conversation TEXT NOT NULL, question TEXT "
            "NOT NULL, answer TEXT, asked_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)"
        )
        connection.execute(
            "INSERT INTO turns (conversation, question, answer) VALUES ('a', 'q', 'r')"
        )
    connection.close()
    turn = Conversations(file).turns("a")[0]
    assert (turn.question, turn.answer, turn.mode, turn.steps) == ("q", "r", "explain", ())


def test_people_are_listed_their_own_conversations_only(stored: Conversations) -> None:
    stored.answered(stored.ask("p1.a", "¿Qué es Adam?"), answer("Un optimizador."))
    stored.ask("p10.b", "¿Qué es SGD?")
    assert [one.id for one in stored.listed(owner="p1.")] == ["p1.a"]
    assert [one.id for one in stored.listed("sgd", owner="p1.")] == []
    assert len(stored.listed()) == 4


def test_what_was_cited_and_done_is_kept_and_little_of_it(stored: Conversations) -> None:
    place = numbered("page", 7, word="lámina")
    passage = Passage("p#1", "clase-04.pdf", "T", "Clase 4", (), "Suma uno.", place)
    step = SearchStep("own_tool", {"code": "x" * 9_000, "n": 3}, 0.2, ((1, passage),))
    citation = Citation(1, passage, "Suma uno.")
    said = replace(answer("Suma uno [1]."), citations=(citation,), steps=(step,))
    stored.answered(stored.ask("ana", "¿Cuánto suma?"), said)
    turn = stored.turns("ana")[-1]
    assert turn.cited == (Cited(1, "p#1", "Clase 4, lámina 7", "Suma uno."),)
    found = (("p#1", "Clase 4, lámina 7"),)
    assert turn.steps == (Step("own_tool", {"code": "x" * 200, "n": "3"}, 0.2, found),)
    assert "own_tool" not in stored.exported("ana")


def test_a_question_asked_anew_takes_the_place_of_all_that_came_after(
    stored: Conversations,
) -> None:
    first = stored.asked("ana")[0]
    stored.cut("beto", first.id + 1_000)
    stored.cut("ana", first.id)
    assert stored.asked("ana") == []
    assert len(stored.asked("beto")) == 1


def test_a_stopped_answer_keeps_what_was_said_and_has_no_status(stored: Conversations) -> None:
    turn = stored.ask("ana", "¿Y Adam?")
    assert stored.asked("ana")[-1].answer is None
    searched = SearchStep("search_course", {"query": "¿Y Adam?"}, 0.1, ())
    stored.stopped(turn, "Adam es", "es", steps=[searched])
    kept = stored.turns("ana")[-1]
    assert (kept.answer, kept.status, kept.steps) == ("Adam es", None, (stored_step(searched),))
