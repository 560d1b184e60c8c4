"""``ayudante backup`` and ``ayudante restore``: all that cannot be made again, in one file.

That is the index, the conversations, the quiz, the accounts, the questions that the model wrote
for each passage (hours of work), and what the teaching staff added to the course from the page.
The course's own files are the professor's, who has them; converted models are made again.

Both may be used while the page is open. Databases are copied by SQLite itself, as they are at one
moment, in either direction; a published version of the index never changes; the other files are
replaced whole.
"""

import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from corpus.errors import IndexMissing, InputError
from corpus.finding import first_folder, free_path
from corpus.settings import Settings
from corpus.writing import put
from retrieval import enrichment, store
from retrieval.index import roots_of
from ui import archive
from ui.console import err, out, print_json
from ui.options import IndexOption, JsonOption
from ui.people import secret_of

INDEX, COURSE = "index", "course"  # folders in a backup
CONVERSATIONS, QUIZ = "conversations.sqlite", "quiz.sqlite"
USERS, SECRET = "users.json", "users.key"
ASIDE = "antes-de-restaurar-%Y%m%d-%H%M%S"
CALLED = {
    INDEX: "índice",
    CONVERSATIONS: "conversaciones",
    QUIZ: "preguntas de práctica",
    USERS: "cuentas",
    SECRET: "firma de las sesiones",
    enrichment.FILE: "preguntas por pasaje",
    COURSE: "materiales y respuestas agregados",
}


