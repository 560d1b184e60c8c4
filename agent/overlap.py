"""What two texts share, however one of them is written: runs of words, of code, of numbers.

`agent.vault` asks with it whether a text tells a solution. A text is cut in tokens, and runs of a
few of them (*grams*) are looked up, so that asking takes time in the length of the text alone.
"""

import base64
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, groupby
from typing import Literal

from corpus.language import fold

Gram = tuple[str, ...]
Reading = Callable[[Gram], Gram]
Row = int  # of a solution in the vault
Mark = Row | None  # of a gram: the solution that has it, `PUBLIC`, or none has it
Kind = Literal["words", "code", "numbers", "letters"]
PUBLIC = -1
UNREAD = 80  # characters at the end of a text, at most, that may begin a gram: few numbers do
READABLE = 0.8  # of bytes that are printable characters; of noise it is some 0.4

PIECE = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
SIGN = re.compile(r"\d+(?:\.\d+)?|[^\W\d]\w*|[^\w\s`'\"]")
SIGNED = re.compile(r"(?<![\w.])(?:(?<!\d )-)?\d+(?:\.\d+)?(?!\w)")
MARKUP = str.maketrans("−–$\\*{}^`", "--       ")  # as long as it was
FENCE = re.compile(r"^[ \t]*(?:```|~~~).*$", re.M)


@dataclass(frozen=True, slots=True)
class Cut:
    """A text in tokens, and at which character each begins."""

    tokens: tuple[str, ...]
    starts: tuple[int, ...]


@lru_cache(maxsize=50_000)
def normal(piece: str) -> Gram:
    """A piece of text without case, accents and styles: “x” and “1” for “𝑥₁”."""
    plain = fold(unicodedata.normalize("NFKC", piece)).replace("ñ", "n")
    return tuple(PIECE.findall(plain))


def words_of(text: str) -> Cut:
    """The words and numbers of `text`; no punctuation, no markup, no operators."""
    found = [(token, m.start()) for m in PIECE.finditer(text) for token in normal(m[0])]
    return Cut(tuple(token for token, _ in found), tuple(start for _, start in found))


def code_of(text: str) -> Cut:
    """The identifiers, numbers and operators of `text`, prose read as if it were code."""
    found = list(SIGN.finditer(text))
    return Cut(tuple(match[0].lower() for match in found), tuple(m.start() for m in found))


def numbers_of(text: str) -> Cut:
    """The numbers of `text` with their signs, whatever is said between them."""
    found = list(SIGNED.finditer(text.translate(MARKUP)))
    return Cut(tuple(f"{float(m[0]):g}" for m in found), tuple(m.start() for m in found))


def code_in(texts: Iterable[str]) -> Iterator[str]:
    """The fenced code of each of the texts that a Markdown document was split in."""
    fences = 0
    for text in texts:
        parts = FENCE.split(text)
        yield "\n".join(part for at, part in enumerate(parts, fences) if at % 2)
        fences += len(parts) - 1


def letters_of(text: str) -> str:
    """The letters and digits of a text, nothing between them."""
    return "".join(words_of(text).tokens)


def same(gram: Gram) -> Gram:
    """As it is written."""
    return gram


def last_word_first(gram: Gram) -> Gram:
    """Of a text whose words are in the opposite order."""
    return gram[::-1]


def last_letter_first(gram: Gram) -> Gram:
    """Of a text that is mirrored as a whole."""
    return tuple(word[::-1] for word in gram[::-1])


def mirrored_words(gram: Gram) -> Gram:
    """Of a text whose words are mirrored each by itself."""
    return tuple(word[::-1] for word in gram)


def has_word(gram: Gram) -> bool:
    """Whether it is more than digits and letters of a formula, which many texts have."""
    return any(len(token) > 2 and token.isalpha() for token in gram)


READINGS: tuple[Reading, ...] = (same, last_word_first, last_letter_first, mirrored_words)


@dataclass(frozen=True, slots=True)
class Trap:
    """The runs of tokens that are of some texts alone.

    Attributes:
        kind: what the tokens are.
        cut: makes tokens of a text.
        size: tokens in a gram.
        run: tokens in a row that are a leak.
        readings: ways to read a text.
        counts: whether a gram says enough to be anybody's.
        grams: of the secret texts: the row of one that has it, or `PUBLIC`.
    """

    kind: Kind
    cut: Callable[[str], Cut]
    size: int
    run: int
    readings: tuple[Reading, ...] = (same,)
    counts: Callable[[Gram], bool] = bool
    grams: dict[Gram, Mark] = field(default_factory=dict)

    def learn(self, secret: Sequence[tuple[Row, str]]) -> None:
        """Adds the texts of one document, in order, each with its row."""
        cuts = [(row, self.cut(text).tokens) for row, text in secret]
        rows = [row for row, some in cuts for _ in some]
        tokens = [token for _, some in cuts for token in some]
        for gram, row in zip(grams_of(tokens, self.size), rows, strict=False):
            self.grams.setdefault(gram, row if self.counts(gram) else PUBLIC)

    def allow(self, text: str) -> None:
        """Makes public what `text` says."""
        for gram in grams_of(self.cut(text).tokens, self.size):
            if gram in self.grams:
                self.grams[gram] = PUBLIC

    def marks(self, tokens: Sequence[str], reading: Reading) -> list[Mark]:
        """What each gram of `tokens` is, read in one way."""
        return [self.grams.get(reading(gram)) for gram in grams_of(tokens, self.size)]

    def open_from(self, text: str) -> int:
        """The character of `text` from which on it may be the beginning of a leak."""
        cut = self.cut(text)
        unread = max(0, len(cut.tokens) - self.size + 1)  # what no gram holds yet
        first = max(unread, bisect_left(cut.starts, len(text) - UNREAD))
        for reading in self.readings:
            marks = self.marks(cut.tokens, reading)
            for at in range(len(marks) - 1, -1, -1):
                if marks[at] is None:
                    break
                first = first if marks[at] == PUBLIC else min(first, at)
        return cut.starts[first] if first < len(cut.starts) else len(text)


