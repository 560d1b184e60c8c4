"""The questions that answers are judged on, with what a right answer must say.

Beside the folder's ``queries.jsonl`` and ``qrels.tsv``, ``answers.jsonl`` has for each question a
`reference` and `facts`: regular expressions that a right answer all matches once it is folded
(lower case, no accents). ``unanswerable.jsonl`` has questions that the course does not answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.events import Status
from agent.messages import OWN_WORDS
from corpus.errors import InputError
from corpus.language import fold
from retrieval.evaluation.judgements import at_places, json_lines, read_judgements
from retrieval.passages import Passage

EXPECTED: dict[str, Status] = {"unanswerable": "not_in_materials", "off_topic": "off_topic"}


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what is known of its answer.

    Attributes:
        id: of the question.
        question: as a student asks it.
        previous: the question asked before it in the conversation; or empty.
        language: of the question and so of its answer.
        style: of the question; empty if it says none.
        expected: the status of a right answer.
        facts: what a right answer matches; empty if the course has no answer.
        reference: a right answer; or empty.
        places: judged relevant, ``document#number``.
    """

    id: str
    question: str
    previous: str
    language: str
    style: str
    expected: Status
    facts: tuple[re.Pattern[str], ...] = ()
    reference: str = ""
    places: frozenset[str] = frozenset()

    def right(self, text: str) -> bool:
        """Whether `text` says all of the facts.

        A fact about how an answer begins holds as well of the model's own words, after a quotation.
        """
        said, own = plain(text), plain(OWN_WORDS.split(text)[-1])
        return all(fact.search(said) or fact.search(own) for fact in self.facts)


def plain(text: str) -> str:
    """`text` as facts are matched in it: folded, ñ as n, without emphasis or extra space."""
    return " ".join(re.sub(r"[*`]", "", fold(text)).replace("ñ", "n").split())


def read_cases(path: Path, passages: Sequence[Passage], split: str | None) -> list[Case]:
    """The cases of a folder's split, those without an answer in the course last.

    Raises:
        InputError: if a file is missing or a line of one is wrong.
    """
    queries, qrels = read_judgements(path, split)
    placed = at_places(qrels, passages)
    lines = {str(line["_id"]): line for line in json_lines(path / "queries.jsonl")}
    answers = {str(line["_id"]): line for line in json_lines(path / "answers.jsonl")}
    if missing := {query.id for query in queries} - answers.keys():
        raise InputError(f"Falta la respuesta de {min(missing)} en {path / 'answers.jsonl'}.")
    cases = [
        answerable(lines[query.id], answers[query.id], frozenset(placed[query.id]))
        for query in queries
    ]
    strangers = path / "unanswerable.jsonl"
    if strangers.is_file():
        cases += [
            Case(str(line["_id"]), line["text"], "", line["language"], "", EXPECTED[line["kind"]])
            for line in json_lines(strangers)
            if split in (None, line.get("split"))
        ]
    return cases


def answerable(line: dict[str, Any], answer: dict[str, Any], places: frozenset[str]) -> Case:
    """A case from its lines in both files."""
    try:
        facts = tuple(re.compile(fact) for fact in answer["facts"])
    except re.error as error:
        raise InputError(
            f"La respuesta de {line['_id']} tiene una expresión mala: {error}."
        ) from error
    return Case(
        str(line["_id"]),
        line["text"],
        line.get("previous", ""),
        line.get("language", "es"),
        line.get("style", ""),
        "answered",
        facts,
        answer["text"],
        places,
    )
