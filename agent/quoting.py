"""What the course says word for word, as it stands in an answer.

A quotation is an exact span of a passage: all of a short one; of others the stretch that tells most
about the question, with its blocks of code and its formulas whole. Labels of a slide's drawings are
left out where it is shown.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent.citations import QUOTE_CHARACTERS
from agent.events import Citation
from agent.grounding import numbers_of, telling
from agent.wellformed import mended
from corpus.document import PRINTED
from retrieval.embedding import Embedder
from retrieval.filters import is_program
from retrieval.passages import Passage

EXTRACT_CHARACTERS = 600
WHOLE = 500  # characters of a passage that is quoted as a whole
WHOLE_SLIDE = 800  # of a slide or page, whose lines say little one by one
LABELS = re.compile(r"(?m)(?:^\S.{0,3}\n){3,}")  # what stands in a drawing, each in its line
TRANSLATED = 6  # sentences or lines of a passage in another language


@dataclass(frozen=True, slots=True)
class Quotation:
    """What the course says, in Markdown, with where it says so."""

    text: str
    citations: tuple[Citation, ...]


NOTHING = Quotation("", ())


def quotation(question: str, passages: Mapping[int, Passage], embedder: Embedder) -> Quotation:
    """What `passages`, by marker, say of a question."""
    said, citations = [], []
    for marker, passage in passages.items():
        slide = passage.location.kind in ("slide", "page")
        short = len(passage.text) <= (WHOLE_SLIDE if slide else WHOLE)
        span = passage.text if short else telling(question, passage.text, embedder)
        shown = without_labels(span) if slide else span
        said.append(with_marker(quoted(passage, shown), marker))
        citations.append(Citation(marker, passage, span[:QUOTE_CHARACTERS]))
    return Quotation("\n\n".join(said), tuple(citations))


def keeps_numbers(said: str, span: str) -> bool:
    """Whether a translation of a span of a passage has no number of its own."""
    numbers = numbers_of(re.sub(r"[^\W\d]+", " ", said))  # in digits: “one” translates “un”, too
    return not numbers - numbers_of(span)


def translated(said: str, marker: int, passage: Passage, span: str) -> Quotation:
    """A model's translation of a span of a passage, as a quotation."""
    citation = Citation(marker, passage, span[:QUOTE_CHARACTERS])
    return Quotation(with_marker(in_quotes(said), marker), (citation,))


def shortened(passage: Passage) -> str:
    """A passage's text as a Markdown quotation, cut at a line if it is long."""
    text = passage.text
    if len(text) > EXTRACT_CHARACTERS:
        text = text[:EXTRACT_CHARACTERS].rsplit("\n", 1)[0] + "\n…"
    return quoted(passage, text)


def quoted(passage: Passage, text: str) -> str:
    """Some text of a passage as a Markdown quotation, or as code."""
    return f"```\n{text.replace('```', '')}\n```" if is_code(passage) else in_quotes(text)


def in_quotes(text: str) -> str:
    """Some text as a Markdown quotation."""
    return "\n".join(f"> {line}" for line in mended(text).split("\n"))


def without_labels(text: str) -> str:
    """A slide's text with an ellipsis for the labels of its drawings, which say nothing here."""
    return LABELS.sub("…\n", f"{text}\n").removesuffix("\n")


def with_marker(said: str, marker: int) -> str:
    """A quotation with its marker, which is no part of code or of a formula."""
    apart = "\n\n" if said.endswith(("```", "$$", r"\]")) else " "
    return f"{said}{apart}[{marker}]"


def is_code(passage: Passage) -> bool:
    """Whether a passage is a cell of code, or from a file of code."""
    if passage.location.kind == "cell":
        return is_python(passage.text)
    return is_program(passage.document)


def is_python(text: str) -> bool:
    """Whether a cell's text is code, as Python reads it; not its magics, nor what it printed."""
    source = re.sub(r"\\[^\n]", "__", text.partition(PRINTED)[0])  # “\l” would warn
    lines = [line for line in source.split("\n") if not line.lstrip().startswith(("%", "!"))]
    try:
        return bool(ast.parse("\n".join(lines)).body)
    except (SyntaxError, ValueError, RecursionError):
        return False
