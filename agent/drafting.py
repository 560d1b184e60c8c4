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
from retrieval.embedding import Embedder, Vectors
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
TOKENS = 100  # of what the model says
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
    asked = Asked(retriever.embedder, known)
    progress("escribiendo preguntas", 0, count)
    try:
        for at, passage in enumerate(spread(retriever.index.passages, count * TRIES, seed)):
            if len(drafts) == count:
                break
            style = list(STYLES)[at % len(STYLES)]
            question = written(client, address.model, passage, style)
            if not ONE.fullmatch(question) or not useful([question], passage):
                continue
            if not asked.is_new(question) or not answers(client, address.model, passage, question):
                continue
            asked.add(question)
            drafts.append(Draft(question, style, STYLES[style][0], passage))
            progress("escribiendo preguntas", len(drafts), count)
    except openai.APIError as error:
        raise ModelUnavailable(f"El modelo dejó de responder: {error}.") from error
    return drafts


class Asked:
    """The questions that there are already, by what they mean."""

    def __init__(self, embedder: Embedder, known: Iterable[str]) -> None:
        known = list(known)
        self._embedder = embedder
        self._vectors: list[Vectors] = list(embedder.embed_queries(known)) if known else []
        self._last: tuple[str, Vectors] | None = None

    def is_new(self, question: str) -> bool:
        """Whether none of them says the same as `question`."""
        vector = self._vector_of(question)
        return not self._vectors or float((np.stack(self._vectors) @ vector).max()) < SAME

    def add(self, question: str) -> None:
        """Takes `question` in."""
        self._vectors.append(self._vector_of(question))

    def _vector_of(self, question: str) -> Vectors:
        """The question's embedding; that of the last one is remembered."""
        if self._last is None or self._last[0] != question:
            self._last = question, self._embedder.embed_queries([question])[0]
        return self._last[1]


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
    tokens: int = TOKENS,
    **structured: dict[str, Any],
) -> str:
    """What the model says, held to a grammar."""
    # No seed: vLLM 0.32 on a CPU dies when a seeded request is sampled while another is half read.
    said = client.chat.completions.create(
        model=model,
        messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
        max_tokens=tokens,
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
