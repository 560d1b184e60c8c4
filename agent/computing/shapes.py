"""Follows a tensor through a network written as students copy it from PyTorch.

The text is split into layers, each parsed and looked up in `agent.computing.layers`; nothing of
it is run. Branches, loops and `forward` methods are not understood: only one layer after another.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.computing.arithmetic import evaluate, syntax_tree
from agent.computing.layers import LARGEST, LAYERS, Dims, bound
from corpus.errors import InputError

MAX_CHARACTERS = 10_000
MAX_LAYERS = 100
MAX_DIMENSIONS = 8

TOKEN = re.compile(
    r"(?P<skip>#[^\n]*)|(?P<wrap>\b(?:torch\.)?(?:nn\.)?Sequential\s*\()|(?P<cut>->|→|[\n;])"
    r"|(?P<comma>,)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<text>\w+|.)"
)
NAMED = re.compile(  # self.conv1 =   (conv1):   (0):
    r"^(?:[A-Za-z_][\w.]* ?= ?|\(\w+\) ?: ?)", re.ASCII
)
INPUT = re.compile(
    r"(?:(?:input|entrada)\b ?[:=]? ?)?[(\[]?(?P<dims> ?\d{1,9}(?: ?[x×*,] ?\d{1,9})*) ?,? ?[)\]]?",
    re.I | re.ASCII,
)
STRANGE = re.compile(r"[^ -\[\]-~]")  # not ASCII, or a backslash
EXAMPLE = "entrada 3x32x32 -> Conv2d(3, 16, 3) -> ReLU() -> Flatten() -> Linear(14400, 10)"


@dataclass(frozen=True)
class Shape:
    """What comes out of one layer, without the batch dimension."""

    layer: str  # as written
    output: Dims
    parameters: int  # that are trained
    formula: str  # how both are computed; empty for the input


def shapes(network: str) -> tuple[Shape, ...]:
    """The shape after each layer of `network`; the first is that of its input.

    Args:
        network: an input such as ``entrada 3x32x32`` and layers such as ``nn.Linear(784, 10)``,
            one a line or separated by ``->`` or ``;``. `nn.Sequential` may wrap them, and names
            such as ``self.fc1 =`` may precede them.

    Raises:
        InputError: a layer is unknown, or does not fit what comes in; or the network is too large.
    """
    if len(network) > MAX_CHARACTERS:
        raise InputError(f"La red es muy larga: el máximo es {MAX_CHARACTERS} caracteres.")
    (_, first), *layers = list(statements(network)) or [(0, "")]
    if len(layers) > MAX_LAYERS:
        raise InputError(f"La red tiene {len(layers)} capas: el máximo es {MAX_LAYERS}.")
    followed = [Shape(first, input_shape(first), 0, "")]
    for number, (line, layer) in enumerate(layers, start=1):
        came_in = followed[-1].output
        try:
            followed.append(passed(layer, came_in))
        except InputError as error:
            where = f"Capa {number} (línea {line}), {layer[:80]}"
            raise InputError(f"{where}: recibe {came_in}. {sentence(error)}") from error
    return tuple(followed)


def sentence(error: InputError) -> str:
    """What a rule or the calculator said, as a sentence."""
    said = str(error)
    return said[:1].upper() + said[1:].removesuffix(".") + "."


def statements(network: str) -> Iterator[tuple[int, str]]:
    """The layers of `network` as text, each with the line on which it starts."""
    wrappers: list[bool] = []  # for each open bracket, whether it is a Sequential's
    text, line, start = "", 1, 1
    for token in TOKEN.finditer(network + "\n"):
        kind, free = token.lastgroup, all(wrappers)
        cuts = kind == "wrap" or (free and (kind == "cut" or (kind == "comma" and wrappers)))
        if kind in ("wrap", "open"):
            wrappers.append(kind == "wrap")
        elif kind == "close" and wrappers:
            cuts = wrappers.pop()
        if cuts:
            if layer := NAMED.sub("", " ".join(text.split())).strip(" ,"):
                yield start, layer
            text = ""
        elif kind != "skip":
            start = start if text.strip() else line
            text += token[0].replace("\n", " ")
        line += token[0].count("\n")
    if text.strip():
        raise InputError(f"Falta cerrar un paréntesis desde la línea {start}: {text.strip()[:80]}")


def input_shape(text: str) -> Dims:
    """The shape that the first line gives."""
    said = INPUT.fullmatch(text)
    if not said:
        raise InputError(
            f"Empieza con la forma de la entrada, sin la dimensión del lote. Ejemplo: {EXAMPLE}"
        )
    return reasonable(tuple(int(size) for size in re.findall(r"\d+", said["dims"])))


def reasonable(shape: Dims) -> Dims:
    """`shape`, if its dimensions are positive, not too large and not too many."""
    if len(shape) > MAX_DIMENSIONS:
        raise InputError(f"Son {len(shape)} dimensiones: el máximo es {MAX_DIMENSIONS}.")
    if not all(0 < size <= LARGEST for size in shape):
        raise InputError(f"La forma {shape} no sirve: sus dimensiones van de 1 a {LARGEST}.")
    return shape


def passed(text: str, shape: Dims) -> Shape:
    """What comes out of the layer that `text` is when `shape` comes in."""
    if strange := STRANGE.search(text):
        raise InputError(f"El carácter {strange[0]!r} no se admite en una capa.")
    match syntax_tree(text):
        case ast.Call(func=func, args=args, keywords=keywords):
            arguments = [literal(argument) for argument in args]
            named = [(keyword.arg or "**", literal(keyword.value)) for keyword in keywords]
        case func:
            arguments, named = [], []
    name = layer_name(func)
    layer = LAYERS[name]
    outcome = layer.rule(shape, bound(layer, arguments, named))
    return Shape(text, reasonable(outcome.output), outcome.parameters, outcome.formula)


def layer_name(node: ast.expr) -> str:
    """The known layer that ``Name``, ``nn.Name`` or ``torch.nn.Name`` is."""
    name = re.sub(r"^(torch\.)?nn\.", "", ast.unparse(node))
    for known in LAYERS:
        if known.lower() == name.lower():
            return known
    raise InputError(f"No conozco esa capa. Conozco: {', '.join(LAYERS)}.")


def literal(node: ast.expr) -> object:
    """An argument: a number, also one such as 16*5*5, a tuple of them, a word, True or None."""
    match node:
        case ast.Constant(value=str() | bool() | None as value):
            return value
        case ast.Name(id="same" | "valid" as word):  # as print(model) writes a padding
            return word
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return tuple(literal(element) for element in elements)
    return evaluate(node, {})
