"""Where the words of a PDF page stand: its lines with their boxes, their order, its title.

Boxes are (left, bottom, right, top) in points from the page's lower left corner, as PDFium has
them, before the page's own rotation.
"""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

from corpus.document import clean
from corpus.readers.glyphs import letters_named

Box = tuple[float, float, float, float]
HYPHEN = "\x02"  # PDFium's mark for a hyphen at the end of a line
TITLE_CHARACTERS = 120
APART = 1.5  # of the letters' height; words that far from each other are two pieces
COLUMN_LINES = 5  # fewer lines on a side are a figure or a table, not a column
COLUMN_CHARACTERS = 25
WORD = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page, or a piece of one that stands apart.

    Attributes:
        text: what it says.
        box: where it stands.
        size: its font's height in points.
        row: number of the line in the file; pieces of one line share it.
    """

    text: str
    box: Box
    size: float
    row: int = 0

    @property
    def middle(self) -> tuple[float, float]:
        """The centre of the box, (x, y)."""
        left, bottom, right, top = self.box
        return (left + right) / 2, (bottom + top) / 2


def upright_size(page: pypdfium2.PdfPage) -> tuple[float, float]:
    """Width and height of a page in points, before its own rotation, as boxes have it."""
    width, height = page.get_size()
    return (width, height) if page.get_rotation() % 180 == 0 else (height, width)


def lines_of(page: pypdfium2.PdfPage) -> list[Line]:
    """The lines of a page in reading order, pieces of one formula joined."""
    text_page = page.get_textpage()
    try:
        characters = list(characters_of(text_page))
    finally:
        text_page.close()
    names = letters_named([code for code, _ in characters])
    pieces: list[Line] = []
    for row, written in enumerate(rows_of(characters)):
        for part in apart(written):
            piece = line_from(part, names, row)
            if piece and pieces and continues(pieces[-1], piece):
                piece = joined(pieces.pop(), piece)
            if piece:
                pieces.append(piece)
    return in_reading_order(pieces, upright_size(page)[0])


Character = tuple[int, Box | None]


def rows_of(characters: list[Character]) -> Iterator[list[Character]]:
    """The characters of each line."""
    row: list[Character] = []
    for code, box in characters:
        if code in (0x0A, 0x0D):
            yield row
            row = []
        else:
            row.append((code, box))
    yield row


def apart(row: list[Character]) -> Iterator[list[Character]]:
    """The pieces of a line that stand far from each other: two columns, cells of a table."""
    piece: list[Character] = []
    last: Box | None = None
    for code, box in row:
        if box and last and box[0] - last[2] > APART * (last[3] - last[1]):
            yield piece
            piece = []
        piece.append((code, box))
        last = box or last
    yield piece


def characters_of(text_page: pypdfium2.PdfTextPage) -> Iterator[tuple[int, Box | None]]:
    """UTF-16 code and box of each character, as tall as its font; no box for generated ones."""
    handle, rect = text_page.raw, pdfium.FS_RECTF()
    for at in range(text_page.count_chars()):
        seen = pdfium.FPDFText_GetLooseCharBox(handle, at, ctypes.byref(rect))
        box = (rect.left, rect.bottom, rect.right, rect.top)
        code = pdfium.FPDFText_GetUnicode(handle, at)
        yield code, box if seen and rect.right > rect.left else None


def line_from(characters: list[Character], names: dict[int, str], row: int) -> Line | None:
    """A line from its characters, with the letters in `names`; None if nobody would see it."""
    codes = b"".join(code.to_bytes(2, "little") for code, _ in characters if code < 0x10000)
    text = codes.decode("utf-16-le", "ignore").translate(names)
    words = clean(text.replace(HYPHEN, "\ufdd0")).replace("\ufdd0", HYPHEN)
    boxes = [box for _, box in characters if box]
    if not words or not boxes:
        return None
    left, bottom, right, top = zip(*boxes, strict=True)
    heights = sorted(box[3] - box[1] for box in boxes)
    box = min(left), min(bottom), max(right), max(top)
    return Line(words, box, heights[len(heights) // 2], row)


def continues(line: Line, following: Line) -> bool:
    """Whether `following` goes on where `line` ends, as an exponent or the rest of a row does."""
    overlap = min(line.box[3], following.box[3]) - max(line.box[1], following.box[1])
    gap = following.box[0] - line.box[2]
    size = max(line.size, following.size)
    return overlap > min(line.size, following.size) / 2 and -size / 4 < gap < size * 0.8


def joined(line: Line, following: Line) -> Line:
    """One line from two that stand side by side."""
    apart = following.box[0] - line.box[2] > max(line.size, following.size) * 0.15
    box = (
        min(line.box[0], following.box[0]),
        min(line.box[1], following.box[1]),
        max(line.box[2], following.box[2]),
        max(line.box[3], following.box[3]),
    )
    text = f"{line.text}{' ' if apart else ''}{following.text}"
    return Line(text, box, max(line.size, following.size), following.row)


def text_of(lines: list[Line]) -> str:
    """The text of lines, words that were hyphenated at a line's end made whole again."""
    text = "\n".join(line.text for line in lines)
    text = re.sub(rf"(?<=[^\W\d_]){HYPHEN}\n(?=[^\W\d_])", "", text)
    text = re.sub(r"(?<=[a-záéíóúüñ])-\n(?=[a-záéíóúüñ])", "", text)
    return clean(text.replace(HYPHEN, ""))


