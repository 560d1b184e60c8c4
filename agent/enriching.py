"""Asking the language model which questions each passage answers (`retrieval.enrichment`).

`enrich` asks about many passages at once; `Meanwhile` does so behind a chat, whenever nobody waits
for an answer, and lets the assistant search what has come in.

Many passages are asked about at once, because a server computes a batch nearly as fast as one.
What comes back is held to a JSON schema by the server and checked again by code: a question is
one, is no copy of the passage, and is said once. Each answer is written down when it comes, so
that stopping loses nothing and going on asks only about what is missing.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import openai

from agent.prompts import prompt
from agent.serving import ServerAddress
from corpus.errors import ModelUnavailable
from corpus.progress import Progress, silent
from retrieval.enrichment import Enrichment, line_of, mark_of, read
from retrieval.lexical import tokens
from retrieval.passages import Passage

AT_ONCE = 24  # requests in flight
SHOWN = 1_200  # characters of a passage
TOKENS = 200
COPIED = 5  # words in a row that a question may not share with its passage
LONGEST = 160  # characters of a question
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "says": {"type": "string", "pattern": '^[^\\n"]{10,120}$'},
        "spanish": {
            "type": "array",
            "items": {"type": "string", "pattern": '^[^\\n"]{12,110}$'},
            "minItems": 3,
            "maxItems": 3,
        },
        "english": {"type": "string", "pattern": '^[A-Z][^\\n"?]{12,110}[?]$'},
    },
    "required": ["says", "spanish", "english"],
    "additionalProperties": False,
}


def always() -> bool:
    """Goes on."""
    return True


def enrich(
    passages: Sequence[Passage],
    file: Path,
    address: ServerAddress,
    progress: Progress = silent,
    *,
    at_once: int = AT_ONCE,
    go_on: Callable[[], bool] = always,
) -> int:
    """Writes enrichments of `passages` that `file` lacks from this model; returns how many.

    Args:
        passages: of an index.
        file: where to add them; see `retrieval.enrichment`.
        address: of the model's server.
        progress: told how many are done.
        at_once: requests in flight.
        go_on: asked before each passage; it may wait, and ends the work by saying no.

    Raises:
        ModelUnavailable: if the server fails; what came before is kept.
    """
    known = {mark for mark, one in read(file).items() if one.model == address.model}
    wanted = {mark: p for p in passages if (mark := mark_of(p)) not in known}
    client = openai.OpenAI(base_url=address.url, api_key=address.key, max_retries=1, timeout=600)
    file.parent.mkdir(parents=True, exist_ok=True)
    progress("escribiendo preguntas", 0, len(wanted))
    mend_last_line(file)
    done = 0
    with file.open("a", encoding="utf-8") as out:
        for mark, enrichment in answers(client, address.model, wanted, at_once, go_on):
            out.write(line_of(mark, enrichment))
            out.flush()
            done += 1
            progress("escribiendo preguntas", done, len(wanted))
    return done


def mend_last_line(file: Path) -> None:
    """Takes away a last line that was cut short."""
    if file.is_file() and (text := file.read_bytes()) and not text.endswith(b"\n"):
        file.write_bytes(text[: text.rfind(b"\n") + 1])


def answers(
    client: openai.OpenAI,
    model: str,
    wanted: dict[str, Passage],
    at_once: int,
    go_on: Callable[[], bool],
) -> Iterator[tuple[str, Enrichment]]:
    """Marks and enrichments as they come, `at_once` passages asked about at a time."""
    waiting = list(reversed(wanted.items()))
    running: dict[Future[Enrichment], str] = {}
    with ThreadPoolExecutor(at_once) as pool:
        try:
            while True:
                while waiting and len(running) < at_once and go_on():
                    mark, passage = waiting.pop()
                    running[pool.submit(asked_about, client, model, passage)] = mark
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        except openai.APIError as error:
            raise ModelUnavailable(
                f"El modelo dejó de responder ({error}). Lo escrito queda guardado: repita la "
                "orden para seguir."
            ) from error
        finally:
            for future in running:
                future.cancel()


def asked_about(client: openai.OpenAI, model: str, passage: Passage) -> Enrichment:
    """What the model writes about a passage; nothing, if it is of no use."""
    # No seed: vLLM 0.32 on a CPU dies when a seeded request is sampled while another is half read.
    said = client.chat.completions.create(
        model=model,
        messages=[
            {"role": "system", "content": prompt("enrichment")},
            {"role": "user", "content": shown(passage)},
        ],
        max_tokens=TOKENS,
        temperature=0.7,
        top_p=0.9,
        presence_penalty=0.3,
        extra_body={"structured_outputs": {"json": SCHEMA}},
    )
    text = said.choices[0].message.content or ""
    try:
        item = json.loads(text)
        questions = [*item["spanish"], item["english"]]
        says = str(item["says"])
    except (ValueError, KeyError, TypeError):  # cut at the limit of tokens
        return Enrichment((), "", model)
    return Enrichment(useful(questions, passage), says, model)


def shown(passage: Passage) -> str:
    """A passage as the model reads it: its breadcrumb, then how it begins."""
    return f"Pasaje de: {passage.context}\n{passage.text[:SHOWN]}"


def useful(questions: Sequence[str], passage: Passage) -> tuple[str, ...]:
    """Those of `questions` that say something of their own, each once."""
    copied = runs(tokens(f"{passage.context} {passage.text}"))
    kept: dict[tuple[str, ...], str] = {}
    for question in questions:
        words = tokens(question)
        if words and len(question) <= LONGEST and not runs(words) & copied:
            kept.setdefault(tuple(words), question.strip())
    return tuple(kept.values())


def runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Every `COPIED` words in a row."""
    return {tuple(words[at : at + COPIED]) for at in range(len(words) - COPIED + 1)}
