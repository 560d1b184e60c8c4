"""Which documents and sections are assignments, and which are their solutions."""

import json
from typing import Any

import pytest

from corpus import BUNDLED, find_files
from corpus.readers import notebook
from corpus.roles import Role, role_of


@pytest.mark.parametrize(
    ("name", "title", "role"),
    [
        ("semana-04/tarea-1-perceptron.docx", "Del perceptrón al MLP", "assignment"),
        ("homeworks/hw2.ipynb", "CNN", "assignment"),
        ("Assignment2/datos.csv.md", "Datos", "assignment"),
        ("controles/c1.pdf", "C1", "assignment"),
        ("control-1.pdf", "Primer control", "assignment"),
        ("x.pdf", "Control 2", "assignment"),
        ("control-optimo.pdf", "Control óptimo", "material"),
        ("clase-12-transformers.md", "Clase 12: Transformers", "material"),
        ("semana-02/lab-02.ipynb", "Laboratorio 2", "material"),
        ("semana-04/tarea-1-pauta.md", "Tarea 1", "solution"),
        ("tareas/Tarea1_solucion.ipynb", "Tarea 1", "solution"),
        ("SolucionTarea2.ipynb", "Tarea 2", "solution"),
        ("HW1Solutions.pdf", "", "solution"),
        ("hw1_sol.pdf", "", "solution"),
        ("soluciones/mlp.md", "Un MLP", "solution"),
        ("Soluciones/Semana 3/mlp.md", "Un MLP", "solution"),
        ("t1/respuestas.md", "T1", "solution"),
        ("pauta-c1.pdf", "", "solution"),
        ("control-1-resuelto.pdf", "", "solution"),
        ("Answer key.pdf", "", "solution"),
        ("tarea-4-con-solucion.pdf", "Tarea 4", "solution"),
        ("x.pdf", "Pauta Control 2", "solution"),
        ("x.pdf", "Homework 3: solutions", "solution"),
        ("clase-3.md", "Soluciones a los ejercicios", "solution"),
        ("tarea-4-sin-solucion.pdf", "Tarea 4", "assignment"),
        ("tarea-2-sistema-de-respuestas.md", "Tarea 2: sistema de respuestas", "assignment"),
        ("clase-07-soluciones-al-desvanecimiento.md", "Clase 7", "material"),
        ("faq.html", "Preguntas y respuestas", "material"),
        ("preguntas-y-respuestas.md", "", "material"),
        ("pauta-de-evaluacion.md", "Pauta de evaluación", "material"),
        ("the-answer-is-attention.pdf", "The answer is attention", "material"),
    ],
)
def test_a_document_is_told_by_its_path_and_its_title(name: str, title: str, role: Role) -> None:
    assert role_of(name, title, ()) == role


@pytest.mark.parametrize(
    ("headings", "role"),
    [
        (("Pregunta 1",), "assignment"),
        (("Pregunta 1", "Solución"), "solution"),
        (("Pregunta 1", "Solución", "Caso general"), "solution"),
        (("Respuesta esperada",), "solution"),
        (("Pregunta 2 (solución)",), "solution"),
        (("1. Respuesta: el gradiente",), "solution"),
        (("Pauta",), "solution"),
        (("Pauta de corrección",), "solution"),
        (("Pauta de evaluación",), "assignment"),
        (("Formato de la respuesta",), "assignment"),
        (("Entrega de soluciones",), "assignment"),
    ],
)
def test_a_section_of_an_assignment_that_is_headed_as_a_solution_is_one(
    headings: tuple[str, ...], role: Role
) -> None:
    assert role_of("semana-04/tarea-2.md", "Tarea 2", ("Tarea 2", *headings)) == role


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Solución", "solution"),
        ("Soluciones", "solution"),
        ("Answer key", "solution"),
        ("Solución de la tarea", "solution"),
        ("Respuesta a la pregunta 2", "solution"),
        ("Ejercicio 3: solución", "solution"),
        ("3.2 Soluciones de los ejercicios", "solution"),
        ("Solutions to exercise 4", "solution"),
        ("Soluciones al desvanecimiento del gradiente", "material"),
        ("Solución al problema del desvanecimiento", "material"),
        ("Anclas: respuestas de partida", "material"),
        ("El gradiente explota: soluciones", "material"),
        ("La solución", "material"),
        ("Respuesta al impulso", "material"),
        ("Ejemplo resuelto con un lote de 2×2", "material"),
        ("Preguntas y respuestas", "material"),
    ],
)
def test_a_heading_of_a_lecture_counts_only_if_it_speaks_of_exercises(
    heading: str, role: Role
) -> None:
    assert role_of("semana-07/clase-10-rnn.md", "Clase 10", ("Clase 10", heading)) == role


def test_accents_and_case_make_no_difference() -> None:
    assert role_of("TAREA-1-SOLUCIÓN.MD", "", ()) == "solution"
    assert role_of("clase-1.md", "", ["SOLUCION DEL EJERCICIO 2"]) == "solution"


def test_of_the_bundled_files_only_the_two_keys_are_solutions() -> None:
    names = [file.name for file in find_files([BUNDLED])]
    assert [name for name in names if role_of(name, "", ()) == "solution"] == [
        "semana-04/tarea-1-pauta.md",
        "semana-11/tarea-3-pauta.md",
    ]
    assert [name for name in names if role_of(name, "", ()) == "assignment"] == [
        "semana-04/tarea-1-perceptron-mlp.docx",
        "semana-11/tarea-3-rag.md",
    ]


def cell(kind: str, source: str, *tags: str) -> dict[str, Any]:
    code: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {"tags": list(tags)}, "source": source, **code}


def test_cells_that_their_author_marked_stand_under_a_solutions_heading() -> None:
    cells = [
        cell("markdown", "# Lab 9\n\nEntrena."),
        cell("code", "def f(x): ...", "ejercicio"),
        cell("code", "def f(x):\n    return x", "Solución"),
        cell("markdown", "Porque es la identidad.", "respuesta"),
        cell("code", "### BEGIN SOLUTION\nreturn x\n### END SOLUTION"),
        cell("code", "# aquí no hay BEGIN SOLUTION"),
    ]
    data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    sections = notebook.read(data.encode()).sections
    assert [section.headings for section in sections] == [
        ("Lab 9",),
        ("Lab 9",),
        ("Lab 9", "Solución"),
        ("Lab 9", "Solución"),
        ("Lab 9", "Solución"),
        ("Lab 9",),
    ]
    roles = [role_of("labs/lab-09.ipynb", "Lab 9", section.headings) for section in sections]
    assert roles == ["material", "material", "solution", "solution", "solution", "material"]


def test_tags_that_are_no_list_are_no_mark() -> None:
    odd = cell("markdown", "# Lab 9\n\nEntrena.") | {"metadata": {"tags": "solution"}}
    data = json.dumps({"cells": [odd], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    assert notebook.read(data.encode()).sections[0].headings == ("Lab 9",)
