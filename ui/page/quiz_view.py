"""How the quiz looks on the page: a question, its correction, how far a student is."""

import math
from collections.abc import Sequence
from datetime import timedelta
from html import escape

from agent.messages import Language
from agent.quiz import ClassProgress, Grade, Item
from agent.quiz.grading import SIGNS
from agent.quiz.items import LETTERS
from corpus.errors import InputError
from retrieval import Retriever
from ui.page.place import link
from ui.page.render import safe
from ui.page.site import Catalogue, speaker

TEXTS: Catalogue = {
    "right": {"es": "Correcta", "en": "Right"},
    "partly": {"es": "A medias", "en": "Partly right"},
    "wrong": {"es": "Incorrecta", "en": "Wrong"},
    "expected": {"es": "La respuesta: {answer}", "en": "The answer: {answer}"},
    "back": {"es": "Te la vuelvo a preguntar {when}.", "en": "I will ask it again {when}."},
    "minute": {"es": "en 1 minuto", "en": "in 1 minute"},
    "minutes": {"es": "en {n} minutos", "en": "in {n} minutes"},
    "hour": {"es": "en 1 hora", "en": "in 1 hour"},
    "hours": {"es": "en {n} horas", "en": "in {n} hours"},
    "day": {"es": "mañana", "en": "tomorrow"},
    "days": {"es": "en {n} días", "en": "in {n} days"},
    "progress": {"es": "Cómo vas en cada clase", "en": "How you are doing in each class"},
    "class": {"es": "Clase", "en": "Class"},
    "seen": {"es": "Vistas", "en": "Seen"},
    "hits": {"es": "Correctas", "en": "Right"},
    "due": {"es": "Por repasar", "en": "To review"},
    "of": {"es": "{seen} de {items}", "en": "{seen} of {items}"},
}
MARKUP = frozenset("$`\\")  # what a radio's label would show as it is written
MINUTES = (("day", "days", 24 * 60), ("hour", "hours", 60), ("minute", "minutes", 1))


def question_markdown(item: Item) -> str:
    """The place that a question is about, and the question; nothing of its answer."""
    parts = [safe(item.label), f"## {safe(item.question)}"]
    if spelt_out(item):
        parts += [
            f"**{letter}.** {safe(option)}"
            for letter, option in zip(LETTERS, item.options, strict=False)
        ]
    return "\n\n".join(parts)


def choices(item: Item, chosen: int | None = None) -> list[tuple[str, int]]:
    """The options as a radio has them; once one was `chosen`, it and the right one are marked."""
    options = LETTERS if spelt_out(item) else item.options
    signs = [""] * len(item.options)
    if chosen is not None and item.right is not None:
        signs[chosen], signs[item.right] = f"{SIGNS['wrong']} ", f"{SIGNS['right']} "
    return [
        (f"{sign}{option}", at)
        for at, (sign, option) in enumerate(zip(signs, options, strict=False))
    ]


def spelt_out(item: Item) -> bool:
    """Whether the options have formulas or code, which show as such only beside the question."""
    return any(not MARKUP.isdisjoint(option) for option in item.options)


def correction_markdown(
    item: Item, grade: Grade, wait: timedelta, retriever: Retriever, language: Language
) -> str:
    """What came of an answer: the grade, why, where the course says it, when it comes back."""
    say = speaker(TEXTS, language)
    parts = [f"**{SIGNS[grade.result]} {say(grade.result)}**"]
    if grade.result != "right":
        parts.append(safe(reason(grade)))
    if item.kind == "short":
        parts.append(say("expected", answer=safe(item.answer)))
    cited = grade.citation
    parts += source(cited.passage_id, cited.label, cited.quote, retriever)
    parts.append(say("back", when=when(wait, language)))
    return "\n\n".join(parts)


def reason(grade: Grade) -> str:
    """Why a grade is what it is, without its quotation, which the page shows by itself."""
    return grade.reason.partition(f" {grade.citation.label}: ")[0]


def source(passage_id: str, label: str, quote: str, retriever: Retriever) -> list[str]:
    """What the course says, if anything, and where: a link, or a name if it is there no more."""
    said = ["\n".join(f"> {line}" for line in safe(quote).splitlines())] if quote else []
    try:
        retriever.passage(passage_id)
    except InputError:
        return [*said, safe(label)]
    return [*said, link(passage_id, label, quote, "chip")]


def when(wait: timedelta, language: Language) -> str:
    """“en 10 minutos”: when something comes that is `wait` away."""
    say = speaker(TEXTS, language)
    minutes = max(1, math.ceil(wait.total_seconds() / 60))
    for one, several, size in MINUTES:
        if minutes >= size:
            count = round(minutes / size)
            return say(one) if count == 1 else say(several, n=count)
    raise AssertionError("a minute is the least")


def progress_html(rows: Sequence[ClassProgress], language: Language) -> str:
    """A table of how far a student is with each class; nothing if there are none."""
    if not rows:
        return ""
    say = speaker(TEXTS, language)
    heads = "".join(f'<th scope="col">{say(key)}</th>' for key in ("class", "seen", "hits", "due"))
    body = "".join(row_html(one, language) for one in rows)
    return (
        f'<table class="avance"><caption>{say("progress")}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


def row_html(one: ClassProgress, language: Language) -> str:
    """A class's row: a bar of what is right and what is only seen, and the numbers."""
    say = speaker(TEXTS, language)
    right, seen = (100 * part / one.items for part in (one.right, one.seen - one.right))
    bar = (
        '<span class="barra" aria-hidden="true">'
        f'<i class="bien" style="width:{right:.1f}%"></i><i style="width:{seen:.1f}%"></i></span>'
    )
    return (
        f'<tr><th scope="row">{escape(one.label)}</th>'
        f"<td>{bar}{say('of', seen=one.seen, items=one.items)}</td>"
        f"<td>{one.right}</td><td>{one.due}</td></tr>"
    )
