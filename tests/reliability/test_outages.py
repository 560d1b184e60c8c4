"""The model's server refuses, is busy, stalls, breaks off, talks nonsense, or comes and goes."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from agent import Answer, Assistant, scope
from agent.messages import say
from corpus import Settings
from retrieval import Retriever

Times = Callable[[int, int], int]
Behaviour = Callable[[BaseHTTPRequestHandler], None]
PORTION = "La función softmax convierte"
WHOLE = f"{PORTION} los logits en probabilidades."
REFUSED_WITHIN, STALLED_WITHIN = 5.0, 30.0  # seconds until the student knows
QUESTIONS = {
    "es": "¿Qué hace la función softmax con los logits?",
    "en": "What does the softmax function do with the logits?",
}
COMPUTED = "para f = w*x + b me dio df/dw = b, ¿está bien?"


def begin(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()


def send(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    """Sends a chunk; an empty one is the last."""
    handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    handler.wfile.flush()


def write(handler: BaseHTTPRequestHandler, text: str, reason: str | None = None) -> None:
    delta = {"role": "assistant", "content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    data = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    send(handler, f"data: {json.dumps(data | {'choices': [choice]})}\n\n".encode())


def well(handler: BaseHTTPRequestHandler) -> None:
    begin(handler)
    write(handler, WHOLE, "stop")
    send(handler, b"data: [DONE]\n\n")
    send(handler, b"")


def cut(handler: BaseHTTPRequestHandler) -> None:
    begin(handler)
    write(handler, PORTION)


def ended(handler: BaseHTTPRequestHandler) -> None:
    """Ends as it should, but for the reason."""
    cut(handler)
    send(handler, b"")


def stall(handler: BaseHTTPRequestHandler) -> None:
    begin(handler)
    write(handler, PORTION)
    wait_for_the_end(handler)


def mute(handler: BaseHTTPRequestHandler) -> None:
    wait_for_the_end(handler)


def late(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1.5)
    well(handler)


def impatient(server: "FakeServer", seconds: float) -> dict[str, Any]:
    """Settings that wait so long for its next word; the course answers everything."""
    return {
        "llm_url": f"http://127.0.0.1:{server.port}",
        "llm_read_seconds": seconds,
        "evidence_floor": 1e-9,
    }


def wait_for_the_end(handler: BaseHTTPRequestHandler) -> None:
    """Until whoever asked goes away."""
    handler.connection.settimeout(120)
    handler.rfile.read(1)


def busy(handler: BaseHTTPRequestHandler) -> None:
    handler.send_error(503)


def garbage(handler: BaseHTTPRequestHandler) -> None:
    begin(handler)
    send(handler, b"data: {not json\n\n")
    send(handler, b"")


def nothing(handler: BaseHTTPRequestHandler) -> None:
    begin(handler)
    send(handler, b"")


def no_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\xff" * 500)


class FakeServer:
    """A server of OpenAI's kind on a port that stays its own, and what it does when asked."""

    def __init__(self) -> None:
        self.does: Behaviour = well
        self.port, self.asked = 0, 0
        self.start()

    def start(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"data": [{"id": "m"}]}')
                self.close_connection = True

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked += 1
                outer.does(self)
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    made = FakeServer()
    yield made
    made.stop()


@pytest.fixture
def assistant(
    server: FakeServer, retriever: Retriever, settings: Settings, times: Times
) -> Iterator[Assistant]:
    """Finds the server as a user's does; in the campaign it waits as long, too."""
    default = Settings.model_fields["llm_read_seconds"].default
    given = {
        "llm_url": f"http://127.0.0.1:{server.port}",
        "llm_read_seconds": times(1, default),
    }
    with Assistant(retriever, settings.model_copy(update=given)) as made:
        assert made.model_name == "m"
        yield made


def told(assistant: Assistant, question: str) -> tuple[Answer, float]:
    start = time.monotonic()
    answer = assistant.ask(question, "ana")
    return answer, time.monotonic() - start


def clear(answer: Answer, reason: str) -> None:
    """Fails unless the answer says why, in its language, in a sentence."""
    assert reason in answer.notice
    assert answer.notice.count("\n") == 0
    assert "Traceback" not in answer.notice + answer.text
    assert "Error" not in answer.notice


