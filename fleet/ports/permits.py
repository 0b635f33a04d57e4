"""What an adapter asks before every request that it sends."""

from typing import Protocol

from fleet.model.rate_limit import RateFacts


class Permits(Protocol):
    """What one observation may still send."""

    async def take(self) -> None:
        """Called before every request. Waits for a moment where that is enough; `BudgetExhausted` where not."""
        ...

    def learn(self, facts: RateFacts) -> None:
        """Called after every answer."""
        ...
