from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent import Assistant
from agent.corrections import FILE, add_answer
from corpus import InputError, Settings
from retrieval import Retriever


def test_an_answer_of_the_staff_is_found_from_then_on(
    course: Path, retriever: Retriever, settings: Settings
) -> None:
    question = "¿Se puede usar calculadora en el examen?"
    after = add_answer(question, "Sí, una que no sea programable.", retriever, settings)
    after = add_answer("¿Hay clase el viernes santo?", "# No\nEs feriado.", after, settings)
    best = after.search(question, 1)[0].passage
    assert best.document == FILE
    assert "programable" in best.text
    assert (course / FILE).read_text().startswith("# Respuestas del equipo docente\n\n## ¿Se puede")
    assert "### No" in (course / FILE).read_text()


@pytest.mark.parametrize(("question", "answer"), [("", "x"), ("¿?", ""), ("¿?", "x" * 9_000)])
def test_an_empty_or_endless_answer_is_refused(
    retriever: Retriever, settings: Settings, question: str, answer: str
) -> None:
    with pytest.raises(InputError):
        add_answer(question, answer, retriever, settings)


def test_a_better_answer_takes_the_place_of_the_one_before_it(
    course: Path, retriever: Retriever, settings: Settings
) -> None:
    after = add_answer("¿Hay clase el viernes?", "No sé.", retriever, settings)
    after = add_answer("¿Hay calculadora?", "Sí.", after, settings)
    add_answer("¿Hay clase el viernes?", "Es feriado.", after, settings)
    text = (course / FILE).read_text()
    assert text.count("## ¿Hay clase el viernes?") == 1
    assert "No sé." not in text
    assert "## ¿Hay calculadora?" in text
    assert "Es feriado." in text


def test_an_answer_that_cannot_be_indexed_leaves_the_course_as_it_was(
    course: Path, retriever: Retriever, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise InputError("Otro proceso está indexando.")

    monkeypatch.setattr("retrieval.indexing.update", busy)
    with pytest.raises(InputError, match="Otro proceso"):
        add_answer("¿Hay clase el viernes?", "No.", retriever, settings)
    assert not (course / FILE).exists()


def test_answers_that_are_added_at_the_same_moment_are_all_kept(
    course: Path, retriever: Retriever, settings: Settings
) -> None:
    assistant = Assistant(retriever, settings, use_model=False)
    questions = [f"¿Hay clase el {day}?" for day in ("lunes", "martes", "viernes")]
    with ThreadPoolExecutor(len(questions)) as pool:
        list(pool.map(assistant.correct, questions, ["Sí."] * len(questions)))
    contexts = " ".join(passage.context for passage in assistant.retriever.index.passages)
    for question in questions:
        assert f"## {question}" in (course / FILE).read_text()
        assert question in contexts


def test_whoever_renews_the_index_waits_for_his_turn(
    course: Path, retriever: Retriever, settings: Settings
) -> None:
    assistant = Assistant(retriever, settings, use_model=False)
    (course / "clase-09.md").write_text("# Redes de grafos\n\nPasan mensajes entre vecinos.")
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda _: assistant.renew(), range(2)))
    assert sorted(report.added for report in reports) == [0, 1]
    assert "clase-09.md" in assistant.retriever.index.documents


def test_code_in_an_answer_stays_as_it_is(
    course: Path, retriever: Retriever, settings: Settings
) -> None:
    code = "```python\n# suma\n## y más\nx = 1 + 1\n```"
    after = add_answer("¿Cómo sumo?", f"Así:\n\n{code}\n\n# Y ya", retriever, settings)
    after = add_answer("¿Hay clase?", "No.", after, settings)
    text = (course / FILE).read_text()
    assert code in text
    assert "\n### Y ya" in text
    add_answer("¿Cómo sumo?", "Con más.", after, settings)
    assert "x = 1 + 1" not in (course / FILE).read_text()
    assert "## ¿Hay clase?\n\nNo." in (course / FILE).read_text()


def test_an_answer_that_cannot_be_written_leaves_nothing_behind(
    course: Path, retriever: Retriever, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(course.iterdir())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("corpus.writing.os.replace", full)
    with pytest.raises(InputError, match="No space left"):
        add_answer("¿Hay clase?", "No.", retriever, settings)
    assert sorted(course.iterdir()) == before
