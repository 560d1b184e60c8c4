"""Citations, checked by code: the model writes, this module decides what stands behind it.

Every sentence is held against the passages that were shown (`agent.grounding`). A marker stays if
its passage may support the sentence; one that does not gives way to the passage that does best, if
that is enough: more is asked of a marker that code puts than of one that the model gave. A
sentence that no passage comes near to is told apart, so that a reader knows what nobody vouches
for. Of a model that gets things wrong in words of its own, a marker stays only where
the sentence keeps to its passage's wording. An answer of which nothing is vouched for still names
the nearest passage, so that a reader has where to look, unless it is to be quoted anyway.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.events import Citation
from agent.grounding import KEPT, SUPPORTED, WORDED, support, wording_kept
from agent.messages import Language
from agent.sentences import BLOCK, INLINE, MARKER, SENTENCE
from retrieval.embedding import Embedder
from retrieval.lexical import tokens
from retrieval.passages import Passage

STAND_IN = 0xE000  # private characters stand in for inline code and formulas
FEW_WORDS = 3  # shorter sentences say too little to be cited
MOST_MARKERS = 2  # of one sentence
QUOTE_CHARACTERS = 240


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer whose markers hold.

    Attributes:
        text: with the markers that are left or were put.
        citations: in the order of their markers.
        unsupported: sentences that state something to which no passage comes near.
    """

    text: str
    citations: tuple[Citation, ...]
    unsupported: tuple[str, ...] = ()


