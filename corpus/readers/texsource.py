r"""LaTeX source made plain before it is converted: comments gone, code set aside, macros expanded.

Only what `\newcommand`, `\def` and `\DeclareMathOperator` define in the file itself is expanded;
packages are not read, so their commands are known by name or not at all.
"""

import re
from dataclasses import dataclass
from re import Match

from corpus.readers.fences import fenced

MAX_GROWTH = 4  # times the file's size, or the slack below, that expanded macros may take
SLACK = 200_000  # characters
MAX_ROUNDS = 8  # macros within macros

OPEN, CLOSE = "\ue000", "\ue001"
MARKS = re.compile("[\ue000-\ue00f]")
VERBATIM = "verbatim|Verbatim|BVerbatim|lstlisting|minted|pythoncode|alltt|semiverbatim"
SET_ASIDE = re.compile(
    rf"""
    \\begin\{{(?P<verbatim>{VERBATIM})(?P<star>\*?)\}}
      (?P<code>(?:(?!\\begin\{{(?P=verbatim)).)*?)\\end\{{(?P=verbatim)(?P=star)\}}
    | \\begin\{{(?P<unseen>comment|filecontents)(?P<star2>\*?)\}}
      (?:(?!\\begin\{{(?P=unseen)).)*?\\end\{{(?P=unseen)(?P=star2)\}}
    | \\(?:verb|lstinline(?:\[[^\]\n]*\])?)\*?(?P<delimiter>[^\sA-Za-z*{{\\])
      (?P<short>[^\n]*?)(?P=delimiter)
    | \\(?:lstinline(?:\[[^\]\n]*\])?|mintinline(?:\[[^\]\n]*\])?\{{[^}}\n]*\}})
      \{{(?P<braced>[^{{}}\n]*)\}}
    | (?P<address>\\(?:url|href|path|nolinkurl)\s*\{{[^{{}}\n]*\}})
    | \\iffalse\b(?:(?!\\iffalse\b).)*?\\fi\b
    | (?P<escaped>\\.)
    | %[^\n]*(?:\n[ \t]*(?![ \t\n]))?                      # an empty line below it stays
    """,
    re.S | re.X,
)
LANGUAGE = re.compile(
    r"\A\s*(?:\[[^\]]*?language=\{?(?P<listing>[\w+#]+)[^\]]*\]|\[[^\]]*\])?"
    r"(?:\{(?P<minted>[\w+#]+)\})?[ \t]*\n?"
)
DEFINITION = re.compile(
    r"""
    \\(?:(?:re)?newcommand|providecommand|newrobustcmd|DeclareRobustCommand)\*?\s*
      (?:\{\s*\\(?P<name>[A-Za-z]+)\s*\}|\\(?P<bare>[A-Za-z]+))\s*
      (?:\[(?P<count>\d)\])?\s*(?:\[(?P<default>[^\]]*)\])?\s*(?=\{)
    | \\def\s*\\(?P<def>[A-Za-z]+)(?P<parameters>(?:\#\d)*)\s*(?=\{)
    | \\DeclareMathOperator(?P<star>\*?)\s*\{\s*\\(?P<operator>[A-Za-z]+)\s*\}\s*(?=\{)
    """,
    re.X,
)
BRACE = re.compile(r"\\.|[{}]", re.S)
OPTION = re.compile(r"\s*\[([^\]]{0,500})\]")
ARGUMENT = re.compile(r"\s*(\\[A-Za-z]+|\\.|[^\s}])")
COMMAND = re.compile(r"\\([A-Za-z]+)")


@dataclass(frozen=True, slots=True)
class Macro:
    """A command that the file defines: how many arguments, the first one's default, its body."""

    arguments: int
    default: str | None
    body: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file made plain.

    Attributes:
        preamble: what comes before the document's beginning.
        body: the document, with a mark in the place of each piece of code.
        code: the pieces of code as Markdown, in the order of their marks' numbers.
    """

    preamble: str
    body: str
    code: tuple[str, ...]


def group_ends(text: str) -> dict[int, int]:
    """Where each group that opens at a key closes, after its brace; those that close only."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for match in BRACE.finditer(text):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}" and opened:
            ends[opened.pop()] = match.end()
    return ends


