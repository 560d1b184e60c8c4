"""``ayudante insights`` and ``ayudante correct``: what the teaching staff learns, and answers."""

from typing import TYPE_CHECKING, Annotated

import typer

from corpus.settings import Settings
from retrieval import Retriever
from ui.console import ProgressDisplay, out, print_json
from ui.options import EmbeddingOption, IndexOption, JsonOption

if TYPE_CHECKING:
    from agent.insights import Asked, Insights

SHOWN = 10  # questions of each list; --json has all


def insights(
    index: IndexOption = None,
    embedding_model: EmbeddingOption = None,
    as_json: JsonOption = False,
) -> None:
    """Dice qué se pregunta, qué quedó sin respuesta, qué se respondió mal y qué tardó."""
    from agent.conversations import Conversations
    from agent.insights import insights as learn

    settings = Settings.load(index=index, embedding_model=embedding_model)
    with ProgressDisplay() as progress:
        retriever = Retriever.open(settings=settings, progress=progress)
        turns = Conversations(settings.conversations).all_turns()
        said = learn(turns, retriever.public, retriever.embedder)
    if as_json:
        print_json(said.to_dict())
    else:
        show_insights(said)


def correct(
    question: Annotated[str, typer.Argument(help="La pregunta, como la hacen los estudiantes.")],
    answer: Annotated[str, typer.Argument(help="La respuesta del equipo docente, en Markdown.")],
    index: IndexOption = None,
    embedding_model: EmbeddingOption = None,
    as_json: JsonOption = False,
) -> None:
    """Agrega una respuesta del equipo docente a los materiales; desde ya se encuentra y se cita."""
    from agent.corrections import add_answer

    settings = Settings.load(index=index, embedding_model=embedding_model)
    with ProgressDisplay() as progress:
        retriever = Retriever.open(settings=settings, progress=progress)
        retriever = add_answer(question, answer, retriever, settings)
        best = retriever.search(question, 1)[0].passage
    if as_json:
        print_json({"document": best.document, "location": best.location.to_dict()})
    else:
        out.print(f"Agregada. «{question}» encuentra ahora {best.label}.", markup=False)


def show_insights(said: "Insights") -> None:
    """Insights for a person."""
    counts = ", ".join(f"{number} {status}" for status, number in said.by_status.items())
    out.print(f"{said.questions} preguntas ({counts or 'ninguna todavía'})", markup=False)
    useful, useless = said.useful
    median, slow = said.seconds
    out.print(f"Opiniones: {useful} útiles, {useless} no. Segundos: mediana {median}, p95 {slow}.")
    show_asked("Sin respuesta en los materiales", said.unanswered)
    show_asked("Con poco respaldo o mal evaluadas", said.weak)
    show_asked("Las más lentas", said.slow)
    if said.by_week:
        out.print("\nPor semana (preguntas, sin respuesta):")
        for week, (asked, gaps) in said.by_week.items():
            out.print(f"  semana {week}: {asked}, {gaps}")
    if said.topics:
        out.print("\nMás preguntado:")
        for topic, times in list(said.topics.items())[:SHOWN]:
            out.print(f"  {times} × {topic}", markup=False)
    for comment in said.comments[:SHOWN]:
        out.print(f"  «{comment}»", markup=False)


def show_asked(title: str, questions: "tuple[Asked, ...]") -> None:
    """A list of questions under a title."""
    if questions:
        out.print(f"\n{title}:")
    for one in questions[:SHOWN]:
        near = f" (cerca: {one.near})" if one.near else ""
        out.print(f"  {one.times} × {one.question}{near}", markup=False)
