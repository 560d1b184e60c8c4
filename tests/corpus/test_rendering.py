import io
import json

import numpy as np
import pptx
import pypdfium2
import pytest
from PIL import Image
from pptx.util import Inches

from corpus import BUNDLED, Location, MaterialError, read_file
from corpus.document import numbered
from corpus.finding import SourceFile
from corpus.rendering import render
from tests.conftest import notebook
from tests.corpus.office import changed
from tests.corpus.test_pdf import SIZE, drawn, picture, slide

WIDTH = 720  # a pixel for each point of a test's page


def marks(data: bytes) -> np.ndarray:
    """Where a picture is marked, boolean, shape (height, width)."""
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    found: np.ndarray = (pixels[..., 0] - pixels[..., 2]) > 40
    return found


def test_a_page_is_drawn_with_the_passage_s_lines_marked() -> None:
    data = drawn(slide("Título", "una línea que está", "otra que no está"))
    view = render(data, numbered("page", 1), "una línea que está", WIDTH)
    assert view.media_type == "image/png"
    found = marks(view.data)
    assert found.shape == (SIZE[1], SIZE[0])
    rows = np.flatnonzero(found.any(axis=1))
    assert 405 - 320 < rows.min() < rows.max() < 405 - 290  # drawn 300 points above the bottom


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_marks_turn_with_the_page(rotation: int) -> None:
    file = pypdfium2.PdfDocument(drawn(slide("Título", "una línea que está")))
    file[0].set_rotation(rotation)
    with io.BytesIO() as turned:
        file.save(turned)
        data = turned.getvalue()
    file.close()
    view = render(data, numbered("page", 1), "una línea que está", WIDTH)
    upright = np.rot90(marks(view.data), rotation // 90)
    rows = np.flatnonzero(upright.any(axis=1)) / upright.shape[0]
    assert 0.2 < rows.min() < rows.max() < 0.3


def test_of_folded_pages_the_fullest_is_shown() -> None:
    steps = drawn(slide("T", "uno"), slide("T", "uno", "dos"), slide("T", "uno"))
    folded = render(steps, numbered("page", 1, 3), "T\nuno\ndos", WIDTH)
    assert folded.data == render(steps, numbered("page", 2), "T\nuno\ndos", WIDTH).data


def test_a_page_read_by_ocr_is_framed_whole() -> None:
    view = render(drawn(picture), numbered("page", 1), "Retropropagacion del error", WIDTH)
    found = marks(view.data)
    assert found[0].all()
    assert found[:, 0].all()
    assert not found[200, 300]


def test_every_page_of_the_bundled_slides_has_its_words_marked() -> None:
    path = BUNDLED / "semana-02" / "clase-02-perceptron.pdf"
    data = path.read_bytes()
    for section in read_file(SourceFile(path, path.name), data).sections:
        found = marks(render(data, section.location, section.text, 400).data)
        assert 0.002 < found.mean() < 0.7, section.location.label


def test_a_cell_is_coloured_with_its_output_below() -> None:
    html = render(notebook().encode(), numbered("cell", 3), "").data.decode()
    assert '<span style="' in html
    assert "entrenar" in html
    assert html.index("época 1") > html.index("entrenar")
    assert (
        "data:image/png;base64,aGVsbG8="
        in render(notebook().encode(), numbered("cell", 4), "").data.decode()
    )


def test_nothing_that_a_document_wrote_as_html_survives() -> None:
    hostile = '<script>alert(1)</script> <img src="http://x.org/a.png"> ![x](http://x.org/b.png)'
    place = Location("section", 1, None, "§ A")
    shown = render(b"# A", place, hostile).data.decode()
    assert "<script" not in shown
    assert "<img" not in shown
    cells = [{"cell_type": "markdown", "metadata": {}, "source": hostile}]
    data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    assert "<img" not in render(data.encode(), numbered("cell", 1), "").data.decode()


@pytest.mark.parametrize(
    ("data", "location"),
    [(drawn(slide("T")), numbered("page", 9)), (notebook().encode(), numbered("cell", 99))],
)
def test_a_place_that_is_not_there_is_said(data: bytes, location: Location) -> None:
    with pytest.raises(MaterialError):
        render(data, location, "")


def test_a_slide_keeps_its_layout() -> None:
    path = BUNDLED / "semana-06" / "clase-09-deteccion.pptx"
    shown = render(path.read_bytes(), numbered("slide", 4), "").data.decode()
    assert 'class="slide"' in shown
    assert shown.count("position:absolute") >= 2


def test_a_slide_shows_nothing_hidden_and_groups_where_they_stand() -> None:
    deck = pptx.Presentation()
    shapes = deck.slides.add_slide(deck.slide_layouts[6]).shapes
    shown = shapes.add_textbox(Inches(1), Inches(1), Inches(2), Inches(1))
    shown.text_frame.text = "a la vista"
    secret = shapes.add_textbox(Inches(1), Inches(3), Inches(2), Inches(1))
    secret.text_frame.text = "RESPUESTA OCULTA"
    secret._element.nvSpPr.cNvPr.set("hidden", "1")
    group = shapes.add_group_shape([shown])
    group.left, group.top = Inches(6), Inches(2)
    group.width, group.height = Inches(1), Inches(2)
    data = io.BytesIO()
    deck.save(data)
    said = render(data.getvalue(), numbered("slide", 1), "").data.decode()
    assert "RESPUESTA OCULTA" not in said
    # half as wide and twice as high as it is by itself, on a slide of 10 by 7.5 inches
    assert "left:60.00%;top:26.67%;width:10.00%" in said
    assert "min-height:26.67%" in said


def test_a_group_that_says_no_place_shows_what_it_holds() -> None:
    deck = pptx.Presentation()
    shapes = deck.slides.add_slide(deck.slide_layouts[6]).shapes
    inside = shapes.add_textbox(Inches(1), Inches(1), Inches(2), Inches(1))
    inside.text_frame.text = "a la vista"
    group = shapes.add_group_shape([inside])
    group._element.grpSpPr.remove(group._element.grpSpPr.xfrm)
    data = io.BytesIO()
    deck.save(data)
    assert "left:10.00%" in render(data.getvalue(), numbered("slide", 1), "").data.decode()


def test_a_slide_show_is_drawn_as_a_presentation() -> None:
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "Redes"
    data = io.BytesIO()
    deck.save(data)
    show = changed(
        data.getvalue(),
        "[Content_Types].xml",
        lambda part: part.replace(b"presentation.main+xml", b"slideshow.main+xml"),
    )
    assert "Redes" in render(show, numbered("slide", 1), "").data.decode()
