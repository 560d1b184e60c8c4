from pathlib import Path

import pytest
from langchain_core.messages import AIMessage

from agent import Assistant, TextDelta
from agent.conversations import Turn
from agent.guiding import CODE_LINES, asks_to_be_done, rung
from agent.inquiry import Means
from corpus import Settings
from retrieval import Retriever, store, update
from retrieval.index import Index
from tests.conftest import NOTES, ScriptedModel, WordsEmbedder

TASK = """# Tarea 1: Perceptrón

## Pregunta 1

Implementa la función predecir del perceptrón y calcula el umbral con tus datos.
"""
KEY = """# Tarea 1: Pauta

## Pregunta 1

El umbral se despeja sumando los pesos ganadores y restando el sesgo inicial menos siete décimas,
luego se compara con el margen acumulado de la tercera pasada por los ejemplos ordenados.
"""
LESSON = """# Clase 2: Perceptrón

## Umbral

El perceptrón predice uno cuando la suma de pesos por entradas supera el umbral.
"""
QUESTION = "resuélveme la pregunta 1 de la tarea 1, la función predecir del perceptrón"


@pytest.fixture
def homework(tmp_path: Path, settings: Settings) -> Retriever:
    folder = tmp_path / "homework"
    folder.mkdir()
    for name, text in {
        "tarea-1.md": TASK,
        "tarea-1-pauta.md": KEY,
        "clase-02.md": LESSON,
        "clase-04.md": NOTES,
    }.items():
        (folder / name).write_text(text)
    embedder = WordsEmbedder()
    update(settings.index, [folder], embedder)
    return Retriever(Index.load(store.current(settings.index)), embedder)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        (QUESTION, True),
        ("dame el código de la tarea 1", True),
        ("how do i solve question 2 of homework 1", True),
        ("¿cómo resuelve la tarea una red recurrente?", False),
        ("¿cuándo vence la tarea 1?", False),
        ("¿cuántos puntos vale la tarea 1?", False),
        ("¿Qué es el perceptrón?", False),
        ("implementa dropout en pytorch", False),
    ],
)
def test_wanting_an_assignment_done_is_told_from_asking_about_it(
    question: str, wanted: bool
) -> None:
    assert asks_to_be_done(question, []) is wanted


def test_an_assignment_gets_a_hint_from_the_lectures(
    homework: Retriever, settings: Settings
) -> None:
    said = AIMessage("El perceptrón predice uno cuando la suma supera el umbral. ¿Qué sumas?")
    model = ScriptedModel(script=[said])
    with Assistant(homework, settings, model=model) as assistant:
        answer = assistant.ask(QUESTION)
    assert answer.status == "hinted"
    assert answer.text.startswith("**Pista 1 de 4** · para mirar: Clase 2")
    assert {citation.passage.document for citation in answer.citations} == {"clase-02.md"}
    read = " ".join(message.text for message in model._asked[0])
    assert "umbral" in read
    assert "siete décimas" not in read


def test_a_hint_in_words_of_its_own_cites_where_to_look(
    homework: Retriever, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Means, "embedded", True)
    said = AIMessage("Un gato cuenta estrellas verdes por la noche.")
    with Assistant(homework, settings, model=ScriptedModel(script=[said])) as assistant:
        answer = assistant.ask(QUESTION)
    assert [citation.passage.document for citation in answer.citations] == ["clase-02.md"]
    assert answer.text.endswith(f"{said.text}\n\n[{answer.citations[0].marker}]")


def test_hints_climb_a_ladder(homework: Retriever, settings: Settings) -> None:
    said = AIMessage("Mira la suma de pesos por entradas.")
    with Assistant(homework, settings, model=ScriptedModel(script=[said] * 6)) as assistant:
        texts = [assistant.ask(QUESTION, "ana").text for _ in range(6)]
    assert [text[8] for text in texts] == list("123444")


def test_an_answer_in_between_starts_the_ladder_again() -> None:
    hinted, answered = Turn(1, "q", "r", status="hinted"), Turn(2, "q", "r", status="answered")
    assert rung([]) == 1
    assert rung([hinted, hinted]) == 3
    assert rung([hinted, answered]) == 1


