"""Document expansion: questions that a passage answers, indexed beside it.

A slide seldom says what students call its subject, and a code cell says nothing at all. So for
each passage a language model (`agent.enriching`) or a person writes questions that students would
ask of it, and a line on what it is (Nogueira et al. 2019, doc2query, arXiv:1904.08375). They are
searched; they are never shown or cited, for they are not the course. Solutions have none: nobody
may find them.

An enrichment belongs to a passage's heading and text, by their digest, wherever the file lies.
``corpus/enrichment.jsonl`` has the bundled course's, by its authors; those that a model writes are
kept in the cache. Lines are only added, so writing can stop at any time and go on later.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import InputError
from corpus.finding import BUNDLED
from retrieval.embedding import Vectors
from retrieval.passages import Passage
from retrieval.vectors import VectorIndex

AUTHORS = "autores"
BY_HAND, BY_MODEL = 0.7, 0.5  # weight of a passage's nearest question beside the passage itself
TRUSTED = 0.6  # from which the pieces of questions speak for their passage too
AUTHORED = BUNDLED.parent / "enrichment.jsonl"
FILE = "enrichment.jsonl"


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What is searched beside a passage.

    Attributes:
        questions: that it answers, in students' words.
        says: one line on what it is or does; may be empty.
        model: who wrote them.
    """

    questions: tuple[str, ...]
    says: str
    model: str

    @property
    def trust(self) -> float:
        """How much its questions count: people ask what a passage answers, a small model drifts."""
        return BY_HAND if self.model == AUTHORS else BY_MODEL

    @property
    def texts(self) -> tuple[str, ...]:
        """All of it, as texts to index."""
        return (*self.questions, *((self.says,) if self.says else ()))


def mark_of(passage: Passage) -> str:
    """What an enrichment belongs to: the digest of a passage's headings and text."""
    return passage.id.rpartition("#")[2].partition("-")[0]


def read(path: Path) -> dict[str, Enrichment]:
    """The enrichments in a file, by mark; of several for one mark, the last.

    A last line that was cut short is left out; another that is wrong raises `InputError`.
    """
    if not path.is_file():
        return {}
    found: dict[str, Enrichment] = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            item = json.loads(line)
            found[item["passage"]] = Enrichment(
                tuple(item["questions"]), item["says"], item["model"]
            )
        except (ValueError, KeyError, TypeError) as error:
            if number == len(lines):
                break
            raise InputError(f"{path}, línea {number}: no es un enriquecimiento.") from error
    return found


def line_of(mark: str, enrichment: Enrichment) -> str:
    """An enrichment as a line of a file."""
    item = {
        "passage": mark,
        "questions": enrichment.questions,
        "says": enrichment.says,
        "model": enrichment.model,
    }
    return json.dumps(item, ensure_ascii=False) + "\n"


def at_hand(cache: Path) -> dict[str, Enrichment]:
    """Every enrichment there is: a model's, from the cache, then the authors', which win."""
    return read(cache / FILE) | authored()


def lacking(passages: Sequence[Passage], cache: Path, model: str) -> list[Passage]:
    """Those of `passages`, no solutions, that neither their authors nor `model` have enriched."""
    written = {mark for mark, one in read(cache / FILE).items() if one.model == model}
    return without(passages, authored().keys() | written)


def without(passages: Sequence[Passage], known: Collection[str]) -> list[Passage]:
    """Those of `passages`, no solutions, whose mark is not among `known`."""
    return [p for p in passages if p.role != "solution" and mark_of(p) not in known]


def authored() -> dict[str, Enrichment]:
    """The bundled course's, written by its authors."""
    return read(AUTHORED)


@dataclass(frozen=True, slots=True)
class QuestionIndex:
    """The vectors of enrichments.

    Attributes:
        texts: what is indexed, those of one passage together, in the order of the passages.
        owners: the row of the passage that each belongs to, ascending, int64.
        trust: how much each counts beside its passage, in [0, 1], float32.
        vectors: of `texts`, embedded as passages are, so that cosines compare.
    """

    texts: tuple[str, ...]
    owners: NDArray[np.int64]
    trust: Vectors
    vectors: VectorIndex

    @classmethod
    def build(
        cls,
        texts: Sequence[str],
        owners: Sequence[int],
        trust: Sequence[float],
        vectors: Vectors,
    ) -> "QuestionIndex":
        """Indexes `texts`, whose unit vectors have shape (texts, dimension)."""
        return cls(
            tuple(texts),
            np.array(owners, np.int64),
            np.array(trust, np.float32),
            VectorIndex.build(vectors),
        )

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def rows_of(self, passage: int) -> range:
        """Which texts belong to the passage in that row."""
        first, last = np.searchsorted(self.owners, [passage, passage + 1])
        return range(int(first), int(last))

    def trusted_of(self, passage: int) -> list[int]:
        """Those of `rows_of` that people wrote, whose pieces take part in late interaction."""
        return [at for at in self.rows_of(passage) if self.trust[at] >= TRUSTED]

    def owners_near(self, vector: Vectors, k: int) -> list[int]:
        """Rows of the passages that own the `k` texts nearest to a unit vector."""
        _, rows = self.vectors.search(vector[None], k)
        return list(dict.fromkeys(self.owners[rows[0]].tolist()))

    def drawn(self, vector: Vectors, rows: Sequence[int], cosines: Vectors) -> Vectors:
        """For some passages, their cosine drawn towards that of their text nearest to `vector`.

        Args:
            vector: a unit vector.
            rows: of the passages.
            cosines: of the passages themselves with `vector`, shape (rows,); one that has no text
                stays as it is.
        """
        drawn = cosines.copy()
        spans = {at: span for at, row in enumerate(rows) if (span := self.rows_of(row))}
        if spans:
            nearness = self.vectors.of(list(chain(*spans.values()))) @ vector
            starts = np.cumsum([0, *map(len, spans.values())])[:-1]
            trust = self.trust[[span[0] for span in spans.values()]]
            best = np.maximum.reduceat(nearness, starts)
            drawn[list(spans)] += trust * (best - drawn[list(spans)])
        return drawn

    def save(self, folder: Path) -> None:
        """Writes the texts as JSON and the vectors as FAISS has them."""
        folder.mkdir()
        texts = {
            "texts": self.texts,
            "owners": self.owners.tolist(),
            "trust": self.trust.tolist(),
        }
        (folder / "texts.json").write_text(json.dumps(texts, ensure_ascii=False))
        self.vectors.save(folder / "vectors.faiss")

    @classmethod
    def load(cls, folder: Path) -> "QuestionIndex":
        """Reads what `save` wrote."""
        texts = json.loads((folder / "texts.json").read_text())
        vectors = VectorIndex.load(folder / "vectors.faiss")
        owners, trust = np.array(texts["owners"], np.int64), np.array(texts["trust"], np.float32)
        return cls(tuple(texts["texts"]), owners, trust, vectors)


def texts_for(
    passages: Sequence[Passage], enrichments: Mapping[str, Enrichment]
) -> tuple[list[str], list[int], list[float]]:
    """The texts that enrich `passages`, the row of the passage of each, how much each counts."""
    texts: list[str] = []
    owners: list[int] = []
    trust: list[float] = []
    for row, passage in enumerate(passages):
        enrichment = enrichments.get(mark_of(passage))
        if enrichment and passage.role != "solution":
            texts += enrichment.texts
            owners += [row] * len(enrichment.texts)
            trust += [enrichment.trust] * len(enrichment.texts)
    return texts, owners, trust
