from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.model.account import Account, TrackedAccount
from fleet.model.cloud import Cloud
from fleet.model.cluster import QUIET, Cluster, Phase
from fleet.model.integration import Integration
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.ports.reader import FleetOrder, Reader
from fleet.reading import pages
from fleet.reading.pages import EXAMINED_ROWS, ClusterFilter, IntegrationFilter, Page
from tests.fleet.things import account, integration, row

RowT = TypeVar("RowT", bound=Tracked[Cluster] | Tracked[Integration])
EVERYTHING = ClusterFilter()


class Shelf:
    """A fleet in memory, in the orders that a reader promises. `looked_at` counts the rows that were handed out."""

    def __init__(self, *accounts: Account) -> None:
        self.known = {one.id: TrackedAccount(account=one) for one in accounts}
        self.clusters: dict[tuple[str, str], TrackedCluster] = {}
        self.linked: list[Tracked[Integration]] = []
        self.looked_at = 0

    @property
    def reader(self) -> Reader:
        return cast(Reader, self)

    def add(self, owner: Account, external_id: str, **more: Any) -> None:
        found = row(external_id, of=owner, **more)
        self.clusters[owner.id, found.item.key] = found

    async def accounts(
        self, *, after: tuple[str, str] | None, limit: int, provider: str | None = None
    ) -> list[TrackedAccount]:
        assert provider is None
        ordered = sorted(self.known.values(), key=attrgetter("account.order"))
        return [one for one in ordered if after is None or one.account.order > after][:limit]

    async def accounts_by_id(self, ids: Iterable[str]) -> Mapping[str, TrackedAccount]:
        return {one: self.known[one] for one in ids if one in self.known}

    async def account_named(self, provider: str, name: str) -> TrackedAccount | None:
        return next((one for one in self.known.values() if one.account.order == (provider, name)), None)

    async def clusters_of(
        self, account_id: str, *, after: tuple[str, str] | None, limit: int
    ) -> list[TrackedCluster]:
        rows = [one for (owner, _), one in self.clusters.items() if owner == account_id]
        return self._page(rows, after, limit)

    async def integrations_of(
        self, account_id: str, *, after: tuple[str, str] | None, limit: int
    ) -> list[Tracked[Integration]]:
        return self._page([one for one in self.linked if one.item.account_id == account_id], after, limit)

    async def attention(
        self, *, after: FleetOrder | None, limit: int
    ) -> list[tuple[FleetOrder, TrackedCluster]]:
        found = sorted(
            (self.order(one), one) for one in self.clusters.values() if one.item.phase not in QUIET
        )
        return [(order, one) for order, one in found if after is None or order > after][:limit]

    def order(self, found: TrackedCluster) -> FleetOrder:
        owner = self.known[found.item.account_id].account
        return FleetOrder(*owner.order, found.item.name, found.item.key)

    def _page(self, rows: Iterable[RowT], after: tuple[str, str] | None, limit: int) -> list[RowT]:
        ordered = sorted(rows, key=lambda one: (one.item.name, one.item.key))
        page = [one for one in ordered if after is None or (one.item.name, one.item.key) > after][:limit]
        self.looked_at += len(page)
        return page


ACME, BETA, COCKROACH = account(name="acme"), account(name="beta"), account("cockroachdb", "acme")


@pytest.fixture
def shelf() -> Shelf:
    """Three accounts of two clusters each; in the fleet's order cockroachdb comes before kupe."""
    filled = Shelf(ACME, BETA, COCKROACH)
    for owner in (BETA, ACME, COCKROACH):
        for name in ("z", "a"):
            filled.add(owner, name)
    return filled


async def names(shelf: Shelf, where: ClusterFilter, *, first: int = 100) -> list[str]:
    """Of all pages together, each cluster as account/name."""
    return [
        f"{order.account_name}/{found.item.name}" for order, found in await walk(shelf, where, first=first)
    ]


async def walk(
    shelf: Shelf,
    where: ClusterFilter,
    *,
    first: int,
    between: Callable[[], None] = lambda: None,
) -> list[tuple[FleetOrder, TrackedCluster]]:
    found: list[tuple[FleetOrder, TrackedCluster]] = []
    after: FleetOrder | None = None
    while True:
        page = await pages.clusters(shelf.reader, where, after=after, first=first)
        assert len(page.rows) <= first
        found += page.rows
        if page.end is None:
            return found
        assert after is None or page.end > after
        after = page.end
        between()


