"""Markdown: one section per heading, with the headings above it as its breadcrumb.

Every heading opens a section, counted from 1; text before the first heading is section 1 of its
own. Comments are dropped: a translated file often keeps its English original in them. HTML tags
that only arrange text go and their text stays. What a code fence holds is left as it is.
"""

import re
from html import unescape
from re import Match

import yaml
from markdown_it import MarkdownIt

from corpus.document import clean
from corpus.readers import Content, html
from corpus.readers.fences import CODE
from corpus.readers.outline import (
    CLOSES,
    OPENS,
    SOLVES,
    Heading,
    Path,
    boxed,
    first_title,
    names,
    sections,
    solutions_apart,
    under,
)
from corpus.readers.text import decoded
from corpus.roles import marks_solution, shows_solution

__all__ = ["Heading", "headings", "names", "plain", "read", "split", "tidy"]


FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.M | re.S)
KEY_VALUE = re.compile(r"[\w.-]+[ \t]*:(?:[ \t].*)?|[ \t]+.*|- .*|#.*|")
TITLE = re.compile(r"^title:[ \t]*[\"']?(?P<title>.+?)[\"']?[ \t]*$", re.M)
MAX_FRONT_MATTER = 20_000  # characters

MARKS = re.compile(
    r"[*`]|!?\[(?P<label>[^]\[]*)\]\([^()]*\)|<[^<>]+>|\\(?=[_#*])|[ ]+\{#[^}]*\}[ ]*$"
)

ATTRIBUTES = r"""(?:\s+[\w:-]+(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))?)*\s*/?>"""
TIDIED = re.compile(
    rf"""
    (?P<code>{CODE})
    | (?P<comment><!--.*?(?:-->|\Z))
    | (?P<note>^[ ]{{0,3}}\[(?://|comment)\]:[ ]*(?:\#|<>)[ ][^\n]*$)
    | (?P<unseen><(?P<tag>script|style)\b(?:(?!<(?P=tag)\b).)*?</(?P=tag)\s*>)
    | (?P<table><table\b(?:(?!<table\b).)*?</table\s*>)
    | ^[ \t]*<h(?P<level>[1-6]){ATTRIBUTES}(?P<heading>[^\n]{{1,500}}?)</h(?P=level)>[ \t]*$
    | (?P<opens><details{ATTRIBUTES})
    | (?P<closes></details\s*>)
    | ^[ ]{{0,3}}:{{3,}}[ \t]*(?:(?P<box>[^\s:][^\n]*))?$
    | <summary{ATTRIBUTES}\s*(?P<summary>[^\n]{{1,500}}?)\s*</summary>
    | <img\b(?=[^<>\n]*?\balt=["'](?P<alt>[^"'<>\n]*)["'])[^<>\n]*>
    | (?P<line><br{ATTRIBUTES}\n?)
    | (?P<arranging></?(?:summary|div|center|p|span|font|figure|figcaption|section|article
        |picture|img|source|iframe|a|hr|small|big|u|nobr){ATTRIBUTES})
    """,
    re.M | re.S | re.I | re.X,
)
# The words of “::: {.solution}”, “:::{solution} ejercicio-1”, “::: solution”: its first one
# in braces or not, and classes.
NAMED_BOX = re.compile(r"(?:^\{?|[\s{]\.)([^\W\d_][\w-]*)")
DIRECTIVE = re.compile(  # MyST’s, in a fence
    r"(?P<fence>`{3,}|~{3,})\{(?:solution|answer)\w*\}[^\n]*\n(?P<inner>.*?)\n?(?P=fence)[`~]*",
    re.S,
)
MATHS = re.compile(
    rf"(?P<code>{CODE})|\$\$(?:(?!\$\$|\n[ \t]*\n).)+\$\$|\\\[(?:(?!\\[\[\]]|\n[ \t]*\n).)+\\\]",
    re.M | re.S | re.X,
)
PARSER = MarkdownIt("commonmark").disable("inline")  # only blocks are asked for


