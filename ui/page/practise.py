"""Practising: the quiz's questions one by one, corrected at once, each again when it is due.

What is asked when, what an answer is worth and what is stored is the quiz's (`agent.quiz`); the
page shows it. Of a question that waits for its answer the browser gets the words alone: a round is
kept on the server, as ids, and the right option leaves it with the correction.
"""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from agent.messages import Language
from agent.quiz import Item, QuizStore, export
from agent.quiz.grading import LONGEST
from corpus.errors import InputError
from ui.page.chat import LATEX
from ui.page.drafts import Drafts
from ui.page.quiz_view import (
    choices,
    correction_markdown,
    progress_html,
    question_markdown,
    spelt_out,
    when,
)
from ui.page.quiz_writing import Writing
from ui.page.rounds import Practice, Round, graded
from ui.page.site import QUIET, Catalogue, Site, speaker
from ui.page.trouble import refusal, shown_errors

TEXTS: Catalogue = {
    "part": {"es": "Qué practicar", "en": "What to practise"},
    "everything": {"es": "Todo lo pendiente", "en": "Everything due"},
    "left": {
        "es": "Te quedan {left} en esta ronda, {due} en total.",
        "en": "{left} left in this round, {due} in all.",
    },
    "options": {"es": "Elige una opción", "en": "Choose an option"},
    "words": {"es": "Tu respuesta", "en": "Your answer"},
    "write": {"es": "Responde con tus palabras…", "en": "Answer in your own words…"},
    "answer": {"es": "Responder", "en": "Answer"},
    "choose": {"es": "Elige una opción primero.", "en": "Choose an option first."},
    "next": {"es": "Siguiente", "en": "Next"},
    "bad": {"es": "Esta pregunta está mala", "en": "This question is bad"},
    "reason": {"es": "Qué tiene de malo", "en": "What is wrong with it"},
    "report": {"es": "Avisar y sacarla", "en": "Report and remove it"},
    "why": {"es": "Cuenta qué tiene de malo.", "en": "Tell what is wrong with it."},
    "thanks": {
        "es": "Gracias. Esa pregunta no se hace hasta que la revise el equipo docente.",
        "en": "Thank you. That question is not asked until the teaching staff has looked at it.",
    },
    "noted": {"es": "Anotado", "en": "Noted"},
    "score": {
        "es": "## Ronda terminada\nCorrectas: {right} de {done}.",
        "en": "## Round finished\nRight: {right} of {done}.",
    },
    "more": {"es": "Pendientes: {due}.", "en": "Still due: {due}."},
    "all_done": {
        "es": "Estás al día, date un descanso. La próxima pregunta vuelve {when}.",
        "en": "You are up to date, take a rest. The next question comes back {when}.",
    },
    "again": {"es": "Otra ronda", "en": "Another round"},
    "empty_teacher": {
        "es": "## Todavía no hay preguntas\nEscribe las primeras aquí abajo, o con "
        "`ayudante quiz write`.",
        "en": "## There are no questions yet\nWrite the first ones below, or with "
        "`ayudante quiz write`.",
    },
    "empty_drafts": {
        "es": "## No hay preguntas aprobadas\nAquí abajo hay algunas que esperan tu aprobación.",
        "en": "## No question is approved\nSome wait for your approval below.",
    },
    "empty": {
        "es": "## Todavía no hay preguntas\nEl equipo docente las escribe. Vuelve pronto.",
        "en": "## There are no questions yet\nThe teaching staff writes them. Come back soon.",
    },
    "anki": {"es": "Llevar a Anki (.apkg)", "en": "Take to Anki (.apkg)"},
    "anki_note": {
        "es": "Trae las respuestas y la lámina de cada una; armarlo toma un rato.",
        "en": "It has the answers and the slide of each; making it takes a while.",
    },
}
AT_ONCE = 16  # events of a kind
LONGEST_REASON = 300  # characters
PACKAGE = "/mazo.apkg"
# Whoever practises with the keyboard goes on where the page does; a screen reader reads the
# correction with the button that follows it.
TO_QUESTION = """() => setTimeout(() => {
  const reason = document.querySelector('#mala textarea');
  if (reason && reason.offsetParent) return;  // it is still being written
  const field = document.querySelector('#opciones input, #respuesta textarea, #otra-ronda');
  if (field) field.focus();
}, 50)"""
TO_NEXT = """() => setTimeout(() => {
  const next = document.querySelector('#siguiente');
  if (!next) return;
  next.setAttribute('aria-describedby', 'correccion');
  next.focus();
}, 50)"""

Updates = dict[Any, Any]


