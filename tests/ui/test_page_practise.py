import asyncio
import json
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from agent import Assistant
from agent.quiz import Item, QuizStore, Review, choice_item, grade_choice, short_item
from agent.quiz.checks import CHECKS
from corpus import InputError, Settings
from retrieval import Filter, Passage, Retriever
from ui.page.drafts import Drafts
from ui.page.practise import Practise, anki_package
from ui.page.quiz_view import choices, correction_markdown, question_markdown, when
from ui.page.quiz_writing import TEXTS as WRITING
from ui.page.quiz_writing import Writing
from ui.page.rounds import ROUND, part_of
from ui.page.site import Site
from ui.people import Person

T = TypeVar("T")
WRONG = ("imágenes en texto", "pesos en sesgos", "gradientes en datos")


class ForStudents(Site):
    """A site at which nobody is a teacher."""

    def person(self, request: gr.Request) -> Person:
        return Person("Ana", "ana", teacher=False, owns="ana-")


@pytest.fixture
def site(retriever: Retriever, settings: Settings, tmp_path: Path) -> Iterator[Site]:
    quiz = settings.model_copy(update={"quiz": tmp_path / "quiz.sqlite"})
    with Assistant(retriever, quiz, use_model=False) as assistant:
        yield Site(assistant)


@pytest.fixture
def passage(retriever: Retriever) -> Passage:
    return next(one for one in retriever.public if "probabilidades" in one.text)


@pytest.fixture
def item(passage: Passage) -> Item:
    return choice_item(passage, "¿Qué hace softmax?", "logits en probabilidades", WRONG)


def store_of(site: Site) -> QuizStore:
    return QuizStore(site.assistant.settings.quiz)


def waiting(site: Site) -> list[Item]:
    return [one.item for one in store_of(site).pending()]


def built(add: Callable[[], T]) -> tuple[gr.Blocks, T]:
    """A page with what `add` adds; in a loop, because outside of one Gradio leaves some open."""

    async def build() -> tuple[gr.Blocks, T]:
        with gr.Blocks() as page:
            added = add()
        return page, added

    return asyncio.run(build())


class Session:
    """The part of the page as one browser has it: what an event's handler sends to it."""

    def __init__(self, site: Site) -> None:
        def add() -> None:
            with gr.Tab("Practicar") as tab:
                part = Practise(site, "es")
            part.wire(tab)

        self.page, _ = built(add)
        self.state = SessionState(self.page)

    def send(self, handler: str, *inputs: Any) -> str:
        block = next(one for one in self.page.fns.values() if one.name == handler)
        ids = [None if isinstance(one, gr.State) else one for one in block.inputs]
        values = iter(inputs)
        filled = [None if one is None else next(values) for one in ids]
        said = asyncio.run(
            self.page.process_api(block, filled, state=self.state, request=gr.Request())
        )
        return json.dumps(said["data"], ensure_ascii=False)


def swapped(item: Item) -> Item:
    """The same question, with another option as the right one."""
    assert item.right is not None
    right = (item.right + 1) % len(item.options)
    return replace(item, right=right, answer=item.options[right], why="otra frase")


def test_until_it_is_answered_the_browser_gets_the_same_whatever_the_answer_is(
    site: Site, item: Item, tmp_path: Path
) -> None:
    def sent(stored: Item, file: str) -> str:
        settings = site.assistant.settings.model_copy(update={"quiz": tmp_path / file})
        with Assistant(site.retriever, settings, use_model=False) as assistant:
            here = Site(assistant)
            store_of(here).add([stored])
            session = Session(here)
            config = str(session.page.config)
            said = session.send("opened", "") + session.send("begun", "")
        assert "¿Qué hace softmax?" in said
        assert "otra frase" not in config + said
        assert item.why not in config + said
        return said

    assert sent(item, "a.sqlite") == sent(swapped(item), "b.sqlite")


def test_the_answer_comes_with_the_correction_and_is_stored_once(site: Site, item: Item) -> None:
    store_of(site).add([item])
    session = Session(site)
    session.send("begun", "")
    first = session.send("answered", "", item.right, "")
    second = session.send("answered", "", item.right, "")  # a press that comes too late
    assert "✔ Correcta" in first
    assert "✔ Correcta" not in second
    who = site.person(gr.Request()).id
    assert [one.result for one in store_of(site).reviews(who)] == ["right"]