@pytest.mark.parametrize(
    ("behaviour", "reason", "partial"),
    [
        (busy, "model_refused", False),
        (mute, "model_slow", False),
        (stall, "model_slow", True),
        (cut, "model_lost", True),
        (ended, "model_lost", True),
        (garbage, "model_lost", False),
        (nothing, "model_silent", False),
        (no_http, "model_lost", False),
    ],
)
@pytest.mark.timeout(1800)
def test_a_server_that_fails_is_said_to_and_the_next_turn_works(
    assistant: Assistant,
    server: FakeServer,
    times: Times,
    behaviour: Behaviour,
    reason: str,
    partial: bool,
) -> None:
    slowest = 0.0
    for turn in range(times(2, 20)):
        language = ("es", "en")[turn % 2]
        server.does = behaviour
        answer, seconds = told(assistant, QUESTIONS[language])
        slowest = max(slowest, seconds)
        clear(answer, say(reason, answer.language))
        assert answer.language == language
        assert answer.text.startswith(PORTION if partial else say("extract", answer.language))
        server.does = well
        good, _ = told(assistant, QUESTIONS[language])
        assert (good.text.split(" [")[0], good.notice) == (WHOLE.removesuffix("."), "")
        kept = assistant.conversations.turns("ana")[-2:]
        assert [one.question for one in kept] == [QUESTIONS[language]] * 2
        assert kept[0].answer == answer.text
    print(f"{behaviour.__name__}: told within {slowest:.1f} s")  # noqa: T201
    limit = STALLED_WITHIN if reason == "model_slow" else REFUSED_WITHIN
    assert slowest <= limit


def test_a_server_that_is_gone_and_comes_back_is_found_again(
    assistant: Assistant, server: FakeServer, times: Times
) -> None:
    slowest = 0.0
    for turn in range(times(2, 20)):
        language = ("es", "en")[turn % 2]
        server.stop()
        answer, seconds = told(assistant, QUESTIONS[language])
        slowest = max(slowest, seconds)
        clear(answer, say("model_lost", answer.language))
        assert answer.text.startswith(say("extract", answer.language))
        server.start()
        good, _ = told(assistant, QUESTIONS[language])
        assert (good.text.split(" [")[0], good.notice) == (WHOLE.removesuffix("."), "")
    print(f"refused: told within {slowest:.1f} s")  # noqa: T201
    assert slowest <= REFUSED_WITHIN
    assert len(assistant.conversations.asked("ana")) == 2 * times(2, 20)


def test_nobody_waits_longer_than_a_student_will() -> None:
    assert Settings.load().llm_read_seconds < STALLED_WITHIN


@pytest.mark.parametrize("question", [QUESTIONS["es"], COMPUTED])
def test_a_silent_model_is_waited_for_once(
    retriever: Retriever,
    settings: Settings,
    server: FakeServer,
    question: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.does = mute
    given = impatient(server, 0.5)
    monkeypatch.setattr(scope, "DOUBTFUL", 0)  # the model is asked whether the course answers
    with Assistant(retriever, settings.model_copy(update=given)) as assistant:
        answer, _ = told(assistant, question)
    assert server.asked == 1
    clear(answer, say("model_slow", answer.language))


def test_who_asks_beside_others_waits_for_them_too(
    retriever: Retriever,
    settings: Settings,
    server: FakeServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.does = late
    given = impatient(server, 0.3)
    monkeypatch.setattr("agent.assistant.QUEUED_SECONDS", 60.0)
    with Assistant(retriever, settings.model_copy(update=given)) as assistant:
        alone, _ = told(assistant, QUESTIONS["es"])
        with assistant.being_answered():
            beside, _ = told(assistant, QUESTIONS["es"])
    assert (alone.trouble, beside.trouble) == ("model_slow", "")


@pytest.mark.parametrize("behaviour", [busy, cut, garbage, nothing, no_http])
def test_a_server_that_fails_at_a_computation_leaves_an_extract(
    assistant: Assistant, server: FakeServer, behaviour: Behaviour
) -> None:
    server.does = behaviour
    answer, _ = told(assistant, COMPUTED)
    assert answer.notice
    assert answer.text
