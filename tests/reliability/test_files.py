"""Course files that are damaged, or built to do harm."""

import json
import os
import random
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import psutil
import pytest

from corpus import BUNDLED, Settings, sandbox, worker
from corpus.sandbox import Job
from retrieval import store, update
from retrieval.index import Index
from tests.conftest import WordsEmbedder, notebook
from tests.corpus.office import changed
from tests.corpus.test_archive import LAUGHS, MAIN, OUTSIDE, document, zipped

Times = Callable[[int, int], int]
GOOD = (
    "calendario.md",
    "preguntas-frecuentes.html",
    "semana-02/clase-02-perceptron.pdf",
    "semana-04/tarea-1-perceptron-mlp.docx",
    "semana-05/lab-07-convoluciones.ipynb",
    "semana-06/clase-09-deteccion.pptx",
    "semana-08/clase-12-transformers.vtt",
    "semana-15/clase-20-razonamiento-prompting.tex",
)
SECONDS, MEMORY = 10.0, 2_500_000_000  # of the slowest file; of all workers together, in bytes
REFUSED_IN, REFUSED_WITH = 2.0, 200_000_000


def damaged(data: bytes, chance: random.Random) -> bytes:
    """`data` as a bad disk, a bad connection or a bad program leaves it."""
    at, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    match chance.randrange(6):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + data[end:]
        case 2:
            return data[:at] + bytes(end - at) + data[end:]
        case 3:
            return data[:end] + data[at:]
        case 4:
            return data[:at] + chance.randbytes(chance.randrange(1, 2_000)) + data[at:]
    flipped = bytearray(data)
    for _ in range(chance.randrange(1, 30)):
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """`data` damaged; of an archive, often a member, which is packed again."""
    if data.startswith(b"PK") and chance.random() < 0.7:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            member = chance.choice([name for name in archive.namelist() if name.endswith("xml")])
        return changed(data, member, lambda part: damaged(part, chance))
    return damaged(data, chance)


@contextmanager
def memory_watched() -> Iterator[list[int]]:
    """The memory of all processes that this one started, in bytes, every few milliseconds."""
    seen, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            seen.append(sum(map(memory_of, psutil.Process().children(recursive=True))))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def memory_of(process: psutil.Process) -> int:
    """The memory of a process, in bytes; none if it is gone."""
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def test_damaged_files_are_read_or_refused_and_stop_no_good_one(
    tmp_path: Path,
    settings: Settings,
    embedder: WordsEmbedder,
    times: Times,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance, course = random.Random(11), tmp_path / "course"
    course.mkdir()
    good = [BUNDLED / name for name in GOOD]
    for path in good:
        (course / path.name).write_bytes(path.read_bytes())
    update(settings.index, [course], embedder)
    alone = Index.load(store.current(settings.index))
    bad = [f"zz-{n:04}{chance.choice(good).suffix}" for n in range(times(24, 1_000))]
    by_suffix = {path.suffix: path.read_bytes() for path in good}
    for name in bad:
        (course / name).write_bytes(mutated(by_suffix[Path(name).suffix], chance))
    exchange, took = sandbox.exchange, {}

    def timed(process: Any, job: Job) -> dict[str, Any]:
        start = time.monotonic()
        answer = exchange(process, job)
        took[job.arguments["path"]] = time.monotonic() - start
        return answer

    monkeypatch.setattr(sandbox, "exchange", timed)
    with memory_watched() as memory:
        report = update(settings.index, [course], embedder)
    index = Index.load(store.current(settings.index))
    names = {path.name for path in good}
    assert [(p.id, p.text) for p in index.passages if p.document in names] == [
        (p.id, p.text) for p in alone.passages
    ]
    reasons = {one.document: one.reason for one in report.skipped}
    assert reasons.keys() | index.documents.keys() == names | set(bad)
    assert all(reasons.values())
    assert max(took.values()) <= SECONDS, max(took, key=took.__getitem__)
    assert max(memory) <= MEMORY
    print(  # noqa: T201
        f"{len(bad)} damaged: {len(reasons)} refused; slowest {max(took.values()):.1f} s; "
        f"workers' memory {max(memory) / 1e6:.0f} MB"
    )
    unclear = [reason for reason in reasons.values() if reason.startswith("no se pudo leer:")]
    assert unclear == []


def deep_notebook() -> bytes:
    deep = "[" * 100_000 + "]" * 100_000
    return b'{"cells": ' + deep.encode() + b', "nbformat": 4, "nbformat_minor": 5, "metadata": {}}'


def many_members() -> bytes:
    return zipped({MAIN: b"<a/>"} | {f"word/{n}.xml": b"" for n in range(60_000)})


HARMFUL: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a zip bomb": ("a.docx", lambda: zipped({MAIN: bytes(100_000_000)}), "sospechoso"),
    "a zip slip": ("c.docx", lambda: zipped({MAIN: b"<a/>", "../../x.xml": b"<a/>"}), "nombres"),
    "60,000 members": ("d.docx", many_members, "límite es"),
    "XXE": ("e.docx", lambda: changed(document(), MAIN, lambda _: OUTSIDE), "DTD"),
    "billion laughs": ("f.docx", lambda: changed(document(), MAIN, lambda _: LAUGHS), "DTD"),
    "an image called PDF": ("g.pdf", lambda: b"\x89PNG\r\n\x1a\n" + bytes(1_000), "imagen PNG"),
    "text called PDF": ("h.pdf", lambda: b"hola", "dañado"),
    "a program called notebook": ("i.ipynb", lambda: b"\x7fELF" + bytes(1_000), ""),
    "a notebook 100,000 deep": ("j.ipynb", deep_notebook, ""),
}


