import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from agent import ServerAddress
from agent.drafting import ONE, SHORTEST, Draft, draft, spread, write_drafts
from corpus import InputError, ModelUnavailable
from retrieval import Retriever, evaluate
from tests.conftest import JsonServer, ayudante, ayudante_process, completion, serving


class Model(JsonServer):
    """Writes a new question for each passage; answers what it is asked as `verdict` says."""

    written: ClassVar[list[str]] = []
    verdict = "sí"
    same = False
    ending = ""

    def said(self, body: Any) -> Any:
        if "choice" in body["structured_outputs"]:
            return completion(self.verdict)
        number = 1 if self.same else len(self.written)
        question = f"¿Zanahoria{number} alcachofa{number} betarraga{number}?{self.ending}"
        self.written.append(question)
        return completion(json.dumps({"question": question}))


@pytest.fixture
def address() -> Iterator[ServerAddress]:
    Model.written.clear()
    Model.verdict, Model.same, Model.ending = "sí", False, ""
    with serving(Model) as url:
        yield ServerAddress(url, "m", "none")


@pytest.fixture(autouse=True)
def short_passages_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.drafting.SHORTEST", 20)


def test_what_the_model_does_not_find_answered_is_no_draft(
    retriever: Retriever, address: ServerAddress
) -> None:
    Model.verdict = "no"
    assert draft(retriever, 2, address) == []
    assert Model.written


def test_a_question_is_drafted_once_and_not_if_it_is_known(
    retriever: Retriever, address: ServerAddress
) -> None:
    Model.same = True
    (one,) = draft(retriever, 3, address)
    assert draft(retriever, 3, address, known=[one.question]) == []


@pytest.mark.parametrize(
    ("question", "one"),
    [
        ("¿Por qué se divide por 0.5 en la celda?", True),
        ("q onda el softmax?", True),
        ("Claro, ya tengo la pregunta. ¿Qué es?", False),
        ("¿Qué es la entropía? ¿Cómo se calcula?", False),
        ("What was the loss, and from where did they,", False),
    ],
)
def test_a_draft_is_one_whole_question(question: str, one: bool) -> None:
    assert bool(ONE.fullmatch(question)) == one


def test_what_runs_on_is_no_draft(retriever: Retriever, address: ServerAddress) -> None:
    Model.ending = " ¿Y"
    assert draft(retriever, 2, address) == []


def test_styles_take_turns(retriever: Retriever, address: ServerAddress) -> None:
    drafts = draft(retriever, 3, address)
    assert [(one.style, one.language) for one in drafts] == [
        ("plain", "es"),
        ("chilean", "es"),
        ("english", "en"),
    ]


def test_passages_come_from_one_document_after_another(retriever: Retriever) -> None:
    passages = retriever.index.passages
    chosen = list(spread(passages, 2, seed=0))
    assert len({passage.document for passage in chosen}) == 2
    everything = list(spread(passages, 1_000, seed=0))
    assert len(everything) == len({passage.id for passage in everything})
    assert all(len(passage.text) >= 20 for passage in everything)
    assert list(spread(passages, 1_000, seed=0)) == everything
    assert SHORTEST > 20


def test_drafts_are_left_out_until_a_teacher_approves_them(
    retriever: Retriever, tmp_path: Path
) -> None:
    folder = tmp_path / "borradores"
    passages = retriever.index.passages
    write_drafts(folder, [Draft("¿softmax?", "plain", "es", p) for p in passages[:2]])
    with pytest.raises(InputError, match="borradores"):
        evaluate(folder, retriever)
    lines = (folder / "queries.jsonl").read_text().splitlines()
    approved = json.loads(lines[0])
    del approved["draft"]
    (folder / "queries.jsonl").write_text("\n".join([json.dumps(approved), lines[1]]))
    report = evaluate(folder, retriever)
    assert report.queries == 1
    assert (
        {"style", "language", "kind"} <= set(report.slices) <= {"style", "language", "kind", "week"}
    )
    assert "shows" not in report.questions[0].attributes


def test_questions_that_are_there_are_not_written_over(
    retriever: Retriever, tmp_path: Path
) -> None:
    (tmp_path / "queries.jsonl").write_text("mine")
    with pytest.raises(InputError, match="ya tiene preguntas"):
        write_drafts(tmp_path, [])
    assert (tmp_path / "queries.jsonl").read_text() == "mine"


def test_a_server_that_is_gone_is_one_clear_error(retriever: Retriever) -> None:
    with pytest.raises(ModelUnavailable, match="dejó de responder"):
        draft(retriever, 1, ServerAddress("http://127.0.0.1:9/v1", "m", "none"))


@pytest.mark.vllm
def test_the_real_model_drafts_a_question(
    served: dict[str, str], bundled_index: Path, tmp_path: Path
) -> None:
    done = ayudante_process(
        "evaluate", "--generate", "1", "--output", "nuevas", "--index", str(bundled_index),
        "--json", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["drafts"] <= 1
    lines = (tmp_path / "nuevas" / "queries.jsonl").read_text().splitlines()
    assert len(lines) == json.loads(done.stdout)["drafts"]
    assert all(json.loads(line)["draft"] for line in lines)
    again = ayudante("evaluate", "--generate", "1", "--output", "nuevas", cwd=tmp_path)
    assert again.returncode == 2
    assert "ya tiene preguntas" in again.stderr
