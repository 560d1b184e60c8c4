"""The assistant: a question in, events out, an answer with checked citations at the end.

The order is always the same: the question is stored, the course is searched, the evidence is
judged, the model writes, the code checks what it wrote. Without a model, the best passages are
the answer and are labelled as an extract.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from json import JSONDecodeError
from time import monotonic
from types import TracebackType

import httpx2
import openai
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agent.citations import MARKER, checked, quote
from agent.conversations import Conversations, Turn
from agent.events import Answer, Citation, Event, Seconds, Status, TextDelta
from agent.loop import WRITTEN_CALL, Bounds, run, tool_call
from agent.messages import Language, language_of, say
from agent.prompts import system_prompt
from agent.serving import ModelServer, ServerAddress
from agent.tools import Evidence, course_tools
from corpus.errors import ModelUnavailable
from corpus.settings import Settings
from retrieval.lexical import tokens
from retrieval.packaged import Progress, silent
from retrieval.passages import Passage
from retrieval.retriever import Retriever, checked_question

HISTORY_TURNS = 2  # a small model loses the thread with more
FOLLOW_UP_WORDS = 3  # a question with fewer content words is searched with the one before it
EXTRACT_PASSAGES = 3
EXTRACT_CHARACTERS = 600
# What a server that fails raises; the last two when a stream is cut or is not what it should be.
LOST = (openai.APIError, httpx2.HTTPError, JSONDecodeError)


@dataclass
class Turned:
    """One question on its way to an answer."""

    question: str
    language: Language
    history: list[Turn]
    start: float
    evidence: Evidence = field(default_factory=Evidence)
    text: str = ""
    first_token: float | None = None

    @property
    def query(self) -> str:
        """What to search for: the question, with the one before it if it says too little alone."""
        if self.history and len(tokens(self.question)) < FOLLOW_UP_WORDS:
            return f"{self.history[-1].question} {self.question}"
        return self.question

    def seconds(self) -> Seconds:
        """Time spent so far."""
        total = monotonic() - self.start
        searching = sum(step.seconds for step in self.evidence.steps)
        first = self.first_token if self.first_token is not None else total
        return Seconds(round(searching, 3), round(first, 3), round(total, 3))


class Assistant:
    """Answers questions about a course from its materials.

    Args:
        retriever: searches the course.
        settings: limits, and which model where.
        model: any LangChain chat model, in place of vLLM's.
        share: let other commands use the server while this assistant runs.
        use_model: False answers with extracts only.
        progress: told what the start of the model is doing.

    Use it in a ``with`` block: the model's server is found or started on entering, and stopped on
    leaving if it was started here. If it cannot be had, `notice` says why and answers are
    extracts.
    """

    def __init__(
        self,
        retriever: Retriever,
        settings: Settings | None = None,
        *,
        model: BaseChatModel | None = None,
        share: bool = False,
        use_model: bool = True,
        progress: Progress = silent,
    ) -> None:
        self.retriever = retriever
        self.settings = settings or Settings.load()
        self.model = model
        self.notice = ""
        self.conversations = Conversations(self.settings.conversations)
        self._wanted = use_model and model is None
        self._server = ModelServer(self.settings, share=share, progress=progress)

    def __enter__(self) -> "Assistant":
        _ = self.retriever.embedder.dimension  # loads it now, not under the first question
        if self._wanted:
            try:
                address = self._server.open()
                self.model = chat_model(address, self.settings)
                self.warm_up()
            except ModelUnavailable as error:
                self.notice = str(error)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()

    @property
    def model_name(self) -> str | None:
        """The model's name; None without one."""
        if self.model is None:
            return None
        return str(getattr(self.model, "model_name", type(self.model).__name__))

    def warm_up(self) -> None:
        """Has the server compute the part of the prompt that never changes, once."""
        assert self.model is not None
        tools = course_tools(self.retriever, Evidence(), 1)
        try:
            self.model.bind_tools(tools).bind(max_tokens=1).invoke(
                [SystemMessage(system_prompt()), HumanMessage("hola")]
            )
        except LOST as error:
            self.model = None
            raise ModelUnavailable(f"El modelo no responde: {error}.") from error

    def ask(self, question: str, conversation: str | None = None) -> Answer:
        """The whole answer; see `stream`."""
        answer = None
        for event in self.stream(question, conversation):
            answer = event
        assert isinstance(answer, Answer)
        return answer

    def stream(self, question: str, conversation: str | None = None) -> Iterator[Event]:
        """Answers `question`; the last event is the `Answer`.

        Args:
            question: in Spanish or English.
            conversation: id of the conversation it belongs to; None keeps nothing.

        Raises:
            InputError: if the question is empty or too long.
        """
        start = monotonic()
        question = checked_question(question)
        history, stored = [], None
        if conversation:
            history = self.conversations.turns(conversation, HISTORY_TURNS)
            stored = self.conversations.ask(conversation, question)
        turn = Turned(question, language_of(question), history, start)
        answer = None
        for event in self.events(turn):
            answer = event if isinstance(event, Answer) else answer
            if isinstance(answer, Answer) and stored is not None:
                self.conversations.answered(stored, answer.text)
            yield event

    def events(self, turn: Turned) -> Iterator[Event]:
        """Search, judge the evidence, write, check."""
        tools = course_tools(self.retriever, turn.evidence, self.settings.passages_shown)
        first = tool_call("search_course", {"query": turn.query})
        result = tools[0].invoke(first)
        yield turn.evidence.steps[0]
        if turn.evidence.best_score < self.settings.floor:
            yield self.not_in_materials(turn)
            return
        if self.model is None:
            yield self.extract(turn, self.notice)
            return
        messages: list[AnyMessage] = []
        for past in turn.history:
            messages += [HumanMessage(past.question), AIMessage(MARKER.sub("", past.answer or ""))]
        messages += [HumanMessage(turn.question), AIMessage("", tool_calls=[first]), result]
        reminder = say("answer_briefly", turn.language, question=turn.question)
        bounds = Bounds(reminder, self.settings.tool_calls)
        trouble = ""
        try:
            yield from self.written(turn, run(self.model, tools, messages, bounds))
        except LOST as error:
            slow = isinstance(error, openai.APITimeoutError | httpx2.TimeoutException)
            trouble = say("model_slow" if slow else "model_lost", turn.language)
        if not turn.text.strip() or WRITTEN_CALL.match(turn.text):
            yield self.extract(turn, trouble or say("model_silent", turn.language))
            return
        text, citations = checked(turn.text, turn.evidence.passages, self.retriever.embedder)
        notice = say("cut_off", turn.language, reason=trouble) if trouble else ""
        yield self.answer(turn, text, "answered", citations, self.model_name, notice)

    def written(self, turn: Turned, pieces: Iterator[str | ToolMessage]) -> Iterator[Event]:
        """Passes on what the loop yields, and gathers the text in `turn`."""
        emitted = len(turn.evidence.steps)
        for piece in pieces:
            if isinstance(piece, ToolMessage):
                yield from turn.evidence.steps[emitted:]
                emitted = len(turn.evidence.steps)
                continue
            if turn.first_token is None:
                turn.first_token = monotonic() - turn.start
            turn.text += piece
            yield TextDelta(piece)

    def not_in_materials(self, turn: Turned) -> Answer:
        """The course does not say: names the nearest place and cites nothing."""
        nearest = turn.evidence.passages[1]
        text = say("not_in_materials", turn.language, nearest=f"{nearest.label} ({nearest.title})")
        return self.answer(turn, text, "not_in_materials", (), None)

    def extract(self, turn: Turned, notice: str) -> Answer:
        """The best passages as they are, cited, labelled as an extract."""
        best = list(turn.evidence.passages.items())[:EXTRACT_PASSAGES]
        citations = tuple(Citation(m, p, quote(turn.question, p.text)) for m, p in best)
        blocks = [
            f"**{passage.label}** [{marker}]\n\n{shortened(passage)}" for marker, passage in best
        ]
        text = "\n\n".join([say("extract", turn.language), *blocks])
        return self.answer(turn, text, "answered", citations, None, notice)

    def answer(
        self,
        turn: Turned,
        text: str,
        status: Status,
        citations: tuple[Citation, ...],
        model: str | None,
        notice: str = "",
    ) -> Answer:
        """The answer to `turn`."""
        return Answer(
            question=turn.question,
            text=text,
            status=status,
            language=turn.language,
            citations=citations,
            steps=tuple(turn.evidence.steps),
            seconds=turn.seconds(),
            model=model,
            notice=notice,
        )


def shortened(passage: Passage) -> str:
    """A passage's text as a Markdown quotation, cut at a line if it is long."""
    text = passage.text
    if len(text) > EXTRACT_CHARACTERS:
        text = text[:EXTRACT_CHARACTERS].rsplit("\n", 1)[0] + "\n…"
    if passage.location.kind == "cell":
        return f"```\n{text.replace('```', '')}\n```"
    return "\n".join(f"> {line}" for line in text.split("\n"))


def chat_model(address: ServerAddress, settings: Settings) -> BaseChatModel:
    """The client of the model's server: deterministic, bounded in length and time."""
    timeout = openai.Timeout(settings.llm_read_seconds, connect=5.0)
    return ChatOpenAI(
        model=address.model,
        base_url=address.url,
        api_key=SecretStr(address.key),
        temperature=0,
        seed=0,
        max_completion_tokens=settings.answer_tokens,
        timeout=timeout,
        max_retries=0,
        use_responses_api=False,
        streaming=True,
    )
