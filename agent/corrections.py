"""Answers that the teaching staff adds: they become course material, searched and cited at once.

They are sections of one Markdown file in the course's own folder, so that a professor can read,
edit and keep them like everything else; adding one writes it there and brings the index up to date.
"""

import os
import re
from datetime import date
from pathlib import Path

from corpus.errors import AyudanteError, InputError
from corpus.settings import Settings
from retrieval import Retriever
from retrieval.retriever import checked_question

FILE = "respuestas-del-equipo.md"
TITLE = "# Respuestas del equipo docente\n"
LONGEST = 8_000  # characters of an answer


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
    file = file_in(retriever.index.root_paths)
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


def file_in(roots: list[Path]) -> Path:
    """Where answers are kept: in the first folder that was indexed."""
    folder = next((root for root in roots if root.is_dir()), None)
    if folder is None:
        raise InputError(
            "El índice se hizo de archivos sueltos. Indexe una carpeta para poder agregar "
            "respuestas: ayudante index CARPETA"
        )
    return folder / FILE


def indented(answer: str) -> str:
    """`answer` with its headings two levels deeper, below its question's own."""
    return "\n".join(f"##{line}" if line.startswith("#") else line for line in answer.split("\n"))


def without(text: str, question: str) -> str:
    """The file's text without the answer to a question."""
    heading = rf"^## {re.escape(question)}\n"
    return re.sub(rf"\n?{heading}.*?(?=\n## |\Z)", "", text, flags=re.S | re.M)


def write(file: Path, text: str) -> None:
    """Writes the file at once or not at all."""
    draft = file.with_suffix(".new")
    try:
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, file)
    except OSError as error:
        raise InputError(f"No se puede escribir {file}: {error.strerror or error}.") from error
