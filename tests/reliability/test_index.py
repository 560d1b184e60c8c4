"""An index whose writer is killed, whose disk fills up, or whose files are damaged."""

import json
import multiprocessing
import os
import random
import resource
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from corpus import IndexDamaged, InputError, MaterialError
from corpus.sandbox import Job
from corpus.worker import answer_to
from retrieval import indexing, store, update
from retrieval.index import Index
from retrieval.vectors import VectorIndex
from tests.conftest import NOTES, WordsEmbedder

Times = Callable[[int, int], int]
SAVING = "guardando el índice"
GROWN = ("index.json", "lexical/", "tokens/mean", "tokens/axes", "tokens/codes")


class Here:
    """Reads files in this process, so that most of an update is the writing."""

    def __enter__(self) -> "Here":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run_all(self, jobs: Sequence[Job]) -> Iterator[tuple[int, dict[str, Any] | MaterialError]]:
        for at, job in enumerate(jobs):
            answer = answer_to(asdict(job))
            yield at, MaterialError(answer["refused"]) if "refused" in answer else answer


def index_telling(folder: Path, course: Path, told: Connection) -> None:
    """Updates an index and says which stage it is at."""
    vars(indexing)["Sandbox"] = Here
    told.send("begun")
    update(folder, [course], WordsEmbedder(), progress=lambda stage, *_: told.send(stage))


def index_for_long(folder: Path, course: Path, told: Connection) -> None:
    """Updates an index with workers of its own and says who they are."""

    def tell(*_: object) -> None:
        told.send([child.pid for child in psutil.Process().children(recursive=True)])
        time.sleep(60)

    update(folder, [course], WordsEmbedder(), progress=tell)


