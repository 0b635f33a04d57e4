"""Listings of clusters: a page, in the order that was asked for, and what it covers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from fleet.model.account import TrackedAccount
from fleet.model.tracking import TrackedCluster
from fleet.ports.reader import FleetOrder
from fleet.reading import listing, pages
from fleet.reading.listing import Question
from fleet.reading.ordering import Listed, Ordering
from gateway.context import Covered, Info
from gateway.relay.connections import Connection, Page, ask
from gateway.types.cluster import Cluster
from gateway.types.records import field

if TYPE_CHECKING:
    from gateway.types.coverage import Coverage


@dataclass(frozen=True, kw_only=True)
class ClusterPage(Page[TrackedCluster]):
    """`question` determines the coverage of the listing. `total` is its number of clusters, if known already."""

    question: Question
    total: int | None = None


async def coverage(page: strawberry.Parent[ClusterPage], info: Info) -> Covered:
    return await info.context.cover(page.question.where.wants)


async def total_count(page: strawberry.Parent[ClusterPage], info: Info) -> int:
    return len(await find_clusters(info, page.question)) if page.total is None else page.total


@strawberry.type(description="A page of clusters, and which accounts it does not fully cover.")
class ClusterConnection(Connection[Cluster]):
    coverage: Annotated["Coverage", strawberry.lazy("gateway.types.coverage")] = field(
        "The accounts behind the whole listing, not only this page, and which of them were not observed when due.",
        resolver=coverage,
    )
    total_count: int = field(
        "The exact number of clusters in the whole listing, by the latest observations.", resolver=total_count
    )


async def find_clusters(info: Info, question: Question) -> list[Listed]:
    """Every match among the clusters that the caller can read."""
    context = info.context
    return await listing.find(context.snapshots, await context.fleet(), question, context.now)


async def sort_clusters(
    info: Info, question: Question, ordering: Ordering, *, first: int, after: Any
) -> ClusterPage:
    """A page in another order than the default, or with a filter that must examine every cluster."""
    name = ",".join(f"{order.value} {direction.value}" for order, direction in ordering)
    pager = ask("clusters", name, first=first, after=after, parts=len(ordering) + len(FleetOrder._fields))
    found = await find_clusters(info, question)
    page = listing.page(found, ordering, after=pager.after, first=pager.first)
    rows = [(cursor, one.row) for cursor, one in page.rows]
    for _, one in page.rows:
        info.context.know(one.account)
    return ClusterPage(pager=pager, rows=rows, end=page.end, question=question, total=page.total)


async def list_clusters(
    info: Info,
    where: pages.ClusterFilter,
    *listing: str,
    first: int,
    after: Any,
    is_filtered: bool = False,
) -> ClusterPage:
    """`is_filtered`: the caller was charged for a filter."""
    pager = ask(*listing, first=first, after=after, parts=len(FleetOrder._fields))
    start = FleetOrder(*pager.after) if pager.after else None
    context = info.context
    shown: list[TrackedAccount] = []

    def tell(account: TrackedAccount) -> None:
        shown.append(account)
        context.know(account)

    page = await pages.clusters(
        context.reader,
        where,
        after=start,
        first=pager.first,
        snapshots=context.snapshots,
        accounts=context.account_reads,
        tell=tell,
    )
    if is_filtered:
        context.examined.append(page.examined)
    rows = await context.of_known_accounts(page.rows)
    if start is None and where.is_of_the_fleet and all(map(context.snapshots.have, shown)):
        context.fields_of_accounts += 1
    return ClusterPage(pager=pager, rows=rows, end=page.end, question=Question(where=where))
