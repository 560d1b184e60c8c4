"""What an administrator learns of the page: figures and lines, and nothing that was said."""

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import httpx2
import openai
import pytest
from langchain_core.messages import AIMessage

from agent import Assistant
from agent.serving.server import free_port
from corpus import InputError, Settings
from retrieval import Retriever
from tests.conftest import ScriptedModel, WordsEmbedder, loggers_kept
from tests.ui.small import one_slide_index
from ui.logs import log, start_logging
from ui.page import serving
from ui.page.chat import Chat
from ui.page.site import Site
from ui.people import Users
from ui.watch import Watch

KEY = "una clave de cifras"
SECRET = "softmax secreto"
QUESTION = f"¿Qué hace {SECRET} con los logits?"


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    folder = tmp_path_factory.mktemp("watched")
    return Retriever(one_slide_index(folder / "index", folder), WordsEmbedder())


@pytest.fixture
def loggers() -> Iterator[None]:
    """What `start_logging` changes is as it was afterwards."""
    with loggers_kept():
        yield


def uvicorn() -> logging.Logger:
    return logging.getLogger("uvicorn")


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def chat_of(assistant: Assistant) -> Chat:
    async def build() -> Chat:
        with gr.Blocks():
            return Chat(Site(assistant), "es", gr.BrowserState(""))

    return asyncio.run(build())


def asked(chat: Chat, question: str = QUESTION) -> str:
    """The last message on the page after a question."""

    async def ask() -> str:
        shown = [one[0] async for one in chat.ask(question, "", "explain", gr.Request())]
        return str([one for one in shown if isinstance(one, list)][-1][-1].content)

    return asyncio.run(ask())