@contextmanager
def another_process(work: Callable[..., None], *paths: Path) -> Iterator[tuple[Any, Connection]]:
    """A process that does `work`, quickly there, and what it tells; gone after the block."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(*paths, there))
    process.start()
    there.close()
    try:
        yield process, here
    finally:
        process.kill()
        process.join()
        process.close()
        here.close()


def change(course: Path, number: int, chance: random.Random) -> None:
    """Adds, replaces or deletes a document, in turn."""
    text = f"{NOTES}\n## Apartado {number}\n\nDice {chance.random()} de softmax.\n"
    if number % 3 == 0:
        (course / f"nuevo-{number}.md").write_text(text)
    elif number % 3 == 1:
        (course / "clase-04.md").write_text(text)
    else:
        next(course.glob("nuevo-*.md")).unlink()


def whole(folder: Path) -> dict[str, str]:
    """What tells an index from another, the digests of its files; raises if it cannot be loaded."""
    version = store.current(folder)
    Index.load(version)
    digests: dict[str, str] = json.loads((version / store.MANIFEST).read_text())
    return digests


def same(one: Path, other: Path) -> bool:
    """Whether two indexes hold the same.

    One keeps from when it was small the order of its documents and the axes of its pieces
    (`retrieval.late`); words are in the order of the process that counted them.
    """
    grown, afresh = (Index.load(store.current(folder)) for folder in (one, other))
    files = [
        {name: mark for name, mark in whole(folder).items() if not name.startswith(GROWN)}
        for folder in (one, other)
    ]
    return (
        files[0] == files[1]
        and grown.documents == afresh.documents
        and grown.skipped == afresh.skipped
    )


@pytest.fixture
def built(course: Path, tmp_path: Path, embedder: WordsEmbedder) -> Path:
    """An index of the small course."""
    folder = tmp_path / "index"
    update(folder, [course], embedder)
    return folder


def test_a_writer_that_is_killed_leaves_the_old_index_or_the_new(
    built: Path, course: Path, tmp_path: Path, embedder: WordsEmbedder, times: Times
) -> None:
    chance, took = random.Random(7), {"begun": 0.2, SAVING: 0.1}
    outcomes = {"old": 0, "new": 0}
    for number in range(times(6, 200)):
        before = whole(built)
        change(course, number, chance)
        since = chance.choice(list(took))
        with another_process(index_telling, built, course) as (process, told):
            while told.recv() != since:
                pass
            time.sleep(chance.uniform(0, took[since]))
            process.kill()
            process.join()
        left = whole(built)
        update(built, [course], embedder)  # the next writer is not kept out, and goes on
        after = whole(built)
        assert after != before
        assert left in (before, after)
        outcomes["new" if left == after else "old"] += 1
    update(tmp_path / "afresh", [course], embedder)
    assert same(built, tmp_path / "afresh")
    change(course, 0, chance)
    update(built, [course], embedder)  # takes away what was left behind
    assert len(list((built / store.VERSIONS).iterdir())) == 2
    print(outcomes)  # noqa: T201
    assert outcomes["old"]


def test_the_workers_of_a_killed_writer_end(course: Path, tmp_path: Path) -> None:
    with another_process(index_for_long, tmp_path / "index", course) as (process, told):
        workers = told.recv()
        process.kill()
    assert workers
    deadline = time.monotonic() + 10
    while any(map(psutil.pid_exists, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [one for one in workers if psutil.pid_exists(one)] == []


def test_no_cut_and_no_flipped_bit_is_served(built: Path, times: Times) -> None:
    chance = random.Random(1)
    paths = [path for path in built.rglob("*") if path.is_file() and path.name != "lock"]
    for number in range(times(60, 600)):
        path = chance.choice(paths)
        data = path.read_bytes()
        at = chance.randrange(len(data.rstrip()))  # the end of a last line says nothing
        flipped = data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
        path.write_bytes(flipped if number % 3 else data[:at])
        with pytest.raises(IndexDamaged, match=r"ayudante index .*--rebuild"):
            store.current(built)
        path.write_bytes(data)
    whole(built)


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """The system refuses to write more into any file, whoever writes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_write_that_the_system_refuses_leaves_the_old_index(
    built: Path, course: Path, embedder: WordsEmbedder, times: Times
) -> None:
    chance, before = random.Random(3), whole(built)
    longest = max(path.stat().st_size for path in store.current(built).rglob("*"))
    change(course, 0, chance)
    for number in range(times(10, 100)):
        refused = files_no_longer_than(chance.randrange(longest) if number else longest - 1)
        with refused, pytest.raises(InputError, match="El índice anterior sigue en pie"):
            update(built, [course], embedder)
        assert whole(built) == before
        assert len(list((built / store.VERSIONS).iterdir())) == 1
    update(built, [course], embedder)
    assert whole(built) != before


def test_vectors_that_are_cut_by_a_single_byte_are_an_error(tmp_path: Path) -> None:
    vectors, path = VectorIndex.build(np.eye(64, dtype=np.float32)), tmp_path / "vectors"
    vectors.save(path)
    for size in (path.stat().st_size - 1, 100):
        with files_no_longer_than(size), pytest.raises(OSError, match="File too large"):
            vectors.save(path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mounted, capture_output=True, check=False).returncode:
        pytest.skip("only root, where it may mount, has a disk to fill")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_the_old_index(
    small_disk: Path, course: Path, embedder: WordsEmbedder, times: Times
) -> None:
    folder, chance = small_disk / "index", random.Random(4)
    update(folder, [course], embedder)
    before = whole(folder)
    size = sum(path.stat().st_size for path in store.current(folder).rglob("*"))
    change(course, 0, chance)
    for _ in range(times(10, 100)):
        state = os.statvfs(small_disk)
        room = state.f_bavail * state.f_frsize - chance.randrange(size)
        (small_disk / "other").write_bytes(bytes(room))
        with pytest.raises(InputError, match=r"No space left.*El índice anterior sigue en pie"):
            update(folder, [course], embedder)
        (small_disk / "other").unlink()
        assert whole(folder) == before
    update(folder, [course], embedder)
    assert whole(folder) != before
