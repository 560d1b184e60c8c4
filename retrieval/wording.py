"""The student's words against the lecturer's.

Two lists say what no model of this size has learnt: how Chilean students spell in a chat
(``words/chat.tsv``: *xq* is *porque*) and what the field's terms are called in the other language
(``words/glossary.tsv``: *sobreajuste*, *overfitting*). The first rewrites a question; the second
lets a word of it be found under another name.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from corpus.language import fold

WORDS = Path(__file__).parent / "words"
WORD = re.compile(r"[^\W_]+")
TRANSLATED = 0.8  # weight of a term's other name beside its own
PARTLY = 0.56  # weight of a word of it, if the names have different numbers of words
Names = dict[tuple[str, ...], set[tuple[str, ...]]]


def standard(question: str) -> str:
    """`question` with chat spelling written out; the rest stays as it is."""

    def written_out(match: re.Match[str]) -> str:
        return chat().get(fold(match[0]), match[0])

    return re.sub(r"  +", " ", WORD.sub(written_out, question)).strip() or question


@cache
def chat() -> dict[str, str]:
    """What stands for what in a chat; empty for a word that says nothing."""
    return dict(rows("chat.tsv"))


def rows(name: str) -> Iterator[tuple[str, str]]:
    """The two columns of a list."""
    for line in (WORDS / name).read_text(encoding="utf-8").splitlines():
        left, right = line.split("\t")
        yield left, right


class Glossary:
    """The names of concepts in both languages, as a lexical index sees them.

    Args:
        tokens: what turns a name into terms of that index.
    """

    def __init__(self, tokens: Callable[[str], list[str]]) -> None:
        self.names: Names = defaultdict(set)
        for columns in rows("glossary.tsv"):
            names = [tuple(tokens(name)) for column in columns for name in column.split("; ")]
            for name in filter(None, names):
                self.names[name].update(other for other in names if other and other != name)
        self.longest = max(map(len, self.names))

    def expand(self, terms: Sequence[str]) -> dict[str, dict[str, float]]:
        """For each of `terms`, what else it may be found as, with a weight; itself weighs 1."""
        found = {term: {term: 1.0} for term in terms}
        at = 0
        while at < len(terms):
            name = self._longest_name(terms, at)
            for other in self.names.get(name, ()):
                alike = len(other) == len(name)
                for place, term in enumerate(name):
                    words = other[place : place + 1] if alike else other
                    for word in words:
                        weight = TRANSLATED if alike else PARTLY
                        found[term][word] = max(weight, found[term].get(word, 0))
            at += max(1, len(name))
        return found

    def _longest_name(self, terms: Sequence[str], at: int) -> tuple[str, ...]:
        for length in range(min(self.longest, len(terms) - at), 0, -1):
            if (name := tuple(terms[at : at + length])) in self.names:
                return name
        return ()
