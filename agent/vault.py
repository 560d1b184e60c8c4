"""The vault: solutions can inform a hint, and code, not the prompt, keeps them from being told.

`Vault.leaks` compares a text with the solutions. What the course itself says somewhere, the
statement of the assignment above all, is no secret and does not count. Four traps:

- *words*: a long run of a solution's words, or many short ones close together, also when the text
  is reversed, by words or by letters. Case, accents, punctuation and markup make no difference;
- *code*: a run of identifiers, numbers and operators, of which a line has fewer than a paragraph
  has words;
- *numbers*: values that only a solution has, several of them together, in any language;
- *letters*: a solution spelt out, one letter at a time.

What looks like base64 or hexadecimal is decoded first. A translation, or a paraphrase, is not seen
by its words, only by its code and its numbers; ciphers and leetspeak are not seen at all.

`Guard` asks the same of a text while a model writes it, and holds back what could become a leak.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from agent.overlap import (
    BEGUN,
    READINGS,
    SPELT,
    Kind,
    Row,
    Trap,
    code_in,
    code_of,
    decoded,
    has_word,
    letters_of,
    numbers_of,
    same,
    share_of,
    stretches,
    values_of,
    words_of,
)
from retrieval.filters import is_program
from retrieval.passages import Passage

# Measured on the bundled course, each document against a vault that had not seen it; see
# tests/agent/test_vault.py.
WORDS, RUN = 5, 10  # words in a gram; in a row, in a leak
SPAN, SHARE = 60, 0.15  # words in a window; of its grams, in a leak, that only a solution has
WINDOW = SPAN - WORDS + 1  # grams
SIGNS, CODE_RUN = 8, 14  # tokens of code in a gram; in a row, in a leak
FIGURES, NUMBER_RUN = 8, 14  # numbers in a gram; in a row, in a leak, whatever stands between
TOGETHER, NEAR = 3, 400  # numbers that only a solution has; the most characters between them
AMONG = 1 / 3  # of the numbers there; a table of others has some of them by chance
LETTERS = 24  # in a row, spelt out: some five words
STEP = 16  # characters that a guard gathers before it asks: a few words
CONTEXT = 1_200  # characters already shown that a guard looks back at: more than a window


@dataclass(frozen=True, slots=True)
class Leak:
    """What a text tells of a solution.

    Attributes:
        kind: the trap that it fell into.
        passage: the solution.
        run: the words, code or values that are the solution's.
        share: the largest part, in [0, 1], of a window's grams that only a solution has.
    """

    kind: Kind
    passage: Passage
    run: str
    share: float


@dataclass(frozen=True, slots=True)
class Said:
    """Some numbers in a text: where, how many, and whether only a solution has them."""

    at: int
    count: int
    secret: bool


class Vault:
    """The solutions of a course, against what it says openly; without any, nothing leaks.

    Args:
        passages: the solutions, in the order of the index.
        public: everything else that students can read, in that order; read once, and not kept.
    """

    def __init__(self, passages: Sequence[Passage], public: Iterable[Passage]) -> None:
        self.passages = tuple(passages)
        self._words = Trap("words", words_of, WORDS, RUN, READINGS, has_word)
        self._code = Trap("code", code_of, SIGNS, CODE_RUN)
        self._numbers = Trap("numbers", numbers_of, FIGURES, NUMBER_RUN)
        self._traps = (self._words, self._code, self._numbers)
        self._values: dict[str, Row] = {}
        self._letters: list[tuple[Row, str]] = []
        rows = enumerate(self.passages)
        for _, some in groupby(rows, lambda row: row[1].document):
            self._learn(list(some))
        if self.passages:
            for _, open_ones in groupby(public, lambda passage: passage.document):
                self._allow("\n".join(f"{p.context}\n{p.text}" for p in open_ones))

    def _learn(self, document: Sequence[tuple[Row, Passage]]) -> None:
        """Takes in one solution."""
        texts = [(row, passage.text) for row, passage in document]
        self._words.learn(texts)
        codes = list(code_of_each(document))
        self._code.learn(codes)
        self._numbers.learn(texts)
        self._letters.append((texts[0][0], letters_of("\n".join(text for _, text in texts))))
        for (row, text), (_, code) in zip(texts, codes, strict=True):
            sizes = {name for value in values_of(code) for name in value.names}
            for value in values_of(text):
                new = value.names.keys() - self._values.keys() - sizes
                self._values |= dict.fromkeys(new, row)

    def _allow(self, text: str) -> None:
        """Takes out what a public document says."""
        for trap in self._traps:
            trap.allow(text)
        for value in values_of(text):
            for name in value.names:
                self._values.pop(name, None)

    def leaks(self, text: str) -> Leak | None:
        """What `text` tells of a solution; None if it tells nothing, or nothing that counts."""
        if not self.passages:
            return None
        text = unicodedata.normalize("NFC", text)
        readable = (text, *decoded(text))
        return next((leak for one in readable for leak in self._leaks(one)), None)

    def _leaks(self, text: str) -> Iterator[Leak]:
        """What a text tells that is not encoded."""
        for trap in self._traps:
            yield from self._runs(trap, text)
        if values := self._told(text):
            yield self._leak("numbers", self._values[values[0]], ", ".join(values), text)
        for match in SPELT.finditer(text):
            spelt = letters_of(match[0])
            windows = [spelt[at : at + LETTERS] for at in range(len(spelt) - LETTERS + 1)]
            for row, letters in self._letters:
                if any(window in letters for window in windows):
                    yield self._leak("letters", row, spelt, text)

    def _leak(self, kind: Kind, row: Row, run: str, text: str) -> Leak:
        """A leak of numbers or of letters."""
        marks = self._words.marks(words_of(text).tokens, same)
        return Leak(kind, self.passages[row], run, share_of(marks, WINDOW))

    def _runs(self, trap: Trap, text: str) -> Iterator[Leak]:
        """The longest run of each reading, if it is too long or one of too many."""
        tokens = trap.cut(text).tokens
        for reading in trap.readings:
            marks = trap.marks(tokens, reading)
            longest = max(stretches(marks), key=len, default=None)
            if longest is None:
                continue
            share = share_of(marks, WINDOW)
            long = len(longest) + trap.size - 1 >= trap.run
            if long or (trap is self._words and share >= SHARE):
                row = marks[longest[0]]
                assert row is not None
                run = " ".join(tokens[longest[0] : longest[-1] + trap.size])
                yield Leak(trap.kind, self.passages[row], run, share)

    def _told(self, text: str) -> list[str]:
        """The values that only a solution has, where enough of them stand together."""
        near: dict[str, Said] = {}
        for value in sorted(values_of(text), key=lambda value: value.at):
            secret = [name for name in value.names if name in self._values]
            count, name = max((value.names[name], name) for name in secret or value.names)
            near[name] = Said(value.at, count, bool(secret))
            near = {name: said for name, said in near.items() if value.at - said.at <= NEAR}
            told = sum(said.count for said in near.values() if said.secret)
            if told >= max(TOGETHER, AMONG * sum(said.count for said in near.values())):
                return [name for name, said in near.items() if said.secret]
        return []

    def open_from(self, text: str) -> int:
        """The character of `text` from which on it may be the beginning of a leak.

        The last few words always may be.
        """
        begun = BEGUN.search(text)
        places = [begun.start()] if begun else []
        return min(*(trap.open_from(text) for trap in self._traps), *places)


def code_of_each(document: Sequence[tuple[Row, Passage]]) -> Iterator[tuple[Row, str]]:
    """The code of each passage of a document: what is fenced, or all of a cell or a program."""
    first = document[0][1]
    if first.location.kind == "cell" or is_program(first.document):
        yield from ((row, passage.text) for row, passage in document)
        return
    fenced = code_in(passage.text for _, passage in document)
    yield from zip((row for row, _ in document), fenced, strict=True)


class Guard:
    """Stands between a model that writes and whoever reads.

    Feed it the pieces as they come and show what it returns. The last words are held back, and
    before them the run that they may belong to, so that of a run that is a leak no word is ever
    shown; what is shown is at no time a leak. Once `leak` is set it returns nothing more: the
    answer is to be replaced.

    Attributes:
        leak: what was about to be told; None so far.
    """

    def __init__(self, vault: Vault) -> None:
        self.leak: Leak | None = None
        self._vault = vault
        self._text, self._shown = "", 0  # what was written lately, and how much of it is shown
        self._asked = 0  # how long it was when the vault was last asked

    def feed(self, piece: str) -> str:
        """The text that may be shown now, after what was shown before."""
        return self._next(piece, whole=False)

    def close(self) -> str:
        """The rest of the text, when no more is to come."""
        return self._next("", whole=True)

    def _next(self, piece: str, whole: bool) -> str:
        if not self._vault.passages:
            return piece
        self._text = unicodedata.normalize("NFC", self._text + piece)
        if not whole and len(self._text) - self._asked < STEP:
            return ""
        self.leak = self.leak or self._vault.leaks(self._text)
        if self.leak:
            return ""
        end = len(self._text) if whole else self._vault.open_from(self._text)
        said = self._text[self._shown : end]
        past = max(0, end - CONTEXT)
        self._text, self._shown = self._text[past:], max(end, self._shown) - past
        self._asked = len(self._text)
        return said
