"""Leaving an answer frees the model's place, as vLLM itself counts it."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGenerationChunk
from pydantic import PrivateAttr

from agent import Assistant, TextDelta
from agent.messages import OWN_WORDS
from corpus import Settings
from retrieval import Retriever
from tests.conftest import ScriptedModel

RUNNING = re.compile(r"^vllm:num_requests_running\{[^}]*\} (\d+)", re.M)


def running(url: str) -> int:
    """Requests that the server is working on."""
    text = httpx.get(f"{url.removesuffix('/v1')}/metrics", timeout=30).text
    return sum(int(number) for number in RUNNING.findall(text))


@pytest.mark.vllm
def test_closing_a_stream_frees_the_models_place(
    served: dict[str, str], bundled_index: Path, tmp_path: Path
) -> None:
    settings = Settings.load(
        index=bundled_index, llm_url=served["url"], conversations=tmp_path / "c.sqlite"
    )
    with Assistant(Retriever.open(settings=settings), settings) as assistant:
        stream = assistant.stream("¿Cómo funciona la atención? Explica con más detalle.", "ana")
        texts = (event.text for event in stream if isinstance(event, TextDelta))
        while not OWN_WORDS.search(next(texts)):
            pass  # the course speaks before the model does
        assert next(texts)
        assert running(served["url"]) == 1
        stream.close()
        for _ in range(60):
            if not running(served["url"]):
                break
            time.sleep(0.25)
        assert running(served["url"]) == 0
        (turn,) = assistant.conversations.turns("ana")
        assert turn.answer  # what there was of it is kept
        assert turn.status is None


class Counted(ScriptedModel):
    """Counts the pieces that it has written, and says when it ends."""

    _written: int = 0
    _ended: threading.Event = PrivateAttr(default_factory=threading.Event)

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        try:
            for chunk in super()._stream(*args, **kwargs):
                self._written += 1
                yield chunk
        finally:
            self._ended.set()


def test_closing_a_stream_ends_the_models_writing(retriever: Retriever, settings: Settings) -> None:
    model = Counted(script=[AIMessage("Una palabra más. " * 2_000)], pause=0.005)
    with Assistant(retriever, settings, model=model) as assistant:
        stream = assistant.stream("¿Qué hace softmax con los logits?", "ana")
        while not isinstance(next(stream), TextDelta):
            pass
        stream.close()
        assert model._ended.is_set()
        assert model._written < 2_000  # of some 4,900
        (turn,) = assistant.conversations.turns("ana")
        assert 0 < len(turn.answer or "") < 10_000
