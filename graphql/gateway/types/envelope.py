"""Envelopes: an amount of money a month for a set of accounts or of labelled clusters, and how much of it is spent."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from fleet.model import envelope as domain
from fleet.model.account import TrackedAccount
from fleet.model.capability import Capability
from fleet.model.envelope import BudgetState, EnvelopeStatus
from fleet.reading.envelopes import RULE, status_of
from gateway.context import Context, Info
from gateway.relay.connections import First, ask
from gateway.relay.ids import Node
from gateway.types.capability import unsupported_by_provider
from gateway.types.label import Label
from gateway.types.money import Money
from gateway.types.records import field, serves

if TYPE_CHECKING:
    from gateway.types.account import Account


Row = strawberry.Parent[domain.Envelope]


async def envelopes(info: Info, first: First = 20) -> list[domain.Envelope]:
    pager = ask("envelopes", first=first, after=strawberry.UNSET)
    visible = [one for one in await info.context.envelopes.all() if is_visible(info.context, one)]
    return visible[: 0 if pager.shows_none else pager.first]


def is_visible(context: Context, envelope: domain.Envelope) -> bool:
    """A caller that is limited to accounts sees an envelope of these alone."""
    visible = context.caller.account_ids
    return visible is None or (envelope.account_ids is not None and envelope.account_ids <= visible)


async def accounts(row: Row, info: Info) -> list[TrackedAccount] | None:
    if row.account_ids is None:
        return None
    found = await info.context.accounts.load_many(sorted(row.account_ids))
    return sorted((one for one in found if one is not None), key=lambda one: one.account.order)


def labels(row: Row) -> list[Label]:
    return [Label(key=key, value=value) for key, value in row.labels.items()]


async def budget_status(row: Row, info: Info) -> EnvelopeStatus:
    def unsupported(provider: str) -> str | None:
        return unsupported_by_provider(provider).get(Capability.SPEND)

    context = info.context
    snapshots = await context.snapshots.of(await context.fleet())
    return status_of(row, snapshots, unsupported, context.now)


def rule() -> str:
    return RULE


@strawberry.type(description="Something that no sum of an envelope holds, and why.")
class NotCounted:
    name: str = field("An account, or a cluster as account/name.")
    reason: str


@strawberry.type(description="How an envelope stands in the running period.")
class BudgetStatus:
    state: BudgetState
    reasons: list[str] = field("Why it is OVER or AT_RISK, as sentences. Empty when it is OK.")
    spent: Money = field("What was spent so far, in the envelope's currency.")
    limits_left: Money = field(
        "What its clusters could still spend up to their limits, less `freeAllowance`."
    )
    free_allowance: Money = field(
        "What the free allowances of their organizations still cover of it, each organization once. Zero where labels "
        "choose among the clusters, because those of an organization share its allowance."
    )
    estimate: Money = field("What it comes to at the end of the period, by `rule`.")
    rule: str = field("How the estimate is made.", resolver=rule)
    not_counted: list[NotCounted] = field(
        "What no sum holds: costs that are not known or are in another currency, and clusters without a limit. Up to "
        "100."
    )


@strawberry.type(
    description="So much money a month, for a set of accounts or of labelled clusters. Fleetgraph keeps it and says "
    "how it stands; no provider stops at it."
)
class Envelope(Node):
    is_type_of = serves(domain.Envelope)

    name: str = field("It identifies the envelope.")
    money: Money = field("What may be spent in a calendar month.")
    accounts: list[Annotated["Account", strawberry.lazy("gateway.types.account")]] | None = field(
        "Its accounts. Null when it is about every account.", resolver=accounts
    )
    labels: list[Label] = field(
        "Where there are any, it is about the clusters that have them all.", resolver=labels
    )
    set_by: str = field("Who set it last.")
    set_at: datetime
    budget_status: BudgetStatus = field("How it stands.", resolver=budget_status)
