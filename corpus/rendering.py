"""Showing a place of a document as a person sees it.

A PDF page becomes a picture with the passage's lines marked; a notebook's cell keeps its colours
and what it printed; a slide of a PPTX keeps its layout; anything else is shown as it reads. HTML
made here holds no scripts, no remote addresses and nothing that a document wrote as HTML.
"""

import ctypes
import html
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops, ImageDraw

from corpus.document import Location, letters
from corpus.errors import MaterialError
from corpus.fragments import View, code_html, markdown_html, png_of
from corpus.readers import notebook, pdf
from corpus.readers.layout import Line, lines_of
from corpus.slideview import largest_picture, slide_html

Image.MAX_IMAGE_PIXELS = 100_000_000
WIDTH = 1_400  # pixels of a page's longer side
MARK = (255, 236, 130)  # a highlighter
FRAME = (240, 150, 0)
PICTURES = ("image/png", "image/jpeg")


def render(data: bytes, location: Location, text: str, width: int = WIDTH) -> View:
    """The place `location` of the document whose bytes are `data`.

    Args:
        data: the file as it is on disk.
        location: a place that its reader gave.
        text: the passage, to mark in the page, or to show where there is nothing better.
        width: pixels of a picture's longer side.

    Raises:
        MaterialError: if the document has no such place.
    """
    number = location.number or 1
    if location.kind == "page":
        pages = range(number, (location.last or number) + 1)
        return View("image/png", marked_page(data, pages, text, width))
    if location.kind == "cell":
        return fragment(cell_html(notebook.cells_of(data), number))
    if location.kind == "slide" and data.startswith(b"PK"):
        return fragment(slide_html(data, number))
    return fragment(markdown_html(text))


def fragment(text: str) -> View:
    """A view from HTML."""
    return View("text/html", text.encode())


@contextmanager
def to_draw(data: bytes, what: str) -> Iterator[pypdfium2.PdfDocument]:
    """The PDF in `data`, open; what goes wrong with `what` is a `MaterialError`."""
    file = pdf.opened(data)
    try:
        yield file
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise MaterialError(f"{what} no se puede dibujar ({error})") from error
    finally:
        file.close()


def marked_page(data: bytes, numbers: Iterable[int], text: str, width: int) -> bytes:
    """PNG of the one of some pages that holds most of `text`, with its lines marked."""
    with to_draw(data, "la página") as file:
        pages = [file[number - 1] for number in numbers]
        marked = [marked_lines(lines_of(page), text) for page in pages]
        best = max(range(len(pages)), key=lambda at: (len(marked[at]), at))
        page = pages[best]
        scale = width / max(page.get_size())
        image = page.render(scale=scale).to_pil().convert("RGB")
        boxes = [on_picture(page, line, image.size) for line in marked[best]]
    layer = Image.new("RGB", image.size, "white")
    draw = ImageDraw.Draw(layer)
    for box in boxes:
        draw.rectangle(box, fill=MARK)
    if not boxes:  # read by OCR, or all pictures: the whole page is the passage
        draw.rectangle((0, 0, image.width - 1, image.height - 1), outline=FRAME, width=6)
    return png_of(ImageChops.multiply(image, layer))  # ink stays as dark as it was


def picture(data: bytes, number: int, width: int) -> bytes:
    """Page `number` of a PDF, or the largest picture of that slide of a PPTX, as PNG.

    Args:
        data: the bytes of the file.
        number: from 1.
        width: pixels of the longer side.
    """
    zipped = data.startswith(b"PK")
    image = largest_picture(data, number) if zipped else page_image(data, number, width)
    image.thumbnail((width, width))
    return png_of(image)


def page_image(data: bytes, number: int, width: int) -> Image.Image:
    """A page of a PDF, drawn."""
    with to_draw(data, f"la página {number}") as file:
        page = file[number - 1]
        image: Image.Image = page.render(scale=width / max(page.get_size())).to_pil()
    return image


def marked_lines(lines: list[Line], text: str) -> list[Line]:
    """The lines of a page that are in a passage."""
    passage = letters(text)
    return [line for line in lines if (words := letters(line.text)) and words in passage]


def on_picture(
    page: pypdfium2.PdfPage, line: Line, size: tuple[int, int]
) -> tuple[int, int, int, int]:
    """The box of a line in pixels (left, top, right, bottom), whatever the page's rotation."""
    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for at in ((line.box[0], line.box[1]), (line.box[2], line.box[3])):
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, *at, ctypes.byref(x), ctypes.byref(y))
        corners.append((x.value, y.value))
    (x1, y1), (x2, y2) = corners
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def cell_html(cells: list[Any], number: int) -> str:
    """Cell `number` of a notebook: text, or coloured code with its output below."""
    if not 1 <= number <= len(cells):
        raise MaterialError(f"el cuaderno tiene {len(cells)} celdas, no {number}")
    cell = cells[number - 1]
    if cell.cell_type != "code":
        return markdown_html(notebook.visible(str(cell.get("source", ""))))
    outputs = "".join(output_html(output) for output in cell.get("outputs", []))
    return code_html(str(cell.get("source", "")), "python") + outputs


def output_html(output: Any) -> str:
    """One output: its picture, or what it says."""
    data = output.get("data", {})
    for media_type in PICTURES:
        if media_type in data:
            picture = re.sub(r"[^A-Za-z0-9+/=]", "", "".join(data[media_type]))
            return f'<img alt="salida" src="data:{media_type};base64,{picture}">'
    said = notebook.ESCAPES.sub("", notebook.output_text(output))
    return f'<pre class="output">{html.escape(said)}</pre>' if said else ""
