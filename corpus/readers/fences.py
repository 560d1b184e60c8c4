"""Code in Markdown: where it is, so that it is left alone, and how to fence it."""

import re

LANGUAGE = re.compile(r"[A-Za-z][\w+#.-]{0,20}")
START = r"^[ \t>*+-]*+(?:\d{1,9}[.)][ \t]+)?"
CODE = rf"""
    {START}(?P<fence>`{{3,}}+(?=[^`\n]*+\n)|~{{3,}}+)[^\n]*+\n
        (?:.*?\n)??[ \t>]*+(?P=fence)[`~]*+[ \t]*$
    | {START}(?:`{{3,}}+[^`\n]*+|~{{3,}}+[^\n]*+)\n.*\Z                # a fence that nobody closed
    | (?<![`\\])(?P<ticks>`++)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)
"""
"""Fenced and inline code, for a larger pattern with the flags `re.M`, `re.S` and `re.X`."""

TEX_DELIMITERS = re.compile(
    rf"""
    (?P<code>{CODE})
    | \\\((?P<inline>(?:(?!\\[()]|\n[ \t]*\n).)+)\\\)
    | \\\[(?P<display>(?:(?!\\[\[\]]|\n[ \t]*\n).)+)(?<!\\)\\\]
    """,
    re.M | re.S | re.X,
)


def fenced(code: str, language: str = "") -> str:
    """`code` in a fence that is longer than any in it; `language` only if it looks like one."""
    longest = max((len(run) for run in re.findall(r"^[ \t]*(`{3,})", code, re.M)), default=2)
    fence = "`" * (longest + 1)
    name = language.lower() if LANGUAGE.fullmatch(language) else ""
    return f"{fence}{name}\n{code.rstrip()}\n{fence}"


def with_dollars(text: str) -> str:
    r"""`text` with ``\\(x\\)`` and ``\\[x\\]`` outside code as ``$x$`` and ``$$x$$``."""

    def dollars(match: re.Match[str]) -> str:
        if match["code"]:
            return match[0]
        if inline := match["inline"]:
            return f"${' '.join(inline.split())}$"
        return f"$${match['display'].strip()}$$"

    return TEX_DELIMITERS.sub(dollars, text)
