"""Bundles: what a quiet account has is read in one row, exactly as its rows are, and never instead of newer ones."""

import json
from collections.abc import Iterable
from datetime import timedelta

import pytest

from fleet.model.account import Account, AccountState, TrackedAccount
from fleet.model.cluster import Cluster, Phase
from fleet.model.summary import summarize
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.ports.reader import Ref
from fleet.ports.store import Changes, TrackedItem
from infra.store import bundles
from infra.store.rows import account_key
from infra.store.store import TableStore
from infra.store.table import Contended, Table, TableUnavailable
from infra.store.writes import Action, put
from tests.infra.conftest import rows_of
from tests.infra.interposed import InterposedTable
from tests.infra.samples import NOON, SetClock, forget, make_account, make_cluster, make_node, must_begin
from tests.infra.traffic import Traffic
from tests.tables import Opened

ACME, NORTH = make_account(), make_account("north")
NAMES = ("b", "a", "c\x00d", "ü", "a\x01")


async def look(
    store: TableStore,
    account: Account,
    puts: Iterable[TrackedItem] = (),
    *,
    deletes: Iterable[TrackedItem] = (),
    state: AccountState | None = None,
) -> TrackedAccount:
    """A whole observation, with what it counts, and the account as it leaves it."""
    puts, deletes = tuple(puts), tuple(deletes)
    if await store.account(account.id) is None:
        await store.connect(account, due_at=NOON)
    lease = await must_begin(store, account, NOON)
    await store.save(lease, Changes(puts=puts, deletes=deletes))
    before, is_changed = state or lease.tracked.state, bool(puts or deletes)
    counted = before.model_copy(
        update={
            "fence": lease.fence,
            "changes": before.changes + is_changed,
            "quiet": 0 if is_changed else before.quiet + 1,
            "summary": summarize(await store.clusters(account.id)),
        }
    )
    await store.end(lease, counted, due_at=NOON + timedelta(minutes=1))
    left = await store.account(account.id)
    assert left is not None
    return left


async def listed(store: TableStore, account: Account) -> list[TrackedCluster]:
    return await store.clusters_of(account.id, after=None, limit=1000)


def some(account: Account, count: int = 5) -> list[TrackedItem]:
    clusters = [make_cluster(account, f"c{number}", name=NAMES[number % 5]) for number in range(count)]
    nodes = [make_node(account, one.item.key, f"n{number}") for one in clusters for number in range(4)]
    return [*clusters, *nodes]


def bundled(opened: Opened, account: Account) -> list[str]:
    return [sk for sk in rows_of(opened, account_key(account.id)[0]) if sk.startswith("bundle")]


async def read_all(store: TableStore, account: TrackedAccount) -> None:
    """Reads it twice: from its rows, and then from what that left. Both are what the rows say."""
    account_id = account.account.id
    clusters = await listed(store, account.account)
    keys = frozenset(one.item.key for one in clusters)
    for _ in range(2):
        assert await store.all_clusters([account]) == {account_id: clusters}
        nodes = await store.first_nodes([(account, keys)], limit=3)
        assert nodes == {
            Ref(account_id, key): await store.nodes_of(Ref(account_id, key), after=None, limit=3)
            for key in keys
        }


async def test_a_quiet_account_is_read_alike_from_its_rows_and_from_its_bundles(
    store: TableStore, opened: Opened
) -> None:
    await look(store, ACME, some(ACME))
    quiet = await look(store, ACME)
    await read_all(store, quiet)
    assert len(bundled(opened, ACME)) == 2


async def test_the_clusters_of_many_quiet_accounts_take_one_request_and_so_do_their_nodes(
    store: TableStore, traffic: Traffic
) -> None:
    quiet = []
    for account in (ACME, NORTH):
        await look(store, account, some(account))
        quiet.append(await look(store, account))
    wanted = [(one, frozenset({"c0", "c1"})) for one in quiet]
    traffic.clear()
    await store.all_clusters(quiet)
    await store.first_nodes(wanted, limit=3)
    first = ["BatchGetItem", "Query", "Query", "TransactWriteItems"]
    assert traffic.operations == first * 2, "they are made in one request, too"
    traffic.clear()
    await store.all_clusters(quiet)
    await store.first_nodes(wanted, limit=3)
    assert traffic.operations == ["BatchGetItem", "BatchGetItem"]
    assert traffic.read == 2 * 2 * 0.5


