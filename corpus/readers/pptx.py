"""PowerPoint: one section per slide, with the presentation's section and its title as breadcrumb.

Shapes are read by their position on the slide, titles first. Equations, which python-pptx does
not see, become LaTeX. Footers, dates, slide numbers and comments are not text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import pptx
from pptx.presentation import Presentation
from pptx.slide import Slide

from corpus.document import Section, clean, numbered
from corpus.errors import MaterialError
from corpus.readers import Content
from corpus.readers.archive import RESAVE, open_office
from corpus.readers.charts import graphic
from corpus.readers.furniture import repeated_lines
from corpus.readers.office import (
    OLD_EQUATIONS,
    A,
    Block,
    Part,
    assembled,
    has_old_equation,
    table,
    take_first_alternatives,
)
from corpus.readers.omml import Element, local_name
from corpus.readers.slidetext import cells, paragraphs

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
P14 = "{http://schemas.microsoft.com/office/powerpoint/2010/main}"
TITLES = ("title", "ctrTitle")
FURNITURE = ("dt", "ftr", "hdr", "sldNum")
MAX_SLIDES = 2_000
NOTES = "Notas:"  # what announces the speaker's notes
FEW_CHARACTERS = 60  # with less text than this beside pictures, the slide is its pictures
PICTURE_SHARE = 0.1  # of the slide's area; smaller ones are logos
NO_NAME = re.compile(r"(untitled|default) section|sección (sin título|predeterminada)", re.I)

Shape = Any  # python-pptx has a class for each kind


@dataclass(frozen=True, slots=True)
class Read:
    """What one slide says, and what of it could not be read.

    Attributes:
        title: on one line.
        text: without the title.
        notes: the speaker's.
        pictured: whether it shows a picture that is larger than a logo.
        hidden: whether it is left out of the slide show.
        old_equations: whether there are equations that are only pictures.
        damage: why it could not be read.
    """

    title: str = ""
    text: str = ""
    notes: str = ""
    pictured: bool = False
    hidden: bool = False
    old_equations: bool = False
    damage: str = ""


def read(data: bytes) -> Content:
    """Reads a presentation.

    Raises:
        MaterialError: if it is damaged, encrypted or unsafe to open.
    """
    archive = open_office(data, "ppt/presentation")
    try:
        presentation = pptx.Presentation(archive)
        parts = section_names(presentation)
        slides = [
            (parts.get(slide.slide_id, ""), slide)
            for slide in islice(presentation.slides, MAX_SLIDES + 1)
        ]
    except Exception as error:  # python-pptx lets errors of many kinds through
        reason = f"la presentación está dañada ({type(error).__name__}); {RESAVE}"
        raise MaterialError(reason) from error

    if len(slides) > MAX_SLIDES:
        raise MaterialError(f"tiene más de {MAX_SLIDES} láminas; divídala")
    area = int(presentation.slide_width or 0) * int(presentation.slide_height or 0)
    found = [(part, read_slide(slide, area)) for part, slide in slides]
    if found and all(slide.damage for _, slide in found):
        raise MaterialError(f"la presentación está dañada ({found[0][1].damage}); {RESAVE}")
    return content_of(found)


def content_of(found: Sequence[tuple[str, Read]]) -> Content:
    """Sections of slides, each under the presentation's section that it stands in."""
    sections, unread = [], []
    found = without_furniture(found)
    for number, (part, slide) in enumerate(found, start=1):
        headings = tuple(filter(None, (part, slide.title)))
        noted = f"{NOTES}\n{slide.notes}" if slide.notes else ""
        said = "\n\n".join(filter(None, (slide.text, noted))) or slide.title
        section = Section(said, numbered("slide", number), headings)
        if said:
            sections.append(section)
        if slide.pictured and len(said) < FEW_CHARACTERS:
            unread.append(section)
    title = next((slide.title for _, slide in found if slide.title), None)
    told = tuple(warnings([slide for _, slide in found]))
    return Content(title, tuple(sections), told, tuple(unread))


def without_furniture(found: Sequence[tuple[str, Read]]) -> list[tuple[str, Read]]:
    """Slides without the lines that most repeat and without their number, typed in a text box."""
    lines = [slide.text.split("\n") for _, slide in found]
    said = [[line for line in body if line.strip()] for body in lines]
    titles = [slide.title for _, slide in found]
    furniture = repeated_lines(list(zip(said, titles, strict=True)))
    kept = []
    for number, (part, slide) in enumerate(found, start=1):
        left = [line for line in slide.text.split("\n") if line not in furniture]
        text = clean("\n".join(left), code=True).removesuffix(f"\n{number}")
        kept.append((part, replace(slide, text=text)))
    return kept


def warnings(slides: Sequence[Read]) -> Iterator[str]:
    """What the professor should know, with the slides' numbers."""
    kinds = {
        "láminas ocultas, que también se leen": [slide.hidden for slide in slides],
        "láminas sin texto": [
            not (slide.text or slide.notes or slide.title or slide.pictured or slide.damage)
            for slide in slides
        ],
        f"láminas con {OLD_EQUATIONS}": [slide.old_equations for slide in slides],
        f"láminas dañadas, que no se leen; {RESAVE}": [bool(slide.damage) for slide in slides],
    }
    for what, holds in kinds.items():
        numbers = [str(number) for number, held in enumerate(holds, start=1) if held]
        if numbers:
            yield f"{what}: {', '.join(numbers)}"


