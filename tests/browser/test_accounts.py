"""Accounts in a real browser: the door, the way in, the way out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from agent import Assistant
from agent.serving.server import free_port
from corpus import Settings
from retrieval import Retriever
from tests.browser.conftest import DESKTOP, PHONE
from ui.page import serving
from ui.people import Users

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "una clave larga"


@pytest.fixture
def users(tmp_path: Path) -> Users:
    users = Users(tmp_path / "users.json")
    for name in ("ana", "beto"):
        users.add(name, PASSWORD, "student")
    return users


@pytest.fixture
def url(retriever: Retriever, settings: Settings, users: Users) -> Iterator[str]:
    with (
        Assistant(retriever, settings, use_model=False) as assistant,
        serving(assistant, free_port(0), users=users) as url,
    ):
        yield url


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": DESKTOP, "height": 900})
    yield context
    context.close()


def enter(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Nombre de usuario").fill(name)
    page.get_by_label("Contraseña").fill(password)
    page.get_by_label("Contraseña").press("Enter")


def ask(page: Page, question: str) -> None:
    page.locator("#pregunta textarea").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".bot").last).to_contain_text("Extracto", timeout=30_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_door_fits_a_phone_and_a_keyboard(browser: Browser, url: str, scheme: str) -> None:
    page = browser.new_page(
        viewport={"width": PHONE, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page.goto(url)
    expect(page).to_have_url(url + "/entrar")
    expect(page.get_by_label("Nombre de usuario")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    background = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
    assert background == "light dark"
    enter(page, "ana", "no es esta clave")
    expect(page.get_by_role("alert")).to_contain_text("no van juntos")
    expect(page.get_by_label("Nombre de usuario")).to_have_value("ana")
    expect(page.get_by_label("Contraseña")).to_be_focused()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.get_by_label("User name").fill("ana")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(url + "/en/")
    page.locator("#pregunta textarea").wait_for()
    page.close()


def test_a_student_asks_leaves_and_the_next_one_sees_nothing_of_it(
    context: BrowserContext, url: str
) -> None:
    page = context.new_page()
    page.goto(url)
    enter(page, "ana")
    ask(page, "¿Qué hace softmax con los logits?")
    page.goto(url + "/salir")
    expect(page.get_by_label("Contraseña")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Contraseña")).to_be_visible()
    enter(page, "beto")
    page.locator("#pregunta textarea").wait_for()
    expect(page.get_by_text("¿Qué quieres entender hoy?")).to_be_visible()
    expect(page.locator(".bot")).to_have_count(0)
    ask(page, "¿Por qué se resta el máximo?")
    page.goto(url + "/salir")
    enter(page, "ana")
    page.locator("#pregunta textarea").wait_for()
    expect(page.get_by_text("¿Por qué se resta el máximo?")).to_have_count(0)
    expect(page.locator("#conversaciones label")).to_have_count(1)


def test_an_open_page_whose_account_is_gone_goes_to_the_door(
    context: BrowserContext, url: str, users: Users
) -> None:
    page = context.new_page()
    page.goto(url)
    enter(page, "ana")
    page.locator("#pregunta textarea").fill("¿Qué hace softmax?")
    users.remove("ana")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Contraseña")).to_be_visible(timeout=30_000)
