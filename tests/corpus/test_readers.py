import json

import pytest

from corpus import MaterialError
from corpus.document import clean
from corpus.readers import markdown, notebook, text
from tests.conftest import NOTES
from tests.conftest import notebook as notebook_json


def test_markdown_counts_every_heading_and_none_in_code() -> None:
    content = markdown.read(NOTES.encode())
    found = [(s.location.number, s.location.label) for s in content.sections]
    assert found == [(1, "§ Clase 4: Softmax"), (2, "§ Definición"), (3, "§ Estabilidad numérica")]
    assert content.title == "Clase 4: Softmax"
    assert content.sections[1].headings == ("Clase 4: Softmax", "Definición")


def test_markdown_comments_are_not_read() -> None:
    assert "subtract" not in "".join(s.text for s in markdown.read(NOTES.encode()).sections)


def test_text_before_the_first_heading_is_the_first_section() -> None:
    content = markdown.read(b"Aviso\n\n# Uno\n\nhola")
    assert [(s.location.number, s.text) for s in content.sections] == [(1, "Aviso"), (2, "hola")]


def test_front_matter_gives_the_title_and_is_not_read() -> None:
    content = markdown.read(b'---\ntitle: "Apuntes"\nfecha: hoy\n---\n\n# Uno\n\nhola')
    assert content.title == "Apuntes"
    assert markdown.read("---\ntitle: a\u200bb\n---\nx".encode()).title == "ab"
    assert [s.text for s in content.sections] == ["hola"]


def test_notebook_cells_are_counted_over_all_cells() -> None:
    sections = notebook.read(notebook_json().encode()).sections
    assert [s.location.number for s in sections] == [2, 3, 4]
    assert sections[0].headings == ("Perceptrón desde cero",)
    assert sections[1].location.label == "celda 3"


def test_notebook_outputs_are_kept_short_and_pictures_are_noted() -> None:
    sections = notebook.read(notebook_json().encode()).sections
    assert "    return pesos" in sections[1].text
    assert "Salida:\népoca 1 pérdida 0.5" in sections[1].text
    assert len(sections[1].text) < 500
    assert sections[2].text == "plt.plot(errores)\n\nSalida:\n(imagen)"


def test_notebook_headings_stand_under_those_of_earlier_cells() -> None:
    sources = ["# Lab\n\nHola", "## Parte 2\n\nDos", "### Sub\n\nTres", "## Parte 3\n\nFin"]
    cells = [{"cell_type": "markdown", "metadata": {}, "source": text} for text in sources]
    data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    assert [s.headings for s in notebook.read(data.encode()).sections] == [
        ("Lab",),
        ("Lab", "Parte 2"),
        ("Lab", "Parte 2", "Sub"),
        ("Lab", "Parte 3"),
    ]


@pytest.mark.parametrize(
    "data",
    [b"{", b"[]", b'{"cells": 3}', b"\xff\xfe", b'{"nbformat": 4}', b"[" * 100_000],
    ids=["cut", "list", "no-cells", "bytes", "empty", "deep"],
)
def test_what_is_no_notebook_is_refused(data: bytes) -> None:
    with pytest.raises(MaterialError):
        notebook.read(data)


def test_notebook_of_version_3_is_read() -> None:
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [
            {"metadata": {}, "cells": [{"cell_type": "markdown", "metadata": {}, "source": "hola"}]}
        ],
    }
    assert notebook.read(json.dumps(old).encode()).sections[0].text == "hola"


def test_old_text_encodings_are_read_and_binaries_refused() -> None:
    assert text.read("año".encode("cp1252")).sections[0].text == "año"
    with pytest.raises(MaterialError):
        text.read(b"\x00\x01")


def test_clean_composes_accents_and_drops_what_nobody_sees() -> None:
    assert clean("convolucio\u0301n") == "convolución"
    assert clean("ho\u200bla\U000e0041 ﬁn") == "hola fin"
    assert clean("𝑤 · 𝒙") == "w · x"
    assert clean("  a   b \n\n\n\n c") == "a b\n\nc"
    assert clean("def f():\n    pass", code=True) == "def f():\n    pass"
