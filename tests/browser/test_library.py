import json
import re
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from gradio.utils import get_upload_folder
from playwright.sync_api import Page, expect

from agent import Assistant
from corpus import Settings
from corpus.finding import BUNDLED
from retrieval import Retriever
from tests.browser.conftest import Opened, page_of
from ui.materials import RETIRED, UPLOADED
from ui.page import managing
from ui.page.site import Site
from ui.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GRU = "# Clase 9: GRU\n\nLa compuerta de actualización decide cuánto se recuerda.\n"
SLOW = 30_000  # milliseconds: a child process reads the file


@pytest.fixture
def assistant(retriever: Retriever, settings: Settings) -> Iterator[Assistant]:
    with Assistant(retriever, settings, use_model=False) as assistant:
        yield assistant


@pytest.fixture
def library(assistant: Assistant, opened: Opened) -> Page:
    return in_library(opened(page_of(assistant)))


def in_library(page: Page, name: str = "Biblioteca") -> Page:
    page.get_by_role("tab", name=name).click()
    page.locator("#estante .week").first.wait_for()
    return page


def search(page: Page, words: str) -> None:
    page.locator("#buscar").get_by_role("textbox").fill(words)


def upload(page: Page, *files: Path) -> None:
    page.locator("#subir input[type=file]").set_input_files(list(files))


def written(folder: Path, name: str, text: str = GRU) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def cached(text: str) -> list[Path]:
    """Files of Gradio's cache with that text."""
    files = (path for path in Path(get_upload_folder()).rglob("*") if path.is_file())
    return [path for path in files if path.read_bytes() == text.encode()]


def test_the_course_is_browsed_by_week_and_kind_and_opens_beside(library: Page) -> None:
    shelf = library.locator("#estante")
    expect(shelf.locator("summary")).to_have_text(re.compile("Sin semana.*Lab 2"))
    library.get_by_label("Laboratorios").check()
    expect(shelf.locator("li")).to_have_count(1)
    expect(shelf.locator("details")).to_have_attribute("open", "")
    shelf.get_by_role("link", name=re.compile("Lab 2")).click()
    expect(library.locator("#lugar .place")).to_contain_text("Perceptrón desde cero")
    expect(library.locator("#indexado summary")).to_contain_text("2 documentos")


def test_a_search_answers_while_one_types_with_the_words_marked(library: Page) -> None:
    search(library, "PROBABILIDAD y logits")
    first = library.locator("#estante .cards li").first
    expect(first).to_contain_text("Clase 4, § Definición")
    expect(first.locator("mark")).to_have_text(["logits", "probabilidades"])
    expect(first.locator("img")).to_have_count(0)
    first.get_by_role("link").click()
    expect(library.locator("#lugar .place")).to_contain_text("Definición")
    search(library, "")
    expect(library.locator("#estante .week")).to_have_count(1)


def test_filters_hold_a_search_to_a_part_of_the_course(library: Page) -> None:
    library.get_by_label("Laboratorios").check()
    search(library, "softmax")
    expect(library.locator("#estante .cards li").first).to_contain_text("Lab 2")
    expect(library.locator("#estante .cards")).not_to_contain_text("Clase 4")


def test_the_course_s_text_is_data(
    assistant: Assistant, course: Path, opened: Opened, tmp_path: Path
) -> None:
    hostile = "<img src=x onerror='window.hurt=1'>"
    text = f"# {escape(hostile)}\n\nGRU `{hostile}` celda.\n"
    page = in_library(opened(page_of(assistant)))
    upload(page, written(tmp_path / "out", "clase-09.md", text))
    expect(page.locator("#informe")).to_contain_text("subidos/clase-09.md", timeout=SLOW)
    page.locator("#estante summary").click()
    expect(page.locator("#estante")).to_contain_text("<img")
    search(page, "GRU celda")
    expect(page.locator("#estante .cards li").first).to_contain_text("<img")
    assert page.evaluate("window.hurt") is None


