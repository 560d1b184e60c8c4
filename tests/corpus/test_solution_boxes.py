"""What a file marks as a solution by other means than a heading stands under one that says so."""

import json

import pytest

from corpus.readers import Content, html, latex, markdown, notebook
from corpus.readers.outline import CLOSES, OPENS, SOLVES, boxed, solutions_apart

ASKED = "# Tarea 1\n\n## Pregunta 1\n\nCalcule.\n\n{}\n\nSiga.\n\n## Pregunta 2\n\nOtra."
SECRET = "La clave es 42."


def told(content: Content) -> dict[bool, str]:
    """What is said under a solution's heading, and what is not."""
    found = {True: "", False: ""}
    for section in content.sections:
        found["Solución" in section.headings] += section.text + "\n"
    return found


@pytest.mark.parametrize(
    "box",
    [
        f"<details><summary>Solución</summary>\n\n{SECRET}\n\n</details>",
        f"<details>\n<summary>Ver la respuesta</summary>\n\n### Pasos\n\n{SECRET}\n</details>",
        f"::: {{.solution}}\n{SECRET}\n:::",
        f"::: solution\n\n::: {{.callout-note}}\nojo\n:::\n\n{SECRET}\n:::",
        f"::::{{solution}} ejercicio-1\n:class: dropdown\n{SECRET}\n::::",
        f"```{{solution}} ejercicio-1\n:class: dropdown\n{SECRET}\n```",
    ],
)
def test_a_box_in_markdown_is_a_solution_and_what_follows_is_none(box: str) -> None:
    content = markdown.read(ASKED.format(box).encode())
    said = told(content)
    assert SECRET in said[True]
    assert SECRET not in said[False]
    assert ["Calcule." in said[False], "Siga." in said[False], "Otra." in said[False]] == [True] * 3
    after = next(section for section in content.sections if "Siga." in section.text)
    assert after.headings == ("Tarea 1", "Pregunta 1")


@pytest.mark.parametrize(
    "box", ["<details><summary>Más detalle</summary>\n\nx\n\n</details>", "::: note\nx\n:::"]
)
def test_other_boxes_are_read_as_before(box: str) -> None:
    (first, _) = markdown.read(ASKED.format(box).encode()).sections
    assert first.text.startswith("Calcule.")
    assert first.text.endswith("Siga.")


@pytest.mark.parametrize(
    "name", ["solution", "solucion", "answer", "solutionbox", "solutionorlines", "respuesta"]
)
def test_an_environment_in_latex_is_a_solution(name: str) -> None:
    body = rf"\section{{P1}} Calcule. \begin{{{name}}}{SECRET}\end{{{name}}} Siga."
    content = latex.read(
        rf"\documentclass{{exam}}\begin{{document}}{body}\end{{document}}".encode()
    )
    said = told(content)
    assert SECRET in said[True]
    assert said[False].split() == ["Calcule.", "Siga."]


def test_a_frame_with_a_solution_is_one_and_gives_the_deck_no_title() -> None:
    body = rf"\begin{{frame}}{{Uno}} \begin{{solution}}{SECRET}\end{{solution}}\end{{frame}}"
    content = latex.read(
        rf"\documentclass{{beamer}}\begin{{document}}{body}\begin{{frame}}{{Dos}} x\end{{frame}}"
        rf"\end{{document}}".encode()
    )
    assert content.title == "Uno"
    assert [section.headings for section in content.sections] == [("Uno", "Solución"), ("Dos",)]


@pytest.mark.parametrize(
    "box",
    [
        f"<details><summary>Solución</summary><p>{SECRET}</p></details>",
        f"<div class='box solution'><p>{SECRET}</p></div>",
        f"<section class='answer'><h3>Pasos</h3><p>{SECRET}</p></section>",
    ],
)
def test_a_box_in_a_page_is_a_solution(box: str) -> None:
    page = f"<h1>Tarea 1</h1><p>Calcule.</p>{box}<p>Siga.</p>"
    said = told(html.read(f"<!doctype html><body>{page}</body>".encode()))
    assert SECRET in said[True]
    assert said[False].split() == ["Calcule.", "Siga."]


def test_a_box_within_a_table_says_nothing() -> None:
    cell = f"<details><summary>Solución</summary>{SECRET}</details>"
    row = f"<tr><td>1</td><td>x</td><td>y {cell}</td></tr>"
    page = f"<table><tr><th>a</th><th>b</th><th>c</th></tr>{row}</table>"
    assert SECRET not in told(html.read(f"<!doctype html><body>{page}</body>".encode()))[False]


def cells(*sources: str) -> Content:
    made = [{"cell_type": "markdown", "metadata": {}, "source": source} for source in sources]
    book = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return notebook.read(json.dumps(book).encode())


def test_a_cell_parts_where_a_solution_begins_and_where_it_ends() -> None:
    content = cells(
        "# Lab 2\n\n## Pregunta 1", f"Haz esto.\n\n### Solución\n{SECRET}\n\n## Pregunta 2\nOtra."
    )
    assert [(s.headings, s.text, s.location.label) for s in content.sections] == [
        (("Lab 2", "Pregunta 1"), "Haz esto.", "celda 2"),
        (("Lab 2", "Pregunta 1", "Solución"), f"### Solución\n\n{SECRET}", "celda 2"),
        (("Lab 2", "Pregunta 2"), "## Pregunta 2\n\nOtra.", "celda 2"),
    ]


def test_a_cell_of_several_headings_stays_one_under_the_last() -> None:
    (section,) = cells("# Lab 2\n\n## A\n\nuno\n\n## B\n\ndos").sections
    assert section.headings == ("Lab 2", "B")


def test_a_solution_in_a_box_ends_with_it() -> None:
    box = f"<details><summary>Solución</summary>\n\n{SECRET}\n\n</details>"
    content = cells("# Lab 2", f"Haz esto.\n\n{box}", "y sigue")
    assert ["Solución" in section.headings for section in content.sections] == [False, True, False]


def test_a_box_with_headings_in_a_cell_under_none_ends_with_them() -> None:
    box = f"<details><summary>Solución</summary>\n\n### Pasos\n\n{SECRET}\n\n</details>"
    content = cells(f"{box}\n\ny sigue", "otra")
    assert [(section.headings, section.text) for section in content.sections] == [
        (("Pasos", "Solución"), "**Solución**\n\n### Pasos\n\nLa clave es 42."),
        ((), "y sigue"),
        ((), "otra"),
    ]


def test_boxes_may_hold_headings_and_boxes() -> None:
    path = ((1, "A"),)
    inner = boxed("fuera", solution=False)
    parts = [
        (path, f"uno{OPENS}{SOLVES}dos"),
        ((*path, (2, "B")), f"tres{inner}cuatro{CLOSES}cinco"),
    ]
    assert [
        ([name for _, name in above], " ".join(text.split()))
        for above, text in solutions_apart(parts)
    ] == [
        (["A"], "uno"),
        (["A", "Solución"], "dos"),
        (["A", "B", "Solución"], "tres fuera cuatro"),
        (["A"], "cinco"),
    ]
    assert solutions_apart([(path, f"a{CLOSES}{SOLVES}b")]) == [(path, "ab")]
