"""Every question asked of every system, on the clock."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.progress import Progress
from retrieval.evaluation.judgements import Query
from retrieval.evaluation.measures import Run
from retrieval.evaluation.report import Percentiles
from retrieval.passages import Passage
from retrieval.retriever import Retriever, System

DEPTH = 100  # passages ranked for each query, before they are gathered by document or place
SAMPLE = 50  # queries that are embedded one at a time, as a student's are


@dataclass(frozen=True, slots=True)
class Ranked:
    """What a system found.

    Attributes:
        run: by query, its places, best first.
        seconds: for all queries, their embedding included if the system needs it.
        latency: milliseconds for one query beyond its embedding.
    """

    run: Run
    seconds: float
    latency: Percentiles


def rank_all(
    retriever: Retriever,
    queries: Sequence[Query],
    systems: tuple[System, ...],
    key: Callable[[Passage], str],
    progress: Progress,
) -> dict[System, Ranked]:
    """What each system finds; the questions are embedded once, together, for all of them.

    Args:
        retriever: what is judged.
        queries: what is asked.
        systems: which rankings.
        key: what a passage stands for; only the best of those that share it counts.
        progress: told how many systems are done.
    """
    _ = retriever.embedder.dimension  # loading the model is not part of the time
    start = time.perf_counter()
    encodings = retriever.encode([query.text for query in queries])
    embedding = time.perf_counter() - start
    ranked: dict[System, Ranked] = {}
    for done, system in enumerate(systems):
        progress("evaluando", done, len(systems))
        run: dict[str, list[str]] = {}
        times: list[float] = []
        for query, encoding in zip(queries, encodings, strict=True):
            start = time.perf_counter()
            rows = retriever.rank(query.text, encoding, DEPTH, system)
            times.append(time.perf_counter() - start)
            run[query.id] = list(dict.fromkeys(key(retriever.index.passages[r]) for r, _ in rows))
        seconds = sum(times) + (embedding if system != "lexical" else 0)
        ranked[system] = Ranked(run, round(seconds, 3), percentiles(times))
    progress("evaluando", len(systems), len(systems))
    return ranked


def embedding_latency(retriever: Retriever, queries: Sequence[Query]) -> Percentiles:
    """Milliseconds to embed one query alone, on up to `SAMPLE` of them spread over all."""
    times = []
    for query in queries[:: -(-len(queries) // SAMPLE)]:
        start = time.perf_counter()
        retriever.encode([query.text])
        times.append(time.perf_counter() - start)
    return percentiles(times)


def percentiles(seconds: Sequence[float]) -> Percentiles:
    """Median and 95th percentile of `seconds`, in milliseconds."""
    p50, p95 = np.percentile(np.array(seconds) * 1000, [50, 95])
    return Percentiles(round(float(p50), 3), round(float(p95), 3))
