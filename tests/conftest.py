"""Fixtures: a small course on disk, a fast embedder, a scripted model, one real vLLM server."""

import contextlib
import hashlib
import io
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest.mock import patch

import hypothesis
import numpy as np
import pytest
from filelock import FileLock
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCallChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from corpus.progress import Progress, silent
from corpus.sandbox import Sandbox
from corpus.settings import Settings
from retrieval import Retriever, indexing, store, update
from retrieval.embedding import Encoding, Vectors
from retrieval.index import Index
from retrieval.lexical import tokens
from ui import cli

NOTES = """# Clase 4: Softmax

Apuntes de la clase.

## Definición

La función softmax convierte los logits en probabilidades que suman uno.

```python
# esto no es un título
softmax(z)
```

## Estabilidad numérica

Se resta el máximo de los logits para que la exponencial no se desborde.

<!-- English: subtract the maximum -->
"""


class WordsEmbedder:
    """Embeds a text as the normalised sum of one random vector for each of its stems."""

    id, digest, dimension = "words", "1", 64

    def embed_queries(self, texts: list[str]) -> Vectors:
        return np.stack([self.embed(text) for text in texts]).astype(np.float32)

    def embed_passages(self, texts: list[str], progress: Progress = silent) -> Vectors:
        progress("embedding", len(texts), len(texts))
        return self.embed_queries(texts)

    def encode_queries(self, texts: list[str]) -> list[Encoding]:
        return [self.encode(text) for text in texts]

    def encode_passages(
        self, texts: list[str], progress: Progress = silent
    ) -> Iterator[tuple[int, Encoding]]:
        progress("embedding", len(texts), len(texts))
        for at, text in enumerate(texts):
            yield at, self.encode(text)

    def encode(self, text: str) -> Encoding:
        words = tokens(text)
        pieces = [zlib.crc32(word.encode()) for word in words]
        each = np.array([self.embed(word) for word in words], np.float32).reshape(-1, 64)
        return Encoding(self.embed(text), np.array(pieces, np.int64), each)

    def embed(self, text: str) -> Vectors:
        total = np.full(self.dimension, 1e-3)
        for token in tokens(text):
            seed = int.from_bytes(hashlib.sha256(token.encode()).digest()[:4], "big")
            total += np.random.default_rng(seed).normal(size=self.dimension)
        vector: Vectors = (total / np.linalg.norm(total)).astype(np.float32)
        return vector


class ScriptedModel(BaseChatModel):
    """A chat model that says the messages it was given, in order, and keeps what it was asked.

    A message that is an exception is raised instead, after streaming `before_error`.
    """

    script: list[Any]
    before_error: str = ""
    pause: float = 0.0  # seconds after each piece
    model_name: str = "scripted"
    _asked: list[list[BaseMessage]] = PrivateAttr(default_factory=list)
    _offered: list[list[str]] = PrivateAttr(default_factory=list)
    _tools: list[str] = PrivateAttr(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        self._tools = [tool.name for tool in tools]
        return self

    def next_message(self, messages: list[BaseMessage]) -> Any:
        self._asked.append(messages)
        self._offered.append(self._tools)
        self._tools = []
        return self.script[len(self._asked) - 1]

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self.next_message(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        message = self.next_message(messages)
        text = self.before_error if isinstance(message, Exception) else message.text
        yield ChatGenerationChunk(message=AIMessageChunk(content=""))  # servers open so
        for start in range(0, len(text), 7):
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=text[start : start + 7]))
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk
            time.sleep(self.pause)
        if isinstance(message, Exception):
            raise message
        if isinstance(message, AIMessage) and message.tool_calls:
            calls = [
                ToolCallChunk(name=c["name"], args=json.dumps(c["args"]), id=c["id"], index=at)
                for at, c in enumerate(message.tool_calls)
            ]
            yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=calls))


class JsonServer(BaseHTTPRequestHandler):
    """Answers a POST of JSON with what `said` makes of it; None is refused with status 400."""

    def said(self, body: Any) -> Any:
        raise NotImplementedError

    def do_POST(self) -> None:
        said = self.said(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        if said is None:
            self.send_error(400)
            return
        data = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


def completion(text: str) -> dict[str, Any]:
    """A chat completion that says `text`, as a server of OpenAI's kind sends it."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    whole = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
    return whole | {"choices": [choice]}


@contextlib.contextmanager
def serving(handler: type[JsonServer]) -> Iterator[str]:
    """The base URL, with ``/v1``, of a server that answers with `handler`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--campaign", action="store_true", help="try as often as docs/reliability.md says"
    )


def pytest_configure(config: pytest.Config) -> None:
    for name, examples, steps in (("short", 30, 10), ("campaign", 1_000, 30)):
        hypothesis.settings.register_profile(
            name, max_examples=examples, stateful_step_count=steps, deadline=None
        )
    hypothesis.settings.load_profile("campaign" if config.getoption("campaign") else "short")


