"""The assistant: a question in, events out, an answer with checked citations at the end.

`Assistant` owns what lasts longer than a question: the model's server, the conversations, the
course that is searched. How one question is answered is in `agent.answering`.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from time import monotonic
from types import TracebackType
from typing import Any

import openai
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import BaseTool
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agent.answering import Answering
from agent.conversations import Conversations, Turn
from agent.corrections import add_answer
from agent.events import Answer, Event, Mode, SearchStep, TextDelta
from agent.follow_up import follows
from agent.inquiry import Inquiry, Means
from agent.messages import Language, language_of
from agent.prompts import system_prompt
from agent.serving import ModelServer, ServerAddress
from agent.tools import as_tool
from agent.vault import Vault
from agent.writer import LOST
from corpus.errors import AyudanteError, ModelUnavailable
from corpus.language import NOT_WORDS, PASTED
from corpus.progress import Progress, silent
from corpus.settings import Settings
from retrieval.indexing import IndexReport
from retrieval.retriever import Retriever, checked_question

REMEMBERED = 20  # turns of a conversation that a question may look back on
CONNECT_SECONDS = 5.0
QUEUED_SECONDS = 4.0  # that reading the prompt of a question ahead takes, on two cores


class Assistant:
    """Answers questions about a course from its materials.

    Args:
        retriever: searches the course.
        settings: limits, and which model where.
        model: any LangChain chat model, in place of vLLM's.
        tools: functions with annotations and a docstring, or LangChain tools, that the model may
            call beside the course's own.
        share: let other commands use the server while this assistant runs.
        use_model: False answers with extracts only.
        wait: False enters at once: answers are extracts until the model is there.
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
        tools: Sequence[Callable[..., Any] | BaseTool] = (),
        share: bool = False,
        use_model: bool = True,
        wait: bool = True,
        progress: Progress = silent,
    ) -> None:
        self.retriever = retriever
        self.settings = settings or Settings.load()
        self.model = model
        self.tools = [as_tool(one) for one in tools]
        self.notice = ""
        self.address: ServerAddress | None = None
        self.answering = 0  # questions on their way to an answer
        self._counting, self._renewing = threading.Lock(), threading.Lock()
        self.conversations = Conversations(self.settings.conversations)
        self.starting = ""  # what the model's server is doing, until it is there
        self._wanted, self._wait = use_model and model is None, wait

        def told(stage: str, done: int, total: int) -> None:
            self.starting = stage
            progress(stage, done, total)

        self._server = model_server(self.settings, share=share, progress=told)

    def __enter__(self) -> "Assistant":
        _ = self.retriever.embedder.dimension  # loads it now, not under the first question
        if self._wanted and self._wait:
            self._take_model()
        elif self._wanted:
            self.starting = "encendiendo el modelo"
            threading.Thread(target=self._take_model, name="model", daemon=True).start()
        return self

    def _take_model(self) -> None:
        """Finds or starts the model's server; what keeps it from that is in `notice`."""
        try:
            self.address = self._server.open()
            self.model = chat_model(self.address, self.settings)
        except AyudanteError as error:
            self.notice = str(error)
        finally:
            self.starting = ""

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
        return name_of(self.model)

    def ask(
        self,
        question: str,
        conversation: str | None = None,
        mode: Mode = "explain",
        previous: str = "",
    ) -> Answer:
        """The whole answer; see `stream`."""
        answer = None
        for event in self.stream(question, conversation, mode, previous):
            answer = event
        assert isinstance(answer, Answer)
        return answer

    def stream(
        self,
        question: str,
        conversation: str | None = None,
        mode: Mode = "explain",
        previous: str = "",
    ) -> Generator[Event, None, None]:
        """Answers `question`; the last event is the `Answer`.

        Closing the iterator before its end stops the model, which frees its place on the server.

        Args:
            question: in Spanish or English.
            conversation: id of the conversation it belongs to; None keeps nothing.
            mode: “explain” answers, and gives a hint to a question that wants an assignment done;
                “guide” gives hints only.
            previous: the question before it, for a caller who keeps conversations himself.

        Raises:
            InputError: if the question is empty or too long.
        """
        start = monotonic()
        question = checked_question(question)
        history, stored = [Turn(0, previous, "")] if previous.strip() else [], None
        if conversation:
            history = self.conversations.turns(conversation, REMEMBERED)
            stored = self.conversations.ask(conversation, question, mode)
        inquiry = Inquiry(question, answer_language(question, history), history, mode, start)
        written = ""
        with self.being_answered():
            try:
                for event in Answering(inquiry, self.means()).events():
                    if isinstance(event, TextDelta):
                        inquiry.begun()
                        written += event.text
                    elif isinstance(event, SearchStep):
                        written = ""  # what was said before a tool was used is not the answer
                    elif stored is not None:
                        self.conversations.answered(stored, event)
                        written = ""  # what is stored now is whole
                    yield event
            except GeneratorExit:  # whoever asked does not want the rest
                if stored is not None and written:
                    self.conversations.stopped(
                        stored,
                        written,
                        inquiry.language,
                        "hinted" if inquiry.hinting else None,
                        inquiry.evidence.steps,
                    )
                raise

    async def astream(
        self,
        question: str,
        conversation: str | None = None,
        mode: Mode = "explain",
        previous: str = "",
    ) -> AsyncIterator[Event]:
        """`stream` for asynchronous code; cancelling it stops the model as well."""
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[Event | BaseException | None] = asyncio.Queue()
        stopped = threading.Event()

        def work() -> None:
            last: BaseException | None = None
            events = self.stream(question, conversation, mode, previous)
            try:
                for event in events:
                    if stopped.is_set():
                        break
                    loop.call_soon_threadsafe(arrived.put_nowait, event)
            except Exception as error:
                last = error
            finally:
                events.close()
            if not stopped.is_set():
                loop.call_soon_threadsafe(arrived.put_nowait, last)

        thread = threading.Thread(target=work, name="answer", daemon=True)
        thread.start()
        try:
            while (event := await arrived.get()) is not None:
                if isinstance(event, BaseException):
                    raise event
                yield event
        finally:
            stopped.set()

    async def aask(
        self,
        question: str,
        conversation: str | None = None,
        mode: Mode = "explain",
        previous: str = "",
    ) -> Answer:
        """`ask` for asynchronous code."""
        answer = None
        async for event in self.astream(question, conversation, mode, previous):
            answer = event
        assert isinstance(answer, Answer)
        return answer

    def renew(self, progress: Progress = silent) -> IndexReport:
        """Makes the index follow the course's files, and searches the new one from then on.

        Whoever asks while the index is renewed waits for his turn.

        Raises:
            InputError: as `Retriever.renewed` does; the old one is searched as before.
        """
        if self._renewing.locked():
            progress("esperando a que termine otra actualización del índice", 0, 0)
        with self._renewing:
            report, self.retriever = self.retriever.renewed(self.settings, progress)
        return report

    def correct(self, question: str, answer: str) -> None:
        """Adds an answer of the teaching staff to the course; see `agent.corrections`."""
        with self._renewing:
            self.retriever = add_answer(question, answer, self.retriever, self.settings)

    def means(self) -> Means:
        """What a question that begins now is answered with."""
        model = self.model  # another thread may take it away meanwhile
        return Means(
            retriever=self.retriever,
            model=self.patient(model),
            model_name=name_of(model),
            vault=vault_of(self.retriever),
            settings=self.settings,
            tools=self.tools,
            notice=self.notice,
        )

    def patient(self, model: BaseChatModel | None) -> BaseChatModel | None:
        """The model, waited for longer the more questions it is reading beside this one."""
        others = self.answering - 1
        if self.address is None or not isinstance(model, ChatOpenAI) or others < 1:
            return model
        patience = self.settings.llm_read_seconds + QUEUED_SECONDS * others
        timeout = openai.Timeout(patience, connect=CONNECT_SECONDS)
        return model.model_copy(update={"model_kwargs": {"timeout": timeout}})

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


