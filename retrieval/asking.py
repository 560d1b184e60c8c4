"""What a question asks for by itself: “en el lab 12”, “las láminas de la clase 7”, “homework 2”.

The difficult word is *clase*, which is also what a classifier tells apart: “la probabilidad de la
clase 1” asks for no class of the course. So a class is believed on a clue of place, or where
nothing speaks of labels. Nothing is believed that the course does not have.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from corpus.language import fold
from retrieval.filters import Facets, Filter

CLASS_WORDS = ("clase", "clases", "class", "classes")
NOUNS = {  # the field of `Filter` that each asks for
    **dict.fromkeys(CLASS_WORDS, "classes"),
    **dict.fromkeys(("lecture", "lectures", "lec", "sesion", "sesiones", "session"), "classes"),
    **dict.fromkeys(("catedra", "catedras", "leccion", "lecciones", "lesson"), "classes"),
    **dict.fromkeys(("lab", "labs", "laboratorio", "laboratorios", "laboratory"), "labs"),
    **dict.fromkeys(("notebook", "notebooks", "colab", "colabs", "cuaderno"), "labs"),
    **dict.fromkeys(("tarea", "tareas", "homework", "homeworks", "hw"), "assignments"),
    **dict.fromkeys(("assignment", "assignments", "pset"), "assignments"),
    **dict.fromkeys(("semana", "semanas", "week", "weeks", "sem"), "weeks"),
}
SPELLED = {
    word: number
    for words in (
        "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
        "dieciseis diecisiete dieciocho diecinueve veinte",
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty",
    )
    for number, word in enumerate(words.split(), start=1)
}
ORDINALS = {
    word: number
    for words in (
        "primera segunda tercera cuarta quinta sexta septima octava novena decima",
        "primero segundo tercero cuarto quinto sexto septimo octavo noveno decimo",
        "primer segundo tercer",
        "first second third fourth fifth sixth seventh eighth ninth tenth",
    )
    for number, word in enumerate(words.split(), start=1)
}


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of some words, the longest first."""
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


APART = r"(?<![^\W_])"  # no letter or digit before, as in “lab_12”
# nothing goes on: 12 is no lab in “lab 123”, “clase 2.5”, “en clase 3 veces”
ENDS = (
    r"(?![^\W_]|[.,]\d|\s*%|\s+(?:veces|horas|minutos|dias|semanas|alumnos|personas|capas|epocas|"
    r"times|hours|minutes|days|weeks|students|layers|epochs)\b)"
)
SIGN = r"(?:n\.?\s?[°º]|nro\.?|num(?:ero)?\.?|number|no\.|n|#)\s*"
MENTION = re.compile(
    rf"{APART}(?P<noun>{any_of(NOUNS)})"
    rf"(?:(?:[_-]|\s*)(?:{SIGN})?(?P<digits>\d{{1,2}})|\s+(?:{SIGN})?(?P<word>{any_of(SPELLED)}))"
    rf"{ENDS}"
)
ORDINAL = re.compile(
    rf"{APART}(?:(?P<word>{any_of(ORDINALS)})\s+|"
    rf"(?P<digits>\d{{1,2}})(?:er|[rdtmvn][ao]|st|nd|rd|th|[ªº°])\s*)(?P<noun>{any_of(NOUNS)})\b"
)
# “clases 5, 6 y 9”, “labs 2 a 4”, “la clase 5 y la 7”, “lab 3 y 4”
AND_MORE = re.compile(
    rf"\s*(?P<joint>,|\b(?:y|e|o|and|or|a|al|to|hasta)\b|[-–&])\s*(?P<the>(?:la|el|the)\s+)?"
    rf"(?P<digits>\d{{1,2}}){ENDS}(?P<closing>\s*(?:$|[?!.,;:)]))?"
)
RANGES = ("a", "al", "to", "hasta", "-", "–")

