"""A student's answer beside the right one: which words and numbers it says, lacks, adds, denies."""

from collections.abc import Mapping
from dataclasses import dataclass

from agent.quiz.items import Item
from agent.quiz.wording import avoided, denied, held, numbers, words
from corpus.language import fold

LETTERS_FOR_A_SLIP = 6  # shorter words are too often one letter from another


@dataclass(frozen=True, slots=True)
class Compared:
    """An answer beside the right one.

    Attributes:
        share: of the key words and numbers, those that it says, in [0, 1].
        missing: the other words, as the right answer writes them.
        missing_numbers: likewise.
        no_number: whether the right answer has numbers and it says none of them.
        others: numbers that neither right answer nor question say.
        strange: those of them that the passage does not say either.
        opposed: words that one affirms and the other denies.
    """

    share: float
    missing: tuple[str, ...]
    missing_numbers: tuple[str, ...]
    no_number: bool
    others: tuple[str, ...]
    strange: tuple[str, ...]
    opposed: tuple[str, ...]


def compared(item: Item, text: str, passage_text: str) -> Compared:
    """What `text` says of the right answer, and what besides."""
    keys, key_numbers = keys_of(item)
    said, said_numbers = words(text), numbers(text)
    found = held(keys, set(said) | slips(keys, said))
    missing_numbers = [raw for value, raw in key_numbers.items() if value not in said_numbers]
    known = numbers(f"{item.answer} {item.question}").keys()
    others = {value: raw for value, raw in said_numbers.items() if value not in known}
    of_passage = numbers(passage_text).keys()
    size = len(keys) + len(key_numbers)
    return Compared(
        share=(len(found) + len(key_numbers) - len(missing_numbers)) / max(1, size),
        missing=tuple(word for key, word in keys.items() if key not in found)
        or (() if size else (item.answer,)),
        missing_numbers=tuple(missing_numbers),
        no_number=bool(key_numbers) and len(missing_numbers) == len(key_numbers),
        others=tuple(others.values()),
        strange=tuple(raw for value, raw in others.items() if value not in of_passage),
        opposed=opposed(item.answer, text),
    )


def keys_of(item: Item) -> tuple[dict[str, str], dict[float, str]]:
    """Words and numbers of the answer that the question does not say; all, if it says them all."""
    all_words, all_numbers = words(item.answer), numbers(item.answer)
    asked, asked_numbers = words(item.question), numbers(item.question)
    keys = {key: word for key, word in all_words.items() if key not in asked}
    key_numbers = {n: raw for n, raw in all_numbers.items() if n not in asked_numbers}
    return (keys, key_numbers) if keys or key_numbers else (all_words, all_numbers)


def slips(keys: Mapping[str, str], said: Mapping[str, str]) -> set[str]:
    """The keys that a long word of `said` is one letter from, as stems or as they are written."""

    def slip(key: str, word: str) -> bool:
        pairs = ((key, word), (fold(keys[key]), fold(said[word])))
        return any(
            min(len(one), len(other)) >= LETTERS_FOR_A_SLIP and one_letter_apart(one, other)
            for one, other in pairs
        )

    return {key for key in keys if any(slip(key, word) for word in said)}


def one_letter_apart(one: str, other: str) -> bool:
    """Whether one letter more, less or changed, after the first, makes one word of the other."""
    start = same_letters(one, other)
    end = same_letters(one[start:][::-1], other[start:][::-1])
    return start > 0 and max(len(one), len(other)) - start - end <= 1


def same_letters(one: str, other: str) -> int:
    """How many letters two words have in common before the first that differs."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def opposed(answer: str, text: str) -> tuple[str, ...]:
    """Words that both say and just one denies, as `answer` writes them; () if they agree on one.

    “Evita que se desborde” is no opposite of “no se desborda”, nor of “se desborda menos”.
    """
    own = words(answer)
    here, spared_here = denied(answer), avoided(answer)
    there, spared_there = held(own, denied(text)), held(own, avoided(text))
    if here & there:
        return ()
    against = (here - there - spared_there) | (there - here - spared_here)
    said = held(own, set(words(text)))
    return tuple(word for key, word in own.items() if key in said & against)
