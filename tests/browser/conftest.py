"""A real browser, and the page opened in it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from agent import Assistant
from agent.serving.server import free_port
from ui.page import serving

Opened = Callable[..., Page]
PHONE, DESKTOP = 390, 1280
SERVED = ExitStack()


@pytest.fixture(scope="package")  # its loop may not outlast the tests that need it
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "install Debian's chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """Opens the page at an address, in a context of its own unless one is given."""
    contexts: list[BrowserContext] = []

    def open_page(
        url: str, width: int = DESKTOP, scheme: str = "light", context: BrowserContext | None = None
    ) -> Page:
        if context is None:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            contexts.append(context)
        page = context.new_page()
        page.goto(url)
        page.locator("#pregunta textarea").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()


def page_of(assistant: Assistant) -> str:
    """The address at which the page of `assistant` is served until the test ends."""
    return SERVED.enter_context(serving(assistant, free_port(0)))


@pytest.fixture(autouse=True)
def nothing_served_afterwards() -> Iterator[None]:
    """Ends what `page_of` serves: pages that nobody looks at slow the tests that follow."""
    yield
    SERVED.close()
