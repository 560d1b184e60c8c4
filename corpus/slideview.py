"""A slide of a presentation as HTML with its layout: what stands where, at its size.

It is not PowerPoint's own picture, which only PowerPoint draws: fonts, themes and effects are left
out. Formulas stay LaTeX, for the page that shows the slide to typeset.
"""

import io
from typing import Any

import pptx as python_pptx
from PIL import Image, UnidentifiedImageError

from corpus.errors import MaterialError
from corpus.readers import pptx
from corpus.readers.archive import open_office
from corpus.readers.office import take_first_alternatives

EMU_PER_POINT = 12_700
TITLE_POINTS, BODY_POINTS = 32, 20
PICTURE_WIDTH = 900  # pixels


def slide_of(data: bytes, number: int) -> tuple[Any, tuple[int, int]]:
    """Slide `number`, from 1, and the size of slides in EMU.

    Raises:
        MaterialError: if the presentation cannot be opened or has no such slide.
    """
    try:
        open_office(data, "ppt/presentation")  # checks it; what it gives has no pictures
        presentation = python_pptx.Presentation(io.BytesIO(data))
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
