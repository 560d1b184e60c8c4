"""Plain text: one section for the whole file."""

import codecs
import re

from corpus.document import Location, Section, clean
from corpus.errors import MaterialError
from corpus.readers import Content

WHOLE = Location("document", None, None, "documento")
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16's, which it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # a terminal's escape may stay
MAX_CONTROLS = 0.01  # of the characters; a picture or a program has over 10 %
BINARY = "no es un archivo de texto sino datos binarios; expórtelo como texto en UTF-8"


def decoded(data: bytes) -> str:
    """The text of `data`: as its byte order mark says, or UTF-8, or Windows-1252.

    A file in UTF-8 with a few bad bytes is still UTF-8: the bad bytes become U+FFFD.

    Raises:
        MaterialError: if the bytes are not text.
    """
    for mark, encoding in BOMS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, errors="replace")
            break
    else:
        text = without_mark(data)
    hidden = len(CONTROLS.findall(text))
    strange = hidden + text.count("\ufffd")
    if "\x00" in text or strange > max(8, MAX_CONTROLS * len(text)):
        raise MaterialError(BINARY)
    return text


def without_mark(data: bytes) -> str:
    """Text that does not say its encoding: UTF-8, or Windows-1252 as old editors wrote it."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    accents = sum(character > "\x7f" for character in text) - bad
    # In Windows-1252 hardly any accent is good UTF-8; in a cut UTF-8 file nearly all are.
    return text if accents > bad else data.decode("cp1252", errors="replace")


def read(data: bytes) -> Content:
    """Reads plain text.

    Raises:
        MaterialError: if the bytes are not text.
    """
    text = clean(decoded(data))
    return Content(None, (Section(text, WHOLE),) if text else ())
