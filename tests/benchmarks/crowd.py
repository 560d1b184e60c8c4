"""Many students at once on one page: what each gets, and how long the page itself takes.

The page is spoken to as its own script does, over Gradio's queue, by sessions that ask at the same
moment, then again and again, each after reading for a while. A model that repeats a word of the
question tells whose answer arrived where, and what is left of the time beside its own is the
page's; with ``--pause 0`` it answers at once, and all wait for the page alone.
"""

import asyncio
import json
import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx
import numpy as np
from langchain_core.messages import AIMessage, BaseMessage

from agent import Assistant
from agent.serving.server import free_port
from corpus import Settings
from retrieval import Retriever
from tests.benchmarks.report import Row, memory, options, show
from tests.conftest import ScriptedModel
from ui.page import serving

TIMEOUT = 120.0
PAUSE = 0.05  # after some two tokens: what a GPU's server gives each of 50 chats, or better
SAID = (
    "Softmax convierte los logits en probabilidades, {mine}. Toma la exponencial de cada logit y "
    "la divide por la suma de todas. El resultado es positivo y suma uno. Restar el máximo antes "
    "no cambia el resultado y evita que la exponencial se desborde. Junto con la entropía cruzada, "
    "el gradiente es la probabilidad menos la etiqueta."
)


class EchoModel(ScriptedModel):
    """Answers with the word of the question that says whose it is."""

    def next_message(self, messages: list[BaseMessage]) -> Any:
        words = str(messages[-1].content).split()
        mine = [word.strip("?¿.,") for word in words if word.startswith("alumno")]
        return AIMessage(SAID.format(mine=" ".join(mine)))


@dataclass(frozen=True)
class Heard:
    """What one session got: its events and how many, whether it failed, its seconds."""

    name: str
    text: str
    events: int
    failed: bool
    seconds: float


def submit_of(config: dict[str, Any]) -> int:
    """The number of the event that a question on the page fires."""
    ids = {c["id"] for c in config["components"] if c["props"].get("elem_id") == "pregunta"}
    return next(
        int(one["id"])
        for one in config["dependencies"]
        if any(target[0] in ids and target[1] == "submit" for target in one["targets"])
    )


async def student(
    client: httpx.AsyncClient, number: int, event: int, until: float, reading: float
) -> list[Heard]:
    """One student who asks one question, and others until a time on the monotonic clock."""
    random = Random(number)
    await asyncio.sleep(random.uniform(0, reading))
    heard = [await session(client, f"alumno{number:03d}", event)]
    while time.monotonic() < until:
        await asyncio.sleep(random.uniform(0, 2 * reading))
        heard.append(await session(client, f"alumno{number:03d}", event))
    return heard


async def session(client: httpx.AsyncClient, name: str, event: int) -> Heard:
    """One student asks one question."""
    start = time.monotonic()
    question = f"¿Qué hace softmax con los logits, {name}?"
    body = {"data": [question, "", "explain"], "fn_index": event, "session_hash": name}
    (await client.post("/gradio_api/queue/join", json=body)).raise_for_status()
    said, events = "", 0
    async with client.stream(
        "GET", "/gradio_api/queue/data", params={"session_hash": name}
    ) as lines:
        async for line in lines.aiter_lines():
            if not line.startswith("data:"):
                continue
            told = json.loads(line[5:])
            said, events = said + line, events + 1
            if told["msg"] == "process_completed":
                took = time.monotonic() - start
                return Heard(name, said, events, not told["success"], took)
    return Heard(name, said, events, True, time.monotonic() - start)


async def crowd(url: str, count: int, seconds: float = 0, reading: float = 0) -> list[Heard]:
    """`count` students who ask at the same moment or read first, and go on for some seconds."""
    limits = httpx.Limits(max_connections=count * 2)
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT, limits=limits) as client:
        event = submit_of((await client.get("/config")).json())
        until = time.monotonic() + seconds
        heard = await asyncio.gather(
            *(student(client, at, event, until, reading) for at in range(count))
        )
        return [one for mine in heard for one in mine]


def mixed(heard: list[Heard]) -> list[str]:
    """Who got a word that is another's."""
    names = {one.name for one in heard}
    return [one.name for one in heard if any(x in one.text for x in names if x != one.name)]


def gathered(url: str, count: int, seconds: float = 0, reading: float = 0) -> list[Heard]:
    """`crowd`, for code that does not wait."""
    return asyncio.run(crowd(url, count, seconds, reading))


def main() -> None:
    """What a crowd gets on the bundled course's index."""
    parser = options(__doc__)
    parser.add_argument("--chats", type=int, default=50, help="at once")
    parser.add_argument("--seconds", type=float, default=120, help="for which each goes on asking")
    parser.add_argument("--reading", type=float, default=15, help="seconds from answer to question")
    parser.add_argument("--pause", type=float, default=PAUSE, help="of the model, in seconds")
    given = parser.parse_args()
    going_on = given.chats, given.seconds, given.reading
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load(conversations=Path(folder) / "c.sqlite")
        retriever, model = (
            Retriever.open(settings=settings),
            EchoModel(script=[], pause=given.pause),
        )
        with (
            Assistant(retriever, settings, model=model) as assistant,
            serving(assistant, free_port(0)) as url,
            ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as students,
        ):
            students.submit(gathered, url, 1).result()
            alone = students.submit(gathered, url, 1).result()[0].seconds
            together = students.submit(gathered, url, given.chats).result()
            (before, _), start = memory(), time.monotonic()
            heard = students.submit(gathered, url, *going_on).result()
            took, (after, _) = time.monotonic() - start, memory()
    first, then = (
        np.quantile([one.seconds for one in some], [0.5, 0.95]) - alone
        for some in (together, heard)
    )
    row: Row = {
        "chats": given.chats,
        "questions": len(heard),
        "failed": sum(one.failed for one in heard),
        "mixed up": len(mixed(heard)),
        "lost": sum(one.name not in one.text for one in heard),
        "alone s": round(alone, 2),
        "more: p50 s": round(then[0], 2),
        "p95 s": round(then[1], 2),
        "all at one moment: p95 s": round(first[1], 2),
        "events/s": round(sum(one.events for one in heard) / took),
        "memory GB": round(before, 2),
        "grown GB": round(after - before, 2),
    }
    show(
        f"{given.chats} students, {given.reading:g} s of reading, a model that takes its time",
        [row],
        given.json,
    )


if __name__ == "__main__":
    main()
