"""What the course says word for word, and where it stands in an answer."""

import httpx2
import openai
from langchain_core.messages import AIMessage

from agent import Answer, Assistant, TextDelta
from agent.events import Event, Mode
from agent.messages import say
from agent.quoting import quotation
from agent.serving import qwen
from corpus import Settings
from corpus.document import numbered
from retrieval import Passage, Retriever
from tests.conftest import ScriptedModel, WordsEmbedder

QUESTION = "¿Qué hace softmax con los logits?"
SAID = "Es una receta para inventar números."
OWN = say("own_words", "es")
MORE = "¿puedes explicarlo con más detalle?"


def asked(
    retriever: Retriever, settings: Settings, *questions: str, mode: Mode = "explain"
) -> ScriptedModel:
    """The embedded model after a conversation, of which the last question is asked in `mode`."""
    model, (*before, last) = embedded(len(questions)), questions
    with Assistant(retriever, settings, model=model) as assistant:
        for question in before:
            assistant.ask(question, "ana")
        assistant.ask(last, "ana", mode=mode)
    return model


def embedded(times: int = 1) -> ScriptedModel:
    return ScriptedModel(script=[AIMessage(SAID)] * times, model_name=qwen.NAME)


def test_beside_the_embedded_model_the_course_speaks_first(
    retriever: Retriever, settings: Settings
) -> None:
    with Assistant(retriever, settings, model=embedded()) as assistant:
        *events, answer = assistant.stream(QUESTION)
    assert isinstance(answer, Answer)
    said = [event.text for event in events if isinstance(event, TextDelta)]
    course, _, own = answer.text.partition(OWN)
    assert said[:2] == [course.rstrip(), f"\n\n{OWN}\n\n"]
    assert own.strip() == SAID
    for citation in answer.citations:
        assert citation.quote in citation.passage.text
        assert f"[{citation.marker}]" in course
    assert "convierte los logits en probabilidades" in course


def test_a_larger_model_is_quoted_below_its_answer(
    retriever: Retriever, settings: Settings
) -> None:
    with Assistant(retriever, settings, model=ScriptedModel(script=[AIMessage(SAID)])) as assistant:
        text = assistant.ask(QUESTION).text
    assert text.startswith(SAID[:-1])
    assert OWN not in text
    assert "\n\n> " in text


def test_what_nothing_supports_is_named_by_its_beginning(
    retriever: Retriever, settings: Settings
) -> None:
    own = "Las ballenas azules cruzan el océano Pacífico cada invierno buscando krill y compañía."
    model = ScriptedModel(script=[AIMessage(own)], model_name=qwen.NAME)
    with Assistant(retriever, settings, model=model) as assistant:
        notice = assistant.ask(QUESTION).notice
    said = "«Las ballenas azules cruzan el océano Pacífico cada invierno buscando …»"
    assert notice == f"Sin respaldo en los materiales, compruébalo: {said}."


def test_a_slide_is_quoted_whole_where_a_longer_text_is_not(embedder: WordsEmbedder) -> None:
    text = "\n".join(f"{n}. Paso {n} de la receta, con lo suyo." for n in range(18))
    for place in (numbered("slide", 3), numbered("page", 3), numbered("cell", 3)):
        passage = Passage("d#1", "d", "D", "Clase 1", (), text, place)
        said = quotation("¿receta?", {1: passage}, embedder).text
        assert ("Paso 0" in said and "Paso 17" in said) == (place.kind != "cell")


def test_the_labels_of_a_slides_drawing_are_left_out(embedder: WordsEmbedder) -> None:
    text = "Una recta no separa el XOR.\nOR\nAND\n1 0\nx1\nx2\nSalida: una capa oculta.\n\na\nb"
    slide = Passage("d#1", "d", "D", "Clase 1", (), text, numbered("slide", 3))
    said = quotation("¿xor?", {1: slide}, embedder)
    shown = "> Una recta no separa el XOR.\n> …\n> Salida: una capa oculta.\n> \n> a\n> b [1]"
    assert said.text == shown
    assert said.citations[0].quote == text


