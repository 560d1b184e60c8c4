"""What the tools showed to the model in one turn: passages by marker, and every step.

A passage gets a marker, the n of ``[n]``, that stays the same for the whole turn; the two are kept
together so that citations can be checked by code afterwards.
"""

import re
from time import monotonic
from typing import Any

from agent.events import SearchStep
from retrieval.passages import Passage

FENCE = re.compile(r"</?pasajes>")  # a passage cannot leave its block
SHOWN_CHARACTERS = 1_000  # of a passage; prompts are what a CPU spends its time on


class Evidence:
    """The passages shown to the model in one turn, by marker, and the steps that showed them."""

    def __init__(self) -> None:
        self.passages: dict[int, Passage] = {}
        self.steps: list[SearchStep] = []

    def mark(self, passage: Passage) -> int:
        """The passage's marker, a new one if it has not been shown yet."""
        for marker, shown in self.passages.items():
            if shown.id == passage.id:
                return marker
        self.passages[len(self.passages) + 1] = passage
        return len(self.passages)

    def record(
        self, name: str, arguments: dict[str, Any], start: float, passages: list[Passage]
    ) -> SearchStep:
        """Notes that a tool showed `passages`."""
        found = tuple((self.mark(passage), passage) for passage in passages)
        step = SearchStep(name, arguments, round(monotonic() - start, 3), found)
        self.steps.append(step)
        return step


def shown(step: SearchStep) -> str:
    """What the model reads of a step: numbered passages, each with its place and breadcrumb."""
    blocks = [
        f"Pasaje [{marker}], {passage.label}, {passage.context}:\n{passage.text[:SHOWN_CHARACTERS]}"
        for marker, passage in step.found
    ]
    blocks = [FENCE.sub("", block) for block in blocks]
    return "<pasajes>\n" + "\n\n".join(blocks) + "\n</pasajes>"
