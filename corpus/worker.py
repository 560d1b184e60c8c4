"""The process that reads course files: it forks one child for each, with limits.

`corpus.sandbox` starts it and talks to it in lines of JSON: a job in, an answer out. The readers
are imported once, here, so that a child costs a fork. A child that crashes, hangs or asks for too
much memory dies alone, and its file is refused with the reason.
"""

import base64
import ctypes
import json
import logging
import os
import resource
import selectors
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any, TextIO

import psutil

from corpus import rendering
from corpus.document import Location, digest
from corpus.errors import MaterialError
from corpus.finding import SourceFile
from corpus.reading import read_bytes, read_file

MEMORY = 2_000_000_000  # bytes that a child may map beyond what the worker has
PR_SET_PDEATHSIG = 1  # linux/prctl.h
ANSWER = 100_000_000  # bytes of one answer
Answer = dict[str, Any]


def read(path: str, name: str) -> Answer:
    """The document at `path`, and the digest of the bytes that it was read from."""
    source = SourceFile(Path(path), name)
    data = read_bytes(source)
    return {"document": read_file(source, data).to_dict(), "digest": digest(data)}


def picture(path: str, number: int, width: int) -> Answer:
    """One page of a PDF, or the largest picture of a slide, as PNG."""
    data = rendering.picture(read_bytes(SourceFile(Path(path), path)), number, width)
    return {"png": base64.b64encode(data).decode()}


def render(path: str, location: dict[str, Any], text: str) -> Answer:
    """A place of a document as a person sees it."""
    view = rendering.render(read_bytes(SourceFile(Path(path), path)), Location(**location), text)
    return {"media_type": view.media_type, "data": base64.b64encode(view.data).decode()}


JOBS: dict[str, Callable[..., Answer]] = {
    "read": read,
    "picture": picture,
    "render": render,
}


def answer_to(job: dict[str, Any]) -> Answer:
    """What a job gives, or ``{"refused": reason}``; every exception is a reason."""
    try:
        return JOBS[job["job"]](**job["arguments"])
    except MaterialError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": f"pide más de {MEMORY / 1e9:.0f} GB de memoria"}
    except RecursionError:
        return {"refused": "está anidado sin fin"}
    except Exception as error:  # a parser's bug is this file's problem, not the course's
        return {"refused": f"no se pudo leer: {type(error).__name__}: {error}"[:300]}


def restrict(seconds: float) -> None:
    """Limits this process: memory, processor time, no core files."""
    mapped = psutil.Process().memory_info().vms
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, mapped + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def end_with_parent() -> None:
    """On Linux, asks to be killed when the worker dies."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def in_child(job: dict[str, Any], pipe: int) -> None:
    """Does the job and writes its answer; never returns."""
    os.setsid()  # so that what the child starts dies with it
    end_with_parent()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):  # jobs and answers are no business of a reader's
        os.dup2(nowhere, stream)
    try:
        restrict(job["seconds"])
        data = json.dumps(answer_to(job)).encode()
        with os.fdopen(pipe, "wb") as file:
            file.write(data)
    finally:
        os._exit(0)


def collected(pipe: int, seconds: float) -> bytes | None:
    """What a child wrote; None if it took longer than `seconds` or wrote too much."""
    deadline, size = monotonic() + seconds, 0
    parts: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while size <= ANSWER:
            if not selector.select(max(0, deadline - monotonic())):
                return None
            part = os.read(pipe, 1 << 20)
            if not part:
                return b"".join(parts)
            parts.append(part)
            size += len(part)
    return None


def isolated(job: dict[str, Any]) -> Answer:
    """The answer of a child to a job, or why there is none."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        in_child(job, writing)
    os.close(writing)
    data = collected(reading, job["seconds"])
    os.close(reading)
    with suppress(ProcessLookupError, PermissionError):  # it is gone, or has no group yet
        os.killpg(child, signal.SIGKILL)
    if data is None:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if data is None:
        return {"refused": f"tardó más de {job['seconds']:.0f} s o dijo demasiado"}
    if not data:
        name = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "sin señal"
        return {"refused": f"el lector se cayó con este archivo ({name})"}
    answer: Answer = json.loads(data)
    return answer


def serve(jobs: TextIO, answers: TextIO) -> None:
    """Answers jobs, a line each, until there are no more."""
    for line in jobs:
        answers.write(json.dumps(isolated(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for whoever asked
    logging.disable(logging.CRITICAL)  # what parsers mutter about a file helps nobody
    warnings.simplefilter("ignore")
    with suppress(BrokenPipeError):  # whoever asked is gone
        serve(sys.stdin, sys.stdout)
