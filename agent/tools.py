"""The tools of the assistant: they only read the course.

Every passage that a tool shows gets a marker, the n of ``[n]``, that stays the same for the whole
turn; `Evidence` keeps the two together so that citations can be checked by code afterwards.
"""

import re
from datetime import date
from time import monotonic
from typing import Any

from langchain_core.tools import BaseTool, tool

from agent.events import SearchStep
from corpus.calendar import long_date
from corpus.errors import InputError
from retrieval.passages import Passage
from retrieval.retriever import MAX_QUESTION, Retriever

FENCE = re.compile(r"</?pasajes>")  # a passage cannot leave its block
WHEN = re.compile(  # words of a question that asks for a date
    r"\b(cu[aá]ndo|fechas?|plazos?|vencen?|entrega[rn]?|entregas|semana|hoy|ma[nñ]ana|"
    r"when|due|deadline|dates?)\b",
    re.I,
)
DAYS_SHOWN = 6  # of the calendar
SHOWN_CHARACTERS = 1_000  # of a passage; prompts are what a CPU spends its time on


class Evidence:
    """The passages shown to the model in one turn, by marker, and the best search score."""

    def __init__(self) -> None:
        self.passages: dict[int, Passage] = {}
        self.steps: list[SearchStep] = []
        self.best_score = float("-inf")

    def mark(self, passage: Passage) -> int:
        """The passage's marker, a new one if it has not been shown yet."""
        for marker, shown in self.passages.items():
            if shown.id == passage.id:
                return marker
        self.passages[len(self.passages) + 1] = passage
        return len(self.passages)

    def record(
        self, name: str, arguments: dict[str, Any], start: float, passages: list[Passage]
    ) -> SearchStep:
        """Notes that a tool showed `passages`."""
        found = tuple((self.mark(passage), passage) for passage in passages)
        step = SearchStep(name, arguments, round(monotonic() - start, 3), found)
        self.steps.append(step)
        return step


def shown(step: SearchStep) -> str:
    """What the model reads of a step: numbered passages, each with its place and breadcrumb."""
    blocks = [
        f"Pasaje [{marker}], {passage.label}, {passage.context}:\n{passage.text[:SHOWN_CHARACTERS]}"
        for marker, passage in step.found
    ]
    blocks = [FENCE.sub("", block) for block in blocks]
    return "<pasajes>\n" + "\n\n".join(blocks) + "\n</pasajes>"


def course_tools(
    retriever: Retriever | None, evidence: Evidence, passages_shown: int
) -> list[BaseTool]:
    """The tools, which write what they show into `evidence`: search, open, look at the calendar.

    Without a retriever they can be described to a model, not called.
    """

    @tool
    def search_course(query: str) -> str:
        """Busca pasajes en los materiales del curso (láminas, laboratorios, apuntes).

        Args:
            query: lo que se busca, en palabras.
        """
        start = monotonic()
        assert retriever is not None
        results = retriever.search(query[:MAX_QUESTION], passages_shown)
        evidence.best_score = max([evidence.best_score, *(result.score for result in results)])
        found = [result.passage for result in results]
        return shown(evidence.record("search_course", {"query": query}, start, found))

    @tool
    def open_passage(marker: int) -> str:
        """Abre un pasaje ya mostrado junto con el anterior y el siguiente de su documento.

        Args:
            marker: el número n de la marca [n] del pasaje.
        """
        start = monotonic()
        if marker not in evidence.passages:
            raise InputError(f"No hay un pasaje [{marker}]. Hay {sorted(evidence.passages)}.")
        assert retriever is not None
        near = retriever.neighbours(evidence.passages[marker].id)
        return shown(evidence.record("open_passage", {"marker": marker}, start, near))

    @tool
    def course_calendar(about: str) -> str:
        """Busca fechas del curso: clases, tareas, entregas, controles, feriados.

        Args:
            about: de qué se quiere saber la fecha; vacío da lo que viene desde hoy.
        """
        start = monotonic()
        assert retriever is not None
        today = date.today()
        found = retriever.dated(about[:MAX_QUESTION], today, DAYS_SHOWN)
        step = evidence.record("course_calendar", {"about": about}, start, found)
        return f"Hoy es {long_date(today.isoformat())}.\n{shown(step)}"

    return [search_course, open_passage, course_calendar]
