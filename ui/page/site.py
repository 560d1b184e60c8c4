"""What every part of the page works with: the assistant, who asks, how a place is drawn."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from threading import BoundedSemaphore

import gradio as gr

from agent import Assistant
from agent.messages import Language
from corpus.errors import AyudanteError, InputError
from corpus.fragments import View
from retrieval import Retriever
from ui.people import Person, Users, alone

Catalogue = Mapping[str, Mapping[Language, str]]
KEPT = 256  # drawn places
AT_ONCE = BoundedSemaphore(2)  # child processes that draw


@dataclass(frozen=True, slots=True)
class Site:
    """What is served: one course, one assistant.

    Attributes:
        assistant: answers; its retriever may change at any time, so ask for it each time.
        users: who may enter; None where there are no accounts.
    """

    assistant: Assistant
    users: Users | None = None

    @property
    def retriever(self) -> Retriever:
        """The course, as it is now."""
        return self.assistant.retriever

    def person(self, request: gr.Request) -> Person:
        """Who made a request; raises `InputError` if their account is gone."""
        return self.users.person(request.username or "") if self.users else alone()

    def teacher(self, request: gr.Request) -> Person:
        """Who made a request that only the teaching staff may make; raises `InputError`."""
        person = self.person(request)
        if not person.teacher:
            raise InputError("Eso es solo para el equipo docente.")
        return person

    def view(self, passage_id: str) -> View:
        """How a passage's place looks, kept once drawn; raises as `Retriever.view` does."""
        return drawn(self.retriever)(passage_id)


@lru_cache(maxsize=1)
def drawn(retriever: Retriever) -> Callable[[str], View]:
    """Draws places of one retriever's course, a few at a time, and keeps them."""

    def draw(passage_id: str) -> View:
        with AT_ONCE:
            return retriever.view(passage_id)

    return lru_cache(maxsize=KEPT)(draw)


def speaker(catalogue: Catalogue, language: Language) -> Callable[..., str]:
    """Says the texts of a catalogue in one language; named values are filled in."""

    def say(key: str, **values: object) -> str:
        return catalogue[key][language].format(**values)

    return say


@contextmanager
def shown_errors() -> Iterator[None]:
    """What goes wrong inside is said on the page, in its own words, and ends there."""
    try:
        yield
    except AyudanteError as error:
        gr.Warning(escape(str(error)))
