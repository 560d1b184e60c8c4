"""Follow-ups: “¿y por qué?” says what it is about only together with the question before it.

Code tells a follow-up by how it opens, by words that point back, or by how little it says; it is
then searched together with the question it follows. Asking the model to write it out as one
question was measured and is not worth its seconds (docs/decisions.md, “Follow-ups”).
"""

import re
from collections.abc import Sequence

from agent.conversations import Turn
from corpus.language import fold
from retrieval.lexical import tokens

FEW_WORDS = 3  # a question with fewer content words says too little alone
POINTING_WORDS = 7  # with so many or more, what “eso” points to is in the question itself
OPENING = re.compile(
    r"^[¿¡\s]*(?:(?:ok|okey|ya|bueno|dale|perfecto|gracias|entiendo|mmm*|ah)[\s,.;:¿]+)*"
    r"(?:y|pero|entonces|and|but|then|so|what about|how about)\b(?!\s*=)"
)
POINTING = re.compile(
    r"\b(?:eso|esto|aquello|es[eao]s?|aquel(?:la)?|ahi|lo anterior|lo mismo|"
    r"el (?:primero|segundo|ultimo)|l[ao]s? otr[ao]s?|that|those|it|them|"
    r"the (?:former|latter|second|first) one)\b"
)
AGAIN = re.compile(
    r"\b(?:(?:otro|un) ejemplo|mas detalles?|mas (?:simple|facil|lento)|de nuevo|otra vez|"
    r"no (?:lo )?(?:entend\w*|cach\w*)|en codigo|an(?:other)? example|more detail|again|in code|"
    r"simpler)\b"
)
MORE = re.compile(
    r"\b(?:(?:con )?mas detalles?|explica(?:lo|me)? mas|profundiza|desarrolla(?:lo)?|"
    r"more details?|elaborate|explain more|expand on)\b"
)


def follows(question: str) -> bool:
    """Whether `question` needs the one before it to say what it is about."""
    words, content = fold(question), len(tokens(question))
    return bool(
        OPENING.match(words)
        or content < FEW_WORDS
        or (content < POINTING_WORDS and (POINTING.search(words) or AGAIN.search(words)))
    )


def wants_more(question: str) -> bool:
    """Whether `question` asks for the last answer at greater length."""
    return bool(MORE.search(fold(question))) and len(tokens(question)) <= POINTING_WORDS


def standalone(question: str, history: Sequence[Turn]) -> str:
    """What to search for: a follow-up together with the last question that stands alone."""
    if not history or not follows(question):
        return question
    before = [turn.question for turn in history]
    opening = next((asked for asked in reversed(before) if not follows(asked)), before[0])
    return f"{opening} {question}"
