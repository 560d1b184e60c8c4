import threading
import time
from collections.abc import Iterator

import pytest

from agent import Assistant, ServerAddress
from agent.meanwhile import Meanwhile
from corpus import Settings
from retrieval import Retriever
from retrieval.enrichment import lacking, read
from tests.agent.test_enriching import QUESTION, Model, address  # noqa: F401
from tests.conftest import ScriptedModel


@pytest.fixture
def assistant(
    retriever: Retriever,
    settings: Settings,
    address: ServerAddress,  # noqa: F811
) -> Iterator[Assistant]:
    with Assistant(retriever, settings, model=ScriptedModel(script=["hola"] * 9)) as one:
        one.address = address
        yield one


def test_the_course_is_enriched_and_the_assistant_searches_what_came(
    assistant: Assistant, settings: Settings
) -> None:
    before, told = assistant.retriever, list[str]()
    assert before.index.questions is None
    with Meanwhile(assistant, settings, told.append) as meanwhile:
        assert meanwhile.wait(60)
    after = assistant.retriever
    assert after is not before
    assert after.embedder is before.embedder
    assert after.index.questions is not None
    assert QUESTION in after.index.questions.texts
    assert lacking(after.index.passages, settings.cache, "m") == []
    assert len(told) == 2


def test_nobody_is_kept_waiting(assistant: Assistant, settings: Settings) -> None:
    with assistant.being_answered():
        assert assistant.answering == 1
        with Meanwhile(assistant, settings, lambda _: None) as meanwhile:
            assert not meanwhile.wait(1.5)
            assert Model.asked == []
        assert meanwhile.wait(10)
    assert assistant.answering == 0
    assert read(settings.cache / "enrichment.jsonl") == {}


def test_a_question_under_way_is_counted_until_its_stream_is_closed(assistant: Assistant) -> None:
    stream = assistant.stream("¿Qué es softmax?")
    next(stream)
    assert assistant.answering == 1
    stream.close()
    assert assistant.answering == 0


def test_a_lost_model_ends_it_with_a_line_and_the_rest_goes_on(
    assistant: Assistant, settings: Settings
) -> None:
    Model.until = 2
    before, told = assistant.retriever, list[str]()
    with Meanwhile(assistant, settings, told.append) as meanwhile:
        assert meanwhile.wait(60)
    assert "Se dejó de escribir preguntas" in told[-1]
    assert assistant.retriever is before
    with Meanwhile(assistant, settings, told.append) as meanwhile:  # the model is still lost
        assert meanwhile.wait(60)
    assert assistant.retriever.index.questions is not None  # but what it wrote is searched now


def test_it_can_be_turned_off(assistant: Assistant, settings: Settings) -> None:
    off = settings.model_copy(update={"enrich": False})
    threads = threading.active_count()
    with Meanwhile(assistant, off, lambda _: None) as meanwhile:
        time.sleep(0.2)
        assert meanwhile.wait(0)
        assert threading.active_count() == threads
    assert Model.asked == []
