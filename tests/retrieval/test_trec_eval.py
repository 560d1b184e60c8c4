"""The measures are those of trec_eval: on arrays worked by hand, and on its own test files.

trec_eval orders a run by score and then by document id, both descending. To compare with its own
files, name their folder (``test`` in its repository) in ``AYUDANTE_TREC_EVAL``.
"""

import math
import os
from pathlib import Path

import numpy as np
import pytest

from retrieval.evaluation import MEASURES
from retrieval.evaluation.judgements import Qrels
from retrieval.evaluation.measures import measured

FOLDER = os.environ.get("AYUDANTE_TREC_EVAL")  # read at once: a fixture clears such names
NAMES = {"ndcg_cut_10": "nDCG@10", "recall_5": "R@5", "recall_20": "R@20", "recip_rank": "RR"}
ALL = tuple(NAMES)
# (judgements, run, what trec_eval prints for them with -q, measures that mean the same in ours)
FILES = [
    ("qrels.test", "results.test", "out.test.aq", ALL),
    ("qrels.test", "results.trunc", "out.test.aqc", ALL),  # with -c: a missing query is a zero
    # with -l 2: recall and reciprocal rank would take 1 for not relevant, nDCG takes all grades
    ("qrels.rel_level", "results.test", "out.test.aql", ("ndcg_cut_10",)),
    ("qrels.comment.test", "results.comment.test", "out.comment.test", ("recip_rank",)),
]


def discount(rank: int) -> float:
    return 1 / math.log2(rank + 1)


def ordered(scores: dict[str, float]) -> list[str]:
    """The ids in trec_eval's order."""
    return sorted(scores, key=lambda name: (np.float32(scores[name]), name), reverse=True)


def test_graded_judgements_by_hand() -> None:
    values = measured({"q": ["x", "b", "a", "y", "c"]}, {"q": {"a": 2, "b": 1, "c": 3, "d": 1}})
    gained = 1 * discount(2) + 2 * discount(3) + 3 * discount(5)
    ideal = 3 * discount(1) + 2 * discount(2) + 1 * discount(3) + 1 * discount(4)
    assert values["nDCG@10"] == pytest.approx([gained / ideal])
    assert values["RR@10"] == pytest.approx([1 / 2])
    assert values["R@1"] == pytest.approx([0])
    assert values["R@5"] == pytest.approx([3 / 4])
    assert values["R@20"] == pytest.approx([3 / 4])


def test_what_stands_beyond_the_cut_does_not_count() -> None:
    places = [f"p{at:02d}" for at in range(1, 31)]
    values = measured({"q": places}, {"q": {"p10": 1, "p11": 1, "p21": 1}})
    ideal = discount(1) + discount(2) + discount(3)
    assert values["nDCG@10"] == pytest.approx([discount(10) / ideal])
    assert values["RR@10"] == pytest.approx([1 / 10])
    assert values["R@5"] == pytest.approx([0])
    assert values["R@20"] == pytest.approx([2 / 3])
    assert measured({"q": places}, {"q": {"p11": 1}})["RR@10"] == pytest.approx([0])


def test_a_missing_query_is_a_zero_in_its_place() -> None:
    qrels = {"q1": {"a": 1}, "q2": {"a": 1}, "q3": {"a": 1}}
    values = measured({"q3": ["b", "a"], "q1": ["a"], "unjudged": ["a"]}, qrels)
    assert values["RR@10"] == pytest.approx([1, 0, 1 / 2])
    assert values["nDCG@10"] == pytest.approx([1, 0, discount(2)])
    assert values["R@1"] == pytest.approx([1, 0, 0])


@pytest.mark.parametrize("relevant", ["a", "b", "c"])
@pytest.mark.parametrize("places", [["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"]])
def test_the_order_of_the_ranking_is_what_is_judged(places: list[str], relevant: str) -> None:
    """No tool's rule for ties can move a place: each measure sees the same rank."""
    values = measured({"q": places}, {"q": {relevant: 1}})
    rank = places.index(relevant) + 1
    assert values["RR@10"] == pytest.approx([1 / rank])
    assert values["nDCG@10"] == pytest.approx([discount(rank)])
    assert values["R@1"] == pytest.approx([float(rank == 1)])


def test_ties_in_trec_evals_order_by_hand() -> None:
    assert ordered({"a": 1.0, "c": 1.0, "b": 1.0, "z": 0.5, "y": 2.0}) == ["y", "c", "b", "a", "z"]
    nearly = {"a": 2.0000000003, "b": 2.0000000002}  # one number in 32 bits
    assert ordered(nearly) == ["b", "a"]


@pytest.mark.skipif(not FOLDER, reason="AYUDANTE_TREC_EVAL names no folder of trec_eval's tests")
@pytest.mark.parametrize(("qrels_file", "run_file", "expected_file", "measures"), FILES)
def test_trec_evals_own_files_give_its_own_numbers(
    qrels_file: str, run_file: str, expected_file: str, measures: tuple[str, ...]
) -> None:
    folder = Path(str(FOLDER))
    qrels, run = read_qrels(folder / qrels_file), read_run(folder / run_file)
    rankings = {query: ordered(scores) for query, scores in run.items()}
    values = measured(rankings, qrels, (*MEASURES, "RR"))
    expected = read_expected(folder / expected_file)
    for measure in measures:
        mine = dict(zip(qrels, values[NAMES[measure]].tolist(), strict=True))
        mine["all"] = float(np.mean(list(mine.values())))
        theirs = expected[measure]
        assert {query: mine[query] for query in theirs} == pytest.approx(theirs, abs=5.1e-5)
    cut = np.where(values["RR"] < 1 / 10, 0, values["RR"])
    assert values["RR@10"] == pytest.approx(cut)


def lines(path: Path) -> list[list[str]]:
    texts = path.read_text().splitlines()
    return [line.split() for line in texts if line.strip() and not line.startswith("#")]


def read_qrels(path: Path) -> Qrels:
    """Every judged query, also one without a relevant document."""
    qrels: Qrels = {}
    for query, _, document, grade in lines(path):
        qrels.setdefault(query, {})
        if int(grade) > 0:
            qrels[query][document] = int(grade)
    return qrels


def read_run(path: Path) -> dict[str, dict[str, float]]:
    run: dict[str, dict[str, float]] = {}
    for query, _, document, _, score, *_ in lines(path):
        run.setdefault(query, {})[document] = float(score)
    return run


def read_expected(path: Path) -> dict[str, dict[str, float]]:
    """By trec_eval's name of a measure and by query (or “all”), its value."""
    expected: dict[str, dict[str, float]] = {}
    for measure, query, value in lines(path):
        if measure in NAMES:
            expected.setdefault(measure, {})[query] = float(value)
    return expected