@pytest.mark.parametrize("first", [1, 2, 3, 5, 6, 7, 100])
async def test_pages_of_any_size_show_the_fleet_in_its_order(shelf: Shelf, first: int) -> None:
    found = await walk(shelf, EVERYTHING, first=first)
    assert [order[:3] for order, _ in found] == [
        ("cockroachdb", "acme", "a"),
        ("cockroachdb", "acme", "z"),
        ("kupe", "acme", "a"),
        ("kupe", "acme", "z"),
        ("kupe", "beta", "a"),
        ("kupe", "beta", "z"),
    ]


async def test_a_page_that_holds_the_rest_is_the_last(shelf: Shelf) -> None:
    page = await pages.clusters(shelf.reader, EVERYTHING, after=None, first=6)
    assert (len(page.rows), page.end) == (6, None)


async def test_a_page_reads_no_more_than_it_needs(shelf: Shelf) -> None:
    await pages.clusters(shelf.reader, EVERYTHING, after=None, first=1)
    assert shelf.looked_at == 2


async def test_a_fleet_of_nothing_is_one_empty_page() -> None:
    for where in (EVERYTHING, ClusterFilter(needs_attention=True)):
        page = await pages.clusters(Shelf().reader, where, after=None, first=5)
        assert page == Page(rows=[], end=None, examined=0)


NAMES = st.sampled_from("abcdefgh")
PLACES = st.tuples(st.sampled_from([ACME, BETA, COCKROACH]), NAMES)


@given(
    there=st.sets(PLACES, max_size=16),
    come=st.lists(PLACES, max_size=8),
    go=st.lists(PLACES, max_size=8),
    first=st.integers(1, 4),
    needs_attention=st.sampled_from([None, True]),
)
async def test_rows_that_come_and_go_between_pages_neither_repeat_nor_skip_another(
    there: set[tuple[Account, str]],
    come: list[tuple[Account, str]],
    go: list[tuple[Account, str]],
    first: int,
    needs_attention: bool | None,
) -> None:
    shelf = Shelf(ACME, BETA, COCKROACH)
    for owner, name in there:
        shelf.add(owner, name, phase=Phase.FAILED)
    moves = [*zip(come, go, strict=False)]

    def move() -> None:
        if moves:
            (owner, name), (other, gone) = moves.pop()
            shelf.add(owner, name, phase=Phase.FAILED)
            shelf.clusters.pop((other.id, gone), None)

    found = await walk(shelf, ClusterFilter(needs_attention=needs_attention), first=first, between=move)
    orders = [order for order, _ in found]
    assert orders == sorted(set(orders))
    stayed = {(owner.id, name) for owner, name in there} - {(owner.id, name) for owner, name in go}
    assert stayed <= {(one.item.account_id, one.item.key) for _, one in found}


async def test_a_cursor_outlives_its_row_and_its_account(shelf: Shelf) -> None:
    page = await pages.clusters(shelf.reader, EVERYTHING, after=None, first=3)
    assert page.end is not None
    assert page.end[:3] == ("kupe", "acme", "a")
    del shelf.known[ACME.id]
    rest = await pages.clusters(shelf.reader, EVERYTHING, after=page.end, first=10)
    assert [order[:3] for order, _ in rest.rows] == [("kupe", "beta", "a"), ("kupe", "beta", "z")]


async def test_a_filter_reads_a_bounded_number_of_rows_a_page() -> None:
    shelf = Shelf(ACME)
    for number in range(EXAMINED_ROWS + 50):
        shelf.add(ACME, f"c{number:04}")
    shelf.add(ACME, "needle")
    where = ClusterFilter(name_contains="NEEDLE")
    page = await pages.clusters(shelf.reader, where, after=None, first=5)
    assert page.rows == []
    assert page.end is not None
    assert shelf.looked_at <= EXAMINED_ROWS + 100
    rest = await pages.clusters(shelf.reader, where, after=page.end, first=5)
    assert [found.item.name for _, found in rest.rows] == ["needle"]
    assert rest.end is None


