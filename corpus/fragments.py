"""A view of a place, and its pieces: PNG, and HTML that holds nothing active."""

import io
from dataclasses import dataclass

from markdown_it import MarkdownIt
from PIL import Image
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


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
    """Markdown as HTML; a document's own HTML is shown as text, and its pictures are not loaded."""
    written: str = MARKDOWN.render(text)
    return written
