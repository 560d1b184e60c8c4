import re
from html import escape
from xml.etree import ElementTree

import pytest

from corpus.formulas import mathml
from corpus.fragments import markdown_html


def test_a_formula_between_dollars_is_drawn_and_prices_are_not() -> None:
    html = markdown_html("Con $x<y$ cuesta $5 y $10.")
    assert html.count("<math") == 1
    assert "<mi>x</mi><mo>&lt;</mo><mi>y</mi>" in html
    assert "cuesta $5 y $10." in html


def test_code_keeps_its_dollars() -> None:
    assert "<math" not in markdown_html("`$x$`\n\n```\n$$y$$\n```\n")


@pytest.mark.parametrize(
    "formula",
    [
        r"\text{<img src=x onerror=alert(1)>}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(http://remote.invalid/a)}{x}",
        r"\class{a}{b}",
        r"\text{</math><script>alert(1)</script>}",
        r"&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_a_formula_brings_no_html(formula: str) -> None:
    drawn = mathml(formula, display=False)
    tree = ElementTree.fromstring(drawn)
    assert not {"img", "script"} & {element.tag for element in tree.iter()}
    assert not re.search(r"(href|style|class|onerror)=\"", drawn)


def test_aligned_lines_are_a_table_without_numbers() -> None:
    drawn = mathml(r"\begin{aligned} a &= b \\ &= c \end{aligned}", display=True)
    assert drawn.count("<mtr>") == 2
    assert "&amp;" not in drawn
    assert "(1)" not in drawn


@pytest.mark.parametrize("formula", ["", r"\begin{foo}", "x^", r"\frac"])
def test_an_unreadable_formula_is_shown_as_it_was_written(formula: str) -> None:
    assert mathml(formula, display=False) == f"<code>{escape(formula)}</code>"
