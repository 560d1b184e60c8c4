import pytest

from agent.conversations import Turn
from agent.follow_up import follows, standalone, wants_more

SOFTMAX = Turn(1, "¿Qué hace la función softmax con los logits?", "…")
WHY = Turn(2, "¿y por qué?", "…")


@pytest.mark.parametrize(
    "question",
    [
        "¿y por qué?",
        "ok, pero ¿por qué eso deja de valer cuando el paso es grande?",
        "dame un ejemplo en código",
        "no caché",
        "entonces qué columna le agrego",
        "and why does it help?",
        "con más detalle porfa",
        "¿cuánto vale?",
        "cual conviene mas",
        "which is better?",
        "en que clase sale",
        "y que es eso de la capa oculta",
        "xq?",
        "no caxo na",
        "sigue",
        "can you elaborate",
        "¿y cuál es la diferencia?",
    ],
)
def test_a_follow_up_is_told(question: str) -> None:
    assert follows(question)


@pytest.mark.parametrize(
    "question",
    [
        "¿Por qué se divide por la raíz de d en la atención?",
        "xq el perceptron no puede con el xor?",
        "que es dropout?",
        "cuando es el control 2?",
        "como calculo el f1",
        "cuando es la clase 5",
        "y cuando es el control 2?",
        "ok, ¿y qué es dropout?",
        "Y ¿qué es dropout?",
        "what is attention?",
        "How does dropout change the expected activation at test time?",
        "y = Wx + b, ¿qué forma tiene W si x tiene 10 componentes?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert not follows(question)
    assert standalone(question, [SOFTMAX]) == question


def test_a_follow_up_is_searched_with_the_last_question_that_stands_alone() -> None:
    asked = standalone("¿y en código?", [SOFTMAX, WHY])
    assert asked == f"{SOFTMAX.question} ¿y en código?"
    assert standalone("¿y en código?", []) == "¿y en código?"


def test_more_detail_is_asked_for() -> None:
    assert wants_more("explica con más detalle")
    assert not wants_more("¿Qué detalles tiene la arquitectura de la red convolucional de LeCun?")


def test_thanks_are_nothing_that_a_question_follows() -> None:
    history = [SOFTMAX, Turn(2, "genial, gracias", "De nada.")]
    assert standalone("¿y por qué?", history) == f"{SOFTMAX.question} ¿y por qué?"
    assert standalone("¿y por qué?", history[1:]) == "¿y por qué?"
