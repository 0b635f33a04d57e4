"""Rate limits: so many requests per key in a window that its first request opens."""

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
    """What one key may still ask, after the request in hand."""

    limit: int
    remaining: int
    resets_at: datetime
    is_exceeded: bool

    def seconds_left(self, now: datetime) -> int:
        """Whole seconds until the window ends, rounded up so that waiting them is enough."""
        return max(1, ceil((self.resets_at - now).total_seconds()))


class Limiter:
    def __init__(self, limit: RateLimit, clock: Clock) -> None:
        self.limit = limit
        self._clock = clock
        self._windows: dict[str, tuple[datetime, int]] = {}

    def take(self, key: str) -> Allowance:
        """Count one request of this key, refused ones included."""
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
        """The allowance of somebody who has asked too often and may ask again in so many seconds."""
        return Allowance(
            limit=self.limit.requests,
            remaining=0,
            resets_at=self._clock.now() + timedelta(seconds=seconds),
            is_exceeded=True,
        )
