"""Office's native equations (OMML, ISO/IEC 29500-1 §22.1) as LaTeX that KaTeX can show.

`latex` converts one equation; `markdown` puts the dollars around it. Letters and symbols are in
`corpus.readers.symbols`. An element that is
not known says what its children say; of alternatives, the first counts.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from corpus.readers.symbols import ACCENTS, LIMITS, delimiter, joined, math, run_text

Element = Any  # lxml has no types
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
EQUATIONS = (f"{M}oMath", f"{M}oMathPara")
SILENT = ("del", "moveFrom", "Fallback")  # deleted text, and older forms of what is there

SINGLE = re.compile(
    r"[\d.,]+|\\?[^\\{}]|\\[A-Za-z]+\*?|\\[A-Za-z]+\*?\{[^{}]*\}|[(\[][^()\[\]{}]*[)\]]|\\left.*\\right\S+",
    re.S,
)
TALL = re.compile(r"\\(frac|genfrac|binom|sum|prod|b?igcup|bigcap|i*nt|oint|begin|overset|under)")
PRIMES = re.compile(r"'+")
MATRICES = {"()": "pmatrix", "[]": "bmatrix", "{}": "Bmatrix", "||": "vmatrix", "‖‖": "Vmatrix"}
WIDE = {
    "hat": "widehat",
    "tilde": "widetilde",
    "bar": "overline",
    "vec": "overrightarrow",
    "check": "widecheck",
}


def markdown(element: Element) -> str:
    """An ``m:oMath`` as ``$…$``, an ``m:oMathPara`` as one ``$$…$$`` per equation."""
    if element.tag == f"{M}oMath":
        source = latex(element)
        return f"${source}$" if source else ""
    sources = [latex(child) for child in element.iter(f"{M}oMath")]
    return "\n".join(f"$${source}$$" for source in sources if source)


def latex(element: Element) -> str:
    """The LaTeX of an equation, without dollars and on one line."""
    return " ".join(children(element).split())


def children(element: Element | None) -> str:
    """The children of `element`, one after the other."""
    return joined(convert(child) for child in element) if element is not None else ""


def convert(element: Element) -> str:
    """One element by its tag."""
    name = local_name(element)
    if not name or name in SILENT or name.endswith("Pr"):
        return ""
    return BY_TAG.get(name, children)(element)


def local_name(element: Element) -> str:
    """An element's tag without its namespace; empty for XML comments."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def part(element: Element, name: str) -> str:
    """The content of the child called `name`; empty when there is none."""
    return children(element.find(M + name)).strip()


def setting(element: Element, name: str, default: str) -> str:
    """The value of a property of `element`."""
    found = element.find(f"{M}{element.tag.removeprefix(M)}Pr/{M}{name}")
    return default if found is None else str(found.get(f"{M}val", ""))


def on(element: Element, name: str) -> bool:
    """Whether a property that needs no value is set; it is off when it is not there."""
    found = element.find(f"{M}{element.tag.removeprefix(M)}Pr/{M}{name}")
    return found is not None and found.get(f"{M}val", "on") not in ("0", "off", "false")


def script(mark: str, text: str) -> str:
    """A sub- or superscript; a prime stands without braces."""
    if not text:
        return ""
    if mark == "^" and PRIMES.fullmatch(text):
        return text
    return f"{mark}{text}" if len(text) == 1 and text.isalnum() else f"{mark}{{{text}}}"


def scripted(element: Element) -> str:
    """A base with its sub- and superscript, whichever there are."""
    base = part(element, "e")
    base = base if SINGLE.fullmatch(base) else f"{{{base}}}"
    return base + script("_", part(element, "sub")) + script("^", part(element, "sup"))


def prescripted(element: Element) -> str:
    """Scripts before their base, as in isotopes."""
    scripts = script("_", part(element, "sub")) + script("^", part(element, "sup"))
    return joined([f"{{}}{scripts}", part(element, "e")])


def fraction(element: Element) -> str:
    """A fraction: with a bar, without one, or on one line."""
    above, below, kind = part(element, "num"), part(element, "den"), setting(element, "type", "bar")
    if kind in ("lin", "skw"):
        return f"{{{above}}}/{{{below}}}"
    return (
        rf"\genfrac{{}}{{}}{{0pt}}{{}}{{{above}}}{{{below}}}"
        if kind == "noBar"
        else (rf"\frac{{{above}}}{{{below}}}")
    )


def radical(element: Element) -> str:
    """A root with its degree, unless it is hidden."""
    degree = "" if on(element, "degHide") else part(element, "deg")
    return rf"\sqrt{f'[{degree}]' if degree else ''}{{{part(element, 'e')}}}"


def nary(element: Element) -> str:
    """A sum, product, integral or other large operator with its limits."""
    lower = "" if on(element, "subHide") else part(element, "sub")
    upper = "" if on(element, "supHide") else part(element, "sup")
    operator = math(setting(element, "chr", "∫"))
    return joined([operator + script("_", lower) + script("^", upper) + " ", part(element, "e")])


