"""Opening Office files (ZIP archives of XML parts) that may be built to do harm.

`open_office` hands out a checked copy in memory: sizes are counted before unpacking, every XML
part is well formed, has no DTD (so no entities to expand) and no endless nesting, and pictures,
fonts, macros and embedded files are left empty because no reader looks into them. The libraries
that read the copy then see nothing that was not checked here.
"""

import re
import zipfile
import zlib
from io import BytesIO
from xml.parsers import expat

from corpus.errors import MaterialError

MAX_MEMBERS = 5_000
MAX_UNPACKED = 500_000_000  # bytes, of all members
MAX_RATIO = 200  # unpacked to packed; XML as Office writes it stays below 50
LARGE = 5_000_000  # bytes from which the ratio counts: small blank pictures pack better
MAX_DEPTH = 200  # of XML elements; nested tables in text boxes need some 60
ENCRYPTED = 0x1
XML_NAMES = (".xml", ".rels")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
RESAVE = "ábralo y guárdelo de nuevo"

STRICT = re.compile(
    rb"http://purl\.oclc\.org/ooxml/"
    rb"(officeDocument|wordprocessingml|presentationml|drawingml|spreadsheetml|schemaLibrary)/"
)
MAIN_TYPES = (  # slide shows, templates and files with macros are read like the plain kind
    (
        re.compile(
            rb"application/vnd\.(?:ms-powerpoint|openxmlformats-officedocument\.presentationml)"
            rb"\.(?:presentation|slideshow|template)(?:\.macroEnabled)?\.main\+xml"
        ),
        b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
    ),
    (
        re.compile(
            rb"application/vnd\.(?:ms-word|openxmlformats-officedocument\.wordprocessingml)"
            rb"\.(?:document|template)(?:\.macroEnabled(?:Template)?)?\.main\+xml"
        ),
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    ),
)


def open_office(data: bytes, member: str, *, pictures: bool = False) -> BytesIO:
    """A checked copy of an Office file, its XML in the transitional namespaces.

    Args:
        data: the file's bytes.
        member: how the name of its main part begins: ``ppt/presentation``, ``word/document``.
        pictures: keep them; every other part that is no XML is empty.

    Raises:
        MaterialError: if it is no such file, is damaged, encrypted, too large or unsafe.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            check_members(members)
            if not any(info.filename.startswith(member) for info in members):
                raise MaterialError("le falta su parte principal; " + RESAVE)
            return checked_copy(archive, members, PICTURES if pictures else ())
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
        raise MaterialError(f"el archivo está dañado; {RESAVE}") from error
    except (NotImplementedError, OSError) as error:  # an unknown kind of compression, a bad offset
        raise MaterialError(f"no se puede descomprimir; {RESAVE}") from error


def check_members(members: list[zipfile.ZipInfo]) -> None:
    """Refuses what the archive's directory already shows to be unsafe."""
    if len(members) > MAX_MEMBERS:
        raise MaterialError(f"trae {len(members)} partes; el límite es {MAX_MEMBERS}")
    if sum(info.file_size for info in members) > MAX_UNPACKED:
        raise MaterialError(f"descomprimido pesa más de {MAX_UNPACKED // 1_000_000} MB; divídalo")
    if len({info.filename.lower() for info in members}) < len(members):
        raise MaterialError(f"trae partes repetidas; {RESAVE}")
    for info in members:
        if info.flag_bits & ENCRYPTED:
            raise MaterialError("pide una contraseña; guárdelo sin ella")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise MaterialError(f"no se puede descomprimir; {RESAVE}")
        name = info.filename
        if name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name:
            raise MaterialError("trae partes con nombres que no son de Office")
        if info.file_size > LARGE and info.file_size > MAX_RATIO * info.compress_size:
            raise MaterialError("está comprimido de un modo sospechoso y no se abre")


def checked_copy(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], whole: tuple[str, ...]
) -> BytesIO:
    """The same archive with its XML parts checked; others are empty unless named as in `whole`."""
    copy = BytesIO()
    with zipfile.ZipFile(copy, "w") as checked:
        for info in members:
            part = b""
            is_xml = info.filename.lower().endswith(XML_NAMES)
            if is_xml or info.filename.lower().endswith(whole):
                with archive.open(info) as packed:
                    # Asking for so many bytes bounds what a false size in the directory can unpack.
                    part = packed.read(info.file_size)
            if is_xml:
                check_xml(part)
                part = STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", part)
            if info.filename == "[Content_Types].xml":
                for kind, plain in MAIN_TYPES:
                    part = kind.sub(plain, part)
            checked.writestr(zipfile.ZipInfo(info.filename), part)
    copy.seek(0)
    return copy


def check_xml(part: bytes) -> None:
    """Refuses XML that is damaged, declares a DTD or nests without end."""
    depth = 0

    def refuse_dtd(*_: object) -> None:
        raise MaterialError("su XML trae declaraciones (DTD) que Office no escribe; no se abre")

    def start(_name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise MaterialError("su XML está anidado sin fin; no se abre")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse_dtd
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, LookupError) as error:
        raise MaterialError(f"su XML está dañado; {RESAVE}") from error
