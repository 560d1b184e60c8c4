"""What changed between two reports, on reports written by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from corpus import InputError
from retrieval import compare
from retrieval.evaluation import MEASURES, read_report


def question(name: str, gain: float, found: list[str], **other: Any) -> dict[str, Any]:
    values = dict.fromkeys(MEASURES, 0.5) | {"nDCG@10": gain, "found": found}
    systems = {"dense": values | {"nDCG@10": 0.1}, "hybrid": values}
    told = {"id": name, "text": f"¿{name}?", "systems": systems, "relevant": {"a": 1}}
    return told | other


def report(*questions: dict[str, Any], level: str = "passage") -> dict[str, Any]:
    return {"level": level, "questions": list(questions)}


def test_gains_and_losses_are_sorted_and_say_what_was_found() -> None:
    old = report(
        question("q1", 0.2, ["x", "y", "a"]),
        question("q2", 0.9, ["a"]),
        question("q3", 0.5, ["a"]),
        question("q4", 0.0, []),
        question("gone", 1.0, ["a"]),
    )
    new = report(
        question("q1", 0.3, ["x", "a"]),
        question("q2", 0.4, ["b"]),
        question("q3", 0.5, ["a"]),
        question("q4", 1.0, ["a"]),
    )
    changes = compare(old, new)
    assert (changes.system, changes.questions) == ("hybrid", 4)
    assert (changes.only_old, changes.only_new, changes.rejudged) == (1, 0, 0)
    assert [(one.id, one.gain) for one in changes.better] == [("q4", 1.0), ("q1", 0.1)]
    assert [(one.id, one.gain) for one in changes.worse] == [("q2", -0.5)]
    assert [(one.rank_before, one.rank_after) for one in changes.better] == [(None, 1), (3, 2)]
    lost = changes.worse[0]
    assert (lost.before, lost.after, lost.rank_after) == (("a",), ("b",), None)
    json.dumps(changes.to_dict())


def test_differences_are_of_the_common_questions_and_tested() -> None:
    old = report(*[question(f"q{at}", 0.2, ["a"]) for at in range(20)], question("old", 1, []))
    new = report(*[question(f"q{at}", 0.6, ["a"]) for at in range(20)], question("new", 0, []))
    table = {(one.system, one.measure): one for one in compare(old, new).differences}
    assert set(table) == {(name, measure) for name in ("dense", "hybrid") for measure in MEASURES}
    moved, still = table["hybrid", "nDCG@10"], table["dense", "nDCG@10"]
    assert (moved.old, moved.new, moved.difference) == (0.2, 0.6, 0.4)
    assert moved.p < 0.01
    assert (still.difference, still.p) == (0, 1)


def test_other_judgements_of_a_question_are_counted() -> None:
    changes = compare(
        report(question("q", 0.5, ["a"])), report(question("q", 0.5, ["b"], relevant={"b": 1}))
    )
    assert changes.rejudged == 1


def test_a_question_whose_text_changed_is_not_the_same() -> None:
    with pytest.raises(InputError, match="ninguna pregunta en común"):
        compare(report(question("q", 0.5, ["a"])), report(question("q", 0.5, ["a"], text="¿otra?")))


@pytest.mark.parametrize(
    ("old", "said"),
    [
        (report(), "ninguna pregunta en común"),
        (report(question("q", 0.5, ["a"]), level="document"), "por document y el nuevo por pass"),
        (report(question("q", 0.5, ["a"], systems={})), "ningún sistema en común"),
        ({"systems": {}}, "anterior no es de .*falta 'questions'"),
        ({"questions": 3}, "anterior no es de"),
        (report({"id": "q"}), "anterior no es de .*falta 'text'"),
        (report(question("q", 0.5, ["a"], systems={"hybrid": {"found": []}})), "falta 'nDCG@10'"),
    ],
)
def test_what_cannot_be_compared_says_why(old: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        compare(old, report(question("q", 0.5, ["a"])))


@pytest.mark.parametrize("text", [None, "no es JSON", "[1, 2]", "{}", '"x"'])
def test_a_file_that_is_no_report_is_named(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "viejo.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=r"viejo\.json"):
        read_report(path)