def delimited(element: Element) -> str:
    """Content between delimiters: a parenthesis, a matrix, cases, a binomial coefficient."""
    begin, end = setting(element, "begChr", "("), setting(element, "endChr", ")")
    inside = element.findall(f"{M}e")
    only = [child for child in inside[0] if child.tag != f"{M}ctrlPr"] if len(inside) == 1 else []
    if len(only) == 1:
        kind = only[0].tag.removeprefix(M)
        if kind == "m" and begin + end in MATRICES:
            return environment(MATRICES[begin + end], matrix_rows(only[0]))
        if kind in ("eqArr", "m") and (begin, end) == ("{", ""):
            rows = array_rows(only[0]) if kind == "eqArr" else matrix_rows(only[0])
            return environment("cases", rows)
        if kind == "f" and begin + end == "()" and setting(only[0], "type", "") == "noBar":
            return rf"\binom{{{part(only[0], 'num')}}}{{{part(only[0], 'den')}}}"
    separator = math(setting(element, "sepChr", "|"))
    separator = r"\mid" if separator == "|" else separator
    content = f" {separator} ".join(children(child).strip() for child in inside)
    if not begin and not end:
        return content
    if begin and end and not TALL.search(content):
        return joined([delimiter(begin), content, delimiter(end)])
    return joined([rf"\left{delimiter(begin)}", f" {content} ", rf"\right{delimiter(end)}"])


def environment(name: str, rows: Iterable[str]) -> str:
    """The rows in a LaTeX environment."""
    return rf"\begin{{{name}}} " + r" \\ ".join(rows) + rf" \end{{{name}}}"


def aligned(rows: list[str]) -> str:
    """Several equations as one that is aligned; a single one as it is."""
    return environment("aligned", rows) if len(rows) > 1 else "".join(rows).replace(" & ", "")


def matrix_rows(element: Element) -> list[str]:
    """The rows of an ``m:m``, cells divided by ``&``."""
    return [
        " & ".join(children(cell).strip() for cell in row.findall(f"{M}e"))
        for row in element.findall(f"{M}mr")
    ]


def array_rows(element: Element) -> list[str]:
    """The equations of an ``m:eqArr``; an ampersand in them marks where they line up."""
    return [children(row).strip().replace(r"\&", " & ") for row in element.findall(f"{M}e")]


def function(element: Element) -> str:
    """A function applied; a name that LaTeX does not know becomes an operator."""
    name = part(element, "fName").replace(r"\mathrm{", r"\operatorname{", 1)
    if len(name) > 1 and name.isalpha():
        name = rf"\operatorname{{{name}}}"
    argument = part(element, "e")
    return name + argument if argument.startswith(("(", r"\left", "[")) else f"{name} {argument}"


def limit(mark: str) -> Callable[[Element], str]:
    """What stands under (``_``) or over (``^``) something."""

    def converted(element: Element) -> str:
        base, text = part(element, "e"), part(element, "lim")
        if name := re.fullmatch(r"\\(operatorname|mathrm)\{(.*)\}", base):
            base = rf"\operatorname*{{{name[2]}}}"
        if base in LIMITS or base.startswith((r"\operatorname*", r"\underbrace", r"\overbrace")):
            return base + script(mark, text)
        return rf"\{'underset' if mark == '_' else 'overset'}{{{text}}}{{{base}}}"

    return converted


def accent(element: Element) -> str:
    """A hat, tilde, bar, arrow or dot over something."""
    base, mark = part(element, "e"), setting(element, "chr", "\u0302")
    name = ACCENTS.get(mark)
    if name is None:
        return rf"\overset{{{math(mark)}}}{{{base}}}"
    wide = not SINGLE.fullmatch(base)
    return rf"\{WIDE.get(name, name) if wide else name}{{{base}}}"


def bar(element: Element) -> str:
    """A line over or under something."""
    where = "overline" if setting(element, "pos", "bot") == "top" else "underline"
    return rf"\{where}{{{part(element, 'e')}}}"


def group(element: Element) -> str:
    """A brace or arrow that takes in a whole expression."""
    mark, base = setting(element, "chr", "⏟"), part(element, "e")
    if mark in ("⏟", "⏞"):
        return rf"\{'underbrace' if mark == '⏟' else 'overbrace'}{{{base}}}"
    over = setting(element, "pos", "bot") == "top"
    return rf"\{'overset' if over else 'underset'}{{{math(mark)}}}{{{base}}}"


def run(element: Element) -> str:
    """Letters and symbols in one style; a function's name is upright."""
    text = "".join(child.text or "" for child in element if local_name(child) == "t")
    properties = element.find(f"{M}rPr")
    values = (
        {local_name(child): child.get(f"{M}val", "") for child in properties}
        if properties is not None
        else {}
    )
    style = values.get("sty", "i")
    if values.get("nor", "off") not in ("0", "off", "false"):
        style = "nor"
    return run_text(text, style, values.get("scr", "roman"))


BY_TAG: dict[str, Callable[[Element], str]] = {
    "acc": accent,
    "bar": bar,
    "borderBox": lambda element: rf"\boxed{{{part(element, 'e')}}}",
    "d": delimited,
    "eqArr": lambda element: aligned(array_rows(element)),
    "f": fraction,
    "func": function,
    "groupChr": group,
    "limLow": limit("_"),
    "limUpp": limit("^"),
    "m": lambda element: environment("matrix", matrix_rows(element)),
    "nary": nary,
    "phant": lambda element: (
        "" if setting(element, "show", "1") in ("0", "off", "false") else part(element, "e")
    ),
    "r": run,
    "rad": radical,
    "sPre": prescripted,
    "sSub": scripted,
    "sSubSup": scripted,
    "sSup": scripted,
}
