"""PDF: one section per page, under its title and the bookmarks that lead to it.

Landscape pages are slides and are called “lámina”. Lines that most pages repeat (running titles,
footers, page numbers) are left out. Ruled tables become Markdown tables. A page that shows only
pictures is reported in `Content.unread`, not invented; `corpus.pictures` can read it.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pdfminer.pdftypes
import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium
from pdfplumber.pdf import PDF

from corpus.document import Location, Section, clean, numbered
from corpus.errors import MaterialError
from corpus.readers import Content
from corpus.readers.furniture import repeated_lines
from corpus.readers.layout import Box, Line, lines_of, text_of, title_of, upright_size
from corpus.readers.tables import markdown_table

MAX_PAGES = 2_000
FEW_CHARACTERS = 60  # with less text than this beside pictures, the page is its pictures
PICTURE_SHARE = 0.1  # of the page's area; smaller ones are logos
DRAWN_PATHS = 60  # a figure drawn with fewer lines says little
RULED_PATHS = range(1, 3_000)  # paths of a page worth looking for a table in
DIVIDER_WORDS = 12
LARGE = 0.06  # of the page's height: letters of a cover
OF_TOTAL = re.compile(r"^\d+\s*(/|de|of)\s*\d+$")  # 7 / 21


@dataclass(frozen=True, slots=True)
class Page:
    """What one page shows.

    Attributes:
        lines: in reading order.
        title: its title, or empty.
        size: width and height in points.
        pictured: whether pictures or drawings take a good part of it.
        tables: the box of each ruled table and its Markdown.
        label: the page's own number when the file gives it another one (“iv”).
    """

    lines: tuple[Line, ...]
    title: str
    size: tuple[float, float]
    pictured: bool
    tables: tuple[tuple[Box, str], ...]
    label: str


def opened(data: bytes) -> pypdfium2.PdfDocument:
    """The PDF in `data`.

    Raises:
        MaterialError: if it is damaged, needs a password or has too many pages.
    """
    try:
        file = pypdfium2.PdfDocument(data)
        pages = len(file)
    except pypdfium2.PdfiumError as error:
        if pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD:
            raise MaterialError(
                "pide una contraseña; guarde una copia sin ella e indexe la copia"
            ) from error
        raise MaterialError("el PDF está dañado o no es un PDF") from error
    if pages > MAX_PAGES:
        raise MaterialError(f"tiene {pages} páginas; el límite es {MAX_PAGES}")
    return file


def read(data: bytes) -> Content:
    """Reads a PDF; raises `MaterialError` if it is damaged or needs a password."""
    file = opened(data)
    pdfminer.pdftypes.decompress_corrupted = unmended
    try:
        plumber = pdfplumber.open(io.BytesIO(data))
    except Exception:  # pdfminer is stricter than PDFium; without it, tables stay plain text
        plumber = None
    try:
        pages = [read_page(file, number, plumber) for number in range(len(file))]
        outline = outline_of(file)
    except pypdfium2.PdfiumError as error:
        raise MaterialError(f"el PDF está dañado ({error})") from error
    finally:
        file.close()
        if plumber:
            plumber.stream.close()  # its own close() reads the pages again
    return content_of(pages, outline)


def unmended(data: bytes) -> bytes:  # noqa: ARG001
    """Stands for pdfminer's mending of damaged streams, byte by byte, which takes many seconds.

    pdfminer only looks for tables here; the text is PDFium's, which mends what it can.
    """
    return b""


def content_of(pages: list[Page], outline: dict[int, tuple[str, ...]]) -> Content:
    """Sections of `pages`, each under the bookmarks and divider pages before it."""
    furniture = repeated_lines([([line.text for line in p.lines], p.title) for p in pages])
    sections, unread = [], []
    above: tuple[str, ...] = ()
    texts = [
        text_with_tables(without_furniture(page.lines, number, furniture), page.tables)
        for number, page in enumerate(pages, start=1)
    ]
    announces = [is_divider(page, text) for page, text in zip(pages, texts, strict=True)]
    for number, (page, text) in enumerate(zip(pages, texts, strict=True), start=1):
        above = outline.get(number, above)
        if not outline and announces[number - 1]:
            above = (" ".join(text.split()),)
            if number > 1 and announces[number : number + 1] == [False]:
                continue  # it lives on as the heading of the page that follows
        title = "" if page.title in furniture else page.title
        section = Section(text, place(number, page), breadcrumb(above, title))
        if text:
            sections.append(section)
        if page.pictured and len(text) < FEW_CHARACTERS and not announces[number - 1]:
            unread.append(section)
    return Content(cover_title(pages, furniture), tuple(sections), unread=tuple(unread))


def place(number: int, page: Page) -> Location:
    """Where a page is: a slide if it is wider than tall; a book's “iv” is said with its number."""
    width, height = page.size
    word = "lámina" if width > height else "página"
    found = numbered("page", number, word=word)
    if word == "lámina" or page.label in ("", str(number)):
        return found
    return replace(found, label=f"{word} {page.label} ({number} del PDF)")


