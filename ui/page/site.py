"""What every part of the page works with: the assistant, who asks, how a place is drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import gradio as gr

from agent import Assistant
from agent.messages import Language
from corpus.errors import InputError
from corpus.fragments import View
from retrieval import Retriever
from ui.people import Person, Users, alone
from ui.watch import Watch

Say = Callable[..., str]
Catalogue = Mapping[str, Mapping[Language, str]]
KEPT = 256  # drawn places
# Of events that need no sign of their own that something is going on.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True, slots=True)
class Site:
    """What is served: one course, one assistant.

    Attributes:
        assistant: answers; its retriever may change at any time, so ask for it each time.
        users: who may enter; None where there are no accounts.
        watch: counts and logs what happens.
    """

    assistant: Assistant
    users: Users | None = None
    watch: Watch = field(default_factory=Watch)

    @property
    def retriever(self) -> Retriever:
        """The course, as it is now."""
        return self.assistant.retriever

    @property
    def title(self) -> str:
        """What the page is called."""
        return f"Ayudante · {self.assistant.settings.course_name}"

    def person(self, request: gr.Request) -> Person:
        """Who made a request; raises `InputError` if their account is gone."""
        return self.users.person(request.username or "") if self.users else alone()

    def teacher(self, request: gr.Request) -> Person:
        """Who made a request that only the teaching staff may make; raises `InputError`."""
        person = self.person(request)
        if not person.teacher:
            raise InputError(
                "Eso es solo para el equipo docente.", "That is for the teaching staff alone."
            )
        return person

    def view(self, passage_id: str) -> View:
        """How a passage's place looks, kept once drawn; raises as `Retriever.view` does."""
        return drawn(self.retriever)(passage_id)


@lru_cache(maxsize=1)
def drawn(retriever: Retriever) -> Callable[[str], View]:
    """Draws places of one retriever's course, and keeps them."""
    return lru_cache(maxsize=KEPT)(retriever.view)


def speaker(catalogue: Catalogue, language: Language) -> Say:
    """Says the texts of a catalogue in one language; named values are filled in."""

    def say(key: str, **values: object) -> str:
        return catalogue[key][language].format(**values)

    return say


def saving(name: str, media_type: str) -> str:
    """A browser's function that saves a text as a file.

    Args:
        name: of the file, for a function of the text alone; a second argument takes its place.
        media_type: of the file.
    """
    stem, _, ending = name.rpartition(".")
    return f"""(text, given) => {{
  if (!text) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], {{ type: '{media_type}' }}));
  link.download = (given || '{stem}') + '.{ending}';
  link.click();
  URL.revokeObjectURL(link.href);
}}"""
