"""Citations, checked by code: the model writes, this module decides what stands behind it.

A marker that names no shown passage is removed. A sentence without one gets the marker of the
passage that holds most of its content words, if that is enough of them. An answer that still
cites nothing cites the passage nearest to it in meaning, so that a reader has where to look.
"""

import re
from collections.abc import Iterator

from agent.events import Citation
from retrieval.embedding import Embedder
from retrieval.lexical import tokens
from retrieval.passages import Passage

MARKER = re.compile(r"(?P<before>[ \t]?)\[(?P<numbers>\d+(?:\s*,\s*\d+)*)\]")
PLACED = re.compile(r" (?:\[\d+\])+")  # as `placed` writes them
BLOCK = re.compile(r"(```.*?(?:```|\Z)|\$\$.*?\$\$|\\\[.*?\\\])", re.S)
INLINE = re.compile(r"`[^`\n]+`|\$[^$\n]+\$|\\\(.*?\\\)")
SENTENCE = re.compile(
    r"[.!?…]*[^.!?…\n]+(?:\.(?=\S)[^.!?…\n]*)*[.!?…]*[ \t]*(?:\[[\d, ]+\][ \t]*)*\n*|[.!?…]+|\n+"
)
STAND_IN = 0xE000  # private characters stand in for inline code and formulas
ENOUGH = 0.6  # share of a sentence's content words that a passage must hold to support it
FEW_WORDS = 3  # shorter sentences say too little to be cited
QUOTE_CHARACTERS = 240


def checked(
    text: str, shown: dict[int, Passage], embedder: Embedder
) -> tuple[str, tuple[Citation, ...]]:
    """The answer with only valid markers, at least one if anything was shown, and its citations.

    Args:
        text: what the model wrote.
        shown: the passages it was shown, by marker.
        embedder: decides the last resort, the passage nearest in meaning.
    """
    words = {marker: set(tokens(passage.searchable)) for marker, passage in shown.items()}
    cited: dict[int, str] = {}
    parts = [
        part if at % 2 else marked_prose(part, words, cited)
        for at, part in enumerate(BLOCK.split(text.strip()))
    ]
    answer = "".join(parts).strip()
    if answer and shown and not cited:
        marker = nearest(answer, shown, embedder)
        answer += f"\n\n[{marker}]" if answer.endswith("```") else f" [{marker}]"
        cited[marker] = answer
    return answer, tuple(
        Citation(marker, shown[marker], quote(sentence, shown[marker].text))
        for marker, sentence in sorted(cited.items())
    )


def marked_prose(prose: str, words: dict[int, set[str]], cited: dict[int, str]) -> str:
    """`prose` with valid markers; inline code and formulas are left exactly as they are."""
    kept: list[str] = []

    def put_away(match: re.Match[str]) -> str:
        kept.append(match[0])
        return chr(STAND_IN + len(kept) - 1)

    text = "".join(marked(INLINE.sub(put_away, clean_stand_ins(prose)), words, cited))
    for at, original in enumerate(kept):
        text = text.replace(chr(STAND_IN + at), original)
    return text


def clean_stand_ins(prose: str) -> str:
    """`prose` without private characters of its own."""
    return re.sub("[\ue000-\uf8ff]", "", prose)


def marked(prose: str, words: dict[int, set[str]], cited: dict[int, str]) -> Iterator[str]:
    """The sentences of `prose` with valid markers; the sentence behind each goes into `cited`."""
    for match in SENTENCE.finditer(prose):
        said, markers = without_markers(match[0], set(words))
        content = set(tokens(said))
        if not markers and len(content) >= FEW_WORDS:
            support = {m: len(content & held) / len(content) for m, held in words.items()}
            best = max(support, key=support.__getitem__, default=0)
            markers = [best] if best and support[best] >= ENOUGH else []
        for marker in markers:
            cited.setdefault(marker, said)
        yield placed(said, markers)


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
    """`sentence` with `markers` before its final stop."""
    if not markers:
        return sentence
    body = sentence.rstrip()
    stop = body[-1] if body[-1:] in ".!?…:" else ""
    marks = "".join(f"[{marker}]" for marker in markers)
    return f"{body.removesuffix(stop)} {marks}{stop}{sentence[len(body) :]}"


def nearest(text: str, shown: dict[int, Passage], embedder: Embedder) -> int:
    """The marker of the passage nearest to `text`, in meaning and in words alike."""
    vector = embedder.embed_queries([text])[0]
    rows = embedder.embed_passages([passage.searchable for passage in shown.values()])
    said = set(tokens(text))
    held = [len(said & set(tokens(p.searchable))) / max(1, len(said)) for p in shown.values()]
    return list(shown)[int((rows @ vector + held).argmax())]


def quote(sentence: str, text: str) -> str:
    """The line or sentence of `text` that shares most words with `sentence`: an exact span."""
    wanted = set(tokens(sentence))
    spans = [match[0].strip() for match in SENTENCE.finditer(text) if match[0].strip()]
    best = max(spans, key=lambda span: len(wanted & set(tokens(span))), default=text)
    return best[:QUOTE_CHARACTERS]
