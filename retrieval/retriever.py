"""The retriever: a question in, the passages that bear on it out.

Three systems rank passages. *dense* is the cosine of the embeddings. *lexical* is normalised
BM25. *hybrid* adds them, ``cosine + w · BM25 / bound``: scores are kept instead of ranks, so the
lexical side counts for as much as it matched (cf. Bruch et al. 2022, arXiv:2210.11934).
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from corpus.errors import InputError
from corpus.finding import find_files
from corpus.fragments import View
from corpus.pictures import Pictures
from corpus.progress import Progress, silent
from corpus.sandbox import Job, Sandbox
from corpus.settings import Settings
from retrieval import indexing, store
from retrieval.embedding import Embedder, SentenceEmbedder, Vectors
from retrieval.filters import Filter, rows
from retrieval.index import Index
from retrieval.lexical import tokens
from retrieval.passages import Passage

System = Literal["dense", "lexical", "hybrid"]
SYSTEMS: tuple[System, ...] = ("dense", "lexical", "hybrid")
POOL = 100  # candidates that each side proposes to the hybrid
MAX_QUESTION = 4_000  # characters


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A passage found: its rank from 1 and its score (comparable within one search only)."""

    rank: int
    score: float
    passage: Passage

    def to_dict(self) -> dict[str, Any]:
        """The result as the JSON contract has it."""
        passage = self.passage
        return {
            "rank": self.rank,
            "score": round(self.score, 6),
            "passage_id": passage.id,
            "document": passage.document,
            "title": passage.title,
            "location": passage.location.to_dict(),
            "text": passage.text,
        }


def checked_question(question: str) -> str:
    """`question` without surrounding space; raises `InputError` if it is empty or too long."""
    question = question.strip()
    if not question:
        raise InputError("La pregunta está vacía. Escriba una pregunta sobre el curso.")
    if len(question) > MAX_QUESTION:
        raise InputError(
            f"La pregunta tiene {len(question)} caracteres; el máximo es {MAX_QUESTION}. Acórtela."
        )
    return question


