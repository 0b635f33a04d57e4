"""What an account has at its provider."""

from datetime import datetime
from decimal import Decimal as Number

import strawberry

from gateway.types.capacity import Resources
from gateway.types.records import field


@strawberry.type(description="What was used of something in the running period.")
class Meter:
    name: str
    quantity: Number
    unit: str
    is_capped: bool | None = field(
        "Whether the provider stops at what the plan holds, instead of charging for more. Null where it does not tell."
    )


@strawberry.type(description="So much of something is in a plan.")
class PlanAllowance:
    name: str
    quantity: Number
    unit: str


@strawberry.type(description="A plan that a provider offers, and what it holds.")
class OfferedPlan:
    name: str = field("In the provider's words, as `subscription` has it.")
    display_name: str | None
    monthly_fee: Number | None = field("In the account's currency, which the provider does not tell with it.")
    most_clusters: int | None
    pool: Resources | None = field("What it holds for all clusters together.")
    allowances: list[PlanAllowance]


@strawberry.type(
    description="The plan of an account, what it holds, and what is used of it. What its provider does not tell is "
    "null."
)
class AccountSubscription:
    plan: str | None = field("In the provider's words.")
    cluster_count: int | None = field("The number of clusters by the provider's count.")
    pool: Resources | None = field("What the plan holds for all clusters together.")
    allocated: Resources | None = field("What clusters hold of the pool.")
    meters: list[Meter]
    renews_at: datetime | None
    trial_days_left: int | None
    as_of: datetime | None = field("When the provider worked the meters out.")
