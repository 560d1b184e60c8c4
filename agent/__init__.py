"""The assistant: its loop, prompts, tools, citations, conversations, and the model's server."""

from agent.assistant import Assistant
from agent.events import Answer, Citation, Event, SearchStep, TextDelta
from agent.serving import ModelServer, ServerAddress

__all__ = [
    "Answer",
    "Assistant",
    "Citation",
    "Event",
    "ModelServer",
    "SearchStep",
    "ServerAddress",
    "TextDelta",
]
