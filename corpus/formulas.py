"""Formulas in LaTeX as MathML, which every browser draws without scripts or fonts of ours.

The converter's own writer lets text out unescaped, so the tree it makes is written here: a formula
is data, and what is not known to be harmless in it is left out.
"""

import re
from html import escape, unescape
from xml.etree import ElementTree

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

ALIGNED = re.compile(r"\\(begin|end)\{(aligned|gathered|split)\}")
STARRED = re.compile(r"\\operatorname\*")
TAG = re.compile(r"\\tag\*?\{[^}]*\}")
HARMLESS = {
    *("accent", "columnalign", "columnlines", "columnspacing", "display", "displaystyle", "fence"),
    *("form", "linebreak", "linethickness", "lspace", "mathcolor", "mathsize", "mathvariant"),
    *("maxsize", "minsize", "rowlines", "rowspacing", "rspace", "scriptlevel", "separator"),
    *("stretchy", "symmetric", "width"),
}


def mathml(formula: str, *, display: bool) -> str:
    """A formula as MathML; as its own source if it cannot be read.

    Args:
        formula: LaTeX, without its delimiters.
        display: on a line of its own.
    """
    source = ALIGNED.sub(r"\\\1{align*}", STARRED.sub(r"\\operatorname", TAG.sub("", formula)))
    try:
        tree = convert_to_element(source.strip(), display="block" if display else "inline")
    except Exception:  # the converter raises what it likes, IndexError among others
        return f"<code>{escape(formula)}</code>"
    for element in tree.iter():
        element.text = unescape(element.text) if element.text else None
        for name in set(element.attrib) - HARMLESS:
            del element.attrib[name]
    return ElementTree.tostring(tree, encoding="unicode")


def with_formulas(markdown: MarkdownIt) -> MarkdownIt:
    """`markdown`, which now draws what stands between dollars."""

    def drawn(formula: str, options: dict[str, bool]) -> str:
        return mathml(formula, display=options["display_mode"])

    return markdown.use(dollarmath_plugin, allow_space=False, double_inline=True, renderer=drawn)
