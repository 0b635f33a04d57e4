"""What a tenant costs at Kupe: the estimate of the running period, and its invoices. Nothing is split by cluster.

Source: the vendor's reference pages and command-line client. Amounts are decimal strings, in the currency beside them.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
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
    SmallCount,
    Text,
    Title,
    When,
    Wire,
    WireItem,
)
from fleet.model.cluster import Resources
from fleet.model.money import Money
from fleet.model.spend import CURRENT, SpendLine, Statement, bounded, period_name
from fleet.model.subscription import Allowance, Meter, OfferedPlan, Subscription

RUNNING = frozenset({"Open", "Draft"})
"""Phases of an invoice that can still change: in the vendor's client, and in its pages."""


class CamelLenient(Lenient):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)


class WireCompute(CamelLenient):
    cpu_core_hours: Charge | None = None
    memory_hours: Charge | None = Field(default=None, alias="memoryGiBHours")
    storage_hours: Charge | None = Field(default=None, alias="storageGiBHours")
    cpu_cost: Charge | None = None
    memory_cost: Charge | None = None
    storage_cost: Charge | None = None


class WireObservability(CamelLenient):
    current_active_series: Charge | None = None
    billable_active_series: Charge | None = Field(default=None, alias="billableActiveSeriesP95")
    log_ingest: Charge | None = Field(default=None, alias="logIngestGB")
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


class WirePool(Lenient):
    """Bare numbers: cores, GiB and GiB."""

    cpu: Charge | None = None
    memory: Charge | None = None
    storage: Charge | None = None


class WireTenantStatus(CamelLenient):
    cluster_count: SmallCount = None
    pool_resources: WirePool | None = None
    allocated_resources: WirePool | None = None
    current_usage: WireUsage | None = None


class WireTenant(CamelLenient):
    """Its address and its members are personal data, and are not read."""

    plan: Text = None
    enforce_metrics_limit: bool | None = None
    enforce_log_limit: bool | None = None
    status: WireTenantStatus | None = None


class WireObservabilityPool(CamelLenient):
    max_active_series: Charge | None = None
    log_ingest: Charge | None = Field(default=None, alias="logIngestGB")
    retention_days: Charge | None = None
    max_receivers: Charge | None = None


class WirePlan(CamelLenient, WireItem):
    """Figures in the vendor's sources differ by age: these are the server's."""

    identity = "name"

    name: Identity
    display_name: Title = None
    platform_fee: Charge | None = None
    max_clusters: SmallCount = None
    resource_pool: WirePool | None = None
    observability_pool: WireObservabilityPool | None = None


class WirePlans(Wire):
    items: Items


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


def to_plan(wire: WirePlan, account_id: str) -> OfferedPlan:
    """The pools may be missing."""
    pool = wire.observability_pool or WireObservabilityPool()
    allowances = (
        ("metrics", pool.max_active_series, "active series"),
        ("logs", pool.log_ingest, "GB a month"),
        ("retention", pool.retention_days, "days"),
        ("alerts", pool.max_receivers, "receivers"),
    )
    return OfferedPlan(
        account_id=account_id,
        name=wire.name,
        display_name=wire.display_name,
        monthly_fee=wire.platform_fee,
        most_clusters=wire.max_clusters,
        pool=to_pool(wire.resource_pool),
        allowances=tuple(
            Allowance(name=name, quantity=quantity, unit=unit)
            for name, quantity, unit in allowances
            if quantity is not None
        ),
    )


def to_subscription(wire: WireTenant) -> Subscription:
    """Any block may be missing in a young tenant."""
    status = wire.status or WireTenantStatus()
    usage = status.current_usage or WireUsage()
    compute, observability = usage.compute or WireCompute(), usage.observability or WireObservability()
    metrics, logs = wire.enforce_metrics_limit, wire.enforce_log_limit
    meters = (
        ("CPU", compute.cpu_core_hours, "core hours", None),
        ("memory", compute.memory_hours, "GiB hours", None),
        ("storage", compute.storage_hours, "GiB hours", None),
        ("metrics now", observability.current_active_series, "active series", metrics),
        ("metrics that count (P95)", observability.billable_active_series, "active series", metrics),
        ("logs", observability.log_ingest, "GB", logs),
    )
    return Subscription(
        plan=wire.plan,
        cluster_count=status.cluster_count,
        pool=to_pool(status.pool_resources),
        allocated=to_pool(status.allocated_resources),
        meters=tuple(
            Meter(name=name, quantity=quantity, unit=unit, is_capped=is_capped)
            for name, quantity, unit, is_capped in meters
            if quantity is not None
        ),
        as_of=usage.updated_at,
    )


def to_pool(wire: WirePool | None) -> Resources | None:
    if wire is None:
        return None
    cores, memory, storage = (
        None if number is None else Fraction(number) for number in (wire.cpu, wire.memory, wire.storage)
    )
    return Resources(
        cpu_millicores=_whole(cores, 1000), memory_mib=_whole(memory, 1024), storage_mib=_whole(storage, 1024)
    )


def _whole(number: Fraction | None, factor: int) -> int | None:
    """Null where it is no whole number of the smaller unit."""
    return None if number is None or (number * factor).denominator != 1 else int(number * factor)


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
