import zipfile
from collections.abc import Callable
from io import BytesIO

import docx
import pytest

from corpus.errors import MaterialError
from corpus.readers import archive
from corpus.readers import docx as word
from corpus.readers.archive import open_office
from tests.corpus.office import changed

MAIN = "word/document.xml"


def document(text: str = "hola") -> bytes:
    data = BytesIO()
    made = docx.Document()
    made.add_paragraph(text)
    made.save(data)
    return data.getvalue()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w", method) as file:
        for name, part in members.items():
            file.writestr(name, part)
    return data.getvalue()


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ja"><!ENTITY b "&a;&a;&a;&a;">]>
<lolz>&b;</lolz>"""
OUTSIDE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'


@pytest.mark.parametrize("member", [MAIN, "word/settings.xml", "word/_rels/document.xml.rels"])
@pytest.mark.parametrize(
    "part",
    [LAUGHS, OUTSIDE, OUTSIDE.decode().encode("utf-16")],
    ids=["laughs", "file", "utf-16"],
)
def test_xml_with_a_dtd_is_refused(member: str, part: bytes) -> None:
    with pytest.raises(MaterialError, match="DTD"):
        open_office(changed(document(), member, lambda _: part), "word/document")


@pytest.mark.parametrize(
    "part",
    [b"", b"<a>", b"\xff\xfe\x00", b'<?xml version="1.0" encoding="utf-7"?><a/>', b"<a>" * 10_000],
    ids=["empty", "cut", "bytes", "encoding", "deep"],
)
def test_damaged_or_endless_xml_is_refused(part: bytes) -> None:
    with pytest.raises(MaterialError):
        open_office(changed(document(), MAIN, lambda _: part), "word/document")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(MaterialError, match="sospechoso"):
        open_office(zipped({MAIN: b" " * 20_000_000}), "word/document")


def test_sizes_that_lie_unpack_no_more_than_they_say() -> None:
    data = zipped({MAIN: b"<a>" + b" " * 3_000_000 + b"</a>"})
    small = data.replace((3_000_007).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert small != data
    with pytest.raises(MaterialError, match="dañado"):
        open_office(small, "word/document")


def test_too_many_or_too_large_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    with pytest.raises(MaterialError, match="límite es 3"):
        open_office(document(), "word/document")
    monkeypatch.setattr(archive, "MAX_MEMBERS", 5_000)
    monkeypatch.setattr(archive, "MAX_UNPACKED", 1_000_000)
    with pytest.raises(MaterialError, match="más de 1 MB"):
        open_office(zipped({MAIN: bytes(1_000_001)}, zipfile.ZIP_STORED), "word/document")


@pytest.mark.parametrize("name", ["../x.xml", "/x.xml", "a\\b.xml", "C:x.xml"])
def test_names_that_leave_the_archive_are_refused(name: str) -> None:
    with pytest.raises(MaterialError, match="nombres"):
        open_office(zipped({MAIN: b"<a/>", name: b"<a/>"}), "word/document")


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(document())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(MaterialError, match="contraseña"):
        open_office(bytes(data), "word/document")


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"PK\x03\x04",
        lambda data: data[: len(data) // 2],
        lambda data: data[:2000] + bytes(4000) + data[6000:],
        lambda data: zipped({"a.txt": b"hola"}),
        lambda data: zipped({MAIN: b"<a/>"}, zipfile.ZIP_LZMA),
    ],
    ids=["empty", "magic", "cut", "hole", "other", "lzma"],
)
def test_what_is_no_office_file_is_refused(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(MaterialError):
        open_office(damage(document()), "word/document")


def test_only_xml_reaches_the_libraries() -> None:
    data = changed(document(), "word/vbaProject.bin", lambda _: b"macro")
    with zipfile.ZipFile(open_office(data, "word/document")) as copy:
        assert copy.read("word/vbaProject.bin") == b""
        assert b"hola" in copy.read(MAIN)


def test_strict_documents_are_read() -> None:
    def strict(part: bytes) -> bytes:
        return part.replace(
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/",
            b"http://purl.oclc.org/ooxml/wordprocessingml/",
        )

    data = changed(document(), MAIN, strict)
    assert data != document()
    assert word.read(data).sections[0].text == "hola"


@pytest.mark.parametrize(
    "kind", [b"ms-word.document.macroEnabled", b"ms-word.template.macroEnabledTemplate"]
)
def test_documents_with_macros_and_templates_are_read(kind: bytes) -> None:
    plain = b"openxmlformats-officedocument.wordprocessingml.document.main"
    types = "[Content_Types].xml"
    data = changed(document(), types, lambda part: part.replace(plain, kind + b".main"))
    assert kind in zipfile.ZipFile(BytesIO(data)).read(types)
    assert word.read(data).sections[0].text == "hola"
