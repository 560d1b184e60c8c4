"""Approving what is to be asked in the quiz: for the teaching staff.

What the model wrote, or a student reported, is shown with the words of the course that it rests on,
may be put right, and is asked once it is approved.
"""

from typing import Any

import gradio as gr

from agent.messages import Language
from agent.quiz import Pending, QuizStore, corrected, text_behind
from agent.quiz.grading import LONGEST
from ui.page.chat import LATEX
from ui.page.quiz_view import source
from ui.page.render import safe
from ui.page.site import QUIET, Catalogue, Site, speaker
from ui.page.trouble import shown_errors
from ui.people import Person

TEXTS: Catalogue = {
    "heading": {"es": "Preguntas por aprobar: {count}", "en": "Questions to approve: {count}"},
    "note": {
        "es": "Las escribió el modelo, y cerca de la mitad no sirve, o salieron por un aviso: "
        "léelas con su fuente. Nadie las ve hasta que las apruebes, con tus correcciones.",
        "en": "The model wrote them, and about half are no good, or a report took them out: read "
        "them with their source. Nobody sees them until you approve them, with your corrections.",
    },
    "reported": {"es": "**Avisaron:** {reasons}", "en": "**Reported:** {reasons}"},
    "question": {"es": "Pregunta", "en": "Question"},
    "right": {"es": "Respuesta correcta", "en": "Right answer"},
    "wrong": {"es": "Opciones falsas, una por línea", "en": "Wrong options, one a line"},
    "approve": {"es": "Aprobar", "en": "Approve"},
    "discard": {"es": "Descartar", "en": "Discard"},
    "later": {"es": "Después", "en": "Later"},
}

Updates = dict[Any, Any]


class Drafts:
    """The components with which drafts are approved; only the teaching staff sees them."""

    def __init__(self, site: Site, language: Language) -> None:
        self.site, self.language = site, language
        self.say = say = speaker(TEXTS, language)
        self.shown_id = gr.State("")
        with gr.Accordion(open=False, visible=False, elem_id="borradores") as self.block:
            gr.Markdown(say("note"))
            self.source = gr.Markdown(latex_delimiters=LATEX, elem_id="fuente-borrador")
            self.question = gr.Textbox(label=say("question"), max_length=LONGEST, max_lines=4)
            self.right = gr.Textbox(label=say("right"), max_length=LONGEST, max_lines=4)
            self.wrong = gr.Textbox(label=say("wrong"), max_length=3 * LONGEST, lines=3)
            with gr.Row():
                self.approve = gr.Button(say("approve"), variant="primary", elem_id="aprobar")
                self.discard = gr.Button(say("discard"), elem_id="descartar")
                self.later = gr.Button(say("later"), elem_id="despues")

    @property
    def shown(self) -> list[Any]:
        """The components that `look` changes."""
        return [self.block, self.shown_id, self.source, self.question, self.right, self.wrong]

    def wire(self) -> list[Any]:
        """Says what the buttons do; returns the dependencies after which all is looked at anew."""
        fields = [self.shown_id, self.question, self.right, self.wrong]
        shown = QUIET | {"outputs": self.shown}
        self.later.click(self.put_off, self.shown_id, **shown)
        return [
            self.approve.click(self.approved, fields, **shown),
            self.discard.click(self.discarded, self.shown_id, **shown),
        ]

    @property
    def store(self) -> QuizStore:
        """The quiz."""
        return QuizStore(self.site.assistant.settings.quiz)

    def look(self, person: Person, shown: str = "") -> Updates:
        """What of it is shown to a person now; the draft on the screen stays as they left it."""
        drafts = self.store.pending() if person.teacher else []
        if not drafts:
            return {self.block: gr.Accordion(visible=False), self.shown_id: ""}
        block = gr.Accordion(label=self.say("heading", count=len(drafts)), visible=True)
        if shown in {one.item.id for one in drafts}:
            return {self.block: block}
        return {self.block: block} | self.filled(drafts[0])

    def filled(self, draft: Pending) -> Updates:
        """The fields with a draft."""
        item = draft.item
        parts = source(item.passage_id, item.label, item.why, self.site.retriever)
        if draft.reasons:
            reasons = " · ".join(f"«{safe(reason)}»" for reason in draft.reasons)
            parts.insert(0, self.say("reported", reasons=reasons))
        return {
            self.shown_id: item.id,
            self.source: "\n\n".join(parts),
            self.question: item.question,
            self.right: item.answer,
            self.wrong: gr.Textbox("\n".join(item.wrong), visible=item.kind == "choice"),
        }

    def following(self, shown: str) -> Updates:
        """The fields with the draft that comes after the one on the screen; as they are if none."""
        drafts = self.store.pending()
        ids = [one.item.id for one in drafts]
        after = ids.index(shown) + 1 if shown in ids else 0
        return self.filled(drafts[after % len(ids)]) if ids else {}

    def put_off(self, shown: str, request: gr.Request) -> Any:
        """The next draft."""
        with shown_errors(self.language, for_staff=True):
            self.site.teacher(request)
            return self.following(shown)
        return gr.skip()

    def approved(
        self, shown: str, question: str, right: str, wrong: str, request: gr.Request
    ) -> Any:
        """Has the draft on the screen asked as the fields say, and shows the next one."""
        with shown_errors(self.language, for_staff=True):
            self.site.teacher(request)
            item, following = self.store.item(shown), self.following(shown)
            options = [line for line in wrong.splitlines() if line.strip()]
            text = text_behind(item, self.site.retriever.public)
            instead = corrected(item, question, right, options, text)
            self.store.approve(shown, instead)
            return following
        return gr.skip()

    def discarded(self, shown: str, request: gr.Request) -> Any:
        """Retires the draft on the screen, which is not written again, and shows the next one."""
        with shown_errors(self.language, for_staff=True):
            self.site.teacher(request)
            following = self.following(shown)
            self.store.discard(shown)
            return following
        return gr.skip()
