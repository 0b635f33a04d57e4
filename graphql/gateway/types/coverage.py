"""Coverage: which accounts an answer covers, and which of them were not observed when due."""

import strawberry

from fleet.model.account import TrackedAccount
from gateway.context import Covered
from gateway.relay.connections import After, Connection, First, Page, ask
from gateway.types.account import Account
from gateway.types.records import field


def missing(
    covered: strawberry.Parent[Covered], first: First = 10, after: After = strawberry.UNSET
) -> Page[TrackedAccount]:
    pager = ask("missing", first=first, after=after, parts=2)
    rows = [(account.account.order, account) for account in covered.missing]
    if pager.after is not None:
        rows = [(order, account) for order, account in rows if order > pager.after]
    return pager.cut(rows[: pager.first + 1])


@strawberry.type(
    description="How complete an answer is: which accounts it covers, and which of them were not observed when due."
)
class Coverage:
    is_complete: bool = field("Whether every account was observed when due.")
    account_count: int
    missing_count: int
    missing: Connection[Account] = field(
        "The accounts whose current state is unknown. The `freshness` of each says why.", resolver=missing
    )
