"""The teaching staff's part of the page, without a browser."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
import pytest

from agent import Assistant
from agent.conversations import Conversations
from agent.corrections import FILE
from agent.events import Answer, Seconds, Status
from agent.insights import insights
from agent.quiz import QuizStore
from corpus import Settings
from retrieval import Retriever
from tests.agent.quiz.examples import choice
from ui.page import measuring
from ui.page.measuring import Going, Measuring
from ui.page.overview import TEXTS, charts
from ui.page.place import href
from ui.page.site import Site, speaker
from ui.page.staff import Questions
from ui.people import Person

T = TypeVar("T")
EVIL = "<img src=x onerror=alert(1)>\"'"
REQUEST = gr.Request()


class StudentsSite(Site):
    """A page at which a student sits."""

    def person(self, request: gr.Request) -> Person:
        return Person("Ana", "ana", teacher=False, owns="ana-")


def asked(
    conversations: Conversations,
    question: str,
    status: Status = "answered",
    about: str = "",
    feedback: tuple[int, str] = (0, ""),
) -> None:
    """Stores a question and its answer."""
    answer = Answer(
        question=question,
        text="…",
        status=status,
        language="es",
        citations=(),
        steps=(),
        seconds=Seconds(0.1, 0.5, 3.0),
        model=None,
        evidence=0.9,
        about=(about,) if about else (),
    )
    turn = conversations.ask("c", question)
    conversations.answered(turn, answer)
    conversations.rate(turn, *feedback)


def built(add: Callable[[], T]) -> T:
    """Adds something to a page; in a loop, because outside of one Gradio leaves some open."""

    async def build() -> T:
        with gr.Blocks():
            return add()

    return asyncio.run(build())


def gold(folder: Path, judged: str) -> Path:
    """Two questions of the tiny course, the first of which has its answer."""
    folder.mkdir(exist_ok=True)
    queries = {"q1": "¿Qué hace softmax con los logits?", "q2": "¿Quién ganó el partido?"}
    lines = [json.dumps({"_id": i, "text": t, "split": "dev"}) for i, t in queries.items()]
    (folder / "queries.jsonl").write_text("\n".join(lines))
    (folder / "qrels.tsv").write_text(judged)
    return folder


@pytest.fixture
def site(retriever: Retriever, settings: Settings) -> Site:
    return Site(Assistant(retriever, settings, use_model=False))


@pytest.fixture
def questions(site: Site) -> Questions:
    return built(lambda: Questions(site, "es"))


@pytest.fixture
def judgements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A gold set in place of the course's own."""
    folder = gold(tmp_path / "gold", "q1\tclase-04.md#2\t1\nq2\tlabs/lab-02.ipynb#4\t1\n")
    monkeypatch.setattr(measuring, "QUESTIONS", folder)
    return folder


def test_before_the_first_question_the_page_says_so(questions: Questions) -> None:
    above, below = questions.learned(REQUEST)
    assert "Todavía nadie ha preguntado" in above
    assert below == ""


def test_the_staff_is_told_what_of_the_quiz_waits_for_it(questions: Questions, site: Site) -> None:
    store = QuizStore(site.assistant.settings.quiz)
    items = [choice(question) for question in ("¿Uno?", "¿Dos?", "¿Tres?")]
    store.propose(items[:2])
    store.add(items[2:])
    assert "en Practicar: 2 (avisadas por estudiantes: 0)" in questions.learned(REQUEST)[0]
    store.report(items[2].id, "no se entiende")
    assert "en Practicar: 3 (avisadas por estudiantes: 1)" in questions.learned(REQUEST)[0]


