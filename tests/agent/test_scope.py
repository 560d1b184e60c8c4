import math

import pytest

from agent import Assistant
from agent.scope import SURE, Model, closeness, is_courtesy, judged
from agent.writer import log_odds
from corpus import Settings
from retrieval import Retriever, SearchResult
from tests.conftest import ScriptedModel

FITS, STRANGER = "¿Qué hace softmax con los logits?", "¿Cuánta harina lleva la sopaipilla?"


def found(retriever: Retriever, score: float) -> list[SearchResult]:
    """Results whose best score is `score`."""
    return [SearchResult(1, score, retriever.index.passages[0])]


def test_a_probability_is_logistic() -> None:
    assert Model((2.0,), -1.0).probability(0.5) == 0.5
    assert Model((2.0, 1.0), -1.0).probability(0.5, 1.0) == pytest.approx(1 / (1 + math.exp(-1)))


def test_the_score_decides_where_it_is_sure(retriever: Retriever) -> None:
    def asked() -> float:
        raise AssertionError("asked though the score is sure")

    sure = judged(FITS, found(retriever, 1.3), retriever, 0.5, asked)
    assert (sure.status, sure.probability > SURE) == ("answered", True)
    assert judged(FITS, found(retriever, 0.9), retriever, 0.5, asked).status != "answered"


def test_the_opinion_decides_where_the_score_leaves_a_doubt(retriever: Retriever) -> None:
    doubtful = found(retriever, 1.06)
    assert judged(FITS, doubtful, retriever, 0.5, lambda: 2.0).status == "answered"
    assert judged(FITS, doubtful, retriever, 0.5, lambda: -2.0).status != "answered"
    alone = judged(FITS, doubtful, retriever, 0.5)
    assert judged(FITS, doubtful, retriever, 0.5, lambda: None) == alone


def test_the_floor_may_be_moved(retriever: Retriever) -> None:
    poor = found(retriever, 0.5)
    assert judged(FITS, poor, retriever, 0.0).status == "answered"
    assert judged(FITS, found(retriever, 1.3), retriever, 1.0).status != "answered"
    assert judged(FITS, [], retriever, 0.5).status == "not_in_materials"


def test_a_stranger_is_farther_from_what_was_found(retriever: Retriever) -> None:
    near = closeness(FITS, retriever.search(FITS, 10), retriever)
    far = closeness(STRANGER, retriever.search(STRANGER, 10), retriever)
    assert near > far
    assert judged(STRANGER, found(retriever, 0.2), retriever, 0.5).status == "off_topic"


def test_the_odds_of_yes_come_from_the_likeliest_tokens() -> None:
    half = {"Sí": math.log(0.5), "No": math.log(0.25), " no": math.log(0.25)}
    assert log_odds(half) == pytest.approx(0)
    assert log_odds({"yes": math.log(0.9), "no": math.log(0.09)}) == pytest.approx(math.log(10))
    assert log_odds({"hola": 0.0}) is None


@pytest.mark.parametrize(
    "message",
    [
        "hola", "¡Hola! ¿Cómo estás?", "hola como estai", "Buenos días", "gracias, eso era, chao",
        "jajaja q buena", "quien eres tu y quien te creo", "ok, muchas gracias por la ayuda",
        "Thanks, that's all for today!", "hey, who are you?",
    ],
)  # fmt: skip
def test_a_courtesy_asks_nothing(message: str) -> None:
    assert is_courtesy(message)


@pytest.mark.parametrize(
    "message",
    ["hola, que es softmax?", "gracias! y en codigo?", "¿y?", "buena, y el gradiente", "hi-lo"],
)
def test_a_question_after_a_courtesy_is_one(message: str) -> None:
    assert not is_courtesy(message)


def test_a_courtesy_is_answered_without_search_or_model(
    retriever: Retriever, settings: Settings
) -> None:
    with Assistant(retriever, settings, model=ScriptedModel(script=[])) as assistant:
        answer = assistant.ask("hola!! como estai")
    assert answer.status == "off_topic"
    assert answer.steps == ()
    assert f"ayudante del curso {settings.course_name}" in answer.text
