"""The assistant: a question in, events out, an answer with checked citations at the end.

The order is always the same: the question is stored, the course is searched, the evidence is
judged, the model writes, the code checks what it wrote. Without a model, the best passages are
the answer and are labelled as an extract.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
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

from agent.citations import PLACED, checked, quote
from agent.conversations import Conversations, Turn
from agent.events import Answer, Citation, Event, Seconds, Status, TextDelta
from agent.loop import WRITTEN_CALL, Bounds, run, tool_call
from agent.messages import Language, language_of, say
from agent.prompts import system_prompt
from agent.serving import ModelServer, ServerAddress
from agent.tools import WHEN, Evidence, course_tools
from corpus.errors import ModelUnavailable
from corpus.progress import Progress, silent
from corpus.settings import Settings
from retrieval.lexical import tokens
from retrieval.passages import Passage
from retrieval.retriever import Retriever, checked_question

HISTORY_CHARACTERS = 800  # of each past question and answer, so that the prompt fits
HISTORY_TURNS = 2  # a small model loses the thread with more
FOLLOW_UP_WORDS = 3  # a question with fewer content words is searched with the one before it
QUERY_CHARACTERS = 1_000
EXTRACT_PASSAGES = 3
EXTRACT_CHARACTERS = 600
# What a server that fails raises; the last two when a stream is cut or is not what it should be.
EMPTY_STREAM = "No generations found"  # LangChain's ValueError for a server that says nothing
LOST = (openai.APIError, httpx2.HTTPError, JSONDecodeError)


@dataclass
class Inquiry:
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
    extracts. `retriever` may be set to another one at any time: a question keeps the one it began
    with.
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
        self.address: ServerAddress | None = None
        self.answering = 0  # questions on their way to an answer
        self._counting = threading.Lock()
        self.conversations = Conversations(self.settings.conversations)
        self._wanted = use_model and model is None
        self._server = model_server(self.settings, share=share, progress=progress)

    def __enter__(self) -> "Assistant":
        _ = self.retriever.embedder.dimension  # loads it now, not under the first question
        if self._wanted:
            try:
                self.address = self._server.open()
                self.model = chat_model(self.address, self.settings)
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

    def lost_model(self) -> str:
        """Why the server started here is no more, once; answers are extracts from then on."""
        reason = self._server.died() if self.model is not None else ""
        if reason:
            self.model, self.notice = None, reason
        return reason

    @property
    def model_name(self) -> str | None:
        """The model's name; None without one."""
        if self.model is None:
            return None
        return str(getattr(self.model, "model_name", type(self.model).__name__))

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
        inquiry = Inquiry(question, language_of(question), history, start)
        with self.being_answered():
            for event in self.events(inquiry):
                if isinstance(event, Answer) and stored is not None:
                    self.conversations.answered(stored, event.text)
                yield event

    @contextmanager
    def being_answered(self) -> Iterator[None]:
        """Counts a question in `answering` while it lasts."""
        with self._counting:
            self.answering += 1
        try:
            yield
        finally:
            with self._counting:
                self.answering -= 1

    def events(self, inquiry: Inquiry) -> Iterator[Event]:
        """Search, judge the evidence, write, check."""
        tools = course_tools(self.retriever, inquiry.evidence, self.settings.passages_shown)
        calls = [tool_call("search_course", {"query": inquiry.query[:QUERY_CHARACTERS]})]
        if WHEN.search(inquiry.question) and self.retriever.index.days:
            about = {"about": inquiry.query[:QUERY_CHARACTERS]}
            calls.append(tool_call("course_calendar", about))
        known = {tool.name: tool for tool in tools}
        results = [known[call["name"]].invoke(call) for call in calls]
        yield from inquiry.evidence.steps
        if inquiry.evidence.best_score < self.settings.floor:
            yield self.not_in_materials(inquiry)
            return
        if self.model is None:
            yield self.extract(inquiry, self.notice)
            return
        messages: list[AnyMessage] = []
        for past in inquiry.history:
            said = PLACED.sub("", past.answer or "")[:HISTORY_CHARACTERS]
            messages += [HumanMessage(past.question[:HISTORY_CHARACTERS]), AIMessage(said)]
        messages += [HumanMessage(inquiry.question), AIMessage("", tool_calls=calls), *results]
        reminder = say("answer_briefly", inquiry.language, question=inquiry.question)
        bounds = Bounds(reminder, self.settings.tool_calls)
        trouble = ""
        try:
            yield from self.written(inquiry, run(self.model, tools, messages, bounds))
        except LOST as error:
            trouble = say(kind_of(error), inquiry.language)
        except ValueError as error:
            if EMPTY_STREAM not in str(error):
                raise
        if not inquiry.text.strip() or WRITTEN_CALL.match(inquiry.text):
            yield self.extract(inquiry, trouble or say("model_silent", inquiry.language))
            return
        text, citations = checked(inquiry.text, inquiry.evidence.passages, self.retriever.embedder)
        notice = say("cut_off", inquiry.language, reason=trouble) if trouble else ""
        yield self.answer(inquiry, text, "answered", citations, self.model_name, notice)

    def written(self, inquiry: Inquiry, pieces: Iterator[str | ToolMessage]) -> Iterator[Event]:
        """Passes on what the loop yields, and gathers the text in `inquiry`."""
        emitted = len(inquiry.evidence.steps)
        for piece in pieces:
            if isinstance(piece, ToolMessage):
                inquiry.text = ""  # what was said before a tool was used is not the answer
                yield from inquiry.evidence.steps[emitted:]
                emitted = len(inquiry.evidence.steps)
                continue
            if inquiry.first_token is None:
                inquiry.first_token = monotonic() - inquiry.start
            inquiry.text += piece
            yield TextDelta(piece)

    def not_in_materials(self, inquiry: Inquiry) -> Answer:
        """The course does not say: names the nearest place and cites nothing."""
        nearest = inquiry.evidence.passages[1]
        text = say(
            "not_in_materials", inquiry.language, nearest=f"{nearest.label} ({nearest.title})"
        )
        return self.answer(inquiry, text, "not_in_materials", (), None)

    def extract(self, inquiry: Inquiry, notice: str) -> Answer:
        """The best passages as they are, cited, labelled as an extract."""
        best = list(inquiry.evidence.passages.items())[:EXTRACT_PASSAGES]
        citations = tuple(Citation(m, p, quote(inquiry.question, p.text)) for m, p in best)
        blocks = [
            f"**{passage.label}** [{marker}]\n\n{shortened(passage)}" for marker, passage in best
        ]
        text = "\n\n".join([say("extract", inquiry.language), *blocks])
        return self.answer(inquiry, text, "answered", citations, None, notice)

    def answer(
        self,
        inquiry: Inquiry,
        text: str,
        status: Status,
        citations: tuple[Citation, ...],
        model: str | None,
        notice: str = "",
    ) -> Answer:
        """The answer to `inquiry`."""
        return Answer(
            question=inquiry.question,
            text=text,
            status=status,
            language=inquiry.language,
            citations=citations,
            steps=tuple(inquiry.evidence.steps),
            seconds=inquiry.seconds(),
            model=model,
            notice=notice,
        )


def kind_of(error: Exception) -> str:
    """The message of the catalogue for a failure of the model's server."""
    if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
        return "model_slow"
    if isinstance(error, openai.APIStatusError):
        return "model_refused"
    return "model_lost"


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
        max_completion_tokens=settings.answer_tokens,
        timeout=timeout,
        max_retries=0,
        use_responses_api=False,
        streaming=True,
    )


def model_server(settings: Settings, *, share: bool, progress: Progress) -> ModelServer:
    """The model's server; one that is started computes the stable part of the prompt at once."""

    def warm_up(address: ServerAddress) -> None:
        tools = course_tools(None, Evidence(), 1)
        hello = [SystemMessage(system_prompt()), HumanMessage("hola")]
        try:
            chat_model(address, settings).bind_tools(tools).bind(max_tokens=1).invoke(hello)
        except LOST as error:
            raise ModelUnavailable(f"El modelo no responde: {error}.") from error

    return ModelServer(settings, share=share, progress=progress, warm_up=warm_up)
