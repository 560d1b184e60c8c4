"""Writing new questions for the quiz with the language model: for the teaching staff."""

import random
from typing import Any

import gradio as gr

from agent.messages import Language
from agent.quiz import QuizStore, Written, write_items
from retrieval import Filter
from retrieval.filters import facets
from ui.page.site import Catalogue, Site, speaker
from ui.page.trouble import refusal, shown_errors
from ui.people import Person

TEXTS: Catalogue = {
    "heading": {"es": "Escribir preguntas nuevas", "en": "Write new questions"},
    "about": {"es": "Sobre", "en": "About"},
    "course": {"es": "Todo el curso", "en": "The whole course"},
    "class": {"es": "Clase {number} y sus labs", "en": "Class {number} and its labs"},
    "write": {"es": "Escribir {count} preguntas nuevas", "en": "Write {count} new questions"},
    "writing": {"es": "Escribiendo y revisando…", "en": "Writing and checking…"},
    "no_model": {
        "es": "Para escribir preguntas hace falta el modelo de lenguaje, y ahora no está.",
        "en": "Writing questions needs the language model, which is not there now.",
    },
    "kept": {
        "es": "**Borradores nuevos: {count}.** Se preguntan cuando los apruebes, aquí arriba.",
        "en": "**New drafts: {count}.** They are asked once you approve them, above.",
    },
    "none": {
        "es": "**Ninguna pasó las revisiones.** Prueba otra vez o con otra clase.",
        "en": "**None passed the checks.** Try again, or another class.",
    },
    "refused": {"es": "Descartadas: {count}.", "en": "Refused: {count}."},
    # Why an item was refused: the names that `Written.refused` uses.
    "shape": {"es": "no tenía cuatro opciones", "en": "it had not four options"},
    "asks": {"es": "la pregunta no era una sola frase", "en": "it was not one whole question"},
    "stands_alone": {
        "es": "hablaba de algo que no se ve («según el texto…»)",
        "en": "it spoke of something unseen (“according to the text…”)",
    },
    "own_words": {"es": "copiaba el material", "en": "it copied the material"},
    "keeps_the_answer": {
        "es": "la pregunta delataba la respuesta",
        "en": "the question gave the answer away",
    },
    "brief": {"es": "la respuesta era muy larga", "en": "the answer was too long"},
    "answer_supported": {
        "es": "el material no dice la respuesta",
        "en": "the material does not say the answer",
    },
    "why_supports": {
        "es": "ninguna frase del material la respalda",
        "en": "no sentence of the material backs it",
    },
    "distinct": {"es": "dos opciones decían lo mismo", "en": "two options said the same"},
    "alone_supported": {
        "es": "otra opción también podía ser correcta",
        "en": "another option might be right too",
    },
    "alike": {
        "es": "el largo de una opción la delataba",
        "en": "an option's length gave it away",
    },
    "no_catch_all": {
        "es": "tenía una opción como «todas las anteriores»",
        "en": "it had an option like “all of the above”",
    },
    "cut": {"es": "quedó cortada", "en": "it was cut short"},
    "repeated": {"es": "ya se había preguntado", "en": "it had been asked already"},
    "unconfirmed": {
        "es": "al releerla, el modelo no llegó a la misma respuesta",
        "en": "reading it again, the model did not find the same answer",
    },
}
COUNT = 3  # at a time: what was written is lost if the model fails
EVERYTHING = 0  # in place of a class's number
SHOWN = gr.Progress()


class Writing:
    """The components with which questions are written; only the teaching staff sees them."""

    def __init__(self, site: Site, language: Language) -> None:
        self.site, self.language = site, language
        self.say = say = speaker(TEXTS, language)
        with gr.Accordion(say("heading"), open=False, visible=False) as self.block:
            self.no_model = gr.Markdown(say("no_model"))
            self.about = gr.Dropdown(
                [(say("course"), EVERYTHING)], value=EVERYTHING, label=say("about")
            )
            self.button = gr.Button(say("write", count=COUNT), elem_id="escribir-preguntas")
            self.outcome = gr.Markdown(elem_id="escritas", min_height=90)

    @property
    def shown(self) -> list[Any]:
        """The components that `look` changes."""
        return [self.block, self.no_model, self.about, self.button]

    def wire(self) -> Any:
        """Says what the button does; returns the dependency that ends with what was written."""
        return self.button.click(
            self.write,
            self.about,
            self.outcome,
            show_progress="full",
            concurrency_limit=1,
            api_visibility="private",
        )

    def look(self, person: Person) -> dict[Any, Any]:
        """What of it is shown to a person now."""
        there = self.site.assistant.address is not None
        classes = facets(self.site.retriever.public)["classes"]
        listed = [(self.say("class", number=number), number) for number in classes]
        return {
            self.block: gr.Accordion(visible=person.teacher),
            self.no_model: gr.Markdown(visible=not there),
            self.about: gr.Dropdown(
                choices=[(self.say("course"), EVERYTHING), *listed], visible=there
            ),
            self.button: gr.Button(visible=there),
        }

    def write(self, about: int, request: gr.Request, shown: gr.Progress = SHOWN) -> str:
        """Has questions written about a class, stores them, and tells what came of it."""
        with shown_errors(self.language, for_staff=True):
            self.site.teacher(request)
            return self.told(self.written(about, shown))
        return ""

    def written(self, about: int, shown: gr.Progress) -> Written:
        """New questions, stored as drafts; raises `AyudanteError`."""
        assistant = self.site.assistant
        if assistant.address is None:
            raise refusal(self.say("no_model"))
        store = QuizStore(assistant.settings.quiz)

        def progress(_: str, done: int, total: int) -> None:
            shown((done, total), desc=self.say("writing"))

        written = write_items(
            self.site.retriever,
            COUNT,
            assistant.address,
            within=None if about == EVERYTHING else Filter(classes=frozenset({about})),
            known=store.questions(),
            seed=random.randrange(1 << 31),  # the next time, other passages
            progress=progress,
        )
        store.propose(written.items)
        return written

    def told(self, written: Written) -> str:
        """How many questions were kept, and why the others were not, as Markdown."""
        kept = len(written.items)
        lines = [self.say("kept", count=kept) if kept else self.say("none")]
        if written.refused:
            lines.append(self.say("refused", count=sum(written.refused.values())))
            lines.append(
                "\n".join(f"- {times} × {self.say(why)}" for why, times in written.refused.items())
            )
        return "\n\n".join(lines)