def backup(
    file: Annotated[Path, typer.Argument(help="El archivo que se escribe; no debe existir.")],
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Guarda índice, conversaciones, práctica, cuentas y lo agregado al curso en un archivo."""
    manifest = save(Settings.load(index=index), file)
    names, size = parts(manifest), file.stat().st_size
    if as_json:
        print_json({"file": str(file), "bytes": size, "parts": names})
        return
    out.print(
        f"{file} ({size / 1e6:.1f} MB): {', '.join(CALLED[name] for name in names)}. "
        "Guárdelo donde solo usted lo lea.",
        markup=False,
    )


def restore(
    file: Annotated[Path, typer.Argument(help="Un archivo de: ayudante backup")],
    force: Annotated[
        bool, typer.Option("--force", help="Reemplaza lo que haya, que queda aparte.")
    ] = False,
    course: Annotated[
        Path | None,
        typer.Option("--course", help="Dónde está ahora la carpeta del curso, si se movió."),
    ] = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Repone lo que guardó: ayudante backup; antes de reemplazar nada, lo comprueba entero."""
    settings = Settings.load(index=index)
    names, aside = put_back(settings, file, force=force, course=course)
    if as_json:
        print_json({"parts": names, "aside": str(aside) if aside else None})
    else:
        out.print(f"Repuesto: {', '.join(CALLED[name] for name in names)}.", markup=False)
        if aside:
            out.print(f"Lo que había quedó en {aside}", markup=False)
    for root in roots_of(store.current(settings.index)) if INDEX in names else []:
        if not root.exists():
            err.print(
                f"El curso se indexó desde {root}, que aquí no está: cópielo ahí, o diga dónde "
                "está con: ayudante index CARPETA",
                markup=False,
            )


def parts(manifest: archive.Manifest) -> list[str]:
    """What a backup has, each part once."""
    return sorted({name.split("/")[0] for name in manifest.members})


def save(settings: Settings, file: Path) -> archive.Manifest:
    """Writes a backup.

    Raises:
        InputError: if `file` exists or cannot be written, there is nothing to keep, or something
            that is to be kept is damaged.
    """
    if file.exists():
        raise InputError(f"Ya existe {file}. Elija otro nombre, o bórrelo antes.")
    try:
        with tempfile.TemporaryDirectory(prefix=".respaldo-", dir=file.parent) as draft:
            members = gathered(settings, Path(draft))
            if not members:
                raise InputError(f"No hay nada que respaldar junto a {settings.index}.")
            return archive.write(file, members)
    except OSError as error:  # a file can be gone if the index was published twice meanwhile
        what = error.filename or file
        raise InputError(
            f"No se pudo escribir el respaldo: {what}: {error.strerror or error}. Repítalo."
        ) from error
    except sqlite3.Error as error:  # a full disk, for one
        raise InputError(f"No se pudo escribir el respaldo {file}: {error}. Repítalo.") from error


def gathered(settings: Settings, draft: Path) -> dict[str, Path]:
    """What there is to keep, by its name in a backup; databases are copied into `draft`."""
    from agent import sqlite

    members: dict[str, Path] = {}
    try:
        version = store.current(settings.index)
        files = [name for name in store.files_of(version) if name != store.MANIFEST]
        members |= {f"{INDEX}/{name}": version / name for name in files}
        members |= added_to(roots_of(version))
    except IndexMissing:
        pass
    for name, database in databases(settings).items():
        if database.is_file():
            sqlite.must_be_whole(database)
            sqlite.copy(database, draft / name)
            members[name] = draft / name
    for name, path in plain_files(settings).items():
        if path.is_file():
            members[name] = path
    return members


def databases(settings: Settings) -> dict[str, Path]:
    """The SQLite files, by their names in a backup."""
    return {CONVERSATIONS: settings.conversations, QUIZ: settings.quiz}


def plain_files(settings: Settings) -> dict[str, Path]:
    """Other single files, by their names in a backup."""
    return {
        USERS: settings.users,
        SECRET: secret_of(settings.users),
        enrichment.FILE: settings.cache / enrichment.FILE,
    }


def added_to(roots: list[Path]) -> dict[str, Path]:
    """What the teaching staff added to the course's folder, by its name in a backup."""
    from agent.corrections import FILE
    from ui.materials import UPLOADED

    folder = first_folder(roots)
    if folder is None:
        return {}
    found = [folder / FILE, *sorted((folder / UPLOADED).rglob("*"))]
    kept = [path for path in found if path.is_file() and not path.is_symlink()]
    return {f"{COURSE}/{path.relative_to(folder).as_posix()}": path for path in kept}


@dataclass
class Part:
    """A file that is put back in its place; what is there is kept aside before."""

    source: Path
    target: Path
    private: bool = True

    @property
    def there(self) -> bool:
        """Whether something else is in its place."""
        return self.target.exists() and self.target.read_bytes() != self.source.read_bytes()

    def keep(self, aside: Path) -> None:
        """Copies what is there."""
        shutil.copy(self.target, free_path(aside / self.target.name))

    def put(self) -> None:
        """Puts the backup's in its place, at once or not at all."""
        self.target.parent.mkdir(parents=True, exist_ok=True)
        put(self.target, self.source.read_bytes(), private=self.private)


@dataclass
class IndexPart(Part):
    """The index, which is published as any new version of it."""

    @property
    def there(self) -> bool:
        """Whether there is an index, whatever its state."""
        return (self.target / store.CURRENT).exists()

    def keep(self, aside: Path) -> None:
        """Copies the whole store."""
        shutil.copytree(self.target, aside / INDEX, ignore=shutil.ignore_patterns("lock"))

    def put(self) -> None:
        """Publishes the backup's version."""

        def write(version: Path) -> None:
            shutil.copytree(self.source, version, dirs_exist_ok=True)

        with store.writing(self.target):
            store.publish(self.target, write)


@dataclass
class DatabasePart(Part):
    """A SQLite file, which others may be using."""

    @property
    def there(self) -> bool:
        """Whether there is one, whatever its state."""
        return self.target.exists()

    def keep(self, aside: Path) -> None:
        """Copies it; a damaged one is moved, with what SQLite has beside it."""
        from agent import sqlite

        try:
            sqlite.must_be_whole(self.target)
            sqlite.copy(self.target, free_path(aside / self.target.name))
        except sqlite.Damaged:
            for ending in ("", "-wal", "-shm", "-journal"):
                path = self.target.with_name(f"{self.target.name}{ending}")
                if path.exists():
                    shutil.move(path, free_path(aside / path.name))

    def put(self) -> None:
        """Puts the backup's content into it, in one transaction."""
        from agent import sqlite

        self.target.parent.mkdir(parents=True, exist_ok=True)
        sqlite.copy(self.source, self.target)


@dataclass
class EnrichmentPart(Part):
    """Questions that a model wrote: those that are there stay, and take the place of no others."""

    @property
    def there(self) -> bool:
        """Nothing is replaced."""
        return False

    def put(self) -> None:
        """Adds the lines of passages that have none."""
        from agent.enriching import mend_last_line

        known = enrichment.read(self.target)
        lines = [
            enrichment.line_of(mark, one)
            for mark, one in enrichment.read(self.source).items()
            if mark not in known
        ]
        self.target.parent.mkdir(parents=True, exist_ok=True)
        mend_last_line(self.target)
        with self.target.open("a", encoding="utf-8") as file:
            file.writelines(lines)


def put_back(
    settings: Settings, file: Path, *, force: bool = False, course: Path | None = None
) -> tuple[list[str], Path | None]:
    """Puts back what a backup has; what it does not have stays as it is.

    Args:
        settings: where to.
        file: the backup.
        force: whether something may be replaced.
        course: the course's folder; by default the one that was indexed.

    Returns:
        What was put back, and the folder where that which was there is now, if anything was.

    Raises:
        InputError: if the file is not a whole backup, something would be replaced, there is no
            place for it, or the disk refuses. Nothing is replaced before all of it is checked.
    """
    home, aside = settings.index.parent, None
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".restaurando-", dir=home) as draft:
            manifest = archive.unpacked(file, Path(draft))
            placed = laid_out(manifest, Path(draft), settings, course)
            replaced = [one for one in placed if one.there]
            if replaced and not force:
                names = ", ".join(str(one.target) for one in replaced[:3])
                raise InputError(
                    f"Ya hay algo donde iría el respaldo ({names}). Con --force se reemplaza, y "
                    "lo que hay queda aparte. No se cambió nada."
                )
            if replaced:
                aside = free_path(home / datetime.now().strftime(ASIDE))
                aside.mkdir(mode=0o700)
                for one in replaced:
                    one.keep(aside)
            for one in placed:
                one.put()
    except (OSError, sqlite3.Error, ValueError) as error:
        where = f" Lo que había está en {aside}." if aside else ""
        raise InputError(f"No se pudo reponer {file}: {error}.{where}") from error
    return parts(manifest), aside


