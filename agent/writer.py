"""The model at work on one inquiry: heard as it writes, guarded, cut where it has to be.

A server that fails, falls silent or ends a stream too early is told from a bug of ours, and what
happened is given a name of the catalogue (`agent.messages`); who answers goes on without the model.
"""

import math
from collections.abc import Generator, Iterator, Sequence
from json import JSONDecodeError
from typing import Any

import httpx2
import openai
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AnyMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.tools import BaseTool
from langchain_openai import ChatOpenAI

from agent.events import Event, TextDelta
from agent.inquiry import Inquiry, Means
from agent.loop import WRITTEN_CALL, Bounds, run
from agent.prompts import prompt
from agent.serving import qwen
from agent.vault import Guard
from agent.wellformed import circles, ended
from retrieval.passages import Passage

JUDGED_CHARACTERS = 1_200  # of the best passage, when the model is asked whether it answers
OPINION = "Does the passage answer it? Say yes or no."
# What a server that fails raises: the last one when a stream is empty, or not what it should be.
LOST = (openai.APIError, httpx2.HTTPError, ValueError)
EMPTY_STREAM = "No generations found"  # how LangChain's ValueError for an empty one begins


class Writer:
    """The model of an inquiry, as it writes.

    Attributes:
        model: None where there is none, and once it was waited for in vain.
        text: what it has written, as far as it may be shown.
        guard: looks at what it writes before it is shown.
    """

    def __init__(self, inquiry: Inquiry, means: Means) -> None:
        self.inquiry, self.means, self.model = inquiry, means, means.model
        self.begin()

    def begin(self) -> None:
        """Forgets what was written."""
        self.text, self.guard = "", Guard(self.means.vault)

    @property
    def silent(self) -> bool:
        """Whether nothing was written that says anything."""
        return not self.text.strip() or WRITTEN_CALL.match(self.text) is not None

    def answer(
        self,
        bounds: Bounds,
        tools: list[BaseTool],
        system: str,
        said: list[AnyMessage],
        longer: int,
    ) -> Generator[Event, None, str]:
        """Runs the loop and streams what comes of it, as far as it may be shown.

        Args:
            bounds: keep the loop within limits.
            tools: that the model may call.
            system: the system prompt.
            said: the conversation, which ends in what was found.
            longer: times the usual length.

        Returns:
            The name in the catalogue (`agent.messages`) of why it was cut off; or empty.
        """
        trouble = ""
        pieces = run(self.configured(longer, tools), tools, system, said, bounds)
        try:
            yield from self.streamed(pieces)
        except LOST as error:
            trouble = kind_of(error)
        finally:
            pieces.close()
        rest = self.guard.close()
        self.text += rest
        if rest and not self.guard.leak and not self.silent:
            yield TextDelta(rest)
        return trouble

    def sentences(self, messages: list[BaseMessage]) -> Iterator[str]:
        """What it writes of itself, guarded, each time that a sentence of it has ended."""
        said = ""
        try:
            for _ in self.streamed(piece.text for piece in self.configured(1, []).stream(messages)):
                if len(now := ended(self.text)) > len(said):
                    said = now
                    yield said
            rest = self.guard.close()
            if not self.guard.leak and len(now := ended(self.text + rest)) > len(said):
                yield now
        except LOST as error:
            self.not_heard(error)

    def streamed(self, pieces: Iterator[str | ToolMessage]) -> Iterator[Event]:
        """Passes on and gathers what is written, until it leaks or goes in circles."""
        steps = self.inquiry.evidence.steps
        emitted = len(steps)
        for piece in pieces:
            if isinstance(piece, ToolMessage):
                self.begin()  # what was said before a tool was used is not the answer
                yield from steps[emitted:]
                emitted = len(steps)
                continue
            may_show = self.guard.feed(piece)
            if self.guard.leak:
                return
            self.text += may_show
            again = circles(self.text)
            if again is not None:
                self.text, self.guard = self.text[:again], Guard(self.means.vault)
                return
            if may_show:
                yield TextDelta(may_show)

    def opinion(self, best: Passage) -> float | None:
        """Log odds that the model finds the answer in the best passage; None if untold."""
        model = self.model
        if not isinstance(model, ChatOpenAI):
            return None
        passage = f"{best.context}\n{best.text[:JUDGED_CHARACTERS]}"
        asked = f"{passage}\n\nPregunta: {self.inquiry.query}\n{OPINION}"
        messages = [SystemMessage(prompt("answerable")), HumanMessage(asked)]
        one_token = model.bind(max_tokens=1, logprobs=True, top_logprobs=12)
        try:
            said = one_token.invoke(messages)
            tokens = said.response_metadata["logprobs"]["content"][0]["top_logprobs"]
            top = {one["token"]: one["logprob"] for one in tokens}
        except LOST as error:
            self.not_heard(error)
            return None
        except (KeyError, IndexError, TypeError):
            return None  # this server tells no probabilities
        return log_odds(top)

    def not_heard(self, error: Exception) -> None:
        """After a failure of the model's server, which fails again when it is to write.

        A model that was silent for as long as may be is not waited for again in this question.
        """
        if (kind := kind_of(error)) == "model_slow":
            self.inquiry.trouble = kind
            self.model = None

    def configured(self, longer: int, tools: Sequence[BaseTool]) -> BaseChatModel:
        """The model as it is to write: at how many times the usual length; no calls of no tool."""
        model = self.model
        assert model is not None
        if not isinstance(model, ChatOpenAI):
            return model
        changed: dict[str, Any] = {}
        if longer > 1:
            changed["max_tokens"] = self.means.settings.answer_tokens * longer
        if self.means.embedded and not tools:
            changed["extra_body"] = {"bad_words": list(qwen.TOOL_MARKS)}
        return model.model_copy(update=changed)


def log_odds(logprobs: dict[str, float]) -> float | None:
    """Of yes against no among a token's likeliest; None if neither is there."""
    sums = {"yes": 0.0, "no": 0.0}
    for token, logprob in logprobs.items():
        word = token.strip().lower()
        if word in ("yes", "sí", "si", "s"):
            sums["yes"] += math.exp(logprob)
        elif word == "no":
            sums["no"] += math.exp(logprob)
    if not any(sums.values()):
        return None
    return math.log(max(sums["yes"], 1e-4) / max(sums["no"], 1e-4))


def kind_of(error: Exception) -> str:
    """The name in the catalogue for a failure of the model's server; else raises the error."""
    if isinstance(error, ValueError) and not isinstance(error, JSONDecodeError):
        if not str(error).startswith(EMPTY_STREAM):
            raise error
        return "model_silent"
    if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
        return "model_slow"
    if isinstance(error, openai.APIStatusError):
        return "model_refused"
    return "model_lost"
