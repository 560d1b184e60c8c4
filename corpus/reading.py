"""Reading a course file by what it holds."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

from corpus.calendar import calendar_of, year_of
from corpus.document import Document, clean
from corpus.errors import MaterialError
from corpus.finding import SourceFile
from corpus.programme import called, links_together
from corpus.readers import (
    Reader,
    docx,
    html,
    latex,
    markdown,
    notebook,
    pdf,
    pptx,
    source,
    subtitles,
    text,
)

MAX_BYTES = 200_000_000
MAX_TEXT_BYTES = 10_000_000  # of plain text: some twenty books
READERS: dict[str, Reader] = {
    "pdf": pdf.read,
    "pptx": pptx.read,
    "docx": docx.read,
    "notebook": notebook.read,
    "markdown": markdown.read,
    "html": html.read,
    "latex": latex.read,
    "subtitles": subtitles.read,
    "source": source.read,
    "text": text.read,
}
PLAIN = ("markdown", "latex", "subtitles", "source", "text")  # what they say is all they hold
SUFFIXES = {
    ".pdf": "pdf", ".pptx": "pptx", ".pptm": "pptx", ".ppsx": "pptx",
    ".docx": "docx", ".docm": "docx", ".ipynb": "notebook",
    ".md": "markdown", ".markdown": "markdown", ".qmd": "markdown", ".rmd": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".tex": "latex",
    ".vtt": "subtitles", ".srt": "subtitles", ".txt": "text", ".rst": "text",
    **dict.fromkeys(
        (
            ".py", ".m", ".jl", ".r", ".c", ".cpp", ".cc", ".h", ".hpp", ".cu", ".java", ".js",
            ".ts", ".sh", ".sql", ".yaml", ".yml", ".toml",
        ),
        "source",
    ),
}  # fmt: skip
MAGIC = {  # how files begin that have no reader, and what to do about them
    b"\x89PNG": "es una imagen PNG",
    b"\xff\xd8\xff": "es una imagen JPEG",
    b"GIF8": "es una imagen GIF",
    b"\xd0\xcf\x11\xe0": "es un archivo antiguo de Office, o uno con contraseña; "
    "guárdelo sin ella como .pptx, .docx o PDF",
    b"\x1f\x8b": "está comprimido; descomprímalo",
    b"Rar!": "está comprimido; descomprímalo",
    b"7z\xbc\xaf": "está comprimido; descomprímalo",
    b"\x00\x00\x00\x18ftyp": "es un video",
    b"\x00\x00\x00\x20ftyp": "es un video",
    b"\x1aE\xdf\xa3": "es un video",
    **{b"ID3" + bytes([version]): "es audio" for version in (2, 3, 4)},
}
RIFF = re.compile(rb"RIFF....(?:WAVE|AVI |WEBP)", re.S)
MEMBERS = {"ppt/presentation": "pptx", "word/document": "docx"}  # what a ZIP file is, by a member
OTHER_MEMBERS = {
    "xl/workbook.xml": "es una planilla de Excel; exporte a PDF o Markdown lo que sirva",
    "META-INF/container.xml": "es un libro EPUB; conviértalo a PDF o HTML",
    "content.xml": "es un archivo de LibreOffice; guárdelo como .docx, .pptx o PDF",
}


def read_bytes(file: SourceFile) -> bytes:
    """The bytes of a course file; raises `MaterialError` if it is too large or cannot be opened."""
    try:
        size = file.path.stat().st_size
        if size > MAX_BYTES:
            raise MaterialError(f"pesa {size / 1e6:.0f} MB; el límite es {MAX_BYTES / 1e6:.0f} MB")
        return file.path.read_bytes()
    except OSError as error:
        raise MaterialError(f"no se puede abrir: {error.strerror or error}") from error


def format_of(name: str, data: bytes) -> str:
    """The reader for a file, by its content first and by its extension among plain texts.

    Raises:
        MaterialError: saying what the file is, if there is no reader for it.
    """
    suffix = Path(name).suffix.lower()
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return format_of_archive(data)
    if RIFF.match(data):
        raise MaterialError("no se lee todavía: es audio, video o una imagen")
    for magic, reason in MAGIC.items():
        if data.startswith(magic):
            raise MaterialError(f"no se lee todavía: {reason}")
    start = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    if start.startswith(b"webvtt"):
        return "subtitles"
    if start.startswith(b"{") and b'"cells"' in data and b'"nbformat"' in data:
        return "notebook"
    expected = SUFFIXES.get(suffix)
    if expected is None:
        raise MaterialError(f"no se lee todavía: formato {suffix or 'sin extensión'}")
    if expected in ("pdf", "pptx", "docx"):
        raise MaterialError(f"está dañado o no es un archivo {suffix}")
    return expected


def format_of_archive(data: bytes) -> str:
    """What a ZIP file is, by its members' names."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise MaterialError(
            "está dañado: es un archivo comprimido que no se puede abrir"
        ) from error
    for member, kind in MEMBERS.items():
        if any(name.startswith(member) for name in names):
            return kind
    for member, reason in OTHER_MEMBERS.items():
        if member in names:
            raise MaterialError(f"no se lee todavía: {reason}")
    raise MaterialError("no se lee todavía: es un archivo comprimido; descomprímalo")


def read_file(file: SourceFile, data: bytes) -> Document:
    """Reads one course file whose bytes are `data`, in this process.

    `corpus.sandbox` does the same in a child process with limits, which files from others need.

    Raises:
        MaterialError: with the reason, if the file cannot be read or says nothing.
    """
    if not data:
        raise MaterialError("está vacío")
    kind = format_of(file.name, data)
    if kind in PLAIN and len(data) > MAX_TEXT_BYTES:
        raise MaterialError(
            f"pesa {len(data) / 1e6:.0f} MB; el límite de un texto es {MAX_TEXT_BYTES / 1e6:.0f} MB"
        )
    content = READERS[kind](data)
    if not content.sections and not content.unread:
        raise MaterialError("; ".join(content.warnings) or "no tiene texto")
    document = Document(
        name=file.name,
        title=content.title or clean(Path(file.name).stem.replace("_", " ")),
        called=called(file.name),
        sections=content.sections,
        warnings=content.warnings,
        unread=content.unread,
    )
    return with_calendar(document, text.decoded(data)) if kind == "markdown" else document


def with_calendar(document: Document, written: str) -> Document:
    """A Markdown document with its dated facts, each a section of its own, and its links."""
    year = year_of(written)
    calendar = calendar_of(written, year)
    together = tuple(links_together(written))
    if not calendar.lines:
        return replace(document, together=together)
    sections = []
    for section in document.sections:
        here = calendar_of(section.text, year)
        tables = {line for lines in here.lines for line in lines}
        lines = [line for at, line in enumerate(section.text.split("\n")) if at not in tables]
        rest = clean("\n".join(lines), code=True)
        sections += [replace(section, text=rest)] if rest else []
        sections += [replace(section, text=day.text) for day in here.days]
        sections += [replace(section, text=row) for row in here.others]
    return replace(
        document,
        sections=tuple(sections),
        warnings=(*document.warnings, *calendar.warnings),
        days=calendar.days,
        together=together,
    )
