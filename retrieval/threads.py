"""Keeping small computations to one thread.

OpenBLAS and FAISS's OpenMP keep their helper threads spinning for a while after each product, in
case another comes. The embedding model then finds the cores taken: on two cores a question's
embedding took 70 ms among searches and 24 alone (docs/decisions.md, “Searching faster”).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import faiss
from threadpoolctl import ThreadpoolController


@contextmanager
def alone() -> Iterator[None]:
    """Keeps FAISS and NumPy to this thread.

    NumPy's setting belongs to the whole process: while threads search at once, one may see
    another's. What is computed is the same.
    """
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        with _libraries().limit(limits=1, user_api="blas"):
            yield
    finally:
        faiss.omp_set_num_threads(threads)


@cache
def _libraries() -> ThreadpoolController:
    """The libraries that have helper threads, found once; NumPy and FAISS are loaded by then."""
    return ThreadpoolController()