def plain(heading: str) -> str:
    """A heading without Markdown's marks, on one line."""
    text = MARKS.sub(lambda match: match["label"] or "", heading)
    return " ".join(clean(unescape(text)).strip("# ").split())


def tidy(text: str) -> str:
    """`text` without comments and without the HTML that only arranges it; code as it was."""
    return TIDIED.sub(tidied, text)


def tidied(match: Match[str]) -> str:
    """What stays of one match of `TIDIED`."""
    if match["code"]:
        directive = DIRECTIVE.fullmatch(match[0].strip())
        return boxed(directive["inner"]) if directive else match[0]
    if match["opens"]:
        return f"\n\n{OPENS}\n\n"
    if match["closes"]:
        return f"\n\n{CLOSES}\n\n"
    if match["box"]:
        solves = any(map(marks_solution, NAMED_BOX.findall(match["box"])))
        return f"\n\n{OPENS}{SOLVES}\n\n" if solves else f"{match[0]}\n\n{OPENS}\n\n"
    if match[0].lstrip().startswith(":::"):
        return f"\n\n{CLOSES}\n\n"
    if match["table"]:
        return f"\n\n{html.fragment(match[0])}\n\n"
    if match["heading"]:
        return f"\n{'#' * int(match['level'])} {plain(match['heading'])}\n"
    if match["summary"]:
        said = plain(match["summary"])
        return f"\n\n{SOLVES if shows_solution(said) else ''}**{said}**\n\n"
    return match["alt"] or ("\n" if match["line"] else "")


def headings(text: str) -> list[tuple[int, int, int, str]]:
    """(first line, line after, level, title) of each heading, as CommonMark sees them.

    A line of a displayed equation that is only ``=`` or ``-`` makes no heading of the one above.
    """
    tokens = PARSER.parse(MATHS.sub(masked, text))
    return [
        (token.map[0], token.map[1], int(token.tag[1]), plain(tokens[at + 1].content))
        for at, token in enumerate(tokens)
        if token.type == "heading_open" and token.map and token.level == 0
    ]


def masked(match: Match[str]) -> str:
    """A displayed equation of several lines as as many lines of nothing special."""
    if match["code"] or "\n" not in match[0]:
        return match[0]
    return re.sub(r"[^\n]+", "·", match[0])


def split(text: str, above: Path = ()) -> list[tuple[Path, str]]:
    """(breadcrumb, body) of each section of `text`, in order; bodies may be empty.

    `above` are the headings that `text` stands under.
    """
    lines = text.split("\n")
    found = headings(text)
    first = found[0][0] if found else len(lines)
    parts: list[tuple[Path, str]] = []
    if preamble := "\n".join(lines[:first]).strip():
        parts.append((above, preamble))
    path = above
    starts = [start for start, *_ in found] + [len(lines)]
    for (_, body, level, title), end in zip(found, starts[1:], strict=True):
        path = under(path, level, title)
        parts.append((path, "\n".join(lines[body:end])))
    return solutions_apart(parts)


def front_matter(text: str) -> tuple[str | None, str]:
    """The title that the YAML at the beginning gives, if any, and the text below it."""
    match = FRONT_MATTER.match(text)
    if match is None or len(match["yaml"]) > MAX_FRONT_MATTER:
        return None, text
    try:
        # With the base loader everything is text: nothing is built and a wrong date is no error.
        fields = yaml.load(match["yaml"], Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError):
        # “title: Clase 5: Softmax” is no YAML, and people write it.
        if not all(KEY_VALUE.fullmatch(line) for line in match["yaml"].split("\n")):
            return None, text
        found = TITLE.search(match["yaml"])
        fields = {"title": found["title"] if found else ""}
    if not isinstance(fields, dict):
        return None, text  # two rules with text between them: slides made with Marp, for one
    title = fields.get("title")
    return (plain(title) or None) if isinstance(title, str) else None, text[match.end() :]


def read(data: bytes) -> Content:
    """Reads a Markdown file.

    Raises:
        MaterialError: if the bytes are not text.
    """
    text = decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    title, body = front_matter(text)
    parts = split(tidy(body))
    return Content(title or first_title(parts), sections(parts))
