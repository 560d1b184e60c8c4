"""Questions that ask to compute something: code sees it, and code computes.

What to compute is taken from the question where it stands there in so many signs; else the model
writes it down, which even a small one can, and code checks that it can be computed at all. The
model never states a result.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.tools import BaseTool

from agent.computing.functions import CONSTANTS, FUNCTIONS
from agent.evidence import Evidence
from agent.prompts import prompt
from agent.tools import computing_tools
from corpus.errors import InputError
from corpus.language import fold

TRIES = 2  # of the model, the second one told what was wrong
TOKENS = 160  # of what it writes
LAYER = (
    r"(?:conv[123]d|conv|linear|maxpool[12]d|avgpool2d|flatten|batchnorm[12]d|lstm|gru|embedding)"
)
SHAPE = re.compile(  # after ñ is kept and accents are gone
    r"\b(?:que|cual(?:es)?|cuantos?|what|how many)\b.{0,30}"
    r"\b(?:formas?|shapes?|dimension\w*|tamaño|salidas?|outputs?|parametros|parameters|size)\b"
    r"|\b(?:output|tamaño de)\b"
)
OF_A_NETWORK = re.compile(
    rf"\b{LAYER}\b|\b(?:capas?|layers?|convolucion\w*|filtros?|kernel|pooling|denso|densa|mlp|red)\b"
)
SLOPE = re.compile(r"\b(?:derivada\w*|gradiente\w*|derivative\w*|gradient\w*|deriv\w*)\b|d\w*/d\w")
CHECKED = re.compile(
    r"\b(?:correct\w*|bien|comprueb\w*|comprob\w*|verific\w*|revisa\w*|check|right|me dio|got)\b"
)
AMOUNT = re.compile(
    r"\b(?:cuanto (?:es|da|vale|sale|seria|queda)|cuantos? son|calcula(?:me|r)?|resultado de|"
    r"cual es el valor|evalua(?:me|r)?|how much is|what(?:'s| is)|calculate|compute|evaluate)\b"
)
OPERATIONS = re.compile(
    r"\b(?:raiz|log\w*|ln|exp\w*|elevado|cuadrado|por(?! favor)|mas|menos|dividido|entre|softmax|"
    r"sigmoid\w*|relu|tanh|entropia|promedio|suma|norma|ciento|porcentaje|producto|percent|times|plus|minus|"
    r"divided|squared?|root|entropy|average|sum|norm|product)\b"
)
SYMBOLS = re.compile(r"\$[^$]*[a-z][^$]*\$|\\|\b[a-z]\(|=")  # a question about a formula
# A number that counts, not one that names: “control 2”, “lab 3”.
NUMBER = re.compile(
    r"(?<![\w.])(?<!control )(?<!tarea )(?<!clase )(?<!class )(?<!lab )(?<!semana )(?<!lamina )"
    r"\d+(?:\.\d+)?(?![a-z_])"
)
DIGITS = re.compile(r"(?<![a-z_])\d+")
# What a calculation consists of, written with digits; letters only as known names.
NAMES = "|".join(sorted({*FUNCTIONS, *CONSTANTS}, key=len, reverse=True))
SIGNS = re.compile(rf"(?:\b(?:{NAMES})\b|\d+(?:\.\d+)?|\*\*|[-+*/%^×·÷−(),\[\] ])+")
OPERATION = re.compile(rf"[-+*/%^×·÷−]|\b(?:{NAMES})\s*\(")
ASSIGNED = re.compile(r"^\s*([A-Za-z]\w*)\s*=\s*(-?\d+(?:\.\d+)?)\s*$")


@dataclass(frozen=True, slots=True)
class Computed:
    """A tool that was used, what it was given, and its result."""

    tool: str
    arguments: dict[str, Any]
    result: str


def tool_for(question: str) -> str | None:
    """The computing tool that a question asks for; None for a question of another kind."""
    words = fold(question)
    if SLOPE.search(words) and CHECKED.search(words) and "=" in words:
        return "gradient_check"
    if shapes_asked(words):
        return "tensor_shapes"
    if bare(question) or (NUMBER.search(words) and AMOUNT.search(words) and in_numbers(words)):
        return "calculator"
    return None


def in_numbers(words: str) -> bool:
    """Whether a question that asks for an amount gives all that it is computed from."""
    said = OPERATIONS.search(words) or any(map(OPERATION.search, SIGNS.findall(words)))
    return bool(said) and not SYMBOLS.search(words) and not SLOPE.search(words)


def shapes_asked(words: str) -> bool:
    """Whether a question asks for the size or the parameters of layers that it spells out."""
    sizes = len(DIGITS.findall(words))
    return sizes > 1 and bool(SHAPE.search(words)) and bool(OF_A_NETWORK.search(words))


def bare(question: str) -> bool:
    """Whether a question is a calculation and nothing else."""
    found = SIGNS.fullmatch(question.strip(" ¿?=."))
    return found is not None and bool(OPERATION.search(found[0]))


def computed(question: str, model: BaseChatModel | None) -> Computed | None:
    """What a question asks to compute; None if nothing, or nothing that can be computed.

    Args:
        question: as it was asked.
        model: writes down what is not in the question in so many signs; None does without.
    """
    name = tool_for(question)
    if name is None:
        return None
    tool = next(one for one in computing_tools(Evidence()) if one.name == name)
    for text in in_so_many_signs(name, question):
        with suppress(InputError):
            return result_of(tool, text)
    return by_the_model(question, tool, model) if model else None


def in_so_many_signs(name: str, question: str) -> list[str]:
    """What stands in the question as the tool reads it, the longest first.

    What is only a part of the calculation is none: “3 + 4 por 2”, “la raíz de 16 + 9”.
    """
    if name != "calculator":
        return []
    found = (match[0].strip(" ,") for match in SIGNS.finditer(question))
    signs = [one for one in found if OPERATION.search(one)]
    return sorted((one for one in signs if is_all(one, question)), key=len, reverse=True)


def is_all(signs: str, question: str) -> bool:
    """Whether a question says nothing to compute beside `signs`."""
    rest = fold(question.replace(signs, " ", 1))
    return not OPERATIONS.search(rest) and not NUMBER.search(rest)


def by_the_model(question: str, tool: BaseTool, model: BaseChatModel) -> Computed | None:
    """The result of what the model writes down; it is told once what is wrong with it."""
    said: list[BaseMessage] = [SystemMessage(prompt(tool.name)), HumanMessage(question)]
    for _ in range(TRIES):
        written = model.bind(max_tokens=TOKENS).invoke(said).text.strip().strip("`").strip()
        try:
            return result_of(tool, written)
        except InputError as error:
            wrong = HumanMessage(f"No sirve: {error} Escríbelo de nuevo.")
            said = [*said, AIMessage(written), wrong]
    return None


def result_of(tool: BaseTool, text: str) -> Computed:
    """What a tool makes of a text; raises `InputError` if it cannot be computed."""
    arguments = ARGUMENTS[tool.name](text)
    return Computed(tool.name, arguments, str(tool.invoke(arguments)))


def calculation(text: str) -> dict[str, Any]:
    """The calculator's arguments: one line, without what follows an equals sign."""
    line = next(iter(text.splitlines()), "")
    return {"expression": line.split("=")[0].strip(" .")}


def network(text: str) -> dict[str, Any]:
    """The arguments of the follower of shapes."""
    return {"network": text}


def gradient(text: str) -> dict[str, Any]:
    """The gradient checker's arguments, of lines ``f:``, ``df/dx:`` … and ``en:``."""
    lines = [line.split(":", 1) for line in text.splitlines() if ":" in line]
    parts = {name.strip().lower(): value.strip() for name, value in lines}
    point = {}
    for piece in parts.pop("en", "").split(","):
        if found := ASSIGNED.match(piece):
            point[found[1]] = float(found[2])
    function = parts.pop("f", "")
    claims = {name.rpartition("/d")[2] or name: value for name, value in parts.items()}
    if not function or not claims or not point:
        raise InputError("Faltan la función, su derivada o el punto.")
    return {"function": function, "gradient": claims, "at": point}


ARGUMENTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "calculator": calculation,
    "tensor_shapes": network,
    "gradient_check": gradient,
}
