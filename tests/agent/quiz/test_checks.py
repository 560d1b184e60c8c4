import json
from dataclasses import replace

import pytest

from agent.prompts import prompt
from agent.quiz import Item, choice_item, faults, short_item
from agent.quiz.checks import CHECKS
from agent.quiz.items import accepts
from agent.quiz.wording import avoided, denied, evidence, held, numbers, words
from corpus.document import Location
from retrieval import Filter, Retriever
from retrieval.passages import Passage
from tests.agent.quiz.examples import ANSWER, QUESTION, SOFTMAX, TEXT, WRONG, choice, short

LONG = (
    "La red profunda aprende filtros, bordes, texturas, partes, objetos, escenas, colores, formas, "
    "sombras, contornos, esquinas, rayas, puntos, manchas, curvas, letras, ruedas y caras humanas."
)
BAD = {
    "shape": choice(wrong=WRONG[:2]),
    "asks": choice(question="El truco que usan las bibliotecas contra el overflow"),
    "stands_alone": choice(question="¿Qué truco contra el overflow nombra la lámina?"),
    "own_words": choice(
        question="¿Con qué truco la función softmax convierte los logits en probabilidades?"
    ),
    "keeps_the_answer": choice(question="¿Ayuda restar el máximo contra el overflow?"),
    "answer_supported": choice(answer="Restar el máximo del tensor"),
    "why_supports": replace(choice(), why="Se resta el máximo de los logits."),
    "distinct": choice(wrong=(WRONG[0], "dividir  cada peso por 2.", WRONG[2])),
    "alone_supported": choice(wrong=("Que la exponencial se desborde", *WRONG[:2])),
    "alike": choice(wrong=("Dividir por dos", "Sumar ruido", "Ordenar filas")),
    "no_catch_all": choice(wrong=("Todas las anteriores", *WRONG[:2])),
}


@pytest.mark.parametrize("check", BAD)
def test_each_check_refuses_what_the_others_let_through(check: str) -> None:
    assert faults(BAD[check], SOFTMAX) == (check,)


def test_an_answer_too_long_is_refused() -> None:
    passage = replace(SOFTMAX, text=LONG)
    item = short_item(passage, "¿Qué se encuentra en sus capas?", LONG)
    assert faults(item, passage) == ("brief",)


def test_no_check_is_without_a_case() -> None:
    assert {*BAD, "brief"} == {check.__name__ for check in CHECKS}


def test_good_items_pass() -> None:
    assert faults(choice(), SOFTMAX) == ()
    assert faults(short("¿Cuánto da el total de lo que entrega?", "Suman uno"), SOFTMAX) == ()


def test_a_number_that_the_passage_does_not_say_is_refused() -> None:
    right = choice(question="¿Cuánto dura el entrenamiento?", answer="60000 pasos")
    assert "answer_supported" not in faults(right, SOFTMAX)
    wrong = choice(question="¿Cuánto dura el entrenamiento?", answer="50000 pasos")
    assert "answer_supported" in faults(wrong, SOFTMAX)


def test_a_number_of_the_same_sentence_is_no_worse_supported_than_the_right_one() -> None:
    question = "¿Qué tasa se usa al entrenar?"
    near = choice(question=question, answer="0.1", wrong=("60.000", "0.7", "0.9"))
    assert faults(near, SOFTMAX) == ("alone_supported",)
    far = choice(question=question, answer="0.1", wrong=("0.5", "0.7", "0.9"))
    assert faults(far, SOFTMAX) == ()


@pytest.mark.parametrize(
    "option", ["Ninguna de las anteriores", "Ambas son correctas", "A y B", "None of the above"]
)
def test_options_that_speak_of_the_others_are_refused(option: str) -> None:
    assert "no_catch_all" in faults(choice(wrong=(option, *WRONG[:2])), SOFTMAX)


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("¿Qué dice el pasaje de los pesos?", False),
        ("Según el texto, ¿qué se divide?", False),
        ("¿Qué hace este código?", False),
        ("¿Qué capa sigue a la anterior en una RNN?", True),
        ("¿Para qué se corta la imagen en parches?", True),
        ("¿Qué guarda la celda de una LSTM?", True),
    ],
)
def test_words_of_the_field_are_told_from_what_refers_elsewhere(question: str, alone: bool) -> None:
    assert ("stands_alone" not in faults(choice(question=question), SOFTMAX)) == alone