def grams_of(tokens: Sequence[str], size: int) -> list[Gram]:
    """Every `size` tokens in a row."""
    return list(zip(*(tokens[at:] for at in range(size)), strict=False))


def stretches(marks: Sequence[Mark]) -> Iterator[list[int]]:
    """Where the secret grams are, for each run of grams that the secret texts have."""
    for known, run in groupby(enumerate(marks), lambda pair: pair[1] is not None):
        if known and (places := [at for at, mark in run if mark != PUBLIC]):
            yield places


def share_of(marks: Sequence[Mark], width: int) -> float:
    """The largest part of `width` grams in a row that is secret; fewer count as if they were so."""
    told = [0, *accumulate(mark is not None and mark != PUBLIC for mark in marks)]
    later = told[width:] or told[-1:]
    return max(after - before for after, before in zip(later, told, strict=False)) / width


NUMBER = r"-?\d+(?:\.\d*)?"
DECIMAL = re.compile(r"(?<![\w.,])-?\d+[.,]\d{2,}(?!\w)")
SAID = r"(?P<name>[^\W\d_]\w?)\s*(?:=|←|:)\s*"
TUPLE = re.compile(
    rf"(?:(?<!\w){SAID})?[(\[]\s*(?P<value>{NUMBER}(?:(?:\s*[,;]\s*|\s+){NUMBER})+)\s*[)\]]"
)
SCALAR = re.compile(rf"(?<!\w){SAID}(?P<value>{NUMBER})(?![\w.])")


@dataclass(frozen=True, slots=True)
class Value:
    """Numbers that a text gives together.

    Attributes:
        at: the character where they begin.
        names: how they are known, and how many numbers each name tells.
    """

    at: int
    names: Mapping[str, int]


def values_of(text: str) -> Iterator[Value]:
    """Decimals of three significant digits, tuples, and what one or two letters are said to be.

    A decimal within the others counts once, as itself; a tuple without its name tells one less.
    """
    text = text.translate(MARKUP)
    for match in DECIMAL.finditer(text):
        if names := dict.fromkeys(roundings(match[0].replace(",", ".").lstrip("-")), 1):
            yield Value(match.start(), names)
    for match in (*TUPLE.finditer(text), *SCALAR.finditer(text)):
        numbers = re.findall(NUMBER, match["value"])
        plain = sum(not any(roundings(number.lstrip("-"))) for number in numbers)
        value = ",".join(f"{float(number):g}" for number in numbers)
        names = {value: plain - 1} if len(set(numbers)) > 1 else {}
        if match["name"]:
            names[f"{''.join(normal(match['name']))}={value}"] = plain
        if plain and names:
            yield Value(match.start(), names)


def roundings(number: str) -> Iterator[str]:
    """A decimal as it is and rounded, down to three significant digits and two decimals."""
    for places in range(len(number.partition(".")[2]), 1, -1):
        rounded = f"{float(number):.{places}f}"
        if len(rounded.replace(".", "").lstrip("0")) >= 3:
            yield rounded


DIGITS = "[A-Za-z0-9+/_-]"  # of base64, the common alphabet and the URL one
CHUNK = rf"{DIGITS}{{8,}}={{0,2}}"
CHUNKS = re.compile(rf"{CHUNK}(?:\s+{CHUNK})+|{DIGITS}{{16,}}={{0,2}}")
BYTES = re.compile(r"(?:[0-9a-fA-F]{2}[ :]?){12,}")
SPELT = re.compile(r"(?:(?<!\w)\w(?!\w)\W{1,3}){11,}\w(?!\w)")
# How a disguise that is not complete ends a text: base64, hexadecimal, spelling, a tuple.
BEGUN = re.compile(
    rf"(?:(?<!{DIGITS}){CHUNK}(?:\s+{CHUNK})*(?:\s+{DIGITS}*)?"
    r"|(?:[0-9a-fA-F]{2}[ :]?){5,}[0-9a-fA-F]?"
    r"|(?:(?<!\w)\w(?!\w)\W{1,3}){5,}\w?"
    r"|(?:\w{1,2}\s*[=←:]\s*)?[(\[][^()\[\]\n]{0,80})\Z"
)


def decoded(text: str) -> Iterator[str]:
    """What the pieces of `text` say that look like base64 or hexadecimal."""
    for match in CHUNKS.finditer(text):
        chunks = match[0].split()
        parts = [unbase64(chunk) for chunk in chunks]
        for data in (b"".join(parts), b" ".join(parts), unbase64("".join(chunks))):
            yield from readable(data)
    for match in BYTES.finditer(text):
        yield from readable(bytes.fromhex(re.sub(r"[ :]", "", match[0])))


def readable(data: bytes) -> Iterator[str]:
    """The text that `data` is, if it is one: what was no code decodes to noise."""
    text = data.decode("utf-8", "ignore")
    if text and sum(map(str.isprintable, text)) > READABLE * len(data):
        yield text


def unbase64(chunk: str) -> bytes:
    """What a piece of base64 says, padded or not."""
    digits = chunk.translate(str.maketrans("-_", "+/", "="))
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]  # one digit alone says nothing
    return base64.b64decode(digits + "=" * (-len(digits) % 4))
