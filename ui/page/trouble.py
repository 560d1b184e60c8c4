"""What goes wrong, said in the language of the page.

Messages of errors are written in Spanish; those that people meet on the page bring their English
words. Of any other, the English page says what kind of trouble it is, and shows the Spanish words
to the teaching staff alone, who can do something about it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import gradio as gr

from agent.messages import Language
from corpus.errors import (
    AyudanteError,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    InputError,
    MaterialError,
    ModelUnavailable,
)
from ui.logs import log, new_code
from ui.page.site import Catalogue, speaker

KINDS: dict[type[AyudanteError], str] = {
    InputError: "That cannot be done as it was asked. Reload the page and try again.",
    MaterialError: "That place cannot be read.",
    IndexMissing: "The course is not indexed. Tell the teaching staff.",
    IndexDamaged: "The course's index is damaged. Tell the teaching staff.",
    IndexMismatch: "The course's index has to be made anew. Tell the teaching staff.",
    ModelUnavailable: "The language model is not there now. Try again later.",
}
TEXTS: Catalogue = {
    "warning": {"es": "Atención", "en": "Take note"},
    "bug": {
        "es": "Algo falló de este lado y quedó anotado (código {code}). Vuelve a intentarlo.",
        "en": "Something failed on our side and was noted (code {code}). Try again.",
    },
}


def told(error: AyudanteError, language: Language, *, for_staff: bool = False) -> str:
    """What went wrong, as text.

    Args:
        error: what was raised.
        language: of the page.
        for_staff: whether the Spanish words follow where there are no English ones.
    """
    if language == "es":
        return str(error)
    if error.english:
        return error.english
    kind = next((said for kind, said in KINDS.items() if isinstance(error, kind)), "It failed.")
    return f"{kind} In Spanish: {error}" if for_staff else kind


def refusal(said: str) -> InputError:
    """An error that is already in the language of the page."""
    return InputError(said, said)


@contextmanager
def shown_errors(language: Language, *, for_staff: bool = False) -> Iterator[None]:
    """What goes wrong inside is said on the page, and ends there; a bug of ours is logged."""
    say = speaker(TEXTS, language)
    try:
        yield
    except AyudanteError as error:
        gr.Warning(escape(told(error, language, for_staff=for_staff)), title=say("warning"))
    except Exception as error:
        code = new_code()
        log.error("failed", extra={"request": code}, exc_info=error)
        gr.Warning(say("bug", code=code), title=say("warning"))
