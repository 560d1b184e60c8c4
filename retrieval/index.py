"""The index: passages, their vectors in FAISS, their words in BM25, and what it was made from.

Row i of the vectors, of the lexical index and of the pieces belongs to passage i.
`retrieval.store` keeps it whole on disk; `retrieval.indexing` makes it.
"""

import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from corpus.calendar import Day
from corpus.document import Document
from corpus.errors import IndexMismatch, InputError
from corpus.finding import first_folder
from retrieval.embedding import Embedder, Vectors
from retrieval.enrichment import QuestionIndex
from retrieval.late import TokenIndex
from retrieval.lexical import LexicalIndex
from retrieval.passages import Passage
from retrieval.vectors import VectorIndex

FORMAT = 5  # raise it when readers or passages change: older indexes ask for a rebuild
CONTENTS, PASSAGES, VECTORS, LEXICAL = "index.json", "passages.jsonl", "vectors.faiss", "lexical"
QUESTIONS, TOKENS = "questions", "tokens"

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of the index.

    Attributes:
        digest: SHA-256 of its bytes.
        title: its title.
        warnings: what could not be read in it.
        unread: numbers of its pages or slides that show only pictures and were not read.
        pictured: whether it has pages that show only pictures, read or not.
        pictures: what tried to read them (`Pictures.id`); empty if something failed.
        days, together: what it says of the whole course; see `corpus.document.Document`.
    """

    digest: str
    title: str
    warnings: tuple[str, ...] = ()
    unread: tuple[int, ...] = ()
    pictured: bool = False
    pictures: str = ""
    days: tuple[Day, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, document: Document, digest: str, pictured: bool, pictures: str) -> "Entry":
        """The entry of a document that was just read."""
        return cls(
            digest=digest,
            title=document.title,
            warnings=document.warnings,
            unread=tuple(page.location.number or 0 for page in document.unread),
            pictured=pictured,
            pictures=pictures,
            days=document.days,
            together=document.together,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Entry":
        """The entry that `dataclasses.asdict` wrote."""
        return cls(
            digest=data["digest"],
            title=data["title"],
            warnings=tuple(data["warnings"]),
            unread=tuple(data["unread"]),
            pictured=data["pictured"],
            pictures=data["pictures"],
            days=tuple(map(Day.from_dict, data["days"])),
            together=tuple(map(tuple, data["together"])),
        )


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that could not be read, and why."""

    document: str
    reason: str


