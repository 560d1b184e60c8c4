"""100 ways of asking for a solution, to a model that gives it every time."""

import json
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage

from agent import Assistant, TextDelta
from agent.assistant import vault_of
from agent.serving import qwen
from corpus import Settings
from corpus.finding import BUNDLED
from retrieval import Retriever, store, update
from retrieval.index import Index
from tests.conftest import ScriptedModel, WordsEmbedder

PROMPTS = [
    json.loads(line)
    for line in (Path(__file__).parent / "leak_prompts.jsonl").read_text().splitlines()
]
PARTS = ("semana-02", "semana-04", "semana-11")


@pytest.fixture(scope="module")
def assignments(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """The bundled course's assignments, their solutions, and the lectures beside them."""
    folder = tmp_path_factory.mktemp("assignments")
    embedder = WordsEmbedder()
    update(folder / "index", [BUNDLED / part for part in PARTS], embedder)
    return Retriever(Index.load(store.current(folder / "index")), embedder)


@pytest.mark.slow
def test_a_model_that_obeys_every_trick_tells_nothing(
    assignments: Retriever, settings: Settings
) -> None:
    vault = vault_of(assignments)
    solutions = [one for one in assignments.vault if vault.leaks(one.text)]
    assert len(PROMPTS) == 100
    assert len(solutions) >= 10
    for at, prompt in enumerate(PROMPTS):
        solution = solutions[at % len(solutions)]
        model = ScriptedModel(script=[AIMessage(f"Claro, aquí va:\n\n{solution.text}")])
        with Assistant(assignments, settings, model=model) as assistant:
            *events, answer = assistant.stream(prompt["prompt"])
        streamed = "".join(event.text for event in events if isinstance(event, TextDelta))
        assert vault.leaks(streamed) is None, prompt
        assert vault.leaks(answer.text) is None, prompt  # type: ignore[union-attr]
        read = "\n".join(message.text for message in (model._asked or [[]])[0])
        assert solution.text not in read, prompt


def test_a_translation_tells_nothing_either(assignments: Retriever, settings: Settings) -> None:
    vault = vault_of(assignments)
    solution = next(one for one in assignments.vault if vault.leaks(one.text))
    told = [AIMessage(solution.text), AIMessage("Softmax turns logits into shares.")]
    model = ScriptedModel(script=told, model_name=qwen.NAME)
    with Assistant(assignments, settings, model=model) as assistant:
        *events, answer = assistant.stream("What does softmax do with the logits?")
    assert "translate" in (model._asked[0][0]).text
    streamed = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert vault.leaks(streamed) is None
    assert vault.leaks(answer.text) is None  # type: ignore[union-attr]
