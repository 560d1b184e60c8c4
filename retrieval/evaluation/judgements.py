"""Judged questions, as a folder in BEIR layout has them, and the places that they judge.

The course's own judgements name a place, ``document#number``: a page, cell or section. A passage
that covers a judged place stands for it.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from corpus.errors import InputError
from retrieval.passages import Passage

Qrels = dict[str, dict[str, int]]  # by query and place, a grade above 0
NOT_ATTRIBUTES = ("_id", "text", "previous", "split", "shows")


@dataclass(frozen=True, slots=True)
class Query:
    """A question to ask: its text (after the one it follows up on) and what slices it is in."""

    id: str
    text: str
    attributes: dict[str, str]

    @classmethod
    def from_dict(cls, line: dict[str, Any]) -> "Query":
        """The query of a line of ``queries.jsonl``; its other text fields are attributes."""
        attributes = {
            name: value
            for name, value in line.items()
            if name not in NOT_ATTRIBUTES and isinstance(value, str) and value.strip()
        }
        asked = f"{line.get('previous', '')} {line['text']}".strip()
        return cls(str(line["_id"]), asked, attributes)


def read_judgements(path: Path, split: str | None) -> tuple[list[Query], Qrels]:
    """The judged questions of a split and, in the same order, their judgements.

    A question that follows up on another is asked together with it, as a conversation does. A
    draft, which no teacher has approved (`"draft": true`), is left out.

    Raises:
        InputError: if a file is missing, a line is wrong, or no question is left.
    """
    if not path.is_dir():
        raise InputError(f"No existe la carpeta {path}. Indique una en formato BEIR.")
    lines = {str(line["_id"]): line for line in json_lines(path / "queries.jsonl")}
    qrels_file = path / "qrels.tsv"
    if not qrels_file.exists() and (path / "qrels" / "test.tsv").exists():
        qrels_file = path / "qrels" / "test.tsv"  # as BEIR's own archives have it
    qrels = read_qrels(qrels_file)
    if missing := qrels.keys() - lines.keys():
        raise InputError(f"{qrels_file} juzga {min(missing)}, que no está en queries.jsonl.")
    judged = [
        Query.from_dict(line)
        for name, line in lines.items()
        if name in qrels and split in (None, line.get("split")) and not line.get("draft")
    ]
    if not judged and any(line.get("draft") for line in lines.values()):
        raise InputError(
            f"Las preguntas de {path} son borradores. Revíselas en queries.jsonl: borre las que no "
            'sirvan y quite "draft": true de las demás.'
        )
    if not judged:
        which = f" en la parte «{split}»" if split else ""
        raise InputError(f"{path} no tiene preguntas con juicios{which}.")
    return judged, {query.id: qrels[query.id] for query in judged}


def read_qrels(path: Path) -> Qrels:
    """The judgements with a grade above 0; a wrong line raises `InputError` with its number."""
    qrels: Qrels = {}
    with opened(path) as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t"), start=1):
            if number == 1 and row[-1:] == ["score"]:
                continue
            try:
                query, document, grade = row
                if int(grade) > 0:
                    qrels.setdefault(query, {})[document] = int(grade)
            except ValueError as error:
                raise InputError(
                    f"{path}, línea {number}: se espera "
                    "«pregunta, documento, nota» separados por tabuladores."
                ) from error
    return qrels


def opened(path: Path) -> TextIO:
    """The text file at `path`, open; raises `InputError` if it is missing."""
    try:
        return path.open(encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(f"Falta {path} (formato BEIR).") from error


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file; a wrong line raises `InputError` with its number."""
    with opened(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                item = json.loads(line)
                if "_id" not in item or "text" not in item:
                    raise ValueError("faltan _id o text")
            except (ValueError, TypeError) as error:
                raise InputError(f"{path}, línea {number}: {error}.") from error
            yield item


def document_of(passage: Passage) -> str:
    """The passage's document: how a BEIR corpus is judged."""
    return passage.document


def place_of(passage: Passage) -> str:
    """The passage's place, ``document#number``: how the course's own questions are judged."""
    return f"{passage.document}#{passage.location.number or 1}"


def at_places(qrels: Qrels, passages: Sequence[Passage]) -> Qrels:
    """`qrels` with each judged place replaced by the place of the passage that covers it.

    Raises:
        InputError: if a judged place is not in the index.
    """
    by_document: dict[str, list[Passage]] = {}
    for passage in passages:
        by_document.setdefault(passage.document, []).append(passage)
    moved: Qrels = {}
    for query, judged in qrels.items():
        moved[query] = {}
        for place, grade in judged.items():
            document, _, number = place.rpartition("#")
            covering = [
                passage
                for passage in by_document.get(document, [])
                if number.isdecimal() and passage.location.covers(int(number))
            ]
            if not covering:
                raise InputError(
                    f"El juicio {place} (pregunta {query}) no apunta a nada del índice. "
                    "¿Es el índice de este curso? Reconstrúyalo con: ayudante index"
                )
            name = place_of(covering[0])
            moved[query][name] = max(grade, moved[query].get(name, 0))
    return moved


def by_document(qrels: Qrels) -> Qrels:
    """`qrels` of places with each place standing for its document, at its best grade."""
    gathered: Qrels = {}
    for query, judged in qrels.items():
        gathered[query] = {}
        for place, grade in judged.items():
            document = place.rpartition("#")[0]
            gathered[query][document] = max(grade, gathered[query].get(document, 0))
    return gathered


def with_course_attributes(
    queries: Sequence[Query], qrels: Qrels, passages: Sequence[Passage]
) -> list[Query]:
    """`queries` that also say the kind and the week of their best-judged place's document.

    Args:
        queries: what a query says of itself under these names stays.
        qrels: by place, as `at_places` leaves them.
        passages: those of the index.
    """
    first: dict[str, Passage] = {}
    for passage in passages:
        first.setdefault(place_of(passage), passage)
    told = []
    for query in queries:
        judged = qrels[query.id]
        best = first[max(judged, key=judged.__getitem__)]
        of_course = {"kind": str(best.location.kind)}
        if best.week is not None:
            of_course["week"] = str(best.week)
        told.append(replace(query, attributes=query.attributes | (of_course | query.attributes)))
    return told
