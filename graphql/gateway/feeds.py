"""The feeds that a client follows: changes of phase, and everything that happens."""

from datetime import datetime, timedelta
from typing import Annotated

import strawberry

from fleet.model.event import Event
from fleet.model.ledger import LedgerEntry
from fleet.model.tracking import Transition
from fleet.ports.reader import NotAnOrderKey
from fleet.reading.activity import EventOrder
from gateway.context import Info
from gateway.inputs.filters import EventFilter
from gateway.relay.connections import After, First, Page, ask, not_a_cursor
from gateway.relay.ids import account_id_of
from gateway.types.records import given

_CHANGES_KEPT = timedelta(days=90)

strawberry.enum(EventOrder, description="The end of the feed at which a page begins.")

Since = Annotated[
    datetime | None,
    strawberry.argument(description="Only what was recorded from this time on. The default is 90 days ago."),
]


async def status_changes(
    info: Info, first: First = 50, after: After = strawberry.UNSET, since: Since = strawberry.UNSET
) -> Page[Transition]:
    pager = ask("statusChanges", first=first, after=after)
    now = info.context.now
    try:
        rows, more = await info.context.reader.feed(
            after=pager.after_key,
            since=given(since) or now - _CHANGES_KEPT,
            now=now,
            limit=pager.first + 1,
        )
    except NotAnOrderKey as error:  # only the store can decide this
        raise not_a_cursor() from error
    placed = [((order,), change) for order, change in rows]
    return (
        pager.cut(placed)
        if len(rows) > pager.first
        else pager.page(placed, end=None if more is None else (more,))
    )


async def activity(
    info: Info,
    first: First = 50,
    after: After = strawberry.UNSET,
    order: EventOrder = EventOrder.NEWEST_FIRST,
    since: Since = strawberry.UNSET,
    filter: EventFilter | None = strawberry.UNSET,  # noqa: A002
) -> Page[Event]:
    pager = ask("activity", first=first, after=after)
    now = info.context.now
    where = (given(filter) or EventFilter()).to_where()
    examined = 0

    def wanted(event: Event) -> bool:
        nonlocal examined
        examined += 1
        return where.matches(event)

    try:
        found, more = await info.context.reader.activity(
            wanted,
            after=pager.after_key,
            is_newest_first=order is EventOrder.NEWEST_FIRST,
            since=given(since) or now - _CHANGES_KEPT,
            now=now,
            limit=pager.first + 1,
        )
    except NotAnOrderKey as error:
        raise not_a_cursor() from error
    if given(filter) is not None:
        info.context.examined.append(examined)
    placed = [((event.order,), event) for event in found]
    return (
        pager.cut(placed)
        if len(found) > pager.first
        else pager.page(placed, end=None if more is None else (more,))
    )


async def observations(
    info: Info, account_id: strawberry.ID, first: First = 50, after: After = strawberry.UNSET
) -> Page[LedgerEntry] | None:
    known = account_id_of(account_id)
    pager = ask("observations", known or "", first=first, after=after)
    if known is None or await info.context.accounts.load(known) is None:
        return None
    found = await info.context.reader.ledger(known, before=pager.after_key, limit=pager.first + 1)
    return pager.cut([((order,), entry) for order, entry in found])
