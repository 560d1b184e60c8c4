"""The retriever: a question in, the passages that bear on it out.

Four systems rank passages, each built on the one before. *dense* is the cosine of the embeddings,
drawn towards the nearest question of the passage's enrichment if it has one. *lexical* is
normalised BM25. *hybrid* adds them, ``dense + w · BM25 / bound``: scores are kept instead of
ranks, so the lexical side counts for as much as it matched (cf. Bruch et al. 2022,
arXiv:2210.11934). *reranked* adds late interaction (`retrieval.late`) to the best of the hybrid,
lowers lists of references, prefers what looks like the best of what was found, and lets one of
several copies of a passage through; a cross-encoder, if one is set (`retrieval.reranker`), then
reads the first of them again.

Solutions of assignments are in the index, so that they can inform hints, and nothing here finds or
shows them: `Retriever.vault` is the only way to them.
"""

import atexit
import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
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
from corpus.settings import LEXICAL_WEIGHT, Settings
from retrieval import indexing, store
from retrieval.asking import asked
from retrieval.embedding import Embedder, Encoding, SentenceEmbedder, Vectors, unit
from retrieval.enrichment import at_hand
from retrieval.filters import Facets, Filter, facets, preferred, rows
from retrieval.index import Index
from retrieval.indexing import IndexReport
from retrieval.lexical import tokens
from retrieval.passages import Passage
from retrieval.reranker import Reranker, reranker_of
from retrieval.threads import alone
from retrieval.wording import standard

System = Literal["dense", "lexical", "hybrid", "reranked"]
SYSTEMS: tuple[System, ...] = ("dense", "lexical", "hybrid", "reranked")
DEFAULT: System = "reranked"
POOL = 100  # candidates that each side proposes to the hybrid
RERANKED = 50  # of the hybrid's best
READ_AGAIN = 20  # by a cross-encoder, if there is one
LATE_WEIGHT = 0.3  # of late interaction beside the hybrid
REFERENCES = 0.05  # taken from a list of references
FEEDBACK = 5  # of the best tell what a good place looks like
SHARPNESS = 0.02  # the score that one may lack to the best and still count e⁻¹ as much
ALIKE = 0.5  # of the nearness to that, beside all else
MEANT = 0.05  # given to passages of the class, lab or week that the question names
MEANT_MOST = 500  # of them, that are looked at
COPY = 0.985  # cosine from which a passage is a copy of a better one
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
        raise InputError(
            "La pregunta está vacía. Escriba una pregunta sobre el curso.",
            "The question is empty. Write a question about the course.",
        )
    if len(question) > MAX_QUESTION:
        raise InputError(
            f"La pregunta tiene {len(question)} caracteres; el máximo es {MAX_QUESTION}. Acórtela.",
            f"The question has {len(question)} characters; {MAX_QUESTION} is the most. Shorten it.",
        )
    return question