def breadcrumb(above: tuple[str, ...], title: str) -> tuple[str, ...]:
    """The headings above a page and its title, said once."""
    steps = (*above, title)
    return tuple(dict.fromkeys(step for step in steps if step))


def is_divider(page: Page, text: str) -> bool:
    """Whether a page only announces, in large letters, what comes next."""
    large = any(line.size > LARGE * page.size[1] for line in page.lines)
    return not page.title and large and 0 < len(text.split()) <= DIVIDER_WORDS


def cover_title(pages: list[Page], furniture: set[str]) -> str | None:
    """The largest words of the first page; the file's own metadata often names the editor."""
    if not pages or len(pages) < 2:
        return pages[0].title or None if pages else None
    lines = [line for line in pages[0].lines if line.text not in furniture]
    if not lines:
        return None
    size = max(line.size for line in lines)
    title = " ".join(line.text for line in lines if line.size > size * 0.6)
    return title if re.search(r"[^\W\d_]{3}", title) and len(title) <= 120 else None


def read_page(file: pypdfium2.PdfDocument, at: int, plumber: PDF | None) -> Page:
    """What page number `at`, from 0, shows."""
    page = file[at]
    size = page.get_size()
    shown = upright_size(page)
    lines = lines_of(page)
    title = text_of(title_of(lines, shown[1])).replace("\n", " ") if not page.get_rotation() else ""
    pictures, paths = drawn(page, shown)
    tables = tuple(tables_of(plumber, at, paths)) if plumber else ()
    label = file.get_page_label(at)
    page.close()
    return Page(tuple(lines), title, size, pictures or paths >= DRAWN_PATHS, tables, label)


def drawn(page: pypdfium2.PdfPage, size: tuple[float, float]) -> tuple[bool, int]:
    """Whether pictures cover a good part of the page, and how many paths are drawn on it."""
    area, paths = 0.0, 0
    for shape in page.get_objects(max_depth=3):
        if shape.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = shape.get_bounds()
            area += max(0, right - left) * max(0, top - bottom)
        paths += shape.type == pdfium.FPDF_PAGEOBJ_PATH
    return area > PICTURE_SHARE * size[0] * size[1], paths


def tables_of(plumber: PDF, at: int, paths: int) -> Iterator[tuple[Box, str]]:
    """Box and Markdown of each ruled table on a page."""
    if paths not in RULED_PATHS:
        return
    try:
        page = plumber.pages[at]
        for table in page.find_tables():
            rows = [[clean(cell or "") for cell in row] for row in table.extract()]
            if text := markdown_table(rows):
                left, top, right, bottom = table.bbox
                yield (left, page.height - bottom, right, page.height - top), text
    except Exception:  # pdfminer stumbles over some files that PDFium reads: their text remains
        return
    page.close()


def text_with_tables(lines: list[Line], tables: tuple[tuple[Box, str], ...]) -> str:
    """The text of a page, with each table in place of the lines that stand in it."""
    parts: list[str] = []
    loose: list[Line] = []
    written: set[int] = set()
    for line in lines:
        inside = next((at for at, (box, _) in enumerate(tables) if holds(box, line)), None)
        if inside is None:
            loose.append(line)
        elif inside not in written:
            written.add(inside)
            parts += [text_of(loose), tables[inside][1]]
            loose = []
    parts.append(text_of(loose))
    return "\n\n".join(part for part in parts if part)


def holds(box: Box, line: Line) -> bool:
    """Whether the middle of `line` is in `box`."""
    x, y = line.middle
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def outline_of(file: pypdfium2.PdfDocument) -> dict[int, tuple[str, ...]]:
    """The bookmarks in force from each page on that has one, outermost first."""
    path: tuple[str, ...] = ()
    found: dict[int, tuple[str, ...]] = {}
    for bookmark in file.get_toc():
        title = clean(bookmark.get_title() or "").strip()
        path = (*path[: bookmark.level], title)
        target = bookmark.get_dest()
        index = target.get_index() if target else None
        if index is not None and title:
            found.setdefault(index + 1, path)
    return found if len(found) > 1 else {}


def without_furniture(lines: tuple[Line, ...], page: int, furniture: set[str]) -> list[Line]:
    """`lines` of a page without furniture and without its number at either end."""
    kept = [line for line in lines if line.text not in furniture]
    for end in (0, -1):
        if kept and (kept[end].text == str(page) or OF_TOTAL.match(kept[end].text)):
            del kept[end]
    return kept
