"""LaTeX sources: one section per Beamer frame, or per heading of an article.

Overlays show all that they ever show. Frames are counted from 1 over all of them; the pages of
the PDF made from them are more when overlays are used. Files that the source includes are not
read with it.
"""

import re
from dataclasses import dataclass

from corpus.document import Section, clean, numbered
from corpus.readers import Content
from corpus.readers.outline import (
    SOLVES,
    Path,
    first_title,
    names,
    sections,
    solutions_apart,
    under,
)
from corpus.readers.texmarkdown import (
    CELL,
    FRAME,
    FRAME_END,
    FRAME_TEXT,
    ITEM,
    ITEM_TEXT,
    TITLE,
    TITLE_END,
    TexConverter,
    paragraphs,
)
from corpus.readers.texsource import Source, group_ends, prepared
from corpus.readers.text import decoded
from corpus.roles import SOLUTION

PIECES = re.compile(
    f"(?P<frame>{FRAME}(?P<title>[^{FRAME_TEXT}]*){FRAME_TEXT}(?P<text>[^{FRAME_END}]*){FRAME_END})"
    f"|{TITLE}(?P<level>[0-6])(?P<heading>[^{TITLE_END}]*){TITLE_END}"
)
FRAME_TITLE = re.compile(f"{TITLE}9([^{TITLE_END}]*){TITLE_END}")
LEFT_MARKS = re.compile(f"{TITLE}\\d|[{TITLE}-{CELL}] ?")
CODE = re.compile("\ue000(\\d+)\ue001")
CODE_BLOCK = re.compile("^(?P<before>[^\n\ue000]*)\ue000(?P<number>\\d+)\ue001$", re.M)
TITLE_COMMAND = re.compile(r"\\(title|subtitle|author|institute|date)\s*(?:\[[^\]]{0,300}\]\s*)?\{")
LIST_MARK = re.compile(r"[ \t]*(?:[-*] |\d+\. )?")


@dataclass(frozen=True, slots=True)
class Frame:
    """A slide: the headings it stands under, and its text."""

    headings: tuple[str, ...]
    text: str


def title_fields(preamble: str) -> dict[str, str]:
    """What the title page says, by the name of the command that gives it."""
    fields, ends = {}, group_ends(preamble)
    for match in TITLE_COMMAND.finditer(preamble):
        if end := ends.get(match.end() - 1):
            text = TexConverter(preamble[match.end() : end - 1]).converted()
            fields[match[1]] = " ".join(clean(LEFT_MARKS.sub("", text)).split())
    return fields


def finished(text: str, code: tuple[str, ...]) -> str:
    """Markdown with its paragraphs apart and its code back in place."""
    text = text.replace(ITEM, "\n- ").replace(ITEM_TEXT, " ")
    text = paragraphs(re.sub(r"(?<=\S) {2,}", " ", LEFT_MARKS.sub("", text)))

    def block(match: re.Match[str]) -> str:
        mark = LIST_MARK.match(match["before"])
        indent = " " * len(mark[0] if mark else "")
        return match["before"] + code[int(match["number"])].replace("\n", "\n" + indent)

    text = CODE_BLOCK.sub(block, text)
    text = CODE.sub(lambda match: code[int(match[1])], text)
    return clean(text, code=True)


def read(data: bytes) -> Content:
    """Reads a LaTeX file.

    Raises:
        MaterialError: if the bytes are not text or the source is nested without end.
    """
    text = decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    source = prepared(text)
    fields = title_fields(source.preamble or source.body)
    converter = TexConverter(source.body, "\n\n".join(filter(None, fields.values())))
    markdown = converter.converted()
    title = fields.get("title") or None
    warnings = left_out(converter)
    if FRAME not in markdown:
        parts = list(article(markdown, source))
        return Content(title or first_title(parts), sections(parts), warnings)
    return deck(frames(markdown, source), title, warnings)


def left_out(converter: TexConverter) -> tuple[str, ...]:
    """What the source has and the text has not."""
    found = []
    if converter.included:
        files = ", ".join(dict.fromkeys(name or "?" for name in converter.included))
        found.append(f"incluye archivos que se leen aparte: {files}")
    if converter.notes:
        found.append(f"notas del expositor que no se leen: {converter.notes}")
    return tuple(found)


def article(markdown: str, source: Source) -> list[tuple[Path, str]]:
    """(breadcrumb, body) of each headed stretch."""
    parts: list[tuple[Path, str]] = []
    path: Path = ()
    at = 0
    for match in PIECES.finditer(markdown):
        parts.append((path, markdown[at : match.start()]))
        path = under(path, int(match["level"]), finished(match["heading"], source.code))
        at = match.end()
    parts.append((path, markdown[at:]))
    bodies = [(above, finished(body, source.code)) for above, body in solutions_apart(parts)]
    return [(above, body) for above, body in bodies if body or above]


def frames(markdown: str, source: Source) -> list[Frame]:
    """Every frame, in order."""
    found: list[Frame] = []
    path: Path = ()
    for match in PIECES.finditer(markdown):
        if not match["frame"]:
            path = under(path, int(match["level"]), finished(match["heading"], source.code))
            continue
        inner = FRAME_TITLE.search(match["text"])
        title = finished(match["title"] or (inner[1] if inner else ""), source.code)
        solved = (SOLUTION,) if SOLVES in match["text"] else ()
        headings = (*names(path), *filter(None, [title]), *solved)
        text = finished(FRAME_TITLE.sub("\n\n", match["text"]), source.code)
        found.append(Frame(headings, text))
    return found


def deck(found: list[Frame], title: str | None, warnings: tuple[str, ...]) -> Content:
    """The frames that say something as sections, and which do not: there is no page to draw."""
    kept = tuple(
        Section(frame.text, numbered("slide", number), frame.headings)
        for number, frame in enumerate(found, start=1)
        if frame.text
    )
    empty = [number for number, frame in enumerate(found, start=1) if not frame.text]
    if empty:
        warnings = (*warnings, f"láminas sin texto: {', '.join(map(str, empty))}")
    titles = (name for frame in found for name in reversed(frame.headings) if name != SOLUTION)
    title = title or next(titles, None)
    return Content(title, kept, warnings)
