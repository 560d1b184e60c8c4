"""The functions and constants that an expression may name, each bounded and over real numbers.

They fail as `math` does, with ValueError outside their domain and OverflowError for what is too
large to start on; `agent.computing.arithmetic` turns that into words for a student.
"""

import math
from collections.abc import Callable, Sequence

from corpus.errors import InputError

LARGEST_BITS = 1024  # of an integer power: 2**1024 > 1e308
LARGEST_FACTORIAL = 170  # 171! > 1e308
MAX_DECIMALS = 15


def power(base: float, exponent: float) -> float:
    """``base**exponent``, without starting on a huge one."""
    if isinstance(base, int) and isinstance(exponent, int) and abs(base) > 1:
        if (base.bit_length() - 1) * exponent > LARGEST_BITS:
            raise OverflowError
    elif base < 0 and not float(exponent).is_integer():
        raise ValueError
    result: float = base**exponent
    return result


def factorial(number: float) -> int:
    """``number!``, of a whole number, also one such as 10 / 2."""
    if number < 0 or number != int(number):
        raise InputError("factorial lleva un entero desde 0.")
    if number > LARGEST_FACTORIAL:
        raise OverflowError
    return math.factorial(int(number))


def rounded(number: float, decimals: float) -> float:
    """`number` with so many decimals; like Python, halves go to the even side."""
    if decimals not in range(MAX_DECIMALS + 1):
        raise InputError(f"round lleva de 0 a {MAX_DECIMALS} decimales.")
    return round(number, int(decimals))


def sigmoid(number: float) -> float:
    """``1 / (1 + exp(-number))``, without overflow."""
    if number >= 0:
        return 1 / (1 + math.exp(-number))
    return math.exp(number) / (1 + math.exp(number))


def relu(number: float) -> float:
    """``max(0, number)``."""
    return max(0, number)


def softmax(numbers: Sequence[float]) -> tuple[float, ...]:
    """``exp(x_i) / sum(exp(x))``, without overflow."""
    highest = max(numbers)
    exponentials = [math.exp(number - highest) for number in numbers]
    total = sum(exponentials)
    return tuple(exponential / total for exponential in exponentials)


CONSTANTS = {"pi": math.pi, "e": math.e}
OF_A_NUMBER: dict[str, Callable[..., float]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "tanh": math.tanh,
    "abs": abs,
    "round": round,
    "factorial": factorial,
    "sigmoid": sigmoid,
    "relu": relu,
}
OF_A_LIST: dict[str, Callable[..., float]] = {"max": max, "min": min, "sum": sum}
OF_TWO: dict[str, Callable[..., float]] = {"round": rounded, "pow": power}
SPANISH = {
    "raiz": "sqrt",
    "potencia": "pow",
    "ln": "log",
    "sen": "sin",
    "maximo": "max",
    "minimo": "min",
    "suma": "sum",
    "redondear": "round",
}
FUNCTIONS = (*OF_A_NUMBER, *OF_A_LIST, "softmax", "pow", *SPANISH)


def usage(name: str) -> str:
    """How a function is called."""
    if name == "round":
        return "round(x) o round(x, decimales)"
    if name in OF_A_NUMBER:
        return f"{name}(x)"
    return "pow(base, exponente)" if name == "pow" else f"{name}([1, 2, 3])"
