import math
from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.computing import Partial, check_gradient
from corpus.errors import InputError

SIGMOID = "sigmoid(w*x + b)"


def only(function: str, claim: str, x: float) -> Partial:
    (partial,) = check_gradient(function, claim, {"x": x}).partials
    return partial


@pytest.mark.parametrize(
    ("function", "claim", "x"),
    [
        ("x**2", "2*x", 3),
        ("x^3", "3 * x^2", 0),
        ("5", "0", 1),
        ("x * abs(x)", "2 * abs(x)", 0),
        ("abs(x)**1.5", "0", 0),
        ("abs(x)", "-1", -2),
        ("abs(x)", "1", 1e-9),
        ("relu(x)", "1", 1e-7),
        ("relu(x)", "0", -0.01),
        ("relu(x) - relu(-x)", "1", 0),
        ("sqrt(x)", "0.5 / sqrt(x)", 1e-12),
        ("log(x)", "1/x", 1e-7),
        ("1/x", "-1/x**2", 1e-6),
        ("sin(1000*x)", "1000*cos(1000*x)", 1),
        ("sin(x)", "cos(x)", math.pi / 2),
        ("cos(x)", "-sin(x)", 0),
        ("exp(50*x)", "50*exp(50*x)", 1),
        ("tanh(x)", "1 - tanh(x)**2", -30),
        ("x // 1", "0", 1.5),
        ("log(cos(x * x))", "-2*x*tan(x*x)", 7e-5),
        ("1e-10 * x**2", "2e-10 * x", 1),
        ("x**2", "2*x", 1e100),
        ("x", "1", 1e308),
        ("log(sum(exp([x, 1, 2])))", "exp(x) / sum(exp([x, 1, 2]))", 0.3),
    ],
)
def test_right_derivatives(function: str, claim: str, x: float) -> None:
    assert only(function, claim, x).right


@pytest.mark.parametrize(
    ("function", "claim", "x"),
    [
        ("x**2", "x", 3),
        ("x**2", "2*x + 0.001", 3),
        ("sigmoid(x)", "sigmoid(x)", 0.5),
        ("sin(x)", "0.001", math.pi / 2),
        ("1e-10 * x**2", "0", 1),
        ("relu(x)", "1", -0.01),
        ("log(x)", "-1/x", 1e-7),
    ],
)
def test_wrong_derivatives(function: str, claim: str, x: float) -> None:
    partial = only(function, claim, x)
    assert partial.differentiable
    assert not partial.right


@pytest.mark.parametrize(
    ("function", "x"),
    [
        ("relu(x)", 0),
        ("abs(x)", 0),
        ("max(x, 2)", 2),
        ("x + 0.001 * abs(x)", 0),
        ("sqrt(abs(x))", 0),
        ("x // 1", 3),
        ("round(x)", 0.5),
        ("relu(1000 * x - 1000)", 1),
    ],
)
def test_kinks_and_jumps_are_not_differentiable(function: str, x: float) -> None:
    partial = only(function, "1", x)
    assert not partial.differentiable
    assert not partial.right
    assert partial.numeric is partial.relative_error is None


def test_a_kink_tells_the_slopes_to_both_sides() -> None:
    assert only("abs(x)", "0", 0).sides == pytest.approx((-1, 1))
    assert "pendientes -1 y 1" in only("abs(x)", "0", 0).said


def test_the_edge_of_the_domain_is_not_differentiable() -> None:
    partial = only("sqrt(x)", "0", 0)
    assert partial.sides is None
    assert "no está definida a ambos lados" in partial.said


@pytest.mark.parametrize(
    "gradient",
    [
        {"w": f"x*{SIGMOID}*(1 - {SIGMOID})", "b": f"{SIGMOID}*(1 - {SIGMOID})"},
        f'"w": "x*{SIGMOID}*(1 - {SIGMOID})", "b": "{SIGMOID}*(1 - {SIGMOID})"',
        f"{{'w': 'x*{SIGMOID}*(1 - {SIGMOID})', 'b': '{SIGMOID}*(1 - {SIGMOID})'}}",
        f"w: x*{SIGMOID}*(1 - {SIGMOID}); b: {SIGMOID}*(1 - {SIGMOID})",
        f"df/dw = x*{SIGMOID}*(1 - {SIGMOID})\n ∂f/∂b = {SIGMOID}*(1 - {SIGMOID})\n",
    ],
)
def test_a_gradient_may_be_written_in_many_ways(gradient: str | Mapping[str, str]) -> None:
    check = check_gradient(SIGMOID, gradient, {"w": 0.5, "x": 2, "b": -1})
    assert [partial.variable for partial in check.partials] == ["w", "b"]
    assert [partial.claimed for partial in check.partials] == [0.5, 0.25]
    assert check.right


