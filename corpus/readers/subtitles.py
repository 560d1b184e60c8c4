"""Subtitles of a recorded class (WebVTT or SubRip): a section for each minute or so.

Captions are joined and cut where a sentence ends; those that roll, each repeating the last line
of the one before, are said once. Tags, voices, notes and styles go. The formats are read by their
timing lines alone, because what players accept and people hand in is far from either standard.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from corpus.document import Location, Section, clean
from corpus.errors import MaterialError
from corpus.readers import Content
from corpus.readers.text import decoded

SHORTEST, LONGEST = 60.0, 90.0  # seconds of a stretch, when sentences end in time
REMNANT = 20.0  # seconds; a shorter last stretch joins the one before
TOGETHER = 1.5  # seconds between captions that roll
FEW = 5  # damaged lines that a warning names

CLOCK = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)(?:[.,](\d{1,3}))?"
TIMING = re.compile(rf"^\s*{CLOCK}\s*-->\s*{CLOCK}(?:\s.*)?$")
TAG = re.compile(r"</?(?:[vcibu]|ruby|rt|lang|font|s)\b[^<>]*>|<[\d:.]+>|\{\\[^{}]*\}", re.I)
SOUND = re.compile(r"\s*(?:\[[^\[\]]*\]|\([^()]*\)|[♪♫].*)\s*")  # [Música], (risas)
SPEAKER_MARK = re.compile(r"^(?:>>+|-|–)\s*")
SENTENCE_END = re.compile(r"[.?!…][\"”»')\]]*$")
BLOCK = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Caption:
    """What is said from `start` to `end`, in seconds."""

    start: float
    end: float
    lines: tuple[str, ...]


def seconds(hours: str | None, minutes: str, secs: str, fraction: str | None) -> float:
    """A clock's reading in seconds."""
    return (
        int(hours or 0) * 3600 + int(minutes) * 60 + int(secs)
        + int((fraction or "0").ljust(3, "0")) / 1000
    )  # fmt: skip


def said_lines(lines: list[str]) -> tuple[str, ...]:
    """The words of a caption's lines, without tags, sounds and marks of who speaks."""
    bare = (SPEAKER_MARK.sub("", clean(html.unescape(TAG.sub("", line)))) for line in lines)
    return tuple(line for line in bare if line and not SOUND.fullmatch(line))


def captions(text: str) -> tuple[list[Caption], list[int]]:
    """Every caption in order of time, and the numbers of the lines with damaged timings.

    What stands under a damaged timing is kept with the time of the caption before it.
    """
    found: list[Caption] = []
    damaged: list[int] = []
    is_vtt = text.lstrip().startswith("WEBVTT")
    first_line = 1
    for block in split_blocks(text):
        lines = block.split("\n")
        timings = [at for at, line in enumerate(lines) if "-->" in line]
        for at, after in pairwise([*timings, len(lines)]):
            last = found[-1].end if found else 0.0
            start, end = times(lines[at]) or (-1.0, -1.0)
            if not 0 <= start <= end:
                damaged.append(first_line + at)
                start = end = last
            # Where no empty line parts them, the next caption's number is under this one.
            stop = after - (after < len(lines) and lines[after - 1].strip().isdigit())
            found.append(Caption(start, end, said_lines(lines[at + 1 : stop])))
        if not timings and found and not is_vtt and not block.strip().isdigit():
            more = (*found[-1].lines, *said_lines(lines))  # an empty line inside a caption
            found[-1] = Caption(found[-1].start, found[-1].end, more)
        first_line += len(lines) + 1
    return sorted(found, key=lambda caption: caption.start), damaged


def split_blocks(text: str) -> Iterator[str]:
    """What empty lines part; each block with its own lines only, so that they can be counted."""
    at = 0
    for match in BLOCK.finditer(text):
        yield text[at : match.start()]
        at = match.end()
    yield text[at:]


def times(line: str) -> tuple[float, float] | None:
    """When a caption starts and ends; None if the line does not say it."""
    match = TIMING.match(line)
    if match is None:
        return None
    first, last = match.groups()[:4], match.groups()[4:]
    return seconds(*first), seconds(*last)


def unrolled(found: list[Caption]) -> list[Caption]:
    """The captions without what each repeats of the one before."""
    kept: list[Caption] = []
    for caption in found:
        lines = caption.lines
        before = kept[-1] if kept else None
        if before and lines and caption.start - before.end < TOGETHER:
            tail = before.lines
            same = next(
                (n for n in range(min(len(tail), len(lines)), 0, -1) if tail[-n:] == lines[:n]), 0
            )
            if same == 0 and lines[0].startswith(tail[-1] + " "):  # the line grows as it is said
                kept[-1] = Caption(before.start, before.end, tail[:-1])
            lines = lines[same:]
            if not lines:
                kept[-1] = Caption(before.start, max(before.end, caption.end), before.lines)
        if lines:
            kept.append(Caption(caption.start, caption.end, lines))
    return [caption for caption in kept if caption.lines]


def stretches(found: list[Caption]) -> list[list[Caption]]:
    """Captions in groups of about a minute that end with a sentence where one ends in time."""
    groups: list[list[Caption]] = []
    group: list[Caption] = []
    for caption in found:
        if group and caption.end - group[0].start > LONGEST:
            groups.append(group)
            group = []
        group.append(caption)
        if caption.end - group[0].start >= SHORTEST and SENTENCE_END.search(caption.lines[-1]):
            groups.append(group)
            group = []
    if group and groups and group[-1].end - group[0].start < REMNANT:
        groups[-1] += group
    elif group:
        groups.append(group)
    return groups


def clock(time: float) -> str:
    """A time as m:ss, or h:mm:ss from the first hour on."""
    minutes, secs = divmod(int(time), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def title_of(text: str) -> str | None:
    """What a WebVTT file says after its first word."""
    match = re.match(r"\s*WEBVTT[ \t]+(?:-[ \t]*)?(.+)", text)
    return clean(match[1]) or None if match else None


def read(data: bytes) -> Content:
    """Reads the subtitles of a recording.

    Raises:
        MaterialError: if there are no timings in it.
    """
    text = decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    found, damaged = captions(text)
    if not found or len(damaged) == len(found):
        raise MaterialError(
            "no tiene subtítulos con tiempos; expórtelos como WebVTT (.vtt) o SubRip (.srt)"
        )
    warnings: tuple[str, ...] = ()
    if damaged:
        lines = ", ".join(map(str, damaged[:FEW])) + (" …" if len(damaged) > FEW else "")
        warnings = (f"tiempos dañados en {len(damaged)} subtítulos, líneas {lines}",)
    sections = []
    for number, group in enumerate(stretches(unrolled(found)), start=1):
        start, end = group[0].start, max(caption.end for caption in group)
        label = f"minuto {clock(start)}–{clock(end)}"
        said = clean(" ".join(line for caption in group for line in caption.lines))
        sections.append(Section(said, Location("section", number, None, label)))
    return Content(title_of(text), tuple(sections), warnings)