class Retriever:
    """Searches an index; safe to share between threads once made."""

    def __init__(
        self,
        index: Index,
        embedder: Embedder,
        lexical_weight: float = LEXICAL_WEIGHT,
        reranker: Reranker | None = None,
    ) -> None:
        index.check_model(embedder)
        self.index, self.embedder, self.lexical_weight = index, embedder, lexical_weight
        self.reranker = reranker
        self._rows = {passage.id: row for row, passage in enumerate(index.passages)}

    @classmethod
    def open(
        cls,
        folder: Path | str | None = None,
        settings: Settings | None = None,
        progress: Progress = silent,
        embedder: Embedder | None = None,
    ) -> "Retriever":
        """Opens the index in `folder` (default: the setting ``index``).

        An `embedder` that is already loaded is used in place of the settings' one.

        Raises:
            IndexMissing, IndexDamaged, IndexMismatch: naming the command that mends it.
        """
        settings = settings or Settings.load()
        index = Index.load(store.current(Path(folder or settings.index)))
        embedder = embedder or SentenceEmbedder(settings.embedding_model, settings.cache, progress)
        return cls(index, embedder, settings.lexical_weight, reranker_of(settings))

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
            enrichments=at_hand(settings.cache),
            progress=progress,
        )
        return cls.open(target, settings, progress, embedder)

    def renewed(
        self, settings: Settings, progress: Progress = silent
    ) -> tuple[IndexReport, "Retriever"]:
        """Brings the index of `settings` up to date with the files that this one was made of.

        Returns:
            What was done, and a retriever of the new index; this one stays as it is.

        Raises:
            InputError: as `indexing.update` does, if somebody else is writing it, for one.
        """
        report = indexing.update(
            settings.index,
            self.index.root_paths,
            self.embedder,
            pictures=Pictures.from_settings(settings),
            enrichments=at_hand(settings.cache),
            progress=progress,
        )
        return report, self.open(settings=settings, embedder=self.embedder)

    def search(
        self,
        question: str,
        k: int = 10,
        system: System = DEFAULT,
        within: Filter | None = None,
    ) -> list[SearchResult]:
        """The best `k` passages for `question`, best first, of those that `within` accepts.

        Raises:
            InputError: if the question is empty or too long, or `k` is not positive.
        """
        question = checked_question(question)
        if k < 1:
            raise InputError(f"El número de resultados debe ser al menos 1, no {k}.")
        encoding = None if system == "lexical" else self.encode([question])[0]
        accepted = rows(within, self.index.passages) if within and not within.none else None
        ranked = self.rank(question, encoding, k, system, accepted)
        return [
            SearchResult(rank, score, self.index.passages[row])
            for rank, (row, score) in enumerate(ranked, start=1)
        ]

    def encode(self, questions: Sequence[str]) -> list[Encoding]:
        """What the embedding model makes of `questions`, their chat spelling written out."""
        return self.embedder.encode_queries([standard(question) for question in questions])

    def rank(
        self,
        question: str,
        encoding: Encoding | None,
        k: int,
        system: System,
        accepted: NDArray[np.bool_] | None = None,
    ) -> list[tuple[int, float]]:
        """(row, score) of the best `k` rows.

        Args:
            question: as it was asked.
            encoding: the question's; None for lexical.
            k: how many.
            system: which ranking.
            accepted: which rows may be found; by default all but solutions, which never are.
        """
        with alone():
            found, scores, best = self._ranked(question, encoding, k, system, accepted)
        if system == "reranked":
            best, scores = self._read_again(question, found, scores, best)
        return [(found[at], float(scores[at])) for at in best[:k]]

    def _ranked(
        self,
        question: str,
        encoding: Encoding | None,
        k: int,
        system: System,
        accepted: NDArray[np.bool_] | None,
    ) -> tuple[list[int], Vectors, list[int]]:
        """Rows that were looked at, their scores, and positions among them, best first."""
        words = self.index.lexical.scores(standard(question))
        if self._shown is not None:
            words = words * self._shown
            accepted = accepted & self._shown if accepted is not None else None
        if system == "lexical":
            if accepted is not None:
                words = words * accepted
            return list(range(self.size)), words, [row for row in top(words, k) if words[row] > 0]
        assert encoding is not None
        meant = self._meant(question)
        if accepted is not None:
            found = np.flatnonzero(accepted).tolist()
        else:
            found = self._candidates(encoding.vector, words, meant, max(k, POOL), system)
        vectors = self.index.vectors_of(found)
        scores = self._dense(encoding.vector, found, vectors)
        if system != "dense":
            scores = scores + np.float32(self.lexical_weight) * words[found]
        if system == "reranked":
            scores = scores + np.float32(MEANT) * meant[found]
        best = top(scores, max(k, RERANKED))
        if system == "reranked":
            best, scores = self._reranked(encoding, found, vectors, scores, best)
        return found, scores, best

    def _candidates(
        self,
        vector: Vectors,
        words: NDArray[np.float32],
        meant: NDArray[np.bool_],
        k: int,
        system: System,
    ) -> list[int]:
        """The rows that one side or another proposes, `k` each."""
        found = set(self._near(vector, k))
        if system != "dense":
            found.update(row for row in top(words, k) if words[row] > 0)
        if system == "reranked":
            found.update(np.flatnonzero(meant)[:MEANT_MOST].tolist())
        return sorted(found)

    def _meant(self, question: str) -> NDArray[np.bool_]:
        """Which rows lie where the question says, as in “en el lab 12”, shape (passages,)."""
        meant = preferred(asked(question, self._facets), self.index.passages)
        return meant if self._shown is None else meant & self._shown

    def _near(self, vector: Vectors, k: int) -> list[int]:
        """Rows of the passages whose vector, or an enriching question's, is near to `vector`.

        As many more are looked up as there are solutions, so that none takes another's place.
        """
        _, rows = self.index.vectors.search(vector[None], k + len(self.vault))
        near = [row for row in rows[0].tolist() if self._shows(row)][:k]
        asked = self.index.questions.owners_near(vector, k) if self.index.questions else []
        return sorted({*near, *filter(self._shows, asked)})

    def _dense(self, vector: Vectors, rows: list[int], vectors: Vectors) -> Vectors:
        """The dense side's scores of `rows`, whose vectors are `vectors`."""
        cosines: Vectors = vectors @ vector
        if self.index.questions:
            return self.index.questions.drawn(vector, rows, cosines)
        return cosines

    def _reranked(
        self,
        encoding: Encoding,
        rows: list[int],
        vectors: Vectors,
        scores: Vectors,
        best: list[int],
    ) -> tuple[list[int], Vectors]:
        """`best`, positions in `rows`, in their new order, and the new scores of all."""
        first = best[:RERANKED]
        scores = scores.copy()
        if self.index.tokens:
            groups = [self.index.pieces_of(rows[at]) for at in first]
            late = self.index.tokens.scores(encoding, self.weights, groups)
            scores[first] += np.float32(LATE_WEIGHT) * late
        for at in first:
            if self.index.passages[rows[at]].lists_references:
                scores[at] -= REFERENCES
        scores[first] -= np.float32(ALIKE) * unlike_the_best(vectors[first], scores[first])
        first.sort(key=lambda at: -scores[at])
        singles, copies = without_copies(first, vectors)
        return singles + copies + best[RERANKED:], scores

    def _read_again(
        self, question: str, rows: list[int], scores: Vectors, best: list[int]
    ) -> tuple[list[int], Vectors]:
        """`best`, its first as the cross-encoder orders them, and the new scores of all.

        The first keep their scores among themselves: only who has which changes, so that a best
        score still tells whether the course says anything.
        """
        if self.reranker is None or not best:
            return best, scores
        first = best[:READ_AGAIN]
        texts = [self.index.passages[rows[at]].searchable for at in first]
        order = np.argsort(-self.reranker.scores(question, texts), kind="stable")
        again = [first[place] for place in order]
        scores = scores.copy()
        scores[again] = np.sort(scores[first])[::-1]
        return again + best[READ_AGAIN:], scores

    @cached_property
    def _facets(self) -> Facets:
        """What there is to ask for."""
        return facets(self.index.passages)

    @cached_property
    def weights(self) -> dict[int, float]:
        """Weights of the pieces of questions, for late interaction."""
        return self.index.tokens.weights() if self.index.tokens else {}

    @cached_property
    def _shown(self) -> NDArray[np.bool_] | None:
        """Which rows may be found and shown, shape (passages,); None if all may."""
        passages = self.index.passages
        shown = np.fromiter((p.role != "solution" for p in passages), np.bool_, len(passages))
        return None if shown.all() else shown

    def _shows(self, row: int) -> bool:
        """Whether the passage in that row may be found and shown."""
        return self._shown is None or bool(self._shown[row])

    @cached_property
    def vault(self) -> tuple[Passage, ...]:
        """The solutions, in the order of the index; no other method gives one."""
        if self._shown is None:
            return ()
        return tuple(self.index.passages[row] for row in np.flatnonzero(~self._shown).tolist())

    @cached_property
    def public(self) -> tuple[Passage, ...]:
        """The passages that may be found and shown, in the order of the index."""
        if self._shown is None:
            return self.index.passages
        return tuple(self.index.passages[row] for row in np.flatnonzero(self._shown).tolist())

    @property
    def size(self) -> int:
        """Number of passages, solutions among them."""
        return len(self.index.passages)

    def row(self, passage_id: str) -> int:
        """Where the passage with that id stands in the index.

        Raises:
            InputError: if there is none, or it is a solution, which nobody is told.
        """
        row = self._rows.get(passage_id)
        if row is None or not self._shows(row):
            raise InputError(
                f"No existe el pasaje {passage_id}.",
                "That place is no longer in the course.",
            )
        return row

    def passage(self, passage_id: str) -> Passage:
        """The passage with that id; raises `InputError` as `row` does."""
        return self.index.passages[self.row(passage_id)]

    def neighbours(self, passage_id: str, reach: int = 1) -> list[Passage]:
        """The passage and up to `reach` on each side of it in its document, in order."""
        row = self.row(passage_id)
        document = self.index.passages[row].document
        rows = range(max(0, row - reach), min(row + reach + 1, self.size))
        near = [self.index.passages[at] for at in rows if self._shows(at)]
        return [passage for passage in near if passage.document == document]

    def beside(self, passage_id: str, each: int) -> list[Passage]:
        """The places that fit a passage best in what goes with it: a class's labs, a lab's class.

        Args:
            passage_id: of the passage.
            each: how many of each class or lab at most.
        """
        passage = self.passage(passage_id)
        found: list[tuple[int, float]] = []
        question = checked_question(passage.searchable[:MAX_QUESTION])
        encoding = self.encode([question])[0]
        for called in passage.related:
            if any(one.called == called for one in self.public):  # and not solutions alone
                accepted = np.array([one.called == called for one in self.index.passages])
                found += self.rank(question, encoding, each, DEFAULT, accepted)
        return [self.index.passages[row] for row, _ in found]

    def dated(self, about: str, today: date, k: int) -> list[Passage]:
        """The days of the course's calendar that `about` speaks of, by date.

        Args:
            about: words to look for; those that fit best are taken.
            today: if no day fits, the days from this one on are taken.
            k: how many at most.
        """
        rows = {passage.text: passage for passage in self.public}
        days = list({day.text: day for day in self.index.days if day.text in rows}.values())
        asked = set(tokens(about))
        fits = [len(asked & set(tokens(day.text))) for day in days]
        if max(fits, default=0):
            best = sorted(range(len(days)), key=lambda at: (-fits[at], days[at].date))
            chosen = [days[at] for at in best if fits[at] == fits[best[0]]][:k]
        else:
            chosen = [day for day in days if (day.until or day.date) >= today.isoformat()][:k]
        return [rows[day.text] for day in sorted(chosen, key=lambda day: day.date)]

    def file(self, passage_id: str) -> Path:
        """The file that a passage is in.

        Raises:
            InputError: if there is no such passage, or its file is no longer there.
        """
        name = self.passage(passage_id).document
        for file in find_files(self.index.root_paths):
            if file.name == name:
                return file.path
        raise InputError(
            f"Ya no está el archivo {name}. Rehaga el índice.",
            f"The file {name} is gone. The index has to be made anew.",
        )

    def view(self, passage_id: str) -> View:
        """The passage's place as a person sees it: a marked page, a slide, a cell.

        The file is opened in a child process with limits. Of a place that shows a solution, too,
        only the passage is shown.

        Raises:
            InputError: if there is no such passage, or its file is no longer there.
            MaterialError: if the place cannot be drawn.
        """
        passage = self.passage(passage_id)
        place = passage.location
        if any(shares_place(passage, one) for one in self.vault):
            place = replace(place, kind="section")
        arguments = {
            "path": str(self.file(passage_id)),
            "location": place.to_dict(),
            "text": passage.text,
        }
        drawn = drawers().run(Job("render", arguments))
        return View(drawn["media_type"], base64.b64decode(drawn["data"]))


