"""What an item must pass before a student sees it, by code alone.

The checks count words and numbers. They refuse good items now and then, which costs another try,
and let through what only a reader can tell; a second reading by the model (`agent.quiz.writing`)
and the students' reports (`agent.quiz.store`) are for that.
"""

import re
from collections.abc import Callable

from agent.drafting import ONE
from agent.enriching import useful
from agent.quiz.items import Item
from agent.quiz.wording import denied, evidence, numbers, sentences, share, words
from corpus.language import fold
from retrieval.passages import Passage

OPTIONS = 4
SUPPORTED = 0.8  # share of the answer's words that the passage must hold; of numbers, all
SAID = 0.5  # share of the answer that one sentence must hold
TOLD = 0.5  # share of the answer that the question may hold
LONGEST_QUESTION, LONGEST_ANSWER = 160, 160  # characters
LONGER, SLACK = 2.0, 15  # the longest option beside the shortest: times, and characters besides
STANDS_OUT, ROOM = 1.4, 5  # the right option beside the longest wrong one, likewise
SYMBOLS = re.compile(r"[-−+*/=<>≤≥≠^√]")
CATCH_ALL = re.compile(
    r"\b(?:tod[ao]s|ningun[ao]|ambos|ambas|las (?:dos|tres))\b.*"
    r"\b(?:anteriores|opciones|alternativas|respuestas|correct[ao]s?|ell[ao]s)\b"
    r"|^(?:tod[ao]s|ningun[ao]|ambos|ambas|all|none|both)$"
    r"|\b(?:all|none|both|any|neither) of (?:the above|these|them)\b"
    r"|^(?:both )?[a-d]\)? (?:y|o|and|or) [a-d]\)?$"
)
SHOWN = (
    "texto|figura|imagen|tabla|ejemplo|codigo|celda|fragmento|extracto|seccion|parrafo|documento|"
    "enunciado|grafico|text|figure|image|table|example|code|cell|excerpt|section|paragraph|document"
)
ELSEWHERE = re.compile(
    r"\b(?:pasajes?|laminas?|diapositivas?|passages?|slides?)\b"
    rf"|\b(?:segun|according to) (?:el|la|los|lo|este|esta|the|this) (?:{SHOWN}|autor|autores|"
    r"curso|clase|profesor|authors?|course|class|lecture)\b"
    rf"|\b(?:est[ea]|dich[oa]|this|in the|shown in|en el|en la) (?:{SHOWN})\b"
    rf"|\b(?:lo|{SHOWN}) anterior\b|\bmencionad[oa]s?\b|\bse muestran?\b|\bmostrad[oa]s?\b"
    r"|\b(?:above|shown|mentioned)\b"
)


def shape(item: Item, _: Passage) -> bool:
    """It has the parts of its kind: four options, one of them the answer, or none at all."""
    if item.kind == "short":
        return not item.options and item.right is None
    right = item.right
    return len(item.options) == OPTIONS and right is not None and item.options[right] == item.answer


def asks(item: Item, _: Passage) -> bool:
    """The question is one whole sentence that asks."""
    return bool(ONE.fullmatch(item.question)) and len(item.question) <= LONGEST_QUESTION


def own_words(item: Item, passage: Passage) -> bool:
    """The question is no copy of the passage."""
    return bool(useful([item.question], passage)) or len(item.question) > LONGEST_QUESTION


def keeps_the_answer(item: Item, _: Passage) -> bool:
    """The question does not give the answer away."""
    return share(item.answer, item.question) <= TOLD


def stands_alone(item: Item, _: Passage) -> bool:
    """Question and options refer to nothing that the student does not see."""
    return not any(ELSEWHERE.search(fold(text)) for text in (item.question, *item.options))


def answer_supported(item: Item, passage: Passage) -> bool:
    """The passage says the answer: all its numbers, and its words, save one of five."""
    said = passage.searchable
    if numbers(item.answer).keys() - numbers(said).keys():
        return False
    return share(item.answer, said) >= SUPPORTED


def why_supports(item: Item, passage: Passage) -> bool:
    """`why` is an exact span of the passage and holds half of the answer, numbers and all."""
    exact = bool(item.why) and item.why in passage.text
    return exact and evidence(item.answer, "", item.why) >= SAID


def brief(item: Item, _: Passage) -> bool:
    """The answer is short."""
    return len(item.answer) <= LONGEST_ANSWER


def distinct(item: Item, _: Passage) -> bool:
    """No two options say the same."""
    return len({signature(option) for option in item.options}) == len(item.options)


def signature(option: str) -> tuple[object, ...]:
    """What two options share that say the same."""
    found, symbols = tuple(words(option)), tuple(SYMBOLS.findall(option))
    if not found and not numbers(option):
        return (re.sub(r"[\s.,;:]+", "", fold(option)),)
    return found, tuple(numbers(option)), symbols, frozenset(denied(option))


def alone_supported(item: Item, passage: Passage) -> bool:
    """The passage bears out no wrong option as well as the right one."""
    spans = sentences(passage.text)
    best = [
        max((evidence(option, item.question, span) for span in spans), default=0.0)
        for option in (item.answer, *item.wrong)
    ]
    return all(other == 0 or other < best[0] for other in best[1:])


def alike(item: Item, _: Passage) -> bool:
    """No option's length gives it away."""
    if not item.wrong:
        return True
    sizes = [len(option) for option in item.options]
    longest_wrong = max(map(len, item.wrong))
    return (
        max(sizes) <= LONGER * min(sizes) + SLACK
        and len(item.answer) <= STANDS_OUT * longest_wrong + ROOM
    )


def no_catch_all(item: Item, _: Passage) -> bool:
    """No option speaks of the other ones: “todas las anteriores”."""
    return not any(CATCH_ALL.search(fold(option).strip(" .")) for option in item.options)


CHECKS: tuple[Callable[[Item, Passage], bool], ...] = (
    shape,
    asks,
    stands_alone,
    own_words,
    keeps_the_answer,
    brief,
    answer_supported,
    why_supports,
    distinct,
    alone_supported,
    alike,
    no_catch_all,
)


def faults(item: Item, passage: Passage) -> tuple[str, ...]:
    """Names of the checks that `item` fails, in their order; () for a good one.

    Args:
        item: by the model or by hand.
        passage: the one that it is about.
    """
    return tuple(check.__name__ for check in CHECKS if not check(item, passage))
