"""What an account has at its provider: the plan that it is on, what that holds, and what is used of it."""

from decimal import Decimal

from fleet.model.cluster import Resources
from fleet.model.quantity import Count
from fleet.model.record import Instant, Record

MOST_METERS = 20
"""Meters of an account that are kept: more than any provider has."""
MOST_PLANS = 20
"""Plans of an account that are read: more than any provider offers."""


class Meter(Record):
    """What was used of something in the running period. `is_capped`: the provider stops at what the plan holds, instead
    of charging for more; null where it does not tell.
    """

    name: str
    quantity: Decimal
    unit: str
    is_capped: bool | None = None


class Allowance(Record):
    """So much of something is in a plan."""

    name: str
    quantity: Decimal
    unit: str


class OfferedPlan(Record):
    """A plan that the provider offers, and what it holds. `monthly_fee` is in the account's currency, which is not told
    with it.
    """

    account_id: str
    name: str
    display_name: str | None = None
    monthly_fee: Decimal | None = None
    most_clusters: Count = None
    pool: Resources | None = None
    allowances: tuple[Allowance, ...] = ()

    @property
    def key(self) -> str:
        return self.name


class Subscription(Record):
    """`pool` is what the plan holds and `allocated` what clusters hold of it. What the provider does not tell is null.
    `as_of` is when the provider worked the meters out.
    """

    plan: str | None = None
    cluster_count: Count = None
    pool: Resources | None = None
    allocated: Resources | None = None
    meters: tuple[Meter, ...] = ()
    renews_at: Instant | None = None
    trial_days_left: Count = None
    as_of: Instant | None = None
