"""Passing texts through the embedding model, each text once.

One pass gives a text's vector and its pieces' vectors, for passages and for what enriches them.
What an older index already has is taken from it, so that a changed slide costs a slide and not a
course.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.progress import Progress, silent
from retrieval.embedding import Embedder, Vectors
from retrieval.enrichment import Enrichment, QuestionIndex, texts_for
from retrieval.index import Index
from retrieval.late import MOST, Coder, TokenIndex
from retrieval.passages import Passage
from retrieval.threads import alone


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the model made of passages and of what enriches them.

    Attributes:
        vectors: of the passages, shape (passages, dimension).
        questions: of what enriches them; None if nothing does.
        tokens: pieces of the passages, then of what enriches them; None if there are too many.
    """

    vectors: Vectors
    questions: QuestionIndex | None
    tokens: TokenIndex | None


def encoded(
    passages: Sequence[Passage],
    embedder: Embedder,
    enrichments: Mapping[str, Enrichment] | None = None,
    old: Index | None = None,
    progress: Progress = silent,
) -> Encoded:
    """Encodes `passages` and their `enrichments`; texts that `old` has are taken from it."""
    extra, owners, trust = texts_for(passages, enrichments or {})
    texts = [*(passage.searchable for passage in passages), *extra]
    kept = len(passages) <= MOST
    known = rows_of(old) if old and (old.tokens is not None) == kept else {}
    new = [at for at, text in enumerate(texts) if text not in known]
    vectors = np.empty((len(texts), embedder.dimension), np.float32)
    coder = Coder(old.tokens.basis if old and old.tokens and known else None)
    for place, encoding in embedder.encode_passages([texts[at] for at in new], progress):
        vectors[new[place]] = encoding.vector
        if kept:
            with alone():
                coder.add(new[place], encoding)
    coded = coder.finish()
    for at, text in enumerate(texts):
        if old and text in known:
            vectors[at] = old.vector_of(known[text])
            if old.tokens:
                coded[at] = old.tokens.of(known[text])
    size = len(passages)
    return Encoded(
        vectors[:size],
        QuestionIndex.build(extra, owners, trust, vectors[size:]) if extra else None,
        TokenIndex.build([coded[at] for at in range(len(texts))], coder.basis)
        if kept and coder.basis
        else None,
    )


def rows_of(index: Index) -> dict[str, int]:
    """Where each text of `index` stands among its passages and, after them, its enrichments."""
    texts = [passage.searchable for passage in index.passages]
    return {text: row for row, text in enumerate([*texts, *(index.questions or ())])}
