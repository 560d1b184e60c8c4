"""A calculator for text that nobody vouches for.

The text becomes a syntax tree, of which only numbers, lists of numbers, operators, and the names
of `agent.computing.functions` are understood; everything else is refused, so nothing but numbers
is ever produced. Work is bounded before it is done: by the length of the text, its nesting, and
the size of every result.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence

from agent.computing import functions
from agent.computing.functions import CONSTANTS, FUNCTIONS, OF_A_LIST, OF_A_NUMBER, OF_TWO
from corpus.errors import InputError

Value = float | tuple[float, ...]

MAX_CHARACTERS = 200  # so a list has at most 100 numbers
MAX_DEPTH = 30
LARGEST = 1e308  # of any result on the way
WHOLE_BELOW = 1e15  # integers under it are written with all their digits

TYPED = str.maketrans(  # what keyboards and copied formulas give, in plain characters
    {"−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", "^": "**", "π": "pi"}
    | dict(zip("áéíóúÁÉÍÓÚ", "aeiouAEIOU", strict=True))
)
STRANGE = re.compile(r"[^0-9A-Za-z_ .,()\[\]+\-*/%]")
NUMBER_THEN_NAME = re.compile(  # possessive, lest the e of 1e5 be taken for a name
    r"(?<![\w.])(?:\d++\.?+\d*+|\.\d++)(?:[eE][+-]?\d++)?+(?=[A-Za-z_])", re.ASCII
)
TIGHT_COMMA, LOOSE_COMMA = re.compile(r"\d,\d"), re.compile(r", ")

TOO_LONG = f"El texto es muy largo: el máximo es {MAX_CHARACTERS} caracteres."
TOO_LARGE = "El resultado es demasiado grande: solo trabajo con números menores que 1e308."
USE_A_POINT = "Los decimales se escriben con punto, como 2.5."


def calculate(expression: str) -> str:
    """The value of `expression`, with up to 6 significant digits.

    Integers below 1e15 are written whole, lists as ``[0.1, 0.9]``. ``^`` is a power; `round` is
    Python's, which takes halves to the even side.

    Raises:
        InputError: it is no calculation, or it has no real or no reasonably small value.
    """
    return written(evaluate(parse(expression), {}))


def parse(expression: str) -> ast.expr:
    """The tree of `expression`, for `evaluate`; raises InputError if it is not one."""
    if len(expression) > MAX_CHARACTERS:
        raise InputError(TOO_LONG)
    text = " ".join(expression.translate(TYPED).split())
    if strange := STRANGE.search(text):
        raise InputError(f"El carácter {strange[0]!r} no se admite en un cálculo.")
    if TIGHT_COMMA.search(text) and LOOSE_COMMA.search(text):
        raise InputError(
            f"La coma es ambigua: ¿decimal o separador? {USE_A_POINT} "
            "Para separar, deja un espacio después de todas las comas."
        )
    return syntax_tree(text)


def syntax_tree(text: str) -> ast.expr:
    """The tree of one Python expression, of bounded size; also reads layers."""
    if not text.strip():
        raise InputError("La expresión está vacía: escribe qué calcular.")
    if len(text) > MAX_CHARACTERS:
        raise InputError(TOO_LONG)
    if joined := NUMBER_THEN_NAME.search(text):
        raise InputError(f"Falta un operador después de {joined[0]}: escribe 2*x, no 2x.")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise InputError(
            f"No entiendo «{text}»: revisa los paréntesis y los operadores."
        ) from error
    if depth(tree) > MAX_DEPTH:
        raise InputError("La expresión tiene demasiadas cosas unas dentro de otras: divídela.")
    return tree


def depth(tree: ast.expr) -> int:
    """How deep `tree` nests; a chain such as ``1 + 2 + 3`` is one level."""
    deepest = 0
    waiting: list[tuple[ast.AST, int]] = [(tree, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        for child in ast.iter_child_nodes(node):
            chained = isinstance(node, ast.BinOp) and child is node.left
            if isinstance(child, ast.expr | ast.keyword):
                waiting.append((child, level if chained else level + 1))
    return deepest


def evaluate(tree: ast.expr, variables: Mapping[str, float]) -> Value:
    """The value of a tree from `parse`, where a name is first a variable and then a constant."""
    match tree:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return guarded(operator.pos, number)
        case ast.Name(id=name):
            return named(name, variables)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            given = number_of(evaluate(operand, variables))
            return -given if isinstance(sign, ast.USub) else given
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            sides = [number_of(evaluate(side, variables)) for side in (left, right)]
            return guarded(OPERATORS[type(op)], *sides)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if (
            name not in variables and name not in CONSTANTS
        ):
            return called(name, [evaluate(argument, variables) for argument in arguments])
        case ast.Call():
            raise InputError("Falta un operador antes de un paréntesis: escribe 2*(3), no 2(3).")
        case ast.List(elts=elements):
            return tuple(number_of(evaluate(element, variables)) for element in elements)
        case ast.Tuple():
            raise InputError(f"La coma solo separa argumentos y listas. {USE_A_POINT}")
    raise InputError("Solo calculo con números, listas [1, 2], operaciones y funciones.")


def named(name: str, variables: Mapping[str, float]) -> float:
    """The number that a name stands for."""
    if name in variables:
        return variables[name]
    if name in CONSTANTS:
        return CONSTANTS[name]
    if name in FUNCTIONS:
        raise InputError(f"A {name} le faltan los paréntesis: {name}(...).")
    known = ", ".join([*variables, *CONSTANTS])
    raise InputError(f"No sé cuánto vale «{name}». Conozco: {known}.")


def number_of(value: Value) -> float:
    """`value`, which must not be a list."""
    if isinstance(value, tuple):
        raise InputError("Una lista solo puede ser argumento de una función, como sum([1, 2]).")
    return value


def called(name: str, arguments: Sequence[Value]) -> Value:
    """The value of a known function; those of one number go through a list one by one."""
    name = functions.SPANISH.get(name, name)
    match arguments:
        case [value] if name in OF_A_NUMBER:
            if isinstance(value, tuple):
                return tuple(guarded(OF_A_NUMBER[name], number) for number in value)
            return guarded(OF_A_NUMBER[name], value)
        case [tuple() as numbers] if name in OF_A_LIST and numbers:
            return guarded(OF_A_LIST[name], numbers)
        case [tuple() as numbers] if name == "softmax" and numbers:
            return functions.softmax(numbers)
        case [int() | float(), *_] if name in ("max", "min"):
            return guarded(OF_A_LIST[name], [number_of(value) for value in arguments])
        case [tuple() as numbers, int() | float() as decimals] if name == "round":
            return tuple(guarded(functions.rounded, number, decimals) for number in numbers)
        case [first, second] if name in OF_TWO:
            return guarded(OF_TWO[name], number_of(first), number_of(second))
    if name not in FUNCTIONS:
        raise InputError(f"No conozco la función «{name}». Conozco: {', '.join(FUNCTIONS)}.")
    raise InputError(f"{name} se usa así: {functions.usage(name)}. {USE_A_POINT}")


def guarded(compute: Callable[..., float], *arguments: object) -> float:
    """What `compute` gives, if it is a real number of a size to go on with."""
    try:
        result = compute(*arguments)
    except ZeroDivisionError as error:
        raise InputError("Hay una división por cero.") from error
    except OverflowError as error:
        raise InputError(TOO_LARGE) from error
    except ValueError as error:
        raise InputError(
            "No da un número real: una raíz o un logaritmo recibe un valor fuera de su dominio."
        ) from error
    if not abs(result) <= LARGEST:
        raise InputError(TOO_LARGE)
    return result


def written(value: Value) -> str:
    """`value` for a reader."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(written, value))}]"
    if abs(value) < WHOLE_BELOW and value == int(value):
        return str(int(value))
    return f"{value:.6g}"


OPERATORS: dict[type[ast.operator], Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: functions.power,
}
