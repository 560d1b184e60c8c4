import stat
from pathlib import Path

import pytest

from corpus.writing import put


def test_a_file_is_put_in_place_whole_and_for_whom_it_is(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    put(file, b"uno")
    put(file, b"dos")
    assert file.read_bytes() == b"dos"
    put(tmp_path / "secreto", b"x", private=True)
    assert stat.S_IMODE((tmp_path / "secreto").stat().st_mode) == 0o600
    assert stat.S_IMODE(file.stat().st_mode) & 0o400
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "secreto"]


def test_what_cannot_be_put_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.txt"
    put(file, b"uno")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("corpus.writing.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        put(file, b"dos")
    assert file.read_bytes() == b"uno"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
