"""What a passage is to the course: material, the statement of an assignment, or its solution.

Told from the path, the title and the headings alone; nothing here reads the text. The words are
ambiguous (*soluciones al desvanecimiento del gradiente* is a lecture; a *pauta de evaluación* is a
rubric that students are given), so a word counts only where it stands alone or is said of an
exercise. Where that leaves a doubt inside an assignment, it is a solution: hiding too much costs a
search result, showing too much costs an assignment.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Literal

from corpus.language import fold
from corpus.programme import called

Role = Literal["material", "assignment", "solution"]

SOLUTION = "Solución"  # the heading that a reader gives to what a file marks as one
MARKS_ONE = re.compile(  # a cell's tag, an environment, a class or a directive, folded
    r"(?:sol(?:ution|ucion(?:e)?)?|answer|respuesta|pauta)s?(?:box|env|or\w+)?"
)
HOMEWORK = re.compile(
    r"(?<![^\W\d_])(?:tarea|homework|hw|assignment|pset|enunciado)s?(?![^\W\d_])"
    r"(?:[\s_-]*(?P<number>\d{1,2})(?!\d))?"
)
EXAM = re.compile(  # with its number: a course may teach optimal control
    r"(?<![^\W\d_])(?:control|certamen|prueba|examen|exam|midterm|quiz)(?:es)?"
    r"[\s_-]*\d{1,2}(?!\d)"
)
EXAMS = re.compile(r"(?:controles|certamenes|pruebas|examenes|exams|quizzes|midterms)")

# Patterns on folded words, one space apart.
NUMBER = r"(?: (?:\d+|[a-h]|[ivx]+))"
EXERCISE = (
    rf"(?:(?:tarea|pregunta|ejercicio|control|certamen|prueba|examen|taller|lab|laboratorio|auxiliar|"
    rf"guia|bono|homework|hw|assignment|pset|exercise|question|exam|midterm|quiz|bonus)(?:e?s|zes)?"
    rf"{NUMBER}*|(?:problem[as]{{0,2}}|items?|partes?|parts?|[tcpqe]){NUMBER}+)"
)
ANSWERS = r"(?:solucion(?:es|ario|arios)?|respuestas?|pautas?|solutions?|answers?|answer ?keys?)"
QUALITY = (
    r"(?:esperad[ao]s?|propuest[ao]s?|correct[ao]s?|oficial(?:es)?|modelo|sugerid[ao]s?|posibles?|"
    r"complet[ao]s?|detallad[ao]s?|final(?:es)?|breves?|paso a paso|de correccion|expected|"
    r"proposed|correct|official|model|sample|suggested|possible|complete|detailed|full|"
    r"step by step|sheet)"
)
OF = r"(?: (?:a|de|del|para|of|to|for))?(?: (?:la|las|el|los|cada|the|each))?"
START = rf"^(?:(?:\d+|{QUALITY}) )*"
ALONE = re.compile(rf"{START}{ANSWERS}(?: {QUALITY})*{NUMBER}*$")
OF_EXERCISE = re.compile(
    rf"{START}{ANSWERS}(?: {QUALITY})*{OF} {EXERCISE}\b"
    rf"|\b{EXERCISE}(?: {QUALITY})* {ANSWERS}(?: {QUALITY})*{NUMBER}*$"
)
BEGINS = re.compile(rf"{START}{ANSWERS}\b")
MENTIONS = re.compile(rf"(?<!\bde )(?<!\bdel )(?<!\bsin )(?<!\bof )(?<!\bwithout )\b{ANSWERS}\b")
SHORT = re.compile(r"\b(?:sols?|soln|resuelt[ao]s?|solved|key)\b")  # in the name of a homework only
KEY = re.compile(r"\b(?:pautas?|solucionarios?|answer ?keys?)\b")
# What students are given under the same words.
GIVEN = re.compile(
    r"\bpautas?(?: (?:de|del|para))?(?: (?:la|las|el|los))? "
    r"(?:evaluacion|entregas?|informes?|presentacion(?:es)?|proyectos?|formato|estilo|trabajo)\b"
    r"|\bpreguntas y respuestas\b|\bquestions and answers\b|\bq and a\b"
    r"|\brespuestas? (?:a |de )?(?:las )?preguntas frecuentes\b"
)
CAMEL = re.compile(r"(?<=[a-záéíóúñ])(?=[A-ZÁÉÍÓÚÑ])")
WORD = re.compile(r"\d+|[^\W\d_]+")
BREAK = re.compile(r"[:;–—·|()/]|\.(?=\s)|\s-\s")


def marks_solution(name: str) -> bool:
    """Whether a tag, an environment or a class is called as what holds solutions is."""
    return MARKS_ONE.fullmatch(fold(name.strip())) is not None


def shows_solution(label: str) -> bool:
    """Whether what a reader clicks to see more speaks of a solution: “Ver la respuesta”."""
    return MENTIONS.search(words(label)) is not None


def role_of(name: str, title: str, headings: Sequence[str]) -> Role:
    """What a passage is, by where it stands.

    Args:
        name: of the document, a path with ``/``.
        title: of the document.
        headings: above the passage, the outermost first; what stands below a solution's heading
            is of the solution.
    """
    if is_solution(name, title):
        return "solution"
    assigned = is_assignment(name, title)
    if any(heads_solution(heading, assigned) for heading in headings):
        return "solution"
    return "assignment" if assigned else "material"


@lru_cache(maxsize=50_000)
def is_assignment(name: str, title: str) -> bool:
    """Whether a document is a homework or an exam, or is of one: ``tareas/datos.md``.

    What the file itself is called says more than its folder, and the folder more than its title.
    """
    path, known = PurePosixPath(fold(name)), called(name)
    if known.startswith("Tarea ") or is_graded(path.stem):
        return True
    if known:
        return False
    if any(map(is_graded, path.parts[:-1])):
        return True
    return any(pattern.match(fold(title)) for pattern in (HOMEWORK, EXAM))


@lru_cache(maxsize=50_000)
def is_solution(name: str, title: str) -> bool:
    """Whether a whole document is a solution, by its path (``soluciones/``) or its title."""
    path = PurePosixPath(name)
    parts = [words(part) for part in (*path.parts[:-1], path.stem)]
    graded = is_assignment(name, title) or any(map(is_graded, map(fold, path.parts)))
    if any(names_solution(part, graded) for part in parts):
        return True
    return solves(title) or (graded and any(map(ALONE.match, segments(title))))


@lru_cache(maxsize=50_000)
def heads_solution(heading: str, assigned: bool) -> bool:
    """Whether a heading is of a solution; in an assignment, one that only begins so is too."""
    if solves(heading):
        return True
    if not assigned:
        return False
    return bool(BEGINS.match(words(heading))) or any(map(ALONE.match, segments(heading)))


def is_graded(folded: str) -> bool:
    """Whether a folded name, of a file or a folder, is of homework or exams."""
    return bool(HOMEWORK.search(folded) or EXAM.search(folded) or EXAMS.fullmatch(folded))


def names_solution(part: str, graded: bool) -> bool:
    """Whether the words of a file's or folder's name are a solution's.

    Args:
        part: as `words` has them.
        graded: whether the path speaks of homework; then it need not say of what the solution is.
    """
    if ALONE.match(part) or OF_EXERCISE.search(part) or KEY.search(part):
        return True
    return graded and bool(MENTIONS.search(part) or SHORT.search(part))


def solves(text: str) -> bool:
    """Whether a title or heading is the bare word, or says of which exercise."""
    said = words(text)
    return bool(ALONE.match(said) or OF_EXERCISE.search(said))


def segments(text: str) -> Iterable[str]:
    """The words of “Pregunta 2” and of “solución”, for “Pregunta 2 (solución)”."""
    return filter(None, map(words, BREAK.split(text)))


def words(text: str) -> str:
    """The folded words and numbers of a text, one space apart, but for what students are given."""
    return " ".join(GIVEN.sub(" ", " ".join(WORD.findall(fold(CAMEL.sub(" ", text))))).split())
