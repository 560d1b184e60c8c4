"""The teaching staff's part of the page in a real browser."""

import re
import threading
from contextlib import suppress
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as NotInTime

from agent import Assistant
from corpus import Settings
from retrieval import Retriever
from tests.browser.conftest import PHONE, Opened, page_of
from tests.conftest import ScriptedModel
from tests.ui.test_page_staff import asked, gold
from ui.page import measuring

pytestmark = [pytest.mark.browser, pytest.mark.slow]
GAP = "¿Se puede usar calculadora en el examen?"


def staff_of(page: Page, name: str = "Equipo docente") -> None:
    """Opens the part, which a phone keeps in the menu of tabs."""
    menu = page.locator("#partes .overflow-menu").first
    tab = menu.get_by_text(name).or_(page.get_by_role("tab", name=name)).first
    expect(tab).to_be_attached()
    for _ in range(10):  # the page may move it into the menu between a look and a click
        if not tab.is_visible():
            menu.locator("> button").click()
        with suppress(NotInTime):
            tab.click(timeout=3_000)
            return
    tab.click()


def test_a_gap_is_seen_answered_and_found_from_then_on(
    opened: Opened, retriever: Retriever, settings: Settings
) -> None:
    with Assistant(retriever, settings, use_model=False) as assistant:
        asked(assistant.conversations, GAP, "not_in_materials")
        page = opened(page_of(assistant))
        staff_of(page)
        page.get_by_role("button", name=f"Responder: {GAP}").click()
        expect(page.get_by_label("Pregunta, como la hacen")).to_have_value(GAP)
        answer = page.get_by_label("Respuesta (Markdown)")
        expect(answer).to_be_focused()
        page.get_by_role("button", name="Agregar respuesta").click()
        expect(page.get_by_role("alert")).to_contain_text("entre 1 y")
        expect(page.get_by_label("Pregunta, como la hacen")).to_have_value(GAP)
        answer.fill("Sí, una que no sea **programable**.")
        page.get_by_role("button", name="Agregar respuesta").click()
        expect(page.get_by_text(f"Agregada. «{GAP}» encuentra ahora")).to_be_visible()
        expect(answer).to_have_value("")
        page.locator("[role=status] a").click()
        expect(page.locator("#lugar .place")).to_contain_text("programable")
        assert "programable" in assistant.retriever.search(GAP, 1)[0].passage.text


def test_an_answer_of_the_chat_appears_once_refreshed(
    opened: Opened, retriever: Retriever, settings: Settings
) -> None:
    model = ScriptedModel(script=[AIMessage("La función softmax convierte los logits [1].")])
    with Assistant(retriever, settings, model=model) as assistant:
        page = opened(f"{page_of(assistant)}/en/")
        staff_of(page, "Teaching staff")
        expect(page.get_by_text("Nobody has asked yet")).to_be_visible()
        assistant.ask("¿Qué hace softmax con los logits?", "c")
        page.get_by_role("button", name="Refresh").click()
        expect(page.get_by_role("img", name=re.compile("What is asked about"))).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_students_wrote_does_nothing_and_fits_a_phone(
    opened: Opened, retriever: Retriever, settings: Settings, scheme: str
) -> None:
    evil = "<img src=x onerror='window.hurt=1'> ${window.hurt=1} {{value}} " + "palabra" * 30
    with Assistant(retriever, settings, use_model=False) as assistant:
        asked(assistant.conversations, evil, "not_in_materials", evil, (-1, evil))
        page = opened(page_of(assistant), PHONE, scheme)
        staff_of(page)
        button = page.get_by_role("button", name="Responder: <img")
        button.click()
        expect(page.get_by_label("Pregunta, como la hacen")).to_have_value(evil)
        assert page.evaluate("window.hurt") is None
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


def test_the_search_is_measured_from_the_page(
    opened: Opened,
    retriever: Retriever,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = gold(tmp_path / "gold", "q1\tclase-04.md#2\t1\nq2\tlabs/lab-02.ipynb#2\t1\n")
    monkeypatch.setattr(measuring, "QUESTIONS", folder)
    with Assistant(retriever, settings, use_model=False) as assistant:
        page = opened(page_of(assistant))
        staff_of(page)
        page.get_by_role("tab", name="Búsqueda").click()
        page.get_by_role("button", name="Medir la búsqueda").click()
        expect(page.get_by_text("Es la primera medición")).to_be_visible(timeout=30_000)
        expect(page.locator(".heat")).to_contain_text("nDCG@10")
        expect(page.get_by_role("img", name="Media e intervalo")).to_be_visible()
        page.get_by_text("¿Quién ganó el partido?", exact=True).click()
        page.get_by_role("link", name="Lab 2, celda 2").first.click()
        expect(page.locator("#lugar .place")).to_contain_text("El perceptrón separa")
        page.keyboard.press("Escape")
        with page.expect_download() as download:
            page.get_by_role("button", name="Guardar el informe").click()
        assert "Evaluación de la búsqueda" in download.value.path().read_text()
        page.get_by_role("button", name="Medir la búsqueda").click()
        expect(page.get_by_text("Ninguna pregunta cambió")).to_be_visible(timeout=30_000)
        page.reload()
        staff_of(page)
        page.get_by_role("tab", name="Búsqueda").click()
        expect(page.get_by_text(re.compile("La última medición: .*, 2 preguntas"))).to_be_visible()
        expect(page.locator(".heat")).to_contain_text("nDCG@10")


def test_a_measurement_can_be_stopped_and_begun_again(
    opened: Opened, retriever: Retriever, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def endless(*given: Any) -> None:
        progress = next(one for one in given if callable(one))
        try:
            while True:
                progress("evaluando", 1, 4)
                sleep(0.05)
        finally:
            ended.set()

    monkeypatch.setattr(measuring, "evaluate", endless)
    with Assistant(retriever, settings, use_model=False) as assistant:
        page = opened(page_of(assistant))
        staff_of(page)
        page.get_by_role("tab", name="Búsqueda").click()
        page.get_by_role("button", name="Medir la búsqueda").click()
        expect(page.get_by_text("Midiendo: 1 de 4")).to_be_visible()
        page.get_by_role("button", name="Detener").click()
        expect(page.get_by_text("Se detuvo la medición")).to_be_visible()
        expect(page.get_by_role("button", name="Medir la búsqueda")).to_be_visible()
        assert ended.wait(30)
        page.get_by_role("button", name="Medir la búsqueda").click()
        expect(page.get_by_text("Midiendo: 1 de 4")).to_be_visible()
        page.get_by_role("button", name="Detener").click()
        expect(page.get_by_text("Se detuvo la medición")).to_be_visible()
