"""The teaching staff's part: what students ask, answers that the staff adds, how good search is.

Each handler asks who it is for: that the tab is hidden from students keeps nobody out.
"""

from html import escape
from typing import Any

import gradio as gr

from agent.corrections import FILE
from agent.insights import insights
from agent.messages import Language
from agent.quiz import QuizStore
from corpus.errors import AyudanteError
from ui.page import overview
from ui.page.measuring import Measuring
from ui.page.place import link
from ui.page.site import QUIET, Catalogue, Site, speaker
from ui.page.trouble import shown_errors, told

TEXTS: Catalogue = {
    "asked": {"es": "Preguntas", "en": "Questions"},
    "measure": {"es": "Búsqueda", "en": "Search"},
    "refresh": {"es": "Actualizar", "en": "Refresh"},
    "loading": {"es": "Leyendo las conversaciones…", "en": "Reading the conversations…"},
    "waiting": {
        "es": "Preguntas del quiz que esperan aprobación, en Practicar: {count} (avisadas por "
        "estudiantes: {reported}).",
        "en": "Questions of the quiz that wait for approval, in Practise: {count} (reported by "
        "students: {reported}).",
    },
    "correct": {
        "es": "### Agregar una respuesta\nPasa a ser material del curso: desde ya se encuentra y "
        "se cita.",
        "en": "### Add an answer\nIt becomes course material: it is found and cited from now on.",
    },
    "question": {
        "es": "Pregunta, como la hacen los estudiantes",
        "en": "Question, as students ask it",
    },
    "answer": {"es": "Respuesta (Markdown)", "en": "Answer (Markdown)"},
    "add": {"es": "Agregar respuesta", "en": "Add the answer"},
    "added": {
        "es": "Agregada. «{question}» encuentra ahora {place}.",
        "en": "Added. “{question}” now finds {place}.",
    },
    "behind": {
        "es": "Tu respuesta también se busca, pero otro lugar queda antes: si no es el que "
        "corresponde, agrégala con las palabras que usan los estudiantes.",
        "en": "Your answer is searched too, but another place comes first: if that is not the "
        "right one, add it in the words that students use.",
    },
}
ON_LOAD = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-question]');
  if (button) trigger('click', { question: button.dataset.question });
});
"""
TO_FORM = "() => { document.querySelector('#respuesta-docente textarea').focus(); }"


def staff_part(site: Site, language: Language, tab: gr.Tab) -> None:
    """Adds the part to the page; `tab` is the tab that it stands in."""
    say = speaker(TEXTS, language)
    with gr.Tabs():
        with gr.Tab(say("asked")):
            questions = Questions(site, language)
        with gr.Tab(say("measure")) as measure:
            measuring = Measuring(site, language)
    measuring.wire(measure)
    questions.wire(tab)


class Questions:
    """What students ask, and the form that answers what the materials do not."""

    def __init__(self, site: Site, language: Language) -> None:
        self.site, self.language = site, language
        self.say = say = speaker(TEXTS, language)
        self.tell = speaker(overview.TEXTS, language)
        self.refresh = gr.Button(say("refresh"), size="sm", elem_classes="narrow")
        self.shown = gr.HTML(
            f"<p>{say('loading')}</p>",
            js_on_load=ON_LOAD,
            apply_default_css=False,
            elem_classes="staff",
        )
        gr.Markdown(say("correct"))
        self.question = gr.Textbox(label=say("question"), max_lines=4, elem_id="pregunta-docente")
        self.answer = gr.Textbox(
            label=say("answer"), lines=5, max_lines=20, elem_id="respuesta-docente"
        )
        self.add = gr.Button(say("add"), variant="primary", elem_classes="narrow")
        self.result = gr.HTML("", apply_default_css=False, elem_classes="staff")
        self.rest = gr.HTML("", apply_default_css=False, elem_classes="staff")

    def wire(self, tab: gr.Tab) -> None:
        """Says what happens on each event."""
        gr.on(
            [tab.select, self.refresh.click],
            self.learned,
            None,
            [self.shown, self.rest],
            show_progress="minimal",
            api_visibility="private",
        )
        self.shown.click(self.chosen, None, [self.question, self.result], **QUIET).then(
            None, None, None, js=TO_FORM, **QUIET
        )
        self.add.click(
            self.added,
            [self.question, self.answer],
            [self.question, self.answer, self.result],
            show_progress_on=self.result,
            api_visibility="private",
        )

    def learned(self, request: gr.Request) -> tuple[Any, Any]:
        """What the conversations say, above the form and below it."""
        with shown_errors(self.language, for_staff=True):
            self.site.teacher(request)
            return self.overview()
        return gr.skip(), gr.skip()

    def overview(self) -> tuple[str, str]:
        """The same, for whoever may see it."""
        retriever, tell = self.site.retriever, self.tell
        turns = self.site.assistant.conversations.all_turns()
        waiting = self.waiting()
        if not turns:
            return waiting + overview.nothing_asked(tell), ""
        said = insights(turns, retriever.public, retriever.embedder)
        seconds = [turn.seconds for turn in turns if turn.seconds is not None]
        places = overview.places_by_label(retriever.public)
        above = (
            overview.numbers(said, tell),
            overview.charts(said, seconds, tell),
            overview.asked_table("unanswered", said.unanswered, places, tell, answerable=True),
            overview.asked_table("weak", said.weak, places, tell, answerable=True),
        )
        below = (
            overview.asked_table("slow", said.slow, places, tell),
            overview.comments(said.comments, tell),
        )
        return waiting + "".join(above), "".join(below)

    def waiting(self) -> str:
        """That questions of the quiz wait for a teacher; empty if none does."""
        pending = QuizStore(self.site.assistant.settings.quiz).pending()
        if not pending:
            return ""
        reported = sum(bool(one.reasons) for one in pending)
        return f"<p>{self.say('waiting', count=len(pending), reported=reported)}</p>"

    def chosen(self, event: gr.EventData, request: gr.Request) -> tuple[Any, Any]:
        """Puts a question of the lists into the form."""
        with shown_errors(self.language, for_staff=True):
            self.site.teacher(request)
            return str(event._data.get("question", "")), ""
        return gr.skip(), gr.skip()

    def added(self, question: str, answer: str, request: gr.Request) -> tuple[Any, Any, str]:
        """Adds an answer to the course; what was typed stays if that cannot be."""
        try:
            self.site.teacher(request)
            self.site.assistant.correct(question, answer)
        except AyudanteError as error:
            said = escape(told(error, self.language, for_staff=True))
            return gr.skip(), gr.skip(), f'<p role="alert">⚠️ {said}</p>'
        return "", "", self.found(question)

    def found(self, question: str) -> str:
        """Which place a question finds, now that it was answered."""
        best = self.site.retriever.search(question, 1)[0].passage
        place = link(best.id, best.label)
        told = self.say("added", question=escape(" ".join(question.split())), place=place)
        behind = "" if best.document.endswith(FILE) else f" {self.say('behind')}"
        return f'<p role="status">✓ {told}{behind}</p>'