@dataclass(frozen=True, slots=True)
class Index:
    """Everything needed to search, immutable.

    Attributes:
        passages: in the order of the rows.
        vectors: unit vectors by row; inner product is cosine.
        lexical: BM25 over the same rows, enrichments included.
        questions: the vectors of enrichments; None if there are none.
        tokens: the pieces of every passage, then of every text of `questions`, for late
            interaction; None if they are not kept.
        model: id of the embedding model that made the vectors, and digest of its weights.
        roots: what was indexed, absolute paths; empty for a collection made in memory.
        documents: by name.
        skipped: files that could not be read.
        left_out: files and folders that are no material, absolute paths.
    """

    passages: tuple[Passage, ...]
    vectors: VectorIndex
    lexical: LexicalIndex
    questions: QuestionIndex | None
    tokens: TokenIndex | None
    model: tuple[str, str]
    roots: tuple[str, ...]
    documents: dict[str, Entry]
    skipped: tuple[Skipped, ...]
    left_out: tuple[str, ...] = ()

    @classmethod
    def build(
        cls,
        passages: list[Passage],
        vectors: Vectors,
        model: tuple[str, str],
        questions: QuestionIndex | None = None,
        tokens: TokenIndex | None = None,
        roots: tuple[str, ...] = (),
        documents: dict[str, Entry] | None = None,
        skipped: tuple[Skipped, ...] = (),
        left_out: tuple[str, ...] = (),
    ) -> "Index":
        """Indexes `passages`, whose `vectors` are unit rows of shape (passages, dimension)."""
        rows = VectorIndex.build(vectors)
        return cls(
            passages=tuple(passages),
            vectors=rows,
            lexical=LexicalIndex.build(words_of(passages, questions)),
            questions=questions,
            tokens=tokens,
            model=model,
            roots=roots,
            documents=documents or {},
            skipped=skipped,
            left_out=left_out,
        )

    @property
    def root_paths(self) -> list[Path]:
        """What was indexed, as paths."""
        return [Path(root) for root in self.roots]

    @property
    def course_folder(self) -> Path:
        """Where material is added: the first folder that was indexed.

        Raises:
            InputError: if none was.
        """
        folder = first_folder(self.root_paths)
        if folder is None:
            raise InputError(
                "El índice se hizo de archivos sueltos. Para agregarle algo, indexe la carpeta "
                "del curso: ayudante index CARPETA"
            )
        return folder

    @property
    def days(self) -> list[Day]:
        """The course's calendar, by date."""
        days = [day for entry in self.documents.values() for day in entry.days]
        return sorted(days, key=lambda day: day.date)

    def vectors_of(self, rows: list[int]) -> Vectors:
        """Vectors of some rows, shape (rows, dimension)."""
        return self.vectors.of(rows)

    def vector_of(self, row: int) -> Vectors:
        """The vector of a passage or, in the rows after them, of a text that enriches one."""
        size = len(self.passages)
        if row < size:
            vector: Vectors = self.vectors.of([row])[0]
        else:
            assert self.questions is not None
            vector = self.questions.vectors.of([row - size])[0]
        return vector

    def pieces_of(self, row: int) -> list[int]:
        """The rows of `tokens` that speak for a passage: its own, and what people ask of it."""
        if not self.questions:
            return [row]
        return [row, *(len(self.passages) + at for at in self.questions.trusted_of(row))]

    def check_model(self, embedder: Embedder) -> None:
        """Raises `IndexMismatch` if `embedder` is not the model that made the vectors."""
        if self.model != (embedder.id, embedder.digest):
            raise IndexMismatch(
                f"El índice fue hecho con el modelo {self.model[0]} ({self.model[1][:8]}) y el "
                f"ajuste pide {embedder.id} ({embedder.digest[:8]}). Use el mismo con "
                "--embedding-model o rehágalo con: ayudante index CARPETA --rebuild"
            )

    def save(self, folder: Path) -> None:
        """Writes the index to an empty `folder`."""
        contents = {
            "format": FORMAT,
            "model": self.model,
            "roots": self.roots,
            "documents": {name: asdict(entry) for name, entry in self.documents.items()},
            "skipped": [asdict(skipped) for skipped in self.skipped],
            "left_out": self.left_out,
        }
        (folder / CONTENTS).write_text(json.dumps(contents, indent=1))  # any file's name
        with (folder / PASSAGES).open("w") as file:
            for passage in self.passages:
                file.write(json.dumps(passage.to_dict(), ensure_ascii=False) + "\n")
        self.vectors.save(folder / VECTORS)
        self.lexical.save(folder / LEXICAL)
        if self.questions:
            self.questions.save(folder / QUESTIONS)
        if self.tokens:
            self.tokens.save(folder / TOKENS)

    @classmethod
    def load(cls, folder: Path) -> "Index":
        """Reads what `save` wrote; the caller has checked the files.

        Raises:
            IndexMismatch: if another version of the program wrote it.
        """
        contents = json.loads((folder / CONTENTS).read_text())
        if contents["format"] != FORMAT:
            roots = shlex.join(contents.get("roots", [])) or "CARPETA"
            raise IndexMismatch(
                f"El índice tiene el formato {contents['format']} y este programa lee el {FORMAT}. "
                f"Rehágalo con: ayudante index {roots} --rebuild"
            )
        with (folder / PASSAGES).open() as file:
            passages = tuple(Passage.from_dict(json.loads(line)) for line in file)
        entries = contents["documents"].items()
        return cls(
            passages=passages,
            vectors=VectorIndex.load(folder / VECTORS),
            lexical=LexicalIndex.load(folder / LEXICAL),
            questions=loaded(folder / QUESTIONS, QuestionIndex.load),
            tokens=loaded(folder / TOKENS, TokenIndex.load),
            model=tuple(contents["model"]),
            roots=tuple(contents["roots"]),
            documents={name: Entry.from_dict(entry) for name, entry in entries},
            skipped=tuple(Skipped(**skipped) for skipped in contents["skipped"]),
            left_out=tuple(contents.get("left_out", ())),
        )


def roots_of(folder: Path) -> list[Path]:
    """What an index of any format that `Index.save` wrote was made of."""
    return [Path(root) for root in json.loads((folder / CONTENTS).read_text()).get("roots", [])]


def loaded(folder: Path, load: Callable[[Path], Part]) -> Part | None:
    """A part of the index that need not be there."""
    return load(folder) if folder.is_dir() else None


def words_of(passages: Sequence[Passage], questions: QuestionIndex | None) -> list[str]:
    """What BM25 reads of each passage: its breadcrumb twice, its text, its enrichment."""
    texts = [f"{passage.context}\n{passage.context}\n{passage.text}" for passage in passages]
    if questions:
        for text, owner in zip(questions.texts, questions.owners, strict=True):
            texts[owner] += f"\n{text}"
    return texts