def shares_place(one: Passage, other: Passage) -> bool:
    """Whether two passages stand in one page, slide or cell."""
    here, there = one.location, other.location
    overlap = here.covers(there.number or 1) or there.covers(here.number or 1)
    return overlap and one.document == other.document


@cache
def drawers() -> Sandbox:
    """The child processes that draw, two at most, which last as long as the program."""
    sandbox = Sandbox(2)
    atexit.register(sandbox.close)
    return sandbox


def top(scores: NDArray[np.float32], k: int) -> list[int]:
    """Positions of the `k` highest scores, highest first, ties in order."""
    k = min(k, len(scores))
    best = np.argpartition(-scores, k - 1)[:k] if k < len(scores) else np.arange(len(scores))
    ordered: list[int] = best[np.lexsort((best, -scores[best]))].tolist()
    return ordered


def unlike_the_best(vectors: Vectors, scores: Vectors) -> Vectors:
    """How much farther each candidate is than the best from what the best have in common.

    What answers a question looks like what else answers it: the next slide, the lab's cell, the
    same page in another language. The first few, each weighing by its score, tell what that is:
    feedback from what was found (Rocchio 1971), among embeddings (Yu, Xiong and Callan 2021,
    doi:10.1145/3459637.3482124). The best keeps its score, and no other passes it for this.

    Args:
        vectors: unit rows of shape (candidates, dimension).
        scores: shape (candidates,).

    Returns:
        Differences of cosines, none negative, shape (candidates,), float32.
    """
    best = np.argsort(-scores, kind="stable")[:FEEDBACK]
    if not best.size:
        return np.zeros(0, np.float32)
    weights = np.exp((scores[best] - scores[best[0]]) / SHARPNESS)
    near: Vectors = vectors @ unit(weights.astype(np.float32) @ vectors[best])
    lost: Vectors = np.maximum(near[best[0]] - near, np.float32(0))
    return lost


def without_copies(ordered: list[int], vectors: Vectors) -> tuple[list[int], list[int]]:
    """`ordered` parted in two: what says something new, and copies of what came before.

    Args:
        ordered: positions in `vectors`, best first.
        vectors: unit rows.
    """
    cosines = vectors[ordered] @ vectors[ordered].T
    copies = {ordered[place] for place in np.nonzero(np.tril(cosines >= COPY, k=-1))[0].tolist()}
    return [at for at in ordered if at not in copies], [at for at in ordered if at in copies]
