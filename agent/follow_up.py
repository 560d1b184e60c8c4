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

# What is asked about something, and names nothing by itself: “¿cuánto vale?”, “which is better?”
GENERIC = """
    cuanto cuanta cuantos cuantas parametro parametros
    calcular calcula calculo vale valen valer sirve sirven salir sale salen entregar entrega
    entregan conviene convenir programar programa programo implementar implemento implementa
    entrenar entrena entreno pasar pasa pasan significa significar entender entendi entiendo
    entiende cachar cacho cache cachai hacer hace hacen hago hizo usar usa usan uso ocupa ocupan
    ocupo demora demorar pongo poner pone demuestra demuestro demostrar mejorar mejora funciona
    funcionan explicar explica explicas explicame dar dame da dan puede pueden puedo podria tiene
    tienen tengo quedar queda resolver resuelve resuelvo arreglar arregla ver veo saber sabe
    elegir elijo elige aplicar aplica aplico interpretar interpreta derivar deriva aumentar
    aumenta bajar baja subir sube cambiar cambia probar pruebo necesitar necesito necesita
    recomienda recomiendas recomendar falta faltar debo deberia dice dijiste decir di escribe
    escribir mostrar muestra muestrame resume resumir repetir repite ejemplo ejemplos diferencia
    diferencias ventaja ventajas desventaja desventajas formula formulas codigo solucion resultado
    resultados valor valores parte clase clases lamina laminas pagina forma formas manera razon
    motivo idea paso pasos detalle detalles resumen dato datos numero problema problemas caso
    casos cosa cosas tipo tipos nombre link fuente salida entrada tamaño costo tiempo orden
    pregunta respuesta tema materia punto definicion concepto palabras mejor peor mas menos muy
    grande chico corto cortito largo simple facil dificil rapido lento otro otra otros mismo misma
    distinto igual claro general importante necesario siempre nunca ahora despues antes bien mal
    porfa porfavor gracias segundo primero ultimo what how when which why where does do did is are
    can could should work works use used using compute computed give example examples better
    difference mean means meant class code explain again simpler short shorter long longer detail
    details need best worse happen happens value values output input size first second last one
    please show tell more other diagrama grafico tabla imagen figura ejercicio apunte apuntes
    video libro explicacion comparacion similar parecido rato poco mucho harto tanto todo nada
    algo alguien resto final inicio principio opinas crees piensas sugieres afecta ayuda importa
    depende ocurre sucede logra consigue mide medir cuesta gasta necesarios obligatorio posible
    cierto verdad seguro raro bueno buena malo mala versus entonces picture figure table chart
    proof steps step reason matter matters help helps affect depends true false sure good bad
    possible required much many lot little everything nothing else
"""


def follows(question: str) -> bool:
    """Whether `question` needs the one before it to say what it is about."""
    words = fold(question)
    short = len(tokens(question)) < POINTING_WORDS
    return bool(
        OPENING.match(words)
        or (short and (POINTING.search(words) or AGAIN.search(words)))
        or not names_something(question)
    )


def names_something(question: str) -> bool:
    """Whether a question has a word that says what it is about, as “¿qué es relu?” has."""
    return any(
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
