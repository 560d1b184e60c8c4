"""Asking on the page in a real browser, with the real index and, in two tests, the real model."""

import re
import threading
from pathlib import Path
from urllib.parse import quote

import pytest
from langchain_core.messages import AIMessage
from playwright.sync_api import Browser, Page, Route, expect

from agent import Assistant
from agent.conversations import Conversations
from agent.messages import say
from agent.serving import ServerAddress
from corpus import Settings
from retrieval import Retriever, store, update
from retrieval.index import Index
from tests.browser.conftest import DESKTOP, PHONE, Opened, page_of
from tests.conftest import ScriptedModel, WordsEmbedder
from ui.page.place import href

pytestmark = [pytest.mark.browser, pytest.mark.slow]
QUESTION = "¿Qué hace softmax con los logits?"
SAID = "La función softmax convierte los logits en probabilidades [1]."


def ask(page: Page, question: str) -> None:
    page.locator("#pregunta textarea").fill(question)
    page.keyboard.press("Enter")


def chips(page: Page) -> int:
    """Waits for the answer's sources; how many there are."""
    expect(page.locator("#charla a.chip").first).to_be_visible(timeout=30_000)
    return page.locator("#charla a.chip").count()


def answered(page: Page) -> None:
    """Waits until the page takes another question."""
    expect(page.locator("#pregunta button.submit-button")).to_be_visible(timeout=30_000)


def real_assistant(served: dict[str, str], index: Path, folder: Path) -> Assistant:
    """An assistant of the bundled course that asks the real model."""
    settings = Settings.load(index=index, llm_url=served["url"], conversations=folder / "c.sqlite")
    return Assistant(Retriever.open(settings=settings), settings)


def scripted(*texts: str) -> ScriptedModel:
    return ScriptedModel(script=[AIMessage(text) for text in texts])


@pytest.mark.vllm
def test_a_student_asks_and_opens_the_source(
    opened: Opened, served: dict[str, str], bundled_index: Path, tmp_path: Path
) -> None:
    with real_assistant(served, bundled_index, tmp_path) as assistant:
        page = opened(page_of(assistant))
        ask(page, "¿Por qué un perceptrón no puede resolver el XOR?")
        expect(page.get_by_text("Buscó en el curso")).to_be_visible(timeout=60_000)
        expect(page.locator("#charla a.chip").first).to_be_visible(timeout=180_000)
        expect(page.locator(".bot").last).to_contain_text("XOR")
        label = page.locator("#charla a.chip").first.inner_text()
        page.locator("#charla a.chip").first.click()
        expect(page.locator("#lugar h2")).to_have_text(label, timeout=30_000)


@pytest.mark.vllm
def test_stop_frees_the_models_place_and_keeps_what_was_said(
    opened: Opened, served: dict[str, str], bundled_index: Path, tmp_path: Path
) -> None:
    from tests.agent.test_cancelling import running

    with real_assistant(served, bundled_index, tmp_path) as assistant:
        page = opened(page_of(assistant))
        ask(page, "¿Cómo funciona la atención? Explica con más detalle.")
        own = re.compile(re.escape(say("own_words", "es").strip("*")) + r"\s+\w+\W+\w+")
        expect(page.locator(".bot").last).to_contain_text(own, timeout=90_000)
        page.locator("#pregunta button.stop-button").click()
        for _ in range(80):
            if not running(served["url"]):
                break
            page.wait_for_timeout(250)
        assert running(served["url"]) == 0
        expect(page.locator("#pregunta button.submit-button")).to_be_visible()
        expect(page.locator(".bot").last).to_contain_text(re.compile(r"\w{3,} \w+"))
        page.reload()
        expect(page.locator(".bot").last).to_contain_text(re.compile(r"\w{3,} \w+"))


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_answers_are_data_formulas_render_and_nothing_remote_loads(
    opened: Opened, retriever: Retriever, settings: Settings, width: int
) -> None:
    said = (
        "La función softmax convierte logits: $p_i = e^{z_i}$ "
        '<img src="http://remote.invalid/a.png" onerror="window.hurt=1"> '
        "![x](http://remote.invalid/b.png) $<img src=http://remote.invalid/c.png>$ "
        r"\`<img src=http://remote.invalid/d.png>\`"
        "\n\n```mermaid\n<img src=http://remote.invalid/e.png>\n```"
    )
    with Assistant(retriever, settings, model=scripted(said)) as assistant:
        url = page_of(assistant)
        page = opened(url, width)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        ask(page, QUESTION)
        chips(page)
        expect(page.locator(".bot .katex").first).to_be_visible()
        assert page.evaluate("window.hurt") is None
        assert [one for one in asked if not one.startswith((url, "blob:", "data:"))] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_citation_opens_its_place_and_its_neighbours(
    opened: Opened, retriever: Retriever, settings: Settings, width: int
) -> None:
    with Assistant(retriever, settings, model=scripted(SAID)) as assistant:
        page = opened(page_of(assistant), width)
        ask(page, QUESTION)
        chips(page)
        marker = page.locator("#charla a.marker").first
        assert "softmax" in str(marker.get_attribute("title"))  # the quote, on hover
        marker.focus()
        page.keyboard.press("Enter")
        pane = page.locator("#lugar .place")
        expect(pane.locator("h2")).to_have_text("Clase 4, § Definición")
        expect(pane.locator("h2")).to_be_focused()
        expect(pane.locator("mark").first).to_contain_text("convierte los logits en probabilidades")
        expect(pane.locator("mark").first).to_be_in_viewport()
        pane.get_by_text("Siguiente").click()
        expect(pane.locator("h2")).to_have_text("Clase 4, § Estabilidad numérica")
        expect(pane.locator("mark")).to_have_count(0)
        with page.expect_download() as download:
            pane.get_by_text("Abrir el documento").click()
        assert download.value.suggested_filename == "clase-04.md"
        page.keyboard.press("Escape")
        expect(pane).to_have_count(0)
        expect(marker).to_be_focused()


