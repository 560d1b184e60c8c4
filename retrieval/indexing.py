"""Making the index follow the course's files.

The index mirrors the folders it is given: new files enter, changed ones are read again, removed
ones leave, unchanged ones cost a digest. A passage whose text is already embedded keeps its
vector. One bad file never stops the others: it is listed with its reason.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.document import Document
from corpus.errors import IndexMissing, InputError, MaterialError
from corpus.finding import BUNDLED, SourceFile, find_files
from corpus.pictures import Pictures
from corpus.programme import Tie, ties
from corpus.progress import Progress, silent
from corpus.sandbox import Job, Sandbox
from retrieval import store
from retrieval.embedding import Embedder
from retrieval.encoding import encoded
from retrieval.enrichment import Enrichment, texts_for
from retrieval.index import Entry, Index, Skipped
from retrieval.passages import Passage, passages_of, tied


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
    warnings: tuple[tuple[str, str], ...] = ()
    """A document and what could not be read in it, of those that this update read."""
    solutions: int = 0
    """Passages, of all, that are of solutions: nobody finds or sees them."""

    def to_dict(self) -> dict[str, Any]:
        """The report as the JSON contract has it."""
        return asdict(self) | {
            "skipped": [asdict(skipped) for skipped in self.skipped],
            "warnings": [{"document": name, "warning": text} for name, text in self.warnings],
        }


def update(
    folder: Path,
    paths: Sequence[Path],
    embedder: Embedder,
    *,
    rebuild: bool = False,
    pictures: Pictures | None = None,
    enrichments: Mapping[str, Enrichment] | None = None,
    leave_out: Sequence[Path] | None = None,
    progress: Progress = silent,
) -> IndexReport:
    """Makes the index in `folder` mirror `paths`.

    Args:
        folder: the index; created if need be.
        paths: files and folders; empty takes the bundled course.
        embedder: the model that embeds passages.
        rebuild: forget the index that is there, whoever made it and whatever its state.
        pictures: how to read pages that show only pictures; by default they are left unread.
        enrichments: by passage, what is searched beside it; see `retrieval.enrichment`.
        leave_out: files and folders that are no material, as a report; the index never is. None
            leaves out what the last update did.
        progress: called as files are read and passages embedded.

    Raises:
        InputError: if a path is missing, nothing could be read, or the index cannot be written.
        IndexDamaged, IndexMismatch: if the index there cannot be built upon; see `rebuild`.
    """
    start = time.monotonic()
    pictures = pictures or Pictures()
    with store.writing(folder):
        old = None if rebuild else published(folder)
        if old:
            old.check_model(embedder)
        roots = [*paths] or [BUNDLED]
        if leave_out is None:
            leave_out = [Path(one) for one in old.left_out] if old else []
        left_out = tuple(str(one.resolve()) for one in leave_out)
        files = find_files(roots, [folder, *leave_out])
        kept, read, skipped = read_changed(files, old, pictures, progress)
        entries = kept | {document.name: entry for document, entry in read}
        passages = all_passages(old, kept, [document for document, _ in read], entries)
        if not passages:
            raise nothing_in(roots, skipped)
        before = old.documents if old else {}
        removed = before.keys() - entries.keys()
        names = tuple(str(root.resolve()) for root in roots)
        enrichments = enrichments or {}
        if (
            read
            or removed
            or not old
            or (skipped, names, left_out) != (old.skipped, old.roots, old.left_out)
            or texts_for(passages, enrichments)[0] != enriching(old)
        ):
            made = encoded(passages, embedder, enrichments, old, progress)
            index = Index.build(
                passages,
                made.vectors,
                (embedder.id, embedder.digest),
                made.questions,
                made.tokens,
                names,
                entries,
                skipped,
                left_out,
            )
            progress("guardando el índice", 0, 1)
            store.publish(folder, index.save)
    return IndexReport(
        documents=len(entries),
        passages=len(passages),
        added=len(entries.keys() - before.keys()),
        updated=sum(document.name in before for document, _ in read),
        removed=len(removed),
        skipped=skipped,
        seconds=round(time.monotonic() - start, 3),
        warnings=tuple(
            (document.name, warning) for document, _ in read for warning in document.warnings
        ),
        solutions=sum(passage.role == "solution" for passage in passages),
    )


def enriching(index: Index) -> list[str]:
    """The texts that enrich the passages of `index`."""
    return list(index.questions.texts) if index.questions else []


def nothing_in(roots: Sequence[Path], skipped: tuple[Skipped, ...]) -> InputError:
    """The error that there is nothing to index, with some reasons."""
    reasons = "; ".join(f"{item.document}: {item.reason}" for item in skipped[:3])
    where = ", ".join(map(str, roots))
    return InputError(f"No hay nada que indexar en {where}. {reasons}".strip())


def published(folder: Path) -> Index | None:
    """The index in `folder`, or None if there is none yet."""
    try:
        return Index.load(store.current(folder))
    except IndexMissing:
        return None


def read_changed(
    files: list[SourceFile], old: Index | None, pictures: Pictures, progress: Progress
) -> tuple[dict[str, Entry], list[tuple[Document, Entry]], tuple[Skipped, ...]]:
    """Reads the files that are new or changed since `old`, several at once.

    Returns:
        The entries of unchanged documents, the documents read with theirs, the files left out.
    """
    kept: dict[str, Entry] = {}
    changed: list[SourceFile] = []
    for source in files:
        entry = old.documents.get(source.name) if old else None
        if entry and entry.digest == digest_of(source.path) and not again(entry, pictures):
            kept[source.name] = entry
        else:
            changed.append(source)
    documents: dict[SourceFile, tuple[Document, str]] = {}
    skipped: list[Skipped] = []
    places = 0
    with Sandbox() as sandbox:
        jobs = [Job("read", {"path": str(file.path), "name": file.name}) for file in changed]
        for done, (at, answer) in enumerate(sandbox.run_all(jobs), start=1):
            if isinstance(answer, MaterialError):
                skipped.append(Skipped(changed[at].name, str(answer)))
            else:
                document = Document.from_dict(answer["document"])
                documents[changed[at]] = document, answer["digest"]
                places += len(document.sections)
            so_far = f"{places} láminas, celdas y secciones; {len(skipped)} archivos omitidos"
            progress(f"leyendo archivos ({so_far})", done, len(changed))
        pairs = [(file.path, document) for file, (document, _) in documents.items()]
        seen = pictures.read_all(pairs, sandbox, progress)
    read: list[tuple[Document, Entry]] = []
    for (file, (before, mark)), after in zip(documents.items(), seen, strict=True):
        document, readers = after.document, pictures.id if after.whole else ""
        if document.sections:
            read.append((document, Entry.of(document, mark, bool(before.unread), readers)))
        else:
            reason = "; ".join(document.warnings) or "no tiene texto"
            skipped.append(Skipped(file.name, reason))
    read.sort(key=lambda pair: pair[0].name)
    return kept, read, tuple(sorted(skipped, key=lambda item: item.document))


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes; empty if it cannot be opened, which reading it will report."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def again(entry: Entry, pictures: Pictures) -> bool:
    """Whether an unchanged document has pictures that would now be read otherwise."""
    return entry.pictured and entry.pictures != pictures.id


def ties_of(entries: dict[str, Entry]) -> dict[str, Tie]:
    """How the documents stand in the course, from what all of them say."""
    days = [day for entry in entries.values() for day in entry.days]
    together = [files for entry in entries.values() for files in entry.together]
    return ties(list(entries), days, together)


def all_passages(
    old: Index | None, kept: dict[str, Entry], read: list[Document], entries: dict[str, Entry]
) -> list[Passage]:
    """The passages of unchanged and of new documents, by the documents' names, tied together."""
    found = [passage for passage in (old.passages if old else ()) if passage.document in kept]
    found += [passage for document in read for passage in passages_of(document)]
    rank = {name: at for at, name in enumerate(sorted(entries))}
    return tied(sorted(found, key=lambda passage: rank[passage.document]), ties_of(entries))
