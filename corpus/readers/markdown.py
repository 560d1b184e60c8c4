"""Markdown: one section per heading, with the headings above it as its breadcrumb.

Every heading opens a section, counted from 1; text before the first heading is section 1 of its
own. Comments are dropped: a translated file often keeps its English original in them.
"""

import re

from markdown_it import MarkdownIt

from corpus.document import Location, Section, clean
from corpus.readers import Content
from corpus.readers.text import decoded

COMMENT = re.compile(r"<!--.*?(-->|\Z)", re.S)
FRONT_MATTER = re.compile(r"\A---\n(?P<yaml>.*?)\n---[ \t]*(\n|\Z)", re.S)
TITLE = re.compile(r"^title:[ \t]*[\"']?(?P<title>.+?)[\"']?[ \t]*$", re.M)
MARKS = re.compile(r"[*`]|\[(?P<label>[^]]*)\]\([^)]*\)|<[^>]+>|\\(?=[_#*])")


def plain(heading: str) -> str:
    """A heading without Markdown's marks."""
    return clean(MARKS.sub(lambda match: match["label"] or "", heading)).strip("# ").strip()


def headings(text: str) -> list[tuple[int, int, int, str]]:
    """(first line, line after, level, title) of each heading, as CommonMark sees them."""
    tokens = MarkdownIt("commonmark").parse(text)
    return [
        (token.map[0], token.map[1], int(token.tag[1]), plain(tokens[at + 1].content))
        for at, token in enumerate(tokens)
        if token.type == "heading_open" and token.map and token.level == 0
    ]


Heading = tuple[int, str]
"""A heading's level, 1 to 6, and its title."""


def split(text: str, above: tuple[Heading, ...] = ()) -> list[tuple[tuple[Heading, ...], str]]:
    """(breadcrumb, body) of each section of `text`, in order; bodies may be empty.

    `above` are the headings that `text` stands under.
    """
    lines = text.split("\n")
    found = headings(text)
    first = found[0][0] if found else len(lines)
    parts: list[tuple[tuple[Heading, ...], str]] = []
    if preamble := "\n".join(lines[:first]).strip():
        parts.append((above, preamble))
    path = above
    starts = [start for start, *_ in found] + [len(lines)]
    for (_, body, level, title), end in zip(found, starts[1:], strict=True):
        path = (*(step for step in path if step[0] < level), (level, title))
        parts.append((path, "\n".join(lines[body:end])))
    return parts


def names(path: tuple[Heading, ...]) -> tuple[str, ...]:
    """The titles of a breadcrumb, empty ones left out."""
    return tuple(title for _, title in path if title)


def read(data: bytes) -> Content:
    """Reads a Markdown file."""
    text = decoded(data).replace("\r\n", "\n")
    title = None
    if front := FRONT_MATTER.match(text):
        found = TITLE.search(front["yaml"])
        title, text = plain(found["title"]) if found else None, text[front.end() :]
    text = COMMENT.sub("", text)
    sections = []
    for number, (headings_above, body) in enumerate(split(text), start=1):
        path = names(headings_above)
        title = title or (path[0] if path else None)
        label = f"§ {path[-1]}" if path else "inicio"
        if content := clean(body, code=True):
            sections.append(Section(content, Location("section", number, None, label), path))
    return Content(title, tuple(sections))
