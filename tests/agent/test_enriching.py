import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from agent import ServerAddress
from agent.enriching import enrich, useful
from corpus import ModelUnavailable, Settings
from retrieval import Retriever, update
from retrieval.enrichment import BY_HAND, BY_MODEL, Enrichment, mark_of, read
from retrieval.index import Index
from retrieval.store import current
from tests.conftest import JsonServer, WordsEmbedder, completion, serving

QUESTION = "¿Qué truco evita el overflow al elevar e?"


class Model(JsonServer):
    """Says the same of every passage; fails after `until` requests."""

    asked: ClassVar[list[str]] = []
    until = 1_000

    def said(self, body: Any) -> Any:
        type(self).asked.append(body["messages"][1]["content"])
        if len(type(self).asked) > type(self).until:
            return None
        said = {"says": "Explica algo.", "spanish": [QUESTION] * 3, "english": "Why subtract it?"}
        return completion(json.dumps(said))


@pytest.fixture
def address() -> Iterator[ServerAddress]:
    Model.asked, Model.until = [], 1_000
    with serving(Model) as url:
        yield ServerAddress(url, "m", "none")


def test_every_passage_is_asked_about_once_and_what_is_written_is_not_asked_again(
    retriever: Retriever, address: ServerAddress, tmp_path: Path
) -> None:
    file = tmp_path / "enrichment.jsonl"
    assert enrich(retriever.index.passages, file, address) == retriever.size
    written = read(file)
    assert set(written) == {mark_of(passage) for passage in retriever.index.passages}
    assert all(one.questions == (QUESTION, "Why subtract it?") for one in written.values())
    assert enrich(retriever.index.passages, file, address) == 0
    assert len(Model.asked) == retriever.size


def test_a_failing_server_loses_nothing_and_the_next_run_goes_on(
    retriever: Retriever, address: ServerAddress, tmp_path: Path
) -> None:
    file = tmp_path / "enrichment.jsonl"
    Model.until = 2
    with pytest.raises(ModelUnavailable, match="repita"):
        enrich(retriever.index.passages, file, address)
    before = len(read(file))
    assert before < retriever.size
    with file.open("a") as out:
        out.write('{"passage": "cut sho')
    Model.until = 1_000
    assert enrich(retriever.index.passages, file, address) == retriever.size - before
    assert len(read(file)) == retriever.size


def test_a_copy_an_empty_line_and_a_repetition_are_left_out(retriever: Retriever) -> None:
    passage = next(p for p in retriever.index.passages if "probabilidades" in p.text)
    copied = f"¿{passage.text}?"[:150]
    assert useful([copied, "¿?", "¿Y si no suma 1?", "Y si NO suma 1"], passage) == (
        "¿Y si no suma 1?",
    )


def test_an_enrichment_finds_its_passage_and_is_never_shown(
    course: Path, settings: Settings, address: ServerAddress, retriever: Retriever
) -> None:
    target = next(p for p in retriever.index.passages if "desborde" in p.text)
    assert retriever.search("zanahoria", system="lexical") == []
    file = settings.cache / "enrichment.jsonl"
    file.parent.mkdir(parents=True)
    line = {
        "passage": mark_of(target),
        "questions": ["¿zanahoria?"],
        "says": "",
        "model": "autores",
    }
    file.write_text(json.dumps(line) + "\n")
    model = WordsEmbedder()
    update(settings.index, [course], model, enrichments=read(file))
    enriched = Retriever(Index.load(current(settings.index)), model)
    for system in ("dense", "lexical", "hybrid", "reranked"):
        found = enriched.search("zanahoria", system=system)
        assert found[0].passage == target
        assert "zanahoria" not in json.dumps(found[0].to_dict())


def test_a_models_questions_count_for_less_than_a_persons(
    course: Path, settings: Settings, retriever: Retriever
) -> None:
    target = next(p for p in retriever.index.passages if "desborde" in p.text)
    model, scores = WordsEmbedder(), {}

    def score(one: Retriever) -> float:
        found = one.search("zanahoria", one.size, system="dense")
        return next(result.score for result in found if result.passage == target)

    for writer in ("autores", "m"):
        enrichment = {mark_of(target): Enrichment(("¿zanahoria?",), "", writer)}
        update(settings.index, [course], model, enrichments=enrichment, rebuild=True)
        enriched = Retriever(Index.load(current(settings.index)), model)
        scores[writer] = score(enriched)
        row = enriched.index.passages.index(target)
        assert len(enriched.index.pieces_of(row)) == (2 if writer == "autores" else 1)
    gained = {writer: one - score(retriever) for writer, one in scores.items()}
    assert gained["autores"] > 0
    assert gained["m"] == pytest.approx(gained["autores"] * BY_MODEL / BY_HAND, abs=1e-4)
