"""Small computations keep to one thread, and threads that wait sleep."""

import os
import subprocess
import sys
import threading

import faiss
from threadpoolctl import threadpool_info

from retrieval.threads import WAITING, alone


def of_numpy() -> list[int]:
    """The threads of NumPy's BLAS."""
    return [one["num_threads"] for one in threadpool_info() if "numpy" in one["filepath"]]


def test_faiss_gets_its_threads_back_and_numpy_keeps_to_one() -> None:
    before = faiss.omp_get_max_threads()
    with alone():
        assert faiss.omp_get_max_threads() == 1
    assert faiss.omp_get_max_threads() == before
    assert set(of_numpy()) == {1}


def test_threads_that_overlap_do_not_disturb_one_another() -> None:
    seen: list[list[int]] = []

    def search() -> None:
        with alone():
            seen.append(of_numpy())

    threads = [threading.Thread(target=search) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [[1]] * 8


def spins(**environment: str) -> int:
    """How long the threads of PyTorch's OpenMP spin before they sleep, as it tells itself."""
    program = "from retrieval.threads import load_torch; load_torch()"
    clean = {name: value for name, value in os.environ.items() if name != WAITING}
    told = subprocess.run(
        [sys.executable, "-c", program],
        env=clean | {"OMP_DISPLAY_ENV": "verbose"} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    counts = [line for line in told.stderr.splitlines() if "GOMP_SPINCOUNT" in line]
    return int(counts[-1].split("'")[1])  # the last one loaded


def test_pytorch_sleeps_while_it_waits_unless_told_otherwise() -> None:
    assert spins() == 0
    assert spins(OMP_WAIT_POLICY="active") > 0
