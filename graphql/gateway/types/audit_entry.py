"""The audit log of accounts, tokens and keys, for callers with the scope ADMIN."""

from datetime import datetime

import strawberry

from fleet.model import audit
from fleet.model.audit import AuditOutcome
from fleet.model.caller import Scope
from gateway.context import Info
from gateway.http.codes import Code
from gateway.http.errors import ClientError
from gateway.relay.connections import After, First, Page, ask
from gateway.types.records import field, serves

strawberry.enum(
    AuditOutcome,
    description="The result. BEGUN: the change was asked for, and its end is unknown. REFUSED: nothing changed.",
)


@strawberry.type(description="A record that an account, a token or a key was created, changed or removed.")
class AuditEntry:
    is_type_of = serves(audit.AuditEntry)

    at: datetime
    action: str = field("The name of the mutation.")
    subject: str = field("The name or ID of the object, as it was given.")
    name: str | None = field("The name of the object at that time. Null where there was no such thing.")
    caller: str = field("The name of the caller: the name of a key, or the subject of a token.")
    caller_id: str = field(
        "The unique id of the caller: the admin key, a key with its identifier, or a token with its issuer and "
        "subject."
    )
    outcome: AuditOutcome


async def audit_log(info: Info, first: First = 20, after: After = strawberry.UNSET) -> Page[audit.AuditEntry]:
    pager = ask("auditLog", first=first, after=after, parts=1)
    if not info.context.caller.may(Scope.ADMIN):
        raise ClientError("This needs the scope ADMIN.", extensions={"code": Code.FORBIDDEN})
    found = await info.context.audit.page(before=pager.after_key, limit=pager.first + 1)
    return pager.cut([((order,), entry) for order, entry in found])
