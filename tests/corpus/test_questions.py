"""The course's own judged questions."""

import csv
import hashlib
import json
from functools import cache
from pathlib import Path

from corpus import BUNDLED, Document, find_files, read_file
from retrieval.lexical import tokens
from retrieval.passages import passages_of

QUESTIONS = BUNDLED.parent / "questions"
STYLES = ("plain", "chilean", "typos", "english", "code", "formula", "follow-up", "calendar")
FIRST = [f"q{n:03d}" for n in range(1, 11)]  # the floor of refusal was chosen on these


@cache
def documents() -> list[Document]:
    """The bundled course, read."""
    return [read_file(source, source.path.read_bytes()) for source in find_files([BUNDLED])]


def places() -> dict[str, str]:
    """The text of every place of the bundled course, by ``document#number``."""
    found: dict[str, str] = {}
    for document in documents():
        for section in document.sections:
            place = f"{document.name}#{section.location.number}"
            found[place] = f"{found.get(place, '')}\n{section.text}"
    return found


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def judgements() -> list[dict[str, str]]:
    with (QUESTIONS / "qrels.tsv").open() as file:
        return list(csv.DictReader(file, delimiter="\t"))


def split_of(name: str) -> str:
    """The rule: the first ten, then by the digest of the name."""
    odd = int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2
    return "dev" if name in FIRST or odd else "test"


def test_every_judgement_points_to_a_real_place_and_question() -> None:
    known, asked = places(), {line["_id"] for line in lines(QUESTIONS / "queries.jsonl")}
    judged = judgements()
    assert {judgement["corpus-id"] for judgement in judged} <= known.keys()
    assert {judgement["query-id"] for judgement in judged} == asked
    assert {judgement["score"] for judgement in judged} == {"1", "2"}


def test_every_judged_place_is_in_a_passage() -> None:
    covered = {
        f"{passage.document}#{number}"
        for document in documents()
        for passage in passages_of(document)
        for number in range(
            passage.location.number or 1,
            (passage.location.last or passage.location.number or 1) + 1,
        )
    }
    assert {judgement["corpus-id"] for judgement in judgements()} <= covered


def test_questions_do_not_copy_the_passage() -> None:
    known = places()
    texts = {line["_id"]: line["text"] for line in lines(QUESTIONS / "queries.jsonl")}
    runs: dict[str, set[tuple[str, ...]]] = {}
    for judgement in judgements():
        question, place = tokens(texts[judgement["query-id"]]), judgement["corpus-id"]
        if place not in runs:
            passage = tokens(known[place])
            runs[place] = {tuple(passage[at : at + 5]) for at in range(len(passage))}
        copied = [question[at : at + 5] for at in range(len(question) - 4)]
        assert not any(tuple(run) in runs[place] for run in copied), judgement


def test_questions_are_many_and_of_every_kind() -> None:
    asked = lines(QUESTIONS / "queries.jsonl")
    assert len({line["text"] for line in asked}) == len(asked) >= 250
    styles = [line["style"] for line in asked]
    for style in [
        "plain",
        "chilean",
        "typos",
        "english",
        "code",
        "formula",
        "follow-up",
        "calendar",
    ]:
        assert styles.count(style) >= 20, style
    assert all("previous" in line for line in asked if line["style"] == "follow-up")


def test_there_are_questions_without_an_answer() -> None:
    kinds = [line["kind"] for line in lines(QUESTIONS / "unanswerable.jsonl")]
    assert kinds.count("unanswerable") >= 50
    assert kinds.count("off_topic") >= 20


def test_the_split_follows_its_rule() -> None:
    for name in ("queries.jsonl", "unanswerable.jsonl"):
        for line in lines(QUESTIONS / name):
            assert line["split"] == split_of(line["_id"])
