"""A view of a place, and its pieces: PNG, and HTML that holds nothing active."""

import io
from dataclasses import dataclass

from markdown_it import MarkdownIt
from PIL import Image
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from corpus.formulas import with_formulas

MARKDOWN = with_formulas(MarkdownIt("commonmark", {"html": False}).enable("table").disable("image"))


@dataclass(frozen=True, slots=True)
class View:
    """A picture (``image/png``) or a fragment of HTML (``text/html``, UTF-8)."""

    media_type: str
    data: bytes


def png_of(image: Image.Image) -> bytes:
    """The bytes of a picture as PNG."""
    with io.BytesIO() as file:
        image.convert("RGB").save(file, "PNG")
        return file.getvalue()


def code_html(code: str, language: str) -> str:
    """Coloured code, colours written in place so that no style sheet is needed."""
    formatter = HtmlFormatter(noclasses=True, nobackground=True)
    coloured: str = highlight(code, get_lexer_by_name(language), formatter)
    return coloured


def markdown_html(text: str) -> str:
    """Markdown as HTML, formulas drawn; HTML in it is shown as text, its pictures not loaded."""
    written: str = MARKDOWN.render(text)
    return written
