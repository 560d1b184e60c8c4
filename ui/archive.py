"""A backup's file: a zip in which a manifest has the size and the SHA-256 of everything else.

    manifest.json   the format, when it was made, and of each member its bytes and its digest
    index/          the files of the index's published version
    course/         what the teaching staff added to the course from the page
    *.sqlite …      the other files, under names of their own

It holds what students asked and what opens their sessions, so only its owner may read it. Nothing
in a file that is read is believed: it is unpacked aside, and only if all of it is as written.
"""

import hashlib
import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from corpus.errors import InputError

FORMAT = "ayudante 1"
MANIFEST = "manifest.json"
MANIFEST_BYTES = 16 << 20
BLOCK = 1 << 20
# Relative, going nowhere up, and text.
NAME = re.compile(r"(?!.*(?:^|/)\.{0,2}(?:/|$))[^\\\0-\x1f\ud800-\udfff]+")
PLAIN = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED = 1  # bit of a member's flags
# What the zip reader raises for a damaged file, beside OSError.
BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    KeyError, IndexError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """What a member must be: its size in bytes and its SHA-256 in hexadecimal."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself: its format, when it was made (UTC), and its members by name."""

    format: str
    made_at: str
    members: dict[str, Member]


MANIFESTS = TypeAdapter(Manifest)


def write(file: Path, members: Mapping[str, Path]) -> Manifest:
    """Writes a backup of `members`, files by the name that each has in it.

    It appears under its name only when it is whole and on the disk. Raises `OSError`, and
    `InputError` for a name that could not be put back.
    """
    if odd := [name for name in members if not NAME.fullmatch(name)]:
        raise InputError(f"Un respaldo no puede guardar {odd[0]!a}: cámbiele el nombre.")
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mode 0600
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                kept = {name: packed(archive, name, path) for name, path in members.items()}
                manifest = Manifest(FORMAT, made_at, kept)
                archive.writestr(MANIFEST, MANIFESTS.dump_json(manifest, indent=1))
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def packed(archive: zipfile.ZipFile, name: str, path: Path) -> Member:
    """Adds a file to an archive; returns what it was as it went in."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        while block := source.read(BLOCK):
            digest.update(block)
            size += len(block)
            target.write(block)
    return Member(size, digest.hexdigest())


def unpacked(file: Path, folder: Path) -> Manifest:
    """Writes the members of a backup below an empty `folder`.

    Raises:
        InputError: if it is no backup, not all of it is as it was written, or it does not fit.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = checked(archive)
            if sum(one.bytes for one in manifest.members.values()) > free_bytes(folder):
                raise InputError(f"{file} no cabe en {folder.parent}. Libere espacio.")
            for name, member in manifest.members.items():
                unpack(archive, name, member, folder / name)
    except BROKEN as error:
        raise InputError(
            f"{file} no es un respaldo entero de ayudante ({error or type(error).__name__}). "
            "No se cambió nada: use otro."
        ) from error
    except OSError as error:
        raise InputError(f"No se puede leer {file}: {error.strerror or error}.") from error
    return manifest


def free_bytes(folder: Path) -> int:
    """Room on the disk of a folder."""
    return shutil.disk_usage(folder).free


def checked(archive: zipfile.ZipFile) -> Manifest:
    """The manifest of an archive whose list of members is the manifest's; raises `ValueError`."""
    infos = archive.infolist()
    for info in infos:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if not NAME.fullmatch(info.filename) or kind not in (0, stat.S_IFREG):
            raise ValueError(f"«{ascii(info.filename)[1:-1]}» no es un archivo de un respaldo")
        if info.compress_type not in PLAIN or info.flag_bits & ENCRYPTED:
            raise ValueError("está comprimido o cifrado de otra manera")
    if archive.getinfo(MANIFEST).file_size > MANIFEST_BYTES:
        raise ValueError("su manifiesto es demasiado grande")
    with archive.open(MANIFEST) as stream:
        text = stream.read(MANIFEST_BYTES + 1)
    try:
        manifest = MANIFESTS.validate_json(text)
    except ValueError as error:
        raise ValueError("su manifiesto no se entiende") from error
    if manifest.format != FORMAT:
        raise ValueError(f"su formato es «{manifest.format[:20]}» y se lee «{FORMAT}»")
    names = [info.filename for info in infos]
    if sorted(names) != sorted([*manifest.members, MANIFEST]):
        raise ValueError("sobra o falta algo de lo que dice su manifiesto")
    return manifest


def unpack(archive: zipfile.ZipFile, name: str, member: Member, target: Path) -> None:
    """Writes one member, counting what comes out of it; raises `ValueError` for another one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), member.bytes
    with archive.open(name) as source, target.open("xb") as file:
        while block := source.read(BLOCK):
            left -= len(block)
            if left < 0:
                break
            digest.update(block)
            file.write(block)
    if left or digest.hexdigest() != member.sha256:
        raise ValueError(f"{name} no es lo que se guardó")
