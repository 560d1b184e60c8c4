"""A BEIR corpus as something to search: each of its lines a document of one section."""

from pathlib import Path
from typing import Any

from corpus.document import Document, Location, Section, clean, digest
from corpus.errors import IndexDamaged, IndexMismatch, IndexMissing, InputError
from corpus.progress import Progress
from corpus.settings import Settings
from retrieval import store
from retrieval.embedding import Embedder
from retrieval.encoding import encoded
from retrieval.evaluation.judgements import json_lines
from retrieval.index import Index
from retrieval.passages import passages_of
from retrieval.reranker import reranker_of
from retrieval.retriever import Retriever


def open_corpus(
    path: Path, embedder: Embedder, settings: Settings, progress: Progress
) -> Retriever:
    """A retriever over a BEIR corpus, whose index is kept in the cache by content and model."""
    corpus = path / "corpus.jsonl"
    mark = digest((digest(corpus.read_bytes()) + embedder.digest + embedder.id).encode())
    folder = settings.cache / "evaluations" / mark[:16]
    with store.writing(folder):
        try:
            index = Index.load(store.current(folder))
        except (IndexMissing, IndexDamaged, IndexMismatch):  # a cache is simply made again
            documents = [as_document(line) for line in json_lines(corpus)]
            passages = [passage for document in documents for passage in passages_of(document)]
            if not passages:
                raise InputError(f"{corpus} no tiene documentos.") from None
            made = encoded(passages, embedder, progress=progress)
            model = (embedder.id, embedder.digest)
            index = Index.build(passages, made.vectors, model, tokens=made.tokens)
            store.publish(folder, index.save)
    return Retriever(index, embedder, settings.lexical_weight, reranker_of(settings))


def as_document(line: dict[str, Any]) -> Document:
    """A line of a BEIR corpus as a document of one section."""
    whole = Section(
        clean(str(line["text"]), code=True) or " ", Location("document", None, None, "documento")
    )
    return Document(str(line["_id"]), clean(str(line.get("title", ""))), "", (whole,))
