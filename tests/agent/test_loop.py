import json
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from agent import Answer, Assistant, SearchStep, TextDelta
from agent.inquiry import Means
from agent.loop import may_be_call, tool_call, understood, without_preamble
from agent.messages import OWN_WORDS
from agent.quoting import is_python
from corpus import Settings
from retrieval import Retriever, store, update
from retrieval.index import Index
from tests.conftest import ScriptedModel, WordsEmbedder

QUESTION = "¿Qué hace softmax con los logits?"
SAID = AIMessage("La función softmax convierte los logits en probabilidades que suman uno.")


def call(name: str, **arguments: object) -> AIMessage:
    return AIMessage("", tool_calls=[tool_call(name, arguments)])


def written(name: str, **arguments: object) -> AIMessage:
    text = json.dumps({"name": name, "arguments": arguments})
    return AIMessage(f"```json\n{text}\n```")


def answered(
    retriever: Retriever, settings: Settings, *script: object
) -> tuple[Answer, ScriptedModel, list[object]]:
    model = ScriptedModel(script=list(script))
    with Assistant(retriever, settings, model=model) as assistant:
        events = list(assistant.stream(QUESTION))
    answer = events[-1]
    assert isinstance(answer, Answer)
    return answer, model, list(events)


def test_the_course_is_searched_before_the_model_is_asked(
    retriever: Retriever, settings: Settings
) -> None:
    answer, model, events = answered(retriever, settings, SAID)
    assert isinstance(events[0], SearchStep)
    assert events[0].arguments == {"query": QUESTION}
    (human,) = model._asked[0][1:]
    assert isinstance(human, HumanMessage)
    found, question = human.text.split("</pasajes>")
    assert "Pasaje [1], Clase 4, § Definición" in found
    assert QUESTION in question  # after what was found, which another question may share
    assert answer.status == "answered"


def test_text_is_streamed_and_the_answer_closes(retriever: Retriever, settings: Settings) -> None:
    answer, _, events = answered(retriever, settings, SAID)
    pieces = [event.text for event in events if isinstance(event, TextDelta)]
    assert len(pieces) > 3
    assert "".join(pieces) == SAID.text
    said, quotation = answer.text.split("\n\n> ")
    assert said == SAID.text.removesuffix(".") + " [1]."
    assert quotation.endswith("\n\n[1]")  # it ends in code, and a marker is no code
    assert quotation.splitlines()[0] in answer.citations[0].passage.text
    assert answer.citations[0].passage.document == "clase-04.md"


def test_two_places_that_are_about_as_good_are_both_quoted(
    retriever: Retriever, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.answering.TIED", 10.0)
    answer, _, _ = answered(retriever, settings, SAID)
    assert len(answer.citations) == 1  # a larger model tells them apart
    monkeypatch.setattr(Means, "embedded", True)
    answer, _, _ = answered(retriever, settings, SAID)
    assert [citation.marker for citation in answer.citations] == [1, 2]
    course = OWN_WORDS.split(answer.text)[0]
    first, second = course.removeprefix("> ").split("[1]\n\n> ")
    assert first.splitlines()[0] in answer.citations[0].passage.text
    assert second.rstrip().endswith("[2]")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x = softmax(z)\n\nSalida:\n[0.1 0.9] y algo más", True),
        ("%matplotlib inline\n!pip list\nimport torch", True),
        ("## La pérdida\n\nPodríamos agregar $\\ln$ al `Tensor`.", False),
        ("# Laboratorio 3", False),
        ('plt.title("$\\ln$ y \\"comillas\\"")', True),
        ("print 'un Python antiguo'", False),
    ],
)
def test_a_cell_is_quoted_as_code_if_python_reads_it(text: str, code: bool) -> None:
    assert is_python(text) == code


@pytest.mark.parametrize(
    "preamble",
    [
        "<tool_response>\n",
        "La respuesta directa es que ",
        "<tool_response> La respuesta directa es: ",
    ],
)
def test_an_answer_begins_where_it_says_something(
    retriever: Retriever, settings: Settings, preamble: str
) -> None:
    begun = SAID.text if preamble.startswith("<") else SAID.text.replace("La", "la", 1)
    echo = AIMessage(preamble + begun)
    answer, _, events = answered(retriever, settings, echo)
    pieces = [event.text for event in events if isinstance(event, TextDelta)]
    assert "".join(pieces) == SAID.text
    assert answer.text.startswith(SAID.text[:40])


@pytest.mark.parametrize(
    "text", ["La respuesta directa", "La red aprende.", "<pre>x</pre>", "The direct answerer."]
)
def test_what_only_looks_like_a_preamble_is_said(
    retriever: Retriever, settings: Settings, text: str
) -> None:
    _, _, events = answered(retriever, settings, AIMessage(text))
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == text


def test_a_model_that_copies_its_passages_leaves_an_extract(
    retriever: Retriever, settings: Settings
) -> None:
    copy = AIMessage("<tool_response>\n<pasajes>\nPasaje [1], Clase 4: La función softmax")
    answer, _, events = answered(retriever, settings, copy)
    assert not any(isinstance(event, TextDelta) for event in events)
    assert answer.model is None
    assert answer.citations
    assert "<" not in answer.text


def test_the_model_may_search_again_and_open_a_passage(
    retriever: Retriever, settings: Settings
) -> None:
    answer, model, _ = answered(
        retriever,
        settings,
        call("search_course", query="perceptrón recta"),
        call("open_passage", marker=1),
        SAID,
    )
    assert [step.tool for step in answer.steps] == [
        "search_course", "search_course", "open_passage",
    ]  # fmt: skip
    assert "El perceptrón separa con una recta" in model._asked[1][-2].text
    opened = {passage.id for _, passage in answer.steps[2].found}
    assert answer.steps[0].found[0][1].id in opened
    assert len(opened) > 1


