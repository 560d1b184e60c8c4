"""Keeping threads that wait from taking cores that others need.

OpenBLAS and FAISS's OpenMP keep their helper threads spinning for a while after each product, in
case another comes. The embedding model then finds the cores taken: on two cores a question's
embedding took 70 ms among searches and 24 alone (docs/decisions.md, “Searching faster”).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import faiss
from threadpoolctl import ThreadpoolController

WAITING = "OMP_WAIT_POLICY"


def load_torch() -> None:
    """Imports PyTorch so that its helper threads sleep while they have nothing to do.

    They spin otherwise, and wait for each other. Beside a language model that writes on the same
    cores the embedding of a question took up to some seconds (docs/decisions.md, “Embedding beside
    the model”). OpenMP reads how to wait once, when PyTorch is loaded; what is set by hand holds.
    """
    os.environ.setdefault(WAITING, "passive")
    import torch  # noqa: F401 - slow: only who embeds waits for it


@contextmanager
def alone() -> Iterator[None]:
    """Keeps FAISS, within and for this thread, and NumPy to one thread; results are the same."""
    one_thread_for_numpy()
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


@cache
def one_thread_for_numpy() -> None:
    """Sets the BLAS that NumPy's wheel brings to one thread, for the whole process and for good.

    OpenBLAS has one number for all threads and does not reliably take it back from another one, so
    searches that overlap could not each restore it. A program that multiplies large matrices of
    its own raises it again, as `threadpoolctl` does.
    """
    known = ThreadpoolController()
    paths = [one["filepath"] for one in known.info() if one["user_api"] == "blas"]
    known.limit(limits={path: 1 for path in paths if "numpy" in path})
