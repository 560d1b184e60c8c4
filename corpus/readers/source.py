"""Source code: a section per top-level definition, with the lines it takes.

Python is split by its syntax tree; other languages, and Python that does not parse, at empty
lines before something that is not indented. Nothing is run.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.document import Location, Section, clean
from corpus.readers import Content
from corpus.readers.text import decoded

LONG = 60  # lines; a class longer than this is split at its methods, other code at empty lines
SHORT = 12  # lines of a definition after which what has no name begins a stretch

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
NAMED = re.compile(
    r"""
    (?:(?:export|default|public|private|protected|static|final|abstract|async|pub|inline)\s+)*
    (?:
      function\s+(?:[^=\n(]*=\s*)?(?P<function>[\w.!]+)      # JavaScript, MATLAB, Julia
      | (?:class|struct|interface|enum|module|namespace|def|fn|func|macro)\s+(?P<type>\w+)
      | (?P<shell>[\w-]+)\s*\(\)\s*\{
      | (?:const\s+|let\s+|var\s+)?(?P<assigned>[\w.]+)\s*(?:<-|=)\s*(?:async\s*)?
        (?:function\b|\([^()\n]*\)\s*=>)                     # R, JavaScript
      | [A-Za-z_][\w:<>,*&\[\] ]*[\s*&](?P<c>~?[\w:]+)\s*\([^;{}]*\)\s*(?:const\s*)?\{?\s*$
    )
    """,
    re.X,
)
SECTION_NAME = re.compile(r"\[+(?P<name>[\w. -]+)\]+\s*$|(?P<key>[\w-]+):\s*$")  # TOML, YAML
NOT_NAMES = {"if", "for", "while", "switch", "else", "return", "catch", "elseif", "do", "try"}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines `first` to `last` of the file, counted from 1, and what they define."""

    first: int
    last: int
    names: tuple[str, ...] = ()


def read(data: bytes) -> Content:
    """Reads a file of source code.

    Raises:
        MaterialError: if the bytes are not text.
    """
    text = decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    tree = python_tree(text)
    found = by_definition(tree.body, lines) if tree else by_empty_lines(lines)
    sections: list[Section] = []
    for stretch in found:
        first, last = trimmed(stretch, lines)
        if code := clean("\n".join(lines[first - 1 : last]), code=True):
            label = f"líneas {first}–{last}" if last > first else f"línea {first}"
            location = Location("section", len(sections) + 1, None, label)
            sections.append(Section(code, location, stretch.names))
    return Content(None, tuple(sections))


def trimmed(stretch: Stretch, lines: list[str]) -> tuple[int, int]:
    """The stretch's first and last line that are not empty."""
    first, last = stretch.first, stretch.last
    while first < last and not lines[first - 1].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    return first, last


def python_tree(text: str) -> ast.Module | None:
    """The syntax tree if the text is Python; JSON or YAML that happens to parse is not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as '\d' in a string that is not raw
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    telling = (*Definition.__args__, ast.Import, ast.ImportFrom, ast.For, ast.If, ast.With)
    calls = (ast.Assign, ast.Expr)
    is_python = any(
        isinstance(node, telling) or (isinstance(node, calls) and isinstance(node.value, ast.Call))
        for node in tree.body
    )
    return tree if is_python else None


def by_definition(
    body: list[ast.stmt],
    lines: list[str],
    above: tuple[str, ...] = (),
    start: int = 1,
    end: int = 0,
) -> Iterator[Stretch]:
    """Each definition with the comments right above it, and what stands between definitions."""
    at = start
    for node in body:
        if not isinstance(node, Definition):
            continue
        first = max(at, with_comments(first_line(node), lines))
        if first > at:
            yield Stretch(at, first - 1, above)
        last = node.end_lineno or node.lineno
        names = (*above, node.name)
        if isinstance(node, ast.ClassDef) and last - first >= LONG and not above:
            yield from by_definition(node.body, lines, names, first, last)
        elif last >= first:
            yield Stretch(first, last, names)
        at = max(at, last + 1)
    last = end or len(lines)
    if at <= last:
        yield Stretch(at, last, above)


def first_line(node: Definition) -> int:
    """Where a definition begins, decorators included."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def with_comments(first: int, lines: list[str]) -> int:
    """`first`, or the first of the comment lines right above it."""
    while first > 1 and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    return first


def by_empty_lines(lines: list[str]) -> Iterator[Stretch]:
    """Stretches that begin after an empty line with something that is not indented.

    A file that fits in one stretch stays whole.
    """
    if len(lines) <= LONG:
        yield Stretch(1, len(lines))
        return
    first, name = 1, name_of(lines[0])
    for at in range(2, len(lines) + 1):
        line = lines[at - 1]
        if lines[at - 2].strip() or not line.strip() or line[0] in " \t})]":
            continue
        here = name_after(lines, at)
        if (here and here != name) or at - first >= (SHORT if name else LONG):
            yield Stretch(first, at - 1, (name,) if name else ())
            first, name = at, here
    yield Stretch(first, len(lines), (name,) if name else ())


def name_after(lines: list[str], at: int) -> str:
    """What the first line of code from line `at` on defines, comments skipped."""
    for line in lines[at - 1 : at + 20]:
        if not line.strip():
            return ""
        if not re.match(r"\s*(?:#|//|%|/\*|\*|--|\"\"\")", line):
            return name_of(line)
    return ""


def name_of(line: str) -> str:
    """The name of what a line begins to define; empty if it defines nothing."""
    if len(line) > 500 or line[:1] in (" ", "\t"):
        return ""
    if match := NAMED.match(line):
        name = next(filter(None, match.groups()), "")
        return "" if name in NOT_NAMES or line.split("(")[0].strip() in NOT_NAMES else name
    match = SECTION_NAME.match(line)
    return (match["name"] or match["key"]) if match else ""