def test_a_follow_up_on_a_hint_is_a_hint(homework: Retriever, settings: Settings) -> None:
    said = AIMessage("Mira la suma de pesos por entradas.")
    with Assistant(homework, settings, model=ScriptedModel(script=[said] * 3)) as assistant:
        assistant.ask(QUESTION, "ana")
        assert assistant.ask("¿y después de eso?", "ana").text.startswith("**Pista 2 de 4**")
        assert assistant.ask("¿Qué hace softmax con los logits?", "ana").status == "answered"


def test_guide_mode_hints_on_any_question(homework: Retriever, settings: Settings) -> None:
    model = ScriptedModel(script=[AIMessage("Piensa en los logits.")])
    with Assistant(homework, settings, model=model) as assistant:
        assert assistant.ask("¿Qué hace softmax con los logits?", mode="guide").status == "hinted"


def test_a_hint_shows_the_first_lines_of_code_only(homework: Retriever, settings: Settings) -> None:
    code = "Parte así:\n```python\n" + "\n".join(f"x{at} = {at}" for at in range(9)) + "\n```"
    with Assistant(homework, settings, model=ScriptedModel(script=[AIMessage(code)])) as assistant:
        text = assistant.ask(QUESTION).text
    assert f"x{CODE_LINES - 1} = " in text
    assert f"x{CODE_LINES} = " not in text
    assert "el resto es tuyo" in text


@pytest.mark.parametrize("mode", ["explain", "guide"])
def test_a_model_that_tells_a_solution_is_stopped_before_it_is_read(
    homework: Retriever, settings: Settings, mode: str
) -> None:
    solution = " ".join(KEY.split("\n\n")[-1].split())
    model = ScriptedModel(script=[AIMessage(f"Claro. {solution}")])
    with Assistant(homework, settings, model=model) as assistant:
        *events, answer = assistant.stream("¿Qué hace el umbral del perceptrón?", mode=mode)  # type: ignore[arg-type]
    streamed = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert "menos siete décimas" not in streamed
    assert "margen acumulado" not in answer.text  # type: ignore[union-attr]
    assert answer.status == "hinted"  # type: ignore[union-attr]
    assert "no te la puedo dar" in answer.text  # type: ignore[union-attr]


def test_without_a_model_a_hint_sends_to_the_material(
    homework: Retriever, settings: Settings
) -> None:
    with Assistant(homework, settings, use_model=False) as assistant:
        answer = assistant.ask(QUESTION)
    assert answer.status == "hinted"
    assert answer.text.startswith("Ahora no puedo escribirte una pista. Sirve partir por Clase 2")
    assert "pauta" not in answer.text.lower()


def test_without_lectures_there_is_no_hint(
    tmp_path: Path, settings: Settings, embedder: WordsEmbedder
) -> None:
    folder = tmp_path / "alone"
    folder.mkdir()
    (folder / "tarea-1.md").write_text(TASK)
    update(settings.index, [folder], embedder)
    retriever = Retriever(Index.load(store.current(settings.index)), embedder)
    with Assistant(retriever, settings, model=ScriptedModel(script=[])) as assistant:
        answer = assistant.ask(QUESTION)
    assert answer.status == "not_in_materials"
    assert "Tarea 1" in answer.text


def test_a_hint_that_was_stopped_is_gone_on_with_as_a_hint(
    homework: Retriever, settings: Settings
) -> None:
    said = AIMessage("El perceptrón predice uno cuando la suma supera el umbral. ¿Qué sumas?")
    model = ScriptedModel(script=[said, said])
    with Assistant(homework, settings, model=model) as assistant:
        stream = assistant.stream(QUESTION, "ana")
        assert any(isinstance(event, TextDelta) for event in stream)
        stream.close()
        (turn,) = assistant.conversations.turns("ana")
        assert (turn.status, turn.language) == ("hinted", "es")
        answer = assistant.ask("¿y después qué sigue?", "ana")
    assert answer.status == "hinted"
    assert answer.text.startswith("**Pista 2 de 4**")
