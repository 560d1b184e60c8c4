"""Hostile text, wherever it comes from, stays text: in answers, in the course, in the quiz."""

import json
from pathlib import Path
from typing import Any

import pptx
import pytest
from langchain_core.messages import AIMessage
from playwright.sync_api import Page, expect

from agent import Assistant
from corpus import Settings
from retrieval import Retriever, store, update
from retrieval.index import Index
from tests.browser.conftest import Opened, page_of
from tests.browser.payloads import MARKDOWN, MARKUP, payloads
from tests.browser.pictures import open_part
from tests.conftest import ScriptedModel, WordsEmbedder, notebook
from tests.corpus.test_pptx import TITLE_AND_BODY, saved, slide

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TOGETHER = 25  # payloads in one answer
NAMED = "<img src=x onerror=window.hurt=1>"  # as the name of a file, which has no slash
COVERED = """() => {
  const seen = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
  return Boolean(seen && seen.closest('.cover'));
}"""


class Watch:
    """What a page did that it should not have."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.ours = page, (url, "data:", "blob:")
        self.remote: list[str] = []
        page.on("request", lambda request: self.asked(request.url))

    def asked(self, address: str) -> None:
        """Notes what was asked of another machine."""
        if not address.startswith(self.ours):
            self.remote.append(address)

    def clean(self) -> None:
        """Fails if anything ran, was loaded from elsewhere, or covers the page."""
        self.page.wait_for_timeout(300)
        assert self.page.evaluate("window.hurt") is None
        assert self.remote == []
        assert not self.page.evaluate(COVERED)


def test_what_a_model_writes_neither_runs_nor_loads_nor_covers(
    opened: Opened, retriever: Retriever, settings: Settings
) -> None:
    hostile = payloads()
    answers = [hostile[at : at + TOGETHER] for at in range(0, len(hostile), TOGETHER)]
    script = ["La función softmax convierte los logits [1].\n\n" + "\n\n".join(a) for a in answers]
    model = ScriptedModel(script=[AIMessage(text) for text in script])
    with Assistant(retriever, settings, model=model) as assistant:
        url = page_of(assistant)
        page = opened(url)
        watch = Watch(page, url)
        for at in range(len(script)):
            page.locator("#pregunta textarea").fill(f"¿Qué hace softmax con los logits? ({at})")
            page.keyboard.press("Enter")
            expect(page.locator("#charla .user")).to_have_count(at + 1, timeout=30_000)
            expect(page.locator("#pregunta button.submit-button")).to_be_visible(timeout=60_000)
            watch.clean()
        page.reload()  # and again, as stored
        expect(page.locator("#charla .user").first).to_be_visible(timeout=30_000)
        watch.clean()


def test_what_the_course_says_neither_runs_nor_loads_nor_covers(
    opened: Opened, tmp_path: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    retriever = hostile_course(tmp_path, settings, embedder)
    with Assistant(retriever, settings, use_model=False) as assistant:
        url = page_of(assistant)
        page = opened(url)
        watch = Watch(page, url)
        page.locator("#pregunta textarea").fill("softmax de los logits")
        page.keyboard.press("Enter")
        expect(page.locator("#charla a.chip").first).to_be_visible(timeout=30_000)
        watch.clean()
        for at in range(page.locator("#charla a.chip").count()):
            page.locator("#charla a.chip").nth(at).click()
            expect(page.locator("#lugar .place h2")).to_be_visible(timeout=30_000)
            watch.clean()
            page.keyboard.press("Escape")
            expect(page.locator("#lugar .place")).to_have_count(0, timeout=30_000)
        open_part(page, "Biblioteca")
        page.locator("#buscar textarea, #buscar input").first.fill("softmax")
        page.keyboard.press("Enter")
        page.wait_for_timeout(2_500)
        watch.clean()
        assert any(".pptx" in name for name in retriever.index.documents)


def hostile_course(folder: Path, settings: Settings, embedder: WordsEmbedder) -> Retriever:
    """A course whose names, titles, texts, slides, cells and outputs are hostile."""
    course = folder / "hostile"
    course.mkdir()
    lines = [f"# Clase 4: softmax {MARKUP[1]}"]
    for at, one in enumerate([*MARKUP, *MARKDOWN]):
        lines.append(f"## Softmax de los logits {at} {MARKUP[at % 3]}\n\nsoftmax {one}\n")
    (course / "clase-04.md").write_text("\n\n".join(lines))
    cells: dict[str, Any] = json.loads(notebook())
    cells["cells"][2]["source"] = (
        "# softmax de los logits\nprint('<img src=x onerror=window.hurt=1>')"
    )
    cells["cells"][2]["outputs"] = [
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {"text/html": "".join(MARKUP), "text/plain": MARKUP[1]},
        },
        {"output_type": "stream", "name": "stdout", "text": "\n".join(MARKUP)},
    ]
    (course / "lab-04.ipynb").write_text(json.dumps(cells))
    deck = pptx.Presentation()
    for at, one in enumerate([*MARKUP, *MARKDOWN]):
        made = slide(deck, TITLE_AND_BODY, f"Softmax {at} {one}")
        made.placeholders[1].text = f"Los logits de softmax: {one}"
    (course / f"clase-05 {NAMED}.pptx").write_bytes(saved(deck))
    update(settings.index, [course], embedder)
    return Retriever(Index.load(store.current(settings.index)), embedder)
