"""The lexical side: BM25 over folded, stemmed words.

A score is divided by the highest that any passage could reach for the query, so it lies in
[0, 1] and can be weighed against a cosine. Words that the corpus does not know count in that
bound: when a query's words are strange to the corpus, English over Spanish say, the scores are
small and the lexical side falls silent by itself.
"""

import re
from functools import lru_cache
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_EN, STOPWORDS_SPANISH
from numpy.typing import NDArray

from corpus.language import fold

WORD = re.compile(r"[^\W_]+[+#]*")
STEMMER = Stemmer.Stemmer("spanish")
K1, B = 1.2, 0.75  # Robertson and Zaragoza (2009), The Probabilistic Relevance Framework, § 3.2


STOPWORDS = frozenset(fold(word) for word in (*STOPWORDS_SPANISH, *STOPWORDS_EN))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Spanish stem. Words are folded first, because students write without accents."""
    return str(STEMMER.stemWord(word))


def tokens(text: str) -> list[str]:
    """The stems of `text`, stop words left out."""
    return [stem(word) for word in WORD.findall(fold(text)) if word not in STOPWORDS]


class LexicalIndex:
    """BM25 over a list of texts, by position."""

    def __init__(self, bm25: bm25s.BM25) -> None:
        self._bm25, self._size = bm25, int(bm25.scores["num_docs"])
        counts = np.diff(bm25.scores["indptr"])  # texts that hold each word
        self._idf = {
            word: self._idf_of(counts[at])
            for word, at in bm25.vocab_dict.items()
            if word and at < len(counts)
        }
        self._idf_unknown = self._idf_of(0)

    def _idf_of(self, count: int) -> float:
        """Lucene's inverse document frequency; never negative."""
        return float(np.log(1 + (self._size - count + 0.5) / (count + 0.5)))

    @classmethod
    def build(cls, texts: list[str]) -> "LexicalIndex":
        """Indexes `texts`."""
        bm25 = bm25s.BM25(k1=K1, b=B, method="lucene")
        bm25.index([tokens(text) or [""] for text in texts], show_progress=False)
        return cls(bm25)

    def scores(self, query: str) -> NDArray[np.float32]:
        """Normalised BM25 of every text, shape (texts,), in [0, 1]."""
        words = list(dict.fromkeys(tokens(query)))
        bound = sum(self._idf.get(word, self._idf_unknown) for word in words)
        known = [word for word in words if word in self._idf]
        if not known:
            return np.zeros(self._size, np.float32)
        scores: NDArray[np.float32] = self._bm25.get_scores(known)
        return scores / np.float32(bound)

    def save(self, folder: Path) -> None:
        """Writes NumPy arrays and JSON to `folder`; nothing is pickled."""
        self._bm25.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Reads what `save` wrote, memory-mapped."""
        bm25 = bm25s.BM25.load(str(folder), mmap=True, load_corpus=False, show_progress=False)
        return cls(bm25)
