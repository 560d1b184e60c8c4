"""Making the index follow the course's files.

The index mirrors the folders it is given: new files enter, changed ones are read again, removed
ones leave, unchanged ones cost a digest. A passage whose text is already embedded keeps its
vector. One bad file never stops the others: it is listed with its reason.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.document import Document, digest
from corpus.errors import IndexMissing, InputError, MaterialError
from corpus.reading import BUNDLED, SourceFile, find_files, read_bytes, read_file
from retrieval import store
from retrieval.embedding import Embedder, Vectors
from retrieval.index import Entry, Index, Skipped
from retrieval.packaged import Progress, silent
from retrieval.passages import Passage, passages_of


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an update did; counts are of documents unless named otherwise."""

    documents: int
    passages: int
    added: int
    updated: int
    removed: int
    skipped: tuple[Skipped, ...]
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """The report as the JSON contract has it."""
        return asdict(self) | {"skipped": [asdict(skipped) for skipped in self.skipped]}


def update(
    folder: Path,
    paths: Sequence[Path],
    embedder: Embedder,
    *,
    rebuild: bool = False,
    progress: Progress = silent,
) -> IndexReport:
    """Makes the index in `folder` mirror `paths`.

    Args:
        folder: the index; created if need be.
        paths: files and folders; empty takes the bundled course.
        embedder: the model that embeds passages.
        rebuild: forget the index that is there, whoever made it and whatever its state.
        progress: called as files are read and passages embedded.

    Raises:
        InputError: if a path is missing, nothing could be read, or the index cannot be written.
        IndexDamaged, IndexMismatch: if the index there cannot be built upon; see `rebuild`.
    """
    start = time.monotonic()
    with store.writing(folder):
        old = None if rebuild else published(folder)
        if old:
            old.check_model(embedder)
        roots = [*paths] or [BUNDLED]
        files = find_files(roots)
        kept, read, documents, skipped = read_changed(files, old, progress)
        passages = kept + [passage for document in read for passage in passages_of(document)]
        if not passages:
            reasons = "; ".join(f"{item.document}: {item.reason}" for item in skipped[:3])
            where = ", ".join(map(str, roots))
            raise InputError(f"No hay nada que indexar en {where}. {reasons}".strip())
        before = old.documents if old else {}
        removed = before.keys() - documents.keys()
        names = tuple(str(root.resolve()) for root in roots)
        if read or removed or not old or (skipped, names) != (old.skipped, old.roots):
            index = Index.build(
                passages,
                embedded(passages, old, embedder, progress),
                (embedder.id, embedder.digest),
                names,
                documents,
                skipped,
            )
            progress("guardando el índice", 0, 1)
            store.publish(folder, index.save)
            progress("guardando el índice", 1, 1)
    return IndexReport(
        documents=len(documents),
        passages=len(passages),
        added=len(documents.keys() - before.keys()),
        updated=sum(document.name in before for document in read),
        removed=len(removed),
        skipped=skipped,
        seconds=round(time.monotonic() - start, 3),
    )


def published(folder: Path) -> Index | None:
    """The index in `folder`, or None if there is none yet."""
    try:
        return Index.load(store.current(folder))
    except IndexMissing:
        return None


def read_changed(
    files: list[SourceFile], old: Index | None, progress: Progress
) -> tuple[list[Passage], list[Document], dict[str, Entry], tuple[Skipped, ...]]:
    """Reads the files that are new or changed since `old`.

    Returns:
        The passages kept from unchanged documents, the documents read, every document's entry,
        and the files left out.
    """
    unchanged: set[str] = set()
    read: list[Document] = []
    entries: dict[str, Entry] = {}
    skipped: list[Skipped] = []
    for done, source in enumerate(files):
        progress("leyendo archivos", done, len(files))
        try:
            data = read_bytes(source)
            mark = digest(data)
            entry = old.documents.get(source.name) if old else None
            if entry and entry.digest == mark:
                unchanged.add(source.name)
                entries[source.name] = entry
                continue
            document = read_file(source, data)
        except MaterialError as error:
            skipped.append(Skipped(source.name, str(error)))
            continue
        except Exception as error:  # a parser's bug must not stop the other files
            skipped.append(
                Skipped(source.name, f"no se pudo leer: {type(error).__name__}: {error}")
            )
            continue
        read.append(document)
        count = len(passages_of(document))
        entries[source.name] = Entry(mark, document.title, count, document.warnings)
    progress("leyendo archivos", len(files), len(files))
    kept = [p for p in old.passages if p.document in unchanged] if old else []
    return kept, read, entries, tuple(skipped)


def embedded(
    passages: list[Passage], old: Index | None, embedder: Embedder, progress: Progress
) -> Vectors:
    """Vectors of `passages`; those whose text `old` already has are taken from it."""
    known = {p.searchable: row for row, p in enumerate(old.passages)} if old else {}
    texts = [passage.searchable for passage in passages]
    new = [at for at, text in enumerate(texts) if text not in known]
    vectors = np.empty((len(passages), embedder.dimension), np.float32)
    if new:
        vectors[new] = embedder.embed_passages([texts[at] for at in new], progress)
    again = [at for at, text in enumerate(texts) if text in known]
    if old and again:
        vectors[again] = old.vectors_of([known[texts[at]] for at in again])
    return vectors