def checked(
    text: str,
    shown: dict[int, Passage],
    embedder: Embedder,
    worded_in: Language | None = None,
) -> Checked:
    """`text`, as the model wrote it, with the markers that its evidence bears out.

    Args:
        text: what the model wrote.
        shown: the passages it was shown, by marker.
        embedder: tells what is near in meaning.
        worded_in: the language of `text`, if it must keep to the wording of passages in it to be
            vouched for; what a passage in another language says cannot be told so. With such a
            passage there may be no marker at all: the caller quotes it.
    """
    parts = [
        [Sentence(part, ())] if at % 2 else list(sentences_of(part, set(shown)))
        for at, part in enumerate(BLOCK.split(text.strip()))
    ]
    stating = [one for part in parts[::2] for one in part if one.states or one.markers]
    if not shown or not text.strip():
        return Checked("".join(one.text for part in parts for one in part).strip(), ())
    told = support([one.text for one in stating], list(shown.values()), embedder)
    vouching = told * worded(stating, shown, worded_in) if worded_in else told
    found = borne_out(stating, list(shown), vouching)
    answer = "".join(placed(one.text, found.get(one, [])) for part in parts for one in part).strip()
    cited: dict[int, str] = {}
    for one, markers in found.items():
        for marker in markers:
            cited.setdefault(marker, one.text)
    if not cited and worded_in not in {one.language for one in shown.values()}:
        marker = nearest(answer, shown, embedder)
        code = answer.endswith("```")
        answer = f"{answer}\n\n[{marker}]" if code else placed(answer, [marker]).strip()
        cited[marker] = answer
    return Checked(
        answer,
        tuple(
            Citation(marker, shown[marker], quote(sentence, shown[marker].text))
            for marker, sentence in sorted(cited.items())
        ),
        tuple(
            one.text.strip()
            for one, row in zip(stating, told, strict=True)
            if one.states and row.max() < KEPT
        ),
    )


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence without its markers, and those of shown passages that the model gave it."""

    text: str
    markers: tuple[int, ...]

    @property
    def states(self) -> bool:
        """Whether it says enough to need a passage behind it."""
        return len(set(tokens(self.text))) >= FEW_WORDS


def borne_out(
    stating: list[Sentence], markers: list[int], told: NDArray[np.float64]
) -> dict[Sentence, list[int]]:
    """The markers that each sentence keeps or gets; none if nothing supports it.

    Args:
        stating: the sentences.
        markers: of the passages.
        told: probability that each passage supports each sentence, shape (sentences, passages).
    """
    found: dict[Sentence, list[int]] = {}
    for one, row in zip(stating, told, strict=True):
        strength = dict(zip(markers, row.tolist(), strict=True))
        kept = [marker for marker in one.markers if strength[marker] >= KEPT]
        best = max(strength, key=strength.__getitem__)
        if not kept and strength[best] >= SUPPORTED:
            kept = [best]
        found[one] = sorted(sorted(kept, key=lambda m: -strength[m])[:MOST_MARKERS])
    return found


def worded(
    stating: list[Sentence], shown: dict[int, Passage], language: Language
) -> NDArray[np.bool_]:
    """Whether each sentence keeps to each passage's wording, shape (sentences, passages).

    A passage in another language has no wording to keep to, and is let through.
    """
    passages = list(shown.values())
    kept = wording_kept([one.text for one in stating], passages) >= WORDED
    elsewhere = np.array([one.language != language for one in passages])
    may: NDArray[np.bool_] = kept | elsewhere
    return may


def sentences_of(prose: str, shown: set[int]) -> Iterator[Sentence]:
    """The sentences of `prose`; inline code and formulas are left exactly as they are."""
    kept: list[str] = []

    def put_away(match: re.Match[str]) -> str:
        kept.append(match[0])
        return chr(STAND_IN + len(kept) - 1)

    for match in SENTENCE.finditer(INLINE.sub(put_away, clean_stand_ins(prose))):
        said, markers = without_markers(match[0], shown)
        for at, original in enumerate(kept):
            said = said.replace(chr(STAND_IN + at), original)
        yield Sentence(said, tuple(markers))


def before_markers(text: str) -> Iterator[tuple[str, list[int]]]:
    """Each sentence of a checked answer that has markers, without them, and its markers."""
    for part in BLOCK.split(text)[::2]:
        for match in SENTENCE.finditer(part):
            numbers = [
                int(n) for one in MARKER.finditer(match[0]) for n in one["numbers"].split(",")
            ]
            if numbers:
                yield MARKER.sub("", match[0]).strip(), numbers


def clean_stand_ins(prose: str) -> str:
    """`prose` without private characters of its own."""
    return re.sub("[\ue000-\uf8ff]", "", prose)


def without_markers(sentence: str, shown: set[int]) -> tuple[str, list[int]]:
    """`sentence` without its markers, and those of `shown` passages, in order.

    ``[7]`` after a space is a marker even if nothing has it; ``[0, 1]`` is an interval unless
    both were shown.
    """
    found: dict[int, None] = {}

    def take(match: re.Match[str]) -> str:
        numbers = [int(number) for number in match["numbers"].split(",")]
        if set(numbers) <= shown:
            found.update(dict.fromkeys(numbers))
            return ""
        alone = len(numbers) == 1 and numbers[0] > 0 and match["before"]
        return "" if alone else match[0]

    return MARKER.sub(take, sentence), list(found)


def placed(sentence: str, markers: list[int]) -> str:
    """`sentence` with `markers` before its final stop; of a table's row, in its last cell."""
    if not markers:
        return sentence
    body = sentence.rstrip()
    marks = "".join(f"[{marker}]" for marker in markers)
    if body.endswith("|"):
        return f"{body.removesuffix('|').rstrip()} {marks} |{sentence[len(body) :]}"
    stop = body[-1:] if body.endswith(tuple(".!?…:")) else ""
    return f"{body.removesuffix(stop)} {marks}{stop}{sentence[len(body) :]}"


def nearest(text: str, shown: dict[int, Passage], embedder: Embedder) -> int:
    """The marker of the passage that comes closest to supporting `text`."""
    row = support([text], list(shown.values()), embedder)[0]
    return list(shown)[int(row.argmax())]


def quote(sentence: str, text: str) -> str:
    """The line or sentence of `text` that shares most words with `sentence`: an exact span."""
    wanted = set(tokens(sentence))
    spans = [match[0].strip() for match in SENTENCE.finditer(text) if match[0].strip()]
    best = max(spans, key=lambda span: len(wanted & set(tokens(span))), default=text)
    return best[:QUOTE_CHARACTERS]