async def test_accounts_without_clusters_count_as_read() -> None:
    many = [account(name=f"n{number:03}") for number in range(EXAMINED_ROWS // 5 + 1)]
    shelf = Shelf(*many)
    shelf.add(many[-1], "last")
    page = await pages.clusters(shelf.reader, EVERYTHING, after=None, first=5)
    assert page.rows == []
    assert page.end is not None
    assert await names(shelf, EVERYTHING) == ["n200/last"]


FILTERS: Sequence[tuple[ClusterFilter, list[str]]] = [
    (EVERYTHING, ["Web", "attic", "bare", "broken"]),
    (ClusterFilter(include_inactive=True), ["Web", "attic", "bare", "broken", "dead", "stillborn"]),
    (ClusterFilter(phases=frozenset({Phase.DELETED})), ["dead"]),
    (ClusterFilter(phases=frozenset({Phase.FAILED})), ["broken", "stillborn"]),
    (ClusterFilter(phases=frozenset()), []),
    (ClusterFilter(clouds=frozenset({Cloud.GCP})), ["Web"]),
    (ClusterFilter(clouds=frozenset({Cloud.AWS})), ["attic", "broken"]),
    (ClusterFilter(regions=frozenset({"us-1"})), ["Web"]),
    (ClusterFilter(name_contains="WE"), ["Web"]),
    (ClusterFilter(integration_external_id="aws"), ["attic"]),
    (ClusterFilter(needs_attention=True), ["broken", "stillborn"]),
    (ClusterFilter(needs_attention=False), ["Web", "attic", "bare"]),
    (ClusterFilter(needs_attention=True, name_contains="still"), ["stillborn"]),
    (ClusterFilter(needs_attention=True, providers=frozenset({"qovery"})), []),
    (ClusterFilter(needs_attention=True, account_ids=frozenset()), []),
    (ClusterFilter(clouds=frozenset({Cloud.GCP}), name_contains="attic"), []),
]


@pytest.mark.parametrize(("where", "expected"), FILTERS)
async def test_a_filter_shows_what_matches_every_part_of_it(
    where: ClusterFilter, expected: list[str]
) -> None:
    shelf = Shelf(ACME)
    shelf.add(ACME, "Web", cloud=Cloud.GCP, regions=("eu-1", "us-1"))
    shelf.add(ACME, "attic", phase=Phase.STOPPED, integration_external_id="aws")
    shelf.add(ACME, "bare", cloud=None, regions=())
    shelf.add(ACME, "broken", phase=Phase.FAILED)
    shelf.add(ACME, "dead", phase=Phase.DELETED)
    shelf.add(ACME, "stillborn", phase=Phase.FAILED, has_failed_to_start=True, cloud=Cloud.OVH)
    assert [found.item.name for _, found in await walk(shelf, where, first=2)] == expected


async def test_accounts_and_providers_that_are_not_wanted_are_not_opened(shelf: Shelf) -> None:
    assert await names(shelf, ClusterFilter(account_ids=frozenset({BETA.id}))) == ["beta/a", "beta/z"]
    assert shelf.looked_at == 2
    assert await names(shelf, ClusterFilter(providers=frozenset({"cockroachdb"}))) == ["acme/a", "acme/z"]
    assert shelf.looked_at == 4


async def test_integrations_are_paged_like_clusters(shelf: Shelf) -> None:
    shelf.linked = [
        Tracked(item=integration("i2", of=ACME)),
        Tracked(item=integration("i1", of=ACME)),
        Tracked(item=integration("i1", of=BETA, cloud=Cloud.GCP)),
    ]

    def listed(
        where: IntegrationFilter, after: FleetOrder | None = None
    ) -> Awaitable[Page[Tracked[Integration]]]:
        return pages.integrations(shelf.reader, where, after=after, first=2)

    page = await listed(IntegrationFilter())
    assert [order[1:3] for order, _ in page.rows] == [("acme", "i1"), ("acme", "i2")]
    assert [order[1:3] for order, _ in (await listed(IntegrationFilter(), page.end)).rows] == [("beta", "i1")]
    gcp = await listed(IntegrationFilter(clouds=frozenset({Cloud.GCP})))
    assert [order[1:3] for order, _ in gcp.rows] == [("beta", "i1")]
    acme = await listed(IntegrationFilter(account_ids=frozenset({ACME.id})))
    assert len(acme.rows) == 2
