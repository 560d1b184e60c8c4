"""Practising in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from agent import Assistant, ServerAddress
from agent.quiz import QuizStore, choice_item, short_item
from corpus import Settings
from retrieval import Retriever
from tests.agent.quiz.test_writing import Model
from tests.browser.conftest import DESKTOP, PHONE, Opened, page_of
from tests.conftest import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RIGHT = "logits en probabilidades"
WRONG = ("imágenes en texto", "pesos en sesgos", "gradientes en datos")


@pytest.fixture
def assistant(retriever: Retriever, settings: Settings, tmp_path: Path) -> Iterator[Assistant]:
    quiz = settings.model_copy(update={"quiz": tmp_path / "quiz.sqlite"})
    with Assistant(retriever, quiz, use_model=False) as assistant:
        yield assistant


@pytest.fixture
def store(assistant: Assistant) -> QuizStore:
    """A quiz of one item of each kind."""
    passages = assistant.retriever.public
    softmax = next(one for one in passages if "probabilidades" in one.text)
    recta = next(one for one in passages if "recta" in one.text)
    store = QuizStore(assistant.settings.quiz)
    choice = choice_item(softmax, "¿Qué hace softmax?", RIGHT, WRONG)
    store.add([choice, short_item(recta, "¿Con qué separa el perceptrón?", "con una recta")])
    return store


def practise(page: Page) -> None:
    page.get_by_role("tab", name="Practicar").click()


def shows(place: Locator, text: str) -> None:
    """Waits for what a busy server may take its time to send."""
    expect(place).to_contain_text(text, timeout=30_000)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_student_answers_and_is_corrected_at_once_with_the_source(
    opened: Opened, assistant: Assistant, store: QuizStore, width: int
) -> None:
    page = opened(page_of(assistant))
    practise(page)
    page.set_viewport_size({"width": width, "height": 900})
    shows(page.locator("#enunciado"), "¿Qué hace softmax?")
    shows(page.locator("#quedan"), "2 en esta ronda")
    page.get_by_role("radio", name=WRONG[0]).check()
    page.get_by_role("button", name="Responder").click()
    correction = page.locator("#correccion")
    shows(correction, "Incorrecta")
    shows(correction, f"la correcta es «{RIGHT}»")
    shows(correction, "convierte los logits en probabilidades que suman uno")
    expect(page.get_by_role("radio", name=f"✔ {RIGHT}")).to_be_disabled()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    correction.locator("a.chip").click()
    shows(page.locator("#lugar .place"), "softmax")
    page.keyboard.press("Escape")
    expect(page.locator("#lugar .place")).to_have_count(0)


def test_practising_needs_no_mouse(opened: Opened, assistant: Assistant, store: QuizStore) -> None:
    store.report(store.items()[0].id, "solo queda la de respuesta corta")
    page = opened(page_of(assistant))
    practise(page)
    page.get_by_label("Tu respuesta").fill("con una recta")
    page.keyboard.press("Enter")
    shows(page.locator("#correccion"), "Correcta")
    expect(page.locator("#siguiente")).to_be_focused()
    page.keyboard.press("Enter")
    shows(page.locator("#fin-ronda"), "Correctas: 1 de 1")
    shows(page.locator("#fin-ronda"), "Estás al día")
    shows(page.locator("#avance td").first, "1 de 1")


def test_a_class_is_practised_by_itself(
    opened: Opened, assistant: Assistant, store: QuizStore
) -> None:
    page = opened(page_of(assistant))
    practise(page)
    shows(page.locator("#quedan"), "2 en esta ronda")
    page.get_by_label("Qué practicar").click()
    page.get_by_role("option", name="Clase 4").click()
    shows(page.locator("#quedan"), "1 en esta ronda")


def test_a_bad_question_is_reported_and_asked_no_more(
    opened: Opened, assistant: Assistant, store: QuizStore
) -> None:
    page = opened(page_of(assistant))
    practise(page)
    shows(page.locator("#enunciado"), "¿Qué hace softmax?")
    page.get_by_role("button", name="Esta pregunta está mala").click()
    page.get_by_label("Qué tiene de malo").fill("tiene dos correctas")
    page.get_by_role("button", name="Avisar y sacarla").click()
    shows(page.locator("#enunciado"), "¿Con qué separa el perceptrón?")
    assert [one.reasons for one in store.pending()] == [("tiene dos correctas",)]


def test_the_first_questions_are_written_from_the_page(
    opened: Opened, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.drafting.SHORTEST", 20)
    Model.bodies, Model.finds, Model.guesses = [], True, True
    with serving(Model) as url:
        assistant.address = ServerAddress(url, "m", "none")
        page = opened(page_of(assistant))
        practise(page)
        shows(page.locator("#fin-ronda"), "Todavía no hay preguntas")
        page.get_by_role("button", name="Escribir preguntas nuevas").click()
        page.get_by_role("button", name="Escribir 3 preguntas nuevas").click()
        shows(page.locator("#escritas"), "Borradores nuevos: 2.")
        shows(page.locator("#escritas"), "× quedó cortada")
        page.get_by_role("button", name="Preguntas por aprobar: 2").click()
        page.get_by_label("Respuesta correcta").fill("la suma de las probabilidades")
        page.get_by_role("button", name="Aprobar", exact=True).click()
        shows(page.locator("#borradores"), "Preguntas por aprobar: 1")
        page.get_by_role("button", name="Descartar").click()
        shows(page.locator("#quedan"), "1 en esta ronda")
        expect(page.locator("#borradores")).to_have_count(0)
    store = QuizStore(assistant.settings.quiz)
    assert [item.answer for item in store.items()] == ["la suma de las probabilidades"]
    assert store.pending() == []


def test_without_a_model_the_page_says_that_writing_needs_it(
    opened: Opened, assistant: Assistant
) -> None:
    page = opened(page_of(assistant))
    practise(page)
    page.get_by_role("button", name="Escribir preguntas nuevas").click()
    expect(page.get_by_text("hace falta el modelo de lenguaje")).to_be_visible()
    expect(page.get_by_role("button", name="Escribir 3 preguntas nuevas")).to_have_count(0)
