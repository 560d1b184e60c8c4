"""The course's own judged questions."""

import csv
import json
from pathlib import Path

from corpus import BUNDLED, find_files, read_file
from retrieval.lexical import tokens

QUESTIONS = BUNDLED.parent / "questions"


def places() -> dict[str, str]:
    """The text of every place of the bundled course, by ``document#number``."""
    documents = [read_file(source, source.path.read_bytes()) for source in find_files([BUNDLED])]
    return {
        f"{document.name}#{section.location.number}": section.text
        for document in documents
        for section in document.sections
    }


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def judgements() -> list[dict[str, str]]:
    with (QUESTIONS / "qrels.tsv").open() as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_every_judgement_points_to_a_real_place_and_question() -> None:
    known, asked = places(), {line["_id"] for line in lines(QUESTIONS / "queries.jsonl")}
    for judgement in judgements():
        assert judgement["corpus-id"] in known
        assert judgement["query-id"] in asked


def test_questions_do_not_copy_the_passage() -> None:
    known = places()
    texts = {line["_id"]: line["text"] for line in lines(QUESTIONS / "queries.jsonl")}
    for judgement in judgements():
        question = tokens(texts[judgement["query-id"]])
        passage = tokens(known[judgement["corpus-id"]])
        runs = {tuple(passage[at : at + 5]) for at in range(len(passage))}
        assert not any(tuple(question[at : at + 5]) in runs for at in range(len(question) - 4))


def test_there_are_questions_without_an_answer() -> None:
    kinds = [line["kind"] for line in lines(QUESTIONS / "unanswerable.jsonl")]
    assert kinds.count("unanswerable") >= 5
    assert kinds.count("off_topic") >= 3
