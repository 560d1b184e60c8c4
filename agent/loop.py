"""The agent's loop: the model answers or calls tools, within limits, after a first search.

LangChain's `create_agent` carries the loop. It starts from a conversation that ends in what a first
search found: every question is answered from evidence, even by a model that never thinks of
searching. One middleware of ours does the rest.
"""

import json
import re
import threading
import uuid
from collections.abc import Callable, Generator
from typing import Any

import httpx2
from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ModelRequest,
    ModelResponse,
    ToolCallLimitMiddleware,
    ToolErrorMiddleware,
)
from langchain_core.callbacks import BaseCallbackHandler
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
from langchain_openai import ChatOpenAI

from corpus.errors import InputError

WRITTEN_CALL = re.compile(
    r"^\s*(?:<tool_call>|```(?:json)?)?\s*(?P<json>\{.*\})\s*(?:</tool_call>|```)?\s*$", re.S
)
MAYBE_CALL = ("{", "```json", "```\n{", "<tool_call>")
COPY = "<pasajes>"  # a model that begins so copies what it was shown
# What else a small model begins with: the mark of a tool's result, an announcement.
PREAMBLE = re.compile(
    r"\s*(?:<tool_response>\s*)?"
    r"(La respuesta directa es(?: que\b)?:?\s+|The direct answer is(?: that\b)?:?\s+)?"
)
WORD = re.compile(r"[a-záéíóúñü]{2,}(?=[ ,;:])")  # and no name of code, no variable
PREAMBLES = (
    COPY,
    "<tool_response>",
    "La respuesta directa es que: ",
    "La respuesta directa es: ",
    "The direct answer is that: ",
    "The direct answer is: ",
)
Respond = Callable[[ModelRequest[Any]], ModelResponse[Any]]


class Bounds(AgentMiddleware[Any, Any, Any]):
    """Keeps a small model on the road.

    It puts the question at the end of the prompt, where a small model heeds it best; it understands
    a tool call written as text; and once the tool calls are spent it offers no tools, so that the
    model must answer.

    Args:
        reminder: the question and how to answer it, said after what was found.
        tool_calls: tool calls after which the model must answer, the first search included.
    """

    def __init__(self, reminder: str, tool_calls: int) -> None:
        super().__init__()
        self.reminder, self.tool_calls = reminder, tool_calls

    def wrap_model_call(self, request: ModelRequest[Any], handler: Respond) -> ModelResponse[Any]:
        """Stands between the loop and the model."""
        used = sum(isinstance(message, ToolMessage) for message in since_question(request.messages))
        request = request.override(messages=reminded(request.messages, self.reminder))
        if 1 + used >= self.tool_calls:
            return handler(request.override(tools=[]))
        response = handler(request)
        names = {tool.name for tool in request.tools if isinstance(tool, BaseTool)}
        return ModelResponse(result=[understood(message, names) for message in response.result])


def reminded(messages: list[AnyMessage], reminder: str) -> list[AnyMessage]:
    """`messages` with a reminder at their end; never two in a row of one speaker."""
    *before, last = messages
    if isinstance(last, HumanMessage):
        return [*before, HumanMessage(f"{last.text}\n\n{reminder}")]
    return [*messages, HumanMessage(reminder)]


def since_question(messages: list[AnyMessage]) -> list[AnyMessage]:
    """The messages after the last human one, which holds what was found for the question."""
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
    """Runs the loop over a conversation that ends in what the first search found.

    Args:
        model: writes and calls.
        tools: that it may call.
        instructions: the system prompt.
        messages: the conversation.
        bounds: keep it within limits.

    Yields:
        The answer's text in pieces as the model writes it, and each tool's message once it ran.
        Text that turns out to be a tool call is never yielded, nor is a `PREAMBLE`; where the
        model goes on to copy the passages, nothing more comes.
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
    streamed, said = "", False  # what the model wrote in this call, and whether it is passed on
    left = Left()
    stream: Any = agent.stream(
        {"messages": [*messages]},
        {"recursion_limit": steps, "callbacks": [left]},
        stream_mode=["messages", "updates"],
    )
    try:
        for mode, chunk in stream:
            if mode == "messages":
                piece = chunk[0]
                if isinstance(piece, AIMessageChunk) and piece.text:
                    streamed += piece.text
                    answer = without_preamble(streamed)
                    if said:
                        yield piece.text
                    elif answer.startswith(COPY):
                        return
                    elif answer and not may_be_call(streamed) and not may_be_preamble(streamed):
                        yield answer
                        said = True
                continue
            for update in chunk.values():
                for message in (update or {}).get("messages", []):
                    if isinstance(message, ToolMessage):
                        yield message
                    elif isinstance(message, AIMessage):
                        if isinstance(model, ChatOpenAI) and is_cut(message):
                            raise httpx2.RemoteProtocolError(
                                "the stream ended before the answer did"
                            )
                        answer = without_preamble(message.text)
                        copies = answer.startswith(COPY)
                        if answer and not copies and not message.tool_calls and not said:
                            yield answer
                        streamed, said = "", False
    finally:
        left.now.set()  # closing waits for the model's thread
        stream.close()


class Unwanted(BaseException):
    """Nobody waits for an answer any more; no error, which LangChain would log."""


class Left(BaseCallbackHandler):
    """Ends a model's writing at its next word once nobody wants it any more.

    LangGraph has the model write in a thread that closing the stream waits for.
    """

    raise_error = True

    def __init__(self) -> None:
        self.now = threading.Event()

    def on_llm_new_token(self, *_: Any, **__: Any) -> None:
        """Called for each piece that the model writes; raising here closes the connection."""
        if self.now.is_set():
            raise Unwanted


def is_cut(message: AIMessage) -> bool:
    """Whether a message ends without the server's having said why it does."""
    said = message.text and not message.tool_calls
    return bool(said) and not message.response_metadata.get("finish_reason")


def without_preamble(text: str) -> str:
    """`text` from where it begins to say something, a word there with a capital."""
    found = PREAMBLE.match(text)
    if not found or not found[0].strip():
        return text
    rest = text[found.end() :]
    return rest[:1].upper() + rest[1:] if found[1] and WORD.match(rest) else rest


def may_be_preamble(text: str) -> bool:
    """Whether a text that begins so could go on as a preamble, or as a copy of the passages.

    After an announcement the first word is waited for, too.
    """
    found = PREAMBLE.match(text)
    if found and found[1] and not text[found.end() :].strip().partition(" ")[1]:
        return True
    start = text.lstrip()
    rest = start.removeprefix("<tool_response>").lstrip()
    return any(whole.startswith((start, rest)) for whole in PREAMBLES)


def may_be_call(text: str) -> bool:
    """Whether a text that begins so could become a tool call."""
    start = text.lstrip()
    return any(start.startswith(mark) or mark.startswith(start) for mark in MAYBE_CALL)
