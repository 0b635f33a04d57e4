"""Rate limits: a number of requests per key in a window, which begins with its first request."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sandbox.clock import Clock


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    requests: int
    window_seconds: float


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """The requests that a key has left, after the current one."""

    limit: int
    remaining: int
    resets_at: datetime
    is_exceeded: bool

    def seconds_left(self, now: datetime) -> int:
        """The seconds until the window ends, rounded up."""
        return max(1, ceil((self.resets_at - now).total_seconds()))


class Limiter:
    def __init__(self, limit: RateLimit, clock: Clock) -> None:
        self.limit = limit
        self._clock = clock
        self._windows: dict[str, tuple[datetime, int]] = {}

    def take(self, key: str) -> Allowance:
        """Counts one request of this key, also a refused one."""
        now = self._clock.now()
        resets_at, used = self._windows.get(key, (now, 0))
        if resets_at <= now:
            resets_at, used = now + timedelta(seconds=self.limit.window_seconds), 0
        used += 1
        self._windows[key] = resets_at, used
        return Allowance(
            limit=self.limit.requests,
            remaining=max(0, self.limit.requests - used),
            resets_at=resets_at,
            is_exceeded=used > self.limit.requests,
        )

    def exhausted(self, seconds: float) -> Allowance:
        """The result for a key over its limit, which can send again after so many seconds."""
        return Allowance(
            limit=self.limit.requests,
            remaining=0,
            resets_at=self._clock.now() + timedelta(seconds=seconds),
            is_exceeded=True,
        )
