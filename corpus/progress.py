"""How long work tells what it is doing."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called as ``progress(stage, done, total)`` while something long goes on; total 0 is unknown."""


def silent(stage: str, done: int, total: int) -> None:
    """Progress shown to nobody."""
