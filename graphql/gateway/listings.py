"""The listings of integrations and operations: a page of either in its own order, or in the one that is asked for."""

from typing import Annotated

import strawberry

from fleet.model.integration import Integration
from fleet.model.operation import Operation
from fleet.model.tracking import Tracked
from fleet.ports.reader import FleetOrder
from fleet.reading import operation_pages, pages
from fleet.reading.integration_pages import sort_integrations
from gateway.context import Info
from gateway.inputs.filters import IntegrationFilter, IntegrationOrder, OperationFilter, OperationOrder
from gateway.relay.connections import After, First, Page, ask
from gateway.relay.orders import ask_in_order, read_orders, sorting
from gateway.types.records import given

IntegrationOrderBy = Annotated[
    list[IntegrationOrder] | None,
    strawberry.argument(description="Up to 4 fields. The default is provider, account, name."),
]
OperationOrderBy = Annotated[
    list[OperationOrder] | None,
    strawberry.argument(description="Up to 4 fields. The default is the newest first, also among equals."),
]


async def integrations(
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    filter: IntegrationFilter | None = strawberry.UNSET,  # noqa: A002
    order_by: IntegrationOrderBy = strawberry.UNSET,
) -> Page[Tracked[Integration]]:
    context, place = info.context, len(FleetOrder._fields)
    where = (given(filter) or IntegrationFilter()).to_where()
    if not (ordering := read_orders(order_by)):
        pager = ask("integrations", first=first, after=after, parts=place)
        start = FleetOrder(*pager.after) if pager.after else None
        page = await pages.integrations(
            context.reader, where, after=start, first=pager.first, accounts=context.account_reads
        )
        if given(filter) is not None:
            context.examined.append(page.examined)
        return pager.page(await context.of_known_accounts(page.rows), end=page.end)
    pager = ask_in_order("integrations", ordering=ordering, place=place, first=first, after=after)
    accounts = await context.fleet()
    with sorting("integrations"):
        found = await sort_integrations(
            context.reader, accounts, where, ordering, after=pager.after, limit=pager.first + 1
        )
    for _, (account, _) in found:
        context.know(account)
    return pager.cut([(cursor, row) for cursor, (_, row) in found])


async def operations(
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    filter: OperationFilter | None = strawberry.UNSET,  # noqa: A002
    order_by: OperationOrderBy = strawberry.UNSET,
) -> Page[Operation]:
    context = info.context
    where = (given(filter) or OperationFilter()).to_where()
    if not (asked := read_orders(order_by)):
        pager = ask("operations", first=first, after=after, parts=2)
        before = (pager.after[0], pager.after[1]) if pager.after else None
        page = await operation_pages.operations(context.reader, where, before=before, first=pager.first)
        if given(filter) is not None:
            context.examined.append(page.examined)
        return pager.page(page.rows, end=page.end)
    ordering = operation_pages.newest_first(asked)
    pager = ask_in_order("operations", ordering=ordering, place=2, first=first, after=after)
    with sorting("operations"):
        found = await operation_pages.sort_operations(
            context.reader,
            where,
            ordering,
            account_names={one.account.id: one.account.name for one in await context.fleet()},
            after=pager.after,
            limit=pager.first + 1,
        )
    return pager.cut(found)
