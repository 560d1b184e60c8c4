"""What Word's styles and numbering definitions say about a paragraph: heading, code, list label."""

import re
from dataclasses import dataclass, field

from corpus.readers.omml import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
OFF = ("0", "off", "false")
HEADING = re.compile(r"heading (\d)$", re.I)
CONTENTS = re.compile(r"(toc|table of figures|index)\b", re.I)
CODE = re.compile(r"code\b|código|preformatted|plain text|verbatim|macro text", re.I)

ListPlace = tuple[str, int]
"""A list's id and a level in it, from 0."""


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style means.

    Attributes:
        level: of a heading, 1 to 9; 0 for a document's title; None for text.
        code: whether it is for code.
        contents: whether it is a line of a table of contents.
        place: the list that its paragraphs stand in, if any.
    """

    level: int | None = None
    code: bool = False
    contents: bool = False
    place: ListPlace | None = None


def value(element: Element | None, path: str) -> str | None:
    """The ``w:val`` of a descendant; None if it is not there."""
    found = None if element is None else element.find("/".join(W + name for name in path.split()))
    return None if found is None else str(found.get(f"{W}val", "on"))


def read_styles(root: Element | None) -> dict[str, Style]:
    """Paragraph styles by id, each with what it takes from those it is based on."""
    elements = {
        style.get(f"{W}styleId", ""): style
        for style in (root.iterfind(f"{W}style") if root is not None else ())
        if style.get(f"{W}type") == "paragraph"
    }
    return {name: style_of(name, elements) for name in elements}


def style_of(name: str, elements: dict[str, Element]) -> Style:
    """A style, looking up to the nearest ancestor that says each thing."""
    chain: list[Element] = []
    while name in elements and elements[name] not in chain and len(chain) < 20:
        chain.append(elements[name])
        name = value(chain[-1], "basedOn") or ""
    levels = (heading_level(style) for style in chain)
    names = value(chain[0], "name") or ""
    places = (list_place(style.find(f"{W}pPr")) for style in chain)
    return Style(
        level=next((level for level in levels if level is not None), None),
        code=any(CODE.search(value(style, "name") or "") for style in chain),
        contents=bool(CONTENTS.match(names)),
        place=next((place for place in places if place), None),
    )


def heading_level(style: Element) -> int | None:
    """The heading level that a style gives by its name or by its outline level."""
    name = value(style, "name") or ""
    if name.lower() == "title":
        return 0
    if match := HEADING.match(name):
        return int(match[1])
    return outline_level(style.find(f"{W}pPr"))


def outline_level(properties: Element | None) -> int | None:
    """The heading level that paragraph properties give; None for text."""
    level = value(properties, "outlineLvl")
    return int(level) + 1 if level is not None and level.isdecimal() and int(level) < 9 else None


def list_place(properties: Element | None) -> ListPlace | None:
    """The list that paragraph properties name; id 0 takes a paragraph out of any list."""
    number = value(properties, "numPr numId")
    level = value(properties, "numPr ilvl") or "0"
    return None if number is None else (number, int(level) if level.isdecimal() else 0)


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list counts: Word's ``numFmt``, its first number, ``%1.%2)``."""

    kind: str
    start: int
    text: str


@dataclass
class Numbering:
    """The lists of a document, counting as paragraphs are read in order.

    Attributes:
        levels: by list definition, then by level.
        definition_of: each list's definition; lists that share one go on counting.
        restarts: the numbers at which a list starts again, by level.
    """

    levels: dict[str, dict[int, Level]] = field(default_factory=dict)
    definition_of: dict[str, str] = field(default_factory=dict)
    restarts: dict[str, dict[int, int]] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def label(self, place: ListPlace) -> str:
        """The label of the next paragraph there: a dash, ``2.``, ``b)``; empty if it has none."""
        number, at = place
        if number == "0":
            return ""
        definition = self.definition_of.get(number, "")
        levels = self.levels.get(definition, {})
        level = levels.get(at)
        if level is None or level.kind == "bullet":
            return "-"
        counts = self.counts.setdefault(definition, {})
        if start := self.restarts.pop(number, None):
            counts.update({level: first - 1 for level, first in start.items()})
        for deeper in [deeper for deeper in counts if deeper > at]:
            del counts[deeper]
        counts[at] = counts.get(at, level.start - 1) + 1

        def counted(match: re.Match[str]) -> str:
            which = int(match[1]) - 1
            shown = levels.get(which, level)
            return formatted(counts.get(which, shown.start), shown.kind)

        return "" if level.kind == "none" else re.sub(r"%(\d)", counted, level.text).strip()


def read_numbering(root: Element | None) -> Numbering:
    """The lists that a document defines."""
    numbering = Numbering()
    if root is None:
        return numbering
    linked: dict[str, str] = {}
    links: dict[str, str] = {}
    for definition in root.iterfind(f"{W}abstractNum"):
        name = definition.get(f"{W}abstractNumId", "")
        numbering.levels[name] = dict(map(read_level, definition.iterfind(f"{W}lvl")))
        if style := value(definition, "styleLink"):
            linked[style] = name
        if style := value(definition, "numStyleLink"):
            links[name] = style
    for number in root.iterfind(f"{W}num"):
        name = number.get(f"{W}numId", "")
        definition = value(number, "abstractNumId") or ""
        numbering.definition_of[name] = linked.get(links.get(definition, ""), definition)
        numbering.restarts[name] = {
            int(override.get(f"{W}ilvl", "0")): int(start)
            for override in number.iterfind(f"{W}lvlOverride")
            if (start := value(override, "startOverride") or "").isdecimal()
        }
    return numbering


def read_level(level: Element) -> tuple[int, Level]:
    """(place, level) of a ``w:lvl``."""
    start = value(level, "start") or "1"
    kind = value(level, "numFmt") or "decimal"
    first = int(start) if start.isdecimal() else 1
    return int(level.get(f"{W}ilvl", "0")), Level(kind, first, value(level, "lvlText") or "")


def formatted(number: int, kind: str) -> str:
    """A number as letters or Roman numerals, where the list counts so."""
    if kind in ("lowerLetter", "upperLetter") and 0 < number <= 26 * 26:
        letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters.upper() if kind == "upperLetter" else letters
    if kind in ("lowerRoman", "upperRoman") and 0 < number < 400:
        return roman(number).upper() if kind == "upperRoman" else roman(number)
    return str(number)


def roman(number: int) -> str:
    """A number in lower-case Roman numerals."""
    signs = ["c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"]
    values = [100, 90, 50, 40, 10, 9, 5, 4, 1]
    text = ""
    for sign, worth in zip(signs, values, strict=True):
        text += sign * (number // worth)
        number %= worth
    return text


def is_hidden(properties: Element | None) -> bool:
    """Whether run properties hide the text."""
    shown = value(properties, "vanish")
    return shown is not None and shown not in OFF