# What a question says around “clase 1” when it is a label, on folded text.
SURE_LABEL = (
    r"(?:probabilidad|probability|logit|score|puntaje|recall|precision|accuracy|exactitud|f1|"
    r"etiqueta|label|muestra|sample|instancia|instance|punto|point|observacion|salida|output|"
    r"neurona|peso|weight|gradiente|error|valor|value|centroide|umbral|ap|iou|auc)(?:e?s)?"
)
MAYBE_LABEL = r"(?:ejemplo|example|dato|imagen|image|vector|region)(?:e?s)?"
OF_THE = r"(?:(?:de|del|a|para|como|of|for|as|to)\s+)?(?:(?:la|las|una|the|a)\s+)?$"
LABEL_BEFORE = re.compile(
    rf"\b(?:{SURE_LABEL}\s+(?:(?:en|in)\s+(?:la\s+)?)?{OF_THE}|"
    rf"(?:pertenec\w*|belong\w*|predi[cj]\w*|clasific\w*|classif\w*|asign\w*|(?:es|son|sean?) de)"
    rf"\s+{OF_THE})"
)
MAYBE_BEFORE = re.compile(rf"\b{MAYBE_LABEL}\s+{OF_THE}")
LABEL_AFTER = re.compile(
    r"^\W{0,3}(?:(?:es\s+(?:la\s+)?)?(?:positiv|negativ|mayoritari|minoritari|correct|verdader|"
    r"predich|majority|minority)|(?:es|son)\s+(?:mas|menos)\s|tiene\s+(?:mayor|menor|mas|menos)\s)"
)
OF_A_MODEL = re.compile(
    r"^\s+(?:de|del|of)\s+(?:(?:la|el|un|una|the|a)\s+)?(?:perceptron|clasificador|modelo|red|"
    r"neurona|dataset|conjunto|problema|classifier|model|network|softmax)"
)
ABOUT_LABELS = re.compile(
    r"\b(?:positiv[ao]s?|negativ[ao]s?|positives?|negatives?|etiquetas?|labels?|probabilidad\w*|"
    r"probabilit\w*|logits?|clasific\w*|classif\w*|predi[cj]\w*|recall|precision|f1|confusion|"
    r"desbalance\w*|desequilibr\w*|imbalance\w*|binari[ao]s?|binary|one.hot|minoritari\w*|"
    r"mayoritari\w*|minority|majority|umbral\w*|threshold|pertenec\w*|belong\w*|separables?|frontera|hiperplano|"
    r"muestras?|instancias?|iou|clase (?:correcta|real|verdadera|predicha)|ponderad[ao]s?|gatos?|"
    r"perros?|cats?|dogs?)\b"
)
NO_CLASS = re.compile(  # “clase 0”, “clases 1 y 0”, “clase -1”
    r"\bclas(?:es?|s|ses)\s+(?:\+?\d+\s*(?:,|y|o|e|and|or|vs\.?)\s*(?:la\s+)?(?:clase\s+)?)*"
    r"(?:0|cero|zero|[+-]\s?\d)\b"
)
IN_THE = re.compile(
    r"\b(?:en|durante|desde|hasta|in|during|from)\s+(?:(?:la|las|esta|esa|the)\s+)?$"
)
OF_THE_CLASS = re.compile(r"\b(?:de|of)\s+(?:(?:la|las|the)\s+)?$")
TEACHING = re.compile(
    r"\b(?:vimos|vieron|viste|visto|pasamos|pasaron|revisamos|profe\w*|laminas?|diapo\w*|slides?|"
    r"ppts?|grabacion\w*|apuntes?|materia|resum\w+|repas\w+|estudiar|control|examen|covered|"
    r"lectures?|professor)\b"
)
AROUND = 60  # characters before a mention in which its label or its clue would stand
MANY_TASKS = re.compile(r"\b(?:multi.?(?:tarea|task)\w*|continual|catastrofico|catastrophic)\b")

# After “en el”, “de las”, “in the”; no number follows, which would ask for that lab.
IN = r"\b(?:en|in|on|from|segun|de|del|of)\s+(?:(?:el|la|los|las|un|una|algun|the|que|which)\s+)?"
KIND_WORDS = {
    r"laminas?|diapos?|diapositivas?|slides?|ppts?|powerpoints?|presentacion(?:es)?": ("slide",),
    r"notebooks?|colabs?|jupyters?|cuadernos?|labs?|laboratorios?": ("lab",),
    r"apuntes?|notes|lecture notes": ("notes",),
    r"tareas?(?!\s+de\b)|homeworks?|assignments?|enunciados?": ("assignment",),
    r"codigos?|source code": ("code", "lab"),  # most code of a course is in its notebooks
    r"scripts?": ("code",),
    r"transcripcion(?:es)?|transcripts?|grabacion(?:es)?|subtitulos": ("transcript",),
    r"programa del curso|syllabus|calendario|faq|preguntas frecuentes": ("course",),
}
IN_KIND = {
    re.compile(rf"{IN}(?:{words})\b(?!\s*(?:{SIGN})?(?:\d|{any_of(SPELLED)}\b))"): kinds
    for words, kinds in KIND_WORDS.items()
}
SLIDE = re.compile(r"\b(?:lamina|diapo|diapositiva|slide)s?\s+(?:\d|de\b|del\b|of\b|from\b)")


