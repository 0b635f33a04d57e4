"""What a reader may rely on: total orders, pages that survive change, indexes that hold exactly what they say."""

import itertools
from datetime import timedelta

import pytest

from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.cloud import Cloud
from fleet.model.cluster import QUIET, Engine, Phase
from fleet.model.money import Money
from fleet.model.spend import Statement
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.ports.reader import FleetOrder, Ref
from fleet.ports.store import Changes, Store
from infra.store.indexes import LISTING
from infra.store.names import below
from infra.store.rows import entry
from infra.store.table import Table
from infra.store.writes import put
from tests.infra.lagging import LaggingTable
from tests.infra.samples import (
    SetClock,
    make_account,
    make_cluster,
    make_integration,
    make_node,
    must_begin,
    observe,
)
from tests.infra.traffic import Traffic

ACME = make_account()

HOSTILE = [
    "",
    " ",
    "\x00",
    "\x00\x00",
    "\x01",
    "\x01\x01",
    "a",
    "a\x00",
    "a\x00b",
    "a\x01b",
    "a\x02b",
    "a/b",
    "a#b",
    "a|b~c",
    "ab",
    "A",
    "\u00e9",
    "e\u0301",
    "名前",
    "\U0010ffff",
    "🛰️",
    "%00",
    "../..",
    "x" * 250,
    "x" * 2000,
    "x" * 2000 + "y",
    "\x00" * 300,
    "🛰" * 100,
]


async def all_of(store: Store, limit: int) -> list[TrackedCluster]:
    rows: list[TrackedCluster] = []
    after = None
    while page := await store.clusters_of(ACME.id, after=after, limit=limit):
        assert len(page) <= limit
        rows += page
        after = (page[-1].item.name, page[-1].item.key)
    return rows


async def test_rows_of_an_index_can_be_read_whole(table: Table) -> None:
    """An index alone carries few attributes."""
    span = below("here", index=LISTING)
    rows = [{"pk": "a", "sk": name, **entry(LISTING, "here", name), "observed": "much"} for name in "cab"]
    for row in rows:
        await table.write(put(row))
    if isinstance(table, LaggingTable):
        table.wait()
    assert [one.get("observed") for one in await table.query(span)] == [None] * 3
    assert await table.query_whole(span, limit=2) == [rows[1], rows[2]]


async def test_accounts_page_in_the_order_provider_name(store: Store, clock: SetClock) -> None:
    accounts = [
        make_account(name, provider=provider)
        for provider in ("qovery", "kupe", "kup")
        for name in ("b", "a b", "a", "é", "a\x00b")
    ]
    for account in accounts:
        await store.connect(account, due_at=clock.now())
    for limit in (1, 2, 100):
        found = []
        after = None
        while page := await store.accounts(after=after, limit=limit):
            found += [tracked.account.order for tracked in page]
            after = found[-1]
        assert found == sorted(account.order for account in accounts)
    kupe = await store.accounts(after=("kupe", "a"), limit=100, provider="kupe")
    assert [tracked.account.name for tracked in kupe] == ["a\x00b", "a b", "b", "é"]
    assert await store.accounts(after=("qovery", "a"), limit=100, provider="kupe") == []
    assert len(await store.accounts(after=("a", "a"), limit=100, provider="kupe")) == 5


@pytest.mark.parametrize("limit", [3, 100])
async def test_hostile_names_keep_apart_and_in_order(store: Store, clock: SetClock, limit: int) -> None:
    rows = [
        make_cluster(ACME, f"k{number}", name=name, phase=Phase.DEGRADED)
        for number, name in enumerate(HOSTILE)
    ]
    await observe(store, ACME, clock.now(), Changes(puts=rows))
    found = await all_of(store, limit)
    assert {row.item.key for row in found} == {row.item.key for row in rows}
    names = [row.item.name for row in found if len(row.item.name) < 100]
    assert names == sorted(names)
    for row in rows:
        assert await store.clusters_named(ACME.id, row.item.name) == [row]
    assert len(await store.attention(after=None, limit=100)) == len(HOSTILE)


async def test_hostile_keys_name_one_thing_each(store: Store, clock: SetClock) -> None:
    clusters = [make_cluster(ACME, key, name="same") for key in HOSTILE]
    await observe(store, ACME, clock.now(), Changes(puts=clusters))
    refs = [Ref(ACME.id, key) for key in HOSTILE]
    assert await store.clusters_by_ref(refs) == dict(zip(refs, clusters, strict=True))
    assert {row.item.key for row in await all_of(store, 4)} == set(HOSTILE)

    nodes = [make_node(ACME, key, name) for key in HOSTILE if "/" not in key for name in HOSTILE[::7]]
    await observe(store, ACME, clock.now(), Changes(puts=nodes))
    assert len(await store.nodes_by_ref(Ref(ACME.id, node.item.key) for node in nodes)) == len(nodes)
    for key in HOSTILE:
        names = [
            node.item.external_id for node in await store.nodes_of(Ref(ACME.id, key), after=None, limit=99)
        ]
        assert sorted(names) == ([] if "/" in key else sorted(HOSTILE[::7]))