class Retriever:
    """Searches an index; safe to share between threads once made."""

    def __init__(self, index: Index, embedder: Embedder, lexical_weight: float = 0.18) -> None:
        index.check_model(embedder)
        self.index, self.embedder, self.lexical_weight = index, embedder, lexical_weight
        self._rows = {passage.id: row for row, passage in enumerate(index.passages)}

    @classmethod
    def open(
        cls,
        folder: Path | str | None = None,
        settings: Settings | None = None,
        progress: Progress = silent,
    ) -> "Retriever":
        """Opens the index in `folder` (default: the setting ``index``).

        Raises:
            IndexMissing, IndexDamaged, IndexMismatch: naming the command that mends it.
        """
        settings = settings or Settings.load()
        index = Index.load(store.current(Path(folder or settings.index)))
        embedder = SentenceEmbedder(settings.embedding_model, settings.cache, progress)
        return cls(index, embedder, settings.lexical_weight)

    @classmethod
    def build(
        cls,
        paths: Sequence[Path | str],
        folder: Path | str | None = None,
        settings: Settings | None = None,
        progress: Progress = silent,
    ) -> "Retriever":
        """Makes the index in `folder` mirror `paths`, then opens it; see `indexing.update`."""
        settings = settings or Settings.load()
        embedder = SentenceEmbedder(settings.embedding_model, settings.cache, progress)
        if "" in paths:
            raise InputError("La ruta está vacía. Indique la carpeta del curso.")
        target = Path(folder or settings.index)
        indexing.update(
            target,
            [Path(path) for path in paths],
            embedder,
            pictures=Pictures.from_settings(settings),
            progress=progress,
        )
        return cls(Index.load(store.current(target)), embedder, settings.lexical_weight)

    def search(
        self,
        question: str,
        k: int = 10,
        system: System = "hybrid",
        within: Filter | None = None,
    ) -> list[SearchResult]:
        """The best `k` passages for `question`, best first, of those that `within` accepts.

        Raises:
            InputError: if the question is empty or too long, or `k` is not positive.
        """
        question = checked_question(question)
        if k < 1:
            raise InputError(f"El número de resultados debe ser al menos 1, no {k}.")
        vector = None if system == "lexical" else self.embedder.embed_queries([question])[0]
        if within is None or within.none:
            ranked = self.rank(question, vector, k, system)
        else:
            accepted = rows(within, self.index.passages)
            everything = self.rank(question, vector, self.size, system)
            ranked = [(row, score) for row, score in everything if accepted[row]][:k]
        return [
            SearchResult(rank, score, self.index.passages[row])
            for rank, (row, score) in enumerate(ranked, start=1)
        ]

    def rank(
        self, question: str, vector: NDArray[np.float32] | None, k: int, system: System
    ) -> list[tuple[int, float]]:
        """(row, score) of the best `k` rows; `vector` is the question's, None for lexical."""
        if system == "lexical":
            words = self.index.lexical.scores(question)
            return [(row, float(words[row])) for row in top(words, k) if words[row] > 0]
        assert vector is not None
        dense, rows = self.index.vectors.search(vector[None], min(max(k, POOL), self.size))
        if system == "dense":
            return [(int(r), float(s)) for s, r in zip(dense[0][:k], rows[0][:k], strict=True)]
        words = self.index.lexical.scores(question)
        candidates = sorted({*rows[0].tolist(), *(r for r in top(words, POOL) if words[r] > 0)})
        vectors: Vectors = self.index.vectors_of(candidates)
        scores = vectors @ vector + self.lexical_weight * words[candidates]
        return [(candidates[at], float(scores[at])) for at in top(scores, k)]

    @property
    def size(self) -> int:
        """Number of passages."""
        return len(self.index.passages)

    def passage(self, passage_id: str) -> Passage:
        """The passage with that id; raises `InputError` if there is none."""
        if passage_id not in self._rows:
            raise InputError(f"No existe el pasaje {passage_id}.")
        return self.index.passages[self._rows[passage_id]]

    def neighbours(self, passage_id: str, reach: int = 1) -> list[Passage]:
        """The passage and up to `reach` on each side of it in its document, in order."""
        here = self.passage(passage_id)
        row = self._rows[passage_id]
        near = self.index.passages[max(0, row - reach) : row + reach + 1]
        return [passage for passage in near if passage.document == here.document]

    def dated(self, about: str, today: date, k: int) -> list[Passage]:
        """The days of the course's calendar that `about` speaks of, by date.

        Args:
            about: words to look for; those that fit best are taken.
            today: if no day fits, the days from this one on are taken.
            k: how many at most.
        """
        rows = {passage.text: passage for passage in self.index.passages}
        days = [day for day in self.index.days if day.text in rows]
        asked = set(tokens(about))
        fits = [len(asked & set(tokens(day.text))) for day in days]
        if max(fits, default=0):
            best = sorted(range(len(days)), key=lambda at: (-fits[at], days[at].date))
            chosen = [days[at] for at in best if fits[at] == fits[best[0]]][:k]
        else:
            chosen = [day for day in days if (day.until or day.date) >= today.isoformat()][:k]
        return [rows[day.text] for day in sorted(chosen, key=lambda day: day.date)]

    def view(self, passage_id: str) -> View:
        """The passage's place as a person sees it: a marked page, a slide, a cell.

        The file is opened in a child process with limits.

        Raises:
            InputError: if there is no such passage, or its file is no longer there.
            MaterialError: if the place cannot be drawn.
        """
        passage = self.passage(passage_id)
        files = {file.name: file for file in find_files([Path(root) for root in self.index.roots])}
        if passage.document not in files:
            raise InputError(f"Ya no está el archivo {passage.document}. Rehaga el índice.")
        arguments = {
            "path": str(files[passage.document].path),
            "location": passage.location.to_dict(),
            "text": passage.text,
        }
        with Sandbox(1) as sandbox:
            drawn = sandbox.run(Job("render", arguments))
        return View(drawn["media_type"], base64.b64decode(drawn["data"]))


def top(scores: NDArray[np.float32], k: int) -> list[int]:
    """Positions of the `k` highest scores, highest first, ties in order."""
    k = min(k, len(scores))
    best = np.argpartition(-scores, k - 1)[:k] if k < len(scores) else np.arange(len(scores))
    ordered: list[int] = best[np.lexsort((best, -scores[best]))].tolist()
    return ordered
