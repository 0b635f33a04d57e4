"""The clock of a sandbox: the system's, or one that a test advances."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""When the lives of the fleets begin. A restarted sandbox continues by the calendar, not from the start."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...

    def advance(self, seconds: float) -> None:
        """Advances the time."""
        ...


class SystemClock:
    """The system's time, plus the time that it was advanced by."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


class ManualClock:
    """Stands still until it is advanced."""

    def __init__(self, start: datetime = EPOCH) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
