"""Drafting judged questions for a teacher to approve (`ayudante evaluate --generate`).

The model writes a question for a passage, in one of three styles. Code then refuses what is not
one whole question, copies the passage or says again what another question says, and the model,
shown question and passage anew, must find that the one answers the other. What is left is written
in BEIR layout, each question marked ``"draft": true``: an evaluation leaves drafts out, until a
teacher who has read them takes the mark away. A draft's one judgement is the passage it was
written for; other places may answer it as well, which is the teacher's to add.
"""

import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openai

from agent.enriching import shown, useful
from agent.prompts import prompt
from agent.serving import ServerAddress
from corpus.errors import InputError, ModelUnavailable
from corpus.progress import Progress, silent
from retrieval import Retriever
from retrieval.evaluation.judgements import place_of
from retrieval.passages import Passage

STYLES = {
    "plain": ("es", "Escríbela en español bien escrito, en una frase."),
    "chilean": (
        "es",
        "Escríbela como un estudiante chileno en un chat: corta, sin tildes, con «q», «xq» o «pa».",
    ),
    "english": ("en", "Escríbela en inglés, en una frase."),
}
SHORTEST = 200  # characters of a passage that says enough to be asked about
TRIES = 4  # passages tried for each question that is wanted
ONE = re.compile(r"(?:[^.!?\n]|\.(?=\S))+\?")  # a sentence that asks; a model may run on, or be cut
SAME = 0.95  # cosine from which two questions are one
SCHEMA: dict[str, Any] = {  # with a pattern here, vLLM 0.32's grammar compiler fails
    "type": "object",
    "properties": {"question": {"type": "string", "minLength": 12, "maxLength": 140}},
    "required": ["question"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A question, its style and language, and the passage that answers it."""

    question: str
    style: str
    language: str
    passage: Passage


def draft(
    retriever: Retriever,
    count: int,
    address: ServerAddress,
    known: Iterable[str] = (),
    seed: int = 0,
    progress: Progress = silent,
) -> list[Draft]:
    """Up to `count` questions on passages spread over the course's documents.

    Args:
        retriever: whose index is asked about.
        count: how many; fewer come if too many are refused.
        address: of the model's server.
        known: questions that are not to be written again.
        seed: other passages for another one.
        progress: told how many there are.

    Raises:
        ModelUnavailable: if the server fails.
    """
    client = openai.OpenAI(base_url=address.url, api_key=address.key, max_retries=1, timeout=600)
    drafts: list[Draft] = []
    known = list(known)
    taken = list(retriever.embedder.embed_queries(known)) if known else []
    progress("escribiendo preguntas", 0, count)
    try:
        for at, passage in enumerate(spread(retriever.index.passages, count * TRIES, seed)):
            if len(drafts) == count:
                break
            style = list(STYLES)[at % len(STYLES)]
            question = written(client, address.model, passage, style)
            if not ONE.fullmatch(question) or not useful([question], passage):
                continue
            vector = retriever.embedder.embed_queries([question])[0]
            if taken and float((np.stack(taken) @ vector).max()) >= SAME:
                continue
            if not answers(client, address.model, passage, question):
                continue
            taken.append(vector)
            drafts.append(Draft(question, style, STYLES[style][0], passage))
            progress("escribiendo preguntas", len(drafts), count)
    except openai.APIError as error:
        raise ModelUnavailable(f"El modelo dejó de responder: {error}.") from error
    return drafts


def spread(passages: Sequence[Passage], count: int, seed: int) -> Iterator[Passage]:
    """Up to `count` passages worth asking about, no solutions, from one document after another."""
    chance = random.Random(seed)
    by_document: dict[str, list[Passage]] = {}
    for passage in passages:
        useful = len(passage.text) >= SHORTEST and not passage.lists_references
        if useful and passage.role != "solution":
            by_document.setdefault(passage.document, []).append(passage)
    shuffled = [chance.sample(some, len(some)) for some in by_document.values()]
    chance.shuffle(shuffled)
    while count > 0 and (shuffled := [some for some in shuffled if some]):
        for some in shuffled[:count]:
            yield some.pop()
        count -= len(shuffled)


def written(client: openai.OpenAI, model: str, passage: Passage, style: str) -> str:
    """A question about a passage; empty if the model wrote none."""
    said = said_by(
        client,
        model,
        prompt("draft"),
        f"{shown(passage)}\n\n{STYLES[style][1]}",
        temperature=0.7,
        structured_outputs={"json": SCHEMA},
    )
    try:
        return str(json.loads(said)["question"]).strip()
    except (ValueError, KeyError, TypeError):  # cut at the limit of tokens
        return ""


def answers(client: openai.OpenAI, model: str, passage: Passage, question: str) -> bool:
    """Whether the model, asked anew, finds that `passage` answers `question`."""
    asked = f"{shown(passage)}\n\nPregunta: {question}\n¿El pasaje la responde?"
    choice = {"choice": ["sí", "no"]}
    return said_by(client, model, prompt("judge"), asked, structured_outputs=choice) == "sí"


def said_by(
    client: openai.OpenAI,
    model: str,
    system: str,
    user: str,
    temperature: float = 0,
    **structured: dict[str, Any],
) -> str:
    """What the model says, held to a grammar."""
    said = client.chat.completions.create(
        model=model,
        messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
        max_tokens=100,
        temperature=temperature,
        extra_body=structured,
    )
    return said.choices[0].message.content or ""


def refuse_existing(folder: Path) -> None:
    """Raises `InputError` if `folder` already has questions."""
    if (folder / "queries.jsonl").exists() or (folder / "qrels.tsv").exists():
        raise InputError(f"{folder} ya tiene preguntas. Elija otra carpeta con --output.")


def write_drafts(folder: Path, drafts: Sequence[Draft]) -> None:
    """Writes drafts in BEIR layout to a new `folder`.

    Raises:
        InputError: if it already has questions, or cannot be written.
    """
    refuse_existing(folder)
    queries, qrels = folder / "queries.jsonl", folder / "qrels.tsv"
    lines = [
        {
            "_id": f"g{number:03d}",
            "text": one.question,
            "style": one.style,
            "language": one.language,
            "draft": True,
            "shows": f"{one.passage.label}: {' '.join(one.passage.text.split())[:200]}",
        }
        for number, one in enumerate(drafts, start=1)
    ]
    rows = [
        f"{line['_id']}\t{place_of(one.passage)}\t2"
        for line, one in zip(lines, drafts, strict=True)
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        queries.write_text(
            "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8"
        )
        qrels.write_text("\n".join(["query-id\tcorpus-id\tscore", *rows]) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"No se puede escribir en {folder}: {error.strerror or error}.") from error
