"""Whether the course answers a question: evidence that code can see, weighed by a fitted model.

Two features: the *score* of the best passage, and the model's *opinion*, the log odds of “yes” over
“no” when it is asked whether that passage answers. The opinion costs a second on a CPU and is asked
for only where the score leaves a doubt. If the course does not answer, the late interaction of the
question with the passages found tells whether it is about the subject at all.

Each is a logistic regression fitted on the development half of the judged questions, with the
embedded models (docs/decisions.md, “When the course does not say”).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from agent.events import Status
from corpus.language import fold
from retrieval.retriever import Retriever, SearchResult

DOUBTFUL, SURE = 0.3, 0.85  # probability by score between which the model's opinion is asked
ABOUT = 0.3  # probability of being about the subject below which a question is off topic
# A greeting, thanks, a goodbye, who are you: folded; what is made of nothing else asks nothing.
COURTESIES = (
    r"hola+|holi+|alo|wena+s?|buen[oa]s?(?: dias| tardes| noches)?|que tal|q tal|"
    r"como (?:estas?|estai|va(?: todo)?|te va)|xd+|(?:ja){2,}j?|(?:je){2,}j?|q(?:ue)? buena|"
    r"(?:muchas |mil )?gracias(?: por (?:todo|la ayuda))?|se agradece|te pasaste|vale|ok(?:ey|i)?|"
    r"listo|perfecto|genial|bacan|excelente|super|eso (?:era|es todo|no ?mas)|"
    r"cha[ou]+|adios|nos vemos|hasta luego|(?:qu|k)ien eres(?: tu)?|que eres|"
    r"(?:y )?(?:qu|k)ien te (?:creo|hizo)|que (?:puedes|sabes) hacer|en que (?:puedes )?ayudarme|"
    r"hello|hi|hey|good (?:morning|afternoon|evening|night)|how are you|bye|see you|"
    r"thanks?(?: you)?(?: so much| a lot)?|that'?s all(?: for today)?|who are you|what can you do"
)
COURTESY = re.compile(rf"\W*(?:(?:{COURTESIES})\b\W*)+")


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic regression: the weight of each feature and the bias."""

    weights: tuple[float, ...]
    bias: float

    def probability(self, *features: float) -> float:
        """Of the positive class."""
        return float(1 / (1 + np.exp(-(np.dot(self.weights, features) + self.bias))))


BY_SCORE = Model((18.84,), -20.05)
WITH_OPINION = Model((14.88, 1.5), -15.34)
ON_TOPIC = Model((34.88,), -16.47)


def is_courtesy(message: str) -> bool:
    """Whether a message only greets, thanks, says goodbye or asks who is there."""
    return bool(COURTESY.fullmatch(fold(message)))


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether the course answers.

    Attributes:
        probability: that it does, in [0, 1].
        status: what follows from it: answered, not_in_materials or off_topic.
    """

    probability: float
    status: Status


def nobody() -> None:
    """No opinion."""
    return


def judged(
    question: str,
    results: Sequence[SearchResult],
    retriever: Retriever,
    floor: float,
    opinion: Callable[[], float | None] = nobody,
) -> Judgement:
    """Whether the course answers `question`.

    Args:
        question: what was searched for.
        results: what was found, best first.
        retriever: that found it.
        floor: probability below which the course is taken not to answer; with 0 it always does.
        opinion: asks the model, and gives its log odds of “yes”, or None.
    """
    if not results:
        return Judgement(0.0, "not_in_materials" if floor else "answered")
    score = results[0].score
    probability = BY_SCORE.probability(score)
    doubt = floor > 0 and DOUBTFUL <= probability < SURE
    if doubt and (said := opinion()) is not None:
        probability = WITH_OPINION.probability(score, said)
    if probability >= floor:
        return Judgement(probability, "answered")
    about = ON_TOPIC.probability(closeness(question, results, retriever)) >= ABOUT
    return Judgement(probability, "not_in_materials" if about else "off_topic")


def closeness(question: str, results: Sequence[SearchResult], retriever: Retriever) -> float:
    """The mean late interaction of `question` with what was found; 1 without pieces."""
    pieces = retriever.index.tokens
    if pieces is None:
        return 1.0
    rows = [[retriever.row(result.passage.id)] for result in results]
    encoding = retriever.encode([question])[0]
    return float(pieces.scores(encoding, retriever.weights, rows).mean())
