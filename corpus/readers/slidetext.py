"""Text as slides hold it (DrawingML): paragraphs with their bullets, runs, cells of tables."""

import re
from collections import Counter
from collections.abc import Sequence

from corpus.document import clean
from corpus.readers import omml
from corpus.readers.office import (
    MONOSPACED,
    A,
    Block,
    Part,
    R,
    again,
    from_symbol_font,
    item,
    linked,
    raised,
    side_by_side,
)
from corpus.readers.omml import Element, local_name


def paragraphs(body: Element, part: Part, styles: Sequence[Element]) -> list[Block]:
    """Paragraphs as text, list items or code."""
    blocks = []
    counts: Counter[int] = Counter()
    for paragraph in body.iterfind(f"{A}p"):
        properties = paragraph.find(f"{A}pPr")
        level = int(properties.get("lvl", 0)) if properties is not None else 0
        text = paragraph_text(paragraph, part)
        if is_code(paragraph):
            blocks.append(Block("code", "    " * level + text))
        elif text.strip():
            label = bullet(properties, level, styles)
            for deeper in [at for at in counts if at > level or (at == level and label != "1.")]:
                del counts[deeper]
            if label == "1.":
                counts[level] += 1
                label = f"{counts[level]}."
            blocks.append(item(level, label, clean(text)) if label else Block("text", clean(text)))
    return blocks


def bullet(properties: Element | None, level: int, styles: Sequence[Element]) -> str:
    """A dash, ``1.`` or nothing, as the nearest definition says."""
    levels = [style.find(f"{A}lvl{level + 1}pPr") for style in styles]
    for source in (properties, *levels):
        for child in source if source is not None else ():
            match local_name(child):
                case "buNone":
                    return ""
                case "buChar" | "buBlip":
                    return "-"
                case "buAutoNum":
                    return "1."
    return ""


def is_code(paragraph: Element) -> bool:
    """Whether all that a paragraph says is in a monospaced font."""
    runs = [run for run in paragraph.iter(f"{A}r") if (run.findtext(f"{A}t") or "").strip()]
    fonts = (run.find(f"{A}rPr/{A}latin") for run in runs)
    return bool(runs) and all(
        font is not None and MONOSPACED.search(font.get("typeface", "")) for font in fonts
    )


def paragraph_text(paragraph: Element, part: Part) -> str:
    """The text and the equations of a paragraph."""
    pieces = []
    for child in paragraph:
        match local_name(child):
            case "r":
                pieces.append(run_text(child, part))
            case "fld" if not child.get("type", "").startswith(("slidenum", "datetime")):
                pieces.append(child.findtext(f"{A}t") or "")
            case "br":
                pieces.append("\n")
            case "m":
                pieces.extend(omml.markdown(found) for found in child)
            case "oMath" | "oMathPara":
                pieces.append(omml.markdown(child))
    return side_by_side(pieces).replace("\x0b", "\n")


def run_text(run: Element, part: Part) -> str:
    """A run's text: symbols as they look, scripts marked, links with their address."""
    text = run.findtext(f"{A}t") or ""
    properties = run.find(f"{A}rPr")
    if properties is None:
        return text
    for font in properties.iter(f"{A}sym", f"{A}latin"):
        text = from_symbol_font(text, font.get("typeface", ""))
    baseline = re.match(r"-?\d+", properties.get("baseline", "0"))
    text = raised(text, int(baseline[0]) if baseline else 0)
    link = properties.find(f"{A}hlinkClick")
    return text if link is None else linked(text, part, link.get(f"{R}id"))


def cells(grid: Element, part: Part) -> list[list[str]]:
    """The text of a table; a cell merged downwards is said again in each row."""
    rows: list[list[str]] = []
    for row in grid.iterfind(f"{A}tr"):
        texts: list[str] = []
        for at, cell in enumerate(row.iterfind(f"{A}tc")):
            if cell.get("vMerge") in ("1", "true") and rows and at < len(rows[-1]):
                texts.append(again(rows[-1][at]))
            elif cell.get("hMerge") in ("1", "true"):
                texts.append("")
            else:
                lines = (paragraph_text(line, part) for line in cell.iterfind(f"{A}txBody/{A}p"))
                texts.append(clean(" ".join(lines)))
        rows.append(texts)
    return rows
