"""How good the answers are: right, cited, refused when they should be, in the right language.

`evaluate_answers` asks every case of every system and measures what came: by regular expressions
that say what a right answer must hold, and by a language model that compares with a reference. How
well passages are found is measured apart, without a model (`retrieval.evaluation`).
"""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import openai

from agent.assistant import Assistant
from agent.citations import before_markers
from agent.evaluation.baselines import model_alone, usual_chain
from agent.evaluation.cases import Case, read_cases
from agent.evaluation.report import AnswersReport, Said, System, measured
from agent.messages import language_of
from agent.prompts import prompt
from corpus.errors import ModelUnavailable
from corpus.progress import Progress, silent
from retrieval.evaluation.judgements import place_of

__all__ = ["AnswersReport", "Case", "Said", "System", "evaluate_answers"]

Answering = Callable[[Case], Said]
OURS = "ayudante"


def evaluate_answers(
    path: Path,
    assistant: Assistant,
    *,
    split: str | None = None,
    limit: int | None = None,
    at_once: int = 1,
    baselines: bool = True,
    judge: bool = True,
    keep: Path | None = None,
    progress: Progress = silent,
) -> AnswersReport:
    """Evaluates an assistant's answers on a folder's questions, beside two baselines.

    Args:
        path: see `agent.evaluation.cases`.
        assistant: whose answers are judged; open.
        split: only the questions marked so.
        limit: only so many, spread over all.
        at_once: questions answered at one time; with more than one, seconds say little.
        baselines: LangChain's usual chain and the model alone, too.
        judge: whether the model compares answers with the reference as well.
        keep: file of answers to go on from; each answer is added to it when it comes.
        progress: told how many questions are answered.

    Raises:
        InputError: if the folder lacks a file.
        ModelUnavailable: if there is no model, or it stops answering.
    """
    model = assistant.model
    if model is None:
        raise ModelUnavailable(assistant.notice or "No hay un modelo que evaluar.")
    retriever = assistant.retriever
    cases = read_cases(path, retriever.index.passages, split)
    if limit and limit < len(cases):
        cases = [cases[at * len(cases) // limit] for at in range(limit)]
    systems: dict[str, Callable[[], Answering]] = {OURS: lambda: partial(ours, assistant)}
    if baselines:
        systems["LangChain"] = lambda: usual_chain(model, retriever.public, retriever.embedder)
        systems["solo el modelo"] = lambda: model_alone(model)
    said: dict[str, dict[str, Said]] = {}
    for name, system in systems.items():
        said[name] = asked(system, cases, at_once, progress, Kept(keep, name))
        if judge and assistant.address:
            said[name] = graded(assistant, cases, said[name], at_once, progress, name)
    return AnswersReport(
        str(path),
        split,
        str(assistant.model_name),
        at_once,
        {name: measured(cases, some) for name, some in said.items()},
        said,
        {case.id: case for case in cases},
    )


class Kept:
    """The answers of one system in a file of JSON lines; without a file, in memory."""

    def __init__(self, file: Path | None, system: str) -> None:
        self.file, self.system = file, system
        self.said: dict[str, Said] = {}
        if file and file.is_file():
            for line in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
                if line.pop("system") == system:
                    name, cited = line.pop("_id"), line.pop("cited")
                    self.said[name] = Said(**line, cited=tuple(map(tuple, cited)))

    def add(self, case: Case, said: Said) -> None:
        """Keeps an answer."""
        self.said[case.id] = said
        if self.file:
            line = {"system": self.system, "_id": case.id} | asdict(said)
            with self.file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(line, ensure_ascii=False) + "\n")


def asked(
    system: Callable[[], Answering],
    cases: Sequence[Case],
    at_once: int,
    progress: Progress,
    kept: Kept,
) -> dict[str, Said]:
    """What a system says to each case; it is made only if something is left to ask."""
    stage = f"respondiendo: {kept.system}"
    left = [case for case in cases if case.id not in kept.said]
    progress(stage, len(cases) - len(left), len(cases))
    answering = system() if left else None
    pool = ThreadPoolExecutor(at_once)
    try:
        running = {pool.submit(answering, case): case for case in left if answering}
        for future in as_completed(running):
            kept.add(running[future], future.result())
            progress(stage, sum(case.id in kept.said for case in cases), len(cases))
    except openai.APIError as error:
        raise ModelUnavailable(f"El modelo dejó de responder: {error}.") from error
    finally:  # who stops this waits for no answer on its way: the server goes, and they with it
        pool.shutdown(wait=False, cancel_futures=True)
    return {case.id: kept.said[case.id] for case in cases}


def ours(assistant: Assistant, case: Case) -> Said:
    """What the assistant says to a case."""
    answer = assistant.ask(case.question, previous=case.previous)
    places = {citation.marker: place_of(citation.passage) for citation in answer.citations}
    cited = [
        (places[marker], sentence)
        for sentence, markers in before_markers(answer.text)
        for marker in markers
        if marker in places
    ]
    return Said(
        answer.text,
        answer.status,
        language_of(answer.text),
        tuple(cited),
        answer.seconds.first_token,
        answer.seconds.total,
        answer.evidence,
    )


def graded(
    assistant: Assistant,
    cases: Sequence[Case],
    said: dict[str, Said],
    at_once: int,
    progress: Progress,
    name: str,
) -> dict[str, Said]:
    """`said`, with what the model as a judge finds of the answers to answerable questions."""
    address = assistant.address
    assert address is not None
    client = openai.OpenAI(base_url=address.url, api_key=address.key, max_retries=1, timeout=600)

    def grade(case: Case, text: str) -> bool:
        shown = (
            f"Pregunta: {case.question}\nCorrecta: {case.reference}\nAsistente: {text}\n¿Está bien?"
        )
        reply = client.chat.completions.create(
            model=address.model,
            messages=[
                {"role": "system", "content": prompt("grade")},
                {"role": "user", "content": shown},
            ],
            max_tokens=5,
            temperature=0,
            extra_body={"structured_outputs": {"choice": ["sí", "no"]}},
        )
        return reply.choices[0].message.content == "sí"

    todo = [case for case in cases if case.expected == "answered"]
    done = dict(said)
    with ThreadPoolExecutor(at_once) as pool:
        verdicts = pool.map(
            lambda case: said[case.id].status == "answered" and grade(case, said[case.id].text),
            todo,
        )
        for at, (case, verdict) in enumerate(zip(todo, verdicts, strict=True), start=1):
            done[case.id] = replace(said[case.id], judged=verdict)
            progress(f"juzgando: {name}", at, len(todo))
    return done