def prepared(text: str) -> Source:
    """A file's source without comments, with its code set aside and its own macros expanded."""
    code: list[str] = []

    def aside(match: Match[str]) -> str:
        if match["escaped"] or match["address"]:
            return match[0]
        if match["verbatim"]:
            code.append(listing(match["verbatim"], match["code"]))
            return f"\n\n{OPEN}{len(code) - 1}{CLOSE}\n\n"
        if match["delimiter"] or match["braced"]:
            code.append(f"`{match['short'] or match['braced'] or ''}`")
            return f"{OPEN}{len(code) - 1}{CLOSE}"
        return ""

    plain = SET_ASIDE.sub(aside, MARKS.sub("", text))
    preamble, begun, body = plain.partition("\\begin{document}")
    if not begun:  # a chapter that another file includes
        preamble, body = "", plain
    body = body.partition("\\end{document}")[0]
    macros, preamble = definitions(preamble)
    more, body = definitions(body)
    return Source(preamble, expanded(body, {**macros, **more}), tuple(code))


def listing(environment: str, code: str) -> str:
    """A code environment as a fence."""
    language = ""
    if environment not in ("verbatim", "alltt", "semiverbatim"):
        match = LANGUAGE.match(code)
        if match:
            language, code = match["listing"] or match["minted"] or "", code[match.end() :]
    return fenced(dedented(code.strip("\n")), language)


def dedented(code: str) -> str:
    """`code` without the indentation that all its lines share, nor that of the closing line."""
    lines = [line.rstrip() for line in code.expandtabs(4).split("\n")]
    shared = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    return "\n".join(line[shared:] for line in lines)


def definitions(text: str) -> tuple[dict[str, Macro], str]:
    """The commands that `text` defines, and `text` without their definitions."""
    macros: dict[str, Macro] = {}
    rest: list[str] = []
    at, ends = 0, group_ends(text)
    for match in DEFINITION.finditer(text):
        end = ends.get(match.end(), 0)
        if match.start() < at or not end:
            continue
        body = text[match.end() + 1 : end - 1]
        if match["operator"]:
            body = rf"\operatorname{match['star']}{{{body}}}"
        name = match["name"] or match["bare"] or match["def"] or match["operator"]
        count = int(match["count"] or 0) or len(match["parameters"] or "") // 2
        macros[name] = Macro(count, match["default"], body)
        rest.append(text[at : match.start()])
        at = end
    return macros, "".join(rest) + text[at:]


def expanded(text: str, macros: dict[str, Macro]) -> str:
    """`text` with `macros` expanded, as far as that does not make it grow without measure."""
    limit = max(MAX_GROWTH * len(text), len(text) + SLACK)
    for _ in range(MAX_ROUNDS):
        once = expanded_once(text, macros, limit)
        if once is None or once == text:
            break
        text = once
    return text


def expanded_once(text: str, macros: dict[str, Macro], limit: int) -> str | None:
    """`text` with each macro in it replaced by its body; None if that passes `limit`."""
    pieces: list[str] = []
    at, size, ends = 0, len(text), group_ends(text)
    for match in COMMAND.finditer(text):
        macro = macros.get(match[1])
        if macro is None or match.start() < at:
            continue
        arguments, end = arguments_at(text, match.end(), macro, ends)
        if arguments is None:
            continue
        body = filled(macro.body, arguments)
        size += len(body)
        if size > limit:
            return None
        pieces += [text[at : match.start()], body]
        at = end
    return "".join(pieces) + text[at:]


def filled(body: str, arguments: dict[str, str]) -> str:
    """A macro's body with its arguments in the place of their numbers."""
    return re.sub(r"#([1-9])", lambda number: arguments.get(number[1], ""), body)


def arguments_at(
    text: str, at: int, macro: Macro, ends: dict[int, int]
) -> tuple[dict[str, str] | None, int]:
    """A macro's arguments by number and where they end; None if they are not there."""
    found: dict[str, str] = {}
    for number in range(1, macro.arguments + 1):
        if number == 1 and macro.default is not None:
            option = OPTION.match(text, at)
            found["1"], at = (option[1], option.end()) if option else (macro.default, at)
            continue
        token = ARGUMENT.match(text, at)
        if token is None:
            return None, at
        if token[1] != "{":
            found[str(number)], at = token[1], token.end()
        elif end := ends.get(token.start(1)):
            found[str(number)], at = text[token.end() : end - 1], end
        else:
            return None, at
    return found, at
