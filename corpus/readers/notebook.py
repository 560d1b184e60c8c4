"""Jupyter notebooks: one section per cell, counted from 1 over all cells.

A cell's breadcrumb is the headings above it. A code cell keeps its code and the beginning of its
text outputs; pictures are left to whoever opens the notebook. A cell that its author marked as a
solution gets a heading that says so, by which `corpus.roles` knows it.
"""

import re
import warnings
from typing import Any

import nbformat

from corpus.document import PRINTED, Section, clean, numbered
from corpus.errors import MaterialError
from corpus.readers import Content
from corpus.readers.markdown import names, split, tidy
from corpus.readers.outline import DEEPEST, Path
from corpus.roles import SOLUTION, heads_solution, marks_solution

OUTPUT_CHARACTERS = 400  # enough for a loss or a shape; training logs say little more
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
IMAGE_DATA = re.compile(r"\(data:image/[^)]*\)|\(attachment:[^)]*\)")
# nbgrader takes what stands between these out of the students' copy
NBGRADER = re.compile(r"^\s*#{1,3}\s*BEGIN (?:SOLUTION|HIDDEN TESTS)\b", re.M | re.I)


def output_text(output: Any) -> str:
    """What an output says in plain text; of a picture, that it is one."""
    kind = output.get("output_type")
    if kind == "stream":
        return str(output.get("text", ""))
    if kind == "error":
        return f"{output.get('ename', '')}: {output.get('evalue', '')}"
    data = output.get("data", {})
    if any(name.startswith("image/") for name in data):
        return "(imagen)"
    return str(data.get("text/plain", ""))


def code_text(cell: Any) -> str:
    """The code, then the beginning of what it printed."""
    printed = ESCAPES.sub("", "\n".join(map(output_text, cell.get("outputs", [])))).strip()
    if len(printed) > OUTPUT_CHARACTERS:
        printed = printed[:OUTPUT_CHARACTERS].rsplit(None, 1)[0] + " …"
    return str(cell.get("source", "")) + (f"{PRINTED}{printed}" if printed else "")


def cells_of(data: bytes) -> list[Any]:
    """The cells of a notebook of any version, as version 4 has them.

    Raises:
        MaterialError: if it is not a notebook.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old notebooks lack ids, which nothing here uses
            return list(nbformat.reads(data.decode("utf-8-sig"), as_version=4).cells)
    except RecursionError as error:
        raise MaterialError("el cuaderno está anidado sin fin") from error
    except Exception as error:  # nbformat lets errors of many kinds through on bad JSON
        raise MaterialError(
            f"no es un cuaderno de Jupyter, o está cortado ({type(error).__name__})"
        ) from error


def visible(source: str) -> str:
    """A Markdown cell without comments and without the bytes of its pictures."""
    return IMAGE_DATA.sub("()", tidy(source))


def is_solution(cell: Any) -> bool:
    """Whether the cell's author marked it as one: by a tag, or as nbgrader does in its text."""
    tags = cell.get("metadata", {}).get("tags", [])
    tagged = isinstance(tags, list) and any(marks_solution(str(tag)) for tag in tags)
    return tagged or bool(NBGRADER.search(str(cell.get("source", ""))))


def read(data: bytes) -> Content:
    """Reads a notebook of any version; raises `MaterialError` if it is none."""
    cells = cells_of(data)
    sections: list[Section] = []
    path: Path = ()
    title, seen_code = None, False
    for number, cell in enumerate(cells, start=1):
        if cell.cell_type == "markdown":
            source = visible(str(cell.get("source", "")))
            parts = split(source, path)
            stretches = told_apart(source, parts, path)
            path = without_box(parts[-1][0]) if parts else path
            if not seen_code:
                title = title or next((name for above, _ in parts for name in names(above)), None)
        else:
            seen_code = seen_code or cell.cell_type == "code"
            stretches = [(path, code_text(cell))]
        marked = (SOLUTION,) if is_solution(cell) else ()
        for above, said in stretches:
            if text := clean(said, code=True):
                place = numbered("cell", number)
                sections.append(Section(text, place, (*names(above), *marked)))
    return Content(title, tuple(sections))


def without_box(path: Path) -> Path:
    """A breadcrumb without the heading that a box gets, which ends with it."""
    return tuple(step for step in path if step[0] < DEEPEST)


def told_apart(source: str, parts: list[tuple[Path, str]], above: Path) -> list[tuple[Path, str]]:
    """A Markdown cell under the last of its headings, but what may be a solution by itself.

    A cell that is only headings says nothing; it lives on as the breadcrumb of the cells below it.

    Args:
        source: of the cell.
        parts: its headed parts.
        above: the headings that it stands under.
    """
    solved = [any(heads_solution(name, assigned=True) for name in names(path)) for path, _ in parts]
    if not any(body.strip() for _, body in parts):
        return []
    if all(solved) or not any(solved):
        return [(parts[-1][0], source)]
    stretches: list[tuple[Path, str]] = []
    before = above
    for at, (path, body) in enumerate(parts):
        own = without_box(path)
        back = own == before[: len(own)]  # no heading of its own: as before, or after a box
        text = body if back else f"{'#' * own[-1][0]} {own[-1][1]}\n\n{body}"
        before = own
        if at and solved[at] == solved[at - 1]:
            stretches[-1] = path, f"{stretches[-1][1]}\n\n{text}"
        else:
            stretches.append((path, text))
    return stretches
