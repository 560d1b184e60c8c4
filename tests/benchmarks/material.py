"""What the benchmarks search: real sentences, and as many vectors like theirs as asked for.

A million embeddings would take hours here, so `like` makes vectors from those of some thousand
real sentences: each a mixture of a sentence and one of its 8 nearest (weight of the second uniform
in [0, ½]), plus `NOISE` times the difference of two sentences drawn at random, which spreads it
as texts are spread. `NOISE` was chosen so that a sample as large as the real set has the same
cosines to nearest neighbours, and to real questions: see docs/decisions.md.
"""

import json
import re
from pathlib import Path

import numpy as np

from corpus.finding import BUNDLED
from corpus.settings import EMBEDDED, Settings
from retrieval.embedding import SentenceEmbedder, Vectors

QUESTIONS = BUNDLED.parent / "questions"
NEAREST, NOISE = 8, 0.4
CHUNK = 50_000  # vectors made at a time
SEED = 1


def embedder() -> SentenceEmbedder:
    """The embedded model."""
    return SentenceEmbedder(EMBEDDED, Settings.load().cache)


def lines_of(file: Path) -> list[str]:
    """The texts of a JSONL file in BEIR layout."""
    with file.open() as lines:
        return [json.loads(line)["text"] for line in lines]


def questions(folders: list[Path]) -> list[str]:
    """Real questions, in an order that does not depend on the machine: the course's and more."""
    files = [QUESTIONS / "queries.jsonl", QUESTIONS / "unanswerable.jsonl"]
    files += [folder / "queries.jsonl" for folder in folders]
    return shuffled({text for file in files for text in lines_of(file)})


def sentences(folders: list[Path]) -> list[str]:
    """Real sentences of 30 to 400 characters, shuffled: the bundled course's, and more.

    Args:
        folders: collections in BEIR layout.
    """
    texts = [path.read_text() for suffix in ("md", "tex") for path in BUNDLED.rglob(f"*.{suffix}")]
    texts += [text for folder in folders for text in lines_of(folder / "corpus.jsonl")]
    parts = {part.strip() for text in texts for part in re.split(r"(?<=[.!?])\s+|\n", text)}
    return shuffled({part for part in parts if 30 <= len(part) <= 400})


def shuffled(texts: set[str]) -> list[str]:
    """`texts` in an order that is the same everywhere."""
    ordered = sorted(texts)
    return [ordered[at] for at in np.random.default_rng(SEED).permutation(len(ordered))]


def unit(rows: Vectors) -> Vectors:
    """`rows` scaled to length 1, in place where it can."""
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def like(anchors: Vectors, size: int, noise: float = NOISE) -> Vectors:
    """`size` unit vectors like the unit rows `anchors`; same shape otherwise, float32."""
    chance = np.random.default_rng(SEED)
    cosines = anchors @ anchors.T
    np.fill_diagonal(cosines, -1)
    near = np.argpartition(-cosines, NEAREST, axis=1)[:, :NEAREST]
    made = np.empty((size, anchors.shape[1]), np.float32)
    for start in range(0, size, CHUNK):
        rows = made[start : start + CHUNK]
        one, this, that = chance.integers(len(anchors), size=(3, len(rows)))
        other = near[one, chance.integers(NEAREST, size=len(rows))]
        weight = chance.uniform(0, 0.5, (len(rows), 1)).astype(np.float32)
        rows[:] = (1 - weight) * anchors[one] + weight * anchors[other]
        rows += np.float32(noise) * (anchors[this] - anchors[that])
        unit(rows)
    return made


def gaussian(size: int, queries: int, dimension: int = 384) -> tuple[Vectors, Vectors]:
    """(vectors, queries) of a mixture of 4,500 Gaussians; no embedder gives anything so spread."""
    chance = np.random.default_rng(SEED)
    centres = chance.standard_normal((4_500, dimension), np.float32)
    made = np.empty((size + queries, dimension), np.float32)
    for start in range(0, len(made), CHUNK):
        rows = made[start : start + CHUNK]
        rows[:] = centres[chance.integers(len(centres), size=len(rows))]
        rows += chance.standard_normal(rows.shape, np.float32)
        unit(rows)
    return made[:size], made[size:]


def neighbour_cosines(vectors: Vectors, queries: Vectors, size: int) -> dict[str, float]:
    """Medians over `size` vectors: cosine of the 1st and the 10th neighbour, also of queries."""
    sample = vectors[np.random.default_rng(SEED).permutation(len(vectors))[:size]]
    own, asked = sample @ sample.T, queries @ sample.T
    np.fill_diagonal(own, -1)
    found = {"text": np.sort(own, axis=1), "question": np.sort(asked, axis=1)}
    return {
        f"{name} {rank}": round(float(np.median(cosines[:, -rank])), 3)
        for name, cosines in found.items()
        for rank in (1, 10)
    }
