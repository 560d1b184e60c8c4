"""Filters, facets, and what a question asks for by itself."""

import time
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Location
from corpus.programme import ties
from corpus.reading import SUFFIXES
from retrieval import Retriever
from retrieval.asking import NOUNS, asked
from retrieval.filters import (
    CODE,
    KINDS,
    Filter,
    facets,
    kind_of,
    place_of,
    preferred,
    rows,
)
from retrieval.passages import Passage
from retrieval.retriever import MAX_QUESTION

NAMES = (
    "Slides/1_Introduccion.pdf",
    "Slides/12_SequenceModels.pdf",
    "Labs/Lab12_NMT.ipynb",
    "Labs/LabExtra_YOLO.ipynb",
    "semana-02/clase-02-perceptron.pdf",
    "semana-02/lab-02-perceptron.ipynb",
    "semana-03/clase-04-softmax.md",
    "semana-03/clase-05-optimizadores.md",
    "semana-04/tarea-1-mlp.docx",
    "semana-05/clase-07-cnn.pdf",
    "semana-05/lab-07-cnn.ipynb",
    "semana-08/clase-12-transformers.vtt",
    "semana-14/lora_minimo.py",
    "homeworks/hw2.ipynb",
    "programa.md",
)


def course_of(names: tuple[str, ...]) -> list[Passage]:
    """Two passages for each document, the second in English; PDFs are decks."""
    found = ties(names, [], [("12_SequenceModels.pdf", "Lab12_NMT.ipynb")])
    passages = []
    for name, tie in found.items():
        deck = name.endswith(".pdf")
        for number, language in enumerate(("es", "en"), start=1):
            place = Location("page" if deck else "section", number, None, f"§ {number}")
            if deck:
                place = replace(place, label=f"láminas {number}–{number + 1} (OCR)")
            passages.append(
                Passage(
                    id=f"{name}#{number}",
                    document=name,
                    title="",
                    called=tie.called,
                    headings=(),
                    text="texto",
                    location=place,
                    language=language,
                    week=tie.week,
                    related=tie.related,
                )
            )
    return passages


PASSAGES = course_of(NAMES)
THERE = facets(PASSAGES)


def one(name: str) -> Passage:
    return next(passage for passage in PASSAGES if passage.document == name)


def accepted(filter: Filter) -> set[str]:
    return {passage.document for passage in PASSAGES if filter.accepts(passage)}


def numbers(*found: int) -> frozenset[int]:
    return frozenset(found)


# What a document is


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Slides/1_Introduccion.pdf", "slide"),
        ("semana-03/clase-04-softmax.md", "notes"),
        ("Labs/Lab12_NMT.ipynb", "lab"),
        ("Labs/LabExtra_YOLO.ipynb", "lab"),
        ("semana-04/tarea-1-mlp.docx", "assignment"),
        ("homeworks/hw2.ipynb", "assignment"),
        ("semana-08/clase-12-transformers.vtt", "transcript"),
        ("semana-14/lora_minimo.py", "code"),
        ("programa.md", "course"),
    ],
)
def test_the_kind_of_a_document_is_told_from_its_name_and_its_places(name: str, kind: str) -> None:
    assert kind_of(one(name)) == kind


def test_a_page_taller_than_wide_is_no_slide() -> None:
    upright = Location("page", 3, None, "página 3")
    assert kind_of(replace(one("Slides/1_Introduccion.pdf"), location=upright)) == "notes"


def test_a_word_that_only_begins_like_a_kind_is_none() -> None:
    for name in ("programacion-dinamica.md", "enunciados_logicos_hwang.md", "calendarizar.md"):
        kind = kind_of(replace(one("programa.md"), document=name))
        assert kind == ("assignment" if name.startswith("enunciados_") else "notes")


def in_course(passage: Passage) -> tuple[list[int], list[int]]:
    place = place_of(passage)
    return list(place.classes), list(place.labs)


