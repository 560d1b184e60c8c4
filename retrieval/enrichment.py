"""Document expansion: questions that a passage answers, indexed beside it.

A slide seldom says what students call its subject, and a code cell says nothing at all. So for
each passage a language model (`agent.enriching`) or a person writes questions that students would
ask of it, and a line on what it is (Nogueira et al. 2019, doc2query, arXiv:1904.08375). They are
searched; they are never shown or cited, for they are not the course.

An enrichment belongs to a passage's heading and text, by their digest, wherever the file lies.
``corpus/enrichment.jsonl`` has the bundled course's, by its authors; those that a model writes are
kept in the cache. Lines are only added, so writing can stop at any time and go on later.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
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
    """Those of `passages` that neither their authors nor `model` have enriched yet."""
    written = {mark for mark, one in read(cache / FILE).items() if one.model == model}
    known = authored().keys() | written
    return [passage for passage in passages if mark_of(passage) not in known]


def authored() -> dict[str, Enrichment]:
    """The bundled course's, written by its authors."""
    return read(AUTHORED)


@dataclass(frozen=True, slots=True)
class QuestionIndex:
    """The vectors of enrichments.

    Attributes:
        texts: what is indexed, those of one passage together, in the order of the passages.
        owners: the row of the passage that each belongs to, ascending, int64.
        vectors: of `texts`, embedded as passages are, so that cosines compare.
    """

    texts: tuple[str, ...]
    owners: NDArray[np.int64]
    vectors: VectorIndex

    @classmethod
    def build(
        cls, texts: Sequence[str], owners: Sequence[int], vectors: Vectors
    ) -> "QuestionIndex":
        """Indexes `texts`, whose unit vectors have shape (texts, dimension)."""
        return cls(tuple(texts), np.array(owners, np.int64), VectorIndex.build(vectors))

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def rows_of(self, passage: int) -> range:
        """Which texts belong to the passage in that row."""
        first, last = np.searchsorted(self.owners, [passage, passage + 1])
        return range(int(first), int(last))

    def owners_near(self, vector: Vectors, k: int) -> list[int]:
        """Rows of the passages that own the `k` texts nearest to a unit vector."""
        _, rows = self.vectors.search(vector[None], k)
        return list(dict.fromkeys(self.owners[rows[0]].tolist()))

    def best(self, vector: Vectors, rows: Sequence[int], otherwise: Vectors) -> Vectors:
        """For some passages, the cosine of their text nearest to `vector`, shape (rows,).

        Args:
            vector: a unit vector.
            rows: of the passages.
            otherwise: what to give for a passage that has no text.
        """
        best = otherwise.copy()
        spans = {at: span for at, row in enumerate(rows) if (span := self.rows_of(row))}
        if spans:
            cosines = self.vectors.of(list(chain(*spans.values()))) @ vector
            starts = np.cumsum([0, *map(len, spans.values())])[:-1]
            best[list(spans)] = np.maximum.reduceat(cosines, starts)
        return best

    def save(self, folder: Path) -> None:
        """Writes the texts as JSON and the vectors as FAISS has them."""
        folder.mkdir()
        texts = {"texts": self.texts, "owners": self.owners.tolist()}
        (folder / "texts.json").write_text(json.dumps(texts, ensure_ascii=False))
        self.vectors.save(folder / "vectors.faiss")

    @classmethod
    def load(cls, folder: Path) -> "QuestionIndex":
        """Reads what `save` wrote."""
        texts = json.loads((folder / "texts.json").read_text())
        vectors = VectorIndex.load(folder / "vectors.faiss")
        return cls(tuple(texts["texts"]), np.array(texts["owners"], np.int64), vectors)


def texts_for(
    passages: Sequence[Passage], enrichments: Mapping[str, Enrichment]
) -> tuple[list[str], list[int]]:
    """The texts that enrich `passages`, and the row of the passage of each."""
    texts: list[str] = []
    owners: list[int] = []
    for row, passage in enumerate(passages):
        if enrichment := enrichments.get(mark_of(passage)):
            texts += enrichment.texts
            owners += [row] * len(enrichment.texts)
    return texts, owners
