"""The assistant as an engineer uses it from Python."""

import asyncio

import pytest
from langchain_core.messages import AIMessage

from agent import Answer, Assistant, SearchStep, TextDelta
from agent.loop import tool_call
from corpus import InputError, Settings
from retrieval import Retriever
from tests.conftest import ScriptedModel

QUESTION = "¿Qué hace softmax con los logits?"
SAID = AIMessage("La función softmax convierte los logits en probabilidades que suman uno.")


def test_events_come_to_asynchronous_code(retriever: Retriever, settings: Settings) -> None:
    async def gather() -> list[object]:
        with Assistant(retriever, settings, model=ScriptedModel(script=[SAID])) as assistant:
            return [event async for event in assistant.astream(QUESTION)]

    events = asyncio.run(gather())
    assert isinstance(events[0], SearchStep)
    assert any(isinstance(event, TextDelta) for event in events)
    assert isinstance(events[-1], Answer)


def test_errors_come_to_asynchronous_code(retriever: Retriever, settings: Settings) -> None:
    async def ask(question: str) -> Answer:
        with Assistant(retriever, settings, model=ScriptedModel(script=[SAID])) as assistant:
            return await assistant.aask(question)

    assert asyncio.run(ask(QUESTION)).status == "answered"
    with pytest.raises(InputError):
        asyncio.run(ask(" "))


def test_leaving_an_asynchronous_stream_stops_the_answer(
    retriever: Retriever, settings: Settings
) -> None:
    async def leave() -> Assistant:
        model = ScriptedModel(script=[AIMessage("palabra " * 500)])
        with Assistant(retriever, settings, model=model) as assistant:
            events = assistant.astream(QUESTION, "ana")
            await anext(events)
            await events.aclose()  # type: ignore[attr-defined]
            for _ in range(200):
                if not assistant.answering:
                    break
                await asyncio.sleep(0.05)
            return assistant

    assistant = asyncio.run(leave())
    assert assistant.answering == 0
    (turn,) = assistant.conversations.asked("ana")
    assert turn.status is None


def test_a_function_becomes_a_tool_and_a_step(retriever: Retriever, settings: Settings) -> None:
    def sala(bloque: str) -> str:
        """Dice en qué sala es un bloque.

        Args:
            bloque: nombre del bloque.
        """
        return f"El bloque {bloque} es en la sala B-12."

    call = AIMessage("", tool_calls=[tool_call("sala", {"bloque": "auxiliar"})])
    model = ScriptedModel(script=[call, SAID])
    with Assistant(retriever, settings, model=model, tools=[sala]) as assistant:
        answer = assistant.ask(QUESTION)
    assert answer.steps[-1].to_dict()["tool"] == "sala"
    assert answer.steps[-1].arguments == {"bloque": "auxiliar"}
    assert "sala B-12" in model._asked[1][-2].text


def test_a_function_without_description_is_no_tool(
    retriever: Retriever, settings: Settings
) -> None:
    def muda(x: str) -> str:
        return x

    with pytest.raises(InputError, match="no tiene docstring"):
        Assistant(retriever, settings, use_model=False, tools=[muda])


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("calculator", {"expression": "2 ** 10"}, "2 ** 10 = 1024"),
        ("calculator", {"expression": "9**9**9"}, "demasiado"),
        ("tensor_shapes", {"network": "input 3x8x8; Conv2d(3, 4, 3)"}, "4 × 6 × 6, 112"),
        ("gradient_check", {"function": "x**2", "gradient": {"x": "2*x"}, "at": {"x": 3}}, "x"),
        ("list_materials", {}, "Clase 4"),
        ("define_term", {"term": "softmax"}, "convierte los logits"),
        ("search_course", {"query": "softmax", "where": "lab 77"}, "no tiene «lab 77»"),
        ("linked_material", {"marker": 1}, "acompaña"),
    ],
)
def test_tools_give_the_model_something_to_read(
    retriever: Retriever,
    settings: Settings,
    name: str,
    arguments: dict[str, object],
    result: str,
) -> None:
    call = AIMessage("", tool_calls=[tool_call(name, arguments)])
    model = ScriptedModel(script=[call, SAID])
    with Assistant(retriever, settings, model=model) as assistant:
        answer = assistant.ask(QUESTION)
    assert result in model._asked[1][-2].text
    assert answer.status == "answered"


def test_a_model_that_goes_in_circles_is_stopped(retriever: Retriever, settings: Settings) -> None:
    again = "La función softmax convierte los logits en probabilidades que suman uno. "
    model = ScriptedModel(script=[AIMessage(again * 40)])
    with Assistant(retriever, settings, model=model) as assistant:
        answer = assistant.ask(QUESTION)
    assert 0 < answer.text.count("suman uno") <= 3
    assert answer.citations


def test_a_long_conversation_fits_the_prompt_and_keeps_its_language(
    retriever: Retriever, settings: Settings
) -> None:
    long = AIMessage("Softmax convierte logits en probabilidades. " * 60)
    model = ScriptedModel(script=[long] * 25)
    with Assistant(retriever, settings, model=model) as assistant:
        answers = [
            assistant.ask(f"¿Qué hace softmax con los logits {n}?", "ana") for n in range(25)
        ]
    assert {answer.language for answer in answers} == {"es"}
    read = sum(len(message.text) for message in model._asked[-1])
    assert read < 4 * settings.llm_context  # some four characters a token, less in Spanish prose
    assert "Antes pregunté: ¿Qué hace softmax con los logits 21?" in model._asked[-1][1].text


def test_a_follow_up_keeps_the_language_of_its_conversation(
    retriever: Retriever, settings: Settings
) -> None:
    with Assistant(retriever, settings, model=ScriptedModel(script=[SAID] * 4)) as assistant:
        assistant.ask("What does the softmax function do with the logits?", "bob")
        assert assistant.ask("and why?", "bob").language == "en"
        assert assistant.ask("¿Por qué se resta el máximo de los logits?", "bob").language == "es"
        assert assistant.ask("¿y por qué?", "bob").language == "es"


def test_what_is_pasted_has_no_language(retriever: Retriever, settings: Settings) -> None:
    error = "RuntimeError: Trying to backward through the graph a second time"
    with Assistant(retriever, settings, model=ScriptedModel(script=[SAID] * 6)) as assistant:
        assert assistant.ask(error).language == "es"
        assert assistant.ask(f"`{error}`").language == "es"
        assert assistant.ask(f"why do I get this?\n{error}").language == "en"
        assert assistant.ask("Error backpropagation: how does it work?").language == "en"
        assistant.ask("What does the softmax function do with the logits?", "bob")
        assert assistant.ask("```python\nsoftmax(z)\n```", "bob").language == "en"
