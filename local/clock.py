"""The runner's clock: it goes on as time does, whatever becomes of the machine's.

Due times, leases, ages and budgets are differences between instants of one clock. Somebody who sets the machine's clock
back by three hours would stop all polling for three hours, and everything would seem new meanwhile; forward, and limits
of providers would seem to have passed. So the runner counts from its start, time spent asleep included, and is drawn
towards the machine's clock a little at a time. It never goes back, not even over a restart: it starts no earlier than
what it remembers having seen.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

DRAWN = 0.1
"""How much faster or slower than time it may go while it is drawn: polling uses four fifths of a provider's limit, so
that even a tenth more is none too many."""

_COUNTER = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux counts the time that a machine sleeps in the first alone, macOS in the second."""


def seconds_passed() -> float:
    return time.clock_gettime(_COUNTER)


def of_the_machine() -> datetime:
    return datetime.now(UTC)


class SteadyClock:
    """Implements `fleet.ports.clock.Clock`."""

    def __init__(
        self,
        *,
        machine: Callable[[], datetime] = of_the_machine,
        passed: Callable[[], float] = seconds_passed,
    ) -> None:
        self._machine = machine
        self._passed = passed
        self._at = passed()
        self._now = machine()
        self._turn = threading.Lock()

    def start_no_earlier_than(self, instant: datetime) -> None:
        """What was seen is not before what is now."""
        with self._turn:
            self._now = max(self._now, instant)

    def now(self) -> datetime:
        with self._turn:
            at = self._passed()
            passed = timedelta(seconds=max(0.0, at - self._at))
            most = passed * DRAWN
            behind = self._machine() - (self._now + passed)
            self._at, self._now = at, self._now + passed + max(-most, min(most, behind))
            return self._now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