def test_a_lab_belongs_to_its_class_and_a_class_not_to_its_lab() -> None:
    lab, deck = one("Labs/Lab12_NMT.ipynb"), one("Slides/12_SequenceModels.pdf")
    assert in_course(lab) == ([12], [12])
    assert in_course(deck) == ([12], [])
    assert deck.related == ("Lab 12",)
    assert in_course(one("programa.md")) == ([], [])


def test_a_name_may_say_both_a_class_and_a_lab() -> None:
    both = replace(one("programa.md"), document="clase-3/lab-8.md", called="Lab 8")
    assert in_course(both) == ([3], [8])


def test_code_is_every_suffix_that_the_source_reader_reads() -> None:
    assert {suffix for suffix, reader in SUFFIXES.items() if reader == "source"} == CODE


# Filters


def test_an_empty_filter_accepts_everything_and_prefers_nothing() -> None:
    assert Filter().none
    assert rows(Filter(), PASSAGES).all()
    assert not preferred(Filter(), PASSAGES).any()
    assert len(rows(Filter(), [])) == 0
    assert not Filter(weeks=numbers(3)).none


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (Filter(weeks=numbers(3)), set(NAMES[6:8])),
        (Filter(classes=numbers(7)), set(NAMES[9:11])),
        (Filter(labs=numbers(7)), {NAMES[10]}),
        (Filter(labs=numbers(7), weeks=numbers(3)), set()),
        (Filter(classes=numbers(5), labs=numbers(2)), {NAMES[7], NAMES[5]}),
        (Filter(classes=numbers(7), kinds=frozenset({"slide"})), {NAMES[9]}),
        (Filter(assignments=numbers(1, 2)), {NAMES[8], NAMES[13]}),
        (Filter(documents=frozenset({"PERCEPTRÓN"})), set(NAMES[4:6])),
        (Filter(documents=frozenset({"lora", "programa"})), {NAMES[12], NAMES[14]}),
        (Filter(kinds=frozenset({"code", "transcript"})), {NAMES[11], NAMES[12]}),
    ],
)
def test_fields_narrow_one_another_but_for_numbers_of_the_same_thing(
    filter: Filter, expected: set[str]
) -> None:
    assert accepted(filter) == expected


def test_languages_are_of_passages() -> None:
    mask = rows(Filter(languages=frozenset({"en"})), PASSAGES)
    assert [p.language == "en" for p in PASSAGES] == mask.tolist()


def test_slides_of_a_class_that_has_only_notes_are_its_notes() -> None:
    asking = asked("en las láminas de la clase 4", THERE)
    assert asking == Filter(kinds=frozenset({"slide"}), classes=numbers(4))
    assert not rows(asking, PASSAGES).any()
    mask = preferred(asking, PASSAGES)
    assert {p.document for p, kept in zip(PASSAGES, mask, strict=True) if kept} == {NAMES[6]}


def test_a_facet_counts_what_its_filter_accepts() -> None:
    for field, values in THERE.items():
        assert values, field
        for value, count in values.items():
            mask = rows(Filter(**{field: frozenset({value})}), PASSAGES)  # type: ignore[arg-type]
            assert mask.sum() == count, (field, value)


def test_facets_are_in_order_and_of_known_kinds() -> None:
    assert list(THERE["classes"]) == [1, 2, 4, 5, 7, 12]
    assert list(THERE["weeks"]) == [2, 3, 4, 5, 8, 14]
    assert list(THERE["labs"]) == [2, 7, 12]
    assert list(THERE["kinds"]) == list(KINDS)
    assert all(not values for values in facets([]).values())


filters = st.builds(
    Filter,
    kinds=st.frozensets(st.sampled_from([*KINDS, "none"]), max_size=2),
    weeks=st.frozensets(st.integers(1, 9), max_size=2),
    classes=st.frozensets(st.integers(1, 13), max_size=2),
    labs=st.frozensets(st.integers(1, 13), max_size=2),
    documents=st.frozensets(st.sampled_from(["lab", "clase", "SEMANA-03", "zz"]), max_size=1),
    languages=st.frozensets(st.sampled_from(["es", "en"]), max_size=1),
)