def test_an_answer_without_an_option_is_not_graded(site: Site, item: Item) -> None:
    store_of(site).add([item])
    session = Session(site)
    session.send("begun", "")
    with pytest.warns(UserWarning, match="Elige una opción"):
        session.send("answered", "", None, "")
    assert store_of(site).reviews(site.person(gr.Request()).id) == []


def test_a_report_without_a_reason_retires_nothing(site: Site, item: Item) -> None:
    store_of(site).add([item])
    session = Session(site)
    session.send("begun", "")
    with pytest.warns(UserWarning, match="qué tiene de malo"):
        session.send("reported", "", "  ")
    assert store_of(site).items() == [item]


def test_a_round_is_short_and_the_rest_is_counted(site: Site, passage: Passage) -> None:
    asked = [short_item(passage, f"¿Cuánto es {n} más uno?", f"{n + 1}") for n in range(ROUND + 5)]
    store_of(site).add(asked)
    said = Session(site).send("begun", "")
    assert f"Te quedan {ROUND} en esta ronda, {ROUND + 5} en total." in said


def test_only_the_teaching_staff_has_questions_written(site: Site) -> None:
    students = ForStudents(site.assistant)
    _, writing = built(lambda: Writing(students, "es"))
    with pytest.warns(UserWarning, match="equipo docente"):
        assert writing.write(0, gr.Request()) == ""
    shown = writing.look(students.person(gr.Request()))
    assert shown[writing.block].visible is False


def test_a_draft_is_shown_to_the_staff_alone_and_asked_once_approved(
    site: Site, item: Item
) -> None:
    store_of(site).propose([item])
    session = Session(site)
    opened = session.send("opened", "")
    assert "Preguntas por aprobar: 1" in opened
    assert item.why in opened
    assert "esperan tu aprobación" in opened
    assert "Preguntas por aprobar" not in Session(ForStudents(site.assistant)).send("opened", "")
    session.send("approved", item.question, "logits en probabilidad", "\n".join(WRONG))
    (asked,) = store_of(site).items()
    assert asked.answer == "logits en probabilidad"
    assert asked.options[asked.right or 0] == asked.answer
    assert "Te quedan 1 en esta ronda" in session.send("opened", "")


def test_what_a_student_reports_is_put_before_the_staff_with_the_reason(
    site: Site, item: Item
) -> None:
    store_of(site).add([item])
    students = Session(ForStudents(site.assistant))
    students.send("begun", "")
    students.send("reported", "", "tiene <b>dos</b> correctas")
    assert store_of(site).items() == []
    opened = Session(site).send("opened", "")
    assert "Preguntas por aprobar: 1" in opened
    assert "**Avisaron:** «tiene &lt;b>dos&lt;/b> correctas»" in opened


def test_students_approve_and_discard_nothing(site: Site, item: Item) -> None:
    store_of(site).propose([item])
    _, drafts = built(lambda: Drafts(ForStudents(site.assistant), "es"))
    attempts: list[Callable[[], object]] = [
        lambda: drafts.approved(item.id, item.question, item.answer, "", gr.Request()),
        lambda: drafts.discarded(item.id, gr.Request()),
        lambda: drafts.put_off(item.id, gr.Request()),
    ]
    for attempt in attempts:
        with pytest.warns(UserWarning, match="equipo docente"):
            attempt()
    assert waiting(site) == [item]


def test_a_draft_that_cannot_be_asked_stays_on_the_screen_as_it_was_edited(
    site: Site, item: Item
) -> None:
    other = replace(item, id="otra", question="¿Y la otra?")
    store_of(site).propose([item, other])
    session = Session(site)
    session.send("opened", "")
    with pytest.warns(UserWarning, match="Faltan"):
        session.send("approved", "¿A medio escribir?", "", "\n".join(WRONG))
    again = session.send("opened", "")
    assert item.question not in again  # the field keeps what the teacher wrote
    assert len(waiting(site)) == 2
    assert "¿Y la otra?" in session.send("put_off")
    session.send("discarded")
    assert waiting(site) == [item]


def test_without_a_model_writing_says_what_it_needs(site: Site) -> None:
    _, writing = built(lambda: Writing(site, "es"))
    with pytest.warns(UserWarning, match="hace falta el modelo"):
        assert writing.write(0, gr.Request()) == ""


