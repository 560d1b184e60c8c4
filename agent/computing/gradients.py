"""Gradient checking: a student's partial derivatives against central differences."""

import ast
import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent.computing.arithmetic import LARGEST, evaluate, number_of, parse, written
from agent.computing.differences import derivative
from agent.computing.functions import CONSTANTS, FUNCTIONS
from corpus.errors import InputError

TOLERANCE = 1e-5  # relative error of a derivative that counts as right
MAX_VARIABLES = 20
MAX_CHARACTERS = 2_000  # of all claimed derivatives together
UNSURE = 1e-4  # uncertainty, relative if over 1, that is too large to judge by

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}")
CLAIM = re.compile(  # x:   "x":   df/dx =   ∂f/∂x =
    r"(?:^|[\n;,{])\s*[\"']?(?:[d∂]\w{0,20}\s*/\s*[d∂])?([A-Za-z][A-Za-z0-9_]{0,19})[\"']?\s*[:=]"
)


@dataclass(frozen=True)
class Partial:
    """One partial derivative, claimed and approximated."""

    variable: str
    claimed: float
    numeric: float | None  # None where the function is not differentiable
    sides: tuple[float, float] | None  # slopes to the left and right; None outside the domain
    # |claimed - numeric| / max(|claimed|, |numeric|), 0 if within the uncertainty of `numeric`
    relative_error: float | None

    @property
    def differentiable(self) -> bool:
        """Whether the function has this derivative at the point."""
        return self.numeric is not None

    @property
    def right(self) -> bool:
        """Whether the claim holds, within `TOLERANCE`."""
        return self.relative_error is not None and self.relative_error <= TOLERANCE

    @property
    def said(self) -> str:
        """The verdict, for a student."""
        claim = f"∂/∂{self.variable}: dice {written(self.claimed)}"
        if self.numeric is not None:
            verdict = "correcta" if self.right else "incorrecta"
            return f"{claim}, numérica {written(self.numeric)}: {verdict}"
        if self.sides is None:
            return f"{claim}, pero la función no está definida a ambos lados: no es derivable ahí"
        left, right = map(written, self.sides)
        return f"{claim}, pero la función no es derivable ahí: pendientes {left} y {right}"


@dataclass(frozen=True)
class GradientCheck:
    """The claimed partial derivatives, in the order of the claim."""

    value: float  # of the function at the point
    partials: tuple[Partial, ...]
    tolerance: float = TOLERANCE

    @property
    def right(self) -> bool:
        """Whether every claimed derivative is right."""
        return all(partial.right for partial in self.partials)

    @property
    def said(self) -> str:
        """The verdicts, one a line, for a student."""
        head = f"La función vale {written(self.value)}; tolerancia relativa {self.tolerance:g}."
        return "\n".join([head, *(partial.said for partial in self.partials)])


def check_gradient(
    function: str, gradient: str | Mapping[str, str], at: Mapping[str, float]
) -> GradientCheck:
    """Compares claimed partial derivatives with numerical ones.

    Args:
        function: a scalar expression of the variables, as `calculate` reads it.
        gradient: each variable's derivative, also as text: ``x: 2*x*y; y: x**2``, with or without
            quotes, braces, commas or lines; or a single expression if there is one variable.
            Variables that it leaves out are constants.
        at: the point.

    Raises:
        InputError: something cannot be read, or is not defined at the point; or rounding hides
            the slope.
    """
    point = checked_point(at)
    tree = parse(function)
    value = scalar(tree, point, "La función")
    partials = tuple(
        partial(name, scalar(claim, point, f"La derivada respecto de {name}"), tree, point)
        for name, claim in claims(gradient, point)
    )
    return GradientCheck(value, partials)


def checked_point(at: Mapping[str, float]) -> dict[str, float]:
    """`at` as floats, if its names and numbers can be used."""
    if not 0 < len(at) <= MAX_VARIABLES:
        raise InputError(f"Da el valor de cada variable, como x = 2; hasta {MAX_VARIABLES}.")
    for name, number in at.items():
        if not NAME.fullmatch(name) or keyword.iskeyword(name):
            raise InputError(f"«{name[:30]}» no sirve como variable: usa letras, como x o w1.")
        if name in CONSTANTS or name in FUNCTIONS:
            raise InputError(f"«{name}» ya tiene un significado: usa otro nombre de variable.")
        if not abs(number) <= LARGEST:
            raise InputError(f"El valor de {name} tiene que ser un número menor que 1e308.")
    return {name: float(number) for name, number in at.items()}


def claims(
    gradient: str | Mapping[str, str], point: Mapping[str, float]
) -> Iterator[tuple[str, ast.expr]]:
    """Each variable of `gradient` and the tree of its claimed derivative."""
    pairs = split(gradient, point) if isinstance(gradient, str) else list(gradient.items())
    if not pairs:
        raise InputError("Da la derivada de cada variable así: x: 2*x*y; y: x**2")
    if len(dict(pairs)) < len(pairs):
        raise InputError("Hay una variable con dos derivadas: deja una de cada una.")
    for name, claim in pairs:
        if name not in point:
            raise InputError(f"Falta el valor de «{name[:30]}» en el punto.")
        yield name, parse(claim)


def split(gradient: str, point: Mapping[str, float]) -> list[tuple[str, str]]:
    """The variables and expressions of a gradient written as text; none if it has no names."""
    if len(gradient) > MAX_CHARACTERS:
        raise InputError(f"El gradiente es muy largo: el máximo es {MAX_CHARACTERS} caracteres.")
    before, *parts = CLAIM.split(gradient)
    if not parts and len(point) == 1:
        return [(name, before) for name in point]
    if before.strip(" \n\t{"):
        return []
    bodies = [body.strip(" \n\t;,{}\"'") for body in parts[1::2]]
    return list(zip(parts[::2], bodies, strict=True))


def scalar(tree: ast.expr, point: Mapping[str, float], what: str) -> float:
    """The number that `tree` gives at `point`; an error says `what` it is."""
    try:
        return float(number_of(evaluate(tree, point)))
    except InputError as error:
        raise InputError(f"{what} no se puede calcular en el punto. {error}") from error


def partial(name: str, claimed: float, tree: ast.expr, point: Mapping[str, float]) -> Partial:
    """The claim about one variable, judged."""

    def along(number: float) -> float:
        return scalar(tree, {**point, name: number}, "La función")

    found = derivative(along, point[name])
    if found.value is None:
        return Partial(name, claimed, None, found.sides, None)
    size = max(abs(claimed), abs(found.value))
    if found.uncertainty > UNSURE * max(1, size):
        raise InputError(
            f"No puedo comprobar la derivada respecto de {name}: la función es tan "
            "grande o cambia tan rápido que el redondeo tapa su pendiente. Prueba otro punto."
        )
    difference = abs(claimed - found.value)
    error = difference / size if difference > found.uncertainty else 0.0
    return Partial(name, claimed, found.value, found.sides, error)
