"""How often a question that asks to compute something ends in a valid tool call, and a right one.

*offered*: the model is offered every tool, as frameworks do, and may call one. *told*: code tells
which tool it is and the model writes down at most what it is to compute (`agent.computed`). Run
``python -m tests.benchmarks.computing`` beside ``ayudante serve``, or with AYUDANTE_LLM_URL.
"""

import json
from pathlib import Path
from typing import Any

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI

from agent.assistant import chat_model, model_server
from agent.computed import computed
from agent.evidence import Evidence
from agent.loop import understood
from agent.prompts import system_prompt
from agent.tools import computing_tools, course_tools
from corpus import Settings
from corpus.errors import InputError

PROMPTS = Path(__file__).parent / "questions" / "computing.jsonl"


def offered(model: ChatOpenAI, one: dict[str, Any]) -> tuple[bool, bool]:
    """Whether a model that is offered every tool calls the right one validly, and rightly."""
    evidence = Evidence()
    tools = {t.name: t for t in [*course_tools(None, evidence, 2), *computing_tools(evidence)]}
    asked = [SystemMessage(system_prompt(Settings.load().course_name)), HumanMessage(one["text"])]
    said = understood(model.bind_tools(list(tools.values())).invoke(asked), set(tools))
    for call in said.tool_calls:
        if call["name"] == one["tool"]:
            try:
                result = str(tools[call["name"]].invoke(call["args"]))
            except (InputError, ValueError, TypeError):
                return False, False
            return True, one["expected"] in result
    return False, False


def told(model: ChatOpenAI, one: dict[str, Any]) -> tuple[bool, bool]:
    """The same, where code tells which tool it is."""
    done = computed(one["text"], model)
    return done is not None, done is not None and one["expected"] in done.result


def main() -> None:
    """Prints both rates, by tool."""
    settings = Settings.load()
    lines = PROMPTS.read_text(encoding="utf-8").splitlines()
    asked: list[dict[str, Any]] = [json.loads(line) for line in lines]
    with model_server(settings, share=False, progress=lambda *_: None) as address:
        model = chat_model(address, settings)
        assert isinstance(model, ChatOpenAI)
        for way in (told, offered):
            for tool in ("calculator", "tensor_shapes", "gradient_check"):
                got = [way(model, one) for one in asked if one["tool"] == tool]
                valid, right = (sum(each) for each in zip(*got, strict=True))
                line = f"{way.__name__} {tool}: {valid} valid, {right} right of {len(got)}"
                print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
