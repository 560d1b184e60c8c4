"""What an evaluation says beyond means: levels, slices, questions, misses, latency."""

import json
from pathlib import Path

import pytest

from corpus import InputError, Settings
from retrieval import Retriever, compare, evaluate, store, update
from retrieval.embedding import Encoding
from retrieval.evaluation.judgements import place_of
from retrieval.index import Index
from tests.conftest import WordsEmbedder

QUERIES = [
    {"_id": "q1", "text": "qué hace softmax con los logits", "style": "plain", "split": "dev"},
    {"_id": "q2", "text": "se desborda la exponencial", "style": "typos", "n": 3, "split": "test"},
    {"_id": "q3", "previous": "Háblame de Rosenblatt", "text": "¿y su recta?", "style": "plain"},
    {"_id": "q4", "text": "chocolate", "language": "es"},
]
QRELS = [
    ("q1", "semana-03/clase-04.md#2", 2),
    ("q1", "semana-03/clase-04.md#1", 1),
    ("q2", "semana-03/clase-04.md#3", 1),
    ("q3", "labs/lab-02.ipynb#2", 1),
    ("q4", "labs/lab-02.ipynb#3", 1),
]


@pytest.fixture
def weekly(course: Path, settings: Settings, embedder: WordsEmbedder) -> Retriever:
    """The small course with its notes in the folder of a week."""
    (course / "semana-03").mkdir()
    (course / "clase-04.md").rename(course / "semana-03" / "clase-04.md")
    update(settings.index, [course], embedder)
    return Retriever(Index.load(store.current(settings.index)), embedder)


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    folder = tmp_path / "gold"
    folder.mkdir()
    (folder / "queries.jsonl").write_text("\n".join(json.dumps(line) for line in QUERIES))
    (folder / "qrels.tsv").write_text("\n".join("\t".join(map(str, row)) for row in QRELS))
    return folder


def test_a_question_says_what_was_found_in_the_order_of_the_search(
    gold: Path, settings: Settings, weekly: Retriever
) -> None:
    report = evaluate(gold, weekly, settings=settings)
    first = report.questions[0]
    for system in ("dense", "lexical", "hybrid"):
        results = weekly.search(first.text, 100, system)
        expected = list(dict.fromkeys(place_of(result.passage) for result in results))
        assert list(first.systems[system].found) == expected[:10]
    assert first.to_dict()["relevant"] == {
        "semana-03/clase-04.md#2": 2, "semana-03/clase-04.md#1": 1,
    }  # fmt: skip
    assert first.to_dict()["systems"]["hybrid"]["R@1"] == 0.5
    assert report.questions[2].text == "Háblame de Rosenblatt ¿y su recta?"
    assert report.places["semana-03/clase-04.md#3"].label.endswith("§ Estabilidad numérica")
    assert "exponencial" in report.places["semana-03/clase-04.md#3"].text


def test_a_judged_place_stands_for_its_document(
    gold: Path, settings: Settings, weekly: Retriever
) -> None:
    by_passage = evaluate(gold, weekly, ("lexical",), settings)
    by_document = evaluate(gold, weekly, ("lexical",), settings, level="document")
    assert by_passage.questions[0].relevant.keys() == {f"semana-03/clase-04.md#{n}" for n in (1, 2)}
    assert by_document.questions[0].relevant == {"semana-03/clase-04.md": 2}
    found = by_document.questions[0].systems["lexical"].found
    assert len(found) == len(set(found)) <= 2
    assert by_document.questions[0].systems["lexical"].measures["R@1"] == 1
    assert by_document.questions[0].attributes == by_passage.questions[0].attributes
    assert by_document.places["semana-03/clase-04.md"].label == "Clase 4"
    with pytest.raises(InputError, match="mismo --level"):
        compare(by_passage, by_document)
    with pytest.raises(InputError, match="No existe el nivel «page»"):
        evaluate(gold, weekly, settings=settings, level="page")  # type: ignore[arg-type]


