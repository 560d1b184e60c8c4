import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage

from agent import Assistant
from agent.evaluation import Said, evaluate_answers
from agent.evaluation.cases import Case, plain, read_cases
from agent.evaluation.report import kappa, measured, reliability
from corpus import InputError, Settings
from retrieval import Retriever
from tests.conftest import ScriptedModel


def lines(path: Path, *items: Mapping[str, object]) -> None:
    path.write_text("".join(json.dumps(item) + "\n" for item in items))


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    folder = tmp_path / "questions"
    folder.mkdir()
    lines(
        folder / "queries.jsonl",
        {"_id": "a", "text": "¿Qué hace softmax con los logits?", "language": "es", "split": "dev"},
        {"_id": "b", "text": "¿y por qué se resta el máximo?", "previous": "¿Qué es softmax?"},
    )
    lines(
        folder / "answers.jsonl",
        {"_id": "a", "text": "Los vuelve probabilidades.", "facts": ["probabilid"]},
        {"_id": "b", "text": "Por estabilidad.", "facts": ["desbord|estab", "exponencial"]},
    )
    lines(
        folder / "unanswerable.jsonl",
        {"_id": "u", "text": "¿Qué es GELU?", "kind": "unanswerable", "language": "es"},
    )
    (folder / "qrels.tsv").write_text(
        "query-id\tcorpus-id\tscore\na\tclase-04.md#2\t2\nb\tclase-04.md#3\t2\n"
    )
    return folder


def test_cases_say_what_a_right_answer_holds(questions: Path, retriever: Retriever) -> None:
    a, b, u = read_cases(questions, retriever.index.passages, None)
    assert a.right("Da **Probabilidades** que suman uno")
    assert not a.right("Da números")
    assert b.previous == "¿Qué es softmax?"
    assert b.right("Para que la exponencial no se desborde")
    assert not b.right("Para que no se desborde")
    assert (u.expected, u.facts) == ("not_in_materials", ())
    assert [case.id for case in read_cases(questions, retriever.index.passages, "dev")] == ["a"]
    assert plain("AÑO  `número`\n**Ñandú**") == "ano numero nandu"


def test_a_question_without_its_answer_is_told(questions: Path, retriever: Retriever) -> None:
    lines(questions / "answers.jsonl", {"_id": "a", "text": "x", "facts": []})
    with pytest.raises(InputError, match="Falta la respuesta de b"):
        read_cases(questions, retriever.index.passages, None)
    lines(questions / "answers.jsonl", *({"_id": i, "text": "x", "facts": ["("]} for i in "ab"))
    with pytest.raises(InputError, match="expresión mala"):
        read_cases(questions, retriever.index.passages, None)


def case(name: str, expected: str = "answered", facts: str = "si") -> Case:
    import re

    some = (re.compile(facts),) if expected == "answered" else ()
    return Case(name, "¿?", "", "es", "", expected, some, "", frozenset({"d#1"}))  # type: ignore[arg-type]


def said(text: str, status: str = "answered", *places: str, language: str = "es") -> Said:
    cited = tuple((place, "…") for place in places)
    return Said(text, status, language, cited, 1.0, 2.0, 0.85, judged=True)  # type: ignore[arg-type]


def test_measures_worked_by_hand() -> None:
    cases = [case("a"), case("b"), case("c"), case("u", "not_in_materials"), case("v", "off_topic")]
    answers = {
        "a": said("si", "answered", "d#1", "d#2"),
        "b": said("no", "answered", "d#3"),
        "c": said("…", "not_in_materials"),
        "u": said("…", "not_in_materials", language="en"),
        "v": said("si", "answered"),
    }
    system = measured(cases, answers)
    means = {name: round(value.mean, 3) for name, value in system.measures.items()}
    assert means["right"] == 0.333
    assert means["citation precision"] == 0.333
    assert means["citation recall"] == 0.5
    assert (means["answered, precision"], means["answered, recall"]) == (0.667, 0.667)
    assert (means["refusal, precision"], means["refusal, recall"]) == (0.5, 0.5)
    assert means["language"] == 0.8
    assert "off_topic, precision" not in means
    assert system.seconds == {"first_token": 1.0, "total": 2.0}


def test_kappa_and_reliability_worked_by_hand() -> None:
    assert kappa([(True, True), (False, False)]) == 1.0
    assert kappa([(True, True), (True, False), (False, True), (False, False)]) == 0.0
    assert kappa([(True, None)]) is None
    assert reliability([(0.05, False), (0.07, True), (1.0, True), (None, True)]) == (
        (0.06, 0.5, 2),
        (1.0, 1.0, 1),
    )


def test_every_system_is_asked_every_case(
    questions: Path, retriever: Retriever, settings: Settings
) -> None:
    good = AIMessage("La función softmax convierte los logits en probabilidades que suman uno.")
    model = ScriptedModel(script=[good] * 9)
    with Assistant(retriever, settings, model=model) as assistant:
        report = evaluate_answers(questions, assistant, judge=False)
    assert list(report.systems) == ["ayudante", "LangChain", "solo el modelo"]
    ours = report.said["ayudante"]["a"]
    assert ours.cited[0][0] == "clase-04.md#2"
    assert report.systems["LangChain"].measures["right"].mean == 0.5
    assert report.systems["ayudante"].measures["right"].mean == 0.5
    context = model._asked[3][0].text
    assert "Context:" in context
    assert "La función softmax convierte" in context
    assert model._asked[6][0].text == "¿Qué hace softmax con los logits?"
    data = json.loads(json.dumps(report.to_dict()))
    assert data["answers"][0]["said"]["ayudante"]["right"] is True


def test_an_evaluation_goes_on_from_the_answers_that_it_kept(
    questions: Path, retriever: Retriever, settings: Settings, tmp_path: Path
) -> None:
    keep = tmp_path / "answers.jsonl"
    good = AIMessage("La función softmax convierte los logits en probabilidades que suman uno.")
    stops = ScriptedModel(script=[good, good, ZeroDivisionError()])
    with Assistant(retriever, settings, model=stops) as first, pytest.raises(ZeroDivisionError):
        evaluate_answers(questions, first, judge=False, keep=keep)
    kept = len(keep.read_text().splitlines())
    assert kept >= 2
    second = ScriptedModel(script=[good] * 9)
    with Assistant(retriever, settings, model=second) as assistant:
        report = evaluate_answers(questions, assistant, judge=False, keep=keep)
    assert len(second._asked) == 9 - kept
    assert report.said["ayudante"]["a"].cited[0][0] == "clase-04.md#2"
