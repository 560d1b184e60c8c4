"""The lexical side: BM25 over folded, stemmed words.

A score is divided by the highest that any passage could reach for the query, so it lies in
[0, 1] and can be weighed against a cosine. Words that the corpus does not know count in that
bound: when a query's words are strange to the corpus, English over Spanish say, the scores are
small and the lexical side falls silent by itself.

Before a word is given up as unknown, it is looked for under the field's name for it in the other
language (`retrieval.wording`), and then under a known word that is spelt nearly the same.
"""

import re
from collections import Counter, defaultdict
from functools import cache, cached_property, lru_cache
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_EN, STOPWORDS_SPANISH
from numpy.typing import NDArray

from corpus.language import fold
from retrieval.wording import Glossary

WORD = re.compile(r"[^\W_]+[+#]*")
STEMMER = Stemmer.Stemmer("spanish")
K1, B = 1.2, 0.75  # Robertson and Zaragoza (2009), The Probabilistic Relevance Framework, § 3.2
ALIKE = 0.6  # share of trigrams (Dice) that two spellings of one word have in common
SHORTEST = 5  # letters; shorter words are too often one letter from another


STOPWORDS = frozenset(fold(word) for word in (*STOPWORDS_SPANISH, *STOPWORDS_EN))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Spanish stem. Words are folded first, because students write without accents."""
    return str(STEMMER.stemWord(word))


def tokens(text: str) -> list[str]:
    """The stems of `text`, stop words left out."""
    return [stem(word) for word in WORD.findall(fold(text)) if word not in STOPWORDS]


@cache
def glossary() -> Glossary:
    """The field's glossary, stemmed."""
    return Glossary(tokens)


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
        """Normalised BM25 of every text, shape (texts,), in [0, 1].

        A word found under several names counts once, under the one that a text fits best.
        """
        total, bound = np.zeros(self._size, np.float32), 0.0
        for word, names in glossary().expand(list(dict.fromkeys(tokens(query)))).items():
            known = {name: weight for name, weight in names.items() if name in self._idf}
            if not known:
                known = self._spelt_like(word)
            if not known:
                bound += self._idf_unknown
                continue
            bound += max(self._idf[name] * weight for name, weight in known.items())
            total += self._best(known)
        return total / np.float32(bound or 1)

    def _best(self, names: dict[str, float]) -> NDArray[np.float32]:
        """BM25 of every text for one word that has several weighed names."""
        best = np.zeros(self._size, np.float32)
        stored = self._bm25.scores
        for name, weight in names.items():
            at = self._bm25.vocab_dict[name]
            here = slice(int(stored["indptr"][at]), int(stored["indptr"][at + 1]))
            rows = stored["indices"][here]
            best[rows] = np.maximum(best[rows], np.float32(weight) * stored["data"][here])
        return best

    def _spelt_like(self, word: str) -> dict[str, float]:
        """The known word whose trigrams are most like those of `word`, weighed by how much."""
        if len(word) < SHORTEST:
            return {}
        mine = trigrams(word)
        shared = Counter(name for gram in mine for name in self._by_trigram.get(gram, ()))
        if not shared:
            return {}
        alike = {n: 2 * c / (len(mine) + len(trigrams(n))) for n, c in shared.items()}
        best = max(alike, key=lambda name: (alike[name], name))
        return {best: alike[best]} if alike[best] >= ALIKE else {}

    @cached_property
    def _by_trigram(self) -> dict[str, list[str]]:
        """The known words that hold each trigram."""
        found: dict[str, list[str]] = defaultdict(list)
        for word in self._idf:
            if len(word) >= SHORTEST - 1:
                for gram in trigrams(word):
                    found[gram].append(word)
        return found

    def save(self, folder: Path) -> None:
        """Writes NumPy arrays and JSON to `folder`; nothing is pickled."""
        self._bm25.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Reads what `save` wrote, memory-mapped."""
        bm25 = bm25s.BM25.load(str(folder), mmap=True, load_corpus=False, show_progress=False)
        return cls(bm25)


def trigrams(word: str) -> frozenset[str]:
    """The runs of three letters in `word`, its ends marked."""
    marked = f"^{word}$"
    return frozenset(marked[at : at + 3] for at in range(len(marked) - 2))
