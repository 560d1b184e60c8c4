from collections.abc import Callable
from io import BytesIO
from typing import Any

import pptx
import pytest
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.presentation import Presentation
from pptx.util import Inches

from corpus.errors import MaterialError
from corpus.readers.pptx import read
from tests.corpus.office import EQUATION, MC, changed

TITLE_AND_BODY, TITLE_ONLY, BLANK = 1, 5, 6
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
A14 = 'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main"'
P14 = 'xmlns:p14="http://schemas.microsoft.com/office/powerpoint/2010/main"'
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def saved(presentation: Presentation) -> bytes:
    data = BytesIO()
    presentation.save(data)
    return data.getvalue()


def slide(presentation: Presentation, layout: int, title: str = "") -> Any:
    made = presentation.slides.add_slide(presentation.slide_layouts[layout])
    if title:
        made.shapes.title.text = title
    return made


def box(shapes: Any, text: str, left: float, top: float, height: float = 0.5) -> Any:
    made = shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(height))
    made.text_frame.text = text
    return made


def test_title_is_the_heading_and_bullets_keep_their_level() -> None:
    presentation = pptx.Presentation()
    body = slide(presentation, TITLE_AND_BODY, "Retropropagación").placeholders[1].text_frame
    body.text = "Regla de la cadena"
    deeper = body.add_paragraph()
    deeper.text, deeper.level = "de la salida a la entrada", 1
    content = read(saved(presentation))
    (section,) = content.sections
    assert content.title == "Retropropagación"
    assert section.headings == ("Retropropagación",)
    assert section.text == "- Regla de la cadena\n    - de la salida a la entrada"
    assert (section.location.kind, section.location.number) == ("slide", 1)
    assert section.location.label == "lámina 1"


def test_shapes_are_read_by_rows_and_groups_in_their_place() -> None:
    presentation = pptx.Presentation()
    shapes = slide(presentation, BLANK).shapes
    box(shapes, "abajo", 1, 5)
    box(shapes, "derecha", 5, 1)
    group = shapes.add_group_shape()
    box(group.shapes, "grupo 2", 3, 3.02)
    box(group.shapes, "grupo 1", 1, 3)
    box(shapes, "izquierda", 1, 1.1)
    (section,) = read(saved(presentation)).sections
    assert section.text.split("\n\n") == ["izquierda", "derecha", "grupo 1", "grupo 2", "abajo"]


def test_numbered_items_count_and_start_again() -> None:
    presentation = pptx.Presentation()
    frame = box(slide(presentation, BLANK).shapes, "uno", 1, 1).text_frame
    for text in ("dos", "aparte", "otra vez uno"):
        frame.add_paragraph().text = text
    for at in (0, 1, 3):
        properties = frame.paragraphs[at]._p.get_or_add_pPr()
        properties.append(etree.fromstring(f'<a:buAutoNum {A} type="arabicPeriod"/>'))
    (section,) = read(saved(presentation)).sections
    assert section.text == "1. uno\n2. dos\n\naparte\n\n1. otra vez uno"


