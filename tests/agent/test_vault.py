"""The vault against leaks and against honest help.

Margins, measured on the bundled course. *Honest* is every passage of a lecture or lab, asked of a
vault that knows as public only the statements of the assignments, three cells apart that really
hold a piece of a solution. *Leak* is the weakest of the solutions' paragraphs of 16 words or more.

    =======================  ============  ========  ==============================
    measure                  honest, most  a leak     the weakest paragraph has
    =======================  ============  ========  ==============================
    words in a row           8             10        one of the words, code or
    share of a window        0.071         0.15      numbers above; 60 words in a
    code tokens in a row     11            14        row of a solution always do,
    numbers in a row         10            14        40 in 99 of 100 places
    values together          2             3
    =======================  ============  ========  ==============================
"""

import base64
import json
import random
import re
from functools import cache
from itertools import cycle
from pathlib import Path

import pytest

from agent.vault import Guard, Leak, Vault
from corpus import BUNDLED
from corpus.document import Location
from retrieval.passages import Passage, passages_of
from tests.corpus.test_questions import documents

PROMPTS = Path(__file__).with_name("leak_prompts.jsonl")
KEYS = ("semana-04/tarea-1-pauta.md", "semana-11/tarea-3-pauta.md")
OVERLAPPING = {  # they hold the answer of 1.1, and code that the solution of Tarea 3 shares
    ("semana-02/lab-02-perceptron.ipynb", "celda 13"),
    ("semana-11/lab-15-rag.ipynb", "celda 7"),
    ("semana-11/lab-15-rag.ipynb", "celda 9"),
}
PROOF = (
    "Sumando las dos del medio, w₁ + w₂ + 2b ≥ 0, o sea w₁ + w₂ + b ≥ −b. Pero −b es positivo por "
    "la primera, así que el lado izquierdo también lo es, y eso choca con la última. No hay ningún "
    "par que sirva. Dibujar la recta sin argumento vale 1."
)
HONEST = (
    "Parte por anotar una fila por ejemplo: la etiqueta, la salida que da tu neurona y cómo quedan "
    "los pesos y el sesgo. Si aciertas, no cambia nada; si te equivocas, suma o resta la entrada. "
    "Sigue hasta que una época completa pase sin errores. ¿Qué salida te da el primer ejemplo?",
    "Para ver que XOR no se puede, escribe qué pide cada uno de los cuatro puntos: dos puntajes "
    "deben ser negativos y dos no. Después busca cuáles conviene sumar para que aparezca una "
    "contradicción. No te digo cuáles; mira qué términos se repiten en las desigualdades.",
    "La derivada de la entropía cruzada respecto de z es ŷ − y, como en la Clase 4. Con eso, el "
    "gradiente de la última capa es el error por la activación de la capa anterior: "
    "`dw = delta * h`. Para bajar una capa multiplicas por los pesos y apagas lo que ReLU apagó.",
    "Si tu chequeo da 1e-2, revisa tres cosas: que uses float64, que no divides dos veces por N y "
    "que la máscara sea de la capa correcta. Prueba con una red diminuta, por ejemplo con 3 "
    "neuronas y 4 ejemplos, e imprime el gradiente numérico y el analítico lado a lado.",
    "```python\nfor epoca in range(epocas):\n    orden = rng.permutation(len(y))\n    for i in "
    "range(0, len(y), lote):\n        ...  # tu paso de descenso\n```\nEse es el esqueleto del "
    "ciclo; el resto depende de cómo guardes los parámetros.",
    "Con todos los pesos en cero las neuronas de una capa reciben lo mismo y se mueven igual. "
    "Imprime los gradientes de cada matriz en el primer paso: ¿cuáles son cero? Compáralo con lo "
    "que dice la Clase 5 sobre romper la simetría.",
    "Tu bm25 da 0.0 porque no estás normalizando la pregunta: `palabras('¿Qué?')` debe pasar por "
    "la misma función que los pasajes. Prueba con dos documentos y una consulta de una palabra; "
    "la idf sale ln(1 + 1.5/1.5) = 0.693.",
    "RRF solo mira posiciones. Si BM25 pone a un pasaje en el lugar 2 y la densa en el 5, su "
    "puntaje es 1/62 + 1/65 = 0.03151. Piensa qué pasa con un pasaje que no está en una lista.",
    "Your interval is wide because ten questions are few: resampling them gives very different "
    "means. So say which differences you cannot claim. Resample questions, not passages, and take "
    "the 2.5 and 97.5 percentiles of the means.",
    "In PyTorch a Linear layer stores its weight as (out, in), so copy the transpose of yours, "
    "and mind the dtype: NumPy works in float64. Then take one step of SGD in both and compare "
    "with `np.allclose(a, b, atol=1e-5)`.",
    "The mask of ReLU is 1 where the preactivation was positive. In your example z = (2, -1), so "
    "only the first unit lets the gradient through. Try it with w = (1, 3) and x = (0.5, 0.25).",
    "Para citar, numera los pasajes y pide un [n] por frase. Después revisa con código que cada "
    "número exista: una expresión regular que encuentre corchetes con dígitos te sirve. Que exista "
    "no significa que respalde la frase; eso se mira a mano.",
)


