"""The dense side: unit vectors, searched by inner product.

Up to `EXACT` vectors every one is compared, so the best are always found. Above that, comparing all
takes too long for one question, and the index is a trained one:

1. k-means parts the vectors into √n lists; a question looks only at the `PROBES` nearest
   (inverted file: Jégou et al. 2011, doi:10.1109/TPAMI.2010.57);
2. inside them it reads vectors of one byte a number, four times smaller;
3. the best `DEEPER` · k of those are compared again with the exact vectors.

Scores are therefore always exact; what may be missed is a vector in a list not looked at. Both
kinds are one FAISS file, mapped into memory when it is loaded. Which index, and these numbers, were
chosen by measuring: see “Many vectors” in docs/decisions.md.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.embedding import Vectors

Rows = NDArray[np.int64]

EXACT = 100_000  # vectors compared one by one: 154 MB at 384 numbers each
PROBES = 128  # lists looked at
DEEPER = 4  # candidates compared again, for each result asked for
SAMPLE = 64  # vectors for each list that k-means sees; 39 is the least that FAISS advises
SEED = 1234


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """Unit vectors by row. Threads may share one.

    Attributes:
        faiss: the index, of inner product; `IndexFlatIP`, or `IndexRefineFlat` over an inverted
            file when it is trained.
    """

    faiss: faiss.Index

    @classmethod
    def build(cls, vectors: Vectors, exact: int = EXACT) -> "VectorIndex":
        """Indexes `vectors`, unit rows of shape (n, dimension), float32; n may be 0.

        Args:
            vectors: row i of them is row i of the index.
            exact: the most vectors for which every one is compared.
        """
        size, dimension = vectors.shape
        index = faiss.IndexFlatIP(dimension) if size <= exact else trained(vectors)
        index.add(vectors)
        return cls(index)

    @property
    def size(self) -> int:
        """Number of vectors."""
        return int(self.faiss.ntotal)

    @property
    def exact(self) -> bool:
        """Whether a search compares every vector."""
        return isinstance(self.faiss, faiss.IndexFlatIP)

    def search(self, queries: Vectors, k: int) -> tuple[Vectors, Rows]:
        """The best `k` rows for each query, best first.

        Args:
            queries: unit rows of shape (queries, dimension), float32.
            k: how many; more than there are vectors is as many as there are.

        Returns:
            Exact cosines, float32, and rows, int64, both of shape (queries, min(k, size)).
        """
        k = min(k, self.size)
        if k < 1:
            return np.empty((len(queries), 0), np.float32), np.empty((len(queries), 0), np.int64)
        scores: Vectors
        rows: Rows
        scores, rows = self.faiss.search(queries, k)
        short = rows[:, -1] < 0  # the lists looked at held fewer than k
        if short.any():
            scores[short], rows[short] = self.faiss.search(queries[short], k, params=everywhere())
        return scores, rows

    def of(self, rows: list[int]) -> Vectors:
        """The exact vectors of some rows, shape (rows, dimension), float32."""
        found: Vectors = self.faiss.reconstruct_batch(np.array(rows, np.int64))
        return found

    def save(self, path: Path) -> None:
        """Writes the file `path`; raises `OSError` if the disk refuses.

        Python writes it: FAISS by itself reports no error for the end of a file that did not fit.
        """
        with path.open("wb") as file:
            writer = faiss.PyCallbackIOWriter(file.write)  # type: ignore[attr-defined]
            faiss.write_index(self.faiss, writer)

    @classmethod
    def load(cls, path: Path) -> "VectorIndex":
        """Maps the file that `save` wrote: pages are read when a search needs them.

        The file must stay as it is while the index is used; the store never changes one.
        """
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))


def trained(vectors: Vectors) -> faiss.IndexRefineFlat:
    """An empty index for vectors like `vectors`, of which a sample trains it."""
    size, dimension = vectors.shape
    lists = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        lists_for(size),
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    lists.nprobe = PROBES
    lists.cp.seed = SEED
    lists.cp.min_points_per_centroid = 1  # FAISS prints a warning for fewer than 39
    lists.cp.max_points_per_centroid = SAMPLE
    index = faiss.IndexRefineFlat(lists)
    index.k_factor = DEEPER
    index.train(vectors)
    return index


def lists_for(size: int) -> int:
    """How many lists for `size` vectors: √n, none with fewer than `SAMPLE` to train it.

    FAISS's wiki (“Guidelines to choose an index”) has 4√n to 16√n, but four times as
    many lists take sixteen times as long to train.
    """
    return max(1, min(math.isqrt(size), size // SAMPLE))


def everywhere() -> faiss.IndexRefineSearchParameters:
    """Asks a trained index to look at every list."""
    # FAISS's stubs lack the keywords that its Python layer adds
    lists = faiss.SearchParametersIVF(nprobe=2**31 - 1)  # type: ignore[call-arg]
    return faiss.IndexRefineSearchParameters(  # type: ignore[call-arg]
        k_factor=DEEPER, base_index_params=lists
    )
