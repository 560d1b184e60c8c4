"""The options of the command line that hold a search to a part of the course."""

from collections.abc import Sequence
from typing import Annotated

import typer

from corpus.document import listed
from corpus.errors import InputError
from corpus.language import fold
from retrieval import Filter, Passage
from retrieval.filters import KINDS, Facets, facets, named, rows

SHOWN = 12  # documents that an error lists

KindOption = Annotated[
    list[str] | None,
    typer.Option("--kind", help=f"Solo este tipo de material: {', '.join(KINDS)}. Repetible."),
]
WeekOption = Annotated[
    list[int] | None, typer.Option("--week", help="Solo esta semana. Repetible.")
]
ClassOption = Annotated[
    list[int] | None, typer.Option("--class", help="Solo esta clase y sus labs. Repetible.")
]
LabOption = Annotated[list[int] | None, typer.Option("--lab", help="Solo este lab. Repetible.")]
DocumentOption = Annotated[
    list[str] | None,
    typer.Option("--document", help="Solo los documentos con esto en su nombre. Repetible."),
]
LanguageOption = Annotated[
    list[str] | None, typer.Option("--language", help="Solo este idioma: es, en. Repetible.")
]
FEMININE = {"semana", "clase"}


def chosen(
    passages: Sequence[Passage],
    *,
    kinds: Sequence[str] = (),
    weeks: Sequence[int] = (),
    classes: Sequence[int] = (),
    labs: Sequence[int] = (),
    documents: Sequence[str] = (),
    languages: Sequence[str] = (),
) -> Filter:
    """The filter that the options ask for, on an index of `passages`.

    Raises:
        InputError: listing the values that there are, if one is not among them; or if no passage
            is all that is asked for at once.
    """
    if not (kinds or weeks or classes or labs or documents or languages):
        return Filter()
    there = facets(passages)
    within = Filter(
        kinds=frozenset(known_kind(kind, there) for kind in kinds),
        weeks=frozenset(known_number("semana", week, there["weeks"]) for week in weeks),
        classes=frozenset(known_number("clase", number, there["classes"]) for number in classes),
        labs=frozenset(known_number("lab", number, there["labs"]) for number in labs),
        documents=frozenset(known_document(part, there) for part in documents),
        languages=frozenset(known_language(language, there) for language in languages),
    )
    if not rows(within, passages).any():
        raise InputError(
            "Ningún pasaje cumple todos esos filtros a la vez. Quite o cambie alguno de ellos."
        )
    return within


def known_kind(written: str, there: Facets) -> str:
    """The kind called `written`, or so in Spanish (“láminas”); raises `InputError`."""
    names = {fold(name): kind for kind, name in KINDS.items()}
    kind = names.get(fold(written), fold(written))
    if kind not in there["kinds"]:
        found = [f"{kind} ({KINDS[str(kind)]})" for kind in there["kinds"]]
        raise InputError(f"No hay material del tipo «{written}». Hay: {', '.join(found)}.")
    return kind


def known_number(noun: str, number: int, there: dict[int | str, int]) -> int:
    """`number`, if the course has a `noun` of that number; raises `InputError`."""
    if number in there:
        return number
    several = listed([value for value in there if isinstance(value, int)])
    if not several:
        none = "ninguna" if noun in FEMININE else "ningún"
        raise InputError(f"No se sabe de {none} {noun} en el índice. Busque sin ese filtro.")
    raise InputError(f"No hay {noun} {number} en el índice. Hay: {several}.")


def known_document(part: str, there: Facets) -> str:
    """`part`, if a document has it in its name; raises `InputError`."""
    names = [str(name) for name in there["documents"]]
    if part.strip() and any(named(name, part) for name in names):
        return part
    more = f" … y {len(names) - SHOWN} más" if len(names) > SHOWN else ""
    raise InputError(
        f"Ningún documento tiene «{part}» en su nombre. Hay: {', '.join(names[:SHOWN])}{more}."
    )


def known_language(written: str, there: Facets) -> str:
    """`written`, if there are passages in that language; raises `InputError`."""
    if fold(written) in there["languages"]:
        return fold(written)
    found = ", ".join(map(str, there["languages"]))
    raise InputError(f"No hay pasajes en el idioma «{written}». Hay: {found}.")
