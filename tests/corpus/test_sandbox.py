import io
import os
import subprocess
import threading
from pathlib import Path

import psutil
import pytest

from corpus import MaterialError, worker
from corpus.document import Document
from corpus.sandbox import Job, Sandbox


def reading(path: Path) -> Job:
    return Job("read", {"path": str(path), "name": path.name})


def isolated(monkeypatch: pytest.MonkeyPatch, seconds: float, job: object) -> worker.Answer:
    """The answer of a child that does `job`."""
    monkeypatch.setitem(worker.JOBS, "test", job)
    return worker.isolated({"job": "test", "arguments": {}, "seconds": seconds})


def test_a_file_is_read_as_in_this_process(course: Path) -> None:
    with Sandbox(1) as sandbox:
        answer = sandbox.run(reading(course / "clase-04.md"))
    document = Document.from_dict(answer["document"])
    assert document.title == "Clase 4: Softmax"
    assert [section.location.number for section in document.sections] == [1, 2, 3]


def test_a_refused_file_gives_its_reason(course: Path) -> None:
    with Sandbox(1) as sandbox, pytest.raises(MaterialError, match="PNG"):
        sandbox.run(reading(course / "figura.png"))


def test_several_files_are_read_at_once_and_one_bad_file_stops_none(tmp_path: Path) -> None:
    files = [tmp_path / f"{n}.md" for n in range(9)]
    for n, file in enumerate(files):
        file.write_bytes(b"\x00" if n == 4 else f"# Clase {n}\n\nhola".encode())
    with Sandbox(2) as sandbox:
        answers = dict(sandbox.run_all([reading(file) for file in files]))
    assert isinstance(answers.pop(4), MaterialError)
    titles = {at: answer["document"]["title"] for at, answer in answers.items()}  # type: ignore[index]
    assert titles == {n: f"Clase {n}" for n in range(9) if n != 4}


def test_a_worker_that_dies_is_replaced(course: Path) -> None:
    with Sandbox(1) as sandbox:
        sandbox.run(reading(course / "clase-04.md"))
        sandbox.started[0].kill()
        sandbox.started[0].wait()
        assert sandbox.run(reading(course / "clase-04.md"))["document"]["sections"]


def test_workers_end_with_the_block(course: Path) -> None:
    with Sandbox(2) as sandbox:
        sandbox.run(reading(course / "clase-04.md"))
        processes = list(sandbox.started)
    assert all(process.poll() is not None for process in processes)


def test_a_reader_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = isolated(monkeypatch, 0.5, threading.Event().wait)
    assert answer == {"refused": "tardó más de 0 s o dijo demasiado"}


def test_a_reader_that_asks_for_too_much_memory_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = isolated(monkeypatch, 30, lambda: {"text": bytearray(8_000_000_000)})
    assert answer == {"refused": "pide más de 2 GB de memoria"}


def test_a_reader_that_crashes_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = isolated(monkeypatch, 5, lambda: os.kill(os.getpid(), 9))
    assert answer == {"refused": "el lector se cayó con este archivo (SIGKILL)"}


def test_a_reader_with_a_bug_refuses_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = isolated(monkeypatch, 5, lambda: dict[str, worker.Answer]()["lámina"])
    assert answer == {"refused": "no se pudo leer: KeyError: 'lámina'"}


def test_what_a_child_starts_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = isolated(monkeypatch, 5, lambda: {"child": subprocess.Popen(["sleep", "600"]).pid})
    state = ""
    for _ in range(100):
        try:
            state = psutil.Process(answer["child"]).status()
        except psutil.NoSuchProcess:
            state = "gone"
        if state in ("gone", psutil.STATUS_ZOMBIE):
            break
        threading.Event().wait(0.05)
    assert state in ("gone", psutil.STATUS_ZOMBIE)


def test_what_a_reader_prints_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def babbling() -> worker.Answer:
        os.write(1, b"hola\n")
        print("hola", flush=True)  # noqa: T201
        return {"said": len(os.read(0, 100))}

    assert isolated(monkeypatch, 10, babbling) == {"said": 0}


def test_a_worker_that_says_no_json_is_ended_and_the_next_job_gets_its_own_answer(
    course: Path,
) -> None:
    with Sandbox(1) as sandbox:
        sandbox.run(reading(course / "clase-04.md"))
        (process,) = sandbox.started
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = io.StringIO("hola\n")
        with pytest.raises(MaterialError, match="dejó de existir"):
            sandbox.run(reading(course / "clase-04.md"))
        answer = sandbox.run(reading(course / "clase-04.md"))
    assert answer["document"]["title"] == "Clase 4: Softmax"
