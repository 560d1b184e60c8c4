"""What Word and PowerPoint have in common: blocks of text, tables, links, symbols of old fonts."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from lxml import etree

from corpus.document import clean
from corpus.readers.fences import fenced
from corpus.readers.omml import Element
from corpus.readers.tables import markdown_table

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

LONGEST_REPEATED = 200  # characters
OLD_EQUATIONS = "ecuaciones de un editor antiguo, que no se leen; escríbalas de nuevo"
MONOSPACED = re.compile(
    r"mono|courier|consolas|menlo|monaco|source code|fira code|lucida console|typewriter|^code",
    re.I,
)
LINK = re.compile(r"https?://[^\s()<>]+")
OLD_EQUATION = re.compile(r"Equation|MathType", re.I)
FOOTNOTE = re.compile(r"\[\^(e?\d+)\]")
FORMULA = re.compile(r"\$[^$\n]+\$")

Part = Any  # a part of an Office package; python-pptx and python-docx each have their own


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list item, a line of code or a finished table."""

    kind: Literal["text", "item", "code"]
    text: str


def assembled(blocks: Iterable[Block]) -> str:
    """Blocks as Markdown: items on lines of their own, lines of code in one fence."""
    parts = []
    for kind, group in groupby(blocks, key=lambda block: block.kind):
        texts = [block.text for block in group]
        if kind == "code":
            code = "\n".join(texts).strip("\n")
            parts.append(fenced(code) if code.strip() else "")
        else:
            parts.append(("\n" if kind == "item" else "\n\n").join(filter(str.strip, texts)))
    return clean("\n\n".join(filter(None, parts)), code=True)


def item(level: int, label: str, text: str) -> Block:
    """A list item; `label` is a dash or its number, as in ``2.`` or ``b)``."""
    label = f"{label}." if label.isdecimal() else label
    mark = label if re.fullmatch(r"-|\d+[.)]", label) else f"- {label}"
    return Block("item", f"{'    ' * level}{mark} {' '.join(text.split())}")


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table, or a line for each when they are no table."""
    rows = [[FORMULA.sub(without_bars, cell.replace("$$", "$")) for cell in row] for row in rows]
    return markdown_table(rows) or "\n".join(
        " — ".join(filter(None, (" ".join(cell.split()) for cell in row))) for row in rows
    )


def without_bars(formula: re.Match[str]) -> str:
    """A formula that does not look like several cells."""
    return formula[0].replace(r"\|", r"\Vert ").replace("|", r"\vert ")


def side_by_side(pieces: Iterable[str]) -> str:
    """Pieces of a paragraph, with a space between two formulas."""
    text = ""
    for piece in pieces:
        text += " " + piece if text.endswith("$") and piece.startswith("$") else piece
    return text


def again(text: str) -> str:
    """The text of a merged cell in its next row, unless it is long."""
    return text if len(text) <= LONGEST_REPEATED else ""


def raised(text: str, baseline: int) -> str:
    """Text above (positive) or below the line: ``10⁻³``, ``x_i``."""
    if not baseline or not text.strip():
        return text
    plain = "0123456789+-−=()"
    other = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾" if baseline > 0 else "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎"
    if all(char in plain for char in text):
        return text.translate(str.maketrans(plain, other))
    mark = "^" if baseline > 0 else "_"
    return mark + text if text.isalnum() else f"{mark}({text.strip()})"


# Fonts of the nineties draw other symbols in the place of letters. PowerPoint still writes its
# arrows with Wingdings.
SYMBOL_FONTS = {
    "wingdings": dict(zip("àßáâóðïñòèçéêü", "→←↑↓⇔⇒⇐⇑⇓→←↑↓✓", strict=True)),
    "symbol": dict(
        zip(
            "abcdefghijklmnopqrstuvwxyzDFGLPQSWXY£³¹»´¥®¬Î¶Ñå",
            "αβχδεφγηιϕκλμνοπθρστυϖωξψζΔΦΓΛΠΘΣΩΞΨ≤≥≠≈×∞→←∈∂∇∑",
            strict=True,
        )
    ),
}


def from_symbol_font(text: str, font: str) -> str:
    """`text` as it looks in an old symbol font; any other font leaves it as it is."""
    table_of_font = SYMBOL_FONTS.get(font.lower())
    if table_of_font is None:
        return text
    low = (chr(ord(char) & 0xFF) if 0xF000 <= ord(char) <= 0xF0FF else char for char in text)
    return "".join(table_of_font.get(char, char) for char in low)


def linked(text: str, part: Part, relation: str | None) -> str:
    """`text` with its address, if it leads to a page and does not say so itself."""
    if not relation or not text.strip() or relation not in part.rels:
        return text
    found = part.rels[relation]
    address = str(found.target_ref) if found.is_external else ""
    if not LINK.fullmatch(address) or address in text or "]" in text:
        return text
    return f"[{text.strip()}]({address}){' ' if text[-1].isspace() else ''}"


def take_first_alternatives(root: Element) -> None:
    """Puts the first choice of each ``mc:AlternateContent`` in its place.

    What Office wrote first is the newest form: the equation, of which the fallback is a picture.
    """
    for alternatives in list(root.iter(f"{MC}AlternateContent")):
        parent = alternatives.getparent()
        if parent is None:
            continue
        chosen = alternatives.find(f"{MC}Choice")
        if chosen is None:
            chosen = alternatives.find(f"{MC}Fallback")
        for child in list(chosen) if chosen is not None else ():
            alternatives.addprevious(child)
        parent.remove(alternatives)


def parsed(xml: bytes) -> Element:
    """A part's XML, without entities or network."""
    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))


def has_old_equation(element: Element) -> bool:
    """Whether there is an equation of the old editor or of MathType, of which only a picture is."""
    return any(
        OLD_EQUATION.match(node.get("progId") or node.get("ProgID") or "")
        for node in element.iter("{*}oleObj", "{*}OLEObject")
    )
