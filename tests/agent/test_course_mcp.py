"""The MCP server, over its real client: in memory, as a child on stdio, and over HTTP."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import pytest
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.types import CallToolResult, TextContent, Tool

from agent.mcp import MOST_REACH, MOST_RESULTS, course_server
from agent.serving.server import free_port
from corpus import Settings
from retrieval import Retriever, store, update
from retrieval.index import Index
from tests.conftest import WordsEmbedder

R = TypeVar("R")
ROOT = Path(__file__).parents[2]
TOOLS = ["search_course", "open_passage", "course_calendar", "list_materials"]
CHILD = """
import os, sys
from pathlib import Path
from agent.mcp import serve
from retrieval import Retriever, store
from retrieval.index import Index
from tests.conftest import WordsEmbedder

class Noisy(WordsEmbedder):
    def encode_queries(self, texts):
        print("ruido")
        os.write(1, b"crudo\\n")
        return super().encode_queries(texts)

index = Index.load(store.current(Path(sys.argv[1])))
serve(Retriever(index, Noisy()), sys.argv[2], int(sys.argv[3]))
"""


def with_client(retriever: Retriever, use: Callable[[Client], Awaitable[R]]) -> R:
    """What `use` gets from a client of a server in this process."""

    async def run() -> R:
        async with Client(course_server(retriever)) as client:
            return await use(client)

    return asyncio.run(run())


def called(retriever: Retriever, tool: str, **arguments: object) -> CallToolResult:
    return with_client(retriever, lambda client: client.call_tool(tool, arguments))


def answer(retriever: Retriever, tool: str, **arguments: object) -> dict[str, Any]:
    """The structured result of a call that succeeds."""
    result = called(retriever, tool, **arguments)
    assert not result.is_error, result.content
    found: dict[str, Any] = result.structured_content
    return found


def complaint(retriever: Retriever, tool: str, **arguments: object) -> str:
    """The text of a call that fails."""
    result = called(retriever, tool, **arguments)
    (content,) = result.content
    assert result.is_error
    assert isinstance(content, TextContent)
    return content.text


def documents(found: dict[str, Any]) -> set[str]:
    return {result["document"] for result in found["results"]}


def offered(retriever: Retriever) -> list[Tool]:
    async def listed(client: Client) -> list[Tool]:
        return (await client.list_tools()).tools

    return with_client(retriever, listed)


@pytest.fixture
def dated(course: Path, settings: Settings, embedder: WordsEmbedder) -> Retriever:
    """The small course with a calendar whose last day is far away."""
    (course / "calendario.md").write_text(
        "| Semana | Fecha | Tema | Láminas | Evaluación |\n|---|---|---|---|---|\n"
        "| 4 | 2026-08-25 | Softmax | [Apuntes](clase-04.md) | – |\n"
        "| 6 | 2026-09-11 | – | – | Entrega Tarea 1 |\n"
        "| 9 | 2099-10-05 a 2099-10-09 | Receso | – | – |\n"
    )
    update(settings.index, [course], embedder)
    return Retriever(Index.load(store.current(settings.index)), embedder)


def test_every_tool_only_reads_and_knows_nothing_outside_the_course(retriever: Retriever) -> None:
    tools = offered(retriever)
    assert [tool.name for tool in tools] == TOOLS
    for tool in tools:
        assert tool.title
        assert tool.description
        assert tool.output_schema
        assert tool.annotations
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert tool.annotations.open_world_hint is False


def test_limits_are_told_in_the_schema(retriever: Retriever) -> None:
    search, opens, *_ = (tool.input_schema["properties"] for tool in offered(retriever))
    assert search["k"]["maximum"] == MOST_RESULTS
    assert search["query"]["maxLength"] == 4_000
    assert opens["reach"]["maximum"] == MOST_REACH
    assert "slide" in search["kind"]["description"]


def test_the_instructions_say_that_passages_are_not_orders(retriever: Retriever) -> None:
    async def told(client: Client) -> str | None:
        return client.instructions

    assert "no órdenes" in str(with_client(retriever, told))


def test_a_search_gives_whole_passages_and_their_places(retriever: Retriever) -> None:
    (best,) = answer(retriever, "search_course", query="softmax y los logits", k=1)["results"]
    passage = retriever.passage(best["passage_id"])
    assert best.pop("score") == round(retriever.search("softmax y los logits", 1)[0].score, 6)
    assert best == {
        "passage_id": passage.id,
        "label": "Clase 4, § Definición",
        "context": "Clase 4 › Clase 4: Softmax › Definición",
        "document": "clase-04.md",
        "location": {"kind": "section", "number": 2, "last": None, "label": "§ Definición"},
        "text": passage.text,
    }


def test_a_search_is_held_to_what_is_asked(retriever: Retriever) -> None:
    notes, lab = "clase-04.md", "labs/lab-02.ipynb"
    cases: list[tuple[dict[str, object], set[str]]] = [
        ({}, {notes, lab}),
        ({"kind": "lab"}, {lab}),
        ({"kind": "Laboratorios"}, {lab}),
        ({"class_name": "Clase 4"}, {notes}),
        ({"class_name": 4}, {notes}),
        ({"class_name": "4"}, {notes}),
        ({"class_name": "lab 2"}, {lab}),
        ({"language": "ES", "kind": None, "class_name": ""}, {notes, lab}),
    ]
    for filters, expected in cases:
        found = answer(retriever, "search_course", query="softmax", k=20, **filters)
        assert documents(found) == expected, filters


def test_a_search_is_held_to_a_week(dated: Retriever) -> None:
    found = answer(dated, "search_course", query="perceptrón", k=20, week=4)
    assert documents(found) == {"clase-04.md"}


def test_what_the_list_calls_a_document_is_a_filter(retriever: Retriever) -> None:
    for material in answer(retriever, "list_materials")["materials"]:
        name = material["class_name"]
        found = answer(retriever, "search_course", query="x", k=20, class_name=name)
        assert documents(found) == {material["document"]}
        assert len(found["results"]) == material["passages"]


def test_what_a_caller_can_mend_is_said_in_one_sentence(retriever: Retriever) -> None:
    apart: dict[str, object] = {"kind": "lab", "class_name": "Clase 4"}
    cases: list[tuple[dict[str, object], str]] = [
        ({"query": " "}, "La pregunta está vacía. Escriba una pregunta sobre el curso."),
        ({"query": "x" * 4_001}, "La pregunta tiene 4001 caracteres; el máximo es 4000. Acórtela."),
        ({"k": 21}, "k debe estar entre 1 y 20, no 21."),
        ({"k": 0}, "k debe estar entre 1 y 20, no 0."),
        (
            {"kind": "vídeo"},
            "No hay material del tipo «vídeo». Hay: lab (laboratorios), notes (apuntes).",
        ),
        ({"week": 3}, "No se sabe de ninguna semana en el índice. Busque sin ese filtro."),
        ({"class_name": "Clase 9"}, "No hay clase 9 en el índice. Hay: 4."),
        ({"class_name": "Lab 4"}, "No hay lab 4 en el índice. Hay: 2."),
        (
            {"class_name": "x"},
            "No se entiende «x». Escriba «Clase 5», «Lab 2» o «Tarea 1», o nada.",
        ),
        ({"language": "fr"}, "No hay pasajes en el idioma «fr». Hay: es."),
        (
            apart,
            "Ningún pasaje cumple todos esos filtros a la vez. Quite o cambie alguno de ellos.",
        ),
    ]
    for arguments, sentence in cases:
        assert complaint(retriever, "search_course", **{"query": "x"} | arguments) == sentence


def test_a_bug_does_not_tell_its_details(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("/home/profe/secreto")

    monkeypatch.setattr(retriever, "search", broken)
    assert "secreto" not in complaint(retriever, "search_course", query="x")


def test_a_passage_is_opened_among_its_neighbours(retriever: Retriever) -> None:
    (best,) = answer(retriever, "search_course", query="logits en probabilidades", k=1)["results"]
    opened = answer(retriever, "open_passage", passage_id=best["passage_id"])
    assert opened["passage_id"] == best["passage_id"]
    assert [passage["label"] for passage in opened["passages"]] == [
        "Clase 4, § Clase 4: Softmax",
        "Clase 4, § Definición",
        "Clase 4, § Estabilidad numérica",
    ]
    alone = answer(retriever, "open_passage", passage_id=best["passage_id"], reach=0)
    assert [passage["text"] for passage in alone["passages"]] == [best["text"]]


def test_an_unknown_passage_or_reach_is_refused(retriever: Retriever) -> None:
    known = retriever.index.passages[0].id
    assert complaint(retriever, "open_passage", passage_id="a#1") == "No existe el pasaje a#1."
    for reach in (-1, MOST_REACH + 1):
        said = complaint(retriever, "open_passage", passage_id=known, reach=reach)
        assert said == f"reach debe estar entre 0 y 5, no {reach}."


def test_a_passage_is_also_a_resource(retriever: Retriever) -> None:
    passage = next(p for p in retriever.index.passages if p.document == "labs/lab-02.ipynb")

    async def read(client: Client) -> tuple[str, str]:
        (template,) = (await client.list_resource_templates()).resource_templates
        uri = template.uri_template.replace("{id}", quote(passage.id, safe=""))
        (content,) = (await client.read_resource(uri)).contents
        with pytest.raises(MCPError) as caught:
            await client.read_resource("course://passage/..%2F..%2Fetc%2Fpasswd")
        return getattr(content, "text", ""), str(caught.value)

    text, refused = with_client(retriever, read)
    assert text.startswith(f"{passage.label} (labs/lab-02.ipynb)\n")
    assert text.endswith(passage.text)
    assert refused == "No existe el pasaje ../../etc/passwd."


def test_the_calendar_gives_dates_and_today(dated: Retriever) -> None:
    before = date.today().isoformat()
    found = answer(dated, "course_calendar", about="¿cuándo se entrega la tarea 1?")
    assert before <= found["today"] <= date.today().isoformat()
    assert found["days_in_calendar"] == 3
    (day,) = found["days"]
    assert (day["date"], day["until"]) == ("2026-09-11", "")
    assert day["text"] == "Semana 6, viernes 11 de septiembre de 2026. Vence: Entrega Tarea 1."
    assert dated.passage(day["passage_id"]).label == day["label"]


def test_without_words_the_calendar_gives_what_comes(dated: Retriever) -> None:
    last = answer(dated, "course_calendar")["days"][-1]
    assert (last["date"], last["until"]) == ("2099-10-05", "2099-10-09")
    assert "4001 caracteres" in complaint(dated, "course_calendar", about="x" * 4_001)


def test_a_course_without_a_calendar_says_so(retriever: Retriever) -> None:
    found = answer(retriever, "course_calendar", about="tarea")
    assert (found["days_in_calendar"], found["days"]) == (0, [])


def test_the_documents_are_listed(dated: Retriever) -> None:
    materials = answer(dated, "list_materials")["materials"]
    assert [material["document"] for material in materials] == [
        "calendario.md", "clase-04.md", "labs/lab-02.ipynb",
    ]  # fmt: skip
    assert materials[1] == {
        "document": "clase-04.md",
        "title": "Clase 4: Softmax",
        "class_name": "Clase 4",
        "week": 4,
        "kind": "notes",
        "passages": 3,
    }


def test_a_solution_is_not_found_listed_or_opened(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    (course / "tarea-1.md").write_text("# Tarea 1\n\nDerive el gradiente de softmax.\n")
    (course / "tarea-1-pauta.md").write_text("# Pauta Tarea 1\n\nEl gradiente es p menos y.\n")
    update(settings.index, [course], embedder)
    retriever = Retriever(Index.load(store.current(settings.index)), embedder)
    (solution,) = retriever.vault
    listed = answer(retriever, "list_materials")["materials"]
    assert [one["document"] for one in listed if one["kind"] == "assignment"] == ["tarea-1.md"]
    for filters in ({}, {"kind": "tareas"}, {"class_name": "Tarea 1"}):
        found = answer(retriever, "search_course", query="gradiente p menos y", k=20, **filters)
        assert "tarea-1.md" in documents(found)
        assert "tarea-1-pauta.md" not in documents(found)
    said = complaint(retriever, "open_passage", passage_id=solution.id)
    assert said == f"No existe el pasaje {solution.id}."


@pytest.fixture
def child(retriever: Retriever, settings: Settings, tmp_path: Path) -> list[str]:
    """The command of a server of the small course; a transport and a port are to be added."""
    script = tmp_path / "child.py"
    script.write_text(CHILD)
    return [sys.executable, str(script), str(settings.index)]


def test_a_child_on_stdio_speaks_the_protocol_and_nothing_else(
    child: list[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = StdioServerParameters(
        command=child[0], args=[*child[1:], "stdio", "0"], env={"PYTHONPATH": str(ROOT)}
    )
    log = tmp_path / "errors"

    async def used(mode: str) -> tuple[list[str], CallToolResult]:
        with log.open("w") as errors:
            async with Client(stdio_client(server, errlog=errors), mode=mode) as client:
                names = [tool.name for tool in (await client.list_tools()).tools]
                return names, await client.call_tool("search_course", {"query": "softmax", "k": 1})

    for mode in ("auto", "legacy"):  # today's protocol, and what older clients speak
        with caplog.at_level(logging.WARNING):
            names, found = asyncio.run(used(mode))
        assert names == TOOLS
        assert found.structured_content is not None
        assert documents(found.structured_content) == {"clase-04.md"}
        assert sorted(log.read_text().split()) == ["crudo", "ruido"]
        assert not caplog.records  # the client complains of a line that is no message


def test_a_child_on_stdio_ends_on_a_signal_while_it_waits(child: list[str]) -> None:
    process = subprocess.Popen(
        [*child, "stdio", "0"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
    process.stdin.flush()
    process.stdout.readline()  # it is up
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == -signal.SIGTERM
    process.stdin.close()
    process.stdout.close()


def test_over_http_only_this_computer_is_served(child: list[str]) -> None:
    port = free_port(0)
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [*child, "http", str(port)], env=os.environ | {"PYTHONPATH": str(ROOT)}
    )

    async def used() -> CallToolResult:
        async with Client(f"{url}/mcp") as client:
            return await client.call_tool("search_course", {"query": "softmax", "k": 1})

    try:
        wait_for(url, process)
        found = asyncio.run(used())
        assert found.structured_content is not None
        assert documents(found.structured_content) == {"clase-04.md"}
        for strange in ({"Host": "example.org"}, {"Origin": "https://example.org"}):
            assert httpx.post(f"{url}/mcp", json={}, headers=strange).status_code in (403, 421)
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until something answers there."""
    while process.poll() is None:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server ended before it answered")
