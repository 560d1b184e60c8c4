"""Backups: everything comes back, and nothing that is no whole backup replaces anything."""

import os
import random
import sqlite3
import stat
import tempfile
import threading
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.conversations import Conversations
from agent.corrections import FILE
from agent.quiz import QuizStore
from agent.sqlite import Damaged, must_be_whole
from corpus import AyudanteError, IndexDamaged, InputError, Settings
from retrieval import enrichment, store
from retrieval.index import Index
from tests.ui.small import one_slide_index
from ui import archive
from ui.backup import put_back, save
from ui.cli import app
from ui.materials import UPLOADED
from ui.people import Users

LINE = '{"passage": "%s", "questions": ["¿?"], "says": "", "model": "m"}\n'


def in_use(folder: Path) -> Settings:
    """A course in use: questions asked, an account, an upload, an answer of the staff."""
    course, cache = folder / "course", folder / "cache"
    (course / UPLOADED).mkdir(parents=True)
    (course / UPLOADED / "lab.md").write_text("# Lab")
    (course / FILE).write_text("# Respuestas")
    cache.mkdir()
    (cache / enrichment.FILE).write_text(LINE % "a" + LINE % "b" + '{"passage": "cut')
    settings = Settings.load(
        index=folder / "index",
        cache=cache,
        conversations=folder / "conversations.sqlite",
        quiz=folder / "quiz.sqlite",
        users=folder / "users.json",
    )
    one_slide_index(settings.index, course)
    Conversations(settings.conversations).ask("ana", "¿Qué es softmax?")
    assert QuizStore(settings.quiz).items() == []
    Users(settings.users).add("profe", "una clave larga", "teacher")
    return settings


