"""What the quiz says to students, in Spanish and English; one catalogue."""

from collections.abc import Sequence

from agent.messages import listed as joined

CATALOGUE = {
    "right": {"es": "Correcto.", "en": "Right."},
    "other_option": {
        "es": "Elegiste «{chosen}»; la correcta es «{answer}».",
        "en": "You chose “{chosen}”; the right one is “{answer}”.",
    },
    "lacks": {
        "es": "Vas bien, pero a tu respuesta le falta {missing}.",
        "en": "Well on the way, but your answer lacks {missing}.",
    },
    "wrong": {
        "es": "No es eso: a tu respuesta le falta {missing}.",
        "en": "That is not it: your answer lacks {missing}.",
    },
    "opposed": {
        "es": "Dice lo contrario de la fuente sobre {words}: revisa qué se niega y qué se afirma.",
        "en": "It says the opposite of the source about {words}: check what is denied.",
    },
    "other_number": {
        "es": "El número no es {said}: es {right}.",
        "en": "The number is not {said}: it is {right}.",
    },
    "strange": {
        "es": "Dice lo que se preguntaba, pero {said} no sale de la fuente.",
        "en": "It says what was asked, but {said} is not in the source.",
    },
    "quoting": {
        "es": "{said} {label}: «{quote}»",
        "en": "{said} {label}: “{quote}”",
    },
}


def say(key: str, language: str, **values: str) -> str:
    """A message of the catalogue, in Spanish unless `language` is “en”."""
    return CATALOGUE[key]["en" if language == "en" else "es"].format(**values)


def listed(words: Sequence[str], language: str) -> str:
    """“«a», «b» y «c»”."""
    quoted = [f"“{word}”" if language == "en" else f"«{word}»" for word in words]
    return joined(quoted, "en" if language == "en" else "es")
