"""A caller's credits for queries."""

from datetime import datetime

import strawberry

from fleet.ports.credits import CreditStatus
from gateway.context import Info
from gateway.types.records import field


@strawberry.type(
    description="Your credits for queries. The query cost is counted in credits: an object costs one credit for each "
    "time that it may be read, with ten of its fields. The answer's `extensions.rateLimit` also has the actual cost."
)
class RateLimit:
    cost: int = field("The query cost that this query was charged: the most that it may cost.")
    limit: int = field("Your credits for a minute.")
    remaining: int = field("The credits that are left after this query.")
    resets_at: datetime = field("When all credits are available again.")


def rate_limit(info: Info) -> CreditStatus:
    """The status of the credits, which `Bounds` has set before execution."""
    assert info.context.credit_status is not None
    return info.context.credit_status
