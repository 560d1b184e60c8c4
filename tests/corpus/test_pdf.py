import io
from collections.abc import Callable

import pypdfium2
import pytest
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from corpus import BUNDLED, MaterialError
from corpus.readers import pdf
from corpus.readers.glyphs import letters_named

SLIDES = BUNDLED / "semana-02" / "clase-02-perceptron.pdf"
SIZE = (720, 405)


def drawn(*pages: Callable[[Canvas], None], size: tuple[int, int] = SIZE, **options: str) -> bytes:
    """A PDF whose pages are drawn by functions."""
    with io.BytesIO() as file:
        canvas = Canvas(file, pagesize=size, **options)
        for page in pages:
            page(canvas)
            canvas.showPage()
        canvas.save()
        return file.getvalue()


def slide(title: str, *lines: str, number: int | None = None) -> Callable[[Canvas], None]:
    """Draws a slide with a large title and lines below."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 30)
        canvas.drawString(40, 350, title)
        canvas.setFont("Helvetica", 16)
        for at, line in enumerate(lines):
            canvas.drawString(40, 300 - 24 * at, line)
        if number:
            canvas.drawString(300, 20, f"Curso de redes · {number}")

    return draw


def picture(canvas: Canvas) -> None:
    """Draws a page that is only a picture, which says something."""
    image = Image.new("RGB", (1440, 810), "white")
    ImageDraw.Draw(image).text((100, 300), "Retropropagacion del error", fill="black", font_size=90)
    canvas.drawImage(ImageReader(image), 0, 0, *SIZE)


def test_pages_of_the_bundled_slides_have_titles() -> None:
    content = pdf.read(SLIDES.read_bytes())
    assert len(content.sections) == 23
    xor = content.sections[11]
    assert (xor.location.number, xor.location.label) == (12, "lámina 12")
    assert "XOR" in xor.headings[-1]
    assert "Minsky" in xor.text
    assert content.title
    assert content.title.startswith("Perceptrón y descenso de gradiente")


def test_running_titles_and_page_numbers_are_left_out() -> None:
    raw = pypdfium2.PdfDocument(SLIDES)
    footers = ["CC6204 ·" in page.get_textpage().get_text_bounded() for page in raw]
    raw.close()
    assert sum(footers) > 15
    sections = pdf.read(SLIDES.read_bytes()).sections
    assert not any("CC6204 ·" in section.text for section in sections[1:])
    assert not any(section.text.endswith("/ 21") for section in sections)


def test_numbers_that_are_no_page_number_stay() -> None:
    pages = [
        slide(f"Año {n * n}", str(2000 + n * n), f"Alexnet {n * 7}", number=n) for n in range(1, 6)
    ]
    sections = pdf.read(drawn(*pages)).sections
    assert sections[2].text == "Año 9\n2009\nAlexnet 21"


def test_portrait_pages_are_pages_and_say_the_number_printed_on_them() -> None:
    data = drawn(slide("Uno", "texto"), slide("Dos", "texto"), size=(420, 600))
    assert [s.location.label for s in pdf.read(data).sections] == ["página 1", "página 2"]


def test_a_ruled_table_becomes_markdown_in_its_place() -> None:
    def table(canvas: Canvas) -> None:
        slide("Resultados")(canvas)
        canvas.drawString(40, 310, "Antes de la tabla")
        canvas.grid([40, 200, 360], [180, 210, 240, 270])
        cells = [("red", "error"), ("LeNet", "0.8"), ("ResNet", "0.3")]
        for row, (name, error) in enumerate(cells):
            canvas.drawString(50, 250 - 30 * row, name)
            canvas.drawString(210, 250 - 30 * row, error)
        canvas.drawString(40, 120, "Después de la tabla")

    (section,) = pdf.read(drawn(table)).sections
    assert section.text.split("\n\n") == [
        "Resultados\nAntes de la tabla",
        "| red | error |\n| --- | --- |\n| LeNet | 0.8 |\n| ResNet | 0.3 |",
        "Después de la tabla",
    ]


def test_two_columns_written_row_by_row_are_read_one_after_the_other() -> None:
    left = [f"la columna izquierda dice su frase {n}" for n in range(6)]
    right = [f"la columna derecha dice la suya {n}" for n in range(6)]

    def columns(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 12)
        for at in range(6):
            canvas.drawString(40, 300 - 20 * at, left[at])
            canvas.drawString(400, 300 - 20 * at, right[at])

    (section,) = pdf.read(drawn(columns)).sections
    assert section.text.split("\n") == left + right


def test_words_hyphenated_at_a_line_s_end_are_made_whole() -> None:
    data = drawn(slide("Título", "la retropro-", "pagación del gradiente"))
    assert "retropropagación" in pdf.read(data).sections[0].text


def test_bookmarks_are_the_breadcrumb() -> None:
    def chapter(canvas: Canvas) -> None:
        canvas.bookmarkPage("a")
        canvas.addOutlineEntry("Optimización", "a", level=0)
        slide("Momentum", "una velocidad que se acumula")(canvas)

    def after(canvas: Canvas) -> None:
        canvas.bookmarkPage("b")
        canvas.addOutlineEntry("Adaptativos", "b", level=1)
        slide("Adam", "dos momentos de los gradientes")(canvas)

    sections = pdf.read(drawn(chapter, after, slide("RMSProp", "uno solo"))).sections
    assert [s.headings for s in sections] == [
        ("Optimización", "Momentum"),
        ("Optimización", "Adaptativos", "Adam"),
        ("Optimización", "Adaptativos", "RMSProp"),
    ]


def test_a_divider_page_is_a_heading_and_no_place_of_its_own() -> None:
    def divider(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 40)
        canvas.drawString(100, 180, "Gradiente descendente")

    cover = slide("Redes", "una portada con algo más de texto que el título")
    sections = pdf.read(
        drawn(cover, divider, slide("Regla", "w menos eta por el gradiente"))
    ).sections
    assert [(s.location.number, s.headings) for s in sections] == [
        (1, ("Redes",)),
        (3, ("Gradiente descendente", "Regla")),
    ]


def test_pages_that_show_only_pictures_are_listed_as_unread() -> None:
    content = pdf.read(drawn(slide("Uno", "texto de la primera lámina"), picture))
    assert [s.location.number for s in content.sections] == [1]
    assert [(s.location.label, s.text) for s in content.unread] == [("lámina 2", "")]


def test_blank_pages_are_nothing() -> None:
    content = pdf.read(drawn(lambda _: None, lambda _: None))
    assert (content.sections, content.unread) == ((), ())


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotated_pages_are_read(rotation: int) -> None:
    file = pypdfium2.PdfDocument(drawn(slide("Título", "la entropía cruzada mide la sorpresa")))
    file[0].set_rotation(rotation)
    with io.BytesIO() as turned:
        file.save(turned)
        data = turned.getvalue()
    file.close()
    assert "entropía cruzada mide la sorpresa" in pdf.read(data).sections[0].text


def test_letters_of_formulas_that_office_names_wrongly_are_mended() -> None:
    codes = [ord(letter) for letter in "pesos w y x de la red: "]
    names = letters_named([*codes, 0x0B35, 0x0BDC, 0x0DCD])
    assert "".join(names.get(code, "?") for code in (0x0B35, 0x0BDC, 0x0DCD)) == "1i∑"
    assert letters_named([0x0BA4, 0x0BAE, 0x0BBF, 0x0BB4]) == {}


def test_a_pdf_with_a_password_says_what_to_do() -> None:
    with pytest.raises(MaterialError, match=r"pide una contraseña; guarde una copia sin ella"):
        pdf.read(drawn(slide("Secreto", "nota"), encrypt="clave"))


@pytest.mark.parametrize("data", [b"%PDF-1.7 cut", SLIDES.read_bytes()[:5_000]])
def test_a_damaged_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(MaterialError, match="dañado"):
        pdf.read(data)


def test_statements_in_large_letters_are_places_when_no_page_follows_them() -> None:
    def statement(text: str) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            canvas.setFont("Helvetica-Bold", 40)
            canvas.drawString(60, 180, text)

        return draw

    sections = pdf.read(drawn(*map(statement, ["Aprender", "Equivocarse", "Insistir"]))).sections
    assert [section.text for section in sections] == ["Aprender", "Equivocarse", "Insistir"]


def test_a_line_that_is_only_a_number_sign_is_a_line() -> None:
    pages = [slide(f"Lámina {n * n}", "#" if n == 3 else "algo", str(n)) for n in range(1, 9)]
    assert "#" in pdf.read(drawn(*pages)).sections[2].text
