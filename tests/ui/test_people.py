import getpass
import json
import os
import stat
import warnings
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from corpus import InputError
from ui.cli import app
from ui.people import Account, Users, alone, must_be_guarded

PASSWORD = "una clave larga"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "cuentas" / "users.json"
    monkeypatch.setenv("AYUDANTE_USERS", str(file))
    return file


def run(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(app, ["users", *arguments], input=given)


def said(result: Result) -> str:
    assert isinstance(result.exception, InputError)
    return str(result.exception)


def test_whoever_sits_at_the_machine_may_do_everything() -> None:
    assert alone().teacher
    assert alone().owns == ""


def test_an_account_opens_with_its_password_alone(file: Path) -> None:
    users = Users(file)
    users.add("Ana", PASSWORD, "student")
    assert users.admits("ana", PASSWORD)
    assert users.admits(" ANA ", PASSWORD)
    assert not users.admits("ana", PASSWORD + " ")
    assert not users.admits("ana", "")
    assert not users.admits("nadie", PASSWORD)
    assert not users.admits("", "")


def test_the_same_letters_typed_in_another_form_are_the_same_password(file: Path) -> None:
    Users(file).add("ana", "contrasen\u0303a larga", "student")
    assert Users(file).admits("ana", "contraseña larga")


def test_the_file_is_private_and_has_neither_passwords_nor_two_equal_hashes(file: Path) -> None:
    users = Users(file)
    users.add("ana", PASSWORD, "student")
    users.add("beto", PASSWORD, "teacher")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert PASSWORD not in file.read_text()
    rows = json.loads(file.read_text())
    assert rows["ana"]["hash"] != rows["beto"]["hash"]
    assert rows["ana"]["id"] != rows["beto"]["id"]
    assert "ana" not in rows["ana"]["id"]
    assert sorted(one.name for one in file.parent.iterdir()) == ["users.json", "users.lock"]


def test_an_older_cheaper_hash_still_opens(file: Path) -> None:
    users = Users(file)
    users.add("ana", PASSWORD, "student")
    rows = json.loads(file.read_text())
    old = Account("i1", "student", "00" * 16, "", cost=2**10, passes=1)
    rows["vieja"] = {
        "id": old.id,
        "role": old.role,
        "salt": old.salt,
        "hash": old.hashed(PASSWORD),
        "cost": old.cost,
        "passes": old.passes,
    }
    file.write_text(json.dumps(rows))
    assert users.admits("vieja", PASSWORD)
    assert not users.admits("vieja", PASSWORD + "x")


def test_a_person_owns_what_begins_with_their_id_and_a_role_is_kept(file: Path) -> None:
    users = Users(file)
    users.add("ana", PASSWORD, "student")
    users.add("beto", PASSWORD, "teacher")
    ana, beto = users.person("ana"), users.person("beto")
    assert (ana.teacher, beto.teacher) == (False, True)
    assert ana.owns == f"{users.account('ana').id}."
    with pytest.raises(InputError, match="ya no existe"):
        users.person("nadie")


def test_a_file_that_another_process_changes_is_seen(file: Path) -> None:
    here, there = Users(file), Users(file)
    there.add("ana", PASSWORD, "student")
    assert set(here.accounts()) == {"ana"}
    before = here.account("ana").mark
    there.change_password("ana", PASSWORD + "2")
    assert here.admits("ana", PASSWORD + "2")
    assert here.account("ana").mark != before
    assert here.account("ana").id == there.account("ana").id
    there.remove("ana")
    assert here.accounts() == {}
    file.unlink()
    assert here.accounts() == {}


@pytest.mark.parametrize("content", ["", "[]", '{"ana": {"hash": ""}}', "\xff"])
def test_a_damaged_file_is_said_and_is_not_overwritten(file: Path, content: str) -> None:
    file.parent.mkdir()
    file.write_text(content, encoding="latin-1")
    with pytest.raises(InputError, match="no es un archivo de cuentas"):
        Users(file).add("ana", PASSWORD, "student")
    assert file.read_text(encoding="latin-1") == content


def test_a_write_that_fails_leaves_the_accounts_as_they_were(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = Users(file)
    users.add("ana", PASSWORD, "student")
    before = file.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No se puede escribir"):
        users.add("beto", PASSWORD, "student")
    assert file.read_bytes() == before
    assert set(Users(file).accounts()) == {"ana"}
    assert not list(file.parent.glob("users.json.*"))


def test_accounts_are_made_listed_and_removed_from_the_command_line(file: Path) -> None:
    assert "estudiante" in run("add", "ana", "--password-stdin", given=f"{PASSWORD}\n").output
    assert run("add", "Beto", "--teacher", "--password-stdin", given=PASSWORD).exit_code == 0
    listed = json.loads(run("list", "--json").output)["users"]
    assert [(one["name"], one["role"]) for one in listed] == [
        ("ana", "student"),
        ("beto", "teacher"),
    ]
    assert "hash" not in listed[0]
    assert run("list").output.startswith("ana: estudiante (")
    assert run("password", "ana", "--password-stdin", given="otra clave larga").exit_code == 0
    assert Users(file).admits("ana", "otra clave larga")
    assert listed[0]["id"] in run("remove", "ana").output
    assert set(Users(file).accounts()) == {"beto"}


def test_a_password_is_asked_twice(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter([PASSWORD, PASSWORD, PASSWORD, "otra clave"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    assert run("add", "ana").exit_code == 0
    assert Users(file).admits("ana", PASSWORD)
    assert "no son iguales" in said(run("add", "beto"))
    assert set(Users(file).accounts()) == {"ana"}


@pytest.mark.parametrize("trouble", [EOFError, None])
def test_a_password_that_would_be_seen_or_that_nobody_can_type_is_not_asked(
    file: Path, monkeypatch: pytest.MonkeyPatch, trouble: type[Exception] | None
) -> None:
    def no_terminal(prompt: str) -> str:
        if trouble:
            raise trouble
        warnings.warn("echo", getpass.GetPassWarning, stacklevel=1)
        return PASSWORD

    monkeypatch.setattr("getpass.getpass", no_terminal)
    assert "--password-stdin" in said(run("add", "ana"))
    assert not file.exists()


@pytest.mark.parametrize(
    ("arguments", "given", "why"),
    [
        (["add", "ana", "--password-stdin"], "corta", "entre 10 y 200"),
        (["add", "ana", "--password-stdin"], "", "entre 10 y 200"),
        (["add", "ana", "--password-stdin"], "x" * 201, "entre 10 y 200"),
        (["add", "BETO", "--password-stdin"], PASSWORD, "Ya existe"),
        (["add", "dos palabras", "--password-stdin"], PASSWORD, "no sirve"),
        (["add", "", "--password-stdin"], PASSWORD, "no sirve"),
        (["add", "../x", "--password-stdin"], PASSWORD, "no sirve"),
        (["remove", "nadie"], "", "No existe la cuenta"),
        (["password", "nadie", "--password-stdin"], PASSWORD, "No existe la cuenta"),
    ],
)
def test_what_cannot_be_done_is_said(
    file: Path, arguments: list[str], given: str, why: str
) -> None:
    Users(file).add("beto", PASSWORD, "teacher")
    assert why in said(run(*arguments, given=given))
    assert set(Users(file).accounts()) == {"beto"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.10", "curso.uchile.cl", ""])
def test_a_page_that_others_reach_needs_accounts(host: str, file: Path) -> None:
    with pytest.raises(InputError, match="--auth"):
        must_be_guarded(host, None)
    users = Users(file)
    with pytest.raises(InputError, match="ayudante users add"):
        must_be_guarded(host, users)
    users.add("ana", PASSWORD, "student")
    must_be_guarded(host, users)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_a_page_on_loopback_needs_none(host: str) -> None:
    must_be_guarded(host, None)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--host", "0.0.0.0"], "agregue --auth"),
        (["--auth"], "créelas con: ayudante users add"),
        (["--auth", "--host", "0.0.0.0"], "créelas con: ayudante users add"),
    ],
)
def test_chat_refuses_an_unguarded_page_before_anything_else(
    file: Path, arguments: list[str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.cli.opened_or_built", lambda *_: pytest.fail("too late"))
    assert why in said(CliRunner().invoke(app, ["chat", "--no-open", *arguments]))
