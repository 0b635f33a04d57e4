"""What an account costs at Northflank: its invoices, and the use of the running month, without the bill of the cloud.

Sources: the vendor's documentation of June 2026, and its newer client, whose names differ (`byoc` for `byocUsage`,
`status` for `paid`) and which splits an invoice by cluster. Both namings are read. Amounts are numbers in cents, times
Unix seconds.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AliasChoices, Field

from adapters.northflank.camel import CamelItem, CamelPart
from adapters.northflank.wire import WirePage, listed
from adapters.wire import Charge, CurrencyCode, Identity, Items, Text, Title, Wire
from fleet.model.money import Money
from fleet.model.spend import CURRENT, SpendLine, Statement, bounded, period_name

MOST_BILLED = 5_000
"""The most clusters, line items and hours of one answer."""

Seconds = Annotated[Decimal, Field(ge=0, lt=10**11)]


class WirePeriod(CamelPart):
    start: Seconds | None = None
    end: Seconds | None = None


class WirePrice(CamelPart):
    total: Charge | None = None


class WireBilledCluster(CamelPart):
    id: Identity
    name: Title = None
    price: WirePrice | None = None


class WireByoc(CamelPart):
    price: WirePrice | None = None
    clusters: Annotated[tuple[WireBilledCluster, ...], Field(max_length=MOST_BILLED)] = ()


class WirePaas(CamelPart):
    price: WirePrice | None = None


class WireLineItem(CamelPart):
    title: Title = None
    total: Charge | None = None


class WireTax(CamelPart):
    amount: Charge | None = None


class WireBilled(CamelPart):
    """What an invoice and an answer about use have in common."""

    currency: CurrencyCode | None = None
    total: Charge | None = None
    byoc: WireByoc | None = Field(default=None, validation_alias=AliasChoices("byoc", "byocUsage"))
    paas: WirePaas | None = Field(default=None, validation_alias=AliasChoices("paas", "paasUsage"))


class WireInvoice(WireBilled, CamelItem):
    identifying = frozenset({"total", "status"})

    period: WirePeriod | None = None
    status: Text = None
    line_items: Annotated[tuple[WireLineItem, ...], Field(max_length=MOST_BILLED)] | None = None
    discounts: WirePrice | None = None
    tax: WireTax | None = None


class WireInvoicePage(WirePage):
    items: Items = listed("invoices")


class WireRawAnswer(Wire):
    data: Mapping[str, object]


class WireUse(WireBilled):
    """The sum of a window, or of each hour in it."""

    usage: Annotated[tuple[WireBilled, ...], Field(max_length=MOST_BILLED)] | None = None


class WireUseAnswer(Wire):
    data: WireUse


def to_identified(raw: object) -> object:
    """An invoice, with the beginning of its period for an id where the older API shows none."""
    if not isinstance(raw, Mapping) or raw.get("id") is not None:
        return raw
    period = raw.get("period")
    start = period.get("start") if isinstance(period, Mapping) else None
    return raw if start is None else {**raw, "id": f"of-{start}"}


def to_statements(wire: WireInvoice, account_id: str) -> Iterator[Statement]:
    """An invoice is final unless it is a draft: whether it was paid changes nothing of it."""
    if wire.total is None:
        return
    since, until = to_instants(wire.period)
    currency = (wire.currency or "usd").upper()
    yield Statement(
        account_id=account_id,
        external_id=wire.id,
        period=period_name(since, until),
        since=since,
        until=until,
        total=to_amount(wire.total, currency),
        is_final=wire.status != "draft",
        lines=bounded(to_lines(wire, currency), currency),
        unread_members=wire.unread,
    )


def to_running(wire: WireUse, account_id: str, since: datetime, until: datetime) -> Iterator[Statement]:
    """The use since the month began. Hours are added up where the answer has no sum."""
    parts = [wire] if wire.total is not None or not wire.usage else list(wire.usage)
    totals = [total for total in map(to_total, parts) if total is not None]
    if not totals:
        return
    currency = (wire.currency or next((one.currency for one in parts if one.currency), None) or "usd").upper()
    yield Statement(
        account_id=account_id,
        external_id=CURRENT,
        period=period_name(since, until),
        since=since,
        until=until,
        total=to_amount(sum(totals, Decimal(0)), currency),
        is_final=False,
        lines=bounded(to_parts(wire, currency), currency),
        unread_members=wire.unread,
    )


def to_total(wire: WireBilled) -> Decimal | None:
    if wire.total is not None:
        return wire.total
    prices = [
        part.price.total for part in (wire.byoc, wire.paas) if part is not None and part.price is not None
    ]
    known = [price for price in prices if price is not None]
    return sum(known, Decimal(0)) if known else None


def to_lines(wire: WireInvoice, currency: str) -> Iterator[SpendLine]:
    yield from to_parts(wire, currency)
    for item in wire.line_items or ():
        if item.total is not None:
            yield SpendLine(label=item.title or "other", amount=to_amount(item.total, currency))
    if wire.discounts is not None and wire.discounts.total is not None:
        yield SpendLine(label="discounts", amount=to_amount(-abs(wire.discounts.total), currency))
    if wire.tax is not None and wire.tax.amount is not None:
        yield SpendLine(label="tax", amount=to_amount(wire.tax.amount, currency))


def to_parts(wire: WireBilled, currency: str) -> Iterator[SpendLine]:
    """The clusters, what their sum holds beside them, and Northflank's own hosting."""
    byoc = wire.byoc or WireByoc()
    rest = byoc.price.total if byoc.price is not None else None
    for cluster in byoc.clusters:
        price = cluster.price.total if cluster.price is not None else None
        if price is not None:
            rest = None if rest is None else rest - price
            yield SpendLine(
                label=cluster.name or cluster.id,
                cluster_external_id=cluster.id,
                amount=to_amount(price, currency),
            )
    yield from to_line("clusters" if not byoc.clusters else "other clusters", rest, currency)
    hosting = wire.paas.price.total if wire.paas is not None and wire.paas.price is not None else None
    yield from to_line("Northflank's own hosting", hosting, currency)


def to_line(label: str, cents: Decimal | None, currency: str) -> Iterable[SpendLine]:
    return () if not cents else (SpendLine(label=label, amount=to_amount(cents, currency)),)


def to_amount(cents: Decimal, currency: str) -> Money:
    return Money.rounded(cents.scaleb(-2), currency)


def to_instants(period: WirePeriod | None) -> tuple[datetime | None, datetime | None]:
    if period is None:
        return None, None
    return to_instant(period.start), to_instant(period.end)


def to_instant(seconds: Decimal | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC)
