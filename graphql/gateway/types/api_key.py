"""API keys, for callers who can create them."""

from datetime import datetime

import strawberry

from fleet.model import api_key, opaque
from fleet.model.caller import Scope
from gateway.context import Info
from gateway.http.codes import Code
from gateway.http.errors import ClientError
from gateway.relay.connections import After, First, Page, ask
from gateway.relay.ids import Node
from gateway.types.records import field, serves

Row = strawberry.Parent[api_key.ApiKey]


def scopes(key: Row) -> list[Scope]:
    return [scope for scope in Scope if scope in key.scopes]


def account_ids(key: Row) -> list[str] | None:
    """The account ids. They include accounts that were disconnected."""
    if key.account_ids is None:
        return None
    return [opaque.write(["Account", account_id]) for account_id in sorted(key.account_ids)]


@strawberry.type(description="A key of this gateway. The key itself is shown once, when it is created.")
class ApiKey(Node):
    is_type_of = serves(api_key.ApiKey)

    name: str
    hint: str = field("Its last four characters.")
    scopes: list[Scope] = field("The scopes, with those that each of them includes.", resolver=scopes)
    account_ids: list[strawberry.ID] | None = field(
        "The accounts that the key can read. Null when it can read every account.", resolver=account_ids
    )
    created_at: datetime
    expires_at: datetime | None = field("When the key expires. Null when it does not expire.")
    last_used_at: datetime | None = field("When the key was last used, to the hour. Null until it was used.")
    revoked_at: datetime | None


async def api_keys(info: Info, first: First = 20, after: After = strawberry.UNSET) -> Page[api_key.ApiKey]:
    pager = ask("apiKeys", first=first, after=after, parts=2)
    if not info.context.caller.may(Scope.ADMIN):
        raise ClientError("This needs the scope ADMIN.", extensions={"code": Code.FORBIDDEN})
    cursor = (pager.after[0], pager.after[1]) if pager.after else None
    found = await info.context.keys.page(after=cursor, limit=pager.first + 1)
    return pager.cut([(key.order, key) for key in found])
