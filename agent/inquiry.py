"""A question on its way to an answer, and what it is answered with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool

from agent.conversations import Turn
from agent.events import Mode, Seconds
from agent.evidence import Evidence
from agent.follow_up import standalone
from agent.messages import Language
from agent.serving import qwen
from agent.vault import Vault
from corpus.settings import Settings
from retrieval.retriever import MAX_QUESTION, Retriever


@dataclass
class Inquiry:
    """A question with what surrounds it, and what has come of it so far.

    Attributes:
        question: as it was asked.
        language: to answer in.
        history: the answered turns before it, oldest first.
        mode: in which it was asked.
        start: when, on the monotonic clock.
        hinting: whether a hint is on its way in place of an answer.
    """

    question: str
    language: Language
    history: Sequence[Turn]
    mode: Mode
    start: float
    evidence: Evidence = field(default_factory=Evidence)
    first_token: float | None = None
    probability: float | None = None
    trouble: str = ""
    hinting: bool = False

    @property
    def query(self) -> str:
        """What to search for."""
        return standalone(self.question, self.history)[:MAX_QUESTION]

    def begun(self) -> None:
        """Notes when the student sees the first text."""
        if self.first_token is None:
            self.first_token = monotonic() - self.start

    def seconds(self) -> Seconds:
        """Time spent so far."""
        total = monotonic() - self.start
        searching = sum(step.seconds for step in self.evidence.steps)
        first = self.first_token if self.first_token is not None else total
        return Seconds(round(searching, 3), round(first, 3), round(total, 3))


@dataclass(frozen=True, slots=True)
class Means:
    """What an assistant answers with: where it searches, who writes, within which limits.

    Attributes:
        retriever: searches the course.
        model: writes; None answers with extracts.
        model_name: of the model.
        vault: what may not be told.
        settings: limits.
        tools: functions or tools of the caller's own, beside the course's.
        notice: why there is no model; or empty.
    """

    retriever: Retriever
    model: BaseChatModel | None
    model_name: str | None
    vault: Vault
    settings: Settings
    tools: Sequence[BaseTool] = ()
    notice: str = ""

    @property
    def embedded(self) -> bool:
        """Whether the embedded model writes, whose weaknesses are known."""
        return self.model_name == qwen.NAME