@given(filters)
def test_the_mask_is_what_the_filter_accepts(filter: Filter) -> None:
    mask = rows(filter, PASSAGES)
    assert mask.dtype == bool
    assert mask.tolist() == [filter.accepts(passage) for passage in PASSAGES]


@given(filters, st.sampled_from(["kinds", "weeks", "documents", "languages"]))
def test_asking_for_less_accepts_no_less(filter: Filter, field: str) -> None:
    wider = replace(filter, **{field: frozenset()})
    assert not (rows(filter, PASSAGES) & ~rows(wider, PASSAGES)).any()


# What a question asks for


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("¿qué se hace en el lab 12?", Filter(labs=numbers(12))),
        ("que pide lab12", Filter(labs=numbers(12))),
        ("lab_07 no me corre", Filter(labs=numbers(7))),
        ("en el laboratorio dos, ¿qué es epochs?", Filter(labs=numbers(2))),
        ("what do we train in lab 12", Filter(labs=numbers(12))),
        ("en el notebook 7", Filter(labs=numbers(7))),
        ("el segundo lab", Filter(labs=numbers(2))),
        ("labs 2 y 7", Filter(labs=numbers(2, 7))),
        ("¿qué vimos en la clase 7?", Filter(classes=numbers(7))),
        ("clase 5", Filter(classes=numbers(5))),
        ("CLASE N° 7", Filter(classes=numbers(7))),
        ("clase nº7", Filter(classes=numbers(7))),
        ("clase numero 7 pooling", Filter(classes=numbers(7))),
        ("clase-07", Filter(classes=numbers(7))),
        ("lecture 5 momentum", Filter(classes=numbers(5))),
        ("sesion 4", Filter(classes=numbers(4))),
        ("en la primera clase", Filter(classes=numbers(1))),
        ("la 5ta clase", Filter(classes=numbers(5))),
        ("clases 4, 5 y 7", Filter(classes=numbers(4, 5, 7))),
        ("resumen clases 4 a la 7", Filter(classes=numbers(4, 5, 7))),
        ("en la clase 5 y la 7", Filter(classes=numbers(5, 7))),
        ("la clase 5 y 7 capas", Filter(classes=numbers(5))),
        ("clase 4 y 5", Filter(classes=numbers(4, 5))),
        ("lab 2 a 7?", Filter(labs=numbers(2, 7))),
        ("tarea 1-2", Filter(assignments=numbers(1))),
        ("¿por qué la neurona 3 de la clase 7…?", Filter(classes=numbers(7))),
        ("clase 5 y lab 2", Filter(classes=numbers(5), labs=numbers(2))),
        ("la fórmula de softmax de la clase 4", Filter(classes=numbers(4))),
        ("semana 4", Filter(weeks=numbers(4))),
        ("week 3 topics", Filter(weeks=numbers(3))),
        ("cómo se evalúa la tarea 1", Filter(assignments=numbers(1))),
        ("tarea1", Filter(assignments=numbers(1))),
        ("homework 2 deadline", Filter(assignments=numbers(2))),
        ("hw2", Filter(assignments=numbers(2))),
        ("en las láminas de convoluciones", Filter(kinds=frozenset({"slide"}))),
        ("en las diapos de cnn", Filter(kinds=frozenset({"slide"}))),
        ("in the slides about CNNs", Filter(kinds=frozenset({"slide"}))),
        ("lámina 5 de la clase 7", Filter(kinds=frozenset({"slide"}), classes=numbers(7))),
        ("en el notebook de rnn", Filter(kinds=frozenset({"lab"}))),
        ("en el lab de la clase 7", Filter(kinds=frozenset({"lab"}), classes=numbers(7))),
        ("según los apuntes", Filter(kinds=frozenset({"notes"}))),
        ("en el código de atención", Filter(kinds=frozenset({"code", "lab"}))),
        ("qué dice lora_minimo.py", Filter(documents=frozenset({NAMES[12]}))),
    ],
)
def test_a_question_asks_for_a_place_of_the_course(question: str, expected: Filter) -> None:
    assert asked(question, THERE) == expected
    assert asked(unaccented(question), THERE) == expected
    assert asked(question.upper(), THERE) == expected