async def test_an_account_in_motion_has_no_bundle(store: TableStore, opened: Opened) -> None:
    await read_all(store, await look(store, ACME, some(ACME)))
    assert bundled(opened, ACME) == []


async def test_what_has_changed_is_read_anew(store: TableStore, opened: Opened) -> None:
    await look(store, ACME, some(ACME))
    await read_all(store, await look(store, ACME))
    changed = await look(store, ACME, [make_cluster(ACME, "c1", phase=Phase.FAILED)])
    await read_all(store, changed)
    quiet = await look(store, ACME)
    await read_all(store, quiet)
    phases = {row.item.key: row.item.phase for row in (await store.all_clusters([quiet]))[ACME.id]}
    assert phases["c1"] is Phase.FAILED
    await look(store, ACME, deletes=[make_cluster(ACME, "c1")])
    await read_all(store, await look(store, ACME))


async def test_a_state_that_is_lost_does_not_bring_back_what_was(store: TableStore, opened: Opened) -> None:
    """Another version, which does not count changes, may leave the account as if nothing had been."""
    await look(store, ACME, some(ACME))
    await read_all(store, await look(store, ACME))
    await look(store, ACME, [make_cluster(ACME, "c1", phase=Phase.FAILED)], state=AccountState())
    quiet = await look(store, ACME)
    assert quiet.state.changes == 1
    await read_all(store, quiet)


async def test_none_is_made_while_an_observation_is_under_way_or_was_lost(
    store: TableStore, opened: Opened
) -> None:
    await look(store, ACME, some(ACME))
    quiet = await look(store, ACME)
    lease = await must_begin(store, ACME, NOON)
    await store.save(lease, Changes(puts=(make_cluster(ACME, "c1", phase=Phase.FAILED),)))
    await read_all(store, quiet)
    assert bundled(opened, ACME) == []


async def test_one_that_is_observed_by_now_leaves_those_of_the_others(
    store: TableStore, opened: Opened
) -> None:
    quiet = []
    for account in (ACME, NORTH):
        await look(store, account, some(account))
        quiet.append(await look(store, account))
    await must_begin(store, ACME, NOON)
    await store.all_clusters(quiet)
    assert (bundled(opened, ACME), len(bundled(opened, NORTH))) == ([], 1)


async def test_a_removed_account_leaves_none(store: TableStore, opened: Opened) -> None:
    await look(store, ACME, some(ACME))
    quiet = await look(store, ACME)
    await store.all_clusters([quiet])
    await forget(store, ACME, NOON)
    assert bundled(opened, ACME) == []
    await store.all_clusters([quiet])
    assert bundled(opened, ACME) == [], "whoever still knew of it makes none"


async def test_what_a_row_of_a_bundle_does_not_hold_is_in_the_next(
    store: TableStore, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "PER_ROW", {**bundles.PER_ROW, Cluster: 2})
    deleted = make_cluster(ACME, "c6", phase=Phase.DELETED)
    await look(store, ACME, [*some(ACME), deleted])
    quiet = await look(store, ACME)
    await read_all(store, quiet)
    assert len(bundled(opened, ACME)) == 3 + 1
    clusters = await listed(store, ACME)
    for limit in (1, 2, 3, 10):
        assert await store.first_clusters(quiet, limit=limit) == clusters[:limit]


async def test_the_first_clusters_are_there_without_a_bundle_and_with_those_of_a_small_account(
    store: TableStore,
) -> None:
    await look(store, ACME, some(ACME))
    quiet = await look(store, ACME)
    clusters = await listed(store, ACME)
    for _ in range(2):
        assert await store.first_clusters(quiet, limit=3) == clusters[:3]
        assert await store.first_clusters(quiet, limit=10) == clusters
        await store.all_clusters([quiet])