@pytest.mark.parametrize(("name", "kind"), [("quiz", "choice"), ("quiz_short", "short")])
def test_the_worked_example_of_a_prompt_is_a_good_item(name: str, kind: str) -> None:
    *_, text, said = prompt(name).splitlines()
    passage = replace(SOFTMAX, text=text, headings=("Regularización", "Dropout"))
    question, answer, *wrong = json.loads(said).values()
    made = (
        choice_item(passage, question, answer, wrong)
        if kind == "choice"
        else short_item(passage, question, answer)
    )
    assert faults(made, passage) == ()


def test_why_is_the_sentence_of_the_passage_that_holds_the_answer() -> None:
    assert choice().why == (
        "Se resta el máximo de los logits para que la exponencial no se desborde."
    )
    assert choice(answer="Una respuesta ajena").why == ""


def test_an_item_is_made_alike_every_time_and_survives_json() -> None:
    item = choice()
    assert item == choice()
    assert item.options[item.right or 0] == ANSWER
    assert sorted(item.wrong) == sorted(WRONG)
    assert Item.from_dict(json.loads(json.dumps(item.to_dict()))) == item
    assert (item.class_label, item.week, item.label) == ("Clase 4", 3, "Clase 4, § Softmax")
    assert choice_item(SOFTMAX, QUESTION, ANSWER, WRONG, seed=1).id == item.id
    assert short(QUESTION, ANSWER).id != item.id


def test_an_item_is_accepted_by_the_filters_that_accept_its_passage(retriever: Retriever) -> None:
    lab = Passage(
        "labs/lab-05.ipynb#1", "labs/lab-05.ipynb", "Lab", "Lab 5", (), TEXT,
        Location("cell", 3, None, "celda 3"), "en", 4, ("Clase 6",),
    )  # fmt: skip
    filters = [
        Filter(),
        Filter(classes=frozenset({4})),
        Filter(classes=frozenset({6}), labs=frozenset({9})),
        Filter(labs=frozenset({2, 5})),
        Filter(kinds=frozenset({"lab"})),
        Filter(weeks=frozenset({3})),
        Filter(languages=frozenset({"en"})),
        Filter(documents=frozenset({"clase"})),
        Filter(assignments=frozenset({1})),
    ]
    for passage in (SOFTMAX, lab, *retriever.index.passages):
        item = short_item(passage, QUESTION, ANSWER)
        for within in filters:
            assert accepts(within, item) == within.accepts(passage), (within, passage)


def test_numbers_are_told_by_their_value() -> None:
    said = numbers("de 60.000 a 524 800 pasos, 98,9 %, −1 o 1e-3, 3x3, dos; conv2d, uno de los L2")
    assert list(said) == [60000, 524800, 98.9, -1, 0.001, 3, 2]
    assert said[98.9] == "98,9"
    assert list(words("conv2d usa L2 con 3 filtros y dos capas")) == [
        "conv2d", "usa", "l2", "filtr", "cap",
    ]  # fmt: skip


def test_a_concept_is_held_under_its_name_in_the_other_language() -> None:
    assert held(words("el sobreajuste crece"), set(words("overfitting"))) == {"sobreajust"}
    assert held(words("paso de aprendizaje"), {"lr"}) == {"pas", "aprendizaj"}
    assert held(words("paso de aprendizaje"), {"size"}) == set()


def test_what_a_denial_reaches_ends_with_its_clause() -> None:
    assert denied("no suma uno, pero converge") == {"sum"}
    assert denied("no solo converge") == set()
    assert denied("it doesn't overflow") == {"overflow"}
    assert avoided("evita que se desborde") == {"desbord"}


def test_evidence_worked_by_hand() -> None:
    # Both words and the number; of the question one word (“tasa”) of two.
    said = "La tasa del ejemplo es 0.1 por época."
    assert evidence("0.1 por época", "¿Qué tasa inicial?", said) == 1 + 0.5 * 0.5
    assert evidence("0.2 por época", "¿Qué tasa inicial?", said) == 0
    assert evidence("el gradiente", "¿Qué tasa inicial?", said) == 0
