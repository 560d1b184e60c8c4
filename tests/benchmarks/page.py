"""How quickly the page is there, beside a bare Gradio chat in the same browser and run.

First paint, the question box, and what was sent, each the median of several loads with an empty
cache. Run ``python -m tests.benchmarks.page``; the course is what ``ayudante index`` made.
"""

import shutil
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import gradio as gr
from playwright.sync_api import Browser, sync_playwright

from agent import Assistant
from agent.serving.server import HOST, free_port
from corpus import Settings
from retrieval import Retriever
from ui.page import serving

LOADS = 7
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
SENT = "performance.getEntriesByType('resource').reduce((sum, one) => sum + one.transferSize, 0)"


def bare() -> str:
    """The address of Gradio's own chat, which says nothing."""
    port = free_port(0)
    gr.ChatInterface(lambda message, history: "…").launch(
        server_name=HOST, server_port=port, prevent_thread_lock=True, quiet=True
    )
    return f"http://{HOST}:{port}"


def loaded(browser: Browser, url: str) -> dict[str, float]:
    """One load: seconds to the first paint and to the question box, kilobytes."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(url)
    page.locator("textarea").first.wait_for()
    ready: float = page.evaluate("performance.now()")
    page.wait_for_timeout(1_500)
    got = {
        "first paint, s": page.evaluate(PAINTED) / 1000,
        "question box, s": ready / 1000,
        "kilobytes": page.evaluate(SENT) / 1000,
    }
    page.context.close()
    return got


def measured(browser: Browser, addresses: dict[str, str]) -> dict[str, list[dict[str, float]]]:
    """Loads of each address, one after the other in turn; the first of each is left out."""
    got: dict[str, list[dict[str, float]]] = {name: [] for name in addresses}
    for _ in range(LOADS + 1):
        for name, url in addresses.items():
            got[name].append(loaded(browser, url))
    return {name: each[1:] for name, each in got.items()}


def main() -> None:
    """Prints medians, least and most."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        settings = Settings.load(conversations=Path(folder) / "c.sqlite")
        retriever = Retriever.open(settings=settings)
        with (
            Assistant(retriever, settings, use_model=False) as assistant,
            serving(assistant, free_port(0)) as url,
        ):
            options: dict[str, Any] = {"executable_path": shutil.which("chromium")}
            browser = playwright.chromium.launch(args=["--no-sandbox"], **options)
            for name, each in measured(browser, {"ours": url, "bare": bare()}).items():
                for what in each[0]:
                    values = sorted(one[what] for one in each)
                    middle, least, most = median(values), values[0], values[-1]
                    print(f"{name}: {what} {middle:.2f} ({least:.2f} to {most:.2f})")  # noqa: T201
            browser.close()


if __name__ == "__main__":
    main()
