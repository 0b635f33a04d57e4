"""How often a provider may be asked, and what was asked already."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from fleet.model.record import Instant, Record


class RateScope(StrEnum):
    """What a provider counts requests by. TOKEN also stands for "user" where a token is all we hold of one."""

    TOKEN = "TOKEN"  # noqa: S105
    ADDRESS = "ADDRESS"


class RateLimit(Record):
    """How often a provider may be asked. `requests` is null where no number is published."""

    requests: int | None
    window_seconds: int
    scope: RateScope


class Share(StrEnum):
    POLLING = "polling"
    INTERACTIVE = "interactive"


class Spent(Record):
    """`requests` sent from `at` on, within one twentieth of the window."""

    share: Share
    at: Instant
    requests: int


class Budget(Record):
    """What is known of one key: what we sent, what others must have sent, until when the provider refuses."""

    spent: Sequence[Spent] = ()
    foreign_requests: int = 0
    foreign_until: Instant | None = None
    blocked_until: Instant | None = None


class RateFacts(Record):
    """What an answer told of the provider's limit. `retry_at` comes with a refusal."""

    limit: int | None = None
    remaining: int | None = None
    resets_at: Instant | None = None
    retry_at: Instant | None = None


class Grant(Record):
    """`granted` requests may be sent now; when there are none, `retry_at` says when to ask again."""

    budget: Budget
    granted: int
    retry_at: Instant | None = None


class BudgetStatus(Record):
    """A budget as people see it, in requests."""

    limit: int
    remaining: int
    reserved: int
    window_seconds: int
    resets_at: Instant | None


class BudgetExhausted(Exception):
    """The share of the provider's limit is used up until `retry_at`."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(f"the request budget is used up until {retry_at.isoformat(timespec='seconds')}")
        self.retry_at = retry_at
