"""Answers that the teaching staff adds: they become course material, searched and cited at once.

They are sections of one Markdown file in the course's own folder, so that a professor can read,
edit and keep them like everything else; adding one writes it there and brings the index up to date.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from corpus.errors import AyudanteError, InputError
from corpus.settings import Settings
from corpus.writing import put
from retrieval import Retriever
from retrieval.retriever import checked_question

FILE = "respuestas-del-equipo.md"
TITLE = "# Respuestas del equipo docente\n"
LONGEST = 8_000  # characters of an answer
HEADING, SECTION = re.compile("#"), re.compile("## ")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def add_answer(question: str, answer: str, retriever: Retriever, settings: Settings) -> Retriever:
    """Adds an answer to the course, or puts it in place of the one that the question had.

    Args:
        question: that it answers, as students ask it.
        answer: Markdown.
        retriever: of the course.
        settings: where its index and the cache are.

    Returns:
        A retriever that finds it.

    Raises:
        InputError: if either is empty or too long, or the course's folder or its index cannot be
            written; the course is then as it was.
    """
    question, answer = " ".join(checked_question(question).split()), answer.strip()
    if not answer or len(answer) > LONGEST:
        raise InputError(
            f"La respuesta debe tener entre 1 y {LONGEST} caracteres.",
            f"The answer must have between 1 and {LONGEST} characters.",
        )
    file = retriever.index.course_folder / FILE
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    section = f"\n## {question}\n\n{indented(answer)}\n\n*Agregada el {date.today()}.*\n"
    write(file, without(before or TITLE, question) + section)
    try:
        return retriever.renewed(settings)[1]
    except AyudanteError:
        if before:
            write(file, before)
        else:
            file.unlink()
        raise


def indented(answer: str) -> str:
    """`answer` with its headings two levels deeper, below its question's own."""
    return "\n".join(
        f"##{line}" if heading else line for line, heading in lines_of(answer, HEADING)
    )


def without(text: str, question: str) -> str:
    """The file's text without the answer to a question."""
    kept, within = [], False
    for line, heading in lines_of(text, SECTION):
        within = line == f"## {question}" if heading else within
        if not within:
            kept.append(line)
    return "\n".join(kept).rstrip() + "\n"


def lines_of(text: str, heading: re.Pattern[str]) -> Iterator[tuple[str, bool]]:
    """The lines of a Markdown text, each with whether it is a heading: in code none is."""
    fence = ""
    for line in text.split("\n"):
        mark = FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and line.strip() == mark[1]:
            fence = ""
        yield line, not fence and not mark and bool(heading.match(line))


def write(file: Path, text: str) -> None:
    """Writes the file at once or not at all."""
    try:
        put(file, text.encode())
    except OSError as error:
        raise InputError(f"No se puede escribir {file}: {error.strerror or error}.") from error
