from dataclasses import replace

import numpy as np
import pytest

from agent.quiz import Grade, grade_choice, grade_short
from agent.quiz.comparing import compared, one_letter_apart
from agent.quiz.grading import nearness
from agent.quiz.items import Item, short_item
from corpus import InputError
from retrieval.embedding import Vectors
from tests.agent.quiz.examples import ANSWER, SOFTMAX, TEXT, choice, short
from tests.conftest import WordsEmbedder

TOTAL = short("¿Qué entrega la softmax a partir de los logits?", "Probabilidades que suman uno")
TRICK = short("¿Para qué se busca el logit mayor?", "Para que la exponencial no se desborde")


def graded(item: Item, text: str) -> Grade:
    return grade_short(item, text, TEXT, WordsEmbedder())


def test_the_right_option_earns_everything_and_quotes_its_source() -> None:
    item = choice()
    grade = grade_choice(item, item.options.index(ANSWER))
    assert (grade.result, grade.points) == ("right", 1.0)
    assert grade.citation.quote in TEXT
    assert grade.citation.passage_id == SOFTMAX.id
    assert grade.reason == f"Correcto. Clase 4, § Softmax: «{item.why}»"


def test_another_option_earns_nothing_and_is_told_the_right_one() -> None:
    item = choice()
    chosen = item.options.index(item.wrong[0])
    grade = grade_choice(item, chosen)
    assert (grade.result, grade.points) == ("wrong", 0.0)
    assert item.wrong[0] in grade.reason
    assert ANSWER in grade.reason
    assert item.why in grade.reason


@pytest.mark.parametrize("chosen", [-1, 4])
def test_an_option_that_is_not_there_is_no_answer(chosen: int) -> None:
    with pytest.raises(InputError, match="4 opciones"):
        grade_choice(choice(), chosen)
    with pytest.raises(InputError):
        grade_choice(TOTAL, 0)


@pytest.mark.parametrize(
    ("item", "text", "result"),
    [
        (TOTAL, "probabilidades, que suman 1", "right"),
        (TOTAL, "PROBABILIDADES que sumen uno", "right"),
        (TOTAL, "probabilidaes que suman uno", "right"),  # a slip of one letter
        (TOTAL, "probabilidades", "partly"),
        (TOTAL, "probabilidades que suman dos", "wrong"),
        (TOTAL, "probabilidades que no suman uno", "wrong"),
        (TOTAL, "probabilidades que suman uno en 77 capas", "partly"),
        (TOTAL, "probabilidades que suman uno, con tasa 0,1", "right"),  # the passage says 0.1
        (TOTAL, "los logits de la softmax", "wrong"),  # only the question's words
        (TOTAL, "no sé", "wrong"),
        (TRICK, "que no se desborde la exponencial", "right"),
        (TRICK, "evitar que la exponencial se desborde", "right"),
        (TRICK, "no, para que no haya overflow de la exponencial", "right"),  # by the glossary
        (TRICK, "para que la exponencial se desborde", "wrong"),
        (TRICK, "para que haya overflow en la exponencial", "wrong"),
        (TRICK, "para que la exponencial crezca", "partly"),
    ],
)
def test_short_answers_by_hand(item: Item, text: str, result: str) -> None:
    grade = graded(item, text)
    assert grade.result == result, grade.reason
    assert grade.points == {"right": 1.0, "partly": 0.5, "wrong": 0.0}[result]
    assert grade == graded(item, text)
    assert grade.citation.quote == item.why


def test_the_share_worked_by_hand() -> None:
    # Keys of TOTAL: probabilidades, suman, 1. The first is said; no number, none other.
    said = compared(TOTAL, "probabilidades", TEXT)
    assert said.share == pytest.approx(1 / 3)
    assert (said.missing, said.missing_numbers) == (("suman",), ("uno",))
    assert said.no_number
    assert said.others == said.strange == said.opposed == ()


def test_reasons_name_what_is_missing_and_quote_the_source() -> None:
    assert graded(TOTAL, "probabilidades").reason == (
        f"Vas bien, pero a tu respuesta le falta «suman» y «uno». Clase 4, § Softmax: «{TOTAL.why}»"
    )
    assert "El número no es «dos»: es «uno»." in graded(TOTAL, "suman dos").reason
    assert "lo contrario" in graded(TOTAL, "probabilidades que no suman uno").reason
    assert "«77» no sale" in graded(TOTAL, "probabilidades que suman uno en 77 capas").reason
    english = replace(TOTAL, language="en")
    assert graded(english, "probabilidades").reason.startswith("Well on the way")


def test_being_near_in_meaning_is_measured_from_the_question() -> None:
    class Corners(WordsEmbedder):
        """The question lies at 0°, the answer at 90°, the student's text at 45°."""

        def embed_queries(self, texts: list[str]) -> Vectors:
            half = np.sqrt(0.5)
            return np.array([[1, 0], [0, 1], [half, half]], np.float32)[: len(texts)]

    assert nearness(TOTAL, "algo", Corners()) == pytest.approx(np.sqrt(0.5))
    assert nearness(TOTAL, TOTAL.answer, WordsEmbedder()) == pytest.approx(1)
    assert nearness(TOTAL, TOTAL.question, WordsEmbedder()) == 0


def test_nearness_alone_is_not_enough_to_be_right() -> None:
    class Same(WordsEmbedder):
        """Everything but the question means the same."""

        def embed_queries(self, texts: list[str]) -> Vectors:
            return np.array([[1, 0], [0, 1], [0, 1]], np.float32)

    grade = grade_short(TRICK, "palabras ajenas", TEXT, Same())
    assert grade.result == "partly"


def test_what_the_source_says_now_is_quoted_if_it_has_changed() -> None:
    now = "Otra cosa.\nLas probabilidades suman uno siempre."
    grade = grade_short(TOTAL, "probabilidades que suman uno", now, WordsEmbedder())
    assert grade.citation.quote == "Las probabilidades suman uno siempre."
    gone = grade_short(TOTAL, "probabilidades que suman uno", "", WordsEmbedder())
    assert gone.citation.quote == TOTAL.why


@pytest.mark.parametrize("text", ["  \n", "uno " * 300])
def test_no_answer_and_a_pasted_passage_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="La respuesta"):
        graded(TOTAL, text)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("gradient", "gradiente", True),
        ("gradient", "gradeint", False),
        ("gradient", "gradiant", True),
        ("gradient", "gadient", True),
        ("simetric", "asimetric", False),
        ("maximiz", "minimiz", False),
        ("aaaa", "aaa", True),
    ],
)
def test_slips_of_one_letter(one: str, other: str, apart: bool) -> None:
    assert one_letter_apart(one, other) == apart
    assert one_letter_apart(other, one) == apart


def test_an_answer_that_the_question_says_already_is_graded_by_all_its_words() -> None:
    item = short_item(SOFTMAX, "¿Se usan logits o probabilidades?", "Probabilidades")
    assert graded(item, "probabilidades").result == "right"
    assert graded(item, "pesos").result == "wrong"
