"""Slows down whoever guesses passwords: a few failures, then a wait.

Whoever knows a name can fail with it on purpose, and must not keep its owner out by that. So the
failures of a name are counted at each address apart; those from all addresses together only hold
up addresses from which nobody has come in under it.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from threading import Lock
from time import monotonic
from typing import Any

WITHIN = 600.0  # seconds during which a failure counts
OF_BOTH = 5  # failures of one name at one address
OF_NAME = 25  # of one name, wherever it has not come in from
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
        self.familiar: OrderedDict[str, None] = OrderedDict()  # names at their addresses
        self.lock = Lock()

    def attempt(self, name: str, address: str) -> float:
        """Counts an attempt; returns 0, or for how many seconds there is to wait instead."""
        place = place_of(address)
        both = f"{name} at {place}"
        limits = {both: OF_BOTH, f"address {place}": OF_ADDRESS}
        with self.lock:
            if both not in self.familiar:
                limits[f"name {name}"] = OF_NAME
            waits = [self.wait(key, limit) for key, limit in limits.items()]
            if not any(waits):
                for key in limits:
                    self.failures.setdefault(key, deque()).append(self.clock())
                    self.failures.move_to_end(key)
                forget(self.failures)
            return max(waits)

    def wait(self, key: str, limit: int) -> float:
        """For how many seconds that name or address has had all its failures."""
        times = self.failures.get(key, deque())
        while times and times[0] <= self.clock() - WITHIN:
            times.popleft()
        return times[0] + WITHIN - self.clock() if len(times) >= limit else 0.0

    def succeeded(self, name: str, address: str) -> None:
        """The last attempt was no failure; those of the name there no longer count."""
        place = place_of(address)
        both = f"{name} at {place}"
        with self.lock:
            self.failures.pop(both, None)
            counted = [f"address {place}", *([] if both in self.familiar else [f"name {name}"])]
            for key in counted:
                if times := self.failures.get(key):
                    times.pop()
            self.familiar[both] = None
            self.familiar.move_to_end(both)
            forget(self.familiar)


def place_of(address: str) -> str:
    """What counts as one address: of IPv6, what a household or a classroom has together."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address) and not known.ipv4_mapped:
        return known.exploded[:19]  # its first 64 bits
    return address


def forget(some: OrderedDict[str, Any]) -> None:
    """Keeps the last ones only."""
    while len(some) > KEPT:
        some.popitem(last=False)
