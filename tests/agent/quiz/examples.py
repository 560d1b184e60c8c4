"""A passage and items about it that pass every check."""

from agent.quiz.items import Item, choice_item, short_item
from corpus.document import Location
from retrieval.passages import Passage

TEXT = (
    "La función softmax convierte los logits en probabilidades que suman uno.\n\n"
    "Se resta el máximo de los logits para que la exponencial no se desborde. "
    "En el ejemplo la tasa es 0.1 durante 60.000 pasos."
)
SOFTMAX = Passage(
    id="semana-03/clase-04.md#abc",
    document="semana-03/clase-04.md",
    title="Softmax",
    called="Clase 4",
    headings=("Softmax",),
    text=TEXT,
    location=Location("section", 2, None, "§ Softmax"),
    week=3,
)
QUESTION = "¿Qué truco usan las bibliotecas contra el overflow?"
ANSWER = "Restar el máximo de los logits"
WRONG = ("Dividir cada peso por dos", "Sumar ruido a cada entrada", "Ordenar las filas del lote")


def choice(question: str = QUESTION, answer: str = ANSWER, wrong: tuple[str, ...] = WRONG) -> Item:
    return choice_item(SOFTMAX, question, answer, wrong)


def short(question: str, answer: str) -> Item:
    return short_item(SOFTMAX, question, answer)
