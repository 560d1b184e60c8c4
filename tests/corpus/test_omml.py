import pytest
from lxml import etree

from corpus.readers.omml import latex, markdown
from tests.corpus.office import EQUATION, MATH, MC, run

UPRIGHT = '<m:sty m:val="p"/>'


def converted(inside: str) -> str:
    return latex(etree.fromstring(f"<m:oMath {MATH} {MC}>{inside}</m:oMath>"))


def element(name: str, properties: str = "", **parts: str) -> str:
    inside = "".join(f"<m:{part}>{text}</m:{part}>" for part, text in parts.items())
    return f"<m:{name}><m:{name}Pr>{properties}</m:{name}Pr>{inside}</m:{name}>"


def val(name: str, value: str) -> str:
    return f'<m:{name} m:val="{value}"/>'


X, K, N, A, B = (run(letter) for letter in "xinab")
SUM = run("a+b")
FRACTION = element("f", num=A, den=B)
NO_BAR = element("f", val("type", "noBar"), num=N, den=K)
MATRIX = (
    f"<m:m><m:mr><m:e>{A}</m:e><m:e>{B}</m:e></m:mr><m:mr><m:e>{X}</m:e><m:e>{N}</m:e></m:mr></m:m>"
)
ARRAY = f"<m:eqArr><m:e>{run('x&amp;=1')}</m:e><m:e>{run('y&amp;=2')}</m:e></m:eqArr>"
SOFTMAX = run("softmax", UPRIGHT)
ARGMAX = element("limLow", e=run("argmax", UPRIGHT), lim=run("θ"))


@pytest.mark.parametrize(
    ("omml", "expected"),
    [
        (element("sSub", e=X, sub=K), "x_i"),
        (element("sSup", e=SUM, sup=run("10")), "{a+b}^{10}"),
        (element("sSubSup", e=run("θ"), sub=run("t+1"), sup=K), r"\theta_{t+1}^i"),
        (element("sSup", e=run("f"), sup=run("′")), "f'"),
        (element("sSup", e=FRACTION, sup=run("2")), r"{\frac{a}{b}}^2"),
        (element("sPre", sub=A, sup=B, e=X), "{}_a^bx"),
        (FRACTION, r"\frac{a}{b}"),
        (element("f", val("type", "lin"), num=A, den=B), "{a}/{b}"),
        (element("d", e=NO_BAR), r"\binom{n}{i}"),
        (element("rad", val("degHide", "1"), deg="", e=SUM), r"\sqrt{a+b}"),
        (element("rad", deg=run("3"), e=X), r"\sqrt[3]{x}"),
        (
            element("nary", val("chr", "∑"), sub=run("i=1"), sup=N, e=element("sSub", e=X, sub=K)),
            r"\sum_{i=1}^n x_i",
        ),
        (element("nary", '<m:supHide m:val="1"/>', sub=run("Ω"), sup="", e=X), r"\int_{\Omega} x"),
        (element("d", e=SUM), "(a+b)"),
        (element("d", e=FRACTION), r"\left( \frac{a}{b} \right)"),
        (f"<m:d><m:e>{A}</m:e><m:e>{B}</m:e></m:d>", r"(a \mid b)"),
        (element("d", val("begChr", "‖") + val("endChr", "‖"), e=X), r"\Vert x\Vert"),
        (
            element("d", val("begChr", "[") + val("endChr", "]"), e=MATRIX),
            r"\begin{bmatrix} a & b \\ x & n \end{bmatrix}",
        ),
        (
            element("d", val("begChr", "{") + val("endChr", ""), e=ARRAY),
            r"\begin{cases} x & =1 \\ y & =2 \end{cases}",
        ),
        (ARRAY, r"\begin{aligned} x & =1 \\ y & =2 \end{aligned}"),
        (element("func", fName=run("log", UPRIGHT), e=X), r"\log x"),
        (element("func", fName=SOFTMAX, e=element("d", e=X)), r"\operatorname{softmax}(x)"),
        (element("func", fName=ARGMAX, e=X), r"\operatorname*{argmax}_{\theta} x"),
        (element("limLow", e=run("lim", UPRIGHT), lim=run("n→∞")), r"\lim_{n\to\infty}"),
        (element("acc", e=run("y")), r"\hat{y}"),
        (element("acc", val("chr", "\u20d7"), e=run("AB")), r"\overrightarrow{AB}"),
        (element("bar", val("pos", "top"), e=X), r"\overline{x}"),
        (
            element("limLow", e=element("groupChr", e=SUM), lim=N),
            r"\underbrace{a+b}_n",
        ),
        (element("borderBox", e=X), r"\boxed{x}"),
        (element("phant", val("show", "0"), e=X), ""),
    ],
)  # fmt: skip
def test_each_structure_becomes_its_latex(omml: str, expected: str) -> None:
    assert converted(omml) == expected


@pytest.mark.parametrize(
    ("omml", "expected"),
    [
        (run("αβΓΩϵ"), r"\alpha\beta\Gamma\Omega\epsilon"),
        (run("ηx"), r"\eta x"),
        (run("𝑤𝒙"), r"w\mathbf{x}"),
        (run("ℝℒ𝔼"), r"\mathbb{R}\mathcal{L}\mathbb{E}"),
        (run("W", '<m:sty m:val="b"/>'), r"\mathbf{W}"),
        (run("θ", '<m:sty m:val="b"/>'), r"\boldsymbol{\theta}"),
        (run("R", '<m:scr m:val="double-struck"/>'), r"\mathbb{R}"),
        (run("L", '<m:scr m:val="script"/>'), r"\mathcal{L}"),
        (run("si no", "<m:nor/>"), r"\text{si no}"),
        (run("función"), r"\text{función}"),
        (run("max", UPRIGHT), r"\max"),
        (run("x∈A⊆B≤1"), r"x\in A\subseteq B\le1"),
        (run("x²"), "x^{2}"),
        (run("ŷ"), r"\hat{y}"),
        (run("50% {a} \\ $"), r"50\% \{a\} \backslash \$"),
    ],
)
def test_letters_and_symbols(omml: str, expected: str) -> None:
    assert converted(omml) == expected


def test_display_equations_have_two_dollars() -> None:
    paragraph = f"<m:oMathPara {MATH}>{EQUATION}{EQUATION}</m:oMathPara>"
    assert markdown(etree.fromstring(paragraph)) == "$$x^2$$\n$$x^2$$"
    assert markdown(etree.fromstring(EQUATION)) == "$x^2$"


def test_missing_parts_and_unknown_elements_do_not_fail() -> None:
    assert converted("<m:f/><m:d/><m:nary/><m:acc/><m:m/><m:limLow/><m:rad/>")
    assert converted(f"<m:new>{X}</m:new>") == "x"


def test_of_alternatives_only_the_first_counts() -> None:
    assert (
        converted(
            f"<mc:AlternateContent><mc:Choice>{A}</mc:Choice><mc:Fallback>{B}</mc:Fallback>"
            "</mc:AlternateContent>"
        )
        == "a"
    )
