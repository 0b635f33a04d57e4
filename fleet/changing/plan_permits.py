"""Permits for plans: they catch each request that would change something, because every request asks for a permit
before it is sent. `Recording` records such requests instead. `Held` lets out only those that were planned.
"""

from collections.abc import Awaitable, Callable, Sequence

from fleet.model.plan import Outgoing
from fleet.model.rate_limit import RateFacts
from fleet.model.refusal import Refused
from fleet.ports.permits import Permits


class NotSent(Exception):
    """The request was written down instead."""


class Recording:
    """Permits that let readings out and write down what would change something."""

    def __init__(self, permits: Permits) -> None:
        self.requests: list[Outgoing] = []
        self._permits = permits

    async def take(self, change: Outgoing | None = None) -> None:
        if change is not None:
            self.requests.append(change)
            raise NotSent
        await self._permits.take()

    def learn(self, facts: RateFacts) -> None:
        self._permits.learn(facts)

    async def hold_back(self, send: Callable[[], Awaitable[object]]) -> None:
        """Writes down the request that `send` would send."""
        try:
            await send()
        except NotSent:
            return
        raise RuntimeError("an adapter made a change without asking for its permit")


class Held:
    """Permits that let out readings, and the planned requests in their order. Anything else is `refused`."""

    def __init__(self, permits: Permits, planned: Sequence[Outgoing], refused: Refused) -> None:
        self._permits = permits
        self._planned = list(planned)
        self._refused = refused

    async def take(self, change: Outgoing | None = None) -> None:
        if change is not None and not (self._planned and self._planned.pop(0).announces(change)):
            raise self._refused
        await self._permits.take(change)

    def learn(self, facts: RateFacts) -> None:
        self._permits.learn(facts)
