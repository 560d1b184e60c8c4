"""Follow-ups: “¿y por qué?” says what it is about only together with the question before it.

Code tells a follow-up by how it opens, by words that point back, or because it names nothing that
it could be about; it is then searched together with the question it follows. Asking the model to
write it out as one question is not worth its seconds (docs/decisions.md, “Follow-ups”).
"""

import re
from collections.abc import Sequence
from functools import cache

from agent.conversations import Turn
from corpus.language import fold
from retrieval.lexical import tokens

POINTING_WORDS = 7  # with so many or more, what “eso” points to is in the question itself
OPENING = re.compile(
    r"^[¿¡\s]*(?:(?:ok|okey|ya|bueno|dale|perfecto|gracias|entiendo|mmm*|ah)[\s,.;:¿]+)*"
    r"(?:y|pero|entonces|and|but|then|so|what about|how about)\b(?!\s*=)"
)
WHAT_IS = re.compile(  # says it all, also after an “y”
    r"[\s,¿¡]*\b(?:que|q|quien|cuando|donde|what|who|when|where) (?:es|son|is|are)\b"
)
POINTING = re.compile(
    r"\b(?:eso|esto|aquello|es[eao]s?|aquel(?:la)?|ahi|lo anterior|lo mismo|"
    r"el (?:primero|segundo|ultimo)|l[ao]s? otr[ao]s?|that|those|it|them|"
    r"the (?:former|latter|second|first) one)\b"
)
AGAIN = re.compile(
    r"\b(?:(?:otro|un) ejemplo|mas detalles?|mas (?:simple|facil|lento)|de nuevo|otra vez|"
    r"no (?:lo )?(?:entend\w*|cach\w*)|en codigo|an(?:other)? example|more detail|again|in code|"
    r"simpler)\b"
)
MORE = re.compile(
    r"\b(?:(?:con )?mas detalles?|explica(?:lo|me)? mas|profundiza|desarrolla(?:lo)?|"
    r"more details?|elaborate|explain more|expand on)\b"
)

NUMBERED = re.compile(r"\bclas(?:e|s) \d")
# One word of each stem that asks about something and does not name it: “¿cuánto vale?”.
GENERIC = """
    afecta ahora alguien aplicar apunte arreglar aumentar ayuda bajar bien bueno cachai cachar
    calcular cambiar caso chico cierto claro clase codigo comparacion concepto consigue convenir
    conviene cortito corto cosa costo crees cuanto cuesta da dame dan dar dato deberia debo decir
    definicion demora demostrar demuestra depende derivar despues desventaja detalle di diagrama
    dice diferencia dificil dijiste distinto ejemplo ejercicio elegir elige elijo entender entendi
    entiendo entonces entrada entregar entrenar escribe explicame explicar facil falta figura
    final forma formula fuente funciona gasta general gracias grafico grande hacer hago harto hizo
    idea igual imagen implementar importante inicio interpretar lamina largo lento libro link
    logra mal manera materia medir mejorar menos mide mismo mostrar motivo muestra muestrame
    necesario necesitar nombre numero nunca obligatorio ocupa ocurre opinas orden pagina palabras
    parametro parecido parte pasar peor piensas podria poner pongo porfa porfavor posible pregunta
    primero principio probar problema programar pruebo puede punto quedar rapido raro rato razon
    recomendar recomienda repetir repite resolver respuesta resto resuelve resultado resume saber
    salir segundo seguro siempre significa significar similar simple sirve solucion subir sucede
    sugieres tabla tamaño tema tiempo tipo ultimo usa usan usar uso vale valor ventaja veo ver
    verdad versus video

    affect again bad best better can chart class code compute could depends detail details did
    difference do does else everything example explain false first give good happen happens help
    helps how input last little long lot many matter matters mean means meant more much need
    nothing one other output picture please possible proof reason required second short should
    show size step steps sure tell true use used using value what when where which why work works
    worse
"""


def follows(question: str) -> bool:
    """Whether `question` needs the one before it to say what it is about."""
    words = fold(question)
    short = len(tokens(question)) < POINTING_WORDS
    opening = OPENING.match(words)
    return bool(
        (opening and not WHAT_IS.match(words, opening.end()))
        or (short and (POINTING.search(words) or AGAIN.search(words)))
        or not names_something(question)
    )


def names_something(question: str) -> bool:
    """Whether a question has a word that says what it is about, as “¿qué es relu?” has."""
    return bool(NUMBERED.search(fold(question))) or any(
        len(token) > 1 and not token.isdigit() and token not in generic()
        for token in tokens(question)
    )


@cache
def generic() -> frozenset[str]:
    """The words of `GENERIC`, as searches see them."""
    return frozenset(tokens(GENERIC))


def wants_more(question: str) -> bool:
    """Whether `question` asks for the last answer at greater length."""
    return bool(MORE.search(fold(question))) and len(tokens(question)) <= POINTING_WORDS


def standalone(question: str, history: Sequence[Turn]) -> str:
    """What to search for: a follow-up together with the last question that stands alone."""
    if not history or not follows(question):
        return question
    before = [turn.question for turn in history]
    opening = next((asked for asked in reversed(before) if not follows(asked)), before[0])
    return f"{opening} {question}"
