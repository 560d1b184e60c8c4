"""Opening an index of 5,000 passages, and what each part of it takes.

The files have just been written, so they are in the system's cache: a cold disk adds its own time.
"""

import tempfile
from pathlib import Path

import numpy as np

from retrieval import store
from retrieval.index import PASSAGES, VECTORS, Index
from retrieval.lexical import LexicalIndex
from retrieval.vectors import VectorIndex
from tests.benchmarks import material
from tests.benchmarks.course import passages
from tests.benchmarks.report import Row, milliseconds, options, show


def main() -> None:
    """Publishes an index of random vectors, whose values do not matter here, and opens it."""
    parser = options(__doc__)
    parser.add_argument("--size", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=7)
    given = parser.parse_args()
    chance = np.random.default_rng(material.SEED)
    vectors = material.unit(chance.standard_normal((given.size, 384), np.float32))
    texts = material.sentences([])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        index = Index.build(passages(texts, given.size), vectors, ("made", "1"))
        with store.writing(folder):
            store.publish(folder, index.save)
        version = store.current(folder)
        works = {
            "digests of every file": lambda: store.current(folder),
            "vectors": lambda: VectorIndex.load(version / VECTORS),
            "words": lambda: LexicalIndex.load(version / "lexical"),
            "all that is loaded": lambda: Index.load(version),
            "opening: digests and all": lambda: Index.load(store.current(folder)),
        }
        rows: list[Row] = [
            {"what": what} | milliseconds([work] * given.times) for what, work in works.items()
        ]
        sizes = {name: (version / name).stat().st_size / 1e6 for name in (VECTORS, PASSAGES)}
    held = ", ".join(f"{name} {size:.0f} MB" for name, size in sizes.items())
    show(f"Opening {given.size} passages ({held})", rows, given.json)


if __name__ == "__main__":
    main()
