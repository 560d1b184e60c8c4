"""The professor's page: what was indexed of each document, and what was not.

One HTML file with nothing to load from elsewhere: documents in the order of the course, their
passages as they are searched, pictures of the pages that could not be read, and every warning.
"""

import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from pathlib import Path

from corpus.errors import MaterialError
from corpus.finding import SourceFile, find_files
from corpus.progress import Progress, silent
from corpus.sandbox import Job, Sandbox
from retrieval.index import Entry, Index
from retrieval.passages import Passage
from ui.sheet import sheet

PICTURE_WIDTH = 420  # pixels
PICTURES = 12  # of one document; more of them say no more
STYLE = """
figure { display: inline-block; margin: .5rem; }
img { max-width: 100%; border: 1px solid var(--line); }
"""


def write_report(path: Path, index: Index, progress: Progress = silent) -> None:
    """Writes the page of `index` to `path`.

    Args:
        path: the HTML file; replaced if it is there.
        index: the course's index.
        progress: told how many documents are done.
    """
    files = {file.name: file for file in find_files(index.root_paths)}
    by_document = {
        name: list(group) for name, group in groupby(index.passages, key=lambda p: p.document)
    }
    names = sorted(index.documents, key=natural)
    with Sandbox() as sandbox:
        parts = [head(index)]
        for done, name in enumerate(names, start=1):
            pictures = pictures_of(files.get(name), index.documents[name], sandbox)
            parts.append(
                document_part(name, index.documents[name], by_document.get(name, []), pictures)
            )
            progress("escribiendo el informe", done, len(names))
    path.write_text(sheet("Materiales del curso", parts, STYLE), encoding="utf-8")


def natural(name: str) -> list[tuple[int, str]]:
    """A key that puts “Lab 2” before “Lab 10”."""
    return [
        (int(part), "") if part.isdigit() else (-1, part.casefold())
        for part in re.split(r"(\d+)", name)
    ]


def table(title: str, heads: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    """A titled table of two columns; empty without rows."""
    if not rows:
        return ""
    cells = "".join(f"<tr><td>{escape(a)}</td><td>{escape(b)}</td></tr>" for a, b in rows)
    return f"<h2>{title}</h2><table><tr><th>{heads[0]}</th><th>{heads[1]}</th></tr>{cells}</table>"


def head(index: Index) -> str:
    """The page's beginning: totals, files that were not read, warnings."""
    skipped = [(item.document, item.reason) for item in index.skipped]
    warned = [
        (name, warning)
        for name, entry in sorted(index.documents.items())
        for warning in entry.warnings
    ]
    solved = sum(passage.role == "solution" for passage in index.passages)
    return (
        "<h1>Materiales del curso</h1>"
        f'<p class="soft">{len(index.documents)} documentos, {len(index.passages)} pasajes '
        f"({solved} de soluciones, que los estudiantes no ven), {len(warned)} avisos, "
        f"{len(skipped)} archivos no leídos. "
        f"Carpeta: {escape(', '.join(index.roots))}</p>"
        + table("Archivos no leídos", ("archivo", "por qué"), skipped)
        + table("Avisos", ("documento", "aviso"), warned)
        + "<h2>Documentos</h2>"
    )


def document_part(
    name: str, entry: Entry, passages: list[Passage], pictures: Iterable[tuple[int, str]]
) -> str:
    """One document: its place in the course, its warnings, its passages."""
    first = passages[0] if passages else None
    solved = sum(passage.role == "solution" for passage in passages)
    facts = [
        first.called if first else "",
        f"semana {first.week}" if first and first.week is not None else "",
        f"va con {', '.join(first.related)}" if first and first.related else "",
        f"{len(passages)} pasajes",
        f"{solved} de solución, que los estudiantes no ven" if solved else "",
    ]
    warnings = "".join(f'<p class="warn">⚠ {escape(warning)}</p>' for warning in entry.warnings)
    images = "".join(
        f'<figure><img loading="lazy" alt="{number}" src="data:image/png;base64,{data}">'
        f"<figcaption>{number}</figcaption></figure>"
        for number, data in pictures
    )
    mark = " ⚠" if entry.warnings else ""
    return (
        f"<details><summary><b>{escape(name)}</b>{mark} "
        f'<span class="soft">{escape(entry.title)} · '
        f"{escape(' · '.join(filter(None, facts)))}</span></summary>"
        f"{warnings}{images}{''.join(map(passage_part, passages))}</details>"
    )


def passage_part(passage: Passage) -> str:
    """A passage as it is searched, or, of a solution, as it is kept from being found."""
    kept = "🔒 solución: " if passage.role == "solution" else ""
    return (
        f"<b>{kept}{escape(passage.location.label)}</b> "
        f'<span class="soft">{escape(" › ".join(passage.headings))}</span>'
        f"<pre>{escape(passage.text)}</pre>"
    )


def pictures_of(
    file: SourceFile | None, entry: Entry, sandbox: Sandbox
) -> Iterator[tuple[int, str]]:
    """Number and picture, in base64, of the first pages that could not be read."""
    if file is None:
        return
    for number in entry.unread[:PICTURES]:
        arguments = {"path": str(file.path), "number": number, "width": PICTURE_WIDTH}
        try:
            yield number, sandbox.run(Job("picture", arguments))["png"]
        except MaterialError:
            continue  # its warning says so already
