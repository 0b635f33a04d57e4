"""Credits: how much query cost a caller may use in a minute. A query costs so many credits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

WINDOW = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class CreditStatus:
    """In credits. `cost` is what was asked for, `remaining` what is left of `limit` until `resets_at`."""

    cost: int
    limit: int
    remaining: int
    resets_at: datetime


class CreditsUsedUp(Exception):
    """Nothing was taken."""

    def __init__(self, credit_status: CreditStatus) -> None:
        super().__init__(
            f"{credit_status.cost} credits are more than the {credit_status.remaining} that are left"
        )
        self.credit_status = credit_status


class Credits(Protocol):
    async def spend(self, caller_id: str, cost: int, now: datetime) -> CreditStatus:
        """Takes all of `cost` or, raising `CreditsUsedUp`, nothing."""
        ...

    def give_back(self, caller_id: str, credits: int, now: datetime) -> None:
        """Returns a part of what was spent at `now` and not needed. It asks nobody: this process takes them off what
        the caller spends next in the same window. They are lost with the process.
        """
        ...

    def used_up(self, caller_id: str, now: datetime) -> CreditStatus | None:
        """The status of a caller of whom this process knows that nothing is left, for a request of one point. It asks
        nobody.
        """
        ...


def window_of(now: datetime) -> datetime:
    """The beginning of the window that contains `now`. It is the same for every process."""
    seconds = WINDOW.total_seconds()
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, now.tzinfo)
