"""The tools of the assistant: they read the course or compute, and change nothing.

What a tool shows of the course goes through `Evidence`, which numbers it; what it computes is
plain text. A wrong argument is an `InputError`, whose sentence the model reads and may mend.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from time import monotonic
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool, tool

from agent.computing import calculate, check_gradient, shapes
from agent.evidence import Evidence, shown
from corpus.calendar import long_date
from corpus.errors import InputError
from retrieval.asking import asked
from retrieval.filters import facets
from retrieval.passages import Passage
from retrieval.retriever import MAX_QUESTION, Retriever

DAYS_SHOWN = 6  # of the calendar
DEFINING, LINKED = 3, 3  # passages shown of a term, and of each lab or class that goes with one
RESULT_CHARACTERS = 4_000  # of what a tool of the caller's own gives


def course_tools(
    retriever: Retriever | None, evidence: Evidence, passages_shown: int
) -> list[BaseTool]:
    """The tools that read the course and write what they show into `evidence`.

    Without a retriever they can be described to a model, not called.
    """

    def course() -> Retriever:
        assert retriever is not None
        return retriever

    @tool
    def search_course(query: str, where: str = "") -> str:
        """Busca pasajes en los materiales del curso (láminas, laboratorios, apuntes).

        Args:
            query: lo que se busca, en palabras.
            where: si se busca en un solo lugar, cuál: «lab 3», «clase 5», «semana 2», «tareas».
        """
        start = monotonic()
        within = None
        if where:
            within = asked(f"en {where}", facets(course().public))
            if within.none:
                raise InputError(f"El curso no tiene «{where}». Busca sin `where`.")
        results = course().search(query[:MAX_QUESTION], passages_shown, within=within)
        found = [result.passage for result in results]
        arguments = {"query": query} | ({"where": where} if where else {})
        return shown(evidence.record("search_course", arguments, start, found))

    @tool
    def open_passage(marker: int) -> str:
        """Abre un pasaje ya mostrado junto con el anterior y el siguiente de su documento.

        Args:
            marker: el número n de la marca [n] del pasaje.
        """
        start = monotonic()
        near = course().neighbours(marked(evidence, marker).id)
        return shown(evidence.record("open_passage", {"marker": marker}, start, near))

    @tool
    def course_calendar(about: str) -> str:
        """Busca fechas del curso: clases, tareas, entregas, controles, feriados.

        Args:
            about: de qué se quiere saber la fecha; vacío da lo que viene desde hoy.
        """
        start = monotonic()
        today = date.today()
        found = course().dated(about[:MAX_QUESTION], today, DAYS_SHOWN)
        step = evidence.record("course_calendar", {"about": about}, start, found)
        return f"Hoy es {long_date(today.isoformat())}.\n{shown(step)}"

    @tool
    def list_materials() -> str:
        """Lista los materiales del curso: cada clase, laboratorio y tarea con su semana."""
        start = monotonic()
        evidence.record("list_materials", {}, start, [])
        return "\n".join(listed(course().public))

    @tool
    def define_term(term: str) -> str:
        """Da la definición que el curso hace de un término, con su lugar.

        Args:
            term: el término, en español o inglés.
        """
        start = monotonic()
        results = course().search(f"¿Qué es {term}? Definición de {term}"[:MAX_QUESTION], DEFINING)
        found = [result.passage for result in results]
        return shown(evidence.record("define_term", {"term": term}, start, found))

    @tool
    def linked_material(marker: int) -> str:
        """Da lo que acompaña a un pasaje: el laboratorio de su clase, o la clase de su laboratorio.

        Args:
            marker: el número n de la marca [n] del pasaje.
        """
        start = monotonic()
        here = marked(evidence, marker)
        found = course().beside(here.id, LINKED)
        if not found:
            raise InputError(f"Nada acompaña a {here.label}.")
        return shown(evidence.record("linked_material", {"marker": marker}, start, found))

    return [
        search_course,
        open_passage,
        course_calendar,
        list_materials,
        define_term,
        linked_material,
    ]


def computing_tools(evidence: Evidence) -> list[BaseTool]:
    """The tools that compute: a calculator, shapes of tensors, a check of gradients."""
    return [recorded(one, evidence) for one in described()]


@cache
def described() -> tuple[BaseTool, ...]:
    """The functions that compute as tools, made once: reading their docstrings takes time."""
    return tuple(as_tool(one) for one in (calculator, tensor_shapes, gradient_check))


def calculator(expression: str) -> str:
    """Calcula una expresión: + - * / ** sqrt exp log sigmoid softmax([1, 2]).

    Args:
        expression: con punto decimal, como «exp(2) / (1 + exp(2))».
    """
    return f"{expression} = {calculate(expression)}"


def tensor_shapes(network: str) -> str:
    """Sigue la forma de un tensor por las capas de una red y cuenta sus parámetros.

    Args:
        network: la entrada y las capas de PyTorch, una por línea: «input 3x32x32», «Conv2d(3,
            16, 3, padding=1)», «MaxPool2d(2)», «Flatten()», «Linear(4096, 10)».
    """
    steps = shapes(network)
    lines = [
        f"{one.layer}: {' × '.join(map(str, one.output))}, {one.parameters} parámetros"
        + (f" ({one.formula})" if one.formula else "")
        for one in steps
    ]
    return "\n".join([*lines, f"Total: {sum(one.parameters for one in steps)} parámetros"])


def gradient_check(function: str, gradient: dict[str, str], at: dict[str, float]) -> str:
    """Comprueba un gradiente con diferencias finitas.

    Args:
        function: la función, como «x**2 * y».
        gradient: cada derivada parcial, como {"x": "2*x*y", "y": "x**2"}.
        at: el punto, como {"x": 1.0, "y": 2.0}.
    """
    return check_gradient(function, gradient, at).said


def as_tool(function: Callable[..., Any] | BaseTool) -> BaseTool:
    """A function as a tool; its name, annotations and docstring describe it to the model.

    Raises:
        InputError: if it has no docstring, without which a model cannot know what it is for.
    """
    if isinstance(function, BaseTool):
        return function
    if not (function.__doc__ or "").strip():
        raise InputError(f"La herramienta {function.__name__} no tiene docstring. Descríbala.")
    return StructuredTool.from_function(function, parse_docstring="Args:" in str(function.__doc__))


def recorded(given: BaseTool, evidence: Evidence) -> BaseTool:
    """`given`, every use of which is a step in `evidence`."""

    def used(**arguments: Any) -> str:
        start = monotonic()
        try:
            return str(given.invoke(arguments))[:RESULT_CHARACTERS]
        finally:
            evidence.record(given.name, arguments, start, [])

    return StructuredTool.from_function(
        used, name=given.name, description=given.description, args_schema=given.args_schema
    )


def marked(evidence: Evidence, marker: int) -> Passage:
    """The passage that was shown with `marker`."""
    if marker not in evidence.passages:
        raise InputError(f"No hay un pasaje [{marker}]. Hay {sorted(evidence.passages)}.")
    return evidence.passages[marker]


def listed(passages: Sequence[Passage]) -> list[str]:
    """A line for each document, by week."""
    documents = {passage.document: passage for passage in passages}
    ordered = sorted(documents.values(), key=lambda one: (one.week or 0, one.document))
    return [
        f"{f'Semana {one.week}: ' if one.week else ''}{one.called or one.document}, {one.title}"
        for one in ordered
    ]
