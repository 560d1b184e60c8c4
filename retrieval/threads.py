"""Keeping small computations to one thread.

OpenBLAS and FAISS's OpenMP keep their helper threads spinning for a while after each product, in
case another comes. The embedding model then finds the cores taken: on two cores a question's
embedding took 70 ms among searches and 24 alone (docs/decisions.md, “Searching faster”).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import faiss
from threadpoolctl import ThreadpoolController


class OneThread:
    """Holds BLAS to one thread while anybody is inside; the last one out gives back what was.

    The setting belongs to the whole process, so threads that come and go must not each remember it.
    """

    def __init__(self) -> None:
        self._lock, self._inside = threading.Lock(), 0
        self._limit: Any = None

    @cached_property
    def libraries(self) -> Any:
        """The libraries that have helper threads; NumPy and FAISS are loaded by then."""
        return ThreadpoolController()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within, one thread."""
        with self._lock:
            if not self._inside:
                self._limit = self.libraries.limit(limits=1, user_api="blas")
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if not self._inside:
                    self._limit.restore_original_limits()


BLAS = OneThread()


@contextmanager
def alone() -> Iterator[None]:
    """Keeps FAISS, for this thread, and NumPy, for all, to one thread; results are the same."""
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        with BLAS.held():
            yield
    finally:
        faiss.omp_set_num_threads(threads)