@pytest.mark.parametrize(
    "question",
    [
        "¿qué es softmax?",
        "en el lab 99",
        "clase 3",  # the course of this test has none
        "C7",
        "lab 123",
        "clase 2.5",
        "el 7 % de la clase",
        "10 clases",
        "un clasificador de 2 clases",
        "lo vimos en clase 5 veces",
        "en 4 semanas",
        "subclase 4",
        "¿por qué la clase 1 positiva tiene bajo recall?",
        "si predice la clase 1 y es clase 2",
        "clase 0 y clase 1",
        "clases 1 y 0",
        "la probabilidad de la clase 2",
        "el logit de clase 4 con softmax",
        "90% de los ejemplos de la clase 1, desbalance",
        "recall en la clase 1",
        "el perceptrón separa clase 1 y clase -1",
        "clase -1",
        "puntos que pertenecen a la clase 2",
        "P(clase 1 | x) con etiquetas 1 y 2",
        "una matriz de confusión con clase 1 y clase 2",
        "clase 2 del perceptrón",
        "the probability of class 2",
        "is class 1 the majority class?",
        "si la salida de la clase 2 es 0.7",
        "la clase correcta es la clase 4",
        "clase 1: gato, clase 2: perro",
        "IoU para la clase 4",
        "olvido catastrófico entre la tarea 1 y la tarea 2",
        "en la tarea de traducción",
        "¿cuántas épocas?",
        "labels 2",
        "",
    ],
)
def test_a_number_that_is_no_place_of_the_course_asks_for_nothing(question: str) -> None:
    assert asked(question, THERE) == Filter()
    assert asked(unaccented(question), THERE) == Filter()


@pytest.mark.parametrize(
    "question",
    [
        "en la clase 7, ¿cómo se define el recall?",
        "vimos la clase 7 y no entendí por qué la clase 0 es negativa",
        "clasificación con cnn, láminas de la clase 7",
        "what is precision, in class 7",
    ],
)
def test_a_clue_of_place_is_believed_among_labels(question: str) -> None:
    assert asked(question, THERE).classes == numbers(7)


words = st.lists(
    st.one_of(
        st.sampled_from([*NOUNS, "en la", "de la", "y", "a", "-", "n°", "láminas de", "clase 0"]),
        st.integers(0, 120).map(str),
        st.text(max_size=4),
    ),
    max_size=8,
)


@given(words, st.sampled_from(["", " "]))
def test_nothing_is_asked_for_that_the_course_does_not_have(words: list[str], by: str) -> None:
    found = asked(by.join(words), THERE)
    for field, values in THERE.items():
        assert getattr(found, field) <= values.keys()
    assert asked(by.join(words), facets([])).none


def test_the_longest_question_is_understood_at_once() -> None:
    start = time.process_time()
    for words in (
        "clase 1 y la ",
        "clases 1, ",
        "de la ",
        "láminas de ",
        "en la clase -1 o ",
        " .",
    ):
        asked((words * MAX_QUESTION)[:MAX_QUESTION], THERE)
    assert time.process_time() - start < 2


# In the retriever


def test_a_search_within_a_filter_keeps_its_order_and_fills_its_places(
    retriever: Retriever,
) -> None:
    everything = retriever.search("softmax perceptrón logits", k=retriever.size)
    within = Filter(labs=numbers(2))
    expected = [r.passage.id for r in everything if within.accepts(r.passage)]
    assert 0 < len(expected) < len(everything)
    found = retriever.search("softmax perceptrón logits", k=2, within=within)
    assert [r.passage.id for r in found] == expected[:2]
    assert [r.rank for r in found] == list(range(1, len(found) + 1))
    assert retriever.search("softmax", k=3, within=Filter()) == retriever.search("softmax", k=3)
    assert retriever.search("softmax", within=Filter(weeks=numbers(99))) == []


def unaccented(text: str) -> str:
    marks = unicodedata.normalize("NFD", text)
    return "".join(mark for mark in marks if not unicodedata.combining(mark))
