"""The arguments of a layer, and what its rule gives back.

A rule raises InputError with a clause that says what it expected ("espera ..."); whoever walks
through the network knows the layer and the shape that came in.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from corpus.errors import InputError

Dims = tuple[int, ...]

LARGEST = 10**7  # of a dimension or of a size in a layer
NEEDED = object()  # the default of an argument without one


@dataclass(frozen=True)
class Outcome:
    """What comes out of a layer."""

    output: Dims
    parameters: int
    formula: str


@dataclass(frozen=True)
class Options:
    """The arguments of a layer by name, defaults included."""

    given: Mapping[str, object]

    def size(self, name: str, least: int = 1) -> int:
        """A whole number."""
        return self.sizes(name, 1, least)[0]

    def sizes(self, name: str, count: int, least: int = 1) -> Dims:
        """So many whole numbers; one stands for all."""
        value = self.given[name]
        sizes = value if isinstance(value, tuple) else (value,) * count
        whole = tuple(size for size in sizes if isinstance(size, int) and type(size) is not bool)
        fits = len(sizes) == len(whole) == count and all(least <= n <= LARGEST for n in whole)
        several = f", o una tupla de {count}" if count > 1 else ""
        demand(fits, f"en {name} un entero de {least} a {LARGEST}{several}")
        return whole

    def flag(self, name: str) -> bool:
        """A True or False."""
        value = self.given[name]
        demand(isinstance(value, bool), f"en {name} True o False")
        return bool(value)


@dataclass(frozen=True)
class Layer:
    """A kind of layer: its arguments in order with their defaults, and its rule."""

    rule: Callable[[Dims, Options], Outcome]
    defaults: Mapping[str, object] | None  # None: any arguments, for they do not matter


def bound(
    layer: Layer, arguments: Sequence[object], keywords: Sequence[tuple[str, object]]
) -> Options:
    """The arguments by name, as Python would bind them."""
    if layer.defaults is None:
        return Options({})
    names = list(layer.defaults)
    demand(len(arguments) <= len(names), f"como mucho {len(names)} argumentos: {', '.join(names)}")
    given = dict(zip(names, arguments, strict=False))
    for name, value in keywords:
        demand(name in names, f"los argumentos {', '.join(names)}, no «{name}»")
        demand(name not in given, f"{name} una sola vez")
        given[name] = value
    missing = [n for n in names if n not in given and layer.defaults[n] is NEEDED]
    demand(not missing, f"también {', '.join(missing)}")
    return Options({**layer.defaults, **given})


def demand(holds: bool, wanted: str) -> None:
    """Raises InputError with what is `wanted` unless it `holds`."""
    if not holds:
        raise InputError(f"espera {wanted}")


def times(*sizes: int) -> str:
    """A product, as a reader sees it."""
    return "·".join(map(str, sizes))


def counted(*weights: Dims) -> tuple[int, str]:
    """How many parameters weights of these shapes have, and the sum, as a reader sees it."""
    total = sum(map(math.prod, weights))
    text = " + ".join(times(*weight) for weight in weights)
    return total, f"parámetros: {text}" + ("" if text == str(total) else f" = {total}")
