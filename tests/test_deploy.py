"""What the documentation of a server and its files say is so."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from corpus.settings import PREFIX, Settings
from ui.cli import app

HERE = Path(__file__).parents[1]
FILES = sorted((HERE / "deploy").iterdir())
TEXTS = [HERE / "docs" / "servidor.md", HERE / "docs" / "accounts.md", *FILES]


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.name)
def test_named_settings_and_commands_exist(file: Path) -> None:
    text = file.read_text()
    settings = {PREFIX + name.upper() for name in Settings.model_fields}
    assert set(re.findall(r"\bAYUDANTE_[A-Z_]+\b", text)) <= settings
    commands: dict[str, object] = get_command(app).commands  # type: ignore[attr-defined]
    called = re.findall(r"(?:bin/|`|\$ |run |: )ayudante ([a-z]+)", text)
    assert set(called) <= set(commands)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_units_are_well_formed(tmp_path: Path) -> None:
    program = tmp_path / "ayudante" / ".venv" / "bin" / "ayudante"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    units = [str(file) for file in FILES if file.suffix in (".service", ".timer")]
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", *units],
        env={"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
