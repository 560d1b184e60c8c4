"""Reading files where they can do no harm.

A course's files come from many hands: one may be damaged, huge or hostile. Each is read in a
child process of its own, several at once, with limits on time and memory (`corpus.worker`). What
comes back is plain JSON, so that a file which takes over its reader still says only text.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from corpus.errors import MaterialError

SECONDS = 60.0  # of one file; a deck of 300 pages takes about ten


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do with one file: a function of `corpus.worker` and its arguments."""

    job: str
    arguments: dict[str, Any]
    seconds: float = SECONDS


class Sandbox:
    """Some worker processes, started when first needed and stopped on leaving the ``with`` block.

    Args:
        workers: how many files at once; by default, one for each processor.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or min(os.cpu_count() or 1, 8)
        self.idle: queue.LifoQueue[subprocess.Popen[str] | None] = queue.LifoQueue()
        self.threads = ThreadPoolExecutor(self.workers)
        self.started: list[subprocess.Popen[str]] = []
        self.lock = threading.Lock()
        self.closed = False
        for _ in range(self.workers):
            self.idle.put(None)

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops the workers; jobs that wait are dropped."""
        with self.lock:
            self.closed = True
        self.threads.shutdown(wait=False, cancel_futures=True)
        for process in self.started:
            process.kill()
        self.threads.shutdown()
        for process in self.started:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    with suppress(OSError):  # what was not yet written to a dead worker
                        pipe.close()
        self.started.clear()

    def run(self, job: Job) -> dict[str, Any]:
        """The answer to one job.

        Raises:
            MaterialError: with the reason, if the file cannot be read.
        """
        process = self.idle.get()
        try:
            if process is None or process.poll() is not None:
                process = self.start()
            answer = exchange(process, job)
        finally:
            self.idle.put(process)
        if "refused" in answer:
            raise MaterialError(answer["refused"])
        return answer

    def run_all(self, jobs: Sequence[Job]) -> Iterator[tuple[int, dict[str, Any] | MaterialError]]:
        """Each job's position and its answer or the reason for none, as they are done."""
        waiting: dict[Future[dict[str, Any]], int] = {
            self.threads.submit(self.run, job): at for at, job in enumerate(jobs)
        }
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                at = waiting.pop(future)
                try:
                    yield at, future.result()
                except MaterialError as error:
                    yield at, error

    def start(self) -> subprocess.Popen[str]:
        """A new worker, which can import this package wherever the program was started."""
        root = str(Path(__file__).resolve().parent.parent)
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        with self.lock:
            if self.closed:
                raise MaterialError("la lectura se interrumpió")
            process = subprocess.Popen(
                [sys.executable, "-m", "corpus.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            )
            self.started.append(process)
        return process


def exchange(process: subprocess.Popen[str], job: Job) -> dict[str, Any]:
    """Gives a worker one job and waits for its answer; one that dies or babbles has refused it."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(asdict(job)) + "\n")
        process.stdin.flush()
        answer: dict[str, Any] = json.loads(process.stdout.readline())
    except (OSError, ValueError):
        process.kill()
        process.wait()  # so that the next job gets a new one
        return {"refused": "el lector dejó de existir"}
    return answer