async def test_a_tombstone_that_has_expired_makes_the_first_clusters_no_fewer(
    store: TableStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "PER_ROW", {**bundles.PER_ROW, Cluster: 3})
    soon = clock.now() + timedelta(seconds=1)
    await look(
        store,
        ACME,
        [
            make_cluster(ACME, "c0", phase=Phase.DELETED, expires_at=soon),
            *(make_cluster(ACME, f"c{number}") for number in range(1, 6)),
        ],
    )
    quiet = await look(store, ACME)
    await store.all_clusters([quiet])
    clock.advance(1)
    assert [row.item.key for row in await store.first_clusters(quiet, limit=3)] == ["c1", "c2", "c3"]


@pytest.mark.parametrize("body", ["", "no base64!", "AAAA", "eJyLjgUAARUAuQ=="])
async def test_a_bundle_that_does_not_read_is_not_read(
    store: TableStore, table: Table, opened: Opened, body: str
) -> None:
    """The last of them is an empty list that is of another version."""
    await look(store, ACME, some(ACME))
    quiet = await look(store, ACME)
    await store.all_clusters([quiet])
    (row,) = (row for row in opened.rows() if str(row["sk"]).startswith("bundle"))
    version = int(row["version"]) - (body == "eJyLjgUAARUAuQ==")
    await table.write(put({**row, "body": body, "version": version}))
    await read_all(store, quiet)


async def test_a_row_that_another_version_wrote_is_read_by_itself(
    store: TableStore, table: Table, opened: Opened
) -> None:
    """It is mended, and those beside it are read as they stand. There is no bundle, because that would not read."""
    await look(store, ACME, some(ACME))
    quiet = await look(store, ACME)
    (row,) = (row for row in opened.rows() if row["sk"] == "cluster\x00c1")
    body = json.loads(str(row["body"]))
    body["item"] |= {"phase": "HIBERNATING", "mood": "drowsy"}
    await table.write(put({**row, "body": json.dumps(body)}))
    await read_all(store, quiet)
    found = {one.item.key: one for one in (await store.all_clusters([quiet]))[ACME.id]}
    assert (found["c1"].item.phase, found["c1"].is_understood) == (Phase.UNKNOWN, False)
    assert [sk for sk in bundled(opened, ACME) if "cluster" in sk] == []


async def test_a_bundle_of_another_version_that_reads_only_there_is_left_alone(
    store: TableStore, table: Table, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    await look(store, ACME, some(ACME))
    quiet = await look(store, ACME)
    await store.all_clusters([quiet])
    (row,) = (row for row in opened.rows() if str(row["sk"]).startswith("bundle"))
    newer = bundles._pack(['{"item": {"phase": "HIBERNATING"}}'])
    assert newer is not None
    await table.write(put({**row, "body": newer}))
    await read_all(store, quiet)


@pytest.mark.parametrize("trouble", [TableUnavailable("the disk is full"), Contended("others write")])
async def test_an_answer_does_not_wait_for_a_bundle_that_cannot_be_written(
    table: Table, clock: SetClock, opened: Opened, trouble: Exception
) -> None:
    await look(TableStore(table, clock), ACME, some(ACME))
    quiet = await look(TableStore(table, clock), ACME)

    class Full(InterposedTable):
        async def transact(self, actions: Iterable[Action]) -> None:
            raise trouble

    await read_all(TableStore(Full(table), clock), quiet)
    assert bundled(opened, ACME) == []


async def test_an_account_that_is_too_large_is_read_from_its_rows(
    store: TableStore, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "MOST_BYTES", 1000)
    await look(store, ACME, some(ACME))
    await read_all(store, await look(store, ACME))
    assert bundled(opened, ACME) == []


def test_a_record_of_a_bundle_is_that_of_its_row() -> None:
    """As each row is read: with what its provider alone knows, and no member more or less."""
    rows = [make_cluster(ACME, "c1"), make_cluster(NORTH, "c2", phase=Phase.DELETED, expires_at=NOON)]
    assert bundles.decode(Cluster, [row.model_dump_json(exclude_none=True) for row in rows]) == rows
    assert all(isinstance(row, Tracked) for row in rows)
