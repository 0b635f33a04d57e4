"""What Qovery charges an organization: the running period, and its invoices. The bill of the cloud is not in it.

Source: the OpenAPI document 1.0.4. Amounts are integers in cents. An invoice tells no period, and nothing is split by
cluster.
"""

from collections.abc import Iterator
from decimal import Decimal

from adapters.wire import Cents, CurrencyCode, Identity, Lenient, SmallCount, Text, When, WireItem
from fleet.model.money import Money
from fleet.model.spend import CURRENT, Statement, period_name
from fleet.model.subscription import Subscription

OPEN = frozenset({"PENDING"})
"""Invoices that are not made up yet."""
VOIDED = "VOIDED"


class WireCost(Lenient):
    total_in_cents: Cents | None = None
    currency_code: CurrencyCode | None = None


class WireCurrentCost(Lenient):
    plan: Text = None
    remaining_trial_day: SmallCount = None
    renewal_at: When = None
    cost: WireCost | None = None


class WireInvoice(WireItem):
    identifying = frozenset({"total_in_cents", "currency_code", "status"})

    id: Identity
    created_at: When = None
    status: Text = None
    total_in_cents: Cents | None = None
    currency_code: CurrencyCode | None = None


def to_running(wire: WireCurrentCost, account_id: str) -> Iterator[Statement]:
    cost = wire.cost
    if cost is None or cost.total_in_cents is None or cost.currency_code is None:
        return
    yield Statement(
        account_id=account_id,
        external_id=CURRENT,
        period=period_name(None, wire.renewal_at),
        until=wire.renewal_at,
        total=to_amount(cost.total_in_cents, cost.currency_code),
        is_final=False,
        unread_members=wire.unread,
    )


def to_subscription(wire: WireCurrentCost) -> Subscription:
    return Subscription(plan=wire.plan, renews_at=wire.renewal_at, trial_days_left=wire.remaining_trial_day)


def to_statements(wire: WireInvoice, account_id: str) -> Iterator[Statement]:
    """Its period is named after the day on which it was made, because it tells none."""
    if wire.status == VOIDED or wire.total_in_cents is None or wire.currency_code is None:
        return
    yield Statement(
        account_id=account_id,
        external_id=wire.id,
        period=wire.id if wire.created_at is None else f"invoice of {wire.created_at:%Y-%m-%d}",
        total=to_amount(wire.total_in_cents, wire.currency_code),
        is_final=wire.status not in OPEN,
        as_of=wire.created_at,
        unread_members=wire.unread,
    )


def to_amount(cents: int, currency: str) -> Money:
    return Money.rounded(Decimal(cents).scaleb(-2), currency.upper())
