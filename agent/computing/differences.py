"""The derivative of a function of one number, by central differences.

The function is sampled with ever smaller steps, and the step is kept at which two in a row agree
best: too large a step bends with the function, too small a one drowns in rounding. Where the
slopes to both sides do not approach one another as the step shrinks, there is a kink or a jump.
See https://cs231n.github.io/neural-networks-3/#gradcheck.
"""

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from corpus.errors import InputError

FIRST_STEP, LAST_STEP = 1e-2, 1e-8  # relative to the number, or to 1 if it is smaller
LAST_OF_SMALL = 1e-4  # relative to a number smaller than 1, so that log(x) works near 0
SMALLEST = 1e-12  # a number below it is as good as 0
ROUNDING = 4 * sys.float_info.epsilon  # of a function's value, or of the 1s inside it
FLAT = 1e-6  # slopes that differ relatively less are the same
JUDGED = 4  # steps that tell a kink from an oscillation


@dataclass(frozen=True)
class Derivative:
    """What the samples say."""

    value: float | None  # None where there is no derivative
    sides: tuple[float, float] | None  # slopes to the left and right; None outside the domain
    uncertainty: float = 0.0  # of `value`; infinite if it oscillates faster than the steps


@dataclass(frozen=True)
class Slopes:
    """The slopes to both sides over one step."""

    left: float
    right: float
    size: float  # of the function there
    noise: float  # what rounding may do to a slope

    @property
    def central(self) -> float:
        """The central difference."""
        return (self.left + self.right) / 2

    @property
    def gap(self) -> float:
        """How far apart both sides are."""
        return abs(self.right - self.left)


def derivative(function: Callable[[float], float], here: float) -> Derivative:
    """The derivative of `function`, which raises InputError outside its domain.

    A kink nearer than 1e-8 (relative to numbers over 1; near 0, 1e-4 of the distance to 0)
    is taken for one at the point itself.
    """
    ladder = list(slopes(function, here))
    if len(ladder) < 2:
        return Derivative(None, None)
    unit = median(one.size for one in ladder) / max(1, abs(here)) or 1.0

    def doubt(at: int, unit: float = unit) -> float:
        return error_of(ladder[at - 1], ladder[at]) / (unit + abs(ladder[at].central))

    best = min(range(1, len(ladder)), key=doubt)
    if doubt(best) > 1:  # 2x³ at 0: function and slope vanish, so neither says what is small
        best = min(range(1, len(ladder)), key=lambda at: doubt(at, 1.0))
    coarse, fine = ladder[best - 1], ladder[best]
    sides = (fine.left, fine.right)
    if not apart(coarse, fine):
        return Derivative(fine.central, sides, error_of(coarse, fine))
    first = max(0, min(best - 1, len(ladder) - JUDGED))
    if steady(ladder[first : first + JUDGED]):
        return Derivative(None, sides)
    return Derivative(fine.central, sides, math.inf)


def slopes(function: Callable[[float], float], here: float) -> Iterator[Slopes]:
    """The slopes for every step, from large to small, at which both sides are defined."""
    middle = function(here)
    for step in steps(here):
        low, high = here - step, here + step
        try:
            below, above = function(low), function(high)
        except InputError:  # a smaller step may stay inside the domain
            continue
        left, right = (middle - below) / (here - low), (above - middle) / (high - here)
        if math.isfinite(left + right):
            size = max(abs(below), abs(middle), abs(above))
            yield Slopes(left, right, size, ROUNDING * max(1, size) / step)


def steps(here: float) -> Iterator[float]:
    """Steps that shrink tenfold."""
    step, last = FIRST_STEP * max(1, abs(here)), LAST_STEP * max(1, abs(here))
    if SMALLEST <= abs(here) < 1:
        last = min(last, LAST_OF_SMALL * abs(here))
    while step > last / 2:
        yield step
        step /= 10


def error_of(coarse: Slopes, fine: Slopes) -> float:
    """How wrong the finer central difference may be."""
    return abs(fine.central - coarse.central) + fine.noise


def apart(coarse: Slopes, fine: Slopes) -> bool:
    """Whether the sides stay apart: a smooth function's gap shrinks tenfold with the step."""
    least = FLAT * max(abs(fine.left), abs(fine.right)) + 10 * fine.noise
    return fine.gap > least and fine.gap > coarse.gap / 2


def steady(ladder: Sequence[Slopes]) -> bool:
    """Whether the gap changes by one factor: 1 at a kink, 10 at a jump, any in an oscillation."""
    gaps = [one.gap for one in ladder]
    factors = [fine / coarse if coarse else math.inf for coarse, fine in pairwise(gaps)]
    return max(factors) < 1.5 * min(factors)