@pytest.mark.parametrize("size", [1, 2])
async def test_pages_survive_inserts_and_deletes_between_them(
    store: Store, clock: SetClock, size: int
) -> None:
    """Every insert and every delete, between every two pages: what stays is seen once, nothing is seen twice."""
    stays = {key: make_cluster(ACME, key) for key in "acegi"}
    comes = {key: make_cluster(ACME, key) for key in "bdfhj"}
    await store.connect(ACME, due_at=clock.now())
    lease = await must_begin(store, ACME, clock.now())
    await store.save(lease, Changes(puts=list(stays.values())))
    for turn, (name, row) in itertools.product(range(1, 1 + len(stays) // size), {**stays, **comes}.items()):
        there, away = Changes(puts=[row]), Changes(deletes=[row])
        event, undo = (away, there) if name in stays else (there, away)
        seen: list[str] = []
        after = None
        for number in itertools.count(1):
            page = await store.clusters_of(ACME.id, after=after, limit=size)
            if not page:
                break
            seen += [row.item.key for row in page]
            after = (page[-1].item.name, page[-1].item.key)
            if number == turn:
                await store.save(lease, event)
        assert seen == sorted(set(seen))
        assert stays.keys() - {name} <= set(seen) <= stays.keys() | {name}
        await store.save(lease, undo)


async def test_a_renamed_cluster_moves_and_is_not_listed_twice(store: Store, clock: SetClock) -> None:
    before = make_cluster(ACME, "c1", name="zebra", phase=Phase.FAILED)
    after = make_cluster(ACME, "c1", name="ant", phase=Phase.FAILED)
    await observe(store, ACME, clock.now(), Changes(puts=[before, make_cluster(ACME, "c2", name="bee")]))
    await observe(store, ACME, clock.now(), Changes(puts=[after]))
    assert [row.item.name for row in await all_of(store, 10)] == ["ant", "bee"]
    assert await store.clusters_named(ACME.id, "zebra") == []
    assert [order.name for order, _ in await store.attention(after=None, limit=5)] == ["ant"]


async def test_clusters_of_one_name_are_distinguished_by_their_keys(store: Store, clock: SetClock) -> None:
    rows = [make_cluster(ACME, key, name="web") for key in ("web@1", "web@2")]
    await observe(store, ACME, clock.now(), Changes(puts=[*rows, make_cluster(ACME, "w", name="web2")]))
    assert await store.clusters_named(ACME.id, "web") == rows
    assert [row.item.key for row in await all_of(store, 1)] == ["web@1", "web@2", "w"]


async def test_the_attention_index_holds_exactly_those_in_need_in_the_order_of_the_fleet(
    store: Store, clock: SetClock
) -> None:
    accounts = [make_account(name, provider=key) for key in ("qovery", "kupe") for name in ("b", "a")]
    expected = []
    for account in accounts:
        rows = [
            make_cluster(account, f"{number}-{phase}", name=f"n{number % 3}", phase=phase)
            for number, phase in enumerate(Phase)
        ]
        await observe(store, account, clock.now(), Changes(puts=rows))
        expected += [
            FleetOrder(*account.order, row.item.name, row.item.key)
            for row in rows
            if row.item.phase not in QUIET
        ]
    for limit in (5, 100):
        found: list[FleetOrder] = []
        after = None
        while page := await store.attention(after=after, limit=limit):
            assert all(order == FleetOrder(*order[:2], row.item.name, row.item.key) for order, row in page)
            found += [order for order, _ in page]
            after = found[-1]
        assert found == sorted(expected)


async def test_a_cluster_that_recovers_leaves_the_attention_index(store: Store, clock: SetClock) -> None:
    await observe(store, ACME, clock.now(), Changes(puts=[make_cluster(ACME, "c1", phase=Phase.FAILED)]))
    assert len(await store.attention(after=None, limit=5)) == 1
    await observe(store, ACME, clock.now(), Changes(puts=[make_cluster(ACME, "c1")]))
    assert await store.attention(after=None, limit=5) == []


async def test_integrations_page_by_name_and_are_found_by_reference(store: Store, clock: SetClock) -> None:
    rows = [make_integration(ACME, f"i{name}", name=name) for name in ("b", "a", "c")]
    await observe(store, ACME, clock.now(), Changes(puts=rows))
    first = await store.integrations_of(ACME.id, after=None, limit=2)
    assert [row.item.name for row in first] == ["a", "b"]
    rest = await store.integrations_of(ACME.id, after=("b", "ib"), limit=2)
    assert [row.item.name for row in rest] == ["c"]
    ref = Ref(ACME.id, "ia")
    assert await store.integrations_by_ref([ref, ref, Ref(ACME.id, "none")]) == {ref: rows[1]}


async def test_the_catalog_pages_by_its_keys(store: Store, clock: SetClock) -> None:
    regions = [Tracked[Region](item=Region(account_id=ACME.id, name=name, cloud=Cloud.AWS)) for name in "cab"]
    types = [
        Tracked[InstanceType](item=InstanceType(account_id=ACME.id, name=name, cloud=Cloud.GCP, region="r"))
        for name in "zyx"
    ]
    versions = [
        Tracked[OfferedVersion](item=OfferedVersion(account_id=ACME.id, name=name, engine=Engine.COCKROACHDB))
        for name in ("v25.10", "v25.9", "v26.1")
    ]
    await observe(store, ACME, clock.now(), Changes(puts=[*regions, *types, *versions]))
    shown = await store.versions_of(ACME.id, after=None, limit=2)
    assert [row.item.name for row in shown] == ["v25.9", "v25.10"]
    rest = await store.versions_of(ACME.id, after=shown[-1].item.key, limit=2)
    assert [row.item.name for row in rest] == ["v26.1"]
    assert [row.item.name for row in await store.regions_of(ACME.id, after=None, limit=2)] == ["a", "b"]
    assert [row.item.name for row in await store.regions_of(ACME.id, after="AWS/b", limit=2)] == ["c"]
    found = await store.instance_types_of(ACME.id, after="GCP/r/x", limit=9)
    assert [row.item.name for row in found] == ["y", "z"]
    assert await store.items(ACME.id, Region) == sorted(regions, key=lambda row: row.item.name)


async def test_statements_are_read_together(store: Store, clock: SetClock) -> None:
    total = Money(minor_units=1, currency="USD")
    rows = [
        Tracked[Statement](
            item=Statement(account_id=ACME.id, external_id=name, period=name, total=total, is_final=True)
        )
        for name in ("2026-10", "2026-09")
    ]
    await observe(store, ACME, clock.now(), Changes(puts=rows))
    assert await store.statements_of(ACME.id) == rows[::-1]
    assert await store.statements_of("somebody else") == []


async def test_more_references_than_one_read_takes_are_read_in_several(
    store: Store, clock: SetClock, traffic: Traffic
) -> None:
    rows = [make_cluster(ACME, f"c{number}") for number in range(130)]
    await observe(store, ACME, clock.now(), Changes(puts=rows))
    traffic.clear()
    found = await store.clusters_by_ref(Ref(ACME.id, row.item.key) for row in rows)
    assert len(found) == 130
    assert traffic.operations == ["BatchGetItem"] * 2


async def test_asking_for_nothing_asks_nothing(store: Store, traffic: Traffic) -> None:
    assert await store.clusters_by_ref([]) == {}
    assert await store.accounts_by_id([]) == {}
    assert await store.clusters_of("unknown", after=None, limit=0) == []
    assert traffic.operations == []


async def test_a_page_is_full_and_no_fuller_however_many_expired_rows_lie_between(
    store: Store, clock: SetClock
) -> None:
    """Callers take a short page for the last one."""
    keys = [f"c{number:02}" for number in range(20)]
    soon = clock.now() + timedelta(seconds=1)
    expiring = [make_cluster(ACME, key, phase=Phase.DELETED, expires_at=soon) for key in keys[1:6]]
    staying = [make_cluster(ACME, key) for key in keys[:1] + keys[6:]]
    await observe(store, ACME, clock.now(), Changes(puts=[*expiring, *staying]))
    clock.advance(1)
    page = await store.clusters_of(ACME.id, after=None, limit=6)
    assert [row.item.key for row in page] == ["c00", "c06", "c07", "c08", "c09", "c10"]
    page = await store.clusters_of(ACME.id, after=("c10", "c10"), limit=10)
    assert [row.item.key for row in page] == keys[11:]


async def test_what_is_asked_for_twice_is_answered_once(store: Store, clock: SetClock) -> None:
    await store.connect(ACME, due_at=clock.now())
    assert [*await store.accounts_by_id([ACME.id, "unknown", ACME.id])] == [ACME.id]


async def test_the_nodes_of_many_clusters_come_with_one_query(
    store: Store, clock: SetClock, traffic: Traffic
) -> None:
    keys = [key for key in HOSTILE if "/" not in key]
    nodes = [make_node(ACME, key, f"n{number}") for key in keys for number in range(5)]
    await observe(store, ACME, clock.now(), Changes(puts=nodes))
    account = await store.account(ACME.id)
    assert account is not None
    traffic.clear()
    found = await store.first_nodes([(account, frozenset([*keys[1:], "without-any"]))], limit=3)
    assert set(traffic.operations) == {"Query"}
    assert set(found) == {Ref(ACME.id, key) for key in (*keys[1:], "without-any")}
    assert found[Ref(ACME.id, "without-any")] == []
    for key in keys[1:]:
        ref = Ref(ACME.id, key)
        assert found[ref] == await store.nodes_of(ref, after=None, limit=3)
