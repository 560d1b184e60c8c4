"""The part of the library that changes the course, for the teaching staff alone."""

from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from agent.messages import Language
from corpus.errors import AyudanteError
from corpus.progress import Progress
from corpus.reading import MAX_BYTES
from ui.materials import Change, Materials
from ui.page.changes import changed, standing
from ui.page.site import QUIET, Catalogue, Site, speaker
from ui.page.trouble import shown_errors, told
from ui.uploads import weight

TEXTS: Catalogue = {
    "heading": {"es": "Materiales del curso", "en": "Course materials"},
    "staff": {
        "es": "Solo el equipo docente ve esta sección.",
        "en": "Only the teaching staff sees this section.",
    },
    "where": {
        "es": "Los archivos quedan en {folder}, hasta {most} cada uno: PDF, PowerPoint, Word, "
        "notebooks, Markdown, HTML, LaTeX, subtítulos, código o texto. Si el nombre dice la clase "
        "o la semana («clase-05-redes.pdf»), quedan en su lugar.",
        "en": "Files are kept in {folder}, up to {most} each: PDF, PowerPoint, Word, notebooks, "
        "Markdown, HTML, LaTeX, subtitles, code or text. If the name says the class or the week "
        "(“clase-05-redes.pdf”), they find their place.",
    },
    "add": {"es": "Agregar archivos al curso", "en": "Add files to the course"},
    "replace": {
        "es": "Reemplazar los que tengan el mismo nombre",
        "en": "Replace those of the same name",
    },
    "document": {"es": "Retirar un documento", "en": "Remove a document"},
    "remove": {"es": "Retirar…", "en": "Remove…"},
    "ask": {
        "es": "¿Retirar {document} del curso? No se borra: queda en {folder}.",
        "en": "Remove {document} from the course? It is not deleted: it is kept in {folder}.",
    },
    "sure": {"es": "Retirar del curso", "en": "Remove from the course"},
    "keep": {"es": "Dejarlo", "en": "Keep it"},
    "working": {"es": "Leyendo los archivos…", "en": "Reading the files…"},
    "reindex": {"es": "Actualizar el índice", "en": "Update the index"},
}
PROGRESS = gr.Progress()  # Gradio looks for one among the defaults of a function
CONCURRENT = 8  # a second change at once is refused, rather than left waiting


