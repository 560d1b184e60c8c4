"""Passing passages through the embedding model, each text once.

One pass gives a passage's vector and its pieces' vectors. What an older index already has is
taken from it, so that a changed slide costs a slide and not a course.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.progress import Progress, silent
from retrieval.embedding import Embedder, Vectors
from retrieval.enrichment import Enrichment, QuestionIndex, texts_for
from retrieval.index import Index
from retrieval.late import MOST, Coded, Coder, TokenIndex
from retrieval.passages import Passage


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the model made of passages: `vectors` (passages, dimension), and their pieces."""

    vectors: Vectors
    tokens: TokenIndex | None


def encoded(
    passages: Sequence[Passage],
    embedder: Embedder,
    old: Index | None = None,
    progress: Progress = silent,
) -> Encoded:
    """Vectors and pieces of `passages`; those whose text `old` already has are taken from it."""
    texts = [passage.searchable for passage in passages]
    kept = len(texts) <= MOST
    if old and kept and old.tokens is None:
        old = None
    known = {passage.searchable: row for row, passage in enumerate(old.passages)} if old else {}
    vectors = np.empty((len(texts), embedder.dimension), np.float32)
    coder = Coder(old.tokens.basis if old and old.tokens else None)
    new = [at for at, text in enumerate(texts) if text not in known]
    for place, encoding in embedder.encode_passages([texts[at] for at in new], progress):
        vectors[new[place]] = encoding.vector
        if kept:
            coder.add(new[place], encoding)
    coded: dict[int, Coded] = coder.finish()
    again = [at for at, text in enumerate(texts) if text in known]
    if old and again:
        vectors[again] = old.vectors_of([known[texts[at]] for at in again])
        if old.tokens:
            coded |= {at: old.tokens.of(known[texts[at]]) for at in again}
    if not kept or coder.basis is None:
        return Encoded(vectors, None)
    rows = [coded[at] for at in range(len(texts))]
    return Encoded(vectors, TokenIndex.build(rows, coder.basis))


def encoded_questions(
    passages: Sequence[Passage],
    enrichments: Mapping[str, Enrichment],
    embedder: Embedder,
    old: Index | None = None,
    progress: Progress = silent,
) -> QuestionIndex | None:
    """The enrichments of `passages`, embedded; what `old` already has is taken from it."""
    texts, owners = texts_for(passages, enrichments)
    if not texts:
        return None
    before = old.questions if old else None
    known = {text: row for row, text in enumerate(before.texts)} if before else {}
    vectors = np.empty((len(texts), embedder.dimension), np.float32)
    new = [at for at, text in enumerate(texts) if text not in known]
    if new:
        vectors[new] = embedder.embed_passages([texts[at] for at in new], progress)
    again = [at for at, text in enumerate(texts) if text in known]
    if before and again:
        vectors[again] = before.vectors.of([known[texts[at]] for at in again])
    return QuestionIndex.build(texts, owners, vectors)
