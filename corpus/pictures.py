"""Pages that show only pictures: what can be read in them, by OCR or by a model that sees.

Pages are drawn in the sandbox, read several at once, and what was read is kept by the digest of
the picture, so that a page is read once however often its file changes.
"""

import base64
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

from corpus.document import Document, Section, clean, digest
from corpus.errors import MaterialError
from corpus.ocr import INSTALL, Tesseract, languages
from corpus.progress import Progress, silent
from corpus.readers.pdf import listed
from corpus.sandbox import Job, Sandbox
from corpus.settings import Settings
from corpus.vision import VisionModel

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


class Pictures:
    """How pages that show only pictures are read: by whom, and where what they said is kept.

    Args:
        readers: asked about each page; what they say is joined.
        cache: folder for what they said; needed if there are readers.
    """

    def __init__(self, readers: Sequence[PictureReader] = (), cache: Path | None = None) -> None:
        self.readers, self.cache = readers, cache
        self.id = ", ".join(reader.id for reader in readers)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Pictures":
        """Tesseract if it is installed and wanted, and the vision model if one is named."""
        readers: list[PictureReader] = []
        if settings.ocr and (known := languages()):
            readers.append(Tesseract(known))
        if settings.vision_url:
            readers.append(
                VisionModel(settings.vision_url, settings.vision_model, settings.vision_key)
            )
        return cls(readers, settings.cache / "pictures")

    def read_all(
        self, documents: dict[Path, Document], sandbox: Sandbox, progress: Progress = silent
    ) -> dict[Path, Document]:
        """`documents`, by their files, with those pages read, or a warning that they were not.

        Args:
            documents: as their readers left them.
            sandbox: draws the pages.
            progress: told how many pages are done.
        """
        if not self.readers or not self.cache:
            advice = f"Para leerlas: {INSTALL}"
            return {path: warned(document, advice) for path, document in documents.items()}
        pages = [(path, page) for path, document in documents.items() for page in document.unread]
        read: dict[Path, dict[int, tuple[Section | None, str]]] = {path: {} for path in documents}
        with ThreadPoolExecutor(sandbox.workers) as pool:
            results = pool.map(lambda place: self.read_page(place[0], place[1], sandbox), pages)
            for done, ((path, page), result) in enumerate(
                zip(pages, results, strict=True), start=1
            ):
                read[path][page.location.number or 0] = result
                progress("leyendo páginas que son imágenes", done, len(pages))
        return {path: with_pages(document, read[path]) for path, document in documents.items()}

    def read_page(self, path: Path, page: Section, sandbox: Sandbox) -> tuple[Section | None, str]:
        """The page with what the readers say of its picture, None if nothing; and what failed."""
        arguments = {"path": str(path), "number": page.location.number, "width": WIDEST}
        try:
            png = base64.b64decode(sandbox.run(Job("picture", arguments))["png"])
            said = [(self.said(reader, png), reader.label) for reader in self.readers]
        except MaterialError as error:
            return None, f"{page.location.label}: {error}"
        labels = [label for text, label in said if text]
        if not labels:
            return None, ""
        known = letters(page.text)
        lines = [line for text, _ in said for line in text.split("\n")]
        new = [line for line in lines if not line or letters(line) not in known]
        place = replace(page.location, label=f"{page.location.label} ({labels[0]})")
        return replace(page, text=clean("\n".join([page.text, *new])), location=place), ""

    def said(self, reader: PictureReader, png: bytes) -> str:
        """What `reader` says of a picture, from the cache if it has been asked before."""
        assert self.cache
        file = self.cache / f"{digest(png + reader.id.encode())}.txt"
        if file.is_file():
            return file.read_text(encoding="utf-8")
        text = clean(reader.read(png))
        self.cache.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", encoding="utf-8", dir=self.cache, delete=False) as part:
            part.write(text)
        Path(part.name).replace(file)
        return text


def letters(text: str) -> str:
    """The letters and digits of `text` alone, to tell what is read twice."""
    return "".join(filter(str.isalnum, text.casefold()))


def with_pages(document: Document, read: dict[int, tuple[Section | None, str]]) -> Document:
    """`document` with what was read in its pages, and a warning about those that say nothing."""
    if not read:
        return document
    sections = {section.location.number: section for section in document.sections}
    sections |= {number: section for number, (section, _) in read.items() if section}
    failures = tuple(dict.fromkeys(reason for _, reason in read.values() if reason))
    still = tuple(page for page in document.unread if not read[page.location.number or 0][0])
    document = replace(
        document,
        sections=tuple(sorted(sections.values(), key=lambda one: one.location.number or 0)),
        warnings=(*document.warnings, *failures),
        unread=still,
    )
    return warned(document, "No se halló texto en ellas.")


def warned(document: Document, advice: str) -> Document:
    """`document` with a warning about its pages that show only pictures, if there are any."""
    if not document.unread:
        return document
    numbers = listed([page.location.number or 0 for page in document.unread])
    warning = f"páginas o láminas que son solo imágenes, sin leer: {numbers}. {advice}"
    return replace(document, warnings=(*document.warnings, warning))
