"""Charts as the table of their series, and SmartArt diagrams as lists."""

import re
from itertools import zip_longest

from corpus.document import clean
from corpus.readers.office import A, Part, R, item, parsed, table
from corpus.readers.omml import Element

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
MAX_POINTS = 40  # rows of a chart's table; a curve of thousands of points says no more


def graphic(element: Element, part: Part) -> str:
    """A chart as a table or a diagram as a list, from what stands in a ``graphicData``."""
    charts = (related(part, chart.get(f"{R}id")) for chart in element.iter(f"{C}chart"))
    diagrams = (related(part, found.get(f"{R}dm")) for found in element.iter(f"{DGM}relIds"))
    texts = [chart_text(parsed(found.blob)) for found in charts if found]
    texts += [diagram_text(parsed(found.blob)) for found in diagrams if found]
    return "\n\n".join(filter(None, texts))


def related(part: Part, relation: str | None) -> Part | None:
    """The part that a relation leads to, if it is there."""
    found = part.rels.get(relation)
    return None if found is None or found.is_external else found.target_part


def chart_text(chart: Element) -> str:
    """A chart's title and its series as columns of a table."""
    title = " ".join(
        "".join(text.text or "" for text in paragraph.iter(f"{A}t"))
        for paragraph in chart.iterfind(f"{C}chart/{C}title//{A}p")
    )
    columns: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for series in chart.iter(f"{C}ser"):
        name = series.find(f"{C}tx")
        label = " ".join(points(name).values()) if name is not None else ""
        across = first_points(series, "cat", "xVal")
        values = first_points(series, "val", "yVal")
        order = sorted(values)[: MAX_POINTS + 1]
        categories = tuple(across.get(at, str(at + 1)) for at in order)
        columns.setdefault(categories, []).append((label, *(values[at] for at in order)))
    tables = []
    for categories, found in columns.items():
        rows = list(zip_longest(("", *categories), *found, fillvalue=""))
        more = "\n\n(hay más puntos)" if len(rows) > MAX_POINTS + 1 else ""
        tables.append(table(rows[: MAX_POINTS + 1]) + more)
    return "\n\n".join(filter(None, [clean(title), *tables]))


def first_points(series: Element, *names: str) -> dict[int, str]:
    """The points of the first of these children that a series has."""
    found = next((child for name in names for child in series.iterfind(C + name)), None)
    if found is None:
        return {}
    level = next(found.iter(f"{C}lvl"), None)  # of several levels of categories, the innermost
    return points(found if level is None else level)


def points(element: Element) -> dict[int, str]:
    """The cached values below `element` by their place, numbers without needless decimals."""
    values = {}
    for at, point in enumerate(element.iter(f"{C}pt")):
        text = "".join(value.text or "" for value in point.iter(f"{C}v"))
        values[int(point.get("idx", at))] = short_number(text)
    return values or {0: "".join(value.text or "" for value in element.iter(f"{C}v"))}


def short_number(text: str) -> str:
    """A number with six significant digits; other text as it is."""
    return f"{float(text):.6g}" if re.fullmatch(r"-?\d+\.\d{5,40}", text) else text


def diagram_text(diagram: Element) -> str:
    """What the nodes of a SmartArt diagram say, as a list."""
    lines = []
    for point in diagram.iter(f"{DGM}pt"):
        if point.get("type", "node") == "node":
            text = " ".join(
                "".join(run.text or "" for run in paragraph.iter(f"{A}t"))
                for paragraph in point.iter(f"{A}p")
            )
            lines.append(item(0, "-", clean(text)).text if text.strip() else "")
    return "\n".join(filter(None, lines))