@pytest.fixture(scope="session")
def times(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """`times(short, full)`: how often something is tried, `full` with ``--campaign``."""
    full = request.config.getoption("campaign")
    return lambda short, whole: whole if full else short


class LastingSandbox(Sandbox):
    """Workers that outlast a ``with`` block."""

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session", autouse=True)
def one_sandbox() -> Iterator[None]:
    """Starts the workers that read files once, not for each index that a test makes."""
    lasting = LastingSandbox()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexing, "Sandbox", lambda: lasting)
        yield
    lasting.close()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the machine do not reach the tests; the cache, where models are, does."""
    for name in os.environ:
        if name.startswith("AYUDANTE_") and name != "AYUDANTE_CACHE":
            monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(
        index=tmp_path / "index",
        cache=tmp_path / "cache",
        conversations=tmp_path / "conversations.sqlite",
        quiz=tmp_path / "quiz.sqlite",
        evidence_floor=0.0,
    )


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course of three files: notes, a notebook, a file that cannot be read."""
    return written_course(tmp_path / "course")


def written_course(folder: Path) -> Path:
    """`folder`, new, with the files of the small course."""
    (folder / "labs").mkdir(parents=True)
    (folder / "clase-04.md").write_text(NOTES)
    (folder / "labs" / "lab-02.ipynb").write_text(notebook())
    (folder / "figura.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder


def notebook() -> str:
    """A notebook of four cells: a title, an explanation, code with output, code with an image."""

    def code(source: str, outputs: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "cell_type": "code",
            "metadata": {},
            "execution_count": 1,
            "source": source,
            "outputs": outputs,
        }

    long_log = {"output_type": "stream", "name": "stdout", "text": "época 1 pérdida 0.5\n" * 100}
    picture = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/png": "aGVsbG8=", "text/plain": "<Figure size 640x480>"},
    }
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "metadata": {}, "source": "# Perceptrón desde cero"},
        {"cell_type": "markdown", "metadata": {}, "source": "El perceptrón separa con una recta."},
        code("def entrenar(X, y):\n    return pesos", [long_log]),
        code("plt.plot(errores)", [picture]),
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


@pytest.fixture
def embedder() -> WordsEmbedder:
    return WordsEmbedder()


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """The index of the small course: starting the processes that read it takes seconds."""
    folder = tmp_path_factory.mktemp("small")
    update(folder / "index", [written_course(folder / "course")], WordsEmbedder())
    return Index.load(store.current(folder / "index"))


@pytest.fixture
def retriever(
    small_index: Index, course: Path, settings: Settings, embedder: WordsEmbedder
) -> Retriever:
    """A retriever of `course`, whose index is on disk as `update` makes it."""
    index = replace(small_index, roots=(str(course.resolve()),))
    with store.writing(settings.index):
        store.publish(settings.index, index.save)
    return Retriever(Index.load(store.current(settings.index)), embedder)


@contextlib.contextmanager
def loggers_kept() -> Iterator[None]:
    """What `start_logging` changes is as it was afterwards."""
    some = [logging.getLogger(name) for name in ("ayudante", "uvicorn")]
    kept = [(one, list(one.handlers), one.propagate, one.level) for one in some]
    try:
        yield
    finally:
        for one, handlers, propagate, level in kept:
            for handler in set(one.handlers) - set(handlers):
                handler.close()
            one.handlers, one.propagate = handlers, propagate
            one.setLevel(level)


def ayudante(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command line in this process: starting another takes seconds."""
    out, errors = io.StringIO(), io.StringIO()
    signals = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    code: str | int | None = 0
    with (
        patch.object(sys, "argv", ["ayudante", *arguments]),
        patch.dict(os.environ, environment),
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(errors),
        loggers_kept(),
    ):
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code
        finally:
            for one, handler in signals.items():
                signal.signal(one, handler)
    if code == 130:
        raise KeyboardInterrupt
    assert isinstance(code, int)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), errors.getvalue())


def ayudante_process(
    *arguments: str, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs the command line as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "ui.cli", *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)} | environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="session")
def bundled_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled course indexed by the command line with the embedded model.

    ``make test`` makes it anew and names it in ``COURSE_INDEX``. Otherwise, where several
    processes share the tests, the first one that needs it makes it for all.
    """
    if made := os.environ.get("COURSE_INDEX"):
        return Path(made)
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    index = folder / "bundled" / "index"
    with FileLock(folder / "bundled.lock"):
        if not index.exists():
            index.parent.mkdir()
            done = ayudante_process("index", "--index", str(index), "--json", cwd=index.parent)
            assert done.returncode == 0, done.stderr
    return index


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One real model on vLLM for the whole run, started as a user starts it."""
    folder = tmp_path_factory.mktemp("serve")
    process = subprocess.Popen(
        [sys.executable, "-m", "ui.cli", "serve", "--port", "0", "--json"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("}"):
            break
    assert lines, "ayudante serve ended before the model was ready"
    try:
        yield json.loads("".join(lines))
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()
