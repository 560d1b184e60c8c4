"""The agent's loop: the model answers or calls tools, within limits, after a first search.

LangChain's `create_agent` carries the loop. It starts from a conversation that already holds the
first search and its result, as if the model had asked for it: every question is answered from
evidence, even by a model that never thinks of searching. One middleware of ours does the rest.
"""

import json
import re
import uuid
from collections.abc import Callable, Generator, Iterator
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ModelRequest,
    ModelResponse,
    ToolCallLimitMiddleware,
    ToolErrorMiddleware,
)
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    AnyMessage,
    HumanMessage,
    ToolCall,
    ToolMessage,
)
from langchain_core.tools import BaseTool

from corpus.errors import InputError

WRITTEN_CALL = re.compile(
    r"^\s*(?:<tool_call>|```(?:json)?)?\s*(?P<json>\{.*\})\s*(?:</tool_call>|```)?\s*$", re.S
)
MAYBE_CALL = ("{", "```json", "```\n{", "<tool_call>")
ECHO, COPY = "<tool_response>", "<pasajes>"  # of what the model was shown, in place of an answer
ECHOED = re.compile(rf"\s*(?:{ECHO}\s*)?")
Respond = Callable[[ModelRequest[Any]], ModelResponse[Any]]


class Bounds(AgentMiddleware[Any, Any, Any]):
    """Keeps a small model on the road.

    It repeats the question at the end of the prompt, where a small model heeds it best; it
    understands a tool call written as text; and once the tool calls are spent it offers no
    tools, so that the model must answer.

    Args:
        reminder: said after the last tool result.
        tool_calls: tool calls after which the model must answer, the first search included.
    """

    def __init__(self, reminder: str, tool_calls: int) -> None:
        super().__init__()
        self.reminder, self.tool_calls = reminder, tool_calls

    def wrap_model_call(self, request: ModelRequest[Any], handler: Respond) -> ModelResponse[Any]:
        """Stands between the loop and the model."""
        used = sum(isinstance(message, ToolMessage) for message in since_question(request.messages))
        request = request.override(messages=[*request.messages, HumanMessage(self.reminder)])
        if used >= self.tool_calls:
            return handler(request.override(tools=[]))
        response = handler(request)
        names = {tool.name for tool in request.tools if isinstance(tool, BaseTool)}
        return ModelResponse(result=[understood(message, names) for message in response.result])


def since_question(messages: list[AnyMessage]) -> list[AnyMessage]:
    """The messages after the last human one."""
    last = max(at for at, message in enumerate(messages) if isinstance(message, HumanMessage))
    return messages[last + 1 :]


def tool_call(name: str, arguments: dict[str, Any]) -> ToolCall:
    """A call with an id of its own."""
    return ToolCall(name=name, args=arguments, id=f"call-{uuid.uuid4().hex[:12]}", type="tool_call")


def understood(message: Any, names: set[str]) -> Any:
    """`message`, with a tool call in place of text that is one for a tool of `names`."""
    if not isinstance(message, AIMessage) or message.tool_calls:
        return message
    found = WRITTEN_CALL.match(message.text)
    if not found:
        return message
    try:
        call = json.loads(found["json"])
        name, arguments = call["name"], call.get("arguments", {})
    except (ValueError, KeyError, TypeError, AttributeError):
        return message
    if name not in names or not isinstance(arguments, dict):
        return message
    return AIMessage(content="", tool_calls=[tool_call(name, arguments)], id=message.id)


def explain_tool_error(error: Exception, _request: Any) -> str | None:
    """What the model reads when it used a tool wrongly; a bug of ours propagates."""
    return str(error) if isinstance(error, InputError | ValueError) else None


def run(
    model: BaseChatModel,
    tools: list[BaseTool],
    instructions: str,
    messages: list[AnyMessage],
    bounds: Bounds,
) -> Generator[str | ToolMessage, None, None]:
    """Runs the loop over a conversation that ends in the result of the first search.

    Args:
        model: writes and calls.
        tools: that it may call.
        instructions: the system prompt.
        messages: the conversation.
        bounds: keep it within limits.

    Yields:
        The answer's text in pieces as the model writes it, and each tool's message once it ran.
        Text that turns out to be a tool call is never yielded, nor is a mark that the model
        copies from its prompt; where it goes on to copy the passages, nothing more comes.
    """
    agent = create_agent(
        model,
        tools,
        system_prompt=instructions,
        middleware=[
            bounds,
            ModelCallLimitMiddleware(run_limit=bounds.tool_calls + 2, exit_behavior="end"),
            ToolCallLimitMiddleware(run_limit=bounds.tool_calls, exit_behavior="continue"),
            ToolErrorMiddleware(explain_tool_error),
        ],
    )
    steps = 8 * (bounds.tool_calls + 2)  # nodes of the graph; the limits above stop long before
    streamed, said = "", 0  # what the model wrote in this call, and how much of it was yielded
    stream: Iterator[Any] = agent.stream(
        {"messages": [*messages]}, {"recursion_limit": steps}, stream_mode=["messages", "updates"]
    )
    for mode, chunk in stream:
        if mode == "messages":
            piece = chunk[0]
            if isinstance(piece, AIMessageChunk) and piece.text:
                streamed += piece.text
                begins = echoed(streamed)
                if streamed.startswith(COPY, begins):
                    return
                if not may_be_call(streamed) and not may_be_echo(streamed[begins:]):
                    yield streamed[max(said, begins) :]
                    said = len(streamed)
            continue
        for update in chunk.values():
            for message in (update or {}).get("messages", []):
                if isinstance(message, ToolMessage):
                    yield message
                elif isinstance(message, AIMessage):
                    begins = max(said, echoed(message.text))
                    if not message.tool_calls and len(message.text) > begins:
                        yield message.text[begins:]
                    streamed, said = "", 0


def echoed(text: str) -> int:
    """How many characters of `text` are the mark of a tool's result at its beginning."""
    found = ECHOED.match(text)
    return found.end() if found else 0


def may_be_echo(start: str) -> bool:
    """Whether a text that begins so could go on as a copy of the prompt."""
    return ECHO.startswith(start) or COPY.startswith(start)


def may_be_call(text: str) -> bool:
    """Whether a text that begins so could become a tool call."""
    start = text.lstrip()
    return any(start.startswith(mark) or mark.startswith(start) for mark in MAYBE_CALL)
