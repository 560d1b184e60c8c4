"""A filter from what a person or a program writes.

What the course does not have is an error, which lists what it has.
"""

from collections.abc import Sequence

from corpus.document import listed
from corpus.errors import InputError
from corpus.language import fold
from retrieval.filters import KINDS, Facets, Filter, facets, named, rows
from retrieval.passages import Passage

SHOWN = 12  # documents that an error lists
FEMININE = {"semana", "clase", "tarea"}


def chosen(
    passages: Sequence[Passage],
    *,
    kinds: Sequence[str] = (),
    weeks: Sequence[int] = (),
    classes: Sequence[int] = (),
    labs: Sequence[int] = (),
    assignments: Sequence[int] = (),
    documents: Sequence[str] = (),
    languages: Sequence[str] = (),
) -> Filter:
    """The filter that is asked for, on an index of `passages`.

    Raises:
        InputError: listing the values that there are, if one is not among them; or if no passage
            is all that is asked for at once.
    """
    if not (kinds or weeks or classes or labs or assignments or documents or languages):
        return Filter()
    there = facets(passages)
    within = Filter(
        kinds=frozenset(known_kind(kind, there) for kind in kinds),
        weeks=frozenset(known_number("semana", week, there["weeks"]) for week in weeks),
        classes=frozenset(known_number("clase", number, there["classes"]) for number in classes),
        labs=frozenset(known_number("lab", number, there["labs"]) for number in labs),
        assignments=frozenset(
            known_number("tarea", number, there["assignments"]) for number in assignments
        ),
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