@dataclass(frozen=True)
class Cost:
    """What reading a file took: its child's processor time, in seconds, and memory, in bytes."""

    seconds: float
    memory: int

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.seconds - other.seconds, self.memory - other.memory)

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s, {self.memory / 1e6:+.0f} MB"


def read(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[worker.Answer, Cost]:
    """What a child says of a file, and what it cost."""
    costs: list[Cost] = []

    def waited(pid: int, options: int) -> tuple[int, int]:
        pid, status, used = os.wait4(pid, options)
        costs.append(Cost(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024))
        return pid, status

    monkeypatch.setattr(os, "waitpid", waited)
    arguments = {"path": str(path), "name": path.name}
    answer = worker.isolated({"job": "read", "arguments": arguments, "seconds": 60})
    return answer, costs[0]


@pytest.mark.parametrize("name", HARMFUL)
def test_what_is_built_to_do_harm_is_refused_at_once_and_cheaply(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, make, said = HARMFUL[name]
    (tmp_path / file).write_bytes(make())
    (tmp_path / "good.docx").write_bytes(document())
    _, usual = read(tmp_path / "good.docx", monkeypatch)
    answer, cost = read(tmp_path / file, monkeypatch)
    print(f"{name}: {cost - usual}, {answer}")  # noqa: T201
    assert said in answer["refused"]
    assert cost.seconds < REFUSED_IN
    assert (cost - usual).memory < REFUSED_WITH


TIRING: dict[str, tuple[str, Callable[[int], str]]] = {
    "quotations in quotations": ("a.md", lambda n: "> " * n + "x"),
    "lists in lists": ("b.md", lambda n: "- " * n + "x"),
    "brackets": ("c.md", lambda n: "[" * n),
    "emphasis": ("d.md", lambda n: "*a_ " * n),
    "backticks": ("e.md", lambda n: "".join("`" * m + " " for m in range(n // 300))),
    "a wide table": ("f.md", lambda n: "|a" * n + "|\n" + "|-" * n + "|\n" + "|b" * n),
    "a calendar of one cell": ("g.md", lambda n: "|Fecha|Tema|\n|-|-|\n|" + "4 a " * n + "|x|"),
    "one long line": ("h.txt", lambda n: "hola " * n),
    "one long word": ("i.txt", lambda n: "a" * 5 * n),
    "elements in elements": ("j.html", lambda n: "<html>" + "<div>" * n + "x"),
    "tables in tables": ("k.html", lambda n: "<html>" + "<table><tr><td>" * (n // 100) + "x"),
    "a tag that never ends": ("l.html", lambda n: "<html><a " + "b=c " * n),
    "braces in braces": ("m.tex", lambda n: r"\section{a}" + "{" * n + "x"),
    "commands in commands": ("n.tex", lambda n: r"\section{a}" + r"\textbf{" * (n // 10) + "x"),
    "macros that make macros": (
        "o.tex",
        lambda n: (
            "".join(
                rf"\newcommand{{\{chr(98 + m)}}}{{\{chr(97 + m)}\{chr(97 + m)}}}" for m in range(24)
            )
            + r"\newcommand{\a}{x}\section{a}\y"
        ),
    ),
    "environments": ("p.tex", lambda n: r"\section{a}" + r"\begin{itemize}\item " * (n // 10)),
    "subtitles without end": (
        "q.vtt",
        lambda n: "WEBVTT\n\n" + "00:00.000 --> 00:01.000\nhola\n\n" * (n // 8),
    ),
    "a program of brackets": ("r.py", lambda n: "x = " + "(" * n),
    "a program of indents": (
        "s.py",
        lambda n: "".join(" " * m + "if x:\n" for m in range(n // 200)),
    ),
    "a notebook of one huge cell": (
        "t.ipynb",
        lambda n: notebook().replace("con una recta", "x " * n),
    ),
    "a notebook of many cells": (
        "u.ipynb",
        lambda n: json.dumps(
            json.loads(notebook()) | {"cells": json.loads(notebook())["cells"] * (n // 100)}
        ),
    ),
}


@pytest.mark.parametrize("name", TIRING)
def test_what_is_built_to_take_for_ever_does_not(
    name: str, tmp_path: Path, times: Times, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, make = TIRING[name]
    (tmp_path / file).write_text(make(times(5_000, 100_000)))
    answer, cost = read(tmp_path / file, monkeypatch)
    print(f"{name}: {cost}, {str(answer)[:80]}")  # noqa: T201
    assert cost.seconds < SECONDS
