"""What happens while the assistant answers, as typed events; a page only translates them."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from agent.messages import Language
from corpus.document import Location
from retrieval.passages import Passage

Status = Literal["answered", "not_in_materials", "off_topic", "hinted"]
Mode = Literal["explain", "guide"]


@dataclass(frozen=True, slots=True)
class SearchStep:
    """A tool was used.

    Attributes:
        tool: its name.
        arguments: what it was called with.
        seconds: how long it took.
        found: (marker, passage) of each passage that it showed to the model.
    """

    tool: str
    arguments: dict[str, Any]
    seconds: float
    found: tuple[tuple[int, Passage], ...]

    def to_dict(self) -> dict[str, Any]:
        """The step as the JSON contract has it."""
        return {"tool": self.tool, "arguments": self.arguments, "seconds": self.seconds}


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next stretch of the answer's text, as the model writes it, markers unchecked."""

    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A marker of the answer and the passage behind it.

    Attributes:
        marker: n of ``[n]`` in the text.
        passage: what is cited.
        quote: the span of the passage that bears most on the answer.
    """

    marker: int
    passage: Passage
    quote: str

    @property
    def label(self) -> str:
        """“Clase 5, lámina 12”."""
        return self.passage.label

    @property
    def location(self) -> Location:
        """Where the passage stands in its document."""
        return self.passage.location

    def to_dict(self) -> dict[str, Any]:
        """The citation as the JSON contract has it, with its label besides."""
        return {
            "marker": self.marker,
            "passage_id": self.passage.id,
            "document": self.passage.document,
            "location": self.passage.location.to_dict(),
            "label": self.label,
            "quote": self.quote,
        }


@dataclass(frozen=True, slots=True)
class Seconds:
    """Wall time of one answer: searching, until the first text, in all."""

    retrieval: float
    first_token: float
    total: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; the last event of every question.

    Attributes:
        question: as it was asked.
        text: Markdown with checked markers ``[n]``.
        status: whether the materials answer it.
        language: of the question, so of the answer.
        citations: in the order of their markers.
        steps: the tools used, in order.
        seconds: how long it took.
        model: who wrote it; None for an extract made without a model.
        notice: something a person should know, such as why there was no model; or empty.
        evidence: probability that the materials answer the question, in [0, 1]; None if it was
            not judged.
        about: labels of the places that it cites, or else of the nearest one.
        mode: “explain” or “guide”.
        trouble: what kept the model from ending, “model_lost”, “model_slow”, “model_refused” or
            “model_silent”; or empty.
    """

    question: str
    text: str
    status: Status
    language: Language
    citations: tuple[Citation, ...]
    steps: tuple[SearchStep, ...]
    seconds: Seconds
    model: str | None
    notice: str = ""
    evidence: float | None = None
    about: tuple[str, ...] = ()
    mode: Mode = "explain"
    trouble: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The answer as the JSON contract has it, with its notice besides."""
        return {
            "question": self.question,
            "answer": self.text,
            "status": self.status,
            "language": self.language,
            "citations": [citation.to_dict() for citation in self.citations],
            "steps": [step.to_dict() for step in self.steps],
            "seconds": asdict(self.seconds),
            "model": self.model,
            "notice": self.notice,
            "evidence": self.evidence,
            "mode": self.mode,
        }


Event = SearchStep | TextDelta | Answer
