"""Whether the course answers a question: evidence that code can see, weighed by a fitted model.

The features of a question and what was found for it:

- *score*: of the best passage;
- *lead*: of the best score over the mean of the ten best;
- *known*: the share of the question's words, by rarity, that the passages found hold, under any
  name that the glossary knows;
- *opinion*: the log odds that the language model, shown the passages, says that they answer; it
  costs one token, because the passages are read for the answer anyway. 0 without a model.

A logistic regression over them gives the probability that the course answers; another, without the
opinion, that the question is about the subject at all. Both were fitted on the development half
and tried on the other (docs/decisions.md, “When the course does not say”).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agent.events import Status
from retrieval.lexical import LexicalIndex, glossary, tokens
from retrieval.retriever import SearchResult
from retrieval.wording import standard

ABOUT = 0.5  # probability below which a question that it does not answer is off topic


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic regression: the weight of each feature and the bias."""

    weights: tuple[float, ...]
    bias: float

    def probability(self, features: Sequence[float]) -> float:
        """Of the positive class."""
        return float(1 / (1 + np.exp(-(np.dot(self.weights, features) + self.bias))))


WITH_OPINION = Model((10.0, 2.0, 2.0, 0.3), -12.0)
WITHOUT = Model((12.0, 2.0, 2.0), -14.0)
ON_TOPIC = Model((8.0, 0.0, 3.0), -9.0)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether the course answers.

    Attributes:
        probability: that it does, in [0, 1].
        status: what follows from it: answered, not_in_materials or off_topic.
    """

    probability: float
    status: Status


def features(
    question: str, results: Sequence[SearchResult], lexical: LexicalIndex
) -> tuple[float, float, float]:
    """Score, lead and known of a question and what was found for it, best first."""
    if not results:
        return 0.0, 0.0, 0.0
    scores = [result.score for result in results]
    words = list(dict.fromkeys(tokens(standard(question))))
    held = {word for result in results for word in tokens(result.passage.searchable)}
    names = glossary().expand(words)
    most = max(lexical.rarity.values(), default=1.0)
    weights = {word: lexical.rarity.get(word, most) for word in words}
    there = sum(weight for word, weight in weights.items() if held & names[word].keys())
    known = there / sum(weights.values()) if weights else 0.0
    return scores[0], scores[0] - float(np.mean(scores)), known


def judged(
    question: str,
    results: Sequence[SearchResult],
    lexical: LexicalIndex,
    floor: float,
    opinion: float | None = None,
) -> Judgement:
    """Whether the course answers `question`.

    Args:
        question: what was searched for.
        results: the ten best, best first.
        lexical: the index that they are from.
        floor: probability below which the course is taken not to answer.
        opinion: log odds of the model's “sí”; None if it was not asked.
    """
    seen = features(question, results, lexical)
    if opinion is None:
        probability = WITHOUT.probability(seen)
    else:
        probability = WITH_OPINION.probability((*seen, opinion))
    if probability >= floor:
        return Judgement(probability, "answered")
    about = ON_TOPIC.probability(seen) >= ABOUT
    return Judgement(probability, "not_in_materials" if about else "off_topic")
