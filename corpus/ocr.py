"""Reading pictures of pages with Tesseract, when it is installed.

Words that Tesseract itself doubts are dropped: a photograph is not text.
"""

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Iterator

from PIL import Image

from corpus.document import clean
from corpus.errors import MaterialError

LANGUAGES = ("spa", "eng")
CONFIDENT = 60  # of 100; below it words are mostly noise
FEW_WORDS = 3
DOUBTFUL = 0.6  # share of trusted words below which the page is tried upside down
SECONDS = 60
INSTALL = "sudo apt-get install tesseract-ocr tesseract-ocr-spa"


def languages() -> list[str]:
    """The languages that the installed Tesseract can read, of ours; empty if it is missing."""
    program = shutil.which("tesseract")
    if program is None:
        return []
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False)
    known = listed.stdout.split()
    return [language for language in LANGUAGES if language in known]


class Tesseract:
    """Reads the words in a picture; a `corpus.pictures.PictureReader`."""

    label = "OCR"

    def __init__(self, languages: list[str]) -> None:
        self.languages = "+".join(languages)
        self.id = f"tesseract {self.languages}"

    def read(self, png: bytes) -> str:
        """The text in a picture, in lines; empty if there is next to none.

        Raises:
            MaterialError: if Tesseract fails or takes longer than `SECONDS`.
        """
        table = self.table(png)
        if trusted(table) < DOUBTFUL:  # a page with few words may be upside down unnoticed
            table = max(table, self.table(turned(png)), key=trusted)
        return text_of(table)

    def table(self, png: bytes) -> str:
        """Tesseract's table of words; pages on their side are turned."""
        command = ["tesseract", "stdin", "stdout", "-l", self.languages, "--psm", "1", "tsv"]
        try:
            read = subprocess.run(
                command,
                input=png,
                capture_output=True,
                check=False,
                timeout=SECONDS,
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # pages are read in parallel already
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MaterialError(f"Tesseract no pudo leer la página: {error}") from error
        if read.returncode:
            reason = " ".join(read.stderr.decode(errors="replace").split())[-200:]
            raise MaterialError(f"Tesseract no pudo leer la página: {reason}")
        return read.stdout.decode(errors="replace")


def turned(png: bytes) -> bytes:
    """A picture upside down."""
    with Image.open(io.BytesIO(png)) as image, io.BytesIO() as file:
        image.transpose(Image.Transpose.ROTATE_180).save(file, "PNG")
        return file.getvalue()


def trusted(table: str) -> float:
    """The share of its words that Tesseract trusts; 0 without words."""
    words = [row for row in rows(table) if (row.get("text") or "").strip()]
    return sum(float(row["conf"]) >= CONFIDENT for row in words) / len(words) if words else 0.0


def rows(table: str) -> Iterator[dict[str, str]]:
    """The rows of Tesseract's table."""
    yield from csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)


def text_of(table: str) -> str:
    """The lines of Tesseract's table, doubtful words left out; empty if few words remain."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for row in confident(table):
        key = (row["block_num"], row["par_num"], row["line_num"])
        lines.setdefault(key, []).append(row["text"])
    kept = [" ".join(words) for words in lines.values()]
    words = [word for line in kept for word in line.split() if sum(map(str.isalpha, word)) > 2]
    return clean("\n".join(kept)) if len(words) >= FEW_WORDS else ""


def confident(table: str) -> Iterator[dict[str, str]]:
    """The rows of words that Tesseract trusts."""
    for row in rows(table):
        text = (row.get("text") or "").strip()
        if text and float(row["conf"]) >= CONFIDENT and any(map(str.isalnum, text)):
            yield row
