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

MARKER = re.compile(r"[ \t]?\[(\d+(?:\s*,\s*\d+)*)\]")
CODE = re.compile(r"(```.*?(?:```|\Z)|\$\$.*?\$\$|\\\[.*?\\\])", re.S)
SENTENCE = re.compile(
    r"[^.!?…\n]+(?:\.(?=\S)[^.!?…\n]*)*[.!?…]*[ \t]*(?:\[[\d, ]+\][ \t]*)*\n*|\n+"
)
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
        part if CODE.fullmatch(part) else "".join(marked(part, words, cited))
        for part in CODE.split(text.strip())
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


def marked(prose: str, words: dict[int, set[str]], cited: dict[int, str]) -> Iterator[str]:
    """The sentences of `prose` with valid markers; the sentence behind each goes into `cited`."""
    for match in SENTENCE.finditer(prose):
        whole = match[0]
        said = MARKER.sub("", whole)
        named = [int(n) for group in MARKER.findall(whole) for n in group.split(",")]
        markers = [marker for marker in dict.fromkeys(named) if marker in words]
        content = set(tokens(said))
        if not markers and len(content) >= FEW_WORDS:
            support = {m: len(content & held) / len(content) for m, held in words.items()}
            best = max(support, key=support.__getitem__, default=0)
            markers = [best] if best and support[best] >= ENOUGH else []
        for marker in markers:
            cited.setdefault(marker, said)
        yield placed(said, markers)


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
