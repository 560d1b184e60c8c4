"""How well the course is searched, measured from the page on judged questions.

A measurement takes a while: it runs beside the page, says how far it is, and can be stopped. The
last one on the same questions is kept beside the index, so that the next one says what changed.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr

from agent.messages import Language
from corpus.errors import AyudanteError, InputError
from corpus.finding import QUESTIONS
from retrieval import Changes, Report, compare, evaluate
from retrieval.retriever import SYSTEMS, System
from ui.evaluation_page import write_evaluation
from ui.page.kept import SPLITS, Kept
from ui.page.measured import measured_html
from ui.page.site import QUIET, Catalogue, Site, saving, speaker
from ui.page.trouble import refusal, shown_errors, told

TEXTS: Catalogue = {
    "about": {
        "es": "Se buscan preguntas del curso de las que ya se sabe qué láminas y celdas responden, "
        "y se mira qué tan arriba quedan. Toma alrededor de un minuto.",
        "en": "Questions of the course whose right slides and cells are known are searched, to see "
        "how high those come. It takes about a minute.",
    },
    "split": {"es": "Con qué preguntas", "en": "On which questions"},
    "dev": {"es": "dev: para mejorar", "en": "dev: to improve on"},
    "test": {"es": "test: para informar", "en": "test: to report"},
    "all": {"es": "todas", "en": "all"},
    "systems": {"es": "Sistemas", "en": "Systems"},
    "dense": {"es": "dense: por significado", "en": "dense: by meaning"},
    "lexical": {"es": "lexical: por palabras", "en": "lexical: by words"},
    "hybrid": {"es": "hybrid: ambos", "en": "hybrid: both"},
    "reranked": {
        "es": "reranked: ambos, y se releen los mejores",
        "en": "reranked: both, and the best are read again",
    },
    "run": {"es": "Medir la búsqueda", "en": "Measure the search"},
    "stop": {"es": "Detener", "en": "Stop"},
    "save": {"es": "Guardar el informe", "en": "Save the report"},
    "starting": {"es": "Leyendo las preguntas…", "en": "Reading the questions…"},
    "step": {"es": "Midiendo: {done} de {total}", "en": "Measuring: {done} of {total}"},
    "stopped": {"es": "Se detuvo la medición.", "en": "The measurement was stopped."},
    "no_system": {"es": "Elige al menos un sistema.", "en": "Choose at least one system."},
    "first": {
        "es": "Es la primera medición de estas preguntas: la próxima dirá qué cambió.",
        "en": "This is the first measurement of these questions: the next will say what changed.",
    },
    "last": {
        "es": "La última medición: {when}, {queries} preguntas ({split}).",
        "en": "The last measurement: {when}, {queries} questions ({split}).",
    },
    "failed": {
        "es": "La medición falló y quedó anotado por qué.",
        "en": "The measurement failed, and why was noted.",
    },
}
LOOK_SECONDS = 0.3
REPORT_NAME = "evaluacion.html"

log = logging.getLogger("ayudante")


class Stopped(Exception):
    """Nobody waits for the measurement any more."""


@dataclass
class Going:
    """How far a measurement is, told by its thread and read by the page."""

    done: int = 0
    total: int = 0
    stopped: bool = False

    def told(self, stage: str, done: int, total: int) -> None:  # noqa: ARG002 - a Progress
        """Notes how far it is; raises `Stopped` if it need not go on."""
        if self.stopped:
            raise Stopped
        self.done, self.total = done, total


@dataclass(frozen=True, slots=True)
class Measurement:
    """A report, what changed since the last one, and what there is to say besides."""

    report: Report
    changes: Changes | None
    notices: list[str]


class Measuring:
    """The components of a measurement, and what they do."""

    def __init__(self, site: Site, language: Language) -> None:
        self.site, self.language = site, language
        self.say = say = speaker(TEXTS, language)
        gr.Markdown(say("about"))
        self.split = gr.Radio([(say(one), one) for one in SPLITS], value="dev", label=say("split"))
        self.systems = gr.CheckboxGroup(
            [(say(one), one) for one in SYSTEMS], value=[*SYSTEMS], label=say("systems")
        )
        with gr.Row():
            self.run = gr.Button(say("run"), variant="primary", elem_classes="narrow")
            self.stop = gr.Button(say("stop"), visible=False, elem_classes="narrow")
            self.save = gr.Button(say("save"), visible=False, elem_classes="narrow")
        self.state = gr.HTML("", apply_default_css=False, elem_classes="staff")
        self.shown = gr.HTML("", apply_default_css=False, elem_classes="staff")
        self.page = gr.State("")  # the report as a page, until it is saved
        self.file = gr.Textbox(visible=False)

    @property
    def kept(self) -> Kept:
        """The last measurements."""
        return Kept(self.site.assistant.settings.index.parent)

    def wire(self, tab: gr.Tab) -> None:
        """Says what happens on each event."""
        shown = [self.state, self.shown, self.page, self.save]
        tab.select(self.opened, self.page, shown, **QUIET)
        running = self.run.click(
            self.measured,
            [self.split, self.systems],
            [self.state, self.shown, self.page, self.run, self.stop, self.save],
            **QUIET,
        )
        self.stop.click(
            self.halted,
            None,
            [self.state, self.run, self.stop, self.save],
            cancels=running,
            queue=False,
            **QUIET,
        )
        self.save.click(self.saved, self.page, self.file, **QUIET).then(
            None, self.file, None, js=saving(REPORT_NAME, "text/html"), **QUIET
        )

    def opened(self, page: str, request: gr.Request) -> tuple[Any, ...]:
        """The last measurement, until there is one on the screen."""
        with shown_errors(self.language, for_staff=True):
            self.site.teacher(request)
            last = None if page else self.kept.latest()
            if last:
                split, when, report = last
                told = self.say(
                    "last", when=f"{when:%Y-%m-%d %H:%M}", queries=report.queries, split=split
                )
                return (
                    said(told),
                    *self.drawn(Measurement(report, None, [])),
                    gr.Button(visible=True),
                )
        return (gr.skip(),) * 4

    async def measured(
        self, split: str, systems: Sequence[str], request: gr.Request
    ) -> AsyncIterator[tuple[Any, ...]]:
        """Measures; yields how far it is, then what was found or why nothing was."""
        try:
            self.site.teacher(request)
            chosen = tuple(one for one in SYSTEMS if one in systems)
            if not chosen:
                raise refusal(self.say("no_system"))
            async with aclosing(self.watched(split, chosen)) as steps:
                async for shown in steps:
                    yield shown
        except AyudanteError as error:
            yield said(f"⚠️ {self.told(error)}", "alert"), "", "", *buttons()
        except Exception:
            log.exception("a measurement failed")
            yield said(f"⚠️ {self.say('failed')}", "alert"), "", "", *buttons()

    async def watched(
        self, split: str, systems: tuple[System, ...]
    ) -> AsyncGenerator[tuple[Any, ...], None]:
        """The same, raising what goes wrong; the measurement ends soon after nobody waits."""
        going = Going()
        work = asyncio.create_task(asyncio.to_thread(self.measure, split, systems, going))
        before = ""
        try:
            while not work.done():
                if (now := self.progress(going)) != before:
                    yield now, "", "", *buttons(busy=True)
                before = now
                await asyncio.wait({work}, timeout=LOOK_SECONDS)
        finally:
            going.stopped = True
        found = work.result()
        assert found is not None
        notices = "".join(said(notice) for notice in found.notices)
        yield notices, *self.drawn(found), *buttons(report=True)

    def drawn(self, found: Measurement) -> tuple[str, str]:
        """What was measured as a part of this page, and as a page of its own."""
        shown = measured_html(found.report, found.changes, self.site.retriever, self.language)
        return shown, page_of(found)

    def measure(self, split: str, systems: tuple[System, ...], going: Going) -> Measurement | None:
        """Measures and keeps the report for the next time; None if it was stopped."""
        settings = self.site.assistant.settings
        try:
            report = evaluate(
                QUESTIONS,
                self.site.retriever,
                systems,
                settings,
                going.told,
                None if split == "all" else split,
            )
        except Stopped:
            return None
        changes, notices = self.since_last(split, report)
        try:
            self.kept.keep(split, report)
        except InputError as error:
            notices.append(self.told(error))
        return Measurement(report, changes, notices)

    def since_last(self, split: str, report: Report) -> tuple[Changes | None, list[str]]:
        """What changed since the last measurement, or why that cannot be said."""
        try:
            before = self.kept.before(split)
            return (compare(before, report), []) if before else (None, [self.say("first")])
        except InputError as error:
            return None, [self.told(error)]

    def told(self, error: AyudanteError) -> str:
        """What went wrong, for the teaching staff."""
        return told(error, self.language, for_staff=True)

    def progress(self, going: Going) -> str:
        """How far a measurement is."""
        told, value = self.say("starting"), ""
        if going.total:
            told = self.say("step", done=going.done, total=going.total)
            value = f' max="{going.total}" value="{going.done}"'
        return f'{said(told)}<progress aria-label="{told}"{value}></progress>'

    def halted(self, request: gr.Request) -> tuple[Any, ...]:
        """What there is once a measurement was stopped."""
        with shown_errors(self.language, for_staff=True):
            self.site.teacher(request)
            return said(self.say("stopped")), *buttons()
        return (gr.skip(),) * 4

    def saved(self, page: str, request: gr.Request) -> str:
        """The report as one HTML file."""
        with shown_errors(self.language, for_staff=True):
            self.site.teacher(request)
            return page
        return ""


def buttons(busy: bool = False, report: bool = False) -> tuple[gr.Button, gr.Button, gr.Button]:
    """To measure, to stop, to save: those that make sense are seen."""
    return gr.Button(visible=not busy), gr.Button(visible=busy), gr.Button(visible=report)


def said(text: str, role: str = "status") -> str:
    """A sentence as HTML."""
    return f'<p role="{role}">{escape(text)}</p>'


def page_of(found: Measurement) -> str:
    """The report as a page of its own, to save or to send."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / REPORT_NAME
        write_evaluation(file, found.report, found.changes)
        return file.read_text(encoding="utf-8")
