"""What the command line writes: results on stdout, progress and errors on stderr."""

import json
import sys
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(document: dict[str, Any], *, indent: int | None = 1) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=indent) + "\n")
    sys.stdout.flush()


class ProgressDisplay:
    """A progress callback: bars on a terminal, one line for each stage elsewhere.

    Use it in a ``with`` block, so that the bars leave the screen before results are printed.
    """

    def __init__(self) -> None:
        self.stage = ""
        self.task: TaskID | None = None
        self.bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=err,
            transient=True,
        )

    def __enter__(self) -> "ProgressDisplay":
        if err.is_terminal:
            self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.bars.live.is_started:
            self.bars.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Shows that `done` of `total` steps of `stage` are done; total 0 is unknown.

        What a stage says in brackets may change while it lasts.
        """
        name = stage.split(" (")[0]
        if name != self.stage:
            self.stage = name
            if err.is_terminal and self.bars.live.is_started:
                if self.task is not None:
                    self.bars.remove_task(self.task)
                self.task = self.bars.add_task(stage, total=total or None)
            else:
                err.print(f"{name} …")
        if self.task is not None:
            self.bars.update(self.task, description=stage, completed=done, total=total or None)
