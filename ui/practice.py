"""``ayudante quiz``: questions to practise with, made from the course and checked by code.

What the model writes, or somebody reports, is asked once a teacher has approved it.
"""

import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.errors import InputError
from corpus.settings import Settings
from retrieval import Retriever
from retrieval.choosing import chosen
from ui.console import ProgressDisplay, err, out, print_json
from ui.filter_options import ClassOption, LabOption, WeekOption
from ui.options import EmbeddingOption, IndexOption, JsonOption, LlmOption

if TYPE_CHECKING:
    from agent.quiz import Grade, Item

quiz = typer.Typer(help="Practica con preguntas hechas de los materiales.", no_args_is_help=True)
StudentOption = Annotated[
    str | None, typer.Option("--student", help="Quién practica; por omisión, quien usa el equipo.")
]
LETTERS = "abcd"


@quiz.command()
def write(
    count: Annotated[int, typer.Argument(min=1, help="Cuántas preguntas.")] = 5,
    short: Annotated[bool, typer.Option("--short", help="De respuesta corta.")] = False,
    weeks: WeekOption = None,
    classes: ClassOption = None,
    labs: LabOption = None,
    index: IndexOption = None,
    embedding_model: EmbeddingOption = None,
    llm: LlmOption = None,
    as_json: JsonOption = False,
) -> None:
    """Escribe borradores con el modelo; quedan los que pasan las revisiones, por aprobar."""
    from agent.assistant import model_server
    from agent.quiz import QuizStore, write_items

    settings = Settings.load(index=index, embedding_model=embedding_model, llm=llm)
    store = QuizStore(settings.quiz)
    known = store.questions()
    with ProgressDisplay() as progress:
        retriever = Retriever.open(settings=settings, progress=progress)
        within = chosen(retriever.public, weeks=weeks or [], classes=classes or [], labs=labs or [])
        with model_server(settings, share=False, progress=progress) as address:
            done = write_items(
                retriever,
                count,
                address,
                "short" if short else "choice",
                within=None if within.none else within,
                known=known,
                seed=len(known),
                progress=progress,
            )
    store.propose(done.items)
    if as_json:
        print_json({"items": [one.to_dict() for one in done.items], "refused": done.refused})
        return
    for item in done.items:
        out.print(f"{item.question}  → {item.label}", markup=False)
    refused = ", ".join(f"{name} {times}" for name, times in done.refused.items())
    out.print(f"{len(done.items)} de {count} preguntas (descartadas: {refused or 'ninguna'})")
    if done.items:
        out.print("Son borradores. Revíselos con: ayudante quiz approve")


@quiz.command()
def approve(
    every: Annotated[
        bool,
        typer.Option("--all", help="Todos los borradores, sin mirarlos uno a uno; no lo avisado."),
    ] = False,
) -> None:
    """Muestra lo escrito por el modelo y lo avisado, con su fuente; se pregunta lo aprobado."""
    from agent.quiz import QuizStore

    store = QuizStore(Settings.load().quiz)
    drafts = store.pending()
    if not drafts:
        err.print("No hay nada por aprobar. Escriba preguntas con: ayudante quiz write")
    for number, draft in enumerate(drafts, 1):
        item = draft.item
        if every:
            if not draft.reasons:
                store.approve(item.id)
            continue
        show_item(item)
        for reason in draft.reasons:
            out.print(f"  Avisaron: {reason}", markup=False)
        sign = f"{LETTERS[item.right]}) " if item.right is not None else ""
        out.print(f"  Respuesta: {sign}{item.answer}", markup=False)
        out.print(f"  {item.label}: «{item.why}»", style="dim", markup=False)
        choice = f"{number} de {len(drafts)}: (a)probar, (d)escartar o (s)altar"
        said = typer.prompt(choice, default="s").strip().lower()[:1]
        if said == "a":
            store.approve(item.id)
        elif said == "d":
            store.discard(item.id)
    out.print(f"En el quiz: {len(store.items())}. Por aprobar: {len(store.pending())}.")


