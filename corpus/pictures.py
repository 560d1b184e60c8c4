"""Pages that show only pictures: what can be read in them, by OCR or by a model that sees.

Pages are drawn in the sandbox, read several at once, and what was read is kept by the digest of
the picture, so that a page is read once however often its file changes.
"""

import base64
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from corpus.document import Document, Section, clean, digest, letters, listed
from corpus.errors import InputError, MaterialError
from corpus.ocr import INSTALL, Tesseract, languages
from corpus.progress import Progress, silent
from corpus.sandbox import Job, Sandbox
from corpus.settings import Settings
from corpus.vision import VisionModel
from corpus.writing import put

WIDEST = 2_400  # pixels of a page's longer side, about 200 per inch of a printed page


class PictureReader(Protocol):
    """Something that says what a picture shows.

    Attributes:
        label: how a location says that its text was read so: “OCR”.
        id: tells apart readers that may answer differently, in the cache.
    """

    label: str
    id: str

    def read(self, png: bytes) -> str:
        """What the picture says, empty if nothing; raises `MaterialError` if it cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page with what was read in its picture, None if nothing.

    Attributes:
        section: the page with its text.
        failures: of readers, which may do better another time.
        undrawn: why there is no picture to read; the file has to change.
    """

    section: Section | None
    failures: tuple[str, ...] = ()
    undrawn: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """A document whose pictures were read; `whole` is False if a reader failed on some."""

    document: Document
    whole: bool = True


class Pictures:
    """How pages that show only pictures are read: by whom, and where what they said is kept.

    Args:
        readers: asked about each page; what they say is joined.
        cache: folder for what they said; needed if there are readers.
        advice: what to do to have them read, when there are no readers.
    """

    def __init__(
        self,
        readers: Sequence[PictureReader] = (),
        cache: Path | None = None,
        advice: str = f"Para leerlas: {INSTALL}",
    ) -> None:
        self.readers, self.cache, self.advice = readers, cache, advice
        self.id = ", ".join(reader.id for reader in readers)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Pictures":
        """Tesseract if it is installed and wanted, and the vision model if one is named.

        Raises:
            InputError: if a vision server is named without its model.
        """
        readers: list[PictureReader] = []
        if settings.ocr and (known := languages()):
            readers.append(Tesseract(known))
        if settings.vision_url and not settings.vision_model:
            raise InputError("AYUDANTE_VISION_URL pide también AYUDANTE_VISION_MODEL.")
        if settings.vision_url:
            readers.append(
                VisionModel(settings.vision_url, settings.vision_model, settings.vision_key)
            )
        advice = f"Para leerlas: {INSTALL}" if settings.ocr else "AYUDANTE_OCR está apagado."
        return cls(readers, settings.cache / "pictures", advice)

    def read_all(
        self,
        documents: Sequence[tuple[Path, Document]],
        sandbox: Sandbox,
        progress: Progress = silent,
    ) -> list[Read]:
        """Each document with those pages read, or a warning that they were not.

        Args:
            documents: files and what their readers made of them.
            sandbox: draws the pages.
            progress: told how many pages are done.
        """
        pages = [(path, page) for path, document in documents for page in document.unread]
        if not self.readers or not self.cache:
            return [Read(warned(document, self.advice)) for _, document in documents]
        found: list[ReadPage] = []
        with ThreadPoolExecutor(sandbox.workers) as pool:
            for page in pool.map(lambda place: self.read_page(place[0], place[1], sandbox), pages):
                found.append(page)
                progress("leyendo páginas que son imágenes", len(found), len(pages))
        remaining = iter(found)
        return [
            with_pages(document, [next(remaining) for _ in document.unread])
            for _, document in documents
        ]

    def read_page(self, path: Path, page: Section, sandbox: Sandbox) -> ReadPage:
        """The page with what the readers say of its picture."""
        arguments = {"path": str(path), "number": page.location.number, "width": WIDEST}
        try:
            png = base64.b64decode(sandbox.run(Job("picture", arguments))["png"])
        except MaterialError as error:
            return ReadPage(None, undrawn=str(error))
        said: list[tuple[str, str]] = []
        failures: list[str] = []
        for reader in self.readers:  # one that fails does not silence the others
            try:
                said.append((reader.label, self.said(reader, png)))
            except MaterialError as error:
                failures.append(str(error))
        labels = [label for label, text in said if text]
        if not labels:
            return ReadPage(None, tuple(failures))
        known = letters(page.text)
        lines = [line for _, text in said for line in text.split("\n")]
        new = [line for line in lines if not line or letters(line) not in known]
        place = replace(page.location, label=f"{page.location.label} ({', '.join(labels)})")
        whole = replace(page, text=clean("\n".join([page.text, *new])), location=place)
        return ReadPage(whole, tuple(failures))

    def said(self, reader: PictureReader, png: bytes) -> str:
        """What `reader` says of a picture, from the cache if it has been asked before."""
        assert self.cache
        file = self.cache / f"{digest(png + reader.id.encode())}.txt"
        if file.is_file():
            return file.read_text(encoding="utf-8")
        text = clean(reader.read(png))
        with suppress(OSError):  # it is asked again then
            self.cache.mkdir(parents=True, exist_ok=True)
            put(file, text.encode())
        return text


def with_pages(document: Document, pages: list[ReadPage]) -> Read:
    """`document` with what was read in its pages, and warnings about those that say nothing."""
    if not pages:
        return Read(document)
    sections = {section.location.number: section for section in document.sections}
    sections |= {page.section.location.number: page.section for page in pages if page.section}
    failures = tuple(dict.fromkeys(reason for page in pages for reason in page.failures))
    undrawn = tuple(dict.fromkeys(page.undrawn for page in pages if page.undrawn))
    still = [place for place, page in zip(document.unread, pages, strict=True) if not page.section]
    document = replace(
        document,
        sections=tuple(sorted(sections.values(), key=lambda one: one.location.number or 0)),
        warnings=(*document.warnings, *failures, *undrawn),
        unread=tuple(still),
    )
    advice = "Se intentará de nuevo al indexar." if failures else "No se halló texto en ellas."
    return Read(warned(document, advice), whole=not failures)


def warned(document: Document, advice: str) -> Document:
    """`document` with a warning about its pages that show only pictures, if there are any."""
    if not document.unread:
        return document
    numbers = listed([page.location.number or 0 for page in document.unread])
    warning = f"páginas o láminas que son solo imágenes, sin leer: {numbers}. {advice}"
    return replace(document, warnings=(*document.warnings, warning))
