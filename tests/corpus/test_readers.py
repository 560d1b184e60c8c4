import json
from pathlib import Path

import pypdfium2
import pytest

from corpus import BUNDLED, MaterialError
from corpus.document import called, clean
from corpus.readers import markdown, notebook, pdf, text
from tests.conftest import NOTES
from tests.conftest import notebook as notebook_json

SLIDES = BUNDLED / "semana-02" / "clase-02-perceptron.pdf"


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


def test_notebook_outputs_are_kept_short_and_pictures_left_out() -> None:
    sections = notebook.read(notebook_json().encode()).sections
    assert "    return pesos" in sections[1].text
    assert "Salida:\népoca 1 pérdida 0.5" in sections[1].text
    assert len(sections[1].text) < 500
    assert "Figure" not in sections[2].text


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


def test_pdf_pages_are_slides_with_titles() -> None:
    content = pdf.read(SLIDES.read_bytes())
    assert len(content.sections) == 23
    xor = content.sections[11]
    assert (xor.location.number, xor.location.label) == (12, "lámina 12")
    assert "XOR" in xor.headings[0]
    assert "Minsky" in xor.text


def test_pdf_running_titles_and_page_numbers_are_left_out() -> None:
    raw = pypdfium2.PdfDocument(SLIDES)
    footers = ["CC6204 ·" in page.get_textpage().get_text_bounded() for page in raw]
    raw.close()
    assert sum(footers) > 15
    sections = pdf.read(SLIDES.read_bytes()).sections
    assert not any("CC6204 ·" in section.text for section in sections[1:])
    assert not any(section.text.endswith("/ 21") for section in sections)


def test_pdf_page_numbers_go_and_other_numbers_stay() -> None:
    lines = ("Tabla XOR", "1 1 0", "0.98", "7 / 21")
    assert pdf.without_number(lines, 9, set()) == ["Tabla XOR", "1 1 0", "0.98"]
    assert pdf.without_number(("2012", "Alexnet", "9"), 9, set()) == ["2012", "Alexnet"]


def test_pdf_without_text_says_which_pages(tmp_path: Path) -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 100)
    document.new_page(200, 100)
    document.save(str(tmp_path / "blank.pdf"))
    document.close()
    content = pdf.read((tmp_path / "blank.pdf").read_bytes())
    assert content.sections == ()
    assert content.warnings == ("páginas sin texto: 1, 2",)


@pytest.mark.parametrize("data", [b"%PDF-1.7 cut", SLIDES.read_bytes()[:5_000]])
def test_damaged_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(MaterialError, match="dañado"):
        pdf.read(data)


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


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Slides/12_SequenceModels.pdf", "Clase 12"),
        ("Labs/Lab12_NMT_attention.ipynb", "Lab 12"),
        ("semana-03/clase-04-softmax.md", "Clase 4"),
        ("README.md", ""),
        ("2024-notas.md", ""),
    ],
)
def test_documents_are_called_as_people_call_them(name: str, expected: str) -> None:
    assert called(name) == expected