def test_one_wrong_derivative_makes_the_gradient_wrong() -> None:
    check = check_gradient("x**2 * y", "x: 2*x*y; y: 2*x", {"x": 3, "y": 1})
    assert [partial.right for partial in check.partials] == [True, False]
    assert not check.right
    assert check.partials[1].relative_error == pytest.approx(1 / 3)
    assert check.said.splitlines() == [
        "La función vale 9; tolerancia relativa 1e-05.",
        "∂/∂x: dice 6, numérica 6: correcta",
        "∂/∂y: dice 6, numérica 9: incorrecta",
    ]


def test_arguments_are_left_as_they_are() -> None:
    at, gradient = {"x": 2.0}, {"x": "1"}
    check_gradient("x", gradient, at)
    assert (at, gradient) == ({"x": 2.0}, {"x": "1"})


@pytest.mark.parametrize(
    ("function", "gradient", "at", "said"),
    [
        ("x", "1", {}, "valor de cada variable"),
        ("x", "1", {"x": math.nan}, "valor de x"),
        ("x", "1", {"x": math.inf}, "valor de x"),
        ("x", "1", {"x": 10**400}, "valor de x"),
        ("e", "1", {"e": 1}, "otro nombre"),
        ("sqrt", "1", {"sqrt": 1}, "otro nombre"),
        ("1", "1", {"lambda": 1}, "no sirve como variable"),
        ("1", "1", {"__class__": 1}, "no sirve como variable"),
        ("1", "1", {"x.y": 1}, "no sirve como variable"),
        ("1", "1", {"ñ": 1}, "no sirve como variable"),
        ("x + y", "1", {"x": 1}, "«y»"),
        ("x", "y: 1", {"x": 1}, "«y»"),
        ("x * y", "y", {"x": 1, "y": 1}, "cada variable"),
        ("x", "3; x: 1", {"x": 1}, "cada variable"),
        ("x", {}, {"x": 1}, "cada variable"),
        ("x", "x: 1; x: 2", {"x": 1}, "dos derivadas"),
        ("x", "", {"x": 1}, "vacía"),
        ("[x, x]", "1", {"x": 1}, "lista"),
        ("x(2)", "1", {"x": 1}, "operador"),
        ("2x", "2", {"x": 1}, "operador"),
        ("log(x)", "1/x", {"x": 0}, "La función no se puede calcular"),
        ("abs(x)", "x/abs(x)", {"x": 0}, "La derivada respecto de x no se puede calcular"),
        ("x**2", "2*x", {"x": 1e200}, "demasiado grande"),
        ("1e16 + x", "1", {"x": 1}, "redondeo"),
        ("sin(exp(x))", "1", {"x": 30}, "No puedo comprobar"),
        ("x", "x" * 3000, {"x": 1}, "muy largo"),
        ("x", "__import__('os')", {"x": 1}, "carácter"),
        ("x.__class__", "1", {"x": 1}, "Solo calculo"),
        ("9**9**9 * x", "1", {"x": 1}, "demasiado grande"),
    ],
)
@pytest.mark.timeout(5)
def test_mistakes_are_explained(
    function: str, gradient: str | dict[str, str], at: dict[str, float], said: str
) -> None:
    with pytest.raises(InputError) as error:
        check_gradient(function, gradient, at)
    assert said in str(error.value)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=5), st.floats(-10, 10))
@example([0, 0, 0, 2], 0.0)
@settings(max_examples=60, deadline=None)
def test_derivatives_of_polynomials_are_right(coefficients: list[int], x: float) -> None:
    function = " + ".join(f"{c}*x**{n}" for n, c in enumerate(coefficients))
    claim = " + ".join(f"{c * n}*x**{n - 1}" for n, c in enumerate(coefficients) if n) or "0"
    assert only(function, claim, x).right


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_text_gives_a_check_or_an_input_error(function: str, gradient: str) -> None:
    for text in (function, "x"):
        with suppress(InputError):
            check_gradient(text, gradient, {"x": 1.5})