class Practise:
    """The components of the part, and what they do."""

    def __init__(self, site: Site, language: Language) -> None:
        self.site, self.language = site, language
        self.say = say = speaker(TEXTS, language)
        self.round = gr.State(Round())
        with gr.Row(equal_height=True):
            self.part = gr.Dropdown(
                [(say("everything"), "")], value="", label=say("part"), min_width=260
            )
            self.status = gr.Markdown(elem_id="quedan")
        self.ask_block()
        self.end = gr.Markdown(elem_id="fin-ronda", visible=False)
        self.again = gr.Button(say("again"), variant="primary", visible=False, elem_id="otra-ronda")
        self.progress = gr.HTML(elem_id="avance", apply_default_css=False)
        self.anki = gr.HTML(
            f'<a class="chip" href="{PACKAGE}" download>{say("anki")}</a> {say("anki_note")}',
            elem_id="anki",
            visible=False,
        )
        self.drafts = Drafts(site, language)
        self.writing = Writing(site, language)

    def ask_block(self) -> None:
        """Adds the card: a question, what answers it, and its correction."""
        say = self.say
        with gr.Column(visible=False, elem_id="tarjeta") as self.card:
            self.question = gr.Markdown(latex_delimiters=LATEX, elem_id="enunciado")
            self.options = gr.Radio([], label=say("options"), elem_id="opciones")
            self.words = gr.Textbox(
                label=say("words"),
                placeholder=say("write"),
                max_length=LONGEST,
                max_lines=4,
                elem_id="respuesta",
            )
            self.answer = gr.Button(say("answer"), variant="primary", elem_id="responder")
            self.correction = gr.Markdown(
                latex_delimiters=LATEX, visible=False, elem_id="correccion"
            )
            self.next = gr.Button(
                say("next"), variant="primary", visible=False, elem_id="siguiente"
            )
            with gr.Accordion(say("bad"), open=False, elem_id="mala") as self.bad:
                self.reason = gr.Textbox(label=say("reason"), max_length=LONGEST_REASON)
                self.report = gr.Button(say("report"), size="sm")

    def wire(self, tab: gr.Tab) -> None:
        """Says what happens on each event."""
        around = [self.round, self.part, self.status, self.progress, self.anki]
        card = [self.card, self.question, self.options, self.words, self.answer, self.correction]
        staff = [*self.drafts.shown, *self.writing.shown]
        rest = [self.next, self.bad, self.reason, self.end, self.again, *staff]
        shown = QUIET | {
            "outputs": [*around, *card, *rest],
            "concurrency_limit": AT_ONCE,
        }
        here = [self.round, self.part]
        to_question: dict[str, Any] = {"fn": None, "js": TO_QUESTION, "api_visibility": "private"}
        looked = [*here, self.drafts.shown_id]
        tab.select(self.opened, looked, **shown)
        self.part.input(self.begun, self.part, **shown)
        self.again.click(self.begun, self.part, **shown).then(**to_question)
        gr.on(
            [self.answer.click, self.words.submit],
            self.answered,
            [*here, self.options, self.words],
            **shown,
        ).then(None, js=TO_NEXT, api_visibility="private")
        self.next.click(self.moved_on, here, **shown).then(**to_question)
        gr.on(
            [self.report.click, self.reason.submit], self.reported, [*here, self.reason], **shown
        ).then(**to_question)
        for done in (self.writing.wire(), *self.drafts.wire()):
            done.then(self.opened, looked, **shown)

    def of(self, part: str, request: gr.Request) -> Practice:
        """The practice of whoever asks."""
        store = QuizStore(self.site.assistant.settings.quiz)
        return Practice(store, self.site.person(request), part)

    def opened(self, now: Round, part: str, draft: str, request: gr.Request) -> Any:
        """The part as it was left, with what may have changed since; a round if there is none."""
        with shown_errors(self.language):
            practice = self.of(part, request)
            shown = self.around(now, practice) if now.left else self.fresh(practice)
            person = practice.person
            return shown | self.drafts.look(person, draft) | self.writing.look(person)
        return gr.skip()

    def begun(self, part: str, request: gr.Request) -> Any:
        """A new round."""
        with shown_errors(self.language):
            return self.fresh(self.of(part, request))
        return gr.skip()

    def fresh(self, practice: Practice) -> Updates:
        """A new round of what is due in a part of the course."""
        return self.screen(practice.begun(), practice)

    def answered(
        self, now: Round, part: str, chosen: int | None, words: str, request: gr.Request
    ) -> Any:
        """Grades and stores an answer, and shows its correction."""
        if not now.left or now.answered:
            return gr.skip()
        with shown_errors(self.language):
            practice, retriever = self.of(part, request), self.site.retriever
            item = practice.store.item(now.left[0])
            grade = graded(item, chosen, words, retriever)
            if grade is None:
                raise refusal(self.say("choose"))
            wait = practice.answered(item, grade)
            told = correction_markdown(item, grade, wait, retriever, self.language)
            return self.around(now.after(grade), practice) | {
                self.options: gr.Radio(choices=choices(item, chosen), interactive=False),
                self.words: gr.Textbox(interactive=False),
                self.answer: gr.Button(visible=False),
                self.correction: gr.Markdown(told, visible=True, elem_classes=[grade.result]),
                self.next: gr.Button(visible=True),
            }
        return gr.skip()

    def moved_on(self, now: Round, part: str, request: gr.Request) -> Any:
        """The next question, or the end of the round."""
        with shown_errors(self.language):
            return self.screen(now.without_first(), self.of(part, request))
        return gr.skip()

    def reported(self, now: Round, part: str, reason: str, request: gr.Request) -> Any:
        """Retires the question on the screen and goes on with the next one."""
        with shown_errors(self.language):
            if not reason.strip():
                raise refusal(self.say("why"))
            practice = self.of(part, request)
            practice.store.report(now.left[0], reason[:LONGEST_REASON])
            gr.Info(self.say("thanks"), title=self.say("noted"))
            return self.screen(now.without_first(), practice)
        return gr.skip()

    def screen(self, now: Round, practice: Practice) -> Updates:
        """The question that a round is at, or its end."""
        asked = {item.id: item for item in practice.store.items()}
        now = replace(now, left=tuple(one for one in now.left if one in asked))
        over = not now.left
        shown = self.around(now, practice) | {
            self.card: gr.Column(visible=not over),
            self.end: gr.Markdown(visible=False),
            self.again: gr.Button(visible=False),
        }
        if over:
            return shown | self.ending(now, practice)
        return shown | self.asking(asked[now.left[0]])

    def asking(self, item: Item) -> Updates:
        """A card that waits for its answer."""
        choice = item.kind == "choice"
        return {
            self.question: gr.Markdown(question_markdown(item)),
            self.options: gr.Radio(
                choices=choices(item),
                value=None,
                interactive=True,
                visible=choice,
                elem_classes=["letras"] if spelt_out(item) else [],
            ),
            self.words: gr.Textbox(value="", interactive=True, visible=not choice),
            self.answer: gr.Button(visible=True),
            self.correction: gr.Markdown("", visible=False),
            self.next: gr.Button(visible=False),
            self.bad: gr.Accordion(open=False),
            self.reason: gr.Textbox(value=""),
        }

    def ending(self, now: Round, practice: Practice) -> Updates:
        """What is said when there is no question left: the score, and what comes next."""
        if not practice.items:
            kind = "empty"
            if practice.person.teacher:
                kind = "empty_drafts" if practice.store.pending() else "empty_teacher"
            return {self.end: gr.Markdown(self.say(kind), visible=True)}
        parts = [self.say("score", right=now.right, done=now.done)] if now.done else []
        due = len(practice.due())
        if due:
            parts.append(self.say("more", due=due))
        else:
            parts.append(self.say("all_done", when=when(practice.next_due(), self.language)))
        return {
            self.end: gr.Markdown("\n\n".join(parts), visible=True),
            self.again: gr.Button(visible=bool(due)),
        }

    def around(self, now: Round, practice: Practice) -> Updates:
        """What stands around the card: what to choose from, how many are left, the progress."""
        rows, part = practice.progress, practice.part
        listed = [(self.say("everything"), ""), *((one.label, one.label) for one in rows)]
        left, due = len(now.left) - now.answered, len(practice.due())
        return {
            self.round: now,
            self.part: gr.Dropdown(
                choices=listed, value=part if (part, part) in listed else "", visible=bool(rows)
            ),
            self.status: self.say("left", left=left, due=due) if now.left else "",
            self.progress: progress_html(rows, self.language),
            self.anki: gr.HTML(visible=bool(rows)),
        }


def practise_part(site: Site, language: Language, tab: gr.Tab) -> None:
    """Adds the part to the page; `tab` is the tab that it stands in."""
    Practise(site, language).wire(tab)


def anki_package(site: Site) -> bytes:
    """The whole quiz as an Anki package (.apkg), of which no copy stays on the disk.

    Raises:
        InputError: if there are no questions.
    """
    items = QuizStore(site.assistant.settings.quiz).items()
    if not items:
        raise InputError(
            "No hay preguntas que llevar a Anki.", "There are no questions to take to Anki."
        )
    with tempfile.TemporaryDirectory(prefix="ayudante-") as folder:
        target = Path(folder) / "mazo.apkg"
        export(items, site.view, target, site.assistant.settings.course_name)
        return target.read_bytes()
