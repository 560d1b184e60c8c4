"""Serving the language model with vLLM: finding a server, starting one, stopping it."""

from agent.serving.server import ModelServer, ServerAddress

__all__ = ["ModelServer", "ServerAddress"]
