"""Small computations keep to one thread, and what was comes back."""

import threading

import faiss

from retrieval.threads import BLAS, alone


def blas() -> list[int]:
    """The threads of NumPy's BLAS; FAISS's own belong to each thread that asks."""
    return [one["num_threads"] for one in BLAS.libraries.info() if "numpy" in one["filepath"]]


def test_threads_that_overlap_give_back_what_was() -> None:
    before, of_faiss = blas(), faiss.omp_get_max_threads()
    entered, go_on, left = threading.Event(), threading.Event(), threading.Event()

    def second() -> None:
        with alone():
            entered.set()
            go_on.wait(30)
        left.set()

    with alone():
        assert set(blas()) == {1}
        assert faiss.omp_get_max_threads() == 1
        thread = threading.Thread(target=second)
        thread.start()
        assert entered.wait(30)
    assert set(blas()) == {1}  # the second is still inside
    go_on.set()
    assert left.wait(30)
    thread.join()
    assert blas() == before
    assert faiss.omp_get_max_threads() == of_faiss


def test_an_error_gives_back_what_was() -> None:
    before = blas()
    try:
        with alone():
            raise KeyError
    except KeyError:
        pass
    assert blas() == before
