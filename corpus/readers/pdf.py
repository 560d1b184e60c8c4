"""PDF: one section per page, titled by its largest text near the top.

Landscape pages are slides and are called “lámina”. Lines that most pages repeat (running titles,
footers, page numbers) are left out. A page with no text is reported, not invented.
"""

import re
from collections import Counter
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from corpus.document import Section, clean, numbered
from corpus.errors import MaterialError
from corpus.readers import Content

MAX_PAGES = 2_000
REPEATED = 0.6  # a line on this share of the pages is furniture, if there are enough pages
FEW_PAGES = 4
OF_TOTAL = re.compile(r"^\d+\s*(/|de|of)\s*\d+$")  # 7 / 21
HYPHENATED = re.compile(r"(\w)[-\u00ad\u0002\ufffe]\n(?=[a-záéíóúñ])")


@dataclass(frozen=True, slots=True)
class Page:
    """A page's lines in the file's order, its likely title, whether it is wider than tall."""

    lines: tuple[str, ...]
    title: str
    is_slide: bool


def read(data: bytes) -> Content:
    """Reads a PDF.

    Raises:
        MaterialError: if it is damaged, needs a password or has too many pages.
    """
    try:
        file = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD
        reason = "pide una contraseña" if locked else "el PDF está dañado o no es un PDF"
        raise MaterialError(reason) from error
    try:
        if len(file) > MAX_PAGES:
            raise MaterialError(f"tiene {len(file)} páginas; el límite es {MAX_PAGES}")
        pages = [read_page(file[number]) for number in range(len(file))]
    except pypdfium2.PdfiumError as error:
        raise MaterialError(f"el PDF está dañado ({error})") from error
    finally:
        file.close()

    furniture = repeated_lines(pages)
    sections, empty = [], []
    for number, page in enumerate(pages, start=1):
        text = clean("\n".join(without_number(page.lines, number, furniture)))
        if not text:
            empty.append(number)
            continue
        word = "lámina" if page.is_slide else "página"
        headings = (page.title,) if page.title and page.title not in furniture else ()
        sections.append(Section(text, numbered("page", number, word=word), headings))
    warnings = (f"páginas sin texto: {', '.join(map(str, empty))}",) if empty else ()
    title = pages[0].title if pages else ""  # the file's own metadata often names the editor
    return Content(title or None, tuple(sections), warnings)


def read_page(page: pypdfium2.PdfPage) -> Page:
    """Text and title of one page."""
    width, height = page.get_size()
    text_page = page.get_textpage()
    try:
        text = text_page.get_text_bounded()
        sizes = line_sizes(text_page)
    finally:
        text_page.close()
    text = HYPHENATED.sub(r"\1", text.replace("\r\n", "\n"))
    lines = tuple(line for line in clean(text).split("\n") if line)
    return Page(lines, title_of(sizes, height), width > height)


def line_sizes(text_page: pypdfium2.PdfTextPage) -> list[tuple[float, float, str]]:
    """(font height, top, text) of each horizontal run of text, in points."""
    runs = []
    for at in range(text_page.count_rects()):
        left, bottom, right, top = text_page.get_rect(at)
        text = clean(text_page.get_text_bounded(left, bottom, right, top)).replace("\n", " ")
        if text:
            runs.append((top - bottom, top, text))
    return runs


def title_of(runs: list[tuple[float, float, str]], height: float) -> str:
    """The largest text in the upper third, up to 90 characters; empty if nothing stands out."""
    upper = [run for run in runs if run[1] > height * 2 / 3 and re.search(r"[^\W\d]{2}", run[2])]
    if not upper:
        return ""
    size = max(run[0] for run in upper)
    first = max(run[1] for run in upper if run[0] > size * 0.9)
    line = [text for run, top, text in upper if run > size * 0.8 and abs(top - first) < size]
    return " ".join(dict.fromkeys(line))[:90].strip()


def repeated_lines(pages: list[Page]) -> set[str]:
    """Lines that most pages repeat near an end."""
    ends = [{*page.lines[:3], *page.lines[-3:]} for page in pages]
    counts = Counter(mask for lines in ends for mask in {masked(line) for line in lines})
    enough = max(FEW_PAGES, REPEATED * len(pages))
    repeated = {mask for mask, count in counts.items() if count >= enough and mask.strip("# ")}
    return {line for lines in ends for line in lines if masked(line) in repeated}


def masked(line: str) -> str:
    """`line` with its numbers hidden: a footer counts the pages."""
    return re.sub(r"\d+", "#", line)


def without_number(lines: tuple[str, ...], page: int, furniture: set[str]) -> list[str]:
    """`lines` of a page without furniture and without its number at either end."""
    kept = [line for line in lines if line not in furniture]
    for end in (0, -1):
        if kept and (kept[end] == str(page) or OF_TOTAL.match(kept[end])):
            del kept[end]
    return kept