def figure(watch: Watch, assistant: Assistant, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", watch.figures(assistant).decode(), re.M)
    assert found, name
    return float(found[1])


def test_a_question_is_counted_and_logged_without_what_it_says(
    retriever: Retriever, settings: Settings, tmp_path: Path, loggers: None
) -> None:
    file = tmp_path / "log.jsonl"
    start_logging(settings.model_copy(update={"log": str(file)}))
    chat = chat_of(Assistant(retriever, settings, model=ScriptedModel(script=[AIMessage("Sí.")])))
    asked(chat)
    watch, assistant = chat.site.watch, chat.site.assistant
    status = 'ayudante_answers_total{mode="explain",status="answered"}'
    for name, value in (
        (status, 1),
        ("ayudante_answer_seconds_count", 1),
        ("ayudante_first_token_seconds_count", 1),
        ("ayudante_search_seconds_count", 1),
        ("ayudante_model_up", 1),
        ("ayudante_questions_in_progress", 0),
        ("ayudante_index_passages", retriever.size),
    ):
        assert figure(watch, assistant, name) == value
    first, last = lines(file)
    assert (first["event"], last["event"]) == ("asked", "answered")
    assert first["request"] == last["request"]
    assert (last["status"], last["language"], last["model"]) == ("answered", "es", "scripted")
    assert last["seconds"] >= last["first_token"] > 0
    assert SECRET not in file.read_text()
    assert SECRET not in watch.figures(assistant).decode()
    assert "softmax" not in file.read_text().lower()
    assert Watch().figures(assistant) != watch.figures(assistant)  # another page counts its own


@pytest.mark.parametrize("text", [False, True])
def test_a_bug_is_found_by_the_code_that_the_student_sees(
    retriever: Retriever, settings: Settings, tmp_path: Path, loggers: None, text: bool
) -> None:
    file = tmp_path / "log.jsonl"
    start_logging(settings.model_copy(update={"log": str(file), "log_text": text}))
    bug = ScriptedModel(script=[RuntimeError(f"not with {QUESTION}")])
    chat = chat_of(Assistant(retriever, settings, model=bug))
    said, line = asked(chat), lines(file)[-1]
    assert f"(código {line['request']})" in said
    assert (line["level"], line["error"]) == ("error", "RuntimeError")
    assert any("conftest.py" in place for place in line["at"])
    assert (SECRET in file.read_text()) is text
    kind = 'ayudante_errors_total{kind="RuntimeError"}'
    assert figure(chat.site.watch, chat.site.assistant, kind) == 1


def test_a_lost_model_is_an_error_of_its_kind(retriever: Retriever, settings: Settings) -> None:
    lost = openai.APIConnectionError(request=httpx2.Request("POST", "http://x"))
    assistant = Assistant(retriever, settings, model=ScriptedModel(script=[lost]))
    chat = chat_of(assistant)
    asked(chat)
    name = 'ayudante_errors_total{kind="model_lost"}'
    assert figure(chat.site.watch, assistant, name) == 1
    chat.site.watch.rated(1)
    chat.site.watch.rated(-1)
    chat.site.watch.rated(0)
    for opinion in ("up", "down"):
        name = f'ayudante_feedback_total{{opinion="{opinion}"}}'
        assert figure(chat.site.watch, assistant, name) == 1


def test_what_cannot_be_asked_is_no_trouble_of_ours(
    retriever: Retriever, settings: Settings, loggers: None, capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging(settings)
    chat = chat_of(Assistant(retriever, settings, use_model=False))
    assert "Acórtela" in asked(chat, "x" * 5_000)
    assert capsys.readouterr().err == ""  # a person at a terminal is left in peace
    name = 'ayudante_errors_total{kind="InputError"}'
    assert figure(chat.site.watch, chat.site.assistant, name) == 1


def test_a_person_reads_a_bug_in_a_line(
    settings: Settings, loggers: None, capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging(settings)
    try:
        raise RuntimeError(SECRET)
    except RuntimeError:
        log.exception("failed", extra={"request": "abc123"})
    log.info("answered")
    said = capsys.readouterr().err
    assert re.fullmatch(
        r"failed \(código abc123\): RuntimeError en ui/test_watch.py:\d+ .*\n", said
    )


def test_a_log_that_cannot_be_written_is_named(settings: Settings, loggers: None) -> None:
    with pytest.raises(InputError, match="No se puede escribir /nope/x"):
        start_logging(settings.model_copy(update={"log": "/nope/x"}))


def test_a_stopped_question_says_so(
    retriever: Retriever, settings: Settings, tmp_path: Path, loggers: None
) -> None:
    start_logging(settings.model_copy(update={"log": str(tmp_path / "log")}))
    assistant = Assistant(retriever, settings, use_model=False)

    async def stop() -> None:
        async for _ in Watch().followed(assistant, QUESTION, "", "explain", "c0de"):
            break

    asyncio.run(stop())
    assert [line["event"] for line in lines(tmp_path / "log")] == ["asked", "stopped"]


def test_figures_are_for_who_has_the_key_and_requests_leave_no_line(
    retriever: Retriever,
    settings: Settings,
    tmp_path: Path,
    loggers: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    users = Users(tmp_path / "users.json")
    users.add("profe", "una clave larga", "teacher")
    with_key = settings.model_copy(update={"metrics_key": KEY, "log": "-"})
    start_logging(with_key)
    with (
        Assistant(retriever, with_key, use_model=False) as assistant,
        serving(assistant, free_port(0), users=users) as url,
        httpx.Client(base_url=url) as client,
    ):
        assert client.get("/metrics").status_code == 403
        assert client.get("/metrics", headers=bearer("otra")).status_code == 403
        told = client.get("/metrics", headers=bearer(KEY))
        assert told.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert "ayudante_model_up 0.0" in told.text
        assert "default-src" in told.headers["content-security-policy"]
        assert client.get("/vista?pasaje=secreto").status_code == 401
    assert capsys.readouterr().err == ""


def test_a_page_that_fails_shows_a_code_and_no_figures_without_a_key(
    retriever: Retriever,
    settings: Settings,
    tmp_path: Path,
    loggers: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start_logging(settings.model_copy(update={"log": str(tmp_path / "log")}))
    monkeypatch.setattr(Site, "view", lambda *_: 1 / 0)
    with (
        Assistant(retriever, settings, use_model=False) as assistant,
        serving(assistant, free_port(0)) as url,
        httpx.Client(base_url=url) as client,
    ):
        said = client.get("/vista?pasaje=secreto")
        for key in ("None", "x", KEY):
            assert client.get("/metrics", headers=bearer(key)).status_code == 403
    (line,) = lines(tmp_path / "log")
    assert said.status_code == 500
    assert f"(código {line['request']})" in said.text
    assert (line["path"], line["error"]) == ("/vista", "ZeroDivisionError")
    assert "secreto" not in (tmp_path / "log").read_text()


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
