"""Which language a text is in, and its words without what students leave out when they type."""

import re
import unicodedata
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

LANGUAGES = ["es", "en", "pt"]
NOT_WORDS = re.compile(r"\$\$.*?\$\$|\$[^$\n]*\$|```.*?```|`[^`\n]*`|\S*[\\_={}()<>/]\S*", re.S)
PASTED = re.compile(  # what a program says of an error
    r"^[`\s]*(?:(?:\w+\.)*\w*(?:Error|Exception|Warning):.*|Traceback \(most recent call last\):)$",
    re.M,
)
FEW_LETTERS = 40
TILDE = "\u0303"


def language_of(text: str, otherwise: str = "es") -> str:
    """“es” or “en”; `otherwise` if there are too few words to tell.

    Formulas and code are no language. Portuguese is taken for Spanish, which it is mistaken for.
    """
    words = NOT_WORDS.sub(" ", text)
    if sum(map(str.isalpha, words)) < FEW_LETTERS:
        return otherwise
    return guessed(words)


def guessed(text: str) -> str:
    """“es” or “en” for a text of any length."""
    return "en" if identifier().classify(text)[0] == "en" else "es"


@cache
def identifier() -> LanguageIdentifier:
    """py3langid's model of `LANGUAGES`, made once: leaving out the others takes milliseconds."""
    made = LanguageIdentifier.from_model_file(MODEL_FILE)
    made.set_languages(LANGUAGES)
    return made


def fold(text: str) -> str:
    """Lower case without accents, ñ kept: año and ano are different words."""
    marks = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).lower())
    kept = (
        mark
        for at, mark in enumerate(marks)
        if not unicodedata.combining(mark) or (mark == TILDE and marks[at - 1] == "n")
    )
    return unicodedata.normalize("NFC", "".join(kept))
