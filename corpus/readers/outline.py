"""Headings and what stands under them, as the readers of headed texts share it.

Every heading opens a section, counted from 1; text before the first heading is a section too.
"""

import re
from collections.abc import Iterable

from corpus.document import Location, Section, clean
from corpus.roles import SOLUTION

WORD = re.compile(r"\w")

Heading = tuple[int, str]
"""A heading's level, 1 for the outermost, and its title."""

Path = tuple[Heading, ...]
"""The headings above a stretch of text, outermost first."""

OPENS, SOLVES, CLOSES = "\ue0f0", "\ue0f1", "\ue0f2"
"""What a reader puts where a box of text opens, where it turns out to be a solution, where it
closes; no character that a text has."""
BOX = re.compile(f"([{OPENS}-{CLOSES}])")
DEEPEST = 9  # level of the heading that a box gets, below all that a text may have


def under(path: Path, level: int, title: str) -> Path:
    """The breadcrumb once a heading of `level` follows those of `path`."""
    return (*(step for step in path if step[0] < level), (level, title))


def boxed(text: str, *, solution: bool = True) -> str:
    """`text` as a box that `solutions_apart` knows."""
    return f"\n\n{OPENS}{SOLVES if solution else ''}\n\n{text}\n\n{CLOSES}\n\n"


def solutions_apart(parts: Iterable[tuple[Path, str]]) -> list[tuple[Path, str]]:
    """`parts` with what stands in a box that is a solution under a heading that says so.

    A box may hold headings, and go on over several parts.
    """
    found: list[tuple[Path, str]] = []
    boxes: list[tuple[Path, bool]] = []  # open ones: the headings above, whether a solution
    for path, body in parts:
        here, stretches = path, list[tuple[Path, str]]()
        for piece in BOX.split(body):
            if piece == OPENS:
                boxes.append((here, False))
            elif piece == SOLVES and boxes:
                boxes[-1] = boxes[-1][0], True
            elif piece == CLOSES and boxes:
                here = boxes.pop()[0]
            elif not BOX.match(piece):
                solved = any(solves for _, solves in boxes)
                above = (*here, (DEEPEST, SOLUTION)) if solved else here
                if stretches and stretches[-1][0] == above:
                    stretches[-1] = above, stretches[-1][1] + piece
                elif piece.strip() or not stretches:
                    stretches.append((above, piece))
        found += stretches[1:] if len(stretches) > 1 and not stretches[0][1].strip() else stretches
    return found


def names(path: Path) -> tuple[str, ...]:
    """The titles of a breadcrumb, empty ones left out."""
    return tuple(title for _, title in path if title)


def sections(parts: Iterable[tuple[Path, str]]) -> tuple[Section, ...]:
    """A section for each (breadcrumb, body) that says something, numbered over all of them."""
    found = []
    for number, (path, body) in enumerate(parts, start=1):
        titles = names(path)
        label = f"§ {titles[-1]}" if titles else "inicio"
        text = clean(body, code=True)
        if WORD.search(text):  # a rule or a bullet alone says nothing
            found.append(Section(text, Location("section", number, None, label), titles))
    return tuple(found)


def first_title(parts: Iterable[tuple[Path, str]]) -> str | None:
    """The outermost title of the first headed part."""
    return next((titles[0] for path, _ in parts if (titles := names(path))), None)
