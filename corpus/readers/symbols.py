"""Letters and symbols of an equation as LaTeX: Greek, operators, accents, styled alphabets.

Greek letters and styled alphabets (𝐰, ℝ, ℒ) are taken from Unicode's own names and
decompositions; the tables hold only what Unicode does not say.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby

WITH_LIMITS = {"det", "gcd", "inf", "lim", "liminf", "limsup", "max", "min", "Pr", "sup"}
OPERATORS = WITH_LIMITS | {
    "arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "coth", "csc", "deg", "dim", "exp",
    "hom", "ker", "ln", "log", "sec", "sin", "sinh", "tan", "tanh",
}  # fmt: skip
LIMITS = {rf"\{name}" for name in WITH_LIMITS}

ACCENTS = {
    "\u0300": "grave", "\u0301": "acute", "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar",
    "\u0305": "bar", "\u0306": "breve", "\u0307": "dot", "\u0308": "ddot", "\u030c": "check",
    "\u20d6": "overleftarrow", "\u20d7": "vec", "\u20db": "dddot", "\u20e1": "overleftrightarrow",
    "^": "hat", "~": "tilde", "¯": "bar", "‾": "bar", "˙": "dot", "¨": "ddot", "ˆ": "hat",
    "˜": "tilde", "→": "vec",
}  # fmt: skip
SYMBOLS = {
    "\\": r"\backslash", "{": r"\{", "}": r"\}", "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&",
    "_": r"\_",
    "^": r"\text{\textasciicircum}", "~": r"\sim", "−": "-", "–": "-", "∕": "/", "′": "'",
    "″": "''",
    "‴": "'''", "’": "'", "·": r"\cdot", "⋅": r"\cdot", "×": r"\times", "÷": r"\div", "±": r"\pm",
    "∓": r"\mp", "∗": "*", "⋆": r"\star", "∘": r"\circ", "∙": r"\bullet", "⊙": r"\odot",
    "⊗": r"\otimes", "⊕": r"\oplus", "⊖": r"\ominus", "†": r"\dagger", "°": r"^{\circ}",
    "≤": r"\le", "≥": r"\ge", "⩽": r"\leqslant", "⩾": r"\geqslant", "≠": r"\ne", "≈": r"\approx",
    "≡": r"\equiv", "∼": r"\sim", "≃": r"\simeq", "≅": r"\cong", "∝": r"\propto", "≪": r"\ll",
    "≫": r"\gg", "≺": r"\prec", "≻": r"\succ", "≔": ":=", "≜": r"\triangleq", "≐": r"\doteq",
    "∈": r"\in", "∉": r"\notin", "∋": r"\ni", "⊂": r"\subset", "⊃": r"\supset",
    "⊆": r"\subseteq", "⊇": r"\supseteq", "∪": r"\cup", "∩": r"\cap", "∖": r"\setminus",
    "∅": r"\emptyset", "∀": r"\forall", "∃": r"\exists", "∄": r"\nexists", "¬": r"\neg",
    "∧": r"\land", "∨": r"\lor", "⊤": r"\top", "⊥": r"\perp", "⟂": r"\perp", "⊢": r"\vdash",
    "⊨": r"\models", "∴": r"\therefore", "∵": r"\because", "→": r"\to", "←": r"\leftarrow",
    "↔": r"\leftrightarrow", "⇒": r"\Rightarrow", "⇐": r"\Leftarrow", "⇔": r"\Leftrightarrow",
    "↦": r"\mapsto", "⟶": r"\longrightarrow", "⟹": r"\Longrightarrow", "⟺": r"\iff",
    "↑": r"\uparrow", "↓": r"\downarrow", "∂": r"\partial", "∇": r"\nabla", "∆": r"\Delta",
    "∞": r"\infty", "…": r"\ldots", "⋯": r"\cdots", "⋮": r"\vdots", "⋱": r"\ddots",
    "ℓ": r"\ell", "ℎ": "h", "ℏ": r"\hbar", "ℜ": r"\Re", "ℑ": r"\Im", "ℵ": r"\aleph",
    "∑": r"\sum", "∏": r"\prod", "∐": r"\coprod", "∫": r"\int", "∬": r"\iint", "∭": r"\iiint",
    "∮": r"\oint",
    "∯": r"\oiint", "∰": r"\oiiint", "⋃": r"\bigcup", "⋂": r"\bigcap", "⋁": r"\bigvee",
    "⋀": r"\bigwedge",
    "⨁": r"\bigoplus", "⨂": r"\bigotimes", "∣": r"\mid", "∥": r"\parallel", "‖": r"\Vert",
    "∠": r"\angle", "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil",
    "⟨": r"\langle", "⟩": r"\rangle", "〈": r"\langle", "〉": r"\rangle", "□": r"\square",
    "ı": r"\imath", "ȷ": r"\jmath", "ϵ": r"\epsilon", "ε": r"\varepsilon", "ϕ": r"\phi",
    "φ": r"\varphi", "ϑ": r"\vartheta", "ϱ": r"\varrho", "ς": r"\varsigma", "ϖ": r"\varpi",
    "\u2061": "", "\u2062": "", "\u2063": "", "\u2064": "", "\u200b": "",
}  # fmt: skip
ALPHABETS = {
    "DOUBLE-STRUCK": "mathbb",
    "SCRIPT": "mathcal",
    "FRAKTUR": "mathfrak",
    "BLACK-LETTER": "mathfrak",
    "SANS-SERIF": "mathsf",
    "MONOSPACE": "mathtt",
    "BOLD": "mathbf",
}
STYLED_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (FINAL )?(\w+)$")
LATIN_CAPITALS = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)) | {"ο": "o"}
TOKEN = re.compile(
    r"[A-Za-zÀ-ÖØ-öø-ÿ]{2,}|.[\u0300-\u036f\u20d0-\u20ff]+|\s+|.", re.S
)  # a word, a letter with accents, space, a character
WORD = re.compile(r"[^\W\d_]{2}")
PHRASE = re.compile(r"[^\W\d_]{2,}(\s+[^\W\d_]{2,})+")  # nobody multiplies like that
COMMAND_AT_END = re.compile(r"\\[A-Za-z]+\Z")
IN_TEXT = {
    "\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    **{mark: f"\\{mark}" for mark in "{}#$%&_"},
}  # fmt: skip


def joined(parts: Iterable[str]) -> str:
    """`parts` side by side, with a space where a command would run into a letter."""
    found: list[str] = []
    for part in filter(None, parts):
        if found and part[0].isalpha() and COMMAND_AT_END.search(found[-1][-30:]):
            found.append(" ")
        found.append(part)
    return "".join(found)


def math(text: str) -> str:
    """Symbols and letters in LaTeX's default, italic style."""
    return run_text(text, "i", "roman")


