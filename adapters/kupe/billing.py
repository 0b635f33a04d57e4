"""What a tenant costs at Kupe: the estimate of the running period, and its invoices. Nothing is split by cluster.

Source: the vendor's reference pages and command-line client. Amounts are decimal strings, in the currency beside them.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from adapters.wire import (
    MOST_PARTS,
    Charge,
    CurrencyCode,
    Identity,
    Items,
    Lenient,
    Text,
    Title,
    When,
    Wire,
    WireItem,
)
from fleet.model.money import Money
from fleet.model.spend import CURRENT, SpendLine, Statement, bounded, period_name

RUNNING = frozenset({"Open", "Draft"})
"""Phases of an invoice that can still change: in the vendor's client, and in its pages."""


class CamelLenient(Lenient):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)


class WireCompute(CamelLenient):
    cpu_cost: Charge | None = None
    memory_cost: Charge | None = None
    storage_cost: Charge | None = None


class WireObservability(CamelLenient):
    metrics_overage_cost: Charge | None = None
    log_overage_cost: Charge | None = None


class WireUsage(CamelLenient):
    period_start: When = None
    period_end: When = None
    updated_at: When = None
    currency: CurrencyCode | None = None
    estimated_subtotal: Charge | None = None
    estimated_credits_applied: Charge | None = None
    estimated_total: Charge | None = None
    compute: WireCompute | None = None
    observability: WireObservability | None = None


class WireTenantStatus(CamelLenient):
    current_usage: WireUsage | None = None


class WireTenant(CamelLenient):
    status: WireTenantStatus | None = None


class WirePeriod(CamelLenient):
    start: When = None
    end: When = None


class WireLineItem(CamelLenient):
    kind: Title = None
    cost: Charge | None = None


class WireInvoiceStatus(CamelLenient):
    phase: Text = None
    subtotal: Charge | None = None
    credits_applied: Charge | None = None
    total: Charge | None = None
    currency: CurrencyCode | None = None
    line_items: Annotated[tuple[WireLineItem, ...], Field(max_length=MOST_PARTS * 10)] | None = None


class WireInvoice(CamelLenient, WireItem):
    identity = "name"

    name: Identity
    billing_period: WirePeriod | None = None
    created_at: When = None
    status: WireInvoiceStatus | None = None


class WireInvoices(Wire):
    items: Items


def to_running(wire: WireTenant, account_id: str) -> Iterator[Statement]:
    """Nothing for a tenant that is too young for an estimate."""
    usage = wire.status and wire.status.current_usage
    if not usage or usage.estimated_total is None or usage.currency is None:
        return
    currency = usage.currency.upper()
    compute, observability = usage.compute or WireCompute(), usage.observability or WireObservability()
    parts = {
        "CPU": compute.cpu_cost,
        "memory": compute.memory_cost,
        "storage": compute.storage_cost,
        "metrics beyond the plan": observability.metrics_overage_cost,
        "logs beyond the plan": observability.log_overage_cost,
    }
    yield Statement(
        account_id=account_id,
        external_id=CURRENT,
        period=period_name(usage.period_start, usage.period_end),
        since=usage.period_start,
        until=usage.period_end,
        total=Money.rounded(usage.estimated_total, currency),
        is_final=False,
        as_of=usage.updated_at,
        lines=to_lines(parts, usage.estimated_subtotal, usage.estimated_credits_applied, currency),
        unread_members=wire.unread,
    )


def to_statements(wire: WireInvoice, account_id: str) -> Iterator[Statement]:
    status, period = wire.status, wire.billing_period or WirePeriod()
    if status is None or status.total is None or status.currency is None:
        return
    currency = status.currency.upper()
    parts: dict[str, Charge | None] = {}
    for item in status.line_items or ():
        label = item.kind or "other"
        parts[label] = (parts.get(label) or Decimal(0)) + (item.cost or Decimal(0))
    yield Statement(
        account_id=account_id,
        external_id=wire.name,
        period=wire.name,
        since=period.start,
        until=period.end,
        total=Money.rounded(status.total, currency),
        is_final=status.phase not in RUNNING,
        as_of=wire.created_at,
        lines=to_lines(parts, status.subtotal, status.credits_applied, currency),
        unread_members=wire.unread,
    )


def to_lines(
    parts: Mapping[str, Charge | None], subtotal: Charge | None, credits: Charge | None, currency: str
) -> tuple[SpendLine, ...]:
    """The parts, what the sum before credits holds beside them (the fee of the plan, for example), and the credits."""
    amounts = {label: amount for label, amount in parts.items() if amount is not None}
    if subtotal is not None:
        amounts["plan, and all else"] = subtotal - sum(amounts.values())
    if credits is not None:
        amounts["credits"] = -credits
    return bounded(
        (SpendLine(label=label, amount=Money.rounded(amount, currency)) for label, amount in amounts.items()),
        currency,
    )
