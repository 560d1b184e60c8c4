from collections.abc import Callable
from io import BytesIO
from typing import Any

import docx
import pytest
from docx.document import Document
from lxml import etree

from corpus.errors import MaterialError
from corpus.readers.docx import read
from tests.corpus.office import EQUATION, MATH, MC, changed

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def saved(document: Document) -> bytes:
    data = BytesIO()
    document.save(data)
    return data.getvalue()


def xml(source: str) -> Any:
    return etree.fromstring(f"<x {W} {MC}>{source}</x>")[0]


def texts(document: Document) -> list[str]:
    return [section.text for section in read(saved(document)).sections]


def test_headings_are_sections_counted_with_the_text_before_them() -> None:
    document = docx.Document()
    document.add_paragraph("Aviso")
    document.add_heading("Unidad 1", 1)
    document.add_heading("Perceptrón", 2)
    document.add_paragraph("Una neurona.")
    document.add_heading("Unidad 2", 1)
    document.add_paragraph("Dos capas.")
    content = read(saved(document))
    assert content.title == "Unidad 1"
    assert [(s.location.number, s.location.label, s.headings) for s in content.sections] == [
        (1, "inicio", ()),
        (3, "§ Perceptrón", ("Unidad 1", "Perceptrón")),
        (4, "§ Unidad 2", ("Unidad 2",)),
    ]


def test_the_title_stands_over_the_headings() -> None:
    document = docx.Document()
    document.add_heading("Programa", 0)
    document.add_heading("Evaluación", 1)
    document.add_paragraph("Tres tareas.")
    content = read(saved(document))
    assert content.title == "Programa"
    assert content.sections[0].headings == ("Programa", "Evaluación")


def test_lists_keep_numbers_and_levels() -> None:
    document = docx.Document()
    for text, style in [
        ("uno", "List Number"),
        ("dos", "List Number"),
        ("punto", "List Bullet"),
        ("tres", "List Number"),
    ]:
        document.add_paragraph(text, style)
    assert texts(document) == ["1. uno\n2. dos\n- punto\n3. tres"]


def test_merged_and_nested_cells() -> None:
    document = docx.Document()
    table = document.add_table(3, 3)
    for row, line in enumerate([("a", "b", "c"), ("d", "e", "f"), ("g", "h", "i")]):
        for column, text in enumerate(line):
            table.cell(row, column).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(1, 0).merge(table.cell(2, 0))
    inner = table.cell(2, 2).add_table(2, 2)
    for at in range(4):
        inner.cell(at // 2, at % 2).text = str(at)
    assert texts(document)[0].split("\n") == [
        "| a | b c |  |",
        "| --- | --- | --- |",
        "| d g | e | f |",
        "| d g | h | i 0, 1; 2, 3 |",
    ]


def test_a_table_that_frames_text_is_that_text() -> None:
    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "Importante"
    cell.add_paragraph("entregar el lunes", "List Bullet")
    assert texts(document) == ["Importante\n\n- entregar el lunes"]


def test_equations_in_line_and_on_their_own() -> None:
    document = docx.Document()
    document.add_paragraph("Sea ")._p.append(etree.fromstring(EQUATION))
    display = f"<m:oMathPara {MATH}>{EQUATION}</m:oMathPara>"
    document.add_paragraph()._p.append(etree.fromstring(display))
    assert texts(document) == ["Sea $x^2$\n\n$$x^2$$"]


def test_text_boxes_are_read_once() -> None:
    document = docx.Document()
    inside = "<w:txbxContent><w:p><w:r><w:t>en la caja</w:t></w:r></w:p></w:txbxContent>"
    document.add_paragraph("fuera")._p.append(
        xml(
            "<w:r><mc:AlternateContent><mc:Choice>"
            f"{inside}</mc:Choice><mc:Fallback>{inside}</mc:Fallback></mc:AlternateContent></w:r>"
        )
    )
    assert texts(document) == ["fuera\n\nen la caja"]


def test_deleted_hidden_and_commented_text() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("queda")
    paragraph._p.append(xml("<w:del><w:r><w:delText>borrado</w:delText></w:r></w:del>"))
    paragraph._p.append(xml("<w:ins><w:r><w:t> agregado</w:t></w:r></w:ins>"))
    paragraph.add_run("oculto").font.hidden = True
    document.add_comment(paragraph.runs, "comentario", "A", "A")
    document.sections[0].header.paragraphs[0].text = "encabezado"
    assert texts(document) == ["queda agregado"]


def test_footnotes_follow_the_section_that_refers_to_them() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Adam")
    paragraph._p.append(xml('<w:r><w:footnoteReference w:id="2"/></w:r>'))
    data = changed(
        saved(document),
        "word/_rels/document.xml.rels",
        lambda part: part.replace(
            b"</Relationships>",
            f'<Relationship Id="rId99" Type="{KIND}/footnotes" Target="footnotes.xml"/>'
            "</Relationships>".encode(),
        ),
    )
    said = "<w:p><w:r><w:t>Kingma, 2015</w:t></w:r></w:p>"
    note = f'<w:footnotes {W}><w:footnote w:id="2">{said}</w:footnote></w:footnotes>'
    data = changed(data, "word/footnotes.xml", lambda _: note.encode())
    assert read(data).sections[0].text == "Adam[^2]\n\n[^2]: Kingma, 2015"


def test_code_is_fenced_with_its_indentation() -> None:
    document = docx.Document()
    for line in ("def f(x):", "    return x"):
        document.add_paragraph().add_run(line).font.name = "Consolas"
    document.add_paragraph("Fin")
    assert texts(document) == ["```\ndef f(x):\n    return x\n```\n\nFin"]


def test_tables_of_contents_are_navigation() -> None:
    document = docx.Document()
    document.styles.add_style("toc 1", 1)
    document.add_paragraph("Unidad 1 ..... 3", "toc 1")
    document.add_paragraph("Texto")
    assert texts(document) == ["Texto"]


def test_content_controls_are_read() -> None:
    document = docx.Document()
    document.element.body.insert(
        0,
        xml("<w:sdt><w:sdtContent><w:p><w:r><w:t>Curso</w:t></w:r></w:p></w:sdtContent></w:sdt>"),
    )
    assert texts(document) == ["Curso"]


def test_symbols_of_old_fonts_are_what_they_look_like() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("x ")
    paragraph._p.append(xml('<w:r><w:sym w:font="Wingdings" w:char="F0E0"/></w:r>'))
    paragraph.add_run(" a").font.name = "Symbol"
    assert texts(document) == ["x → α"]


@pytest.mark.parametrize(
    ("member", "change"),
    [
        ("word/document.xml", lambda part: b"<a/>"),
        ("[Content_Types].xml", lambda part: b"<a/>"),
        ("_rels/.rels", lambda part: b"<a/>"),
        ("word/_rels/document.xml.rels", lambda part: part.replace(b"styles.xml", b"no.xml")),
    ],
)
def test_a_damaged_document_is_refused(member: str, change: Callable[[bytes], bytes]) -> None:
    document = docx.Document()
    document.add_paragraph("Texto")
    with pytest.raises(MaterialError, match="dañado"):
        read(changed(saved(document), member, change))