def delimiter(char: str) -> str:
    """A delimiter; a point where there is none, as LaTeX wants it."""
    return math(char) or "."


def run_text(text: str, style: str, alphabet: str) -> str:
    """The text of a run.

    Args:
        text: as the run has it.
        style: ``p`` upright, ``b`` bold, ``i`` italic, ``bi`` both, ``nor`` ordinary text.
        alphabet: OMML's ``scr``: roman, script, fraktur, double-struck, sans-serif, monospace.
    """
    text = unicodedata.normalize("NFC", text)
    said = style == "nor" and WORD.search(text) and text.strip() not in OPERATORS
    if said or PHRASE.fullmatch(text.strip()):
        return rf"\text{{{''.join(IN_TEXT.get(char, char) for char in text)}}}"
    default = ALPHABETS.get(alphabet.upper(), "mathbf" if style in ("b", "bi") else "")
    tokens = [token_latex(token, default, style) for token in TOKEN.findall(text)]
    return joined(
        wrapped(command, joined(latex for _, latex in group))
        for command, group in groupby(tokens, key=lambda token: token[0])
    )


def token_latex(token: str, default: str, style: str) -> tuple[str, str]:
    """(alphabet command or empty, LaTeX) of a word or of a character."""
    if token.isspace():
        return "", " "
    if len(token) > 1 and token.isalpha() and not unicodedata.combining(token[1]):
        if style in ("p", "b", "nor") and token in OPERATORS:
            return "", rf"\{token}"
        if not token.isascii():
            return "text", token
        return default or ("mathrm" if style in ("p", "nor") else ""), token
    base, *marks = list(unicodedata.normalize("NFD", token))
    if base.isalpha() and any(mark in ACCENTS for mark in marks):
        command, latex = letter(base, default)
        latex = wrapped(command, latex)
        for mark in filter(ACCENTS.get, marks):
            latex = rf"\{ACCENTS[mark]}{{{latex}}}"
        return "", latex
    return letter(token[0], default)


def letter(char: str, default: str) -> tuple[str, str]:
    """(alphabet command or empty, LaTeX) of one character."""
    if char in SYMBOLS and not (default and char.isalpha()):
        return "", SYMBOLS[char]
    kind, _, code = unicodedata.decomposition(char).partition("> ")
    if kind in ("<super", "<sub"):
        base = "".join(chr(int(part, 16)) for part in code.split())
        return "", f"{'^' if kind == '<super' else '_'}{{{math(base)}}}"
    if kind == "<font":
        name = unicodedata.name(char, "")
        default = next((command for key, command in ALPHABETS.items() if key in name), "")
        char = unicodedata.normalize("NFKC", char)
    if not char.isalpha():
        return "", SYMBOLS.get(char, char)
    greek = greek_letter(char)
    if greek.startswith("\\"):
        return ("boldsymbol" if default == "mathbf" else ""), greek
    return default, greek


def greek_letter(char: str) -> str:
    """The command of a Greek letter; any other letter as it is."""
    if char in SYMBOLS:
        return SYMBOLS[char]
    if char in LATIN_CAPITALS:
        return LATIN_CAPITALS[char]
    match = STYLED_GREEK.match(unicodedata.name(char, ""))
    if not match:
        return char
    name = match[3].lower().replace("lamda", "lambda")
    return "\\" + (name.capitalize() if match[1] == "CAPITAL" else name)


def wrapped(command: str, latex: str) -> str:
    """`latex` as the argument of an alphabet's command, if there is one."""
    return rf"\{command}{{{latex}}}" if command and latex else latex
