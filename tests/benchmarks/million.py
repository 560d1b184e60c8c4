"""The index of 1,000,000 vectors: build, memory, latency and recall, against exact search.

Memory: vectors as float32 (1.5 GB), twice while an index is built.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.embedding import Vectors
from retrieval.threads import alone
from retrieval.vectors import VectorIndex
from tests.benchmarks import material
from tests.benchmarks.report import Row, memory, milliseconds, options, seconds, show

KS = (10, 100)  # 100 is what the hybrid asks for


def measured(
    name: str, index: VectorIndex, queries: Vectors, truth: NDArray[np.int64], asked: int
) -> Row:
    """Latency of one question at a time over the first `asked`, and recall over all."""
    before = memory()
    row: Row = {"index": name}
    for k in KS:
        works: list[Callable[[], object]] = [
            partial(index.search, query[None], k) for query in queries[:asked]
        ]
        with alone():  # as the retriever searches
            spent = milliseconds(works)
        found = index.search(queries, k)[1]
        shared = [len({*a} & {*b}) for a, b in zip(found, truth[:, :k], strict=True)]
        row |= {f"k={k} {key}": value for key, value in spent.items()}
        row[f"recall@{k}"] = round(float(np.mean(shared)) / k, 3)
    after = memory()
    return (
        row
        | {"own GB": round(after[0], 2), "mapped GB": round(after[1], 2)}
        | {"grew GB": round(sum(after) - sum(before), 2)}
    )


def embedded(given: argparse.Namespace) -> tuple[Vectors, Vectors]:
    """(sentences, questions) as vectors, from the file kept by another run if there is one."""
    if given.keep and given.keep.exists():
        with np.load(given.keep) as kept:
            return kept["anchors"], kept["queries"]
    model = material.embedder()
    queries = model.embed_queries(material.questions(given.texts)[: given.queries])
    anchors = model.embed_passages(material.sentences(given.texts)[: given.anchors])
    if given.keep:
        np.savez(given.keep, anchors=anchors, queries=queries)
    return anchors, queries


def vectors_and_queries(given: argparse.Namespace) -> tuple[Vectors, Vectors]:
    """What to index and what to ask."""
    if given.gaussian:
        return material.gaussian(given.size, given.queries)
    anchors, queries = embedded(given)
    made = material.like(anchors, given.size)
    cosines = [
        {"vectors": name, **material.neighbour_cosines(rows, queries, len(anchors))}
        for name, rows in (("real", anchors), ("made", made))
    ]
    show("Median cosines to neighbours, in samples of the same size", cosines, None)
    return made, queries


def write(given: argparse.Namespace, paths: dict[str, Path]) -> tuple[Vectors, dict[str, int]]:
    """Writes an index of each kind to `paths`; the queries, and the seconds each took."""
    vectors, queries = vectors_and_queries(given)
    built = {}
    for name, exact in (("exact", given.size), ("trained", 0)):
        start = time.perf_counter()
        VectorIndex.build(vectors, exact).save(paths[name])
        built[name] = round(time.perf_counter() - start)
    return queries, built


def main() -> None:
    """Builds, saves, loads and measures both kinds of index."""
    parser = options(__doc__)
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--anchors", type=int, default=4_500, help="real sentences embedded")
    parser.add_argument("--texts", type=Path, nargs="*", default=[], help="BEIR folders")
    parser.add_argument("--keep", type=Path, help="an .npz for the embeddings, read if it exists")
    parser.add_argument("--gaussian", action="store_true", help="a mixture of Gaussians instead")
    given = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        paths = {"exact": Path(folder) / "exact", "trained": Path(folder) / "trained"}
        queries, built = write(given, paths)
        truth = VectorIndex.load(paths["exact"]).search(queries, max(KS))[1]
        for name, path in paths.items():
            loaded = seconds(partial(VectorIndex.load, path))
            index = VectorIndex.load(path)
            row = measured(name, index, queries, truth, 30 if index.exact else 200)
            disk = {"build s": built[name], "disk GB": round(path.stat().st_size / 1e9, 2)}
            rows.append(row | disk | {"load s": round(loaded, 3)})
    rows[1]["times faster"] = round(rows[0]["k=10 p50 ms"] / rows[1]["k=10 p50 ms"], 1)
    rows[0]["times faster"] = 1
    show(f"{given.size} vectors, {faiss.omp_get_max_threads()} threads", rows, given.json)


if __name__ == "__main__":
    main()
