from dataclasses import replace

import pytest

from corpus.document import Location
from retrieval import Passage, SearchResult
from retrieval.lexical import tokens
from ui.page.shelf import EXCERPT, KIND_NAMES, TEXTS, excerpt, results, shelf
from ui.page.site import speaker

SAY, NAME = speaker(TEXTS, "es"), speaker(KIND_NAMES, "es")


def asked(question: str) -> frozenset[str]:
    return frozenset(tokens(question))


def passage(document: str, title: str, called: str, week: int | None) -> Passage:
    place = Location("section", 1, None, "§ Uno")
    return Passage(f"{document}#1", document, title, called, (), "Texto.", place, week=week)


@pytest.mark.parametrize(
    ("text", "question", "marked"),
    [
        ("Una función.", "FUNCION una", "Una <mark>función</mark>."),
        ("Redes <b>", "red b", "<mark>Redes</mark> &lt;<mark>b</mark>&gt;"),
        ("a\n\n  b", "nada", "a b"),
        ("# Una\n**dos** `tres` $y$\n$$x$$\n```py\na*b\n```", "", "Una dos tres y a*b"),
        ("Un año y un ano.", "año", "Un <mark>año</mark> y un ano."),
    ],
)
def test_the_words_asked_for_are_marked_and_the_rest_is_data(
    text: str, question: str, marked: str
) -> None:
    assert excerpt(text, asked(question)) == marked


def test_an_excerpt_is_the_stretch_that_says_most_of_what_was_asked() -> None:
    text = f"softmax {'relleno ' * 100} el softmax de los logits {'relleno ' * 100}"
    found = excerpt(text, asked("softmax logits"))
    assert "el <mark>softmax</mark> de los <mark>logits</mark>" in found
    assert found.startswith("…")
    assert found.endswith("…")
    plain = found.replace("<mark>", "").replace("</mark>", "")
    assert len(plain) <= EXCERPT + 2


def test_a_word_without_end_is_cut() -> None:
    assert len(excerpt("x" * 5_000, frozenset())) <= EXCERPT + 1


def test_weeks_are_in_order_and_the_unknown_one_is_last() -> None:
    course = [
        passage("programa.md", "Programa", "", None),
        passage("b.md", "Clase 10: RNN", "Clase 10", 10),
        passage("a.md", "Clase 2: Perceptrón", "Clase 2", 2),
        passage("a.ipynb", "Laboratorio 2: Perceptrón desde cero", "Lab 2", 2),
        passage("a.vtt", "Transcripción", "Clase 2", 2),
    ]
    html = shelf(course, SAY, NAME, unfolded=False)
    assert '<span class="count">Clase 2 · Perceptrón — Lab 2 · Perceptrón desde cero</span>' in html
    places = [html.index(said) for said in ("Semana 2", "Semana 10", "Sin semana")]
    assert places == sorted(places)
    assert ">Clase 2 · Perceptrón</a>" in html
    assert "Programa del curso" in html


def test_only_a_page_has_a_picture() -> None:
    notes = passage("a.md", "Notas", "", None)
    page = replace(notes, id="a.pdf#1", location=Location("page", 3, None, "lámina 3"))
    html = results([SearchResult(1, 1.0, notes), SearchResult(2, 0.9, page)], "texto", SAY)
    assert html.count("<img") == 1
    assert 'src="/vista?pasaje=a.pdf%231"' in html
    assert "2 lugares" in html


def test_a_search_without_results_says_what_to_try() -> None:
    assert "Prueba con menos filtros" in results([], "texto", SAY)