def asked(question: str, there: Facets) -> Filter:
    """What `question` itself asks for, with or without accents; nothing that is not `there`.

    It is a guess and serves as a preference: the retriever gives a bonus to the passages in
    `filters.preferred(asked(question, there), passages)` and leaves the others in. As a hard
    filter (`filters.rows`) it may be used only when a person has confirmed it; what a person
    chose explicitly is a `Filter` of its own.

    Args:
        question: as the student typed it.
        there: `filters.facets` of all the passages, made once for an index.
    """
    text = " ".join(fold(question).split())
    found: dict[str, set[int]] = {field: set() for field in NOUNS.values()}
    signs = Signs.of(text)
    for match, number in mentions(text):
        if is_place(text, match, signs):
            found[NOUNS[match["noun"]]].add(number)
            if match.re is MENTION:
                found[NOUNS[match["noun"]]].update(listed_after(text, match, number))
    known = {field: frozenset(found[field].intersection(there[field])) for field in found}
    return Filter(
        weeks=known["weeks"],
        classes=known["classes"],
        labs=known["labs"],
        assignments=known["assignments"],
        kinds=frozenset(kind for kind in kinds_in(text) if kind in there["kinds"]),
        documents=frozenset(documents_in(text, there)),
    )


def mentions(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Each place of `text` that names something of the course by its number."""
    for pattern, words in ((MENTION, SPELLED), (ORDINAL, ORDINALS)):
        for match in pattern.finditer(text):
            yield match, int(match["digits"]) if match["digits"] else words[match["word"]]


def listed_after(text: str, match: re.Match[str], number: int) -> Iterator[int]:
    """The numbers that follow `number`: 6 and 9 of “clases 5, 6 y 9”, 3 and 4 of “labs 2 a 4”.

    After a singular each needs its article or to close the phrase, since “la clase 5 y 3 capas”
    names one class; a comma or a hyphen then says nothing: “tarea 1-2” is a question of it.
    """
    plural = match["noun"].endswith("s") and match["noun"] != "class"
    at = match.end()
    while more := AND_MORE.match(text, at):
        closes = more["closing"] is not None and more["joint"].isalpha()
        if not (plural or more["the"] or closes):
            return
        following = int(more["digits"])
        first = number + 1 if more["joint"] in RANGES else following
        yield from range(first, following + 1)
        number, at = following, more.end("digits")


@dataclass(frozen=True, slots=True)
class Signs:
    """What a whole question shows, to tell its mentions by.

    Attributes:
        labels: it speaks of classifying.
        no_class: it has a class that no course has, “clase 0”.
        teaching: it speaks of what was taught.
        tasks: it speaks of networks that learn several tasks.
    """

    labels: bool
    no_class: bool
    teaching: bool
    tasks: bool

    @classmethod
    def of(cls, text: str) -> "Signs":
        """The signs of a folded question."""
        patterns = (ABOUT_LABELS, NO_CLASS, TEACHING, MANY_TASKS)
        return cls(*(pattern.search(text) is not None for pattern in patterns))


def is_place(text: str, match: re.Match[str], signs: Signs) -> bool:
    """Whether a mention is of the course, not of a label or of a task that a network learns."""
    if NOUNS[match["noun"]] == "assignments":
        return not signs.tasks
    if match["noun"] not in CLASS_WORDS:
        return True
    before = text[max(0, match.start() - AROUND) : match.start()]
    after = text[match.end() : match.end() + AROUND]
    if LABEL_BEFORE.search(before) or LABEL_AFTER.search(after):
        return False
    if signs.teaching or signs.no_class:
        return signs.teaching
    if IN_THE.search(before):
        return True
    if OF_THE_CLASS.search(before):
        return not (signs.labels and MAYBE_BEFORE.search(before))
    return not signs.labels and not OF_A_MODEL.search(after)


def kinds_in(text: str) -> Iterator[str]:
    """The kinds of document that a folded question asks for."""
    for pattern, kinds in IN_KIND.items():
        if pattern.search(text):
            yield from kinds
    if SLIDE.search(text):
        yield "slide"


def documents_in(text: str, there: Facets) -> Iterator[str]:
    """The documents whose file name, extension included, a folded question says."""
    for name in map(str, there["documents"]):
        file = PurePosixPath(name).name
        said = " ".join(fold(file).split())
        if "." in file and said in text and re.search(rf"(?<![\w-]){re.escape(said)}(?!\w)", text):
            yield name
