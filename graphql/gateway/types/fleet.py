"""The fleet in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import strawberry

from fleet.model import money, summary
from fleet.model import provider as providers
from fleet.model.account import TrackedAccount
from fleet.model.cluster import Phase
from fleet.model.summary import Summary
from fleet.reading.free_allowance import covered
from fleet.reading.spend import FleetSpend as SummedSpend
from fleet.reading.version import NEWEST_OPERATIONS, version_of
from gateway.context import Context, Covered, Info
from gateway.types.coverage import Coverage
from gateway.types.money import Money
from gateway.types.provider import Provider, provider_of
from gateway.types.records import field
from gateway.types.scalars import BigInt
from gateway.types.spend import FleetSpend, sum_fleet


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The sums over all accounts, and the accounts."""

    accounts: Sequence[TrackedAccount]
    sum: Summary
    free_allowances: Mapping[str, int]
    """What is taken off the converted limits."""


@dataclass(frozen=True, kw_only=True)
class OfPhase:
    phase: Phase
    count: int


@dataclass(frozen=True, kw_only=True)
class OfProvider:
    provider: providers.Provider
    count: int


Row = strawberry.Parent[Totals]


async def count_fleet(context: Context) -> Totals:
    accounts = await context.fleet()
    return Totals(
        accounts=accounts,
        sum=summary.add(account.state.summary for account in accounts),
        free_allowances=covered(accounts),
    )


def cluster_count(totals: Row) -> int:
    return totals.sum.cluster_count


def by_phase(totals: Row) -> list[OfPhase]:
    return [OfPhase(phase=phase, count=count) for phase, count in totals.sum.by_phase.items()]


def by_provider(totals: Row) -> list[OfProvider]:
    return [
        OfProvider(
            provider=provider_of(key), count=sum(account.state.summary.cluster_count for account in accounts)
        )
        for key, accounts in groupby(totals.accounts, key=lambda account: account.account.provider)
    ]


def spend_limits(totals: Row) -> list[money.Money]:
    return list(summary.money_of(totals.sum.spend_limits))


def converted_spend_limits(totals: Row) -> list[money.Money]:
    return list(summary.money_of(summary.net_of(totals.sum.converted_spend_limits, totals.free_allowances)))


def free_allowances(totals: Row) -> list[money.Money]:
    return list(summary.money_of(totals.free_allowances))


def vcpu_limited_cluster_count(totals: Row) -> int:
    return totals.sum.vcpu_limited_count


def vcpu_limit(totals: Row) -> int:
    return totals.sum.vcpu_limits


def unlimited_cluster_count(totals: Row) -> int:
    return totals.sum.unlimited_count


def unknown_limit_cluster_count(totals: Row) -> int:
    return totals.sum.unknown_limit_count


async def spend(totals: Row, info: Info) -> SummedSpend:
    return await sum_fleet(info.context)


async def version(totals: Row, info: Info) -> str:
    newest = await info.context.reader.operations(before=None, limit=NEWEST_OPERATIONS)
    return version_of(totals.accounts, newest)


async def coverage(totals: Row, info: Info) -> Covered:
    return await info.context.cover()


@strawberry.type(description="The number of clusters in a phase.")
class PhaseCount:
    phase: Phase
    count: int


@strawberry.type(description="The number of clusters at a provider.")
class ProviderCount:
    provider: Provider
    count: int


@strawberry.type(description="The whole fleet in numbers. Deleted clusters are not counted.")
class Fleet:
    cluster_count: int = field(resolver=cluster_count)
    by_phase: list[PhaseCount] = field("One entry for each phase.", resolver=by_phase)
    by_provider: list[ProviderCount] = field("One entry for each connected provider.", resolver=by_provider)
    spend_limits: list[Money] = field(
        "The sums of the limits that providers keep in money, one for each currency.", resolver=spend_limits
    )
    converted_spend_limits: list[Money] = field(
        "The sums of the limits that providers keep in use, converted to money; see `SpendLimit`. The free allowance "
        "of each organization is taken off once: `freeAllowances` has how much.",
        resolver=converted_spend_limits,
    )
    free_allowances: list[Money] = field(
        "What was taken off `convertedSpendLimits`: for each organization the part of its clusters' limits that its "
        "free allowance covers. Nothing is taken off where a cluster without a known limit may use all of it.",
        resolver=free_allowances,
    )
    unlimited_cluster_count: int = field(
        "The number of clusters without a limit. The sums do not include them.",
        resolver=unlimited_cluster_count,
    )
    unknown_limit_cluster_count: int = field(
        "The number of clusters whose limit is unknown. The sums do not include them.",
        resolver=unknown_limit_cluster_count,
    )
    vcpu_limited_cluster_count: int = field(
        "The number of clusters that are limited by their vCPUs, which have no price here. The sums do not include "
        "them, nor do the other counts.",
        resolver=vcpu_limited_cluster_count,
    )
    vcpu_limit: BigInt = field("The vCPUs of those clusters, together.", resolver=vcpu_limit)
    spend: FleetSpend = field("What it costs in the running periods.", resolver=spend)
    version: str = field(
        "Differs once anything has changed that you see of accounts, of what was observed of them, and of the newest "
        "operations: ask for it every few seconds, and for the rest when it differs. An observation that shows nothing "
        "new leaves it as it is. It says nothing of ages, and nothing of envelopes, keys and webhooks, which are kept "
        "here and change when somebody changes them.",
        resolver=version,
    )
    coverage: Coverage = field(
        "The accounts behind the numbers, and which of them were not observed when due.", resolver=coverage
    )