def section_names(presentation: Presentation) -> dict[int, str]:
    """The presentation's own section of each slide, by the slide's id."""
    return {
        int(slide.get("id")): clean(section.get("name", ""))
        for section in presentation.element.iter(f"{P14}section")
        for slide in section.iter(f"{P14}sldId")
        if not NO_NAME.fullmatch(section.get("name", ""))
    }


def read_slide(slide: Slide, area: int) -> Read:
    """Reads one slide of a size in EMU²; a damaged one says so and does not stop the others."""
    try:
        root: Element = slide.element
        take_first_alternatives(root)
        shapes = list(flattened(slide.shapes))
        title = " ".join(
            " ".join(block.text.split())
            for shape in shapes
            if placeholder(shape._element) in TITLES
            for block in text_blocks(shape, slide.part)
        )
        blocks = [
            block
            for shape in shapes
            if placeholder(shape._element) not in (*TITLES, *FURNITURE)
            for block in shape_blocks(shape, slide.part)
        ]
        return Read(
            title=clean(title),
            text=assembled(blocks),
            notes=notes(slide),
            pictured=any(picture_area(shape) >= PICTURE_SHARE * area for shape in shapes),
            hidden=root.get("show") in ("0", "false"),
            old_equations=has_old_equation(root),
        )
    except Exception as error:  # the part is damaged in a way that python-pptx does not expect
        return Read(damage=type(error).__name__)


def picture_area(shape: Shape) -> int:
    """The area of a picture, in EMU²; -1 for what is no picture."""
    pictures = shape._element.iter(f"{A}blip")
    return (shape.width or 0) * (shape.height or 0) if any(True for _ in pictures) else -1


def placeholder(element: Element) -> str | None:
    """The kind of placeholder that a shape is; None if it is none."""
    found = next(element.iterfind(f"./*/{P}nvPr/{P}ph"), None)
    return None if found is None else str(found.get("type", "obj"))


def flattened(shapes: Iterable[Shape]) -> Iterator[Shape]:
    """Visible shapes in reading order, each group's in its place."""
    for shape in in_order(list(shapes)):
        if is_hidden(shape):
            continue
        if local_name(shape._element) == "grpSp":
            yield from flattened(shape.shapes)
        else:
            yield shape


def is_hidden(shape: Shape) -> bool:
    """Whether a shape is hidden on its slide."""
    properties = next(shape._element.iterfind(f"./*/{P}cNvPr"), None)
    return properties is not None and properties.get("hidden") in ("1", "true")


def in_order(shapes: list[Shape]) -> list[Shape]:
    """Shapes row by row and from the left; those side by side are one row."""
    placed = [(shape.top or 0, shape.left or 0, shape.height or 0, shape) for shape in shapes]
    rows: list[list[tuple[int, int, int, Shape]]] = []
    for found in sorted(placed, key=lambda found: found[:2]):
        first = rows[-1][0] if rows else None
        if first and found[0] <= first[0] + min(first[2], found[2]) / 2:
            rows[-1].append(found)
        else:
            rows.append([found])
    return [found[3] for row in rows for found in sorted(row, key=lambda found: found[1])]


def shape_blocks(shape: Shape, part: Part) -> list[Block]:
    """What a shape says: its text, its table, its chart or its diagram."""
    element = shape._element
    if local_name(element) != "graphicFrame":
        return text_blocks(shape, part)
    grids = [Block("text", table(cells(found, part))) for found in element.iter(f"{A}tbl")]
    return [*grids, Block("text", graphic(element, part))]


def text_blocks(shape: Shape, part: Part) -> list[Block]:
    """The paragraphs of a shape, with the bullets it inherits."""
    body = shape._element.find(f"{P}txBody")
    return [] if body is None else paragraphs(body, part, list_styles(shape))


def list_styles(shape: Shape) -> list[Element]:
    """Where a shape's bullets are defined, nearest first: itself, layout, master."""
    styles: list[Element | None] = []
    base = shape
    kind = placeholder(shape._element)
    while base is not None and len(styles) < 3:
        styles.append(base._element.find(f"{P}txBody/{A}lstStyle"))
        base = base._base_placeholder if kind and hasattr(base, "_base_placeholder") else None
    if kind and kind not in FURNITURE:
        master = shape.part.slide_layout.slide_master.element
        style = "titleStyle" if kind in TITLES else "bodyStyle"
        styles.append(master.find(f"{P}txStyles/{P}{style}"))
    return [style for style in styles if style is not None]


def notes(slide: Slide) -> str:
    """The speaker's notes."""
    if not slide.has_notes_slide:
        return ""
    part = slide.notes_slide.part
    root: Element = slide.notes_slide.element
    take_first_alternatives(root)
    blocks = [
        block
        for shape in root.iter(f"{P}sp")
        if placeholder(shape) == "body"
        for body in shape.iterfind(f"{P}txBody")
        for block in paragraphs(body, part, ())
    ]
    return assembled(blocks)
