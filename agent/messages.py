"""What the assistant itself says to students, in Spanish and English; one catalogue."""

from typing import Literal

from corpus.language import guessed

Language = Literal["es", "en"]

CATALOGUE: dict[str, dict[Language, str]] = {
    # It does not ask for markers: reminded of them, a small model goes through the passages one by
    # one instead of answering. The code puts the markers that the model leaves out.
    "answer_briefly": {
        "es": "{question}\n\nResponde en español, con tus palabras, en un solo párrafo de 2 a 4 "
        "frases.",
        "en": "{question}\n\nAnswer in English, in your own words, in one paragraph of 2 to 4 "
        "sentences.",
    },
    "not_in_materials": {
        "es": "No encuentro eso en los materiales del curso. Lo más cercano que hay es {nearest}. "
        "Si crees que debería estar, pregúntale al equipo docente.",
        "en": "I cannot find that in the course materials. The nearest there is {nearest}. "
        "If you think it should be there, ask the teaching staff.",
    },
    "extract": {
        "es": "Extracto de los materiales (sin modelo de lenguaje):",
        "en": "Extract from the materials (without a language model):",
    },
    "cut_off": {
        "es": "La respuesta se cortó antes de terminar: {reason}",
        "en": "The answer was cut off before its end: {reason}",
    },
    "model_silent": {
        "es": "el modelo no respondió nada",
        "en": "the model said nothing",
    },
    "model_slow": {
        "es": "el modelo tardó demasiado",
        "en": "the model took too long",
    },
    "model_refused": {
        "es": "el servidor del modelo rechazó la petición",
        "en": "the model's server refused the request",
    },
    "model_lost": {
        "es": "se perdió la conexión con el modelo",
        "en": "the connection with the model was lost",
    },
}


def say(key: str, language: Language, **values: str) -> str:
    """A message of the catalogue."""
    return CATALOGUE[key][language].format(**values)


def language_of(text: str) -> Language:
    """The language to answer a question in."""
    return "en" if guessed(text) == "en" else "es"
