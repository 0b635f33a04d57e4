"""What accounts and clusters cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from fleet.model import money, summary
from fleet.model import provider as providers
from fleet.model import spend as domain
from fleet.model.account import Collection, TrackedAccount
from fleet.model.capability import Capability
from fleet.model.tracking import TrackedCluster
from fleet.ports.reader import Ref
from fleet.reading.spend import FleetSpend as SummedSpend
from fleet.reading.spend import LeftOut, sum_up
from gateway.context import Context, Info
from gateway.relay.connections import First, ask
from gateway.types.capability import unsupported_by_provider
from gateway.types.money import Money
from gateway.types.provider import Provider, provider_of
from gateway.types.records import field

if TYPE_CHECKING:
    from gateway.types.account import Account
    from gateway.types.cluster import Cluster


@dataclass(frozen=True, kw_only=True)
class ShownStatement:
    """A statement of an account, and when that was last asked for them."""

    account: TrackedAccount
    statement: domain.Statement

    @property
    def period(self) -> str:
        return self.statement.period

    @property
    def since(self) -> datetime | None:
        return self.statement.since

    @property
    def until(self) -> datetime | None:
        return self.statement.until

    @property
    def total(self) -> money.Money:
        return self.statement.total

    @property
    def is_final(self) -> bool:
        return self.statement.is_final

    @property
    def as_of(self) -> datetime | None:
        return self.statement.as_of or self.account.state.of(Collection.SPEND).observed_at

    @property
    def leaves_out(self) -> str | None:
        return provider_of(self.account.account.provider).spend_leaves_out


@dataclass(frozen=True, kw_only=True)
class ShownLine:
    account_id: str
    line: domain.SpendLine

    @property
    def label(self) -> str:
        return self.line.label

    @property
    def amount(self) -> money.Money:
        return self.line.amount


@dataclass(frozen=True, kw_only=True)
class OfProvider:
    provider: providers.Provider
    total: Sequence[money.Money]


@dataclass(frozen=True, kw_only=True)
class OfAccount:
    account: TrackedAccount
    total: Sequence[money.Money]


StatementRow = strawberry.Parent[ShownStatement]
LineRow = strawberry.Parent[ShownLine]
Row = strawberry.Parent[SummedSpend]


async def spend_of_account(
    row: strawberry.Parent[TrackedAccount], info: Info, first: First = 3
) -> list[ShownStatement] | None:
    account_id = row.account.id
    pager = ask("spend", account_id, first=first, after=strawberry.UNSET)
    if Capability.SPEND in unsupported_by_provider(row.account.provider):
        return None
    known = await info.context.reader.statements_of(account_id)
    found = domain.newest_first(one.item for one in known)[: 0 if pager.shows_none else pager.first]
    return [ShownStatement(account=row, statement=one) for one in found]


def spend_of_cluster(row: strawberry.Parent[TrackedCluster]) -> list[domain.ClusterSpend] | None:
    if Capability.CLUSTER_SPEND in unsupported_by_provider(row.item.provider) or row.facts.spend is None:
        return None
    return list(row.facts.spend)


def lines(row: StatementRow, first: First = 10) -> list[ShownLine]:
    pager = ask("lines", row.statement.key, first=first, after=strawberry.UNSET)
    shown = row.statement.lines[: 0 if pager.shows_none else pager.first]
    return [ShownLine(account_id=row.account.account.id, line=line) for line in shown]


async def cluster_of_line(row: LineRow, info: Info) -> TrackedCluster | None:
    if row.line.cluster_key is None:
        return None
    return await info.context.clusters.load(Ref(row.account_id, row.line.cluster_key))


async def sum_fleet(context: Context) -> SummedSpend:
    def unsupported(provider: str) -> str | None:
        return unsupported_by_provider(provider).get(Capability.SPEND)

    return sum_up(await context.fleet(), unsupported, context.now)


def total(row: Row) -> list[money.Money]:
    return list(summary.money_of(row.total))


def by_provider(row: Row) -> list[OfProvider]:
    return [
        OfProvider(provider=provider_of(key), total=summary.money_of(sums))
        for key, sums in row.by_provider.items()
    ]


def by_account(row: Row, first: First = 20) -> list[OfAccount]:
    return [
        OfAccount(account=account, total=summary.money_of(sums))
        for account, sums in row.by_account[: _bounded(first)]
    ]


def left_out(row: Row, first: First = 20) -> list[LeftOut]:
    return list(row.left_out[: _bounded(first)])


def left_out_count(row: Row) -> int:
    return len(row.left_out)


def account_of(row: strawberry.Parent[OfAccount | LeftOut]) -> TrackedAccount:
    return row.account


def _bounded(first: int) -> int:
    pager = ask("fleetSpend", first=first, after=strawberry.UNSET)
    return 0 if pager.shows_none else pager.first


@strawberry.type(description="A part of what an account costs. The parts need not add up to the total.")
class SpendLine:
    label: str = field("The cluster's name, or the provider's word for it: a fee, credits, tax.")
    cluster: Annotated["Cluster", strawberry.lazy("gateway.types.cluster")] | None = field(
        "The cluster that it is for. Null for what belongs to none, and for a cluster that is not known here.",
        resolver=cluster_of_line,
    )
    amount: Money = field("A credit is negative.")


@strawberry.type(
    description="What a provider charges an account in a period, in one currency. Nothing is converted between "
    "currencies. Amounts are rounded to the smallest unit of the currency."
)
class AccountSpend:
    period: str = field("The name of the period: a month such as 2026-11 where it is one.")
    since: datetime | None = field("When it began. Null where the provider does not tell.")
    until: datetime | None = field("When it ends or ended. Null where the provider does not tell.")
    total: Money
    is_final: bool = field("Whether it is an invoice. A running period is a draft or an estimate.")
    as_of: datetime | None = field("When the provider worked it out, else when it was last observed.")
    leaves_out: str | None = field("What the provider's amounts do not hold, as a sentence.")
    lines: list[SpendLine] = field("Its parts, the largest first.", resolver=lines)


@strawberry.type(description="What a cluster costs, by the newest statement that is split by cluster.")
class ClusterSpend:
    period: str = field("The name of the period: a month such as 2026-11 where it is one.")
    since: datetime | None
    until: datetime | None
    amount: Money
    is_final: bool = field("Whether it is from an invoice.")


@strawberry.type(
    description="What the accounts at a provider cost in the running period, one sum for each currency."
)
class ProviderSpend:
    provider: Provider
    total: list[Money]


@strawberry.type(description="What an account costs in the running period, one sum for each currency.")
class SummedAccountSpend:
    account: Annotated["Account", strawberry.lazy("gateway.types.account")] = field(resolver=account_of)
    total: list[Money]


@strawberry.type(description="An account that no sum holds, and why.")
class UncountedAccount:
    account: Annotated["Account", strawberry.lazy("gateway.types.account")] = field(resolver=account_of)
    reason: str


@strawberry.type(
    description="What the fleet costs in the running periods, by the providers' own statements. Nothing is converted "
    "between currencies, so each has a sum of its own."
)
class FleetSpend:
    total: list[Money] = field("One sum for each currency.", resolver=total)
    by_provider: list[ProviderSpend] = field(resolver=by_provider)
    by_account: list[SummedAccountSpend] = field("The dearest first.", resolver=by_account)
    left_out: list[UncountedAccount] = field("Accounts that no sum holds.", resolver=left_out)
    left_out_count: int = field("The number of all accounts that no sum holds.", resolver=left_out_count)
