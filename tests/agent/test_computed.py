import json
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from agent import Assistant
from agent.computed import Computed, computed, tool_for
from corpus import Settings
from retrieval import Retriever
from tests.conftest import ScriptedModel

PROMPTS = Path(__file__).parent.parent / "benchmarks" / "questions" / "computing.jsonl"


def asked() -> list[dict[str, Any]]:
    return [json.loads(line) for line in PROMPTS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("one", asked(), ids=lambda one: str(one["text"])[:40])
def test_code_tells_which_tool_a_question_asks_for(one: dict[str, Any]) -> None:
    assert tool_for(one["text"]) == one["tool"]


@pytest.mark.parametrize(
    "question",
    [
        "¿Por qué softmax suma uno?",
        "cuantas preguntas trae el control 2 y cuanto vale cada una",
        "¿cuánto vale $\\lambda$ en la penalización $\\lambda/2 w^2$ con 2 pesos?",
        "¿Cuántos parámetros tiene VGG16?",
        "¿Qué es una convolución 2D?",
        "¿Cuánto es lo recomendado de dropout?",
        "¿Para qué sirve el gradiente?",
        "¿Qué se entrega en la tarea 1 y cuánto vale?",
    ],
)
def test_other_questions_are_left_alone(question: str) -> None:
    assert tool_for(question) is None


def test_what_stands_in_the_question_is_computed_without_the_model() -> None:
    done = computed("cuanto es exp(2)/(1+exp(2))?", None)
    assert done == Computed(
        "calculator",
        {"expression": "exp(2)/(1+exp(2))"},
        "exp(2)/(1+exp(2)) = 0.880797",
    )


@pytest.mark.parametrize(
    "question",
    [
        "¿Cuánto es 3 + 4 por 2?",
        "cuanto es la raíz de 16 + 9",
        "cuanto es (2+3) al cuadrado",
        "what is the log of 2*8?",
        "cuanto es 2 menos 3/4",
        "calcula el promedio de 3, 4 y 5-1",
        "cuanto es el 20% de 50+50",
    ],
)
def test_a_part_of_a_calculation_is_not_computed_as_if_it_were_all_of_it(question: str) -> None:
    assert tool_for(question) == "calculator"
    assert computed(question, None) is None
    model = ScriptedModel(script=[AIMessage("1 + 1")])
    done = computed(question, model)
    assert done is not None
    assert done.result == "1 + 1 = 2"


def test_a_favour_is_no_multiplication() -> None:
    done = computed("cuanto es 3*4 por favor?", None)
    assert done is not None
    assert done.result == "3*4 = 12"


def test_the_model_writes_down_what_is_said_in_words_and_is_told_what_is_wrong() -> None:
    model = ScriptedModel(script=[AIMessage("raíz de 625"), AIMessage("`sqrt(625)`")])
    done = computed("cuanto da la raiz cuadrada de 625", model)
    assert done is not None
    assert done.result == "sqrt(625) = 25"
    assert model._asked[1][-2].text == "raíz de 625"
    assert "No sirve" in model._asked[1][-1].text


def test_a_model_that_never_writes_a_calculation_leaves_the_question_as_it_was() -> None:
    model = ScriptedModel(script=[AIMessage("no sé"), AIMessage("veinticinco")])
    assert computed("cuanto da la raiz cuadrada de 625", model) is None


def test_a_gradient_is_read_from_lines() -> None:
    model = ScriptedModel(script=[AIMessage("f: w*x + b\ndf/dw: b\nen: w=2, x=3, b=1")])
    question = "para f = w*x + b me dio df/dw = b, ¿está bien?"
    done = computed(question, model)
    assert done is not None
    assert "incorrecta" in done.result


def test_a_computed_answer_shows_its_step_and_no_words_of_the_model(
    retriever: Retriever, settings: Settings
) -> None:
    with Assistant(retriever, settings, model=ScriptedModel(script=[])) as assistant:
        answer = assistant.ask("¿Cuánto es 3*17/2?")
    assert answer.steps[-1].tool == "calculator"
    assert "3*17/2 = 25.5" in answer.text
    assert answer.status == "answered"
    assert answer.model is None


def test_without_a_model_a_calculation_is_still_done(
    retriever: Retriever, settings: Settings
) -> None:
    with Assistant(retriever, settings, use_model=False) as assistant:
        assert "= 1000" in assistant.ask("2**10 - 24").text