def test_what_was_asked_is_told_in_numbers_charts_and_lists(
    questions: Questions, site: Site
) -> None:
    stored, label = site.assistant.conversations, site.retriever.public[0].label
    asked(stored, "¿Qué hace softmax?", about=label, feedback=(1, ""))
    asked(stored, "¿Qué son las redes de grafos?", "not_in_materials", label)
    asked(stored, "qué son las redes de grafos", "not_in_materials", label)
    asked(stored, "¿Y el máximo?", feedback=(-1, "no era eso"))
    above, below = questions.learned(REQUEST)
    assert "<dt>Preguntas</dt><dd>4</dd>" in above
    assert "<dt>Respondidas</dt><dd>50%</dd>" in above
    assert "<dt>Útiles / no</dt><dd>1 / 1</dd>" in above
    assert "<dt>Segundos, mediana</dt><dd>3,0</dd>" in above
    assert 'role="img" aria-label="Cuánto tardan. hasta 1 s: 0; hasta 2 s: 0; hasta 5 s: 4' in above
    assert "<td>qué son las redes de grafos</td><td>2</td>" in above
    assert href(site.retriever.public[0].id) in above
    assert "¿Y el máximo?" in above
    assert "<li>no era eso</li>" in below


def test_weeks_are_drawn_with_their_gaps(site: Site) -> None:
    passages = [replace(one, week=4) for one in site.retriever.public]
    stored, label = site.assistant.conversations, passages[0].label
    asked(stored, "¿Qué hace softmax?", about=label)
    asked(stored, "¿Qué son los grafos?", "not_in_materials", label)
    said = insights(stored.all_turns(), passages, site.retriever.embedder)
    drawn = charts(said, (), speaker(TEXTS, "es"))
    assert 'aria-label="Preguntas por semana. Semana 4: 2 (1 sin respuesta)"' in drawn


def test_what_students_wrote_is_text(questions: Questions, site: Site) -> None:
    stored = site.assistant.conversations
    asked(stored, EVIL, "not_in_materials", EVIL, (-1, EVIL))
    asked(stored, EVIL, "answered", f"{EVIL}, {EVIL}", (-1, EVIL))
    said = "".join(questions.learned(REQUEST))
    assert "<img" not in said
    assert said.count("&lt;img src=x") > 6


def test_an_answer_that_was_added_is_found_and_shown(questions: Questions, site: Site) -> None:
    question = "¿Se puede usar calculadora en el examen?"
    kept_question, kept_answer, said = questions.added(question, "Sí, una simple.", REQUEST)
    best = site.retriever.search(question, 1)[0].passage
    assert (kept_question, kept_answer) == ("", "")
    assert best.document == FILE
    assert f'href="{href(best.id)}"' in said


def test_what_was_typed_stays_when_it_cannot_be_added(questions: Questions, site: Site) -> None:
    before = site.retriever
    for question, answer, why in (
        ("", "Sí.", "está vacía"),
        ("¿?", " ", "entre 1 y"),
        ("¿?", "x" * 9_000, "entre 1 y"),
    ):
        kept_question, kept_answer, said = questions.added(question, answer, REQUEST)
        assert kept_question == kept_answer == gr.skip()
        assert why in said
        assert 'role="alert"' in said
    assert site.retriever is before


def test_a_file_that_cannot_be_written_is_named(questions: Questions, course: Path) -> None:
    (course / FILE).mkdir()
    *_, said = questions.added("¿Hay clase?", "No.", REQUEST)
    assert f"No se puede escribir {course / FILE}" in said


def test_a_student_is_refused_whatever_they_call(
    site: Site, course: Path, judgements: Path
) -> None:
    asked(site.assistant.conversations, "¿Qué hace softmax?")
    students = StudentsSite(site.assistant)
    questions = built(lambda: Questions(students, "es"))
    measured = built(lambda: Measuring(students, "es"))
    refused = pytest.warns(UserWarning, match="solo para el equipo docente")
    event = gr.EventData(None, {"question": "¿?"})
    with refused:
        assert questions.learned(REQUEST) == (gr.skip(), gr.skip())
    with refused:
        assert questions.chosen(event, REQUEST) == (gr.skip(), gr.skip())
    with refused:
        assert measured.saved("secret", REQUEST) == ""
    with refused:
        assert measured.opened("", REQUEST) == (gr.skip(),) * 4
    with refused:
        assert measured.halted(REQUEST) == (gr.skip(),) * 4
    assert "equipo docente" in questions.added("¿Hay clase?", "No.", REQUEST)[2]
    assert not (course / FILE).exists()
    (shown,) = run(measured)
    assert "equipo docente" in shown[0]
    assert shown[1] == ""


