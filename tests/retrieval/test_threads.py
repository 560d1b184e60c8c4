"""Small computations keep to one thread."""

import threading

import faiss
from threadpoolctl import threadpool_info

from retrieval.threads import alone


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
