"""What a model, or a student through it, may do with the tools that compute."""

import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from langchain_core.messages import AIMessage

from agent import Assistant
from agent.computing import calculate, check_gradient, shapes
from agent.loop import tool_call
from corpus import InputError, Settings
from retrieval import Retriever
from tests.conftest import ScriptedModel

SECONDS = 5.0
ABUSES = (
    "9**9**9",
    "9**9**9**9",
    "factorial(10**9)",
    "10**300 * 10**300",
    "sum([" + "9," * 90 + "9])",
    "(" * 199,
    "-" * 199 + "1",
    "sqrt(" * 60,
    "[" * 99 + "]" * 99,
    "softmax([" + "1e308," * 30 + "1])",
    "1 +" * 100_000 + "1",
    "__import__('os').system('touch escaped')",
    "__import__('os').fork()",
    "().__class__.__base__.__subclasses__()",
    "(1).__class__.__mro__[1].__subclasses__()",
    "sqrt.__globals__['os']",
    "sqrt.__self__",
    "[x for x in ().__class__.__bases__]",
    "(lambda f: f(f))(lambda f: f(f))",
    "exec('import os')",
    "eval('1')",
    "open('/etc/passwd').read()",
    "open('escaped', 'w')",
    "__builtins__",
    "globals()",
    "import socket",
    "f'{().__class__}'",
    "'a' * 10**10",
    "b'a' * 10**10",
    "[0] * 10**10",
    "{}.__class__",
    "(y := 1)",
    "await 1",
    "yield",
    "1 if 1 else 2",
    "1_0",
    "0x10",
    "1j",
    "nan",
    "inf",
    "\x00",
    "\ud800",
    "١+١",
    "1\u200b+1",
    "%s%s%s%n",
    "$(touch escaped)",
    "`touch escaped`",
    "; touch escaped",
    "../../etc/passwd",
)
WATCHED = ("open", "os.", "socket.", "subprocess.", "import", "exec", "ctypes.", "shutil.")


def calls_of(abuse: str) -> list[tuple[str, dict[str, Any]]]:
    """The same abuse of each tool that computes."""
    return [
        ("calculator", {"expression": abuse}),
        ("tensor_shapes", {"network": f"input 3x32x32\nLinear({abuse}, 10)"}),
        ("tensor_shapes", {"network": abuse}),
        ("gradient_check", {"function": abuse, "gradient": {"x": abuse}, "at": {"x": 1.0}}),
    ]


@contextmanager
def effects_noted() -> Iterator[list[str]]:
    """What this thread does beyond computing: files, processes, sockets, imports, code."""
    noted: list[str] = []
    here = threading.get_ident()
    going = True

    def audit(event: str, arguments: tuple[object, ...]) -> None:  # it can never be taken away
        if going and threading.get_ident() == here and event.startswith(WATCHED):
            noted.append(f"{event} {arguments}"[:200])

    sys.addaudithook(audit)
    yield noted
    going = False


def test_no_abuse_of_a_tool_has_an_effect_or_takes_long() -> None:
    tools: dict[str, Callable[..., object]] = {
        "calculator": calculate,
        "tensor_shapes": shapes,
        "gradient_check": check_gradient,
    }
    abuses = [call for abuse in ABUSES for call in calls_of(abuse)]
    slowest = 0.0
    with effects_noted() as effects:
        for name, arguments in abuses:
            start = time.process_time()
            with suppress(InputError):
                tools[name](**arguments)
            slowest = max(slowest, time.process_time() - start)
    print(f"{len(abuses)} abuses: {len(effects)} effects, slowest {slowest:.2f} s")  # noqa: T201
    assert effects == []
    assert slowest <= SECONDS


def test_the_chat_lives_on_after_an_abuse(
    retriever: Retriever, settings: Settings, times: Callable[[int, int], int]
) -> None:
    calls = [call for abuse in ABUSES for call in calls_of(abuse)]
    calls = random.Random(2).sample(calls, times(20, len(calls)))
    said = "La función softmax convierte los logits."
    script = [
        message
        for call in calls
        for message in (AIMessage("", tool_calls=[tool_call(*call)]), AIMessage(said))
    ]
    with Assistant(retriever, settings, model=ScriptedModel(script=script)) as assistant:
        for name, arguments in calls:
            answer = assistant.ask("¿Qué hace softmax con los logits?", "ana")
            assert answer.text.startswith(said.removesuffix(".")), (name, arguments)
            assert name in [step.tool for step in answer.steps]