def name_of(model: BaseChatModel | None) -> str | None:
    """A model's name; None for none."""
    return None if model is None else str(getattr(model, "model_name", type(model).__name__))


@lru_cache(maxsize=2)
def vault_of(retriever: Retriever) -> Vault:
    """The vault of a retriever's course, made once for each."""
    return Vault(retriever.vault, retriever.public)


def answer_language(question: str, history: Sequence[Turn]) -> Language:
    """The language to answer in: the question's, or for a follow-up the conversation's.

    What is pasted, code or a message of an error, is nobody's language: a question of nothing else
    keeps the conversation's, Spanish at its beginning.
    """
    if not any(map(str.isalpha, NOT_WORDS.sub(" ", PASTED.sub(" ", question)))):
        return "en" if history and history[-1].language == "en" else "es"
    if history and follows(question) and history[-1].language == "en":
        return "en" if language_of(f"{history[-1].question} {question}") == "en" else "es"
    return language_of(question)


def chat_model(address: ServerAddress, settings: Settings) -> BaseChatModel:
    """The client of the model's server: deterministic, bounded in length and time."""
    timeout = openai.Timeout(settings.llm_read_seconds, connect=CONNECT_SECONDS)
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
        hello = [SystemMessage(system_prompt(settings.course_name)), HumanMessage("hola")]
        try:
            chat_model(address, settings).bind(max_tokens=1).invoke(hello)
        except LOST as error:
            raise ModelUnavailable(f"El modelo no responde: {error}.") from error

    return ModelServer(settings, share=share, progress=progress, warm_up=warm_up)
