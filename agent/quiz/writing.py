"""Writing the items of a quiz with the language model, each read again before it is kept.

For one passage after another, spread over the documents, the model writes a question with its
answer. Code refuses what fails a check (`agent.quiz.checks`) or has been asked already; the model,
asked anew, must then find the answer itself (`agent.quiz.confirming`).
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import openai

from agent.drafting import Asked, said_by, spread
from agent.enriching import shown
from agent.prompts import prompt
from agent.quiz.checks import faults
from agent.quiz.confirming import guessed, supported
from agent.quiz.items import Item, Kind, choice_item, short_item
from agent.serving import ServerAddress
from corpus.errors import InputError, ModelUnavailable
from corpus.progress import Progress, silent
from retrieval import Filter, Retriever
from retrieval.filters import kind_of
from retrieval.passages import Passage

TRIES = 8  # passages tried for each item that is wanted
TOKENS = 300  # of an item
NOT_TAUGHT = ("course", "assignment")  # kinds of document that a quiz leaves out unless asked for
IN = {"es": "Escribe todo en español.", "en": "Escribe todo en inglés."}


def strings(**longest: int) -> dict[str, Any]:
    """The schema of an object of strings, by name the most characters of each."""
    return {  # lengths only: with a pattern, vLLM 0.32's grammar compiler fails
        "type": "object",
        "properties": {
            name: {"type": "string", "minLength": 2, "maxLength": most}
            for name, most in longest.items()
        },
        "required": list(longest),
        "additionalProperties": False,
    }


SCHEMAS = {
    "choice": strings(question=140, right=90, wrong1=90, wrong2=90, wrong3=90),
    "short": strings(question=140, answer=120),
}


class Refused(Exception):
    """An item is not kept; the message names why."""


@dataclass(frozen=True, slots=True)
class Written:
    """What came of writing a quiz.

    Attributes:
        items: those kept.
        refused: how many were not, by reason: the name of a check, “cut” for what is no whole
            item, “repeated”, or “unconfirmed” by the second reading.
    """

    items: tuple[Item, ...]
    refused: dict[str, int]


def write_items(
    retriever: Retriever,
    count: int,
    address: ServerAddress,
    kind: Kind = "choice",
    within: Filter | None = None,
    known: Iterable[str] = (),
    seed: int = 0,
    progress: Progress = silent,
) -> Written:
    """Up to `count` items on passages spread over the course's documents.

    Args:
        retriever: whose index is asked about.
        count: how many; fewer come if too many are refused.
        address: of the model's server.
        kind: of the items.
        within: the part of the course; by default what is taught, without the programme and the
            assignments.
        known: questions that are not to be asked again.
        seed: other passages for another one.
        progress: told how many there are.

    Raises:
        InputError: if `within` accepts no passage.
        ModelUnavailable: if the server fails; what was written is lost, so ask for few at a time.
    """
    passages = [one for one in retriever.public if wanted(one, within)]
    if not passages:
        raise InputError("No hay material para esa parte del curso. Elija otra.")
    client = openai.OpenAI(base_url=address.url, api_key=address.key, max_retries=1, timeout=600)
    asked = Asked(retriever.embedder, known)
    items: list[Item] = []
    refused: Counter[str] = Counter()
    progress("escribiendo preguntas", 0, count)
    try:
        for passage in spread(passages, count * TRIES, seed):
            if len(items) == count:
                break
            try:
                item = written(client, address.model, kind, passage, seed)
                if not asked.is_new(item.question):
                    raise Refused("repeated")
                if not supported(client, address.model, item, passage):
                    raise Refused("unconfirmed")
            except Refused as reason:
                refused[str(reason)] += 1
                continue
            asked.add(item.question)
            items.append(replace(item, guessed=guessed(client, address.model, item)))
            progress("escribiendo preguntas", len(items), count)
    except openai.APIError as error:
        raise ModelUnavailable(f"El modelo dejó de responder: {error}.") from error
    return Written(tuple(items), dict(refused))


def wanted(passage: Passage, within: Filter | None) -> bool:
    """Whether to ask about `passage`."""
    if within and not within.accepts(passage):
        return False
    named = within and (within.kinds or within.documents or within.assignments)
    return bool(named) or kind_of(passage) not in NOT_TAUGHT


def written(client: openai.OpenAI, model: str, kind: Kind, passage: Passage, seed: int) -> Item:
    """What the model writes about a passage; raises `Refused` if it fails a check."""
    language = IN.get(passage.language, IN["es"])
    said = said_by(
        client,
        model,
        prompt("quiz" if kind == "choice" else "quiz_short"),
        f"{shown(passage)}\n\n{language}",
        temperature=0.7,
        tokens=TOKENS,
        structured_outputs={"json": SCHEMAS[kind]},
    )
    item = parsed(said, kind, passage, seed)
    for fault in faults(item, passage):
        raise Refused(fault)
    return item


def parsed(said: str, kind: Kind, passage: Passage, seed: int) -> Item:
    """The item that the model's JSON holds."""
    try:
        data = json.loads(said)
        texts = [" ".join(str(data[name]).split()) for name in SCHEMAS[kind]["properties"]]
    except (ValueError, KeyError, TypeError) as error:  # cut at the limit of tokens
        raise Refused("cut") from error
    if kind == "short":
        return short_item(passage, *texts)
    question, right, *wrong = texts
    return choice_item(passage, question, right, wrong, seed)
