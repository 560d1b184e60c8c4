import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from agent import ServerAddress
from agent.quiz import faults, write_items
from corpus import InputError, ModelUnavailable
from retrieval import Filter, Retriever
from tests.conftest import JsonServer, completion, serving

GOOD = {
    "desborde": {
        "question": "¿Qué truco usan las bibliotecas contra el overflow?",
        "right": "Restar el máximo de los logits",
        "wrong1": "Dividir cada peso por dos",
        "wrong2": "Sumar ruido a cada entrada",
        "wrong3": "Ordenar las filas del lote",
    },
    "recta": {
        "question": "¿Con qué divide el plano la neurona de Rosenblatt?",
        "right": "Con una recta",
        "wrong1": "Con un círculo",
        "wrong2": "Con una parábola",
        "wrong3": "Con una espiral",
    },
}


class Model(JsonServer):
    """Writes a good item for two of the passages; finds the right option, or does not."""

    bodies: ClassVar[list[Any]] = []
    finds = guesses = True

    def said(self, body: Any) -> Any:
        type(self).bodies.append(body)
        asked = body["messages"][1]["content"]
        form = body["structured_outputs"]
        if "choice" in form and form["choice"] != list("ABCD"):
            return completion("sí" if self.finds else "no")
        if "choice" in form:
            right = next(letter for letter, option in options(asked) if is_right(option))
            knows = self.finds if "Pasaje de:" in asked else self.guesses
            return completion(right if knows else "ABCD"["ABCD".index(right) - 1])
        item = next((item for word, item in GOOD.items() if word in asked), None)
        if item is None:
            return completion('{"question": "¿Se cor')
        names = form["json"]["properties"]
        return completion(json.dumps({n: item["right" if n == "answer" else n] for n in names}))


def options(asked: str) -> list[tuple[str, str]]:
    lines = [line.split(") ", 1) for line in asked.splitlines() if line[1:3] == ") "]
    return [(letter, option) for letter, option in lines]


def is_right(option: str) -> bool:
    return option in {item["right"] for item in GOOD.values()}


@pytest.fixture
def address() -> Iterator[ServerAddress]:
    Model.bodies, Model.finds, Model.guesses = [], True, True
    with serving(Model) as url:
        yield ServerAddress(url, "m", "none")


@pytest.fixture(autouse=True)
def short_passages_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.drafting.SHORTEST", 20)


def test_good_items_are_kept_one_a_passage(retriever: Retriever, address: ServerAddress) -> None:
    told: list[tuple[str, int, int]] = []
    written = write_items(retriever, 2, address, progress=lambda *one: told.append(one))
    assert {item.answer for item in written.items} == {
        "Restar el máximo de los logits", "Con una recta",
    }  # fmt: skip
    for item in written.items:
        assert faults(item, retriever.passage(item.passage_id)) == ()
        assert item.guessed is True
    assert told[0] == ("escribiendo preguntas", 0, 2)
    assert told[-1] == ("escribiendo preguntas", 2, 2)


def test_what_is_cut_is_refused_and_counted(retriever: Retriever, address: ServerAddress) -> None:
    written = write_items(retriever, 50, address)
    assert len(written.items) == 2
    assert set(written.refused) == {"cut"}
    assert written.refused["cut"] > 0


def test_an_item_whose_right_option_the_model_does_not_find_is_refused(
    retriever: Retriever, address: ServerAddress
) -> None:
    Model.finds = False
    written = write_items(retriever, 50, address)
    assert written.items == ()
    assert written.refused["unconfirmed"] == 2


def test_what_the_model_guesses_without_the_passage_is_recorded_and_decides_nothing(
    retriever: Retriever, address: ServerAddress
) -> None:
    Model.guesses = False
    written = write_items(retriever, 2, address)
    assert [item.guessed for item in written.items] == [False, False]


def test_the_second_reading_is_not_told_the_right_option(
    retriever: Retriever, address: ServerAddress
) -> None:
    item = write_items(retriever, 1, address).items[0]
    writing, reading, guessing = Model.bodies[-3:]
    assert "structured_outputs" in writing
    assert {option for _, option in options(reading["messages"][1]["content"])} == {*item.options}
    assert [reading["temperature"], guessing["temperature"]] == [0, 0]
    assert item.why in reading["messages"][1]["content"]
    assert item.why not in guessing["messages"][1]["content"]


def test_short_items_have_no_options_and_are_judged(
    retriever: Retriever, address: ServerAddress
) -> None:
    written = write_items(retriever, 2, address, kind="short")
    assert [(i.kind, i.options, i.right, i.guessed) for i in written.items] == [
        ("short", (), None, None)
    ] * 2
    assert Model.bodies[-1]["structured_outputs"] == {"choice": ["sí", "no"]}
    Model.finds = False
    assert write_items(retriever, 2, address, kind="short").items == ()


def test_a_question_is_asked_once(retriever: Retriever, address: ServerAddress) -> None:
    known = [item["question"] for item in GOOD.values()]
    written = write_items(retriever, 2, address, known=known)
    assert written.items == ()
    assert written.refused["repeated"] == 2


def test_only_the_part_of_the_course_that_is_asked_for_is_read(
    retriever: Retriever, address: ServerAddress
) -> None:
    lab = Filter(kinds=frozenset({"lab"}))
    written = write_items(retriever, 2, address, within=lab)
    assert [item.answer for item in written.items] == ["Con una recta"]
    with pytest.raises(InputError, match="No hay material"):
        write_items(retriever, 2, address, within=Filter(weeks=frozenset({99})))


@pytest.mark.parametrize("kind", ["choice", "short"])
def test_requests_hold_nothing_that_fells_the_server(
    retriever: Retriever, address: ServerAddress, kind: Any
) -> None:
    write_items(retriever, 1, address, kind=kind)
    assert all("seed" not in body and "pattern" not in json.dumps(body) for body in Model.bodies)


def test_a_server_that_is_gone_is_one_clear_error(retriever: Retriever) -> None:
    with pytest.raises(ModelUnavailable, match="dejó de responder"):
        write_items(retriever, 1, ServerAddress("http://127.0.0.1:9/v1", "m", "none"))


@pytest.mark.vllm
def test_the_real_model_writes_items(
    served: dict[str, str], bundled_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.quiz.writing.TRIES", 2)  # each takes a quarter of a minute
    retriever = Retriever.open(bundled_index)
    address = ServerAddress(served["url"], served["model"], "none")
    written = write_items(retriever, 1, address)
    assert len(written.items) + sum(written.refused.values()) > 0
    assert len(written.items) <= 1
    for item in written.items:
        assert faults(item, retriever.passage(item.passage_id)) == ()
