import socket
import threading

import httpx2
import openai
import pytest
from langchain_core.messages import AIMessage, HumanMessage

from agent import Answer, Assistant
from agent.messages import language_of
from agent.serving import ServerAddress
from corpus import InputError, Settings
from retrieval import Retriever
from tests.conftest import ScriptedModel

REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1")
SAID = AIMessage("Softmax convierte los logits en probabilidades.")


def ask(retriever: Retriever, settings: Settings, model: ScriptedModel | None) -> Answer:
    with Assistant(retriever, settings, model=model, use_model=False) as assistant:
        return assistant.ask("¿Qué hace softmax con los logits?")


def test_without_a_model_the_best_passages_are_the_answer(
    retriever: Retriever, settings: Settings
) -> None:
    answer = ask(retriever, settings, None)
    assert answer.model is None
    assert answer.text.startswith("Extracto de los materiales (sin modelo de lenguaje):")
    assert "convierte los logits en probabilidades" in answer.text
    assert answer.citations[0].label == "Clase 4, § Definición"


def test_below_the_evidence_floor_the_model_is_not_asked(
    retriever: Retriever, settings: Settings
) -> None:
    model = ScriptedModel(script=[])
    strict = settings.model_copy(update={"evidence_floor": 1.0})
    answer = ask(retriever, strict, model)
    assert answer.status in ("not_in_materials", "off_topic")
    assert answer.citations == ()
    assert model._asked == []


@pytest.mark.parametrize("contact", ["", "ana@example.org"])
def test_a_refusal_names_whom_to_ask(
    retriever: Retriever, settings: Settings, contact: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.scope.ABOUT", 0.0)  # fitted with the real model
    strict = settings.model_copy(update={"evidence_floor": 1.0, "contact": contact})
    with Assistant(retriever, strict, model=ScriptedModel(script=[])) as assistant:
        said = assistant.ask("¿Qué dice softmax de los logits en la guerra?").text
    whom = f"escríbele a {contact}" if contact else "pregúntale al equipo docente en el foro"
    assert whom in said


def test_the_prompt_names_the_course(retriever: Retriever, settings: Settings) -> None:
    course = "EL4106 Inteligencia {Computacional}"
    for name in (settings.course_name, course):
        model = ScriptedModel(script=[AIMessage("Softmax da probabilidades [1].")])
        ask(retriever, settings.model_copy(update={"course_name": name}), model)
        told = model._asked[0][0].text
        assert told.startswith(f"Eres el ayudante del curso {name}. Explicas a estudiantes")
    assert "CC6204" not in told
    assert settings.course_name == "CC6204 Deep Learning de la Universidad de Chile"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (openai.APIConnectionError(request=REQUEST), "se perdió la conexión con el modelo"),
        (openai.APITimeoutError(request=REQUEST), "el modelo tardó demasiado"),
        (httpx2.RemoteProtocolError("cut"), "se perdió la conexión con el modelo"),
    ],
)
def test_a_cut_stream_keeps_what_was_said_and_says_why(
    retriever: Retriever, settings: Settings, error: Exception, said: str
) -> None:
    text = "La función softmax convierte los logits"
    answer = ask(retriever, settings, ScriptedModel(script=[error], before_error=text))
    assert answer.text.startswith(text)
    assert answer.notice.startswith(f"La respuesta se cortó antes de terminar: {said}")


@pytest.mark.parametrize(
    "message",
    [
        AIMessage(""),
        AIMessage('{"name": "rm", "arguments": {}}'),
        openai.APIConnectionError(request=REQUEST),
    ],
    ids=["silence", "nonsense", "refused"],
)
def test_a_model_that_says_nothing_leaves_an_extract(
    retriever: Retriever, settings: Settings, message: object
) -> None:
    answer = ask(retriever, settings, ScriptedModel(script=[message]))
    assert answer.text.startswith("Extracto de los materiales")
    assert answer.notice
    assert answer.citations


def test_a_bug_of_ours_is_not_swallowed(retriever: Retriever, settings: Settings) -> None:
    with pytest.raises(ZeroDivisionError):
        ask(retriever, settings, ScriptedModel(script=[ZeroDivisionError()]))


def test_the_json_follows_the_contract(retriever: Retriever, settings: Settings) -> None:
    data = ask(retriever, settings, ScriptedModel(script=[SAID])).to_dict()
    assert {
        "question", "answer", "status", "language", "citations", "steps", "seconds", "model",
    } <= set(data)  # fmt: skip
    assert set(data["seconds"]) == {"retrieval", "first_token", "total"}
    assert data["model"] == "scripted"
    citation = data["citations"][0]
    assert {"marker", "passage_id", "document", "location", "quote"} <= set(citation)
    assert citation["quote"] in retriever.passage(citation["passage_id"]).text
    assert f"[{citation['marker']}]" in data["answer"]