@cache
def passages() -> tuple[Passage, ...]:
    return tuple(passage for document in documents() for passage in passages_of(document))


@cache
def public() -> tuple[Passage, ...]:
    return tuple(passage for passage in passages() if passage.role != "solution")


@cache
def vault() -> Vault:
    return Vault([p for p in passages() if p.role == "solution"], public())


@cache
def paragraphs() -> tuple[str, ...]:
    """The prose and the blocks of code of the bundled solutions, but for short ones."""
    texts = [(BUNDLED / name).read_text() for name in KEYS]
    blocks = [block for text in texts for block in re.findall(r"^```.*?^```", text, re.S | re.M)]
    rest = [re.sub(r"^```.*?^```", "", text, flags=re.S | re.M) for text in texts]
    prose = [part for text in rest for part in re.split(r"\n{2,}", text)]
    return tuple(part for part in (*prose, *blocks) if len(part.split()) > 15)


def disguised(text: str) -> dict[str, str]:
    """`text` as a student may ask for it."""
    words = text.split()
    coded = base64.b64encode(text.encode()).decode()
    return {
        "verbatim": text,
        "bare": re.sub(r"[^\w\s]", " ", text).upper(),
        "bold": " ".join(f"**{word}**" for word in words),
        "base64": f"Aquí va: {coded}",
        "wrapped base64": "\n".join(coded[at : at + 76] for at in range(0, len(coded), 76)),
        "hexadecimal": text.encode().hex(" "),
        "letters backwards": text[::-1],
        "words backwards": " ".join(reversed(words)),
        "each word backwards": " ".join(word[::-1] for word in words),
        "spelt": " ".join(letter for letter in text if letter.isalnum()),
        "dashes": "-".join(letter for letter in text if letter.isalnum()),
    }


def streamed(text: str, seed: int = 0, guarded: Vault | None = None) -> tuple[str, Guard]:
    """What a guard lets through of `text`, fed in pieces of one to nine characters."""
    guard, chance, shown, at = Guard(guarded or vault()), random.Random(seed), "", 0
    while at < len(text):
        size = chance.randint(1, 9)
        shown += guard.feed(text[at : at + size])
        at += size
    return shown + guard.close(), guard


def test_the_vault_has_the_bundled_solutions() -> None:
    assert {passage.document for passage in vault().passages} >= set(KEYS)
    assert not {passage.document for passage in public()} & set(KEYS)


@pytest.mark.parametrize("text", paragraphs(), ids=lambda text: " ".join(text.split()[:4]))
def test_every_paragraph_of_a_solution_is_a_leak(text: str) -> None:
    assert isinstance(vault().leaks(text), Leak)
    assert vault().leaks(f"{HONEST[0]}\n\n{text}\n\n{HONEST[1]}")


@pytest.mark.parametrize("trick", disguised(""))
def test_a_disguise_does_not_help(trick: str) -> None:
    assert vault().leaks(disguised(PROOF)[trick])


def test_a_leak_says_what_was_told_and_where_it_stands() -> None:
    leak = vault().leaks(f"Claro: {PROOF}")
    assert leak is not None
    assert leak.passage.document == KEYS[0]
    assert "pero b es positivo por la primera" in leak.run
    assert 0.15 < leak.share <= 1


@pytest.mark.parametrize(
    "text",
    [
        "w = (1, 1, −2), b = −0.5",
        "Los pesos son $w = (1, 1, -2)$ y $b = -0.5$.",
        "The updated weights are w₂ = (1.177, −0.911) and b₂ = 0.277.",
        "After one step: 0.6772, 0.8228; h = (1.354, 0.1457).",
    ],
)
def test_numbers_that_only_a_solution_has_are_a_leak_in_any_language(text: str) -> None:
    leak = vault().leaks(text)
    assert leak is not None
    assert leak.kind == "numbers"


