"""What a text says, as far as code can tell: its words, its numbers, and what it denies.

Nothing here knows what a sentence means. Words are compared by their stems or by the field's name
for them in the other language, numbers by their value, and a “no” belongs to the words after it.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from agent.sentences import SENTENCE
from corpus.language import fold
from retrieval.lexical import STOPWORDS, glossary, stem, tokens

WORD = re.compile(r"[^\W_]+[+#]*")
NUMERALS = (
    ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez"),
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
)
VALUES = {word: float(value) for words in NUMERALS for value, word in enumerate(words)}
NUMBER = re.compile(
    rf"(?:(?<![\w)])[-−])?(?<![\w.,])"
    rf"(?:\d{{1,3}}(?:[ \u00a0\u202f]\d{{3}})+(?![ \u00a0\u202f]?\d)"  # 524 800
    rf"|\d+(?:[.,]\d+)*(?:e[-+]?\d+)?)(?!\w)"
    rf"|\b(?:{'|'.join(VALUES)})\b(?! (?:de|of|that)\b)",  # “one of them” is no number
    re.IGNORECASE,
)
TIMES = re.compile(r"(?<=\d)\s*x\s*(?=\d)", re.IGNORECASE)  # 3x3
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
DENIAL = re.compile(r"no|ni|nunca|jamas|tampoco|sin|ningun[oa]?|not|never|without|cannot|nor")
AVOIDANCE = re.compile(r"(?:evit|impid|imped|previn|previen|prevent|avoid)\w*")
ONLY = ("solo", "solamente", "only")  # “no solo” denies nothing
CLAUSE = re.compile(r"[,.;:()¿?¡!\n]|\b(?:sino|pero|but)\b")
REACH = 4  # content words after a “no” that it denies
ABOUT = 0.5  # what a sentence is worth for being about the question, beside holding the answer


def words(text: str) -> dict[str, str]:
    """The stems of the content words of `text`, numbers left out, and each as it is written."""
    found: dict[str, str] = {}
    for word in WORD.findall(NUMBER.sub(" ", TIMES.sub(" × ", text))):
        for root in tokens(word):
            found.setdefault(root, word)
    return found


def numbers(text: str) -> dict[float, str]:
    """The numbers that `text` says, and each as it is written: “0,5”, “60.000”, “dos”."""
    found: dict[float, str] = {}
    for match in NUMBER.finditer(TIMES.sub(" × ", text)):
        for value in values(match[0]):
            found.setdefault(value, match[0])
    return found


def values(written: str) -> Iterator[float]:
    """The value of a number as it is written; of a version like 1.2.3, each of its parts."""
    written = re.sub(r"\s", "", written.lower()).replace("−", "-")
    if written in VALUES:
        yield VALUES[written]
    elif THOUSANDS.fullmatch(written.lstrip("-")):
        yield float(re.sub(r"[.,]", "", written))
    elif len(re.findall(r"[.,]", written)) < 2:
        yield float(written.replace(",", "."))
    else:
        yield from map(float, re.findall(r"\d+", written))


def held(wanted: Iterable[str], said: set[str]) -> set[str]:
    """Those of the stems `wanted` that are in `said`, under one name of the concept or another."""
    wanted = list(wanted)
    found = set(wanted) & said
    names = glossary().names
    for length in range(1, glossary().longest + 1):
        for at in range(len(wanted) - length + 1):
            name = tuple(wanted[at : at + length])
            if any(said.issuperset(other) for other in names.get(name, ())):
                found.update(name)
    return found


def share(text: str, said: str) -> float:
    """How much of the words and numbers of `text` is in `said`, in [0, 1]; 0 if it has none."""
    own, own_numbers = words(text), numbers(text)
    size = len(own) + len(own_numbers)
    both = len(held(own, set(words(said)))) + len(own_numbers.keys() & numbers(said).keys())
    return both / size if size else 0.0


def sentences(text: str) -> list[str]:
    """The sentences and lines of `text`, each an exact span of it."""
    return [span for match in SENTENCE.finditer(text) if (span := match[0].strip())]


def evidence(answer: str, question: str, sentence: str) -> float:
    """How well `sentence` bears out that `answer` answers `question`, in [0, 1 + ABOUT].

    The share of the answer that it holds, and half the share of the question; 0 if it lacks a
    number of the answer or all its words.
    """
    holds = share(answer, sentence)
    if not holds or numbers(answer).keys() - numbers(sentence).keys():
        return 0.0
    return holds + ABOUT * share(question, sentence)


def best_sentence(answer: str, question: str, text: str) -> str:
    """The span of `text` that best bears out `answer`; empty if none does at all."""
    best = max(sentences(text), key=lambda one: evidence(answer, question, one), default="")
    return best if evidence(answer, question, best) else ""


def denied(text: str) -> set[str]:
    """Stems of the words of `text` that a “no” or “sin” before them denies."""
    return set(reached(text, DENIAL))


def avoided(text: str) -> set[str]:
    """Stems of the words of `text` that “evita” or “impide” before them says not to happen."""
    return set(reached(text, AVOIDANCE))


def reached(text: str, by: re.Pattern[str]) -> Iterator[str]:
    """Stems of the `REACH` content words after each word that is `by`, within its clause."""
    for clause in CLAUSE.split(fold(text).replace("’", "'").replace("n't", " not")):
        reach = 0
        for word, after in pairwise([*WORD.findall(clause), ""]):
            if by.fullmatch(word):
                reach = 0 if after in ONLY else REACH
            elif reach and word not in STOPWORDS:
                yield stem(word)
                reach -= 1
