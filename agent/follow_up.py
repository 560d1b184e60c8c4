"""Follow-ups: “¿y por qué?” says what it is about only together with the question before it.

Code tells a follow-up by how it opens, by words that point back, or because it names nothing that
it could be about; it is then searched together with the question it follows. Asking the model to
write it out as one question is not worth its seconds (docs/decisions.md, “Follow-ups”).
"""

import re
from collections.abc import Sequence
from functools import cache

from agent.conversations import Turn
from agent.scope import is_courtesy
from corpus.language import fold
from retrieval.lexical import tokens
from retrieval.wording import standard

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
    r"el (?:primero|segundo|ultimo)|l[ao]s? otr[ao]s?|cual de (?:l[ao]s|ambos)|\w+[ms]el[ao]s?|"
    r"that|those|it|them|which of (?:the|them|both)|"
    r"the (?:former|latter|second|first) one)\b"
)
AGAIN = re.compile(
    r"\b(?:(?:otro|un) ejemplo|mas detalles?|mas (?:simple|facil|lento)|de nuevo|otra vez|"
    r"no (?:lo )?(?:entend\w*|cach\w*)|en codigo|ahora (?:en|con|sin)|an(?:other)? example|"
    r"more detail|again|in code|now (?:in|with|without)|simpler|shorter)\b"
)
MORE = re.compile(
    r"\b(?:(?:con )?mas detalles?|explica(?:lo|me)? mas|profundiza|desarrolla(?:lo)?|"
    r"more details?|elaborate|explain more|expand on)\b"
)
NUMBERED = re.compile(r"\bclas(?:e|s) \d")
# One word of each stem that asks about something and does not name it: “¿cuánto vale?”.
GENERIC = """
    abreviar aclarame aclarar afecta agregar ahi ahora alguien algun alla ampliar aparecer
    aplicar aprender apunte aqui arreglar asi aumentar ayuda bajar bibliografia bien breve bueno
    buscar cachai cachar calcular cambiar capitulo caso castellano caxo chico cierto cita claro
    clase cm codigo comenta comentar comparacion comprobar comprueba compruebalo concepto
    concreto confirmar consejo consigue contar continuar convenir conviene correcto corregir
    corrige cortito corto cosa costo crees cuanto cuenta cuentame cuesta da dame dan dar das
    dato deberia debo decir definicion demora demostrar demuestra depende derivar desarrollar
    despues desventaja detalle di diagrama diapo diapositiva dice diferencia diferencian dificil
    dijiste dime directo distinto duda ecuacion ejemplo ejercicio elegir elige elijo entender
    entendi entiendo entonces entrada entregar entrenar enunciado equivocar escribe escribelo
    exacto excepcion explicalo explicame explicar facil falta figura final forma formula frase
    fuente funciona gasta general gracias grafico grande hablar haceme hacer hago harto hazlo
    hazme hizo idea igual imagen implementar importante incluir indicar inicio interpretar
    intuicion jaja jajaja justificar justo lamina largo leer lei lento letra libro linea link
    lista logra mal mandar manera materia medio medir mejorar mencionar menos mide mismo mitad
    mostrar motivo muestra muestrame na necesario necesitar nombre numero nunca obligatorio
    ocupa ocurre oki opcion opinas orden pa pagina palabras parametro parecido parrafo parte
    pasalo pasar pdf peor perder perdi piensas plazo plis pls po podria poner pongo ponlo por
    porfa porfavor posible ppt practicar preferir pregunta presentacion primero principal
    principio probar problema profundizar programar pruebo puede punto quedar rapido raro rato
    razon recomendar recomienda recordar referencia repasar repetir repite resolver respuesta
    resto resuelve resultado resume resumelo resumir revisar saber salir seccion seguir segundo
    seguro serio señalar siempre significa significar sigue siguiente similar simple simplificar
    sirve solucion sonar subir sucede sugieres tabla tamaño tampoco tema terminar tiempo tipo
    ultimo usa usan usar uso util vale valor ventaja veo ver verdad verificar verlo version
    versus video vieron viñeta viñetas volver

    actually affect again anything bad best better can chart check clarify class clear code
    compute could cover covers depends detail details did difference do does drawback elaborate
    else english equation everything exactly example explain false first fix give going good
    guess happen happens help helps how input keep last lecture little long lost lot many matter
    matters mean means meant mention more much need nothing one other output picture please
    point possible proof reason rephrase required right say second serious short shorter should
    show size slide source spanish step steps still summarize sure tell true understand use used
    using value what when where which why work works worse wrong you your
"""


def follows(question: str) -> bool:
    """Whether `question` needs the one before it to say what it is about."""
    words = fold(question)
    short = len(tokens(question)) < POINTING_WORDS
    opening = OPENING.match(words)
    return bool(
        (opening and not WHAT_IS.match(words, opening.end()))
        or (short and (POINTING.search(words) or AGAIN.search(words)))
        or not names_something(standard(question))
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
    before = [turn.question for turn in history if not is_courtesy(turn.question)]
    if not before:
        return question
    opening = next((asked for asked in reversed(before) if not follows(asked)), before[0])
    return f"{opening} {question}"
