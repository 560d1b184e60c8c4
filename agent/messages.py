"""What the assistant itself says to students, in Spanish and English; one catalogue."""

import re
from typing import Literal

from corpus.language import guessed

Language = Literal["es", "en"]

CATALOGUE: dict[str, dict[Language, str]] = {
    # It does not ask for markers: reminded of them, a small model goes through the passages one by
    # one instead of answering. The code puts the markers that the model leaves out.
    "answer_briefly": {
        "es": "{question}\n\nResponde en español en 2 a 4 frases. Parte por la respuesta directa, "
        "con los términos, nombres y números que usa el pasaje, y después explica por qué.",
        "en": "{question}\n\nAnswer in English in 2 to 4 sentences. Begin with the direct answer, "
        "in the terms, names and numbers of the passage, then explain why.",
    },
    "answer_at_length": {
        "es": "{question}\n\nExplica en español con más detalle, con tus palabras: 5 a 8 frases, "
        "y un ejemplo si los pasajes traen uno.",
        "en": "{question}\n\nExplain in English in more detail, in your own words: 5 to 8 "
        "sentences, with an example if the passages have one.",
    },
    "hint_1": {
        "es": "{question}\n\nEs parte de una tarea: no la resuelvas ni escribas código. En "
        "español, en 2 frases, explica el concepto que hace falta y termina con una pregunta que "
        "ayude a pensar.",
        "en": "{question}\n\nThis is part of an assignment: do not solve it and write no code. In "
        "English, in 2 sentences, explain the concept that it needs and end with a question that "
        "helps to think.",
    },
    "hint_2": {
        "es": "{question}\n\nEs parte de una tarea: no la resuelvas ni escribas código. En "
        "español, en 2 frases, di qué lugar del material conviene leer y qué hay que buscar en él.",
        "en": "{question}\n\nThis is part of an assignment: do not solve it and write no code. In "
        "English, in 2 sentences, say which place of the material to read and what to look for.",
    },
    "hint_3": {
        "es": "{question}\n\nEs parte de una tarea: no la resuelvas. En español, en 3 frases, "
        "muestra un ejemplo parecido que salga en los pasajes, con otros datos.",
        "en": "{question}\n\nThis is part of an assignment: do not solve it. In English, in 3 "
        "sentences, show a similar example from the passages, with other data.",
    },
    "hint_4": {
        "es": "{question}\n\nEs parte de una tarea: no des el resultado ni código. En español, en "
        "2 frases, di solo cuál es el siguiente paso y cómo se comprueba que quedó bien.",
        "en": "{question}\n\nThis is part of an assignment: give no result and no code. In "
        "English, in 2 sentences, say only what the next step is and how to check it.",
    },
    "own_words": {
        "es": "*En palabras del modelo, que puede equivocarse:*",
        "en": "*In the model's words, which may be wrong:*",
    },
    "translated": {
        "es": "*El curso dice, traducido por el modelo:*",
        "en": "*The course says, as translated by the model:*",
    },
    "hint_heading": {
        "es": "**Pista {rung} de {rungs}** · para mirar: {places}",
        "en": "**Hint {rung} of {rungs}** · to look at: {places}",
    },
    "hint_kept": {
        "es": "Eso es la solución de una tarea y no te la puedo dar. Te sirve más partir por "
        "aquí: {places}. Cuéntame qué intentaste y en qué paso te trabaste.",
        "en": "That is the solution of an assignment and I cannot give it to you. It helps more "
        "to start here: {places}. Tell me what you tried and at which step you got stuck.",
    },
    "hint_unwritten": {
        "es": "Ahora no puedo escribirte una pista. Sirve partir por {places}.",
        "en": "I cannot write you a hint now. It helps to start with {places}.",
    },
    "code_kept": {
        "es": "# … el resto es tuyo",
        "en": "# … the rest is yours",
    },
    "not_in_materials": {
        "es": "No encuentro eso en los materiales del curso. Lo más cercano que hay es {nearest}. "
        "Si crees que debería estar, {whom}.",
        "en": "I cannot find that in the course materials. The nearest there is {nearest}. If you "
        "think it should be there, {whom}.",
    },
    "ask_staff": {
        "es": "pregúntale al equipo docente en el foro del curso",
        "en": "ask the teaching staff in the course's forum",
    },
    "ask_contact": {
        "es": "escríbele a {contact}",
        "en": "write to {contact}",
    },
    "courtesy": {
        "es": "Aquí estoy: soy el ayudante del curso {course}. Pregúntame por la materia, los "
        "laboratorios, las tareas o las fechas, y te muestro la lámina o la celda que lo dice.",
        "en": "Here I am: the teaching assistant of the course {course}. Ask me about its subject, "
        "labs, assignments or dates, and I show you the slide or cell that says it.",
    },
    "off_topic": {
        "es": "Eso no parece ser de este curso, así que no te puedo ayudar con ello. Pregúntame "
        "por la materia, los laboratorios, las tareas o las fechas.",
        "en": "That does not seem to be about this course, so I cannot help with it. Ask me about "
        "its subject, labs, assignments or dates.",
    },
    "computed_near": {
        "es": "En el curso, cerca de esto: {place}.",
        "en": "In the course, near this: {place}.",
    },
    "unsupported": {
        "es": "Sin respaldo en los materiales, compruébalo: {sentences}.",
        "en": "Not backed by the materials, check it: {sentences}.",
    },
    "extract": {
        "es": "Extracto de los materiales (sin modelo de lenguaje):",
        "en": "Extract from the materials (without a language model):",
    },
    "cut_off": {
        "es": "La respuesta se cortó antes de terminar: {reason}.",
        "en": "The answer was cut off before its end: {reason}.",
    },
    "no_model": {
        "es": "ahora no hay un modelo de lenguaje",
        "en": "there is no language model now",
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


# What comes before a model's own words, where the course has spoken first.
OWN_WORDS = re.compile("|".join(map(re.escape, CATALOGUE["own_words"].values())))


def say(key: str, language: Language, **values: str) -> str:
    """A message of the catalogue."""
    return CATALOGUE[key][language].format(**values)


def listed(parts: list[str], language: Language) -> str:
    """“a, b y c”."""
    last = " and " if language == "en" else " y "
    return last.join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def language_of(text: str) -> Language:
    """The language to answer a question in."""
    return "en" if guessed(text) == "en" else "es"
