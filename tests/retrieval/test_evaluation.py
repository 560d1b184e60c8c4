import json
import math
from pathlib import Path

import numpy as np
import pytest

from corpus import InputError, Settings
from retrieval import Retriever, evaluate
from retrieval.evaluation import MEASURES
from retrieval.evaluation.measures import holm, interval, measured, randomisation_p


def beir(folder: Path, corpus: bool = True) -> Path:
    folder.mkdir()
    texts = {"d1": "softmax convierte logits", "d2": "perceptrón de Rosenblatt", "d3": "gradiente"}
    if corpus:
        lines = [json.dumps({"_id": i, "title": "", "text": t}) for i, t in texts.items()]
        (folder / "corpus.jsonl").write_text("\n".join(lines))
    queries = {"q1": "qué hace softmax", "q2": "quién fue Rosenblatt"}
    lines = [json.dumps({"_id": i, "text": t}) for i, t in queries.items()]
    (folder / "queries.jsonl").write_text("\n".join(lines))
    judged = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\n"
    (folder / "qrels.tsv").write_text(judged)
    return folder


def test_measures_agree_with_values_worked_by_hand() -> None:
    run = {"q": ["a", "b", "c"], "r": ["a"]}
    values = measured(run, {"q": {"b": 1, "z": 1}, "r": {"b": 1}})
    ideal = 1 + 1 / math.log2(3)
    assert values["nDCG@10"] == pytest.approx([1 / math.log2(3) / ideal, 0])
    assert values["RR@10"] == pytest.approx([0.5, 0])
    assert values["R@1"] == pytest.approx([0, 0])
    assert values["R@5"] == pytest.approx([0.5, 0])


def test_an_unanswered_query_counts_as_zero() -> None:
    assert measured({}, {"q": {"a": 1}})["nDCG@10"].tolist() == [0]


def test_a_beir_folder_is_indexed_in_the_cache_and_ranked(
    tmp_path: Path, settings: Settings, retriever: Retriever
) -> None:
    report = evaluate(beir(tmp_path / "set"), retriever, settings=settings)
    data = report.to_dict()
    assert (data["queries"], data["documents"]) == (2, 3)
    assert set(data["systems"]) == {"dense", "lexical", "hybrid", "reranked"}
    assert data["systems"]["hybrid"]["R@1"]["mean"] == 1
    assert set(data["systems"]["hybrid"]) == {*MEASURES, "seconds"}
    assert len(data["comparisons"]) == 6 * len(MEASURES)
    json.dumps(data)
    assert settings.index.exists()
    assert list((settings.cache / "evaluations").iterdir())


def test_the_courses_own_questions_are_judged_by_place(
    tmp_path: Path, settings: Settings, retriever: Retriever
) -> None:
    folder = beir(tmp_path / "gold", corpus=False)
    (folder / "qrels.tsv").write_text("q1\tclase-04.md#2\t1\nq2\tlabs/lab-02.ipynb#2\t1\n")
    report = evaluate(folder, retriever, ("lexical",), settings)
    assert report.systems["lexical"]["R@1"].mean == 0.5


def test_a_judgement_that_points_nowhere_is_refused(
    tmp_path: Path, settings: Settings, retriever: Retriever
) -> None:
    folder = beir(tmp_path / "gold", corpus=False)
    (folder / "qrels.tsv").write_text("q1\tclase-04.md#99\t1\n")
    with pytest.raises(InputError, match=r"clase-04\.md#99"):
        evaluate(folder, retriever, settings=settings)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("queries.jsonl", None, "Falta"),
        ("qrels.tsv", None, "Falta"),
        ("queries.jsonl", '{"_id": "q1"}\n', "línea 1"),
        ("queries.jsonl", "{", "línea 1"),
        ("qrels.tsv", "q1 d1 1\n", "línea 1"),
        ("qrels.tsv", "q9\td1\t1\n", "no está en queries"),
        ("corpus.jsonl", "[]\n", "línea 1"),
    ],
)
def test_a_bad_folder_names_the_file_and_the_line(
    tmp_path: Path, settings: Settings, retriever: Retriever, file: str, text: str, said: str
) -> None:
    folder = beir(tmp_path / "set")
    (folder / file).unlink() if text is None else (folder / file).write_text(text)
    with pytest.raises(InputError, match=said):
        evaluate(folder, retriever, settings=settings)


def test_the_interval_holds_the_mean_and_repeats() -> None:
    values = np.array([0.0, 1.0] * 50)
    found = interval(values)
    assert found == interval(values)
    assert found.low < found.mean == 0.5 < found.high


def test_randomisation_tells_a_real_difference_from_none() -> None:
    assert randomisation_p(np.full(20, 0.3)) < 0.001
    assert randomisation_p(np.array([0.3, -0.3] * 10)) > 0.9


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
