"""Pictures of the page in every state, to look at: ``python -m tests.browser.pictures FOLDER``.

The course is the bundled one, indexed by ``ayudante index``; the model is scripted, so that the
same pictures come out on every machine.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from langchain_core.messages import AIMessage, BaseMessage
from playwright.sync_api import Browser, Page, sync_playwright

from agent import Assistant
from agent.serving import qwen
from agent.serving.server import free_port
from corpus import Settings
from retrieval import Retriever
from tests.conftest import ScriptedModel
from ui.page import serving

SAID = (
    "Un perceptrón separa el plano con una sola recta, $w_1 x_1 + w_2 x_2 + b = 0$, y ninguna deja "
    "los dos casos positivos del XOR a un lado y los dos negativos al otro [1]. Hace falta una "
    "capa oculta [2].\n\n```python\nX = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]])\n"
    "y = torch.tensor([0, 1, 1, 0])  # XOR\n```"
)
OF_NOTES = "¿Por qué softmax resta el máximo de los logits?"
SAID_OF_NOTES = (
    "Softmax resta el máximo de los logits para que la exponencial no se desborde, y el resultado "
    "es el mismo [1]."
)
QUESTION = "oye xq el perceptron no puede con el xor?"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
PARTS = {"library": "Biblioteca", "practise": "Practicar", "staff": "Equipo docente"}


class Said(ScriptedModel):
    """Says what belongs to the question, however often the model is asked."""

    def next_message(self, messages: list[BaseMessage]) -> AIMessage:
        return AIMessage(SAID_OF_NOTES if OF_NOTES in messages[-1].text else SAID)


def main() -> None:
    """Takes the pictures."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        stored = {name: Path(scratch) / f"{name}.sqlite" for name in ("conversations", "quiz")}
        settings = Settings.load(**stored)
        model = Said(script=[], model_name=qwen.NAME)  # as `make chat` has it
        retriever = Retriever.open(settings=settings)
        with (
            Assistant(retriever, settings, model=model) as assistant,
            serving(assistant, free_port(0)) as url,
        ):
            chromium = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for size in SIZES:
                for scheme in ("light", "dark"):
                    take(browser, url, size, scheme, folder)
            browser.close()


def take(browser: Browser, url: str, size: str, scheme: str, folder: Path) -> None:
    """Every state in one size and one scheme."""
    width, height = SIZES[size]
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )

    def shot(state: str) -> None:
        page.wait_for_timeout(1_500)
        page.screenshot(path=folder / f"{state}-{size}-{scheme}.png")

    page.goto(url)
    page.locator("#pregunta textarea").wait_for()
    shot("empty")
    asked(page, shot)
    for state, name in PARTS.items():
        open_part(page, name)
        shot(state)
    page.close()


def asked(page: Page, shot: Callable[[str], None]) -> None:
    """A question, its answer, its place, the list of conversations."""
    page.locator("#pregunta textarea").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator("#charla a.chip").first.wait_for()
    shot("answer")
    page.locator("#charla a.chip").first.click()
    page.locator("#lugar .place").wait_for()
    shot("place")
    page.keyboard.press("Escape")
    open_part(page, PARTS["library"])
    page.locator("#buscar").get_by_role("textbox").fill(QUESTION)
    page.locator("#estante .cards a").first.wait_for()
    shot("search")
    page.locator("#buscar").get_by_role("textbox").fill("")
    open_part(page, "Preguntar")
    page.locator("#pregunta textarea").fill(OF_NOTES)
    page.keyboard.press("Enter")
    page.locator("#charla a.chip", has_text="Clase 4").first.click()
    page.locator("#lugar .place mark").first.wait_for()
    shot("notes")
    page.keyboard.press("Escape")
    page.locator("#historial .toggle-button").click()
    shot("history")
    page.locator("#historial .toggle-button").click()


def open_part(page: Page, name: str) -> None:
    """Opens a tab, which a narrow screen may keep in a menu."""
    tab = page.locator("#partes").get_by_role("tab", name=name)
    if not tab.is_visible():
        page.locator("#partes .overflow-menu > button").click()
    page.locator("#partes").get_by_text(name, exact=True).last.click()
    page.wait_for_timeout(1_500)


if __name__ == "__main__":
    main()