def test_a_file_is_uploaded_found_and_removed(
    assistant: Assistant, library: Page, course: Path, settings: Settings, tmp_path: Path
) -> None:
    section = library.locator("#materiales")
    expect(section).to_contain_text(str(course / UPLOADED))
    upload(library, written(tmp_path / "out", "clase-09-gru.md"))
    report = library.locator("#informe")
    expect(report).to_contain_text("Se agregó al curso", timeout=SLOW)
    expect(report.locator(".kept")).to_have_text("subidos/clase-09-gru.md")
    expect(report.locator(".skipped")).to_contain_text("figura.png")
    expect(library.locator("#indexado summary")).to_contain_text("3 documentos")
    assert cached(GRU) == []
    search(library, "compuerta de actualizacion")
    first = library.locator("#estante .cards li").first
    expect(first).to_contain_text("Clase 9")
    expect(first.locator("mark").first).to_have_text("compuerta")

    section.get_by_label("Retirar un documento").click()
    library.get_by_role("option", name="subidos/clase-09-gru.md").click()
    section.get_by_role("button", name="Retirar…").click()
    expect(section).to_contain_text(str(settings.index.parent / RETIRED))
    section.get_by_role("button", name="Retirar del curso").click()
    expect(report).to_contain_text("Salió del curso", timeout=SLOW)
    expect(library.locator("#estante .cards")).not_to_contain_text("Clase 9")
    assert (settings.index.parent / RETIRED / UPLOADED / "clase-09-gru.md").read_text() == GRU
    assert not (course / UPLOADED / "clase-09-gru.md").exists()


def test_pages_of_a_pdf_show_their_picture(
    assistant: Assistant, library: Page, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    pdf = tmp_path / "out" / "clase-02-perceptron.pdf"
    shutil.copyfile(BUNDLED / "semana-02" / pdf.name, pdf)
    upload(library, pdf, written(tmp_path / "out", "clase-09.md"))
    expect(library.locator("#informe .kept li")).to_have_count(2, timeout=60_000)
    search(library, "perceptrón XOR")
    picture = library.locator("#estante .cards img").first
    expect(picture).to_be_visible()
    picture.scroll_into_view_if_needed()
    library.wait_for_function(
        "document.querySelector('#estante .cards img').naturalWidth > 0", timeout=SLOW
    )


def test_what_cannot_come_in_is_refused_in_a_sentence(
    assistant: Assistant,
    library: Page,
    course: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(managing, "MAX_BYTES", 1_000)
    large = "# Clase 9\n" + "x" * 2_000
    upload(
        library,
        written(tmp_path / "out", "programa.exe"),
        written(tmp_path / "out", "clase-09.md", large),
    )
    refused = library.locator("#informe .refused")
    expect(refused).to_contain_text("No se lee el formato .exe", timeout=SLOW)
    expect(refused).to_contain_text("Pesa 2 kB y el límite es 1 kB")
    expect(library.locator("#informe")).to_contain_text("El índice quedó como estaba")
    assert not (course / UPLOADED).exists()
    assert cached(large) == []


def test_the_index_is_updated_by_hand(library: Page, course: Path) -> None:
    written(course, "clase-09.md")
    library.get_by_role("button", name="Actualizar el índice").click()
    expect(library.locator("#informe dl")).to_contain_text("Agregados1", timeout=SLOW)
    expect(library.locator("#indexado summary")).to_contain_text("3 documentos")


def test_a_student_neither_sees_nor_does_what_the_staff_does(
    assistant: Assistant, course: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = Person("ana", "ana", teacher=False, owns="ana-")
    monkeypatch.setattr(Site, "person", lambda self, request: student)
    page = in_library(opened(page_of(assistant)))
    expect(page.locator("#materiales")).to_have_count(0)
    assert str(course) not in page.content()
    assert "figura.png" not in page.content()
    written(course, "clase-09.md")
    before = assistant.retriever
    for called in ("reindexed", "removed", "added", "asked"):
        told = asked_directly(page, called)
        assert "Eso es solo para el equipo docente" in told
        assert "process_completed" in told
    assert assistant.retriever is before
    assert (course / "clase-04.md").is_file()


def asked_directly(page: Page, name: str) -> str:
    """Calls a function of the server as a script would; returns all that the server says."""
    inputs: dict[str, list[Any]] = {
        "reindexed": [],
        "removed": [None],
        "added": [[], False],
        "asked": [None],
    }
    call = """async ([name, data]) => {
      const api = window.gradio_config.root + window.gradio_config.api_prefix;
      const at = window.gradio_config.dependencies.find((one) => one.api_name === name).id;
      const session_hash = Math.random().toString(36).slice(2);
      const joined = await fetch(api + '/queue/join', {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({data, fn_index: at, session_hash}),
      });
      if (!joined.ok) return joined.status + await joined.text();
      const told = await fetch(api + '/queue/data?session_hash=' + session_hash);
      return await told.text();
    }"""
    return json.dumps(page.evaluate(call, [name, inputs[name]]), ensure_ascii=False)
