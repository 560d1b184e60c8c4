"""An answer that ends well however the model stopped: whole sentences, closed code, formulas."""

import re

FENCE = re.compile(r"^ {0,3}```", re.M)
DISPLAY = re.compile(r"\$\$|\\\[|\\\]")
CLOSING = {"$$": "$$", r"\[": r"\]"}
ENDING = re.compile(r"[.!?…:)\]»”](?=\s|$)|```\s*$|\$\$\s*$|\\\]\s*$")
BEGINNING = 70  # characters
WINDOW, TIMES = 48, 3  # characters that come again so many times: the model goes round in circles


def whole(text: str) -> str:
    """`text` without a last sentence that was cut, its code block or formula closed.

    A text that is one unfinished sentence stays, with an ellipsis.
    """
    text = text.rstrip()
    if len(FENCE.findall(text)) % 2:
        return mended(text)
    while (opened := opened_formula(text)) is not None:
        text = text[:opened].rstrip()
    return ended(text) or (f"{text}…" if text else "")


def ended(text: str) -> str:
    """The sentences of `text` that have ended, with every block and formula closed."""
    ends = [match.end() for match in ENDING.finditer(text) if closed(text[: match.end()])]
    return text[: ends[-1]].rstrip() if ends else ""


def mended(text: str) -> str:
    """`text` with the block of code or the displayed formula closed in which it was cut."""
    if len(FENCE.findall(text)) % 2:
        return f"{text}\n```"
    opened = opened_formula(text)
    closing = None if opened is None else CLOSING.get(text[opened : opened + 2])
    return f"{text}\n{closing}" if closing else text


def beginning(text: str) -> str:
    """How `text` begins, by which a reader finds it: one short line, no formula cut in two."""
    line = " ".join(text.split())
    if len(line) <= BEGINNING:
        return line
    short = line[:BEGINNING].rsplit(" ", 1)[0]
    return f"{short[: opened_formula(short)].rstrip()} …".strip()


def closed(text: str) -> bool:
    """Whether every code block and formula of `text` is closed."""
    return len(FENCE.findall(text)) % 2 == 0 and opened_formula(text) is None


def opened_formula(text: str) -> int | None:
    """Where a formula opens that never closes; None if all do."""
    at = None
    for match in DISPLAY.finditer(text):
        closes = at is not None
        at = None if closes else match.start()
    if at is None:
        line = text.rfind("\n") + 1
        dollars = [m.start() + line for m in re.finditer(r"(?<![\\$])\$(?!\$)", text[line:])]
        if len(dollars) % 2:
            return dollars[-1]
        inline = text.rfind("\\(")
        if inline >= 0 and "\\)" not in text[inline:]:
            return inline
    return at


def circles(text: str) -> int | None:
    """Where `text` begins to say again what it ends with for the third time; None if nowhere."""
    if len(text) < WINDOW * TIMES:
        return None
    tail = text[-WINDOW:]
    places = [match.start() for match in re.finditer(re.escape(tail), text)]
    if len(places) < TIMES:
        return None
    return places[1]  # after a whole round