def test_an_answer_without_evidence_looks_different(
    opened: Opened, retriever: Retriever, settings: Settings
) -> None:
    strict = settings.model_copy(update={"evidence_floor": 1.0})
    with Assistant(retriever, strict, model=scripted()) as assistant:
        page = opened(page_of(assistant))
        ask(page, "¿Quién ganó el mundial?")
        expect(page.locator("#charla .unbacked")).to_have_count(1, timeout=30_000)
        assert page.locator("#charla a.chip").count() == 0
        bubble = page.locator(".bot.message").last
        assert bubble.evaluate("e => getComputedStyle(e).borderTopStyle") == "dashed"


def test_a_bad_question_gets_a_sentence_and_the_page_lives_on(
    opened: Opened, retriever: Retriever, settings: Settings
) -> None:
    with Assistant(retriever, settings, use_model=False) as assistant:
        page = opened(page_of(assistant))
        expect(page.locator("#estado")).to_have_count(0)
        page.evaluate("document.querySelector('#pregunta textarea').removeAttribute('maxlength')")
        ask(page, "x" * 5_000)
        expect(page.locator(".bot").last).to_contain_text("el máximo es 4000", timeout=30_000)
        answered(page)
        ask(page, QUESTION)
        expect(page.locator(".bot").last).to_contain_text("Extracto", timeout=30_000)


