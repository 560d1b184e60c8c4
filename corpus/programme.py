"""What belongs together in a course: a document, its class, its week, its lab.

Told from the names of files and folders (``semana-08/clase-12-transformers.md``,
``12_SequenceModels.pdf``, ``Labs/Lab12_NMT.ipynb``), from the calendar, and from lists that link
slides and labs in one item.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from markdown_it import MarkdownIt

from corpus.calendar import Day, files_in, tables_of

CLASS_OR_LAB = re.compile(
    r"(?<![^\W\d_])(?P<word>clase|class|lecture|sesi[oó]n|lab|laboratorio|tarea|auxiliar)s?"
    r"[\s_-]*(?P<number>\d{1,2})(?!\d)",
    re.I,
)
LEADING_NUMBER = re.compile(r"^(?P<number>\d{1,2})[\s_.-]+\D")
WEEK = re.compile(r"(?<![^\W\d_])(?:semana|sem|week|s)[\s_-]?(?P<number>\d{1,2})(?!\d)", re.I)
WORD_FOR = dict.fromkeys(("class", "lecture", "sesion", "sesión"), "Clase") | {"laboratorio": "Lab"}


@dataclass(frozen=True, slots=True)
class Tie:
    """How a document stands in the course.

    Attributes:
        called: “Clase 5”, “Lab 12”, or empty.
        week: number of its week, or None.
        related: what goes with it: a class's labs, a lab's class.
    """

    called: str = ""
    week: int | None = None
    related: tuple[str, ...] = ()


def called(name: str) -> str:
    """“Lab 12” for ``Labs/Lab12_NMT.ipynb``, “Clase 12” for ``12_SequenceModels.pdf``, or empty."""
    path = PurePosixPath(name)
    if match := CLASS_OR_LAB.search(path.stem):
        return said(match)
    if match := LEADING_NUMBER.match(path.stem):
        return f"Clase {int(match['number'])}"
    folders = [CLASS_OR_LAB.search(part) for part in reversed(path.parts[:-1])]
    return next((said(match) for match in folders if match), "")


def said(match: re.Match[str]) -> str:
    """“Clase 5” for ``lecture-05``."""
    word = match["word"].lower()
    return f"{WORD_FOR.get(word, word.capitalize())} {int(match['number'])}"


def week_of(name: str) -> int | None:
    """8 for ``semana-08/clase-12.md``; None if no part of the path says it."""
    found = [WEEK.search(part) for part in reversed(PurePosixPath(name).parts)]
    return next((int(match["number"]) for match in found if match), None)


def links_together(text: str) -> Iterator[tuple[str, ...]]:
    """Base names of the files that each row, or outermost item, of a Markdown text links to."""
    lines = text.split("\n")
    depth = 0
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "list_item_open":
            depth += 1
            if depth == 1 and token.map:
                yield from several("\n".join(lines[slice(*token.map)]))
        elif token.type == "list_item_close":
            depth -= 1
    for table in tables_of(text):
        for _, cells in table.rows:
            yield from several(" ".join(cells))


def several(text: str) -> Iterator[tuple[str, ...]]:
    """The files that a text links to, if they are two or more."""
    files = tuple(dict.fromkeys(files_in(text)))
    if len(files) > 1:
        yield files


def ties(
    names: Sequence[str], days: Sequence[Day], together: Sequence[tuple[str, ...]]
) -> dict[str, Tie]:
    """How each of the documents `names` stands in the course.

    Args:
        names: paths relative to the course's folder.
        days: the calendar.
        together: base names of files that some document links to in one row or item.
    """
    by_file = unique(names)
    on_day = {by_file[f]: day for day in reversed(days) for f in day.files if f in by_file}
    found: dict[str, Tie] = {}
    for name in names:
        day = on_day.get(name)
        is_class = day and day.number and not name.endswith(".ipynb")
        number = f"Clase {day.number}" if day and is_class else ""
        week = week_of(name)
        if week is None and day:
            week = day.week
        found[name] = Tie(called(name) or number, week)
    groups = [{by_file[file] for file in files if file in by_file} for files in together]
    groups += same_number(found)
    return {
        name: Tie(tie.called, tie.week, tuple(related(name, found, groups)))
        for name, tie in found.items()
    }


def unique(names: Sequence[str]) -> dict[str, str]:
    """The document of each base name that only one has: every folder may have a README."""
    counts = Counter(PurePosixPath(name).name for name in names)
    return {file: name for name in names if counts[file := PurePosixPath(name).name] == 1}


def same_number(found: dict[str, Tie]) -> list[set[str]]:
    """Classes and labs with one number in one folder, which go together."""
    groups: dict[tuple[str, str], set[str]] = {}
    for name, tie in found.items():
        if tie.called:
            folder = str(PurePosixPath(name).parent)
            groups.setdefault((folder, tie.called.split()[-1]), set()).add(name)
    return list(groups.values())


def related(name: str, found: dict[str, Tie], groups: list[set[str]]) -> Iterator[str]:
    """The labs of a class, or the classes of a lab, in the order of their numbers."""
    mine = found[name].called.split()
    if not mine or mine[0] not in ("Clase", "Lab"):
        return
    other = "Lab" if mine[0] == "Clase" else "Clase"
    labels = {
        found[neighbour].called
        for group in groups
        if name in group
        for neighbour in group
        if found[neighbour].called.startswith(f"{other} ")
    }
    yield from sorted(labels, key=lambda label: int(label.split()[-1]))
