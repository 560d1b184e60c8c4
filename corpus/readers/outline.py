"""Headings and what stands under them, as the readers of headed texts share it.

Every heading opens a section, counted from 1; text before the first heading is a section too.
"""

import re
from collections.abc import Iterable

from corpus.document import Location, Section, clean

WORD = re.compile(r"\w")

Heading = tuple[int, str]
"""A heading's level, 1 for the outermost, and its title."""

Path = tuple[Heading, ...]
"""The headings above a stretch of text, outermost first."""


def under(path: Path, level: int, title: str) -> Path:
    """The breadcrumb once a heading of `level` follows those of `path`."""
    return (*(step for step in path if step[0] < level), (level, title))


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