def run(measured: Measuring, systems: tuple[str, ...] = ("lexical",)) -> list[tuple[Any, ...]]:
    """All that a measurement shows, in order."""

    async def collected() -> list[tuple[Any, ...]]:
        return [shown async for shown in measured.measured("dev", systems, REQUEST)]

    return asyncio.run(collected())


def test_a_measurement_tells_means_misses_and_their_places(site: Site, judgements: Path) -> None:
    measured = built(lambda: Measuring(site, "es"))
    first, *_, (state, shown, page, *_) = run(measured, ("dense", "lexical"))
    assert "<progress" in first[0]
    assert "primera medición" in state
    assert "En <b>1 de 2</b> preguntas, lexical trae" in shown
    assert "Preguntas que salen mal: 1" in shown
    expected = next(one for one in site.retriever.public if one.label == "Lab 2, celda 4")
    assert f'href="{href(expected.id)}"' in shown
    assert "<!doctype html>" in page


def test_the_next_measurement_says_what_changed(
    site: Site, settings: Settings, judgements: Path
) -> None:
    measured = built(lambda: Measuring(site, "es"))
    run(measured)
    kept = settings.index.parent / "evaluation-dev.json"
    report = json.loads(kept.read_text())
    assert "Ninguna pregunta cambió" in run(measured)[-1][1]
    for question in report["questions"]:
        question["systems"]["lexical"] |= {"nDCG@10": 0.0, "found": []}
    kept.write_text(json.dumps(report))
    shown = run(measured)[-1][1]
    assert "Mejor con lexical: 1" in shown
    assert "fuera de los 10 → lugar 1" in shown
    assert not kept.with_suffix(".new").exists()


def test_the_last_measurement_is_there_again_as_it_was(
    site: Site, settings: Settings, judgements: Path
) -> None:
    measured = built(lambda: Measuring(site, "es"))
    assert measured.opened("", REQUEST) == (gr.skip(),) * 4
    *_, (_, shown, page, *_) = run(measured)
    again = built(lambda: Measuring(site, "en"))
    told, *drawn, _ = measured.opened("", REQUEST)
    assert "2 preguntas (dev)" in told
    assert drawn == [shown, page]
    assert "2 questions (dev)" in again.opened("", REQUEST)[0]
    assert again.opened(page, REQUEST) == (gr.skip(),) * 4
    kept = settings.index.parent / "evaluation-dev.json"
    report = json.loads(kept.read_text())
    del report["recall"]
    kept.write_text(json.dumps(report))
    with pytest.warns(UserWarning, match="otra versión"):
        assert again.opened("", REQUEST) == (gr.skip(),) * 4


def test_a_damaged_last_measurement_is_said_and_replaced(
    site: Site, settings: Settings, judgements: Path
) -> None:
    measured = built(lambda: Measuring(site, "es"))
    kept = settings.index.parent / "evaluation-dev.json"
    kept.write_text("{")
    state, shown, *_ = run(measured)[-1]
    assert "No se puede leer el informe" in state
    assert "1 de 2" in shown
    assert "questions" in json.loads(kept.read_text())


def test_questions_of_another_course_are_a_sentence(site: Site, judgements: Path) -> None:
    gold(judgements, "q1\tsemana-02/clase.pdf#3\t1\n")
    measured = built(lambda: Measuring(site, "es"))
    state, shown, *_ = run(measured)[-1]
    assert "semana-02/clase.pdf#3 (pregunta q1) no apunta a nada del índice" in state
    assert shown == ""


def test_a_measurement_needs_a_system(site: Site, judgements: Path) -> None:
    measured = built(lambda: Measuring(site, "en"))
    assert "Choose at least one system" in run(measured, ())[-1][0]


def test_a_measurement_that_nobody_waits_for_ends_and_leaves_nothing(
    site: Site, settings: Settings, judgements: Path
) -> None:
    measured = built(lambda: Measuring(site, "es"))
    assert measured.measure("dev", ("lexical",), Going(stopped=True)) is None
    assert not (settings.index.parent / "evaluation-dev.json").exists()
