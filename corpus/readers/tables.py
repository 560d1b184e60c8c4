"""Tables as Markdown, whatever format they come from."""

from collections.abc import Sequence

MOST_EMPTY = 0.5  # a grid with more empty cells than this is a drawing


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """`rows` as a Markdown table whose first row is the head; empty if it is no table.

    A table has at least two rows and two columns, and text in most of its cells.
    """
    width = max((len(row) for row in rows), default=0)
    cells = [[cell_text(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    cells = [row for row in cells if any(row)]
    full = sum(bool(cell) for row in cells for cell in row)
    if width < 2 or len(cells) < 2 or full < (1 - MOST_EMPTY) * width * len(cells):
        return ""
    head, *body = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([head, "|" + " --- |" * width, *body])


def cell_text(cell: str) -> str:
    """A cell on one line, with its bars escaped."""
    return " ".join(cell.split()).replace("|", "\\|")