class Managing:
    """The section's components, and what they do; it is hidden from students.

    Hiding it is a courtesy: each function that does something asks who wants it.
    """

    def __init__(self, site: Site, language: Language) -> None:
        self.site, self.language = site, language
        self.say = say = speaker(TEXTS, language)
        with gr.Column(visible=False, elem_id="materiales") as self.section:
            gr.Markdown(f"### {say('heading')}\n{say('staff')}")
            self.where = gr.HTML(apply_default_css=False)
            self.files = gr.File(
                label=say("add"), file_count="multiple", height=180, elem_id="subir"
            )
            self.replacing = gr.Checkbox(label=say("replace"), container=False)
            self.report = gr.HTML(elem_id="informe", apply_default_css=False)
            with gr.Row(elem_id="retirar"):
                self.document = gr.Dropdown([], label=say("document"), scale=4, min_width=260)
                self.remove = gr.Button(say("remove"), scale=1, min_width=120)
            with gr.Column(visible=False, elem_id="confirmar") as self.asking:
                self.question = gr.HTML(apply_default_css=False)
                with gr.Row():
                    self.sure = gr.Button(say("sure"), variant="stop")
                    self.keep = gr.Button(say("keep"))
            self.reindex = gr.Button(say("reindex"))

    @property
    def materials(self) -> Materials:
        """The course's files."""
        return Materials(self.site.assistant, MAX_BYTES)

    def wire(self, tab: gr.Tab) -> list[Any]:
        """Says what happens on each event; returns the dependencies that change the course."""
        private: dict[str, Any] = {"api_visibility": "private"}
        shown = [self.section, self.where, self.document, self.report]
        tab.select(self.opened, None, shown, **QUIET)
        asking = [self.asking, self.question]
        self.remove.click(self.asked, self.document, asking, **QUIET)
        # Another document is another question.
        no_more = [self.keep.click, self.document.input]
        gr.on(no_more, lambda: gr.Column(visible=False), None, self.asking, **QUIET)
        working = private | {
            "show_progress_on": self.report,
            "concurrency_limit": CONCURRENT,
            "concurrency_id": "materials",
        }
        outputs = [self.report, self.document, self.asking]
        return [
            self.files.upload(
                self.added, [self.files, self.replacing], [self.files, *outputs], **working
            ),
            self.sure.click(self.removed, self.document, outputs, **working),
            self.reindex.click(self.reindexed, None, outputs, **working),
        ]

    def opened(self, request: gr.Request) -> tuple[Any, str, Any, str]:
        """The section as it is now, for the teaching staff."""
        with shown_errors(self.language, for_staff=True):
            if self.site.person(request).teacher:
                return (
                    gr.Column(visible=True),
                    f'<p class="count">{self.where_to()}</p>',
                    gr.Dropdown(choices=self.materials.documents),
                    standing(self.site.retriever, self.language),
                )
        return gr.Column(visible=False), "", gr.Dropdown(choices=[]), ""

    def where_to(self) -> str:
        """HTML of where files come in, or why they cannot."""
        materials = self.materials
        try:
            folder = f"<code>{escape(str(materials.folder))}</code>"
        except AyudanteError as error:
            return escape(told(error, self.language, for_staff=True))
        return self.say("where", folder=folder, most=weight(materials.max_bytes))

    def added(
        self,
        files: list[str] | None,
        replacing: bool,
        request: gr.Request,
        progress: gr.Progress = PROGRESS,
    ) -> tuple[Any, ...]:
        """Takes uploaded files into the course; Gradio's cache, which all can read, keeps none."""
        with shown_errors(self.language, for_staff=True):
            self.site.teacher(request)
            paths = [Path(file) for file in files or []]
            try:
                change = self.materials.add(
                    paths, replacing=replacing, progress=self.shown_on(progress)
                )
            finally:
                for path in paths:
                    discard(path)
            return None, *self.done(change)
        return None, gr.skip(), gr.skip(), gr.skip()

    def asked(self, document: str | None, request: gr.Request) -> tuple[Any, str]:
        """Asks whether a document is really to leave."""
        with shown_errors(self.language, for_staff=True):
            self.site.teacher(request)
            if document:
                folder = f"<code>{escape(str(self.materials.aside))}</code>"
                named = f"<strong>{escape(document)}</strong>"
                question = self.say("ask", document=named, folder=folder)
                return gr.Column(visible=True), f"<p>{question}</p>"
        return gr.Column(visible=False), ""

    def removed(
        self, document: str | None, request: gr.Request, progress: gr.Progress = PROGRESS
    ) -> tuple[Any, ...]:
        """Moves a document out of the course."""
        with shown_errors(self.language, for_staff=True):
            self.site.teacher(request)
            return self.done(self.materials.remove(document or "", self.shown_on(progress)))
        return gr.skip(), gr.skip(), gr.skip()

    def reindexed(self, request: gr.Request, progress: gr.Progress = PROGRESS) -> tuple[Any, ...]:
        """Brings the index up to date."""
        with shown_errors(self.language, for_staff=True):
            self.site.teacher(request)
            return self.done(self.materials.reindex(self.shown_on(progress)))
        return gr.skip(), gr.skip(), gr.skip()

    def done(self, change: Change) -> tuple[Any, ...]:
        """The report of a change, and the documents that there are now."""
        return (
            changed(change, self.site.retriever, self.language),
            gr.Dropdown(choices=self.materials.documents, value=None),
            gr.Column(visible=False),
        )

    def shown_on(self, bar: gr.Progress) -> Progress:
        """Shows progress on the page, from the first moment on."""
        bar(0.0, desc=self.say("working"))

        def show(stage: str, done: int, total: int) -> None:
            bar(done / total if total else 0.0, desc=stage)

        return show


def discard(file: Path) -> None:
    """Deletes a file from Gradio's cache, with the folder that was made for it alone."""
    with suppress(OSError):  # somebody who uploaded the same file was quicker
        file.unlink()
        file.parent.rmdir()