def laid_out(
    manifest: archive.Manifest, draft: Path, settings: Settings, course: Path | None
) -> list[Part]:
    """Where each part of a backup that was unpacked in `draft` goes; raises `InputError`."""
    from agent import sqlite

    names, folders = parts(manifest), (INDEX, COURSE)
    for member in manifest.members:
        first, below, _ = member.partition("/")
        if first not in CALLED or bool(below) != (first in folders):
            raise InputError(f"El respaldo trae {member}, que este programa no conoce.")
    enrichment.read(draft / enrichment.FILE)
    placed: list[Part] = []
    if INDEX in names:
        placed.append(IndexPart(draft / INDEX, settings.index))
    for name, target in databases(settings).items():
        if name in names:
            sqlite.must_be_whole(draft / name)
            placed.append(DatabasePart(draft / name, target))
    for name, target in plain_files(settings).items():
        if name in names:
            kind = EnrichmentPart if name == enrichment.FILE else Part
            placed.append(kind(draft / name, target))
    if COURSE in names:
        folder = course_folder(draft / INDEX, course)
        added = [name for name in manifest.members if name.startswith(f"{COURSE}/")]
        places = {name: folder / name.removeprefix(f"{COURSE}/") for name in added}
        placed += [Part(draft / name, place, private=False) for name, place in places.items()]
    return placed


def course_folder(index: Path, given: Path | None) -> Path:
    """The folder of the course that a backup's index was made of, or `given`."""
    folders = [given] if given else roots_of(index)
    folder = first_folder(folders)
    if folder is None:
        raise InputError(
            f"El respaldo trae lo que se agregó al curso, y su carpeta ({folders[0]}) no está. "
            "Cópiela ahí, o diga dónde está con --course. No se cambió nada."
        )
    return folder
