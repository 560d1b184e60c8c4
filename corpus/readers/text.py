"""Plain text: one section for the whole file."""

from corpus.document import Location, Section, clean
from corpus.errors import MaterialError
from corpus.readers import Content

WHOLE = Location("document", None, None, "documento")


def decoded(data: bytes) -> str:
    """The text of `data`: UTF-8, or Windows-1252 as old editors wrote it.

    Raises:
        MaterialError: if the bytes are not text.
    """
    if b"\x00" in data:
        raise MaterialError("no es un archivo de texto")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def read(data: bytes) -> Content:
    """Reads plain text."""
    text = clean(decoded(data))
    return Content(None, (Section(text, WHOLE),) if text else ())