@pytest.fixture
def kept(tmp_path: Path) -> Settings:
    return in_use(tmp_path)


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup, as bytes."""
    folder = tmp_path_factory.mktemp("backed-up")
    save(in_use(folder), folder / "r.zip")
    return (folder / "r.zip").read_bytes()


def elsewhere(folder: Path) -> Settings:
    """The settings of another machine, where there is nothing yet."""
    names = ("index", "cache", "conversations", "quiz", "users")
    return Settings.load(**{name: folder / "new" / name for name in names})


def asked(settings: Settings) -> list[str]:
    return [turn.question for turn in Conversations(settings.conversations).all_turns()]


def left_over(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith((".respaldo", ".restaur"))]


def test_all_of_it_comes_back_on_another_machine(kept: Settings, tmp_path: Path) -> None:
    file = tmp_path / "r.zip"
    save(kept, file)
    there, course = elsewhere(tmp_path), tmp_path / "moved"
    course.mkdir()
    names, aside = put_back(there, file, course=course)
    assert aside is None
    assert names == [
        "conversations.sqlite", "course", "enrichment.jsonl", "index", "quiz.sqlite", "users.json",
    ]  # fmt: skip
    assert Index.load(store.current(there.index)).passages
    assert asked(there) == ["¿Qué es softmax?"]
    assert Users(there.users).admits("profe", "una clave larga")
    assert set(enrichment.read(there.cache / enrichment.FILE)) == {"a", "b"}
    assert (course / UPLOADED / "lab.md").read_text() == "# Lab"
    assert (course / FILE).read_text() == "# Respuestas"
    assert left_over(tmp_path) == []


def test_only_its_owner_reads_it_and_nothing_is_overwritten(kept: Settings, tmp_path: Path) -> None:
    save(kept, tmp_path / "r.zip")
    assert stat.S_IMODE((tmp_path / "r.zip").stat().st_mode) == 0o600
    with pytest.raises(InputError, match="Ya existe"):
        save(kept, tmp_path / "r.zip")
    with pytest.raises(InputError, match="Ya existe"):
        save(kept, kept.conversations)
    with pytest.raises(InputError, match="No se pudo escribir"):
        save(kept, tmp_path / "nope" / "r.zip")
    with pytest.raises(InputError, match="No hay nada"):
        save(elsewhere(tmp_path), tmp_path / "empty.zip")


def test_a_copy_is_of_one_moment_while_others_write(kept: Settings, tmp_path: Path) -> None:
    """Each writer stores two questions in one transaction: a copy has both or neither."""
    stopped = threading.Event()

    def write() -> None:
        conversations = Conversations(kept.conversations)
        while not stopped.is_set():
            with conversations.connection() as connection:
                for word in ("uno", "dos"):
                    connection.execute(
                        "INSERT INTO turns (conversation, question) VALUES ('x', ?)", (word,)
                    )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            save(kept, tmp_path / f"{number}.zip")
    finally:
        stopped.set()
        writer.join()
    for number in range(5):
        there = elsewhere(tmp_path / str(number))
        put_back(there, tmp_path / f"{number}.zip")
        questions = asked(there)
        assert questions.count("uno") == questions.count("dos")


def test_what_is_there_is_replaced_only_if_asked_and_kept_aside(
    kept: Settings, tmp_path: Path
) -> None:
    file, course = tmp_path / "r.zip", tmp_path / "course"
    save(kept, file)
    Conversations(kept.conversations).ask("beto", "¿Y Adam?")
    Users(kept.users).add("ana", "otra clave larga", "student")
    (course / FILE).write_text("# Otras")
    (kept.cache / enrichment.FILE).write_text(LINE % "c" + '{"passage": "cut')
    with pytest.raises(InputError, match="--force"):
        put_back(kept, file)
    assert asked(kept) == ["¿Qué es softmax?", "¿Y Adam?"]
    with closing(sqlite3.connect(kept.conversations)) as reader:  # as a page that is in use
        reader.execute("SELECT * FROM turns").fetchone()
        _, aside = put_back(kept, file, force=True)
    assert aside is not None
    assert asked(kept) == ["¿Qué es softmax?"]
    assert set(Users(kept.users).accounts()) == {"profe"}
    assert (course / FILE).read_text() == "# Respuestas"
    assert set(enrichment.read(kept.cache / enrichment.FILE)) == {"a", "b", "c"}
    before = kept.model_copy(
        update={"conversations": aside / "conversations.sqlite", "users": aside / "users.json"}
    )
    assert asked(before) == ["¿Qué es softmax?", "¿Y Adam?"]
    assert set(Users(before.users).accounts()) == {"profe", "ana"}
    assert (aside / FILE).read_text() == "# Otras"
    assert Index.load(store.current(aside / "index")).passages
    assert stat.S_IMODE(aside.stat().st_mode) == 0o700


def test_damaged_state_is_put_back_and_kept_aside(kept: Settings, tmp_path: Path) -> None:
    file = tmp_path / "r.zip"
    save(kept, file)
    kept.conversations.write_bytes(b"no database" * 1000)
    (kept.index / "CURRENT").write_text("v-nope abc")
    for other in ("a.zip", "b.zip"):
        with pytest.raises(IndexDamaged if other == "a.zip" else InputError, match="dañado"):
            save(kept, tmp_path / other)
        _, aside = put_back(kept, file, force=True)
        assert aside is not None
        if other == "a.zip":
            assert (aside / "conversations.sqlite").read_bytes().startswith(b"no database")
            assert (aside / "index" / "CURRENT").read_text() == "v-nope abc"
            kept.conversations.write_bytes(b"no database" * 1000)
    assert asked(kept) == ["¿Qué es softmax?"]
    store.current(kept.index)


def test_no_damaged_backup_changes_anything(backed_up: bytes, tmp_path: Path) -> None:
    broken, whole, chance, refused = tmp_path / "r.zip", backed_up, random.Random(1), 0
    there = elsewhere(tmp_path)
    for _ in range(60):
        at = chance.randrange(len(whole))
        flipped = bytearray(whole)
        flipped[at] ^= 1 << chance.randrange(8)
        for damage in (whole[:at], bytes(flipped)):
            broken.write_bytes(damage)
            try:
                archive.unpacked(broken, Path(tempfile.mkdtemp(dir=tmp_path)))
            except InputError:
                refused += 1
            else:  # a date, say, which nobody reads: what came out is what went in
                assert damage == bytes(flipped)
    assert refused > 100
    broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="No se cambió nada"):
        put_back(there, broken, force=True)
    assert [path.name for path in there.index.parent.iterdir()] == []


def rewritten(file: Path, change: Callable[[dict[zipfile.ZipInfo, bytes]], None]) -> None:
    """A backup with other members, its manifest as it was unless changed."""
    with zipfile.ZipFile(file) as old:
        members = {info: old.read(info) for info in old.infolist()}
    change(members)
    with zipfile.ZipFile(file, "w") as new:
        for info, data in members.items():
            new.writestr(info, data)


def link(members: dict[zipfile.ZipInfo, bytes]) -> None:
    info = zipfile.ZipInfo("course/subidos/enlace")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    members[info] = b"/etc/passwd"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m.update({zipfile.ZipInfo("../fuera"): b"x"}), "../fuera"),
        (lambda m: m.update({zipfile.ZipInfo("/etc/passwd"): b"x"}), "/etc/passwd"),
        (lambda m: m.update({zipfile.ZipInfo("course/../../x"): b"x"}), "course/../../x"),
        (lambda m: m.update({zipfile.ZipInfo("a\\..\\b"): b"x"}), "no es un archivo"),
        (link, "enlace"),
        (lambda m: m.update({zipfile.ZipInfo("extra"): b"x"}), "sobra o falta"),
        (lambda m: m.pop(next(iter(m))), "sobra o falta"),
        (lambda m: m.update({next(iter(m)): b"x"}), "no es lo que se guardó"),
        (lambda m: m.pop(next(one for one in m if one.filename == archive.MANIFEST)), "manifest"),
        (lambda m: m.update({list(m)[-1]: b"{}"}), "manifiesto no se entiende"),
        (
            lambda m: m.update(
                {list(m)[-1]: m[list(m)[-1]].replace(b"ayudante 1", b"ayudante 9")}
            ),
            "su formato es «ayudante 9»",
        ),
        (
            lambda m: m.update(
                {list(m)[-1]: m[list(m)[-1]].replace(b'"bytes": ', b'"bytes": 9999999999')}
            ),
            "no cabe",
        ),
    ],
)  # fmt: skip
def test_a_foreign_archive_is_refused_in_a_line(
    backed_up: bytes,
    tmp_path: Path,
    change: Callable[[dict[zipfile.ZipInfo, bytes]], None],
    said: str,
) -> None:
    file = tmp_path / "r.zip"
    file.write_bytes(backed_up)
    rewritten(file, change)
    there = elsewhere(tmp_path)
    with pytest.raises(InputError) as refused:
        put_back(there, file, force=True)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert [path.name for path in there.index.parent.iterdir()] == []
    assert not (tmp_path / "fuera").exists()


def test_a_course_that_is_not_there_is_asked_for(kept: Settings, tmp_path: Path) -> None:
    file = tmp_path / "r.zip"
    save(kept, file)
    (tmp_path / "course").rename(tmp_path / "moved")
    there = elsewhere(tmp_path)
    with pytest.raises(InputError, match="--course"):
        put_back(there, file)
    assert not there.conversations.exists()


def test_the_commands_say_what_they_did(
    kept: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cache", "conversations", "quiz", "users"):
        monkeypatch.setenv(f"AYUDANTE_{name.upper()}", str(getattr(kept, name)))
    run, file, index = CliRunner(), str(tmp_path / "r.zip"), ["--index", str(kept.index)]
    said = run.invoke(app, ["backup", file, *index], catch_exceptions=False)
    assert "conversaciones" in said.stdout
    refused = run.invoke(app, ["restore", file, *index])
    assert isinstance(refused.exception, AyudanteError)
    os.remove(kept.conversations)
    done = run.invoke(app, ["restore", file, "--force", "--json", *index], catch_exceptions=False)
    assert '"index"' in done.stdout
    assert asked(kept) == ["¿Qué es softmax?"]


def test_any_name_of_a_file_comes_back_or_is_refused_at_once(
    kept: Settings, tmp_path: Path
) -> None:
    added = tmp_path / "course" / UPLOADED
    added.mkdir(exist_ok=True)
    (added / "Clase 3: redes.md").write_text("# Redes")
    save(kept, tmp_path / "r.zip")
    there = elsewhere(tmp_path)
    put_back(there, tmp_path / "r.zip", course=(tmp_path / "course"), force=True)
    (added / "a\\b.md").write_text("# Redes")
    with pytest.raises(InputError, match="cámbiele el nombre"):
        save(kept, tmp_path / "otro.zip")
    assert not (tmp_path / "otro.zip").exists()


def test_a_file_in_use_is_not_taken_for_a_damaged_one(kept: Settings, tmp_path: Path) -> None:
    file = tmp_path / "c.sqlite"
    file.mkdir()  # as little a readable file as one that another holds
    with pytest.raises(InputError, match="no se puede leer ahora") as refused:
        must_be_whole(file)
    assert not isinstance(refused.value, Damaged)


def test_a_disk_that_is_full_is_told_in_a_line(
    kept: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("agent.sqlite.copy", full)
    with pytest.raises(InputError, match="disk is full"):
        save(kept, tmp_path / "r.zip")
    assert not (tmp_path / "r.zip").exists()
