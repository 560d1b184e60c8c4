"""How the page looks and reads: contrast, names, widths; judged by axe-core in a real browser."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from langchain_core.messages import AIMessage
from playwright.sync_api import Page, expect

from agent import Assistant
from corpus import Settings
from retrieval import Retriever
from tests.browser.conftest import DESKTOP, PHONE, Opened, page_of
from tests.browser.pictures import open_part
from tests.conftest import ScriptedModel

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SERIOUS = ("serious", "critical")
SAID = "La función softmax convierte los logits $z$ en probabilidades [1].\n\n```python\nx = 1\n```"
NARROWEST, WIDEST = 360, 3840


def violations(page: Page) -> list[Any]:
    """What axe-core finds serious, and where."""
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], [node["html"][:160] for node in one["nodes"]][:3])
        for one in found
        if one["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_every_part_can_be_read_by_everybody(
    opened: Opened, retriever: Retriever, settings: Settings, width: int, scheme: str
) -> None:
    with Assistant(retriever, settings, model=ScriptedModel(script=[AIMessage(SAID)])) as assistant:
        page = opened(page_of(assistant), width, scheme)
        found = {"empty": violations(page)}
        page.locator("#pregunta textarea").fill("¿Qué hace softmax con los logits?")
        page.keyboard.press("Enter")
        expect(page.locator("#charla a.chip").first).to_be_visible(timeout=30_000)
        found["answer"] = violations(page)
        page.locator("#charla a.chip").first.click()
        expect(page.locator("#lugar .place")).to_be_visible()
        found["pane"] = violations(page)
        page.keyboard.press("Escape")
        for name in ("Biblioteca", "Practicar", "Equipo docente"):
            open_part(page, name)
            found[name] = violations(page)
        assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("width", [NARROWEST, PHONE, DESKTOP, WIDEST])
def test_nothing_is_wider_than_the_screen(
    opened: Opened, retriever: Retriever, settings: Settings, width: int
) -> None:
    with Assistant(retriever, settings, use_model=False) as assistant:
        page = opened(page_of(assistant), width)
        for name in ("Preguntar", "Biblioteca", "Practicar", "Equipo docente"):
            open_part(page, name)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_nothing_jumps_while_an_answer_streams(
    opened: Opened, retriever: Retriever, settings: Settings
) -> None:
    model = ScriptedModel(script=[AIMessage(f"{SAID}\n\n{' '.join(map(str, range(200)))}")])
    with Assistant(retriever, settings, model=model) as assistant:
        page = opened(page_of(assistant))
        page.wait_for_timeout(1_000)
        page.evaluate(
            """() => { window.jumps = []; new PerformanceObserver((list) => {
              for (const one of list.getEntries()) for (const source of one.sources) {
                const node = source.node; if (!node || !node.closest) continue;
                if (!node.closest('#charla')) window.jumps.push(node.outerHTML.slice(0, 120));
              } }).observe({ type: 'layout-shift' }); }"""
        )
        page.locator("#pregunta textarea").fill("¿Qué hace softmax con los logits?")
        page.keyboard.press("Enter")
        expect(page.locator("#charla a.chip").first).to_be_visible(timeout=60_000)
        assert page.evaluate("window.jumps") == []
