import math

import pytest

from agent.answering import log_odds
from agent.scope import Model, features, judged
from retrieval import Retriever


def test_known_words_count_by_rarity_under_any_name(retriever: Retriever) -> None:
    lexical = retriever.index.lexical
    question = "softmax, logits y probabilidades"
    _, lead, known = features(question, retriever.search(question, 10), lexical)
    assert known == 1
    assert lead > 0
    strange = "softmax, sopaipillas y almacén"
    assert 0 < features(strange, retriever.search(strange, 10), lexical)[2] < 0.6
    assert features(question, [], lexical) == (0, 0, 0)


def test_a_probability_is_logistic() -> None:
    assert Model((2.0,), -1.0).probability([0.5]) == 0.5
    assert Model((2.0,), -1.0).probability([1.0]) == pytest.approx(1 / (1 + math.exp(-1)))


def test_a_stranger_is_less_probable_and_the_floor_decides(retriever: Retriever) -> None:
    lexical = retriever.index.lexical

    def probability(question: str, opinion: float | None = None) -> float:
        return judged(question, retriever.search(question, 10), lexical, 0.5, opinion).probability

    fits, stranger = "¿Qué hace softmax con los logits?", "¿Cuánta harina lleva la sopaipilla?"
    assert probability(fits) > probability(stranger)
    assert probability(fits, 5.0) > probability(fits, -5.0)
    results = retriever.search(fits, 10)
    assert judged(fits, results, lexical, 0.0).status == "answered"
    assert judged(fits, results, lexical, 1.0).status != "answered"


def test_the_odds_of_yes_come_from_the_likeliest_tokens() -> None:
    half = {"Sí": math.log(0.5), "No": math.log(0.25), " no": math.log(0.25)}
    assert log_odds(half) == pytest.approx(0)
    assert log_odds({"yes": math.log(0.9), "no": math.log(0.09)}) == pytest.approx(math.log(10))
    assert log_odds({"hola": 0.0}) is None
