"""How often a provider may be asked, and how often it was asked already."""

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


class RequestUse(StrEnum):
    """What requests were sent for. OTHERS are those that somebody else sent under the same key."""

    CLUSTERS = "CLUSTERS"
    NODES = "NODES"
    DETAILS = "DETAILS"
    PEOPLE = "PEOPLE"
    OTHERS = "OTHERS"


class Spent(Record):
    """`requests` sent from `at` on, within one slice of the window. `account_id` is kept of people's requests alone."""

    share: Share = Share.POLLING
    at: Instant
    requests: int
    use: RequestUse = RequestUse.DETAILS
    account_id: str | None = None


class SharingAccount(Record):
    """An account that drew from a budget, and about when it did last."""

    id: str
    at: Instant


class Budget(Record):
    """What is known of one key: what we sent, what others must have sent, until when the provider refuses.

    `told_limit` is the provider's own number, until `told_until`. `is_tried`: a person tried once since the provider
    began to refuse. `accounts` are those that draw from it.
    """

    spent: Sequence[Spent] = ()
    foreign_requests: int = 0
    foreign_until: Instant | None = None
    blocked_until: Instant | None = None
    is_tried: bool = False
    told_limit: int | None = None
    told_until: Instant | None = None
    accounts: Sequence[SharingAccount] = ()


class RateFacts(Record):
    """What an answer said of the provider's limit. `retry_at` comes with a refusal.

    `is_refused`: the answer was one, whether or not it says for how long. `is_try`: it answers a person who tried
    before the end of an earlier refusal.
    """

    limit: int | None = None
    remaining: int | None = None
    resets_at: Instant | None = None
    retry_at: Instant | None = None
    is_refused: bool = False
    is_try: bool = False


class Draw(Record):
    """Requests that were drawn and counted at `spent.at`, `spent.requests` of them, and may be sent until
    `valid_until`.
    """

    spent: Spent
    valid_until: Instant
    is_try: bool = False


class Grant(Record):
    """`granted` requests may be sent now; when there are none, `retry_at` says when to ask again.

    `draw` is what of it counts; `also` are draws for further uses that came with it.
    """

    budget: Budget
    granted: int
    retry_at: Instant | None = None
    draw: Draw | None = None
    also: Sequence[Draw] = ()

    @property
    def share(self) -> Share | None:
        return None if self.draw is None else self.draw.spent.share


class UsedBy(Record):
    """How many requests of the window in hand went to one use."""

    use: RequestUse
    requests: int


class BudgetStatus(Record):
    """A budget as people see it, in requests."""

    limit: int
    remaining: int
    reserved: int
    window_seconds: int
    resets_at: Instant | None
    used_by: Sequence[UsedBy] = ()


class BudgetExhausted(Exception):
    """The share of the provider's limit is used up until `retry_at`."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(f"the request budget is used up until {retry_at.isoformat(timespec='seconds')}")
        self.retry_at = retry_at
