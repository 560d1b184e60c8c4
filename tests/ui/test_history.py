import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agent.conversations import Conversations
from corpus import InputError
from tests.agent.test_conversations import answer
from ui.cli import app


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "c.sqlite"
    monkeypatch.setenv("AYUDANTE_CONVERSATIONS", str(file))
    stored = Conversations(file)
    stored.answered(stored.ask("ana", "¿Qué es softmax?"), answer("Una función."))
    return file


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["conversations", *arguments])


def test_conversations_are_listed_searched_and_written_out(file: Path) -> None:
    assert run().output.startswith("ana: ¿Qué es softmax? (1 pregunta, 20")
    assert run("--search", "nada").output == "No hay conversaciones.\n"
    assert run("ana").output.startswith("# ¿Qué es softmax?")
    turns = json.loads(run("ana", "--json").output)["turns"]
    assert turns[0]["answer"] == "Una función."


def test_a_conversation_is_renamed_and_deleted(file: Path) -> None:
    run("ana", "--rename", "La softmax")
    assert json.loads(run("--json").output)["conversations"][0]["title"] == "La softmax"
    run("ana", "--delete")
    assert json.loads(run("--json").output) == {"conversations": []}


@pytest.mark.parametrize("arguments", [["--delete"], ["nadie"], ["nadie", "--delete"]])
def test_what_cannot_be_done_is_said(file: Path, arguments: list[str]) -> None:
    assert isinstance(run(*arguments).exception, InputError)
