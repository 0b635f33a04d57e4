"""The runner's clock, which goes on steadily when the computer's clock is set.

Due times, leases, ages and budgets are differences of one clock. If the computer's clock were set back by three hours,
no account would be observed for three hours, and all data would look new. If it were set forward, windows of rate
limits would seem to have passed. So the runner counts from its start, including sleep, and approaches the computer's
clock slowly. It never goes back, and after a restart it does not start before the latest stored observation.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

DRAWN = 0.1
"""The part by which the clock can be faster or slower while it approaches the computer's. Observations use four fifths
of a provider's limit, so even a tenth more is within it.
"""

_COUNTER = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Clocks that include sleep: the first on Linux, the second on macOS."""


def seconds_passed() -> float:
    return time.clock_gettime(_COUNTER)


def system_time() -> datetime:
    return datetime.now(UTC)


class SteadyClock:
    """Implements `fleet.ports.clock.Clock`."""

    def __init__(
        self,
        *,
        machine: Callable[[], datetime] = system_time,
        passed: Callable[[], float] = seconds_passed,
    ) -> None:
        self._machine = machine
        self._passed = passed
        self._at = passed()
        self._now = machine()
        self._turn = threading.Lock()

    def start_no_earlier_than(self, instant: datetime) -> None:
        """The clock does not go below the latest stored time."""
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
