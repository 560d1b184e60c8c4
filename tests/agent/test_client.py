"""The client of the model against a real local server that misbehaves."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from agent import Answer, Assistant, ServerAddress
from agent.assistant import chat_model
from corpus import Settings
from retrieval import Retriever

Behaviour = Callable[[BaseHTTPRequestHandler], None]


def piece(text: str) -> bytes:
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
    data = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    line = f"data: {json.dumps(data | {'choices': [choice]})}\n\n".encode()
    return f"{len(line):x}\r\n".encode() + line + b"\r\n"


def begin(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(piece("La función softmax convierte"))
    handler.wfile.flush()


def cut(handler: BaseHTTPRequestHandler) -> None:
    begin(handler)
    handler.connection.close()


def stall(handler: BaseHTTPRequestHandler) -> None:
    begin(handler)
    time.sleep(3)


def busy(handler: BaseHTTPRequestHandler) -> None:
    handler.send_error(503)


def garbage(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    handler.wfile.write(b"data: {not json\n\n")


@pytest.fixture
def serve() -> Iterator[Callable[[Behaviour], str]]:
    servers: list[ThreadingHTTPServer] = []

    def start(behaviour: Behaviour) -> str:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                behaviour(self)
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/v1"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def ask(retriever: Retriever, settings: Settings, url: str) -> Answer:
    quick = settings.model_copy(update={"llm_read_seconds": 1.0})
    model = chat_model(ServerAddress(url, "m", "none"), quick)
    with Assistant(retriever, quick, model=model) as assistant:
        return assistant.ask("¿Qué hace softmax con los logits?", "ana")


@pytest.mark.parametrize(
    ("behaviour", "said"), [(cut, "se perdió la conexión"), (stall, "tardó demasiado")]
)
def test_a_stream_that_breaks_keeps_its_text_and_says_why(
    retriever: Retriever,
    settings: Settings,
    serve: Callable[[Behaviour], str],
    behaviour: Behaviour,
    said: str,
) -> None:
    answer = ask(retriever, settings, serve(behaviour))
    assert answer.text.startswith("La función softmax convierte")
    assert said in answer.notice


@pytest.mark.parametrize("behaviour", [busy, garbage])
def test_a_server_that_cannot_answer_leaves_an_extract(
    retriever: Retriever,
    settings: Settings,
    serve: Callable[[Behaviour], str],
    behaviour: Behaviour,
) -> None:
    answer = ask(retriever, settings, serve(behaviour))
    assert answer.text.startswith("Extracto")
    assert answer.notice
    assert "Traceback" not in answer.notice
