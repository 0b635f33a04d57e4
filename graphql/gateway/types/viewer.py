"""The caller."""

import strawberry

from fleet.model.account import TrackedAccount
from fleet.model.caller import Caller, Scope
from gateway.context import Info
from gateway.relay.connections import After, Connection, First, Page, ask
from gateway.types.account import Account
from gateway.types.records import field

Row = strawberry.Parent[Caller]


def scopes(caller: Row) -> list[Scope]:
    return [scope for scope in Scope if caller.may(scope)]


async def accounts(
    caller: Row, info: Info, first: First = 20, after: After = strawberry.UNSET
) -> Page[TrackedAccount] | None:
    pager = ask("Viewer.accounts", first=first, after=after, parts=2)
    if caller.account_ids is None:
        return None
    cursor = (pager.after[0], pager.after[1]) if pager.after else None
    found = await info.context.reader.accounts(after=cursor, limit=pager.first + 1)
    return pager.cut([(account.account.order, account) for account in found])


@strawberry.type(description="The caller and its scopes.")
class Viewer:
    name: str = field("The name of the key.")
    scopes: list[Scope] = field("The scopes, with those that each of them includes.", resolver=scopes)
    accounts: Connection[Account] | None = field(
        "The accounts that the key can read. Null when it can read every account.",
        resolver=accounts,
    )


def viewer(info: Info) -> Caller:
    return info.context.caller
