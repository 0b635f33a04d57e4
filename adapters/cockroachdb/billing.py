"""What an organization costs at CockroachDB Cloud: its invoices, of which the one in DRAFT is the running month.

Source: the OpenAPI document of 2024-09-16 and the vendor's guide. Amounts are JSON numbers in whole units; dollars and
credits of the provider's own are two currencies. An item is the part of one cluster, which may be deleted by now;
adjustments (a free credit, support) belong to none.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import Field

from adapters.wire import Charge, CurrencyCode, Identity, Items, Lenient, Text, Title, When, Wire, WireItem
from fleet.model.money import Money
from fleet.model.spend import SpendLine, Statement, bounded, period_name

MOST_ITEMS_OF_AN_INVOICE = 10_000


class WireAmount(Lenient):
    amount: Charge | None = None
    currency: CurrencyCode | None = None


Amounts = Annotated[tuple[WireAmount, ...], Field(max_length=20)]


class WireBilledCluster(Lenient):
    id: Identity
    name: Title = None


class WireInvoiceItem(Lenient):
    cluster: WireBilledCluster
    totals: Amounts = ()


class WireAdjustment(Lenient):
    name: Title = None
    amount: WireAmount | None = None


class WireInvoice(WireItem):
    identity = "invoice_id"
    identifying = frozenset({"totals", "status"})

    invoice_id: Identity
    period_start: When = None
    period_end: When = None
    status: Text = None
    totals: Amounts = ()
    invoice_items: Annotated[tuple[WireInvoiceItem, ...], Field(max_length=MOST_ITEMS_OF_AN_INVOICE)] = ()
    adjustments: Annotated[tuple[WireAdjustment, ...], Field(max_length=MOST_ITEMS_OF_AN_INVOICE)] | None = (
        None
    )


class WireInvoices(Wire):
    invoices: Items


def to_statements(wire: WireInvoice, account_id: str) -> Iterator[Statement]:
    """One for each currency of its totals."""
    lines = list(to_lines(wire))
    for total in to_amounts(wire.totals):
        yield Statement(
            account_id=account_id,
            external_id=wire.invoice_id,
            period=period_name(wire.period_start, wire.period_end),
            since=wire.period_start,
            until=wire.period_end,
            total=total,
            is_final=wire.status != "DRAFT",
            lines=bounded((one for one in lines if one.amount.currency == total.currency), total.currency),
            unread_members=wire.unread,
        )


def to_lines(wire: WireInvoice) -> Iterator[SpendLine]:
    for item in wire.invoice_items:
        for amount in to_amounts(item.totals):
            yield SpendLine(
                label=item.cluster.name or item.cluster.id, cluster_external_id=item.cluster.id, amount=amount
            )
    for adjustment in wire.adjustments or ():
        for amount in to_amounts([adjustment.amount] if adjustment.amount is not None else []):
            yield SpendLine(label=adjustment.name or "adjustment", amount=amount)


def to_amounts(amounts: Iterable[WireAmount]) -> Iterator[Money]:
    for one in amounts:
        if one.amount is not None and one.currency is not None:
            yield Money.rounded(one.amount, one.currency.upper())