def test_a_conversation_is_remembered(retriever: Retriever, settings: Settings) -> None:
    model = ScriptedModel(script=[SAID, SAID])
    with Assistant(retriever, settings, model=model) as assistant:
        assistant.ask("¿Qué hace softmax con los logits?", "ana")
        follow_up = assistant.ask("¿y por qué?", "ana")
        assert assistant.conversations.turns("beto", 5) == []
    said = [m.text for m in model._asked[1] if isinstance(m, HumanMessage | AIMessage)]
    assert said[0] == "¿Qué hace softmax con los logits?"
    assert "[1]" not in said[1]
    assert "softmax" in follow_up.steps[0].arguments["query"]


def test_the_question_is_stored_before_the_model_answers(
    retriever: Retriever, settings: Settings
) -> None:
    model = ScriptedModel(script=[KeyboardInterrupt()])
    with Assistant(retriever, settings, model=model) as assistant:
        with pytest.raises(BaseException):  # noqa: B017, PT011
            assistant.ask("¿Qué hace softmax?", "ana")
        with assistant.conversations.connection() as connection:
            rows = connection.execute("SELECT question, answer FROM turns").fetchall()
    assert rows == [("¿Qué hace softmax?", None)]


@pytest.mark.parametrize("question", ["", " ", "x" * 100_000])
def test_a_bad_question_is_refused(retriever: Retriever, settings: Settings, question: str) -> None:
    with Assistant(retriever, settings, use_model=False) as assistant, pytest.raises(InputError):
        assistant.ask(question)


def test_a_server_that_does_not_answer_leaves_extracts_and_a_reason(
    retriever: Retriever, settings: Settings
) -> None:
    nowhere = settings.model_copy(update={"llm_url": "http://127.0.0.1:9"})
    with Assistant(retriever, nowhere) as assistant:
        answer = assistant.ask("¿Qué hace softmax con los logits?")
    assert "Ningún modelo responde en http://127.0.0.1:9/v1" in assistant.notice
    assert answer.model is None
    assert answer.citations


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("xq el perceptron no puede con el xor?", "es"),
        ("¿Cómo funciona la atención?", "es"),
        ("How does attention work?", "en"),
        ("should I put a softmax before the loss in pytorch", "en"),
    ],
)
def test_the_question_decides_the_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_an_english_question_gets_english_messages(
    retriever: Retriever, settings: Settings
) -> None:
    with Assistant(retriever, settings, use_model=False) as assistant:
        answer = assistant.ask("What does the softmax function do with the logits?")
    assert answer.language == "en"
    assert answer.text.startswith("Extract from the materials")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("¿Qué hace softmax?", "ahora no hay un modelo de lenguaje"),
        ("What does softmax do?", "there is no language model now"),
    ],
)
def test_why_there_is_no_model_is_not_told_to_who_asks(
    retriever: Retriever, settings: Settings, question: str, said: str
) -> None:
    with Assistant(retriever, settings, use_model=False) as assistant:
        assistant.notice = "vLLM se detuvo: EngineDeadError. El registro está en /tmp/vllm-1.log."
        answer = assistant.ask(question)
    assert answer.notice == said
    assert "vllm-1.log" not in answer.text


def test_without_waiting_answers_are_extracts_until_the_model_is_there(
    retriever: Retriever, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, taken = threading.Event(), threading.Event()
    assistant = Assistant(retriever, settings, wait=False)

    def open_late() -> ServerAddress:
        there.wait(30)
        return ServerAddress("http://127.0.0.1:9/v1", "m", "none")

    def model_of(*_: object) -> ScriptedModel:
        taken.set()
        return ScriptedModel(script=[SAID])

    monkeypatch.setattr(assistant._server, "open", open_late)
    monkeypatch.setattr("agent.assistant.chat_model", model_of)
    with assistant:
        assert assistant.starting
        assert assistant.ask("¿Qué hace softmax con los logits?").model is None
        there.set()
        assert taken.wait(30)
        while assistant.starting:
            pass
        assert assistant.ask("¿Qué hace softmax con los logits?").model == "scripted"


def test_a_model_that_cannot_be_had_is_said_without_waiting(
    retriever: Retriever, settings: Settings
) -> None:
    nobody = settings.model_copy(update={"llm_url": "http://127.0.0.1:9/v1"})
    with Assistant(retriever, nobody, wait=False) as assistant:
        while assistant.starting:
            pass
        assert "Ningún modelo responde" in assistant.notice


def test_a_port_that_is_taken_is_said_and_the_rest_works(
    retriever: Retriever, settings: Settings
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        there = settings.model_copy(update={"llm_port": taken.getsockname()[1]})
        with Assistant(retriever, there) as assistant:
            assert "ocupado" in assistant.notice
            assert assistant.ask("¿Qué hace softmax con los logits?").model is None