def test_merged_cells_are_said_again_downwards() -> None:
    presentation = pptx.Presentation()
    table = (
        slide(presentation, BLANK).shapes.add_table(3, 3, 0, 0, Inches(6), Inches(2)).table
    )  # fmt: skip
    for row, texts in enumerate([("red", "capas", "error"), ("A", "2", "|x|"), ("", "3", "0,1")]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    (section,) = read(saved(presentation)).sections
    assert section.text.split("\n")[2:] == [r"| A | 2 | \|x\| |", "| A | 3 | 0,1 |"]


def test_a_chart_is_the_table_of_its_series() -> None:
    presentation = pptx.Presentation()
    chart_data: Any = CategoryChartData  # untyped
    data = chart_data()
    data.categories = ["época 1", "época 2"]
    data.add_series("pérdida", (0.9, 0.123456789))
    data.add_series("validación", (1.0, 0.5))
    slide(presentation, TITLE_ONLY, "Curvas").shapes.add_chart(
        XL_CHART_TYPE.LINE, 0, 0, Inches(5), Inches(3), data
    )
    (section,) = read(saved(presentation)).sections
    assert section.text.split("\n") == [
        "|  | pérdida | validación |",
        "| --- | --- | --- |",
        "| época 1 | 0.9 | 1.0 |",
        "| época 2 | 0.123457 | 0.5 |",
    ]


def test_equations_are_read_where_powerpoint_hides_them() -> None:
    presentation = pptx.Presentation()
    shapes = slide(presentation, TITLE_ONLY, "Norma").shapes
    shape = box(shapes, "Sea ", 1, 3)
    shape.text_frame.paragraphs[0]._p.append(etree.fromstring(f"<a14:m {A14}>{EQUATION}</a14:m>"))
    element = shape._element
    parent = element.getparent()
    alternatives = etree.fromstring(
        f'<mc:AlternateContent {MC}><mc:Choice Requires="a14"/><mc:Fallback/></mc:AlternateContent>'
    )
    parent.replace(element, alternatives)
    alternatives[0].append(element)
    (section,) = read(saved(presentation)).sections
    assert section.text == "Sea $x^2$"


def test_notes_follow_the_slide() -> None:
    presentation = pptx.Presentation()
    made = slide(presentation, TITLE_ONLY, "Softmax")
    made.notes_slide.notes_text_frame.text = "Recordar la estabilidad"
    (section,) = read(saved(presentation)).sections
    assert section.text == "Notas:\nRecordar la estabilidad"


def test_code_keeps_its_indentation() -> None:
    presentation = pptx.Presentation()
    frame = box(slide(presentation, BLANK).shapes, "for x in xs:", 1, 1).text_frame
    frame.add_paragraph().text = "    f(x)"
    for paragraph in frame.paragraphs:
        paragraph.runs[0].font.name = "Courier New"
    (section,) = read(saved(presentation)).sections
    assert section.text == "```\nfor x in xs:\n    f(x)\n```"


def test_scripts_and_links_keep_their_meaning() -> None:
    presentation = pptx.Presentation()
    paragraph = box(slide(presentation, BLANK).shapes, "10", 1, 1).text_frame.paragraphs[0]
    power = paragraph.add_run()
    power.text = "-3"
    power.font._element.set("baseline", "30000")
    link = paragraph.add_run()
    link.text = " apuntes"
    link.hyperlink.address = "https://example.org/a"
    (section,) = read(saved(presentation)).sections
    assert section.text == "10⁻³[apuntes](https://example.org/a)"


def test_hidden_slides_are_read_and_told() -> None:
    presentation = pptx.Presentation()
    slide(presentation, TITLE_ONLY, "Uno")
    slide(presentation, TITLE_ONLY, "Dos")._element.set("show", "0")
    content = read(saved(presentation))
    assert [section.text for section in content.sections] == ["Uno", "Dos"]
    assert content.warnings == ("láminas ocultas, que también se leen: 2",)


def test_slides_of_pictures_are_left_to_be_read_and_keep_the_numbers() -> None:
    presentation = pptx.Presentation()
    slide(presentation, BLANK)
    for title in ("", "Arquitectura"):
        made = slide(presentation, TITLE_ONLY if title else BLANK, title)
        made.shapes.add_picture(BytesIO(PNG), 0, 0, Inches(8), Inches(6))
    logo = slide(presentation, TITLE_ONLY, "Fin")
    logo.shapes.add_picture(BytesIO(PNG), 0, 0, Inches(1), Inches(1))
    content = read(saved(presentation))
    assert content.warnings == ("láminas sin texto: 1",)
    assert [(page.location.number, page.text) for page in content.unread] == [
        (2, ""),
        (3, "Arquitectura"),
    ]
    assert [section.location.number for section in content.sections] == [3, 4]


def test_sections_of_the_presentation_are_the_outer_heading() -> None:
    presentation = pptx.Presentation()
    made = slide(presentation, TITLE_ONLY, "Dropout")
    presentation.element.append(
        etree.fromstring(
            f'<p14:sectionLst {P14}><p14:section name="Regularización"><p14:sldIdLst>'
            f'<p14:sldId id="{made.slide_id}"/></p14:sldIdLst></p14:section></p14:sectionLst>'
        )
    )
    (section,) = read(saved(presentation)).sections
    assert section.headings == ("Regularización", "Dropout")


def test_footers_dates_and_numbers_are_left_out() -> None:
    presentation = pptx.Presentation()
    made = slide(presentation, TITLE_ONLY, "Uno")
    for kind in ("ftr", "dt", "sldNum"):
        shape = box(made.shapes, f"pie {kind}", 1, 6)
        properties = shape._element.nvSpPr.nvPr
        etree.SubElement(properties, properties.tag.replace("nvPr", "ph"), type=kind)
    (section,) = read(saved(presentation)).sections
    assert section.text == "Uno"


def test_a_damaged_slide_does_not_stop_the_others() -> None:
    presentation = pptx.Presentation()
    slide(presentation, TITLE_AND_BODY, "Uno")
    slide(presentation, TITLE_AND_BODY, "Dos")

    def without_layout(part: bytes) -> bytes:
        return part.replace(b"relationships/slideLayout", b"relationships/otro")

    data = changed(saved(presentation), "ppt/slides/_rels/slide1.xml.rels", without_layout)
    content = read(data)
    assert [(section.text, section.location.number) for section in content.sections] == [("Dos", 2)]
    assert "láminas dañadas" in content.warnings[0]
    with pytest.raises(MaterialError, match="dañada"):
        read(changed(data, "ppt/slides/_rels/slide2.xml.rels", without_layout))


@pytest.mark.parametrize(
    ("member", "change"),
    [
        ("ppt/presentation.xml", lambda part: b"<a/>"),
        ("[Content_Types].xml", lambda part: b"<a/>"),
        ("_rels/.rels", lambda part: b"<a/>"),
        ("ppt/_rels/presentation.xml.rels", lambda part: part.replace(b"rId", b"x")),
    ],
)
def test_a_damaged_presentation_is_refused(member: str, change: Callable[[bytes], bytes]) -> None:
    presentation = pptx.Presentation()
    slide(presentation, TITLE_ONLY, "Uno")
    with pytest.raises(MaterialError):
        read(changed(saved(presentation), member, change))


def test_slide_shows_are_read() -> None:
    presentation = pptx.Presentation()
    slide(presentation, TITLE_ONLY, "Uno")
    data = changed(
        saved(presentation),
        "[Content_Types].xml",
        lambda part: part.replace(b"presentation.main+xml", b"slideshow.main+xml"),
    )
    assert read(data).sections[0].text == "Uno"


def test_footers_typed_in_text_boxes_are_left_out() -> None:
    presentation = pptx.Presentation()
    for number in range(1, 7):
        made = slide(presentation, TITLE_ONLY, f"Tema {number * number}")
        box(made.shapes, f"idea {number * 7}", 1, 2)
        box(made.shapes, f"CC6204 · Clase 1 · {number}", 1, 6)
        box(made.shapes, str(number), 4, 6)
        made.notes_slide.notes_text_frame.text = "Recordar el ejemplo."
    sections = read(saved(presentation)).sections
    assert sections[2].text == "idea 21\n\nNotas:\nRecordar el ejemplo."


def test_a_bullet_that_says_notes_is_no_notes() -> None:
    deck = pptx.Presentation()
    box(slide(deck, BLANK).shapes, "Ponderación y Notas: 60 % controles", 1, 1)
    made = slide(deck, TITLE_ONLY, "Fin")
    made.notes_slide.notes_text_frame.text = "Decir adiós"
    first, last = read(saved(deck)).sections
    assert first.text == "Ponderación y Notas: 60 % controles"
    assert last.text == "Notas:\nDecir adiós"
