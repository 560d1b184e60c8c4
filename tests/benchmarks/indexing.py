"""Indexing a course by stage, again unchanged, with one file changed, and beside a usual pipeline.

Run ``python -m tests.benchmarks.indexing [COURSE]``; by default the bundled course, first without
and then with its authors' questions. *usual* is what tutorials do with the same texts, read by this
project's readers for free: pieces of 1,000 characters that overlap by 200, embedded by the same
model as sentence-transformers comes (float32, batches of 32), in an exact FAISS index. Without
questions both embed the same texts, though ours also keeps their pieces and writes them to disk.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import faiss
from semantic_text_splitter import TextSplitter

from corpus.finding import BUNDLED
from corpus.progress import Progress, silent
from corpus.settings import Settings
from retrieval import indexing, store, update
from retrieval.embedding import Encoding, SentenceEmbedder
from retrieval.enrichment import at_hand
from retrieval.index import Index
from tests.benchmarks import material
from tests.benchmarks.report import Row, options, seconds, show

CHUNK, OVERLAP = 1_000, 200
STAGES: dict[str, tuple[Any, str]] = {
    "reading": (indexing, "read_changed"),
    "splitting": (indexing, "all_passages"),
    "encoding": (indexing, "encoded"),
    "indexing": (Index, "build"),
    "writing": (store, "publish"),
}


class Counting(SentenceEmbedder):
    """Counts the seconds that its model takes, and the tokens that it reads."""

    spent, tokens = 0.0, 0

    def encode_passages(
        self, texts: list[str], progress: Progress = silent
    ) -> Iterator[tuple[int, Encoding]]:
        """As ever, counted."""
        made, start = super().encode_passages(texts, progress), time.perf_counter()
        for at, encoding in made:
            self.spent += time.perf_counter() - start
            self.tokens += len(encoding.pieces)
            yield at, encoding
            start = time.perf_counter()


def by_stage(work: Callable[[], object]) -> dict[str, float]:
    """Seconds that `work` spends in each of `STAGES`, and in all."""
    spent = dict.fromkeys(STAGES, 0.0)

    def timed(stage: str, function: Callable[..., Any], *given: Any, **named: Any) -> Any:
        start = time.perf_counter()
        try:
            return function(*given, **named)
        finally:
            spent[stage] += time.perf_counter() - start

    with ExitStack() as patches:
        for stage, (owner, name) in STAGES.items():
            wrapped = partial(timed, stage, getattr(owner, name))
            patches.enter_context(mock.patch.object(owner, name, wrapped))
        total = seconds(work)
    return spent | {"all": total}


def usual(index: Index, model: SentenceEmbedder) -> tuple[float, int]:
    """Seconds that the usual pipeline takes with the texts of `index`, and the tokens it reads."""
    documents: dict[str, list[str]] = {}
    for passage in index.passages:
        documents.setdefault(passage.document, []).append(passage.text)
    start = time.perf_counter()
    splitter = TextSplitter(CHUNK, overlap=OVERLAP)
    pieces = [piece for text in documents.values() for piece in splitter.chunks("\n".join(text))]
    vectors = model.model.encode_document(pieces, batch_size=32, show_progress_bar=False)
    faiss.IndexFlatIP(model.dimension).add(vectors)
    took = time.perf_counter() - start
    return took, sum(map(len, model.model.tokenizer(pieces, truncation=True)["input_ids"]))


def main() -> None:
    """Indexes in a folder of its own, three times."""
    parser = options(__doc__)
    parser.add_argument("course", type=Path, nargs="?", default=BUNDLED)
    given = parser.parse_args()
    settings = Settings.load()
    embedder = Counting(settings.embedding_model, settings.cache)
    embedder.embed_passages(["una frase"])  # loads it
    with tempfile.TemporaryDirectory() as scratch:
        course, folder = Path(scratch) / "course", Path(scratch) / "index"
        shutil.copytree(given.course, course)
        plain = partial(update, Path(scratch) / "plain", [course], embedder)
        again = partial(update, folder, [course], embedder, enrichments=at_hand(settings.cache))
        rows: list[Row] = []

        def indexed(name: str, work: Callable[[], object] = again) -> None:
            embedder.spent, embedder.tokens = 0.0, 0
            spent = by_stage(work)
            row: Row = {"": name} | {stage: round(took, 2) for stage, took in spent.items()}
            rate = round(embedder.tokens / embedder.spent) if embedder.spent else ""
            share = round(embedder.spent / spent["all"], 2)
            rows.append(row | {"share of the model": share, "its tokens/s": rate})

        indexed("new, without questions", plain)
        indexed("new")
        indexed("unchanged")
        changed = min(course.rglob("*.md"), key=lambda path: path.stat().st_size)
        changed.write_text(changed.read_text() + "\n\nUna frase nueva sobre el gradiente.\n")
        indexed("one file changed")
        took, tokens = usual(Index.load(store.current(folder)), material.embedder())
    show(f"Indexing {given.course.name}, seconds", rows, given.json)
    show(
        "The usual pipeline", [{"seconds": round(took, 1), "tokens/s": round(tokens / took)}], None
    )


if __name__ == "__main__":
    main()
