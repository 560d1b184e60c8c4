"""The library: the course by week, a search that needs no language model, and what is indexed."""

from typing import Any

import gradio as gr

from agent.messages import Language
from retrieval import Filter
from retrieval.filters import facets
from retrieval.retriever import MAX_QUESTION
from ui.materials import indexed_at
from ui.page import shelf
from ui.page.managing import Managing
from ui.page.site import QUIET, Catalogue, Site, speaker
from ui.page.trouble import shown_errors

TEXTS: Catalogue = {
    "search": {"es": "Buscar en el curso", "en": "Search the course"},
    "example": {
        "es": "Un concepto, una fórmula, una función de PyTorch…",
        "en": "A concept, a formula, a PyTorch function…",
    },
    "kinds": {"es": "Tipo de material", "en": "Kind of material"},
    "week": {"es": "Semana", "en": "Week"},
    "all_weeks": {"es": "Todas las semanas", "en": "All weeks"},
    "in_week": {"es": "Semana {number}", "en": "Week {number}"},
}
SHOWN = 10  # results of a search
SHORTEST = 3  # letters with which a search begins before Enter is pressed
CONCURRENT = 16  # searches at once; each takes some hundredths of a second
EVERY_WEEK = 0


class Library:
    """The library's components, and what they do."""

    def __init__(self, site: Site, language: Language) -> None:
        self.site, self.language = site, language
        self.say = say = speaker(TEXTS, language)
        self.shelf, self.name = speaker(shelf.TEXTS, language), speaker(shelf.KIND_NAMES, language)
        self.words = gr.Textbox(
            label=say("search"),
            placeholder=say("example"),
            max_length=MAX_QUESTION,
            max_lines=1,
            elem_id="buscar",
        )
        with gr.Row(elem_id="filtros"):
            self.kinds = gr.CheckboxGroup(
                self.kind_choices(), label=say("kinds"), container=False, elem_id="tipos"
            )
            self.week = gr.Dropdown(
                self.week_choices(),
                value=EVERY_WEEK,
                label=say("week"),
                container=False,
                filterable=False,
                elem_id="semana",
            )
        self.shown = gr.HTML(elem_id="estante", apply_default_css=False)
        self.indexed = gr.HTML(elem_id="indexado", apply_default_css=False)
        self.managing = Managing(site, language)

    def wire(self, tab: gr.Tab) -> None:
        """Says what happens on each event."""
        quiet = QUIET | {"concurrency_limit": CONCURRENT}
        asked = [self.words, self.kinds, self.week]
        typing = [self.words.change, self.kinds.change, self.week.change]
        gr.on(typing, self.typed, asked, self.shown, trigger_mode="always_last", **quiet)
        self.words.submit(self.look, asked, self.shown, trigger_mode="always_last", **quiet)
        refreshing: dict[str, Any] = {
            "fn": self.refreshed,
            "inputs": asked,
            "outputs": [self.kinds, self.week, self.shown, self.indexed],
        }
        tab.select(**refreshing, **quiet)
        for changed in self.managing.wire(tab):
            changed.then(**refreshing, **quiet)

    def typed(self, words: str, kinds: list[str], week: int) -> str:
        """What is shown while somebody types: the course, until there is a word to search."""
        return self.look(words if len(words.strip()) >= SHORTEST else "", kinds, week)

    def look(self, words: str, kinds: list[str], week: int) -> str:
        """What is found; the course by week if nothing is searched."""
        within = Filter(
            kinds=frozenset(kinds), weeks=frozenset() if week == EVERY_WEEK else frozenset({week})
        )
        retriever = self.site.retriever
        if not words.strip():
            accepted = filter(within.accepts, retriever.public)
            return shelf.shelf(accepted, self.shelf, self.name, unfolded=not within.none)
        with shown_errors(self.language):
            with self.site.watch.searches.time():
                found = retriever.search(words, SHOWN, within=within)
            return shelf.results(found, words, self.shelf)
        return ""

    def refreshed(self, words: str, kinds: list[str], week: int) -> tuple[Any, Any, str, str]:
        """Everything as the course is now; a filter that it no longer has is let go."""
        kinds_there, weeks_there = self.kind_choices(), self.week_choices()
        kinds = [kind for _, kind in kinds_there if kind in kinds]
        week = next((number for _, number in weeks_there if number == week), EVERY_WEEK)
        when = indexed_at(self.site.assistant.settings)
        return (
            gr.CheckboxGroup(choices=kinds_there, value=kinds),
            gr.Dropdown(choices=weeks_there, value=week),
            self.typed(words, kinds, week),
            shelf.indexed(self.site.retriever, when, self.shelf, self.name),
        )

    def kind_choices(self) -> list[tuple[str, str]]:
        """The kinds of material that the course has, as they are called."""
        there = facets(self.site.retriever.public)["kinds"]
        return [(self.name(str(kind)), str(kind)) for kind in there]

    def week_choices(self) -> list[tuple[str, int]]:
        """The weeks that the course has, and all of them."""
        there = facets(self.site.retriever.public)["weeks"]
        weeks = [(self.say("in_week", number=week), int(week)) for week in there]
        return [(self.say("all_weeks"), EVERY_WEEK), *weeks]


def library_part(site: Site, language: Language, tab: gr.Tab) -> None:
    """Adds the part to the page; `tab` is the tab that it stands in."""
    Library(site, language).wire(tab)
