"""MathML as LaTeX: the TeX that the page carries with it, or else the presentation markup.

Only presentation MathML is converted; content MathML (``<apply>``) is read for its letters.
"""

import re
from collections.abc import Callable

from bs4 import Tag

from corpus.readers.symbols import LIMITS, OPERATORS, delimiter, joined, math, run_text

DISPLAY_STYLE = re.compile(r"^\{\s*\\(?:displaystyle|textstyle)\b\s*(?P<tex>.*)\}$", re.S)
STYLES = {"normal": "p", "bold": "b", "italic": "i", "bold-italic": "bi"}
OVER = {
    "^": "hat", "ˆ": "hat", "~": "tilde", "˜": "tilde", "¯": "bar", "‾": "overline", "_": "bar",
    "→": "vec", "⃗": "vec", "˙": "dot", ".": "dot", "¨": "ddot", "⏞": "overbrace",
    "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot",
}  # fmt: skip
UNDER = {"_": "underline", "⏟": "underbrace", "\u0332": "underline"}
BIG = ("∑", "∏", "⋃", "⋂", "∫", "⨁", "⨂")


def latex(node: Tag) -> str:
    """The TeX of a ``<math>`` element, without dollars; empty if it shows nothing."""
    for annotation in node.find_all(["annotation", "annotation-xml"]):
        if annotation.name == "annotation" and "tex" in str(annotation.get("encoding", "")).lower():
            return unwrapped(annotation.get_text())
    if alternative := str(node.get("alttext", "")).strip():
        return unwrapped(alternative)
    return " ".join(converted(node).split())


def displayed(node: Tag) -> bool:
    """Whether a ``<math>`` element stands on a line of its own."""
    return node.get("display") == "block" or node.get("mode") == "display"


def unwrapped(tex: str) -> str:
    r"""TeX on one line, without Wikipedia's ``{\displaystyle …}`` around it."""
    tex = " ".join(tex.split()).strip("$ ")
    match = DISPLAY_STYLE.match(tex)
    return match["tex"].strip() if match else tex


def converted(node: Tag) -> str:
    """The LaTeX of one element of presentation MathML."""
    convert = ELEMENTS.get(local_name(node))
    return convert(node) if convert else row(node)


def local_name(node: Tag) -> str:
    """The element's name without a prefix."""
    return node.name.rpartition(":")[2].lower()


def children(node: Tag) -> list[Tag]:
    """The elements right under `node`, without annotations."""
    return [
        child
        for child in node.find_all(True, recursive=False)
        if local_name(child) not in ("annotation", "annotation-xml", "mprescripts", "none")
    ]


def row(node: Tag) -> str:
    """The children side by side; the text itself of an element that has none."""
    inner = children(node)
    return joined(converted(child) for child in inner) if inner else math(node.get_text().strip())


def argument(parts: list[Tag], at: int) -> str:
    """The n-th child's LaTeX; empty if it is missing."""
    return converted(parts[at]) if at < len(parts) else ""


def letters(node: Tag) -> str:
    """An identifier: one letter is italic, a word upright."""
    text = node.get_text().strip()
    if text in OPERATORS:
        return rf"\{text}"
    style = STYLES.get(str(node.get("mathvariant", "")), "p" if len(text) > 1 else "i")
    return run_text(text, style, str(node.get("mathvariant", "roman")))


def operator(node: Tag) -> str:
    """An operator or a fence."""
    text = node.get_text().strip()
    return rf"\{text}" if text in OPERATORS else math(text)


def words(node: Tag) -> str:
    """Text among the symbols."""
    text = " ".join(node.get_text().split())
    return rf"\text{{ {text} }}" if text else " "


def base(latex_text: str) -> str:
    """What a script hangs on, in braces unless it is one symbol."""
    return (
        latex_text
        if re.fullmatch(r"\w|\\[A-Za-z]+|\\\w+\{\w\}", latex_text)
        else (f"{{{latex_text}}}")
    )


def scripts(node: Tag, *marks: str) -> str:
    """A base with its scripts, `marks` in the order of the children."""
    parts = children(node)
    hung = "".join(
        f"{mark}{{{text}}}"
        for at, mark in enumerate(marks, start=1)
        if (text := argument(parts, at))
    )
    return base(argument(parts, 0)) + hung


def limits(node: Tag, marks: str) -> str:
    """What stands over or under: an accent, a limit, or a plain stack."""
    parts = children(node)
    body = argument(parts, 0)
    if body in LIMITS or (parts and parts[0].get_text().strip() in BIG):
        return scripts(node, *marks)
    for at, mark in enumerate(marks, start=1):
        if at >= len(parts):
            break
        sign = parts[at].get_text().strip()
        accent = (OVER if mark == "^" else UNDER).get(sign)
        stack = "overset" if mark == "^" else "underset"
        body = (
            rf"\{accent}{{{body}}}"
            if accent
            else (rf"\{stack}{{{converted(parts[at])}}}{{{body}}}")
        )
    return body


def fraction(node: Tag) -> str:
    """A fraction; without its line, a binomial's two rows."""
    parts = children(node)
    if str(node.get("linethickness", "")).startswith("0"):
        return rf"{{{argument(parts, 0)} \atop {argument(parts, 1)}}}"
    return rf"\frac{{{argument(parts, 0)}}}{{{argument(parts, 1)}}}"


def root(node: Tag) -> str:
    """A root with its index."""
    parts = children(node)
    return rf"\sqrt[{argument(parts, 1)}]{{{argument(parts, 0)}}}"


def fence(node: Tag) -> str:
    """``<mfenced>``: a list between delimiters."""
    marks = str(node.get("separators", ",")).split()
    separator = f"{marks[0]} " if marks else ""
    inner = separator.join(converted(child) for child in children(node))
    left, right = (
        delimiter(str(node.get(key, default))) for key, default in (("open", "("), ("close", ")"))
    )
    return rf"\left{left} {inner} \right{right}"


def table(node: Tag) -> str:
    """A matrix, or the lines of an aligned equation."""
    rows = [
        " & ".join(converted(cell) for cell in children(line))
        for line in children(node)
        if local_name(line) in ("mtr", "mlabeledtr")
    ]
    return r"\begin{matrix} " + r" \\ ".join(rows) + r" \end{matrix}"


ELEMENTS: dict[str, Callable[[Tag], str]] = {
    "mi": letters,
    "mo": operator,
    "mtext": words,
    "ms": words,
    "mspace": lambda _: " ",
    "mphantom": lambda _: "",
    "mfrac": fraction,
    "msqrt": lambda node: rf"\sqrt{{{row(node)}}}",
    "mroot": root,
    "msup": lambda node: scripts(node, "^"),
    "msub": lambda node: scripts(node, "_"),
    "msubsup": lambda node: scripts(node, "_", "^"),
    "mover": lambda node: limits(node, "^"),
    "munder": lambda node: limits(node, "_"),
    "munderover": lambda node: limits(node, "_^"),
    "mfenced": fence,
    "mtable": table,
}
