"""Guide: hints on an assignment, a rung at a time, and never its solution.

A question that wants an assignment done gets a hint in place of an answer. The rungs are the
concept, the place in the material, a similar example, the next step; each question of the
conversation on an assignment climbs one. The solution, if the course has it in its vault, tells
which lectures to search; the model never reads it, so it cannot quote it, and what it works out by
itself is held against the vault as it writes (`agent.vault`).
"""

import re
from collections.abc import Sequence

from agent.conversations import Turn
from agent.messages import Language, listed, say
from corpus.language import fold
from corpus.roles import Role
from retrieval.filters import KINDS, Filter
from retrieval.lexical import tokens
from retrieval.passages import Passage
from retrieval.retriever import Retriever, SearchResult

RUNGS = 4
LECTURES = Filter(kinds=frozenset(KINDS) - {"assignment", "course"})
TASK_CHARACTERS = 400  # of an assignment and of a solution, that tell which lectures to search
CODE_LINES = 3  # of a block that a hint may show
ASSIGNMENT: Role = "assignment"
HOMEWORK = re.compile(  # with its number: *tarea* is also what a network learns
    r"\b(?:tarea|homework|hw|assignment|pset|control|certamen|pregunta|problema) ?\d|\bp\d\b|"
    r"\b(?:mi|tu|my) (?:tarea|homework|assignment)\b"
)
WANTED = re.compile(  # somebody wants it done
    r"\b(?:resuelv\w*|resolv\w*|haz(?:me|la|lo)?|hacer?(?:me|la|lo)?|dame(?:la)?|pasa(?:me)?|"
    r"manda(?:me)?|escrib\w*|complet\w*|programa(?:me|r)?|implement\w*|solucion\w*|respuestas?|"
    r"resultados?|pauta|codigo|hecha|lista|ayuda\w*|corrig\w*|esta bien|revisa\w*|"
    r"como (?:se )?(?:hago|hace|hacer|parto|empiezo|resuelvo|calculo|programo)|"
    r"solve|do (?:my|the|it)|give me|write|complete|implement|code|solutions?|answers?|continue|"
    r"how (?:do|should|can) i|what is the result|finish|help|debug|correct(?:ed)?)\b"
)
ABOUT_IT = re.compile(  # what an assignment asks for, not how to do it
    r"\b(?:cuando|plazos?|fechas?|entreg\w*|puntos?|puntaje|nota|pond\w*|atras\w*|parejas?|formato|"
    r"cuantas?|deadline|due|submit\w*|points?|grade|late|when|pdf|zip|se evalua|evaluan?)\b"
)
FENCED = re.compile(r"^( {0,3}```[^\n]*\n)(.*?)(^ {0,3}```[ \t]*$|\Z)", re.S | re.M)


def asks_to_be_done(question: str, results: Sequence[SearchResult]) -> bool:
    """Whether `question` wants an assignment solved, not what it says or when it is due.

    Args:
        question: as it was asked.
        results: what was found for it, best first.
    """
    words = fold(question)
    if not WANTED.search(words) or ABOUT_IT.search(words):
        return False
    leads = bool(results) and results[0].passage.role == ASSIGNMENT
    return leads or bool(HOMEWORK.search(words))


def rung(history: Sequence[Turn]) -> int:
    """Which hint comes next, from 1: one more than the hints just before."""
    given = 0
    for turn in reversed(history):
        if turn.status != "hinted":
            break
        given += 1
    return min(given + 1, RUNGS)


def lectures(question: str, retriever: Retriever, k: int) -> list[SearchResult]:
    """The lectures and labs that a hint on `question` should send to.

    They are searched with the assignment's words and those of its solution beside the question's.
    """
    task = retriever.search(question, 1, within=Filter(kinds=frozenset({ASSIGNMENT})))
    parts = [question, *(one.passage.text[:TASK_CHARACTERS] for one in task)]
    if key := nearest([*parts], retriever.vault):
        parts.append(key.text[:TASK_CHARACTERS])
    return retriever.search(" ".join(parts), k, within=LECTURES)


def nearest(parts: Sequence[str], vault: Sequence[Passage]) -> Passage | None:
    """The solution that shares most words with `parts`; None if none shares any."""
    wanted = set(tokens(" ".join(parts)))
    shared = [len(wanted & set(tokens(passage.searchable))) for passage in vault]
    best = max(range(len(vault)), key=shared.__getitem__, default=None)
    return vault[best] if best is not None and shared[best] else None


def places(passages: Sequence[Passage], language: Language) -> str:
    """“Clase 2, lámina 7 y Lab 2, celda 3”."""
    return listed(list(dict.fromkeys(passage.label for passage in passages)), language)


def hint(text: str, number: int, passages: Sequence[Passage], language: Language) -> str:
    """A hint under its heading, without more code than a hint may show."""
    heading = say(
        "hint_heading",
        language,
        rung=str(number),
        rungs=str(RUNGS),
        places=places(passages, language),
    )
    return f"{heading}\n\n{FENCED.sub(lambda match: begun(match, language), text)}"


def begun(match: re.Match[str], language: Language) -> str:
    """A code block with its first lines only."""
    lines = match[2].splitlines()
    if len(lines) <= CODE_LINES:
        return match[0]
    return match[1] + "\n".join([*lines[:CODE_LINES], say("code_kept", language)]) + "\n```"
