from pathlib import Path

import pytest

from corpus import InputError, MaterialError, Settings, SourceFile, find_files, read_file
from corpus.reading import format_of


def read(path: Path) -> None:
    read_file(SourceFile(path, path.name), path.read_bytes())


def test_names_are_relative_to_the_one_folder(course: Path) -> None:
    assert [f.name for f in find_files([course])] == [
        "clase-04.md",
        "figura.png",
        "labs/lab-02.ipynb",
    ]


def test_with_several_roots_names_start_with_the_root(course: Path, tmp_path: Path) -> None:
    (tmp_path / "otro").mkdir()
    (tmp_path / "otro" / "a.txt").write_text("hola")
    names = [f.name for f in find_files([course, tmp_path / "otro"])]
    assert names == [
        "course/clase-04.md",
        "course/figura.png",
        "course/labs/lab-02.ipynb",
        "otro/a.txt",
    ]


def test_hidden_files_are_left_alone(course: Path) -> None:
    (course / ".git").mkdir()
    (course / ".git" / "notas.md").write_text("# no")
    assert all(".git" not in f.name for f in find_files([course]))


def test_a_missing_path_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"No existe .*Indique una carpeta"):
        find_files([tmp_path / "nope"])


def test_files_are_read_by_content_and_not_by_extension(tmp_path: Path) -> None:
    picture = tmp_path / "clase.pdf"
    picture.write_bytes(b"\x89PNG\r\n")
    with pytest.raises(MaterialError, match="PNG"):
        read(picture)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.md", b"", "vacío"),
        ("a.md", b"   \n", "no tiene texto"),
        ("a.xyz", b"hola", "formato .xyz"),
        ("a.md", b"a" * 10_000_001, "límite de un texto"),
        ("a.pdf", b"hola", "no es un archivo .pdf"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1", "archivo antiguo de Office, o uno con contraseña"),
        ("a.docx", b"PK\x03\x04 cut", "es un archivo comprimido que no se puede abrir"),
        ("a.ipynb", b"[" * 100_000, "anidado sin fin"),
    ],
)
def test_unreadable_files_give_a_reason(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(MaterialError, match=reason):
        read(tmp_path / name)


def test_an_unknown_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AYUDANTE_INDXE", "x")
    with pytest.raises(InputError, match="AYUDANTE_INDXE"):
        Settings.load()


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AYUDANTE_LLM_PORT", "many")
    with pytest.raises(InputError, match="AYUDANTE_LLM_PORT"):
        Settings.load()


def test_constructor_wins_over_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AYUDANTE_TOOL_CALLS", "9")
    assert Settings.load(tool_calls=2).tool_calls == 2
    assert Settings.load().tool_calls == 9


@pytest.mark.parametrize("text", ["ID3 es un algoritmo de árboles.", "RIFF es un formato."])
def test_a_text_that_begins_as_a_recording_is_a_text(text: str) -> None:
    assert format_of("arboles.md", text.encode()) == "markdown"


def test_recordings_are_told() -> None:
    for data in (b"ID3\x03\x00", b"RIFF\x00\x00\x00\x00WAVEfmt "):
        with pytest.raises(MaterialError, match="audio"):
            format_of("a.md", data)
