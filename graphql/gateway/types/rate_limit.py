"""What a caller may spend on queries."""

from datetime import datetime

import strawberry

from fleet.ports.credits import CreditStatus
from gateway.context import Info
from gateway.types.records import field


@strawberry.type(
    description="What you may spend on queries, in points: a field is one, as often as it may be answered. The same is "
    "in the answer's `extensions.rateLimit`."
)
class RateLimit:
    cost: int = field("What this query was taken for: the most that it may cost.")
    limit: int = field("How much you may spend in a minute.")
    remaining: int = field("How much of it is left, this query taken off.")
    resets_at: datetime = field("When all of it is there again.")


def rate_limit(info: Info) -> CreditStatus:
    """`Bounds` has seen to it before anything was executed."""
    assert info.context.standing is not None
    return info.context.standing