def in_reading_order(pieces: list[Line], width: float) -> list[Line]:
    """The lines that `pieces` make, column by column where there are two.

    The file's order is nearly always the writer's. It is changed only where two columns of prose
    stand side by side and the file goes back and forth between them, row by row.
    """
    sides = [side_of(piece, width) for piece in pieces]
    if not two_columns(pieces, sides):
        return whole_rows(pieces)
    ordered: list[Line] = []
    columns: tuple[list[Line], list[Line]] = [], []
    for piece, side in sorted(zip(pieces, sides, strict=True), key=lambda pair: -pair[0].box[3]):
        if side:
            columns[side - 1].append(piece)
        else:  # a line across the page ends the columns above it
            ordered += [*columns[0], *columns[1], piece]
            columns = [], []
    return [*ordered, *columns[0], *columns[1]]


def whole_rows(pieces: list[Line]) -> list[Line]:
    """The pieces of each row of the file as one line."""
    lines: list[Line] = []
    for piece in pieces:
        if lines and lines[-1].row == piece.row:
            piece = joined(lines.pop(), piece)
        lines.append(piece)
    return lines


def side_of(line: Line, width: float) -> int:
    """1 for the left half of the page, 2 for the right one, 0 across both."""
    left, _, right, _ = line.box
    return 1 if right <= width * 0.54 else 2 if left >= width * 0.46 else 0


def two_columns(lines: list[Line], sides: list[int]) -> bool:
    """Whether both halves hold prose and the file goes back and forth between them."""
    for side in (1, 2):
        column = [line for line, where in zip(lines, sides, strict=True) if where == side]
        if len(column) < COLUMN_LINES:
            return False
        if sum(len(line.text) for line in column) / len(column) < COLUMN_CHARACTERS:
            return False
    halves = [side for side in sides if side]
    turns = sum(a != b for a, b in pairwise(halves))
    return turns > len(halves) / 2


def title_of(lines: list[Line], height: float) -> list[Line]:
    """The lines of the title: the largest words in the upper third; none if none stands out."""
    upper = [line for line in lines if line.middle[1] > height * 2 / 3 and WORD.search(line.text)]
    if not upper:
        return []
    size = max(line.size for line in upper)
    top = max(line.box[3] for line in upper if line.size > size * 0.9)
    title = [
        line for line in upper if line.size > size * 0.8 and abs(line.box[3] - top) < size * 1.5
    ]
    below = [line.size for line in lines if line not in title]
    stands_out = not below or size > 1.05 * sorted(below)[len(below) // 2]
    long = sum(len(line.text) for line in title) > TITLE_CHARACTERS
    return [] if long or not stands_out else title