@quiz.command()
def practise(
    student: StudentOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Cuántas preguntas.")] = 10,
    index: IndexOption = None,
    embedding_model: EmbeddingOption = None,
) -> None:
    """Pregunta lo que toca repasar hoy, corrige al momento y fija cuándo volver a preguntarlo."""
    from agent.quiz import QuizStore, Review, grade_choice, grade_short, text_behind

    settings = Settings.load(index=index, embedding_model=embedding_model)
    with ProgressDisplay() as progress:
        retriever = Retriever.open(settings=settings, progress=progress)
    review = Review(QuizStore(settings.quiz))
    who = student or getpass.getuser()
    due = review.due(who, datetime.now(UTC), limit)
    if not due:
        err.print("No hay nada que repasar.")
        waiting = len(review.store.pending())
        err.print(
            f"Por aprobar: {waiting}. Revise con: ayudante quiz approve"
            if waiting
            else "Escriba preguntas con: ayudante quiz write"
        )
    for item in due:
        show_item(item)
        said = typer.prompt("Respuesta")
        if item.kind == "choice":
            grade = grade_choice(item, letter(said, len(item.options)))
        else:
            grade = grade_short(item, said, text_behind(item, retriever.public), retriever.embedder)
        show_grade(grade, review.answer(who, item.id, grade, datetime.now(UTC)))


@quiz.command()
def progress(student: StudentOption = None, as_json: JsonOption = False) -> None:
    """Dice cuánto va de cada clase: preguntas vistas, acertadas y por repasar."""
    from agent.quiz import QuizStore, Review

    review = Review(QuizStore(Settings.load().quiz))
    rows = review.progress(student or getpass.getuser(), datetime.now(UTC))
    if as_json:
        print_json({"classes": [asdict(one) for one in rows]})
        return
    for one in rows:
        said = f"{one.seen} de {one.items} vistas, {one.right} acertadas, {one.due} por repasar"
        out.print(f"{one.label}: {said}", markup=False)


@quiz.command()
def export(
    target: Annotated[Path, typer.Argument(help="Archivo .apkg que se escribe.")],
    name: Annotated[
        str | None, typer.Option("--name", help="Nombre del mazo; por omisión, el del curso.")
    ] = None,
    index: IndexOption = None,
    embedding_model: EmbeddingOption = None,
) -> None:
    """Escribe un mazo de Anki con las preguntas y la lámina de cada una."""
    from agent.quiz import QuizStore
    from agent.quiz import export as write_deck

    settings = Settings.load(index=index, embedding_model=embedding_model)
    items = QuizStore(settings.quiz).items()
    if not items:
        raise InputError(
            "No hay preguntas que exportar. Escríbalas con: ayudante quiz write, y apruébelas con: "
            "ayudante quiz approve"
        )
    with ProgressDisplay() as progress:
        retriever = Retriever.open(settings=settings, progress=progress)
        done = write_deck(items, retriever.view, target, name or settings.course_name)
    out.print(f"{done.notes} tarjetas, {done.pictures} imágenes en {target}", markup=False)


@quiz.command()
def report(
    item: Annotated[str, typer.Argument(help="El código de la pregunta.")],
    reason: Annotated[str, typer.Argument(help="Qué tiene de malo.")],
) -> None:
    """Retira una pregunta mala: no se pregunta hasta que se apruebe de nuevo."""
    from agent.quiz import QuizStore

    QuizStore(Settings.load().quiz).report(item, reason)


def show_item(item: "Item") -> None:
    """A question and its options."""
    out.print(f"\n{item.question}  [{item.id}]", markup=False)
    for sign, option in zip(LETTERS, item.options, strict=False):
        out.print(f"  {sign}) {option}", markup=False)


def letter(said: str, options: int) -> int:
    """Which option a letter means."""
    at = LETTERS.find(said.strip().lower()[:1] or "?")
    if not 0 <= at < options:
        raise InputError(f"Responda con una letra, de {LETTERS[0]} a {LETTERS[options - 1]}.")
    return at


def show_grade(grade: "Grade", next_time: datetime) -> None:
    """What came of an answer."""
    from agent.quiz.grading import SIGNS

    out.print(f"{SIGNS[grade.result]} {grade.reason}", markup=False)
    out.print(f"   {grade.citation.label}: «{grade.citation.quote}»", style="dim", markup=False)
    out.print(f"   vuelve el {next_time.astimezone():%d-%m %H:%M}", style="dim", markup=False)