def test_a_call_written_as_text_is_understood_and_never_shown(
    retriever: Retriever, settings: Settings
) -> None:
    answer, _, events = answered(
        retriever, settings, written("search_course", query="perceptrón"), SAID
    )
    assert len(answer.steps) == 2
    assert "```" not in "".join(e.text for e in events if isinstance(e, TextDelta))


def test_what_is_said_before_a_tool_is_used_is_not_the_answer(
    retriever: Retriever, settings: Settings
) -> None:
    thinking = AIMessage(
        "Voy a buscar más.", tool_calls=[tool_call("search_course", {"query": "logits"})]
    )
    answer, _, _ = answered(retriever, settings, thinking, SAID)
    assert "Voy a buscar" not in answer.text
    assert answer.text.startswith("La función softmax")


def test_tools_close_when_they_are_spent(retriever: Retriever, settings: Settings) -> None:
    again = call("search_course", query="softmax")
    answer, model, _ = answered(retriever, settings, again, again, SAID)
    assert settings.tool_calls == 3
    assert ["search_course" in names for names in model._offered] == [True, True, False]
    assert model._offered[-1] == []
    assert len(answer.steps) == 3


def test_a_wrong_marker_is_told_to_the_model(retriever: Retriever, settings: Settings) -> None:
    answer, model, _ = answered(retriever, settings, call("open_passage", marker=77), SAID)
    assert "No hay un pasaje [77]" in model._asked[1][-2].text
    assert answer.status == "answered"


def test_an_unknown_tool_does_not_end_the_answer(retriever: Retriever, settings: Settings) -> None:
    answer, _, _ = answered(retriever, settings, call("format_disk"), SAID)
    assert answer.citations
    assert [step.tool for step in answer.steps] == ["search_course"]


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "search_course", "arguments": {"query": "x"}}',
        '```json\n{"name": "search_course", "arguments": {"query": "x"}}\n```',
        '<tool_call>\n{"name": "search_course", "arguments": {"query": "x"}}\n</tool_call>',
    ],
)
def test_shapes_of_written_calls(text: str) -> None:
    (found,) = understood(AIMessage(text), {"search_course"}).tool_calls
    assert (found["name"], found["args"]) == ("search_course", {"query": "x"})


@pytest.mark.parametrize(
    "text",
    ['{"name": "rm", "arguments": {}}', '{"a": 1}', "{mal", "```python\nf()\n```", '["x"]', "hola"],
)
def test_other_text_is_left_alone(text: str) -> None:
    message = AIMessage(text)
    assert understood(message, {"search_course"}) is message


def test_only_text_that_could_be_a_call_is_held_back() -> None:
    assert may_be_call("```js")
    assert may_be_call(' {"name"')
    assert may_be_call('```\n{"name"')
    assert not may_be_call("La función")
    assert not may_be_call("```python\n")


def test_the_calendar_is_a_tool_that_says_today_and_cites(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    (course / "calendario.md").write_text(
        "| Fecha | Tema | Evaluación |\n|---|---|---|\n| 2026-09-11 | – | Entrega Tarea 1 |\n"
    )
    update(settings.index, [course], embedder)
    retriever = Retriever(Index.load(store.current(settings.index)), embedder)
    said = AIMessage("La Tarea 1 vence el viernes 11 de septiembre de 2026.")
    answer, model, _ = answered(retriever, settings, call("course_calendar", about="tarea 1"), said)
    result = model._asked[1][-2]
    assert isinstance(result, ToolMessage)
    assert result.text.startswith("Hoy es ")
    assert "Viernes 11 de septiembre de 2026. Vence: Entrega Tarea 1." in result.text
    assert [step.tool for step in answer.steps] == ["search_course", "course_calendar"]
    assert answer.citations[0].passage.document == "calendario.md"


def test_a_question_about_dates_also_looks_at_the_calendar_before_the_model_speaks(
    course: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    (course / "calendario.md").write_text(
        "| Fecha | Tema | Evaluación |\n|---|---|---|\n"
        "| 2026-09-11 | – | Entrega Tarea 1 |\n| 2026-10-14 | – | Entrega Tarea 2 |\n"
    )
    update(settings.index, [course], embedder)
    retriever = Retriever(Index.load(store.current(settings.index)), embedder)
    model = ScriptedModel(script=[AIMessage("El miércoles 14 de octubre vence la Tarea 2.")])
    with Assistant(retriever, settings, model=model) as assistant:
        answer = assistant.ask("¿cuándo vence la tarea 2?")
    assert [step.tool for step in answer.steps] == ["search_course", "course_calendar"]
    calendar = model._asked[0][-1].text.split("</pasajes>")[1]
    assert calendar.strip().startswith("Hoy es ")
    assert "14 de octubre" in calendar
    assert "11 de septiembre" not in calendar
    assert answer.citations[0].passage.text.endswith("Vence: Entrega Tarea 2.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("La respuesta directa es que la red aprende.", "La red aprende."),
        ("La respuesta directa es x = 3.", "x = 3."),
        ("<tool_response>\nimport torch", "import torch"),
        ("The direct answer is: torch.nn.Linear", "torch.nn.Linear"),
        ("no es un preámbulo", "no es un preámbulo"),
    ],
)
def test_only_a_word_gets_a_capital_where_a_preamble_goes(text: str, said: str) -> None:
    assert without_preamble(text) == said
