"""Asking: a question in, steps and a growing answer out, with its sources a tap away.

What is on the screen is always what the conversations' file holds plus the answer on its way, so a
page that was reloaded, or that is open twice, tells the same story.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, cast
from uuid import uuid4

import gradio as gr

from agent import Answer, SearchStep, TextDelta
from agent.conversations import Turn, cited_in, stored_step
from agent.events import Mode
from agent.messages import Language
from corpus.errors import AyudanteError, ModelUnavailable
from retrieval import Passage
from retrieval.retriever import MAX_QUESTION, checked_question
from ui.logs import new_code
from ui.page.render import (
    answer_message,
    conversation_messages,
    question_message,
    safe,
    step_message,
)
from ui.page.site import QUIET, Catalogue, Site, speaker
from ui.page.trouble import refusal, shown_errors, told
from ui.people import Person

TEXTS: Catalogue = {
    "welcome": {
        "es": "### ¿Qué quieres entender hoy?\nRespondo con los materiales del curso y te muestro "
        "la lámina o la celda exacta.",
        "en": "### What do you want to understand today?\nI answer from the course's materials "
        "and show you the exact slide or cell.",
    },
    "starter": {"es": "Explícame: {topic}", "en": "Explain to me: {topic}"},
    "question": {"es": "Tu pregunta", "en": "Your question"},
    "write": {"es": "Escribe tu pregunta…", "en": "Write your question…"},
    "conversation": {"es": "Conversación", "en": "Conversation"},
    "mode": {"es": "Cómo te ayudo", "en": "How I help"},
    "explain": {"es": "Explícame", "en": "Explain"},
    "guide": {"es": "Guíame con pistas", "en": "Guide me with hints"},
    "looking": {"es": "Buscando en el curso…", "en": "Searching the course…"},
    "writing": {"es": "Escribiendo…", "en": "Writing…"},
    "lost": {
        "es": "*Esta pregunta quedó sin respuesta. Vuelve a preguntarla.*",
        "en": "*This question was left without an answer. Ask it again.*",
    },
    "failed": {
        "es": "⚠️ Algo falló de este lado y quedó anotado (código {code}). Tu pregunta está "
        "guardada: vuelve a intentarlo con ↻.",
        "en": "⚠️ Something failed on this side and was noted (code {code}). Your question is "
        "kept: try again with ↻.",
    },
    "gone": {
        "es": "Esa pregunta ya no está en la conversación. Recarga la página.",
        "en": "That question is no longer in the conversation. Reload the page.",
    },
    "wrong": {"es": "Es incorrecta", "en": "It is wrong"},
    "missing": {"es": "No responde lo que pregunté", "en": "It does not answer what I asked"},
    "source": {"es": "La fuente no dice eso", "en": "The source does not say so"},
    "more": {"es": "Más detalle", "en": "More detail"},
    "example": {"es": "Dame un ejemplo", "en": "Give me an example"},
    "code": {"es": "¿Cómo se hace en PyTorch?", "en": "How is it done in PyTorch?"},
    "next_hint": {"es": "Otra pista", "en": "Another hint"},
    "no_model": {
        "es": "Sin modelo de lenguaje, respondo con extractos de los materiales. {reason}",
        "en": "Without a language model, I answer with extracts from the materials. {reason}",
    },
    "starting": {
        "es": "El modelo está partiendo ({stage}). Mientras tanto respondo con extractos de los "
        "materiales; cambia solo.",
        "en": "The model is starting. Meanwhile I answer with extracts from the "
        "materials; it changes by itself.",
    },
}
LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "\\[", "right": "\\]", "display": True},
    {"left": "$", "right": "$", "display": False},
    {"left": "\\(", "right": "\\)", "display": False},
]
LIKED = ("Like", "Dislike")  # Gradio shows these two as thumbs
STARTERS = 4
CONCURRENT = 64  # answers on their way at once; vLLM queues them itself
TICK_SECONDS = 2.0
REDRAW_SECONDS = 0.08  # a growing answer is sent whole each time
SHARED_SECONDS = 0.02  # at least that between two of them for each answer on its way
SETTLING = 20  # quarters of a second that a stopped answer is waited for


@dataclass
class Chat:
    """The chat's components and what they do.

    Attributes:
        site: what is served.
        language: of the page.
        current: holds the id of the conversation on the screen; empty for a new one.
        messages: what was said.
    """

    site: Site
    language: Language
    current: gr.BrowserState

    def __post_init__(self) -> None:
        self.say = speaker(TEXTS, self.language)
        say = self.say
        self.state = gr.Markdown(elem_id="estado", visible=False)
        self.messages = gr.Chatbot(
            elem_id="charla",
            latex_delimiters=LATEX,
            height="100%",
            label=say("conversation"),
            show_label=False,
            buttons=["copy"],
            editable="user",
            placeholder=say("welcome"),
            examples=[
                {"text": say("starter", topic=one), "display_text": one}
                for one in topics(self.site.retriever.public)
            ],
            feedback_options=[*LIKED, say("wrong"), say("missing"), say("source")],
            layout="bubble",
            container=False,
        )
        with gr.Row(elem_id="preguntar"):
            self.question = gr.Textbox(
                placeholder=say("write"),
                max_length=MAX_QUESTION,
                label=say("question"),
                show_label=False,
                submit_btn=True,
                stop_btn=False,
                autofocus=True,
                max_lines=6,
                container=False,
                elem_id="pregunta",
            )
        self.mode = gr.Radio(
            [(say("explain"), "explain"), (say("guide"), "guide")],
            value="explain",
            label=say("mode"),
            show_label=False,
            container=False,
            elem_id="modo",
        )
        self.timer = gr.Timer(TICK_SECONDS)

    @property
    def shown(self) -> list[Any]:
        """The components that an answer changes."""
        return [self.messages, self.question, self.current]

    def wire(self, page: gr.Blocks) -> list[Any]:
        """Says what happens on each event; returns the dependencies that end with an answer."""
        options = QUIET | {
            "outputs": self.shown,
            "concurrency_limit": CONCURRENT,
            "concurrency_id": "answers",
        }
        said = [self.current, self.mode]
        answering: list[Any] = [
            self.question.submit(self.ask, [self.question, *said], **options),
            self.messages.example_select(self.ask_chosen, said, **options),
            self.messages.option_select(self.ask_chosen, said, **options),
            self.messages.retry(self.retry, [self.messages, *said], **options),
            self.messages.edit(self.edit, [self.messages, *said], **options),
        ]
        self.question.stop(
            self.stopped, None, self.question, cancels=answering, queue=False, **QUIET
        ).then(self.settled, self.current, self.messages, **QUIET)
        self.messages.clear(self.begin, None, [self.messages, self.current], **QUIET)
        self.messages.like(self.rate, [self.messages, self.current], **QUIET)
        gr.on([self.timer.tick, page.load], self.look, None, [self.state, self.timer], **QUIET)
        return answering

    async def ask(
        self, question: str, current: str, mode: Mode, request: gr.Request
    ) -> AsyncIterator[tuple[Any, Any, Any]]:
        """Asks in the current conversation, or in a new one."""
        person = self.site.person(request)
        current = person.own(current) or new_id(person)
        before = self.restored(current)
        if not question.strip():
            yield before, gr.skip(), current
            return
        asked = [*before, question_message(question)]
        yield (
            [*asked, self.waiting("looking")],
            gr.Textbox(value="", submit_btn=False, stop_btn=True),
            current,
        )
        ready, code = gr.Textbox(submit_btn=True, stop_btn=False), new_code()
        try:
            async for messages in self.answered(question, current, mode, code):
                yield [*asked, *messages], gr.skip(), gr.skip()
        except AyudanteError as error:
            said = gr.ChatMessage(role="assistant", content=f"⚠️ {safe(told(error, self.language))}")
            yield [*asked, said], ready, current
            return
        except Exception:  # `Watch` has logged it under its code
            said = gr.ChatMessage(role="assistant", content=self.say("failed", code=code))
            yield [*asked, said], ready, current
            return
        yield gr.skip(), ready, gr.skip()

    async def answered(
        self, question: str, current: str, mode: Mode, code: str
    ) -> AsyncIterator[list[gr.ChatMessage]]:
        """What is shown below the question, growing."""
        steps: list[gr.ChatMessage] = []
        text, drawn = "", 0.0
        assistant, watch = self.site.assistant, self.site.watch
        async for event in watch.followed(assistant, question, current, mode, code):
            if isinstance(event, SearchStep):
                steps.append(step_message(stored_step(event), self.language))
                text = ""  # what was said before a tool was used is not the answer
                yield [*steps, self.waiting("writing")]
            elif isinstance(event, TextDelta):
                text += event.text
                if monotonic() - drawn >= max(REDRAW_SECONDS, SHARED_SECONDS * assistant.answering):
                    drawn = monotonic()
                    yield [*steps, gr.ChatMessage(role="assistant", content=safe(text))]
            else:
                assert isinstance(event, Answer)
                said = answer_message(event.text, cited_in(event), event.notice)
                said.options = [{"label": one, "value": one} for one in self.next_questions(event)]
                yield [*steps, said]

    def waiting(self, key: str) -> gr.ChatMessage:
        """What is being done, while there is nothing else to show."""
        return gr.ChatMessage(
            role="assistant", content="", metadata={"title": self.say(key), "status": "pending"}
        )

    def next_questions(self, answer: Answer) -> list[str]:
        """What a student might ask next."""
        if answer.status == "hinted":
            return [self.say("next_hint")]
        if answer.status != "answered" or not answer.citations:
            return []
        return [self.say("more"), self.say("example"), self.say("code")]

    async def ask_chosen(
        self, current: str, mode: Mode, event: gr.SelectData, request: gr.Request
    ) -> AsyncIterator[tuple[Any, Any, Any]]:
        """Asks a starter question or a suggested one."""
        value = event.value
        question = str(value["text"] if isinstance(value, dict) else value)
        async for shown in self.ask(question, current, mode, request):
            yield shown

    async def retry(
        self,
        messages: list[Any],
        current: str,
        mode: Mode,
        event: gr.RetryData,
        request: gr.Request,
    ) -> AsyncIterator[tuple[Any, Any, Any]]:
        """Asks a question anew; what came after it is deleted."""
        with shown_errors(self.language):
            turn = self.turn_at(messages, int(cast("int", event.index)), current, request)
            async for shown in self.again(turn, turn.question, current, mode, request):
                yield shown

    async def edit(
        self,
        messages: list[Any],
        current: str,
        mode: Mode,
        event: gr.EditData,
        request: gr.Request,
    ) -> AsyncIterator[tuple[Any, Any, Any]]:
        """Asks an edited question in place of the one that it was."""
        with shown_errors(self.language):
            turn = self.turn_at(messages, int(cast("int", event.index)), current, request)
            async for shown in self.again(turn, str(event.value), current, mode, request):
                yield shown

    async def again(
        self, turn: Turn, question: str, current: str, mode: Mode, request: gr.Request
    ) -> AsyncIterator[tuple[Any, Any, Any]]:
        """Asks `question` in the place of `turn`, which stays if it cannot be asked."""
        question = checked_question(question)
        self.site.assistant.conversations.cut(current, turn.id)
        async for shown in self.ask(question, current, mode, request):
            yield shown

    def stopped(self) -> gr.Textbox:
        """The student can go on at once."""
        return gr.Textbox(submit_btn=True, stop_btn=False)

    async def settled(self, current: str, request: gr.Request) -> list[gr.ChatMessage]:
        """The conversation with what there was of an answer that was stopped.

        The model is left at the next word that it says, so its words are stored a moment later.
        """
        current = self.site.person(request).own(current)
        for _ in range(SETTLING):
            turns = self.site.assistant.conversations.asked(current)
            if not turns or turns[-1].answer is not None:
                break
            await asyncio.sleep(0.25)
        return self.restored(current)

    def begin(self) -> tuple[list[gr.ChatMessage], str]:
        """A new conversation; the one before it stays in the list."""
        return [], ""

    def rate(
        self, messages: list[Any], current: str, event: gr.LikeData, request: gr.Request
    ) -> None:
        """Stores what a student thinks of an answer."""
        feedback, comment = 0, ""
        if event.liked is True or event.liked == LIKED[0]:
            feedback = 1
        elif event.liked:
            feedback, comment = -1, "" if event.liked == LIKED[1] else str(event.liked)
        elif event.liked is False:
            feedback = -1
        with shown_errors(self.language):
            turn = self.turn_at(messages, int(cast("int", event.index)), current, request)
            self.site.assistant.conversations.rate(turn.id, feedback, comment)
            self.site.watch.rated(feedback)

    def look(self, request: gr.Request) -> tuple[Any, Any]:
        """What is to be said about the model, and whether to look again."""
        assistant = self.site.assistant
        if assistant.starting:
            stage = safe(assistant.starting)
            return gr.Markdown(self.say("starting", stage=stage), visible=True), gr.skip()
        if assistant.notice:
            error = ModelUnavailable(assistant.notice)
            teacher = self.site.person(request).teacher
            reason = safe(told(error, self.language, for_staff=teacher))
            said = self.say("no_model", reason=reason)
            return gr.Markdown(said, visible=True), gr.Timer(active=False)
        return gr.Markdown(visible=False), gr.Timer(active=False)

    def restored(self, current: str) -> list[gr.ChatMessage]:
        """A conversation as it is stored."""
        if not current:
            return []
        turns = self.site.assistant.conversations.asked(current)
        return conversation_messages(turns, self.say("lost"), self.language)

    def opened(self, current: str, request: gr.Request) -> list[gr.ChatMessage]:
        """The conversation that the browser remembers, if it is still there."""
        return self.restored(self.site.person(request).own(current))

    def turn_at(
        self, messages: Sequence[Any], index: int, current: str, request: gr.Request
    ) -> Turn:
        """The turn that a message on the screen belongs to; raises `InputError`."""
        current = self.site.person(request).own(current)
        turns = self.site.assistant.conversations.asked(current) if current else []
        number = sum(role_of(one) == "user" for one in messages[: index + 1])
        if not 0 < number <= len(turns):
            raise refusal(self.say("gone"))
        return turns[number - 1]


def role_of(message: Any) -> str:
    """Who said a message, in either of the forms in which Gradio hands it over."""
    return str(message["role"] if isinstance(message, dict) else message.role)


def new_id(person: Person) -> str:
    """The id of a conversation of theirs that does not exist yet."""
    return f"{person.owns}{uuid4().hex[:12]}"


def topics(passages: Sequence[Passage]) -> list[str]:
    """Titles of some classes, spread over the course."""
    classes = [one for one in passages if one.called.startswith("Clase")]
    titles = list(dict.fromkeys(topic(one) for one in sorted(classes, key=lambda p: p.week or 0)))
    step = max(1, len(titles) // STARTERS)
    return titles[::step][:STARTERS]


def topic(passage: Passage) -> str:
    """What the class of a passage is about: its title without “Clase 5:” and a subtitle."""
    title = passage.title.removeprefix(passage.called).strip(" :·.-–—")
    return re.split(rf"\s*(?:[·:]|{re.escape(passage.called)}\b)", title)[0] or title