def test_every_reason_for_refusing_an_item_has_plain_words() -> None:
    names = {check.__name__ for check in CHECKS} | {"cut", "repeated", "unconfirmed"}
    assert names <= WRITING.keys()


def test_options_are_marked_once_one_was_chosen(item: Item) -> None:
    assert item.right is not None
    other = (item.right + 1) % 4
    assert [label for label, _ in choices(item)] == list(item.options)
    marked = {at: label for label, at in choices(item, other)}
    assert marked[item.right] == "✔ logits en probabilidades"
    assert marked[other].startswith("✘ ")
    assert [label[0] for label, _ in choices(item, item.right)].count("✘") == 0


def test_options_with_formulas_stand_beside_the_question(passage: Passage) -> None:
    item = choice_item(passage, "¿Cuál es?", "$e^z$", ("$z$", "$z^2$", "$1/z$"))
    assert "**A.** $" in question_markdown(item)
    assert [label for label, _ in choices(item)] == ["A", "B", "C", "D"]


def test_question_and_quote_bring_no_html(passage: Passage) -> None:
    item = short_item(passage, "¿Qué es <img src=x>?", "nada")
    assert "<img" not in question_markdown(item)


def test_a_correction_links_to_its_place_if_the_course_still_has_it(
    item: Item, retriever: Retriever
) -> None:
    gone = replace(item, passage_id="gone#1")
    for one, linked in ((item, True), (gone, False)):
        grade = grade_choice(one, one.right or 0)
        said = correction_markdown(one, grade, timedelta(minutes=10), retriever, "es")
        assert ('href="#lugar-' in said) is linked
        assert one.label in said
        assert f"> {one.why}" in said
        assert "en 10 minutos" in said


def test_a_wrong_answer_gets_its_reason_without_the_quote_twice(
    item: Item, retriever: Retriever
) -> None:
    assert item.right is not None
    grade = grade_choice(item, (item.right + 1) % 4)
    said = correction_markdown(item, grade, timedelta(days=1), retriever, "es")
    assert "la correcta es «logits en probabilidades»" in said
    assert re.sub(r' title="[^"]*"', "", said).count(item.why) == 1


@pytest.mark.parametrize(
    ("wait", "said"),
    [
        (timedelta(seconds=-3), "en 1 minuto"),
        (timedelta(seconds=61), "en 2 minutos"),
        (timedelta(minutes=59.5), "en 1 hora"),
        (timedelta(hours=5), "en 5 horas"),
        (timedelta(hours=24), "mañana"),
        (timedelta(days=3), "en 3 días"),
    ],
)
def test_waits_are_said_in_words(wait: timedelta, said: str) -> None:
    assert when(wait, "es") == said


def test_a_part_is_a_class_or_the_documents_called_so(item: Item, retriever: Retriever) -> None:
    assert part_of("Clase 4", [item]) == Filter(classes=frozenset({4}))
    lab = next(one for one in retriever.public if one.document.endswith(".ipynb"))
    other = short_item(lab, "¿Con qué separa el perceptrón?", "con una recta")
    documents = frozenset({lab.document})
    assert part_of(other.class_label, [item, other]) == Filter(documents=documents)
    assert part_of("", [item]) is None


def test_when_nothing_is_due_the_page_says_when_the_next_one_is(site: Site, item: Item) -> None:
    store_of(site).add([item])
    who = site.person(gr.Request()).id
    assert item.right is not None
    Review(store_of(site)).answer(who, item.id, grade_choice(item, item.right), datetime.now(UTC))
    said = Session(site).send("begun", "")
    assert "Estás al día" in said
    assert "en 10 minutos" in said


def test_the_anki_package_holds_the_quiz_and_no_copy_stays(
    site: Site, item: Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="No hay preguntas"):
        anki_package(site)
    store_of(site).add([item])
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    package = zipfile.ZipFile(BytesIO(anki_package(site)))
    assert list(folder.iterdir()) == []
    collection = tmp_path / "collection.anki2"
    collection.write_bytes(package.read("collection.anki2"))
    connection = sqlite3.connect(collection)
    (fields,) = connection.execute("SELECT flds FROM notes").fetchone()
    (decks,) = connection.execute("SELECT decks FROM col").fetchone()
    connection.close()
    assert "¿Qué hace softmax?" in fields
    assert site.assistant.settings.course_name in decks