ENGLISH = "What does softmax do with the logits?"
TRANSLATED = "*The course says, as translated by the model:*\n\n> Softmax turns logits into shares."


def told(retriever: Retriever, settings: Settings, *said: object) -> list[Event]:
    """What happens on a question in English over a course in Spanish."""
    script = [AIMessage(one) if isinstance(one, str) else one for one in said]
    model = ScriptedModel(script=script, model_name=qwen.NAME)
    with Assistant(retriever, settings, model=model) as assistant:
        return list(assistant.stream(ENGLISH))


def test_what_is_in_another_language_is_translated(
    retriever: Retriever, settings: Settings
) -> None:
    *events, answer = told(retriever, settings, "Softmax turns logits into shares.", SAID)
    assert isinstance(answer, Answer)
    assert answer.language == "en"
    assert answer.text.startswith(f"{TRANSLATED} [1]\n\n{say('own_words', 'en')}\n\n{SAID[:-1]}")
    assert answer.citations[0].quote in answer.citations[0].passage.text
    streamed = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert streamed.startswith(TRANSLATED)


def test_a_translation_with_a_number_of_its_own_is_none(
    retriever: Retriever, settings: Settings
) -> None:
    *events, answer = told(retriever, settings, "Softmax gives 7312 shares.", SAID)
    assert isinstance(answer, Answer)
    assert answer.text.startswith(SAID[:-1])
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == SAID


def test_a_translation_ends_before_a_sentence_that_the_passage_does_not_bear_out(
    retriever: Retriever, settings: Settings
) -> None:
    said = "Softmax turns logits into shares. There are 7312 of them. They sum to one."
    *events, answer = told(retriever, settings, said, SAID)
    assert isinstance(answer, Answer)
    assert answer.text.startswith(f"{TRANSLATED} [1]\n\n{say('own_words', 'en')}")
    streamed = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert streamed == f"{TRANSLATED}\n\n{say('own_words', 'en')}\n\n{SAID}"


def test_a_program_is_quoted_as_code(embedder: WordsEmbedder) -> None:
    text = "# Una red mínima\nclass Red:\n    def salida(self, x):\n        return x * self.w * 2"
    place = numbered("section", 1, word="parte")
    passage = Passage("p#1", "lab/red.py", "red", "red.py", (), text, place)
    assert quotation("red", {1: passage}, embedder).text == f"```\n{text}\n```\n\n[1]"


def test_a_model_that_is_silent_before_it_translates_leaves_extracts(
    retriever: Retriever, settings: Settings
) -> None:
    late = openai.APITimeoutError(request=httpx2.Request("POST", "http://127.0.0.1/v1"))
    *_, answer = told(retriever, settings, late)
    assert isinstance(answer, Answer)
    assert answer.text.startswith(say("extract", "en"))
    assert answer.trouble == "model_slow"


def test_of_what_was_answered_the_model_reads_its_own_words(
    retriever: Retriever, settings: Settings
) -> None:
    model = asked(retriever, settings, QUESTION, "¿y por qué?")
    recalled = [one.text for one in model._asked[1] if isinstance(one, AIMessage) and one.text]
    assert recalled == [SAID]


def test_asked_for_more_the_embedded_model_is_not_shown_what_it_said(
    retriever: Retriever, settings: Settings
) -> None:
    _, found = asked(retriever, settings, QUESTION, MORE)._asked[1]
    assert QUESTION in found.text


def test_asked_for_more_a_hint_has_the_history(retriever: Retriever, settings: Settings) -> None:
    read = asked(retriever, settings, QUESTION, MORE, mode="guide")._asked[1]
    assert len(read) > 2  # its reminder has not the question before it


def test_asked_for_more_of_what_only_the_history_has_it_is_shown(
    retriever: Retriever, settings: Settings
) -> None:
    model = asked(retriever, settings, QUESTION, "¿y por qué se resta el máximo?", MORE)
    assert any("¿y por qué se resta el máximo?" in one.text for one in model._asked[2][:-1])
