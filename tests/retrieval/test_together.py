import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from retrieval.together import Together


class Pass:
    """Counts its calls; the first of them lasts until it is let go."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, texts: list[str]) -> list[str]:
        self.calls.append(texts)
        self.begun.set()
        assert self.go.wait(10)
        return [text.upper() for text in texts]


def joined(shared: Together[str], first: Pass, texts: list[list[str]]) -> list[list[str]]:
    """What each of `texts` gets, all of which come while one call for “uno” runs."""
    with ThreadPoolExecutor(len(texts) + 1) as threads:
        alone = threads.submit(shared, ["uno"])
        assert first.begun.wait(10)
        waiting = [threads.submit(shared, some) for some in texts]
        while len(shared._waiting) < len(texts):
            pass
        first.go.set()
        assert alone.result() == ["UNO"]
        return [one.result() for one in waiting]


def test_what_comes_during_a_call_shares_the_next_one() -> None:
    compute = Pass()
    shared = Together(compute)
    asked = [[f"texto {at}", "igual"] for at in range(8)]
    assert joined(shared, compute, asked) == [[f"TEXTO {at}", "IGUAL"] for at in range(8)]
    assert len(compute.calls) == 2
    assert sorted(compute.calls[1]) == sorted({text for some in asked for text in some})


def test_alone_a_call_is_a_call() -> None:
    calls: list[list[str]] = []

    def compute(texts: list[str]) -> list[int]:
        calls.append(texts)
        return [len(text) for text in texts]

    shared = Together(compute)
    assert shared(["a", "bb", "a"]) == [1, 2, 1]
    assert shared([]) == []
    assert calls == [["a", "bb"], []]


def test_an_error_reaches_all_who_wait_and_nobody_after_them() -> None:
    fail = True

    def compute(texts: list[str]) -> list[str]:
        if fail:
            raise ValueError("sin memoria")
        return texts

    shared = Together(compute)
    with pytest.raises(ValueError, match="sin memoria"):
        shared(["uno"])
    fail = False
    assert shared(["dos"]) == ["dos"]
