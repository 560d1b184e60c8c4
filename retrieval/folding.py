"""Reading a deck as a lecture: what a person would take for one slide is one section.

A frame shown in steps is many pages that say ever more; slides named “Outline” only say where the
lecture stands; some slides hold a title and a picture. Folding gives back the frame, the outline
becomes a heading, and a slide with nearly no words joins the one it continues.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.document import Section, without_title

CONTAINED = 0.9  # share of a page's words that the other has too, to be a step of it
TINY = 80  # characters beyond the title; a slide with fewer joins its neighbour
FULL = 1_600  # characters; nothing joins a passage that is full
OUTLINE = re.compile(
    r"^(outline|contenidos?|[íi]ndice|agenda|temario|hoja de ruta|tabla de contenidos?|"
    r"contents|table of contents)\s*([:–—-]\s*(?P<part>.+))?$",
    re.I,
)
OUTLINE_CHARACTERS = 600
WORD = re.compile(r"\w+")
READ_BY = re.compile(r" \((?!\d)[^)]*\)$")  # how a picture's text was read: “(OCR)”
DECKS = ("page", "slide")


def lecture(sections: Sequence[Section]) -> list[Section]:
    """`sections` without outlines, with steps folded and tiny slides joined."""
    folded: list[Section] = []
    for section in without_outlines(sections):
        last = folded[-1] if folded else None
        if last and same_frame(last, section):
            if contains(section, last):
                folded[-1] = ranged(last, section, section)
                continue
            if contains(last, section):
                folded[-1] = ranged(last, section, last)
                continue
            if is_tiny(section) and len(last.text) + len(section.text) < FULL:
                rest = without_title(section.text, section.headings)
                both = replace(last, text=f"{last.text}\n{rest}".strip())
                folded[-1] = ranged(last, section, both)
                continue
        folded.append(section)
    return folded


def without_outlines(sections: Sequence[Section]) -> Iterator[Section]:
    """Sections that are no outline, under the part that the last outline announced, if any."""
    part = ""
    titles = Counter(section.headings[-1] for section in sections if section.headings)
    known = {word for title in titles for word in words_of(announced(title))}
    for section in sections:
        match = OUTLINE.match(section.headings[-1]) if section.headings else None
        if match and is_outline(section, titles, known):
            part = (match["part"] or "").strip() or part
            continue
        headings = tuple(step for step in section.headings if not OUTLINE.match(step))
        above = (part,) if part and part not in headings else ()
        yield replace(section, headings=(*above, *headings)) if match is None else section


def announced(title: str) -> str:
    """What a title says: an outline's, the part that it names."""
    match = OUTLINE.match(title)
    return (match["part"] or "") if match else title


def is_outline(section: Section, titles: Counter[str], known: set[str]) -> bool:
    """Whether a section titled as an outline only says what other slides say.

    It does if its title names a part, if it comes back, or if most of its words are in the titles
    of other slides; a syllabus that is titled so is none.
    """
    title = section.headings[-1]
    if len(section.text) >= OUTLINE_CHARACTERS:
        return False
    match = OUTLINE.match(title)
    if match and match["part"]:
        return True
    if section.location.kind not in DECKS:
        return False
    said = words_of(without_title(section.text, section.headings))
    return titles[title] > 1 or sum(word in known for word in said) >= len(said) / 2


def words_of(text: str) -> list[str]:
    """The words of a text that say something."""
    return [word for word in WORD.findall(text.casefold()) if len(word) > 3]


def same_frame(section: Section, following: Section) -> bool:
    """Whether both are slides, or sections of one deck, under the same headings."""
    kind = section.location.kind
    return (
        kind == following.location.kind
        and (kind in DECKS or kind == "section")
        and bool(section.headings)
        and section.headings == following.headings
        and (kind in DECKS or section.location.number != following.location.number)
    )


def contains(section: Section, other: Section) -> bool:
    """Whether `section` says nearly all that `other` says."""
    there, here = words(section), words(other)
    return (here & there).total() >= CONTAINED * here.total()


def words(section: Section) -> Counter[str]:
    """The words of a section, counted."""
    return Counter(WORD.findall(section.text.casefold()))


def is_tiny(section: Section) -> bool:
    """Whether a slide says hardly more than its title, which it shows."""
    is_slide = section.location.kind in DECKS and section.text.startswith(section.headings[-1])
    return is_slide and len(without_title(section.text, section.headings)) < TINY


def ranged(first: Section, last: Section, fullest: Section) -> Section:
    """The section `fullest`, placed from `first` to `last`."""
    start = first.location
    end = last.location.last or last.location.number
    label = start.label
    if start.kind in DECKS:
        word = start.label.split()[0].removesuffix("s")
        note = READ_BY.search(fullest.location.label)
        label = f"{word}s {start.number}–{end}{note[0] if note else ''}"
    return replace(fullest, location=replace(start, last=end, label=label))