def test_slices_have_the_means_of_their_questions(
    gold: Path, settings: Settings, weekly: Retriever
) -> None:
    report = evaluate(gold, weekly, ("lexical",), settings)
    counts = {
        attribute: {value: one.queries for value, one in values.items()}
        for attribute, values in report.slices.items()
    }
    assert counts == {
        "style": {"plain": 2, "typos": 1},
        "language": {"es": 1},
        "kind": {"section": 2, "cell": 2},
        "week": {"3": 2},
    }
    plain = [report.questions[at].systems["lexical"].measures["RR@10"] for at in (0, 2)]
    mean = report.slices["style"]["plain"].systems["lexical"]["RR@10"].mean
    assert mean == pytest.approx(sum(plain) / 2, abs=1e-3)
    assert set(report.to_dict()["slices"]["style"]["typos"]) == {"queries", "systems"}


def test_weeks_are_in_the_order_of_the_course_and_names_are_no_slice(
    gold: Path, settings: Settings, weekly: Retriever
) -> None:
    lines = [
        {"_id": f"q{at}", "text": "softmax", "week": str(at % 11 + 1), "url": f"u{at}"}
        for at in range(60)
    ]
    (gold / "queries.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (gold / "qrels.tsv").write_text(
        "\n".join(f"q{at}\tsemana-03/clase-04.md#2\t1" for at in range(60))
    )
    report = evaluate(gold, weekly, ("lexical",), settings)
    assert list(report.slices["week"]) == [str(week) for week in range(1, 12)]
    assert "url" not in report.slices
    assert report.questions[0].to_dict()["url"] == "u0"


def test_misses_are_those_without_a_relevant_place_among_the_first(
    gold: Path, settings: Settings, weekly: Retriever
) -> None:
    report = evaluate(gold, weekly, ("lexical", "dense"), settings)
    assert report.main == "dense"
    ranks = {question.id: question.rank("dense") for question in report.questions}
    expected = [name for name, rank in ranks.items() if rank is None or rank > 5]
    assert [question.id for question in report.misses] == expected
    by_words = evaluate(gold, weekly, ("lexical",), settings)
    assert [question.id for question in by_words.misses] == ["q4"]
    assert by_words.questions[3].systems["lexical"].found == ()


def test_latency_is_of_one_question_and_embeds_a_sample_one_at_a_time(
    gold: Path, settings: Settings, weekly: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [{"_id": f"q{at}", "text": f"softmax {at}"} for at in range(120)]
    (gold / "queries.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (gold / "qrels.tsv").write_text(
        "\n".join(f"q{at}\tsemana-03/clase-04.md#2\t1" for at in range(120))
    )
    asked: list[int] = []
    encode = WordsEmbedder.encode_queries

    def counted(self: WordsEmbedder, texts: list[str]) -> list[Encoding]:
        asked.append(len(texts))
        return encode(self, texts)

    monkeypatch.setattr(WordsEmbedder, "encode_queries", counted)
    report = evaluate(gold, weekly, ("lexical", "hybrid"), settings)
    assert asked == [120] + [1] * 40
    latency = report.to_dict()["latency_ms"]
    assert set(latency) == {"embedding", "lexical", "hybrid"}
    for time in latency.values():
        assert 0 < time["p50"] <= time["p95"]


def test_the_recall_curve_meets_the_measures(
    gold: Path, settings: Settings, weekly: Retriever
) -> None:
    report = evaluate(gold, weekly, settings=settings)
    for name, curve in report.recall.items():
        assert len(curve) == 20
        assert list(curve) == sorted(curve)
        for k in (1, 5, 20):
            assert curve[k - 1] == report.systems[name][f"R@{k}"].mean


def test_a_report_and_its_json_compare_as_the_same(
    gold: Path, settings: Settings, weekly: Retriever
) -> None:
    report = evaluate(gold, weekly, settings=settings)
    changes = compare(json.loads(json.dumps(report.to_dict())), report)
    assert changes.questions == 4
    assert (changes.better, changes.worse) == ((), ())
    assert not any(one.difference for one in changes.differences)