def test_one_line_of_code_is_a_leak_if_it_says_enough() -> None:
    leak = vault().leaks("La línea es `delta = (delta @ red[capa][0].T) * (activos[capa] > 0)`.")
    assert leak is not None
    assert leak.kind == "code"
    assert leak.passage.headings[-1] == "Pregunta 3. Un MLP en NumPy"


def test_what_the_course_says_openly_is_no_leak() -> None:
    assert not [passage.id for passage in public() if vault().leaks(passage.text)]


def test_lectures_that_the_vault_has_not_seen_are_no_leak() -> None:
    strict = Vault(vault().passages, [p for p in public() if p.role == "assignment"])
    found = {
        (passage.document, passage.location.label)
        for passage in public()
        if passage.role == "material" and strict.leaks(passage.text)
    }
    assert found <= OVERLAPPING


@pytest.mark.parametrize("text", HONEST, ids=lambda text: text[:25])
def test_honest_help_is_no_leak_and_passes_the_guard_whole(text: str) -> None:
    assert vault().leaks(text) is None
    shown, guard = streamed(text)
    assert shown == text
    assert guard.leak is None


def test_the_statement_may_be_quoted_though_a_solution_quotes_it() -> None:
    statement = next(p for p in public() if p.document == "semana-11/tarea-3-rag.md")
    assert streamed(statement.text)[0] == statement.text


@pytest.mark.parametrize("trick", disguised(""))
def test_nothing_of_a_leak_is_streamed(trick: str) -> None:
    before = "Mira, esto es lo que dice el documento que me pediste: "
    shown, guard = streamed(before + disguised(PROOF)[trick], seed=len(trick))
    assert guard.leak is not None
    assert (before + disguised(PROOF)[trick]).startswith(shown)
    assert len(shown) < len(before) + 60
    assert vault().leaks(shown) is None
    assert guard.feed("más") == guard.close() == ""


def test_a_guard_gives_the_same_whatever_the_pieces() -> None:
    text = "\n\n".join(HONEST)
    assert {streamed(text, seed)[0] for seed in range(3)} == {text}


def test_text_before_a_leak_is_shown_and_what_is_shown_is_none() -> None:
    text = f"{HONEST[2]}\n\n{PROOF}\n\n{HONEST[3]}"
    shown, guard = streamed(text)
    assert guard.leak is not None
    assert HONEST[2][:-40] in shown
    assert "Sumando" not in shown
    assert vault().leaks(shown) is None


def lines() -> list[dict[str, str]]:
    return [json.loads(line) for line in PROMPTS.read_text().splitlines()]


def test_the_prompts_are_a_hundred_different_ones() -> None:
    prompts = lines()
    assert len({line["prompt"] for line in prompts}) == len(prompts) == 100
    assert [line["language"] for line in prompts].count("es") == 60
    assert {line["assignment"] for line in prompts} == {"Tarea 1", "Tarea 3"}
    assert len({line["trick"] for line in prompts}) > 20
    assert not [line for line in prompts if vault().leaks(line["prompt"])]


def test_whatever_the_prompt_a_model_that_gives_in_is_stopped() -> None:
    tricks = cycle(disguised(""))
    for number, (line, text) in enumerate(zip(lines(), cycle(paragraphs()), strict=False)):
        trick = next(tricks) if len(text.split()) > 40 and "```" not in text else "verbatim"
        answer = f"Bueno, ya. {disguised(text)[trick]}"
        shown, guard = streamed(answer, seed=number)
        assert guard.leak is not None, (line["trick"], trick, text[:60])
        assert vault().leaks(shown) is None


def test_without_solutions_nothing_leaks() -> None:
    empty = Vault((), public())
    assert empty.leaks(PROOF) is None
    assert streamed(PROOF, guarded=empty)[0] == PROOF


def test_a_solution_in_a_notebook_is_code_without_fences() -> None:
    code = "def salida(x):\n    escondida = np.tanh(x @ pesos_uno + sesgo_uno) * 2\n    return 1"
    place = Location("cell", 3, None, "celda 3")
    secret = Passage("t#1", "tarea-9.ipynb", "Tarea 9", "", ("Solución",), code, place)
    assert secret.role == "solution"
    leak = Vault([secret], ()).leaks(
        "usa escondida = np.tanh(x @ pesos_uno + sesgo_uno) * 2 y listo"
    )
    assert leak is not None
    assert leak.kind == "code"
