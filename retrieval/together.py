"""Passes of a model that threads share.

A pass of a small model over one question costs nearly as much as over ten. Where many students ask
at once, the texts that come while a pass runs go through the next one together.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Together(Generic[Result]):
    """Calls `compute` for several threads at once, one call at a time.

    Whoever finds no call running makes the next one, for all that wait by then; a text that several
    wait for is computed once. There is no thread of its own and nothing is waited for: alone, a
    call is just a call.

    Args:
        compute: from texts to one result for each.
    """

    def __init__(self, compute: Callable[[list[str]], Sequence[Result]]) -> None:
        self._compute = compute
        self._running, self._joining = threading.Lock(), threading.Lock()
        self._waiting: list[tuple[list[str], Future[list[Result]]]] = []

    def __call__(self, texts: list[str]) -> list[Result]:
        """The results of `texts`; raises what `compute` raises."""
        mine: Future[list[Result]] = Future()
        with self._joining:
            self._waiting.append((texts, mine))
        with self._running:
            if not mine.done():
                with self._joining:
                    taken, self._waiting = self._waiting, []
                self._pass(taken)
        return mine.result()

    def _pass(self, taken: list[tuple[list[str], Future[list[Result]]]]) -> None:
        """One call, whose results go to whom they belong."""
        once = list(dict.fromkeys(text for texts, _ in taken for text in texts))
        try:
            results = dict(zip(once, self._compute(once), strict=True))
        except BaseException as error:
            for _, waiting in taken:
                waiting.set_exception(error)
            return
        for texts, waiting in taken:
            waiting.set_result([results[text] for text in texts])
