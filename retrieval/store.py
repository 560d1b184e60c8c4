"""Versioned folders on disk that are either the old one or the new one, never half of each.

    index/
      CURRENT             one line: the version's name and the SHA-256 of its manifest
      lock                held by the one writer
      versions/<name>/    the files, and manifest.json with the SHA-256 of each

A version is written aside, made durable, and published by replacing CURRENT in one step. The
version before it is kept. Every file is compared with its digest before anything parses it:
FAISS alone does not notice some flipped bits that change results. What the files hold is the
business of `retrieval.index`.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import IndexDamaged, IndexMissing, InputError

CURRENT, MANIFEST, VERSIONS = "CURRENT", "manifest.json", "versions"
REBUILD = "Reconstrúyalo con: ayudante index CARPETA --rebuild --index {folder}"


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Holds the writer's lock of the store in `folder`, which is created.

    Raises:
        InputError: if another process is writing, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock", timeout=0)
        lock.acquire()
    except Timeout as error:
        raise InputError(f"Otro proceso está escribiendo el índice {folder}. Espere.") from error
    except OSError as error:
        raise InputError(
            f"No se puede escribir el índice en {folder}: {error.strerror or error}. "
            "Elija otra carpeta con --index."
        ) from error
    try:
        yield
    finally:
        lock.release()


def publish(folder: Path, write: Callable[[Path], None]) -> None:
    """Publishes a new version of the store whose files `write(new_folder)` makes.

    Call it under `writing`. If anything fails, the old version still stands.

    Raises:
        InputError: if the disk refuses.
    """
    versions = folder / VERSIONS
    try:
        previous = read_pointer(folder)[0]
    except IndexDamaged:
        previous = ""  # there is none, or what there is cannot be used
    try:
        versions.mkdir(exist_ok=True)
        version = Path(tempfile.mkdtemp(prefix="v-", dir=versions))
        try:
            write(version)
            manifest = {name: sha256(version / name) for name in files_of(version)}
            (version / MANIFEST).write_text(json.dumps(manifest, indent=1))
            for path in (*(version / name for name in manifest), version / MANIFEST):
                sync(path)
            sync(version)
            sync(versions)
            pointer = folder / f"{CURRENT}.new"
            pointer.write_text(f"{version.name} {sha256(version / MANIFEST)}\n")
            sync(pointer)
        except BaseException:
            shutil.rmtree(version, ignore_errors=True)
            raise
        os.replace(pointer, folder / CURRENT)
        sync(folder)
    except OSError as error:
        raise InputError(
            f"No se pudo escribir el índice en {folder}: {error.strerror or error}. "
            "El índice anterior sigue en pie; libere espacio o elija otra carpeta con --index."
        ) from error
    for old in versions.iterdir():
        if old.name not in (version.name, previous):
            shutil.rmtree(old, ignore_errors=True)


def current(folder: Path) -> Path:
    """The folder of the published version, every file of it checked.

    Raises:
        IndexMissing: if there is none.
        IndexDamaged: if a file is missing, changed or not of the version.
    """
    if not (folder / CURRENT).is_file():
        raise IndexMissing(f"No hay un índice en {folder}. Constrúyalo con: ayudante index")
    name, expected = read_pointer(folder)
    version = folder / VERSIONS / name
    try:
        if sha256(version / MANIFEST) != expected:
            raise damaged(folder, MANIFEST)
        manifest = json.loads((version / MANIFEST).read_text())
        for file, file_digest in manifest.items():
            if sha256(version / file) != file_digest:
                raise damaged(folder, file)
    except OSError as error:
        raise damaged(folder, Path(error.filename or "").name) from error
    return version


def read_pointer(folder: Path) -> tuple[str, str]:
    """(version's name, SHA-256 of its manifest) from CURRENT; raises `IndexDamaged`."""
    try:
        name, expected = (folder / CURRENT).read_text().split()
    except (ValueError, OSError) as error:
        raise damaged(folder, CURRENT) from error
    if Path(name).name != name:
        raise damaged(folder, CURRENT)
    return name, expected


def damaged(folder: Path, file: str) -> IndexDamaged:
    """The error for a store whose `file` is not what was written."""
    return IndexDamaged(f"El índice {folder} está dañado ({file}). {REBUILD.format(folder=folder)}")


def files_of(version: Path) -> list[str]:
    """Names of the files below `version`, sorted, relative to it."""
    found = (path for path in version.rglob("*") if path.is_file())
    return sorted(path.relative_to(version).as_posix() for path in found)


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Makes a file or a folder durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
