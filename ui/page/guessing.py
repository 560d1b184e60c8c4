"""Slows down whoever guesses passwords: a few failures, then a wait."""

from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock
from time import monotonic

WITHIN = 600.0  # seconds during which a failure counts
OF_NAME = 5  # failures of one name
OF_ADDRESS = 30  # of one address: a whole classroom may share it
KEPT = 10_000  # names and addresses; the ones seen longest ago are forgotten first


class Guesses:
    """The failures of the last minutes, in memory.

    An attempt counts as a failure until it turns out well, so that many at once do not get
    around the limit.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.clock = clock
        self.failures: OrderedDict[str, deque[float]] = OrderedDict()
        self.lock = Lock()

    def attempt(self, name: str, address: str) -> float:
        """Counts an attempt; returns 0, or for how many seconds there is to wait instead."""
        limits = {f"name {name}": OF_NAME, f"address {address}": OF_ADDRESS}
        with self.lock:
            waits = [self.wait(key, limit) for key, limit in limits.items()]
            if not any(waits):
                for key in limits:
                    self.failures.setdefault(key, deque()).append(self.clock())
                    self.failures.move_to_end(key)
                while len(self.failures) > KEPT:
                    self.failures.popitem(last=False)
            return max(waits)

    def wait(self, key: str, limit: int) -> float:
        """For how many seconds that name or address has had all its failures."""
        times = self.failures.get(key, deque())
        while times and times[0] <= self.clock() - WITHIN:
            times.popleft()
        return times[0] + WITHIN - self.clock() if len(times) >= limit else 0.0

    def succeeded(self, name: str, address: str) -> None:
        """The last attempt was no failure; those of the name before it no longer count."""
        with self.lock:
            self.failures.pop(f"name {name}", None)
            if times := self.failures.get(f"address {address}"):
                times.pop()
