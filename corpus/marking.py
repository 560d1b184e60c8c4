"""Marking a quotation within a place that is shown as HTML, as a page's lines are in its picture.

Only letters are compared, so that a quotation of Markdown is found in what was drawn of it.
Formulas are drawn otherwise than they are written, so they are passed over on both sides. Marks go
around a text or a whole formula, so that every tag stays as it is.
"""

import re
from collections.abc import Iterator
from html import unescape

from corpus.document import letters
from corpus.fragments import markdown_html

LONGEST, SHORTEST = 1_000, 8  # characters of a quotation that are looked for; letters that tell
# A formula, or another tag, or a text, as the HTML that is made here has them.
PIECE = re.compile(r"""<math\b.*?</math>|<(?:"[^"]*"|'[^']*'|[^'">])*>|[^<]+""", re.S)
FENCE = re.compile(r"```\w*")  # is not drawn
CHARACTER = re.compile(r"&[#\w]+;|.", re.S)


def marked_html(html: str, quote: str) -> str:
    """`html` with as much of `quote` as begins it and is found in it within ``<mark>``.

    Args:
        html: of a place, made by `corpus.rendering`.
        quote: Markdown or code of that place; what is not found leaves `html` as it is.
    """
    where = [place for place, said in spelt(html) for _ in said]
    there = "".join(said for _, said in spelt(html))
    words = FENCE.sub(" ", quote[:LONGEST]).split()
    while words:
        wanted = "".join(said for _, said in spelt(markdown_html(" ".join(words))))
        if len(wanted) < SHORTEST:
            break
        at, end = there.find(wanted), there.find(wanted) + len(wanted)
        within_word = end < len(where) and where[end - 1][1] == where[end][0]
        if at >= 0 and not within_word:  # a quotation may have been cut anywhere
            return with_marks(html, where[at][0], where[end - 1][1])
        words.pop()
    return html


def spelt(html: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Where each character of the text of `html` stands, (start, end), and its letters."""
    for piece in PIECE.finditer(html):
        if not piece[0].startswith("<"):
            for one in CHARACTER.finditer(html, *piece.span()):
                if said := letters(unescape(one[0])):
                    yield one.span(), said


def with_marks(html: str, start: int, end: int) -> str:
    """`html` with a mark around the texts and formulas between two places."""

    def marked(piece: re.Match[str]) -> str:
        if piece[0].startswith("<math") and start < piece.start() < end:
            return f"<mark>{piece[0]}</mark>"
        first, last = (min(max(at - piece.start(), 0), len(piece[0])) for at in (start, end))
        inside = piece[0][first:last]
        if piece[0].startswith("<") or not inside.strip():
            return piece[0]
        return f"{piece[0][:first]}<mark>{inside}</mark>{piece[0][last:]}"

    return PIECE.sub(marked, html)