def test_while_the_model_starts_the_page_answers_with_extracts_and_then_changes(
    opened: Opened, retriever: Retriever, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = threading.Event()
    with Assistant(retriever, settings, use_model=False) as assistant:

        def open_late() -> ServerAddress:
            there.wait(60)
            return ServerAddress("http://127.0.0.1:9/v1", "scripted", "none")

        monkeypatch.setattr(assistant._server, "open", open_late)
        monkeypatch.setattr("agent.assistant.chat_model", lambda *_: scripted(SAID))
        assistant._wanted, assistant._wait = True, False
        assistant.__enter__()
        page = opened(page_of(assistant))
        expect(page.locator("#estado")).to_contain_text("El modelo está partiendo")
        ask(page, QUESTION)
        expect(page.locator(".bot").last).to_contain_text("Extracto", timeout=30_000)
        answered(page)
        there.set()
        expect(page.locator("#estado")).to_have_count(0, timeout=30_000)
        ask(page, "¿Y qué hace softmax con los logits?")
        expect(page.locator(".bot").last).to_contain_text(SAID.split(" [")[0], timeout=30_000)


def test_conversations_survive_a_reload_and_are_searched_renamed_exported_deleted(
    opened: Opened, retriever: Retriever, settings: Settings
) -> None:
    with Assistant(retriever, settings, model=scripted(SAID, SAID)) as assistant:
        url = page_of(assistant)
        page = opened(url)
        ask(page, QUESTION)
        chips(page)
        answered(page)
        page.reload()
        expect(page.locator("#charla")).to_contain_text(QUESTION)
        chips(page)
        expect(page.get_by_text("Buscó en el curso")).to_be_visible()
        page.get_by_role("button", name="Abrir o cerrar la lista").click()
        page.locator("#nueva").click()
        expect(page.locator("#charla .bot")).to_have_count(0)
        ask(page, "¿Por qué se resta el máximo de los logits?")
        chips(page)
        listed = page.locator("#conversaciones label")
        expect(listed).to_have_count(2)
        page.get_by_placeholder("Buscar en tus conversaciones").fill("maximo")
        expect(listed).to_have_count(1)
        page.get_by_placeholder("Buscar en tus conversaciones").fill("")
        expect(listed).to_have_count(2)
        page.get_by_text(QUESTION).first.click()
        expect(page.locator("#charla .user").first).to_contain_text(QUESTION)
        page.get_by_text("Esta conversación").click()
        title = page.locator("#historial").get_by_label("Título")
        expect(title).to_have_value(QUESTION)  # what comes late would stand beside what is typed
        title.fill("Mi duda de softmax")
        page.get_by_role("button", name="Renombrar").click()
        expect(listed.first).to_contain_text(re.compile("Mi duda|máximo"))
        expect(page.locator("#conversaciones")).to_contain_text("Mi duda de softmax")
        with page.expect_download() as download:
            page.get_by_role("button", name="Exportar").click()
        assert "# Mi duda de softmax" in Path(download.value.path()).read_text()
        page.get_by_role("button", name="Borrar", exact=True).click()
        page.get_by_role("button", name="Borrar para siempre").click()
        expect(listed).to_have_count(1)
        stored = Conversations(settings.conversations)
        assert [one.title for one in stored.listed()] == [
            "¿Por qué se resta el máximo de los logits?"
        ]


def test_an_answer_is_asked_again_a_question_is_edited_and_the_opinion_is_kept(
    opened: Opened, retriever: Retriever, settings: Settings
) -> None:
    model = scripted(SAID, "Otra vez: softmax convierte logits [1].", "Editada: softmax [1].")
    with Assistant(retriever, settings, model=model) as assistant:
        page = opened(page_of(assistant))
        ask(page, QUESTION)
        chips(page)
        answered(page)
        page.get_by_label("Reintentar").click()
        expect(page.locator("#charla")).to_contain_text("Otra vez", timeout=30_000)
        answered(page)
        page.get_by_label("Editar").click()
        page.locator("#charla textarea").fill("¿Qué hace softmax con los logits, de nuevo?")
        page.get_by_label("Enviar").first.click()
        expect(page.locator("#charla")).to_contain_text("Editada", timeout=30_000)
        answered(page)
        page.locator('#charla button[aria-label="Me gusta"]').click()
        page.wait_for_timeout(500)
        stored = Conversations(settings.conversations)
        (conversation,) = stored.listed()
        (turn,) = stored.asked(conversation.id)
        assert turn.question == "¿Qué hace softmax con los logits, de nuevo?"
        assert turn.feedback == 1


def test_a_suggested_question_and_a_starter_are_asked_by_a_tap(
    opened: Opened, retriever: Retriever, settings: Settings
) -> None:
    with Assistant(retriever, settings, model=scripted(SAID, SAID)) as assistant:
        page = opened(page_of(assistant), PHONE)
        page.locator("#charla .example, #charla button.example").first.click()
        chips(page)
        answered(page)
        page.get_by_role("button", name="Más detalle").click()
        expect(page.locator("#charla .user").last).to_contain_text("Más detalle")


def test_english_is_a_tap_away_and_all_words_follow_the_page_in_any_browser(
    opened: Opened, browser: Browser, retriever: Retriever, settings: Settings
) -> None:
    named = settings.model_copy(update={"course_name": "EL4106 <Redes> {x}"})
    with Assistant(retriever, named, use_model=False) as assistant:
        context = browser.new_context(locale="es-CL")  # other tests have a browser in English
        page = opened(page_of(assistant), context=context)
        expect(page).to_have_title("Ayudante · EL4106 <Redes> {x}")
        expect(page.locator("#titulo h1")).to_have_text("Ayudante · EL4106 <Redes> {x}")
        assert page.evaluate("document.documentElement.lang") == "es"
        expect(page.get_by_role("button", name="Abrir o cerrar la lista")).to_be_visible()
        page.route("**/queue/join*", full)
        ask(page, QUESTION)
        expect(page.locator(".toast-body")).to_contain_text("Hay demasiadas personas a la vez")
        page.unroute("**/queue/join*")
        page.get_by_role("link", name="English").click()
        expect(page.get_by_placeholder("Write your question…")).to_be_visible()
        assert page.evaluate("document.documentElement.lang") == "en"
        page.evaluate("document.querySelector('#pregunta textarea').removeAttribute('maxlength')")
        ask(page, "x" * 5_000)
        expect(page.locator(".bot").last).to_contain_text("4000 is the most", timeout=30_000)
        expect(page.get_by_label("Retry")).to_be_visible()
        context.close()


def full(route: Route) -> None:
    """The server's answer when too many wait."""
    route.fulfill(status=503, json={"detail": "Queue is full."})


def test_neither_the_pane_nor_the_addresses_beside_it_show_a_solution(
    opened: Opened, course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    secret = "La respuesta de la tarea es restar el máximo de los logits, cuarenta y dos."
    (course / "pauta-tarea-1.md").write_text(f"# Pauta Tarea 1\n\n## Pregunta 1\n\n{secret}\n")
    update(settings.index, [course], embedder)
    retriever = Retriever(Index.load(store.current(settings.index)), embedder)
    hidden, shown = retriever.vault[0], retriever.public[0]
    with Assistant(retriever, settings, use_model=False) as assistant:
        url = page_of(assistant)
        page = opened(url)
        assert page.request.get(f"{url}/documento?pasaje={quote(shown.id)}").status == 200
        for address in ("vista", "documento"):
            answer = page.request.get(f"{url}/{address}?pasaje={quote(hidden.id)}")
            assert answer.status == 404
            assert secret not in answer.text()
        page.evaluate(
            """address => { const link = document.createElement('a'); link.href = address;
              document.body.append(link); link.click(); }""",
            href(hidden.id),
        )
        expect(page.locator("#lugar .place")).to_contain_text("No existe el pasaje")
        assert secret not in page.content()
