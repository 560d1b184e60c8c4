"""Passages, embeddings, the FAISS index, BM25, their fusion, the store on disk, evaluation."""

from retrieval.embedding import Embedder, SentenceEmbedder
from retrieval.evaluation import Changes, Report, compare, evaluate
from retrieval.filters import Filter
from retrieval.indexing import IndexReport, update
from retrieval.passages import Passage
from retrieval.retriever import Retriever, SearchResult, checked_question

__all__ = [
    "Changes",
    "Embedder",
    "Filter",
    "IndexReport",
    "Passage",
    "Report",
    "Retriever",
    "SearchResult",
    "SentenceEmbedder",
    "checked_question",
    "compare",
    "evaluate",
    "update",
]
