"""Whether a passage supports a sentence: evidence that code can see, weighed by a fitted model.

The features of a sentence and a passage:

- *nearness*: the highest cosine of the sentence with a sentence or line of the passage; with
  another embedding model, whose cosines are on a scale of their own, the share of the sentence's
  content words that the passage holds under any name;
- *numbers*: the share of the sentence's numbers that the passage holds, as digits or words; 1
  without numbers;
- *names*: the share of its names (a capital or a digit inside the sentence) that the passage
  holds; 1 without names.

A logistic regression over them, fitted on labelled pairs, gives the probability of support
(docs/decisions.md, “What supports a sentence”). It tells what a passage says from what it does not
speak of; it cannot see a negation, or a cause turned round.

What a small model says in words of its own is as often wrong as right. Of such a model only what
keeps to a passage's wording is vouched for: `wording_kept` tells how much of it does.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from agent.sentences import BLOCK, SENTENCE
from corpus.language import fold
from retrieval import e5
from retrieval.embedding import Embedder, Vectors
from retrieval.lexical import glossary, tokens
from retrieval.passages import Passage

BY_MEANING = ((22.2, 1.7, 0.88), -22.6)  # weights of nearness, numbers, names, and bias
BY_WORDS = ((1.76, 1.64, 1.23), -3.77)
SUPPORTED = 0.5  # probability of support from which code puts a passage's marker
KEPT = 0.3  # from which a marker that the model gave stays
WORDED = 0.6  # share of its wording that a small model's sentence keeps, to be vouched for
SHORTEST, MOST = 15, 40  # characters of a span; spans of a passage
REMEMBERED = 2_000  # passages, of some 20 kB
AT_HAND = 200  # questions and answers, of a few kB
TOLD = 4  # sentences or lines of a quotation
MARKUP = re.compile(r"\\[a-zA-Z]+|[{}$_^\\]")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
WORD = re.compile(r"[^\W\d_]+")
NAME = re.compile(r"(?<=[\w,;:] )[A-ZÁÉÍÓÚÑ][\w-]*|\b\w*[A-Z]\w*[A-Z]\w*\b|\b[A-Za-z]+-?\d[\w-]*")
SPELLED = {
    word: str(number)
    for number, words in enumerate(
        (
            "cero zero", "uno una one", "dos two", "tres three", "cuatro four", "cinco five",
            "seis six", "siete seven", "ocho eight", "nueve nine", "diez ten",
        )
    )
    for word in words.split()
}  # fmt: skip


def support(
    sentences: Sequence[str], passages: Sequence[Passage], embedder: Embedder
) -> NDArray[np.float64]:
    """Probability that each passage supports each sentence, shape (sentences, passages)."""
    by_meaning = embedder.id == e5.NAME
    near = nearness(sentences, passages, embedder) if by_meaning else wording(sentences, passages)
    weights, bias = BY_MEANING if by_meaning else BY_WORDS
    told = [(numbers_of(sentence), names_of(sentence)) for sentence in sentences]
    held = [(numbers_of(one.searchable), fold(one.searchable)) for one in passages]
    numbers = [[share(mine, theirs) for theirs, _ in held] for mine, _ in told]
    names = [[share(mine, text) for _, text in held] for _, mine in told]
    shares = [np.array(some, float).reshape(near.shape) for some in (numbers, names)]
    logits = np.tensordot(np.array(weights), np.stack([near, *shares]), 1) + bias
    probability: NDArray[np.float64] = 1 / (1 + np.exp(-logits))
    return probability


def wording_kept(sentences: Sequence[str], passages: Sequence[Passage]) -> NDArray[np.float64]:
    """The share of each sentence's pairs of content words in a row that each passage has, too.

    Shape (sentences, passages), in [0, 1]; 0 for a sentence of fewer than two content words.
    """
    held = [set(pairwise(tokens(one.text))) for one in passages]
    told = [list(pairwise(tokens(one))) for one in sentences]
    shares = [
        [sum(pair in some for pair in mine) / max(1, len(mine)) for some in held] for mine in told
    ]
    return np.array(shares, float).reshape(len(sentences), len(passages))


def nearness(
    sentences: Sequence[str], passages: Sequence[Passage], embedder: Embedder
) -> NDArray[np.float64]:
    """The highest cosine of each sentence with a span of each passage."""
    if not sentences or not passages:
        return np.zeros((len(sentences), len(passages)))
    spans = [span_vectors(passage.text, embedder) for passage in passages]
    vectors = query_vectors(tuple(sentences), embedder)
    highest = [(vectors @ some.T).max(axis=1) for some in spans]
    return np.stack(highest, axis=1).astype(float)


def telling(question: str, text: str, embedder: Embedder, most: int = TOLD) -> str:
    """The stretch of `text` that tells most about `question`: an exact span.

    A block of code or a displayed formula is in it whole or not at all, and is in it if the stretch
    ends in a comma or a colon right before it.

    Args:
        question: what is asked.
        text: of a passage.
        embedder: tells what is near in meaning.
        most: sentences or lines in a row.
    """
    places = spans_of(text)
    near = span_vectors(text, embedder) @ query_vectors((question,), embedder)[0]
    most = min(most, len(places))
    sums = np.convolve(near, np.ones(most), "valid")
    first = int(sums.argmax())
    start, end = places[first][0], places[first + most - 1][1]
    for block in BLOCK.finditer(text):
        announced = text[start:end].endswith((",", ":")) and not text[end : block.start()].strip()
        if start < block.end() and (block.start() < end or announced):
            start, end = min(start, block.start()), max(end, block.end())
    return text[start:end]


@lru_cache(maxsize=AT_HAND)
def query_vectors(texts: tuple[str, ...], embedder: Embedder) -> Vectors:
    """Unit vectors of texts that one answer is compared by again and again, shape (texts, dim)."""
    return embedder.embed_queries(list(texts))


@lru_cache(maxsize=REMEMBERED)
def span_vectors(text: str, embedder: Embedder) -> Vectors:
    """Unit vectors of the sentences and lines of a passage, shape (spans, dimension), never none.

    They are remembered: the passages that students ask about are few.
    """
    return embedder.embed_queries([text[start:end] for start, end in spans_of(text)])


def spans_of(text: str) -> list[tuple[int, int]]:
    """Where the sentences and lines of a passage begin and end, the shortest left out."""
    found, line_at = [], 0
    for line in text.split("\n"):
        for part in SENTENCE.finditer(line):
            said = part[0].strip()
            start = line_at + part.start() + part[0].find(said)
            if len(said) >= SHORTEST:
                found.append((start, start + len(said)))
        line_at += len(line) + 1
    return found[:MOST] or [(0, len(text))]


def wording(sentences: Sequence[str], passages: Sequence[Passage]) -> NDArray[np.float64]:
    """The share of each sentence's content words that each passage holds under any name."""
    held = [set(tokens(one.searchable)) for one in passages]
    told = [glossary().expand(list(dict.fromkeys(tokens(one)))) for one in sentences]
    rows = [
        [sum(bool(theirs & names.keys()) for names in mine.values()) for theirs in held]
        for mine in told
    ]
    most = [[max(1, len(mine))] for mine in told]
    shape = (len(sentences), len(passages))
    held_share: NDArray[np.float64] = np.array(rows, float).reshape(shape) / np.array(most).reshape(
        -1, 1
    )
    return held_share


def share(told: frozenset[str], held: frozenset[str] | str) -> float:
    """How many of `told` are in `held`, of 1; 1 if nothing is told."""
    return sum(one in held for one in told) / len(told) if told else 1.0


def names_of(sentence: str) -> frozenset[str]:
    """The names in a sentence, folded."""
    return frozenset(fold(match[0]) for match in NAME.finditer(MARKUP.sub(" ", sentence)))


def numbers_of(text: str) -> frozenset[str]:
    """The numbers in a text, those up to ten also if they are spelt; a decimal comma is a point."""
    text = MARKUP.sub(" ", text)
    found = {match[0].replace(",", ".") for match in NUMBER.finditer(text)}
    words = WORD.findall(fold(text))
    return frozenset(found | {SPELLED[word] for word in words if word in SPELLED})
