"""What the teaching staff changes on disk: files come in, files leave, and the index follows.

A file that comes in is put below the course's own folder, where a professor finds it like all the
others. One that leaves is moved aside and never deleted. What a file holds is not judged here: the
index reads it where it can do no harm, and says what it could not read.
"""

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from agent import Assistant
from corpus.errors import AyudanteError, InputError
from corpus.finding import find_files, free_path
from corpus.progress import Progress, silent
from corpus.reading import MAX_BYTES
from corpus.settings import Settings
from retrieval import IndexReport
from retrieval.store import CURRENT
from ui.uploads import checked_name

UPLOADED = "subidos"  # below the course's folder
RETIRED = "retirados"  # beside the index
CHANGING = threading.Lock()  # one change at a time, whoever asks for it


@dataclass(frozen=True, slots=True)
class Change:
    """What was done.

    Attributes:
        report: of the index; None if no file came in, so that it was left as it was.
        kept: the documents that came in, as the index names them.
        refused: files that did not come in, each with why.
        notes: documents that came in, each with what a person should know of it.
        retired: where the files that left are now.
    """

    report: IndexReport | None
    kept: tuple[str, ...] = ()
    refused: tuple[tuple[str, InputError], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    retired: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Materials:
    """The course's files, and the index that follows them.

    Attributes:
        assistant: searches the course; after a change it searches the new index.
        max_bytes: size of the largest file that comes in.
    """

    assistant: Assistant
    max_bytes: int = MAX_BYTES

    @property
    def roots(self) -> list[Path]:
        """What was indexed."""
        return self.assistant.retriever.index.root_paths

    @property
    def folder(self) -> Path:
        """Where files come in; raises `InputError` if no folder was indexed."""
        return self.assistant.retriever.index.course_folder / UPLOADED

    @property
    def aside(self) -> Path:
        """Where the files that leave are kept; hidden if it would be a part of the course."""
        beside = self.assistant.settings.index.resolve().parent / RETIRED
        indexed = any(beside.is_relative_to(root) for root in self.roots)
        return beside.with_name(f".{RETIRED}") if indexed else beside

    @property
    def documents(self) -> list[str]:
        """All files of the course by name, solutions and those that cannot be read among them."""
        index = self.assistant.retriever.index
        return sorted({*index.documents, *(skipped.document for skipped in index.skipped)})

    def add(
        self, files: Sequence[Path], *, replacing: bool = False, progress: Progress = silent
    ) -> Change:
        """Copies files into the course, those that can be accepted, and indexes them.

        Args:
            files: whose names are what a person called them.
            replacing: whether a file takes the place of an uploaded one of its name, which leaves.
            progress: of the index.

        Raises:
            InputError: if another change is going on, or the index cannot be written.
        """
        kept: list[tuple[str, Path]] = []
        refused: list[tuple[str, InputError]] = []
        retired: list[Path] = []
        with one_at_a_time():
            folder = self.folder
            for file in files:
                try:
                    target = folder / checked_name(file, self.max_bytes)
                    retired += self.placed(file, target, replacing=replacing)
                    kept.append((file.name, target))
                except InputError as error:
                    refused.append((file.name, error))
            report = self.indexed_in(folder, progress) if kept else None
            names = tuple(self.name_of(path) for _, path in kept)
            notes = tuple(
                (name, note)
                for name, (given, _) in zip(names, kept, strict=True)
                for note in self.notes_on(name, given)
            )
        return Change(report, names, tuple(refused), notes, tuple(retired))

    def remove(self, document: str, progress: Progress = silent) -> Change:
        """Moves a document's file out of the course; it stays in if the index cannot follow.

        Raises:
            InputError: if there is no such file, it cannot be moved, another change is going on,
                or nothing would be left.
        """
        with one_at_a_time():
            files = {file.name: file.path for file in find_files(self.roots)}
            if document not in files:
                raise InputError(f"Ya no está el archivo {document}. Actualiza el índice.")
            file = files[document]
            if file in self.roots:
                raise InputError(
                    f"{document} se indexó como archivo suelto. Para quitarlo, indexa sin él: "
                    "ayudante index CARPETA"
                )
            retired = self.retire(file, document)
            try:
                report = self.assistant.renew(progress)
            except AyudanteError:
                shutil.move(retired, file)
                raise
        return Change(report, retired=(retired,))

    def reindex(self, progress: Progress = silent) -> Change:
        """Makes the index follow what was changed in the course's folders by other means."""
        with one_at_a_time():
            return Change(self.assistant.renew(progress))

    def placed(self, file: Path, target: Path, *, replacing: bool) -> list[Path]:
        """Copies a file to its place, at once or not at all.

        Returns:
            Where the file that was there is now.

        Raises:
            InputError: if one is there and is not to be replaced, or the folder cannot be written.
        """
        if target.exists() and not replacing:
            raise InputError(
                "Ya hay un archivo subido con ese nombre. Cámbiale el nombre, o marca «Reemplazar» "
                "y súbelo de nuevo.",
                "A file of that name was uploaded before. Rename it, or tick “Replace” and upload "
                "it again.",
            )
        draft = target.with_name(f".{target.name}.new")
        try:
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, draft)
            left = [self.retire(target, self.name_of(target))] if target.exists() else []
            os.replace(draft, target)
        except OSError as error:
            raise InputError(
                f"No se puede guardar en {target.parent}: {error.strerror or error}."
            ) from error
        finally:
            with suppress(OSError):  # it is there only if something failed
                draft.unlink()
        return left

    def retire(self, file: Path, document: str) -> Path:
        """Moves a file aside under its document's name; returns where it is now."""
        target = free_path(self.aside / document)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, target)
        except OSError as error:
            raise InputError(
                f"No se puede mover {document} a {self.aside}: {error.strerror or error}."
            ) from error
        return target

    def indexed_in(self, folder: Path, progress: Progress) -> IndexReport:
        """Renews the index for files that are already in `folder`, where an error finds them."""
        try:
            return self.assistant.renew(progress)
        except AyudanteError as error:
            raise InputError(
                f"Los archivos quedaron en {folder}, pero el índice no los tiene: {error} "
                "Después actualiza el índice."
            ) from error

    def name_of(self, path: Path) -> str:
        """How the index names a file that came in; see `corpus.finding.find_files`."""
        folder = path.parent.parent
        base = folder if len(self.roots) == 1 else folder.parent
        return path.relative_to(base).as_posix()

    def notes_on(self, document: str, given: str) -> Iterator[str]:
        """What a person should know of a document that came in as the file `given`."""
        retriever, name = self.assistant.retriever, PurePosixPath(document).name
        if name != given:
            yield f"Se guardó con este nombre en vez de «{given}»."
        for other in retriever.index.documents:
            if other != document and PurePosixPath(other).name == name:
                yield f"También está {other}. Si lo subido es una versión nueva, retira ese."
        if any(passage.document == document for passage in retriever.vault):
            yield "Trae soluciones: sirven para reconocerlas, y los estudiantes no las ven."


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Holds the right to change the course; raises `InputError` if somebody else has it."""
    if not CHANGING.acquire(blocking=False):
        raise InputError(
            "Ya se está actualizando el curso. Espera a que termine y repítelo.",
            "The course is being updated already. Wait until that is done and try again.",
        )
    try:
        yield
    finally:
        CHANGING.release()


def indexed_at(settings: Settings) -> datetime | None:
    """When the index was last written, by the machine's clock; None if that is not known."""
    try:
        return datetime.fromtimestamp((settings.index / CURRENT).stat().st_mtime)
    except OSError:
        return None
