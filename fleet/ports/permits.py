"""What an adapter asks before every request that it sends."""

from typing import Protocol

from fleet.model.plan import Outgoing
from fleet.model.rate_limit import RateFacts


class Permits(Protocol):
    """What one observation may still send."""

    async def take(self, change: Outgoing | None = None) -> None:
        """Called before every request, with the request where it changes something. Waits for a moment where that is
        enough; `BudgetExhausted` where not. Whatever it raises, the request does not go out.
        """
        ...

    def learn(self, facts: RateFacts) -> None:
        """Called after every answer."""
        ...
