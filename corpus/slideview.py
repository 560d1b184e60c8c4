"""A slide of a presentation as HTML with its layout: what stands where, at its size.

It is not PowerPoint's own picture, which only PowerPoint draws: fonts, themes and effects are left
out. Formulas stay LaTeX, for the page that shows the slide to typeset.
"""

import base64
import io
from collections.abc import Iterator
from typing import Any

import pptx as python_pptx
from PIL import Image, UnidentifiedImageError
from pptx.enum.dml import MSO_COLOR_TYPE, MSO_FILL

from corpus.errors import MaterialError
from corpus.fragments import markdown_html, png_of
from corpus.readers import pptx
from corpus.readers.archive import open_office
from corpus.readers.office import A, assembled, take_first_alternatives

EMU_PER_POINT = 12_700
TITLE_POINTS, BODY_POINTS = 32, 20
PICTURE_WIDTH = 900  # pixels

Axes = tuple[tuple[float, float], tuple[float, float]]
"""For both directions where 0 lies on the slide and how long 1 is, in EMU."""
Box = tuple[float, float, float, float]
"""Left, top, width and height on the slide, in EMU."""


def slide_of(data: bytes, number: int) -> tuple[Any, tuple[int, int]]:
    """Slide `number`, from 1, and the size of slides in EMU.

    Raises:
        MaterialError: if the presentation cannot be opened or has no such slide.
    """
    try:
        presentation = python_pptx.Presentation(
            open_office(data, "ppt/presentation", pictures=True)
        )
        slide = presentation.slides[number - 1]
        take_first_alternatives(slide.element)
    except MaterialError:
        raise
    except Exception as error:  # python-pptx lets errors of many kinds through
        raise MaterialError(f"la lámina {number} no se puede abrir") from error
    return slide, (presentation.slide_width or 1, presentation.slide_height or 1)


def pictures_of(slide: Any) -> list[Any]:
    """The shapes of a slide that are pictures, largest first."""
    found = [shape for shape in pptx.flattened(slide.shapes) if hasattr(shape, "image")]
    return sorted(found, key=lambda shape: -(shape.width or 0) * (shape.height or 0))


def largest_picture(data: bytes, number: int) -> Image.Image:
    """The largest picture of a slide; raises `MaterialError` if none can be opened."""
    slide, _ = slide_of(data, number)
    for shape in pictures_of(slide):
        try:
            picture = Image.open(io.BytesIO(shape.image.blob))
            picture.load()
        except (OSError, ValueError, Image.DecompressionBombError, UnidentifiedImageError):
            continue
        return picture
    raise MaterialError(f"la lámina {number} no tiene una imagen que se pueda abrir")


def slide_html(data: bytes, number: int) -> str:
    """Slide `number` of a PPTX: its shapes where they stand, sizes relative to its width."""
    slide, (width, height) = slide_of(data, number)
    shapes = "".join(
        shape_html(shape, slide, box, (width, height))
        for shape, box in in_layers(slide.shapes, ((0.0, 1.0), (0.0, 1.0)))
    )
    return (
        '<div class="slide" style="position:relative;overflow:hidden;container-type:inline-size;'
        f'background:#fff;color:#1a1a1a;aspect-ratio:{width}/{height}">{shapes}</div>'
    )


def in_layers(shapes: Any, axes: Axes) -> Iterator[tuple[Any, Box]]:
    """The visible shapes of a slide, from the lowest layer to the highest, with where they stand.

    Args:
        shapes: of the slide or of a group.
        axes: where a group's own coordinates lie on the slide.
    """
    for shape in shapes:
        if pptx.is_hidden(shape):
            continue
        if hasattr(shape, "shapes"):
            yield from in_layers(shape.shapes, axes_of(shape, axes))
        else:
            start = (shape.left or 0, shape.top or 0)
            size = (shape.width or 0, shape.height or 0)
            (left, width), (top, height) = (
                (begin + scale * at, scale * extent)
                for (begin, scale), at, extent in zip(axes, start, size, strict=True)
            )
            yield shape, (left, top, width, height)


def axes_of(group: Any, axes: Axes) -> Axes:
    """Where the coordinates within a group lie on the slide."""
    place = group._element.find(f"{pptx.P}grpSpPr/{A}xfrm")
    if place is None:
        return axes
    found = [place.find(f"{A}{name}") for name in ("off", "ext", "chOff", "chExt")]
    if any(one is None for one in found):
        return axes
    off, ext, inner, size = found
    made = []
    for (begin, scale), at, extent in zip(axes, "xy", ("cx", "cy"), strict=True):
        stretch = int(ext.get(extent)) / (int(size.get(extent)) or 1)
        shift = int(off.get(at)) - stretch * int(inner.get(at))
        made.append((begin + scale * shift, scale * stretch))
    across, down = made
    return across, down


def shape_html(shape: Any, slide: Any, box: Box, slide_size: tuple[int, int]) -> str:
    """One shape of a slide; empty if it shows nothing."""
    inside, colours = shape_content(shape, slide), shape_colours(shape)
    if not inside and not colours:
        return ""
    (left, top, width, height), (across, down) = box, slide_size
    size = shape_points(shape) * EMU_PER_POINT / across * 100
    return (
        f'<div style="position:absolute;left:{left / across:.2%};top:{top / down:.2%};'
        f"width:{(width or across) / across:.2%};font-size:{size:.2f}cqw;"
        f'min-height:{height / down:.2%};{colours}">{inside}</div>'
    )


def shape_colours(shape: Any) -> str:
    """The fill of a drawn shape and the colour of its letters, where it says them itself."""
    styles = []
    fill = getattr(shape, "fill", None)
    if fill is not None and fill.type == MSO_FILL.SOLID:
        styles += [f"background:#{rgb}" for rgb in own_rgb(fill.fore_color)]
    if shape.has_text_frame:
        runs = [run for paragraph in shape.text_frame.paragraphs for run in paragraph.runs]
        styles += [f"color:#{rgb}" for run in runs[:1] for rgb in own_rgb(run.font.color)]
    return ";".join(styles)


def own_rgb(colour: Any) -> list[str]:
    """The colour as six hexadecimal digits; empty if it comes from the theme."""
    return [str(colour.rgb)] if colour and colour.type == MSO_COLOR_TYPE.RGB else []


def shape_content(shape: Any, slide: Any) -> str:
    """A picture, a table or a text as HTML."""
    if not hasattr(shape, "image"):
        return markdown_html(assembled(pptx.shape_blocks(shape, slide.part)))
    try:
        image = Image.open(io.BytesIO(shape.image.blob))
        image.thumbnail((PICTURE_WIDTH, PICTURE_WIDTH))
        written = base64.b64encode(png_of(image)).decode()
    except (OSError, ValueError, Image.DecompressionBombError):
        return ""
    return f'<img alt="" style="width:100%" src="data:image/png;base64,{written}">'


def shape_points(shape: Any) -> float:
    """The size of a shape's letters, in points."""
    paragraphs = shape.text_frame.paragraphs if shape.has_text_frame else []
    sizes = [run.font.size.pt for p in paragraphs for run in p.runs if run.font.size]
    is_title = pptx.placeholder(shape._element) in pptx.TITLES
    return float(sizes[0]) if sizes else TITLE_POINTS if is_title else BODY_POINTS
