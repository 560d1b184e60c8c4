"""Grading an answer by code, so that the same answer always gets the same grade.

A short answer is right when it says the key words and numbers of the right one: those that the
question does not say already, under one name of the concept or another, a slip of one letter
allowed. Closeness in meaning helps an answer in other words; by itself it earns no more than
“partly”, because an embedding hardly tells a statement from its denial. What the source denies and
the student affirms, or the reverse, is wrong, and so is another number in place of the right one.
"""

from dataclasses import dataclass
from typing import Literal

from agent.citations import quote
from agent.quiz.comparing import Compared, compared
from agent.quiz.items import Item
from agent.quiz.messages import listed, say
from corpus.errors import InputError
from retrieval import Embedder

Result = Literal["right", "partly", "wrong"]
SIGNS: dict[Result, str] = {"right": "✔", "partly": "◐", "wrong": "✘"}  # as people see them
POINTS: dict[Result, float] = {"right": 1.0, "partly": 0.5, "wrong": 0.0}
RIGHT, PARTLY = 0.8, 0.4  # least score of each
NEARNESS = 0.4  # share of what is missing that being near in meaning makes up for
LONGEST = 1_000  # characters of an answer; a pasted passage would hold every key word


@dataclass(frozen=True, slots=True)
class Source:
    """The place that a grade rests on: passage, label (“Clase 5, lámina 12”), exact words."""

    passage_id: str
    label: str
    quote: str


@dataclass(frozen=True, slots=True)
class Grade:
    """What an answer is worth.

    Attributes:
        result: “right”, “partly” or “wrong”.
        points: 1, 0.5 or 0.
        reason: for the student, in the item's language.
        citation: where the course says it.
    """

    result: Result
    points: float
    reason: str
    citation: Source


def grade_choice(item: Item, chosen: int) -> Grade:
    """The grade of the option at position `chosen`, from 0.

    Raises:
        InputError: if the item has no such option.
    """
    if not 0 <= chosen < len(item.options):
        raise InputError(f"La pregunta tiene {len(item.options)} opciones. Elija una de ellas.")
    source = Source(item.passage_id, item.label, item.why)
    if chosen == item.right:
        return graded(item, "right", source, say("right", item.language))
    said = say("other_option", item.language, chosen=item.options[chosen], answer=item.answer)
    return graded(item, "wrong", source, said)


def grade_short(item: Item, text: str, passage_text: str, embedder: Embedder) -> Grade:
    """The grade of an answer in words.

    Args:
        item: which was asked.
        text: what the student wrote.
        passage_text: of the item's passage as it is now, “” if it is gone; its numbers are no
            mistakes, and if it no longer holds `item.why`, what it says instead is quoted.
        embedder: tells how near answer and `text` are in meaning.

    Raises:
        InputError: if `text` is empty or too long.
    """
    text = checked(text)
    said = compared(item, text, passage_text)
    score = said.share + (1 - said.share) * NEARNESS * nearness(item, text, embedder)
    kept = not passage_text or item.why in passage_text
    span = item.why if kept else quote(item.answer, passage_text)
    source = Source(item.passage_id, item.label, span)
    return graded(item, result_of(said, score), source, reason_of(said, score, item.language))


def checked(text: str) -> str:
    """`text` without surrounding space; raises `InputError` if it is empty or too long."""
    text = text.strip()
    if not text:
        raise InputError(
            "La respuesta está vacía. Escriba una respuesta.", "The answer is empty. Write one."
        )
    if len(text) > LONGEST:
        raise InputError(
            f"La respuesta tiene {len(text)} caracteres; el máximo es {LONGEST}. Acórtela.",
            f"The answer has {len(text)} characters; {LONGEST} is the most. Shorten it.",
        )
    return text


def nearness(item: Item, text: str, embedder: Embedder) -> float:
    """How much nearer to the answer than the question is `text`, in [0, 1].

    Cosines of one model all lie near 1, those of another do not; the way from the question to the
    answer is measured alike by both.
    """
    asked, right, said = embedder.embed_queries([item.question, item.answer, text])
    start = float(asked @ right)
    return min(1.0, max(0.0, (float(said @ right) - start) / max(1 - start, 1e-6)))


def result_of(said: Compared, score: float) -> Result:
    """What the comparison and the score are worth."""
    if said.opposed or (said.no_number and said.others):
        return "wrong"
    if score >= RIGHT and not said.missing_numbers and not said.strange:
        return "right"
    return "partly" if score >= PARTLY else "wrong"


def reason_of(said: Compared, score: float, language: str) -> str:
    """What to tell the student about it."""
    result = result_of(said, score)
    if result == "right":
        return say("right", language)
    if said.opposed:
        return say("opposed", language, words=listed(said.opposed, language))
    if said.no_number and said.others:
        numbers, right = listed(said.others, language), listed(said.missing_numbers, language)
        return say("other_number", language, said=numbers, right=right)
    missing = (*said.missing, *said.missing_numbers)
    if not missing:
        return say("strange", language, said=listed(said.strange, language))
    key = "lacks" if result == "partly" else "wrong"
    return say(key, language, missing=listed(missing, language))


def graded(item: Item, result: Result, source: Source, said: str) -> Grade:
    """A grade whose reason quotes its source."""
    reason = say("quoting", item.language, said=said, label=source.label, quote=source.quote)
    return Grade(result, POINTS[result], reason, source)
