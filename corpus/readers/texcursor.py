"""A place in a LaTeX source: which group or environment ends where, which arguments come next."""

import re
from collections import Counter

from corpus.readers.texsource import group_ends

TOKEN = re.compile(
    r"""
    \\begin\s*\{(?P<begin>[^{}\n]{1,60})\} | \\end\s*\{(?P<end>[^{}\n]{1,60})\}
    | \\(?P<name>[A-Za-z@]+)(?P<star>\*?)[ \t]*(?P<newline>\n(?![ \t]*\n)[ \t]*)?
    | \\(?P<symbol>.) | (?P<math>\$\$?) | (?P<brace>[{}])
    | (?P<mark>---?|``|''|[?!]`|~|&|") | (?P<text>[^\\${}`'?!~&"-]+|.)
    """,
    re.X | re.S,
)
ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([^{}\n]{1,60})\}")
OVERLAY = re.compile(r"[ \t]*<(?=[^<>]*[\d+.@:-])[\w+.,|@():/ -]{1,60}>")
OPTION = re.compile(r"\s*\[((?:[^\[\]{}]|\{[^{}]{0,300}\}){0,600})\]")
SPACE = re.compile(r"(?:[ \t]|\n(?![ \t]*\n))*")
IN_DOLLARS = re.compile(r"\\.|[{}$]|\n[ \t]*\n", re.S)


def environment_ends(text: str) -> dict[int, tuple[int, int]]:
    """(where it ends, where what follows begins) of each environment that begins at a key."""
    ends: dict[int, tuple[int, int]] = {}
    opened: list[tuple[str, int]] = []
    waiting: Counter[str] = Counter()
    for match in ENVIRONMENT.finditer(text):
        if match[1] == "begin":
            while match[2] == "frame" and waiting["frame"]:  # frames do not nest
                name, start = opened.pop()
                waiting[name] -= 1
                ends[start] = match.start(), match.start()
            opened.append((match[2], match.start()))
            waiting[match[2]] += 1
        elif waiting[match[2]]:
            name = ""
            while name != match[2]:  # an environment that nobody closed ends with its holder
                name, start = opened.pop()
                waiting[name] -= 1
                ends[start] = match.start(), match.end() if name == match[2] else match.start()
    ends.update((start, (len(text), len(text))) for _, start in opened)
    return ends


class Cursor:
    """Reads a source from `at` to `end`, which `span` moves.

    Attributes:
        groups: where each group closes, by where it opens.
        environments: where each environment ends and what follows begins, by where it begins.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.groups = group_ends(text)
        self.environments = environment_ends(text)
        self.at = 0
        self.end = len(text)

    def span(self, start: int, end: int) -> str:
        """The Markdown of a stretch; whoever converts says what that is."""
        raise NotImplementedError

    def overlay(self) -> None:
        """Passes over ``<2->``."""
        if match := OVERLAY.match(self.text, self.at, self.end):
            self.at = match.end()

    def option(self) -> str | None:
        """What the brackets right here hold, in Markdown; None if there are none."""
        self.overlay()
        match = OPTION.match(self.text, self.at, self.end)
        if match is None:
            return None
        self.at = match.end()
        return self.span(match.start(1), match.end(1)).strip()

    def options(self) -> str | None:
        """Passes over all overlays and brackets here; what the last ones held."""
        last = None
        while (found := self.option()) is not None:
            last = found
        return last

    def range(self, end: int) -> tuple[int, int]:
        """From where to where the next argument goes; passes over it."""
        space = SPACE.match(self.text, self.at)
        start = space.end() if space else self.at
        if start >= end:
            return self.at, self.at
        if self.text[start] == "{":
            close = self.groups.get(start, end + 1)
            if close > end:
                return self.at, self.at
            self.at = close
            return start + 1, close - 1
        token = TOKEN.match(self.text, start)
        if token is None or token["begin"] or token["end"] or token["brace"]:
            return self.at, self.at
        self.at = start + 1 if token["text"] else token.end()
        return start, self.at

    def argument(self, end: int) -> str:
        """The next argument in Markdown."""
        return self.span(*self.range(end)).strip()

    def raw(self, end: int) -> str:
        """The next argument as it is written."""
        start, stop = self.range(end)
        return self.text[start:stop].strip()

    def has_group(self) -> bool:
        """Whether a group comes next."""
        space = SPACE.match(self.text, self.at)
        return self.text.startswith("{", space.end() if space else self.at)

    def dollar_end(self, end: int) -> int:
        r"""Where the dollar is that closes the equation here, past those in ``\text{…}``."""
        depth = 0
        for match in IN_DOLLARS.finditer(self.text, self.at, end):
            if match[0][0] == "\n":
                break
            depth += {"{": 1, "}": -1}.get(match[0], 0)
            if match[0] == "$" and depth <= 0:
                return match.start()
        return -1
