"""The page in a real browser, with the real index and, in one test, the real model."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage
from playwright.sync_api import Browser, Page, expect, sync_playwright

from agent import Assistant
from agent.serving.server import free_port
from corpus import Settings
from retrieval import Retriever
from tests.conftest import ScriptedModel
from ui.page import build, launch

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "install Debian's chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


def opened(browser: Browser, url: str, width: int = 1280) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(url)
    page.locator("textarea").wait_for()
    return page


def ask(page: Page, question: str) -> None:
    page.locator("textarea").fill(question)
    page.keyboard.press("Enter")


@pytest.mark.vllm
def test_a_student_asks_and_sees_the_answer_with_its_source(
    browser: Browser, served: dict[str, str], bundled_index: Path, tmp_path: Path
) -> None:
    settings = Settings.load(
        index=bundled_index, llm_url=served["url"], conversations=tmp_path / "c.sqlite"
    )
    with Assistant(Retriever.open(settings=settings), settings) as assistant:
        url = launch(assistant, free_port(0), open_browser=False)
        page = opened(browser, url)
        ask(page, "¿Por qué un perceptrón no puede resolver el XOR?")
        expect(page.get_by_text("Buscó en el curso")).to_be_visible(timeout=60_000)
        sources = page.locator("#sources")
        expect(sources).to_contain_text("[", timeout=180_000)
        expect(sources).to_contain_text(re.compile(r"semana-0[124]/"))
        expect(page.locator(".bot").last).to_contain_text("XOR")
        page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_answers_are_data_formulas_render_and_nothing_remote_loads(
    browser: Browser, retriever: Retriever, settings: Settings, width: int
) -> None:
    said = (
        "La función softmax convierte logits: $p_i = e^{z_i}$ "
        '<img src="http://remote.invalid/a.png" onerror="window.hurt=1"> '
        "![x](http://remote.invalid/b.png) $<img src=http://remote.invalid/c.png>$ "
        r"\`<img src=http://remote.invalid/d.png>\`"
        "\n\n```mermaid\n<img src=http://remote.invalid/e.png>\n```"
    )
    model = ScriptedModel(script=[AIMessage(said)])
    with Assistant(retriever, settings, model=model) as assistant:
        url = launch(assistant, free_port(0), open_browser=False)
        page = opened(browser, url, width)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        ask(page, "¿Qué hace softmax con los logits?")
        expect(page.locator("#sources")).to_contain_text("clase-04.md", timeout=30_000)
        expect(page.locator(".bot .katex").first).to_be_visible()
        assert page.evaluate("window.hurt") is None
        assert [address for address in asked if not address.startswith(url)] == []
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
        page.close()


def test_a_bad_question_gets_a_sentence_and_the_page_lives_on(
    browser: Browser, retriever: Retriever, settings: Settings
) -> None:
    with Assistant(retriever, settings, use_model=False) as assistant:
        url = launch(assistant, free_port(0), open_browser=False)
        page = opened(browser, url)
        page.evaluate("document.querySelector('textarea').removeAttribute('maxlength')")
        ask(page, "x" * 5_000)
        expect(page.locator(".bot").last).to_contain_text("el máximo es 4000", timeout=30_000)
        ask(page, "¿Qué hace softmax con los logits?")
        expect(page.locator(".bot").last).to_contain_text("Extracto", timeout=30_000)
        page.close()


def test_the_page_is_built_without_being_served(retriever: Retriever, settings: Settings) -> None:
    with Assistant(retriever, settings, use_model=False) as assistant:
        build(assistant)
