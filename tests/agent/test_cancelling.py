"""Leaving an answer frees the model's place, as vLLM itself counts it."""

import re
import time
from pathlib import Path

import httpx
import pytest

from agent import Assistant, TextDelta
from agent.messages import OWN_WORDS
from corpus import Settings
from retrieval import Retriever

pytestmark = pytest.mark.vllm
RUNNING = re.compile(r"^vllm:num_requests_running\{[^}]*\} (\d+)", re.M)


def running(url: str) -> int:
    """Requests that the server is working on."""
    text = httpx.get(f"{url.removesuffix('/v1')}/metrics", timeout=30).text
    return sum(int(number) for number in RUNNING.findall(text))


def test_closing_a_stream_frees_the_models_place(
    served: dict[str, str], bundled_index: Path, tmp_path: Path
) -> None:
    settings = Settings.load(
        index=bundled_index, llm_url=served["url"], conversations=tmp_path / "c.sqlite"
    )
    with Assistant(Retriever.open(settings=settings), settings) as assistant:
        stream = assistant.stream("¿Cómo funciona la atención? Explica con más detalle.", "ana")
        texts = (event.text for event in stream if isinstance(event, TextDelta))
        assert OWN_WORDS.search(next(texts))  # the course speaks before the model does
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
