"""What the store promises while indexes, and other reads that are not consistent, lag behind the table.

What is decided is decided by consistent reads and by conditions: nothing is done twice, and what was closed opens
nothing. A page may lack what was written a moment ago, or show what has gone since; it shows no account that is being
removed. Whoever follows the feed misses nothing, because its last seconds are held back.
"""

from datetime import timedelta

import pytest

from fleet.access.key_token import digest_token, id_of, make_token
from fleet.model.api_key import ApiKey
from fleet.model.caller import Scope
from fleet.model.cluster import Phase
from fleet.ports.reader import Ref
from fleet.ports.store import AlreadyAsked, AlreadyOpen, Changes, NameTaken, NotBegun, OrganizationTaken
from infra.sqlite.table import SqliteTable
from infra.store.api_keys import TableKeys
from infra.store.store import TableStore
from infra.store.transition_rows import HELD_BACK
from tests.infra.lagging import LaggingTable
from tests.infra.samples import (
    NOON,
    SetClock,
    begin,
    forget,
    make_account,
    make_cluster,
    make_idempotency,
    make_operation,
    make_transition,
    must_begin,
    must_begin_change,
    observe,
)

ACME = make_account()


@pytest.fixture
def table(clock: SetClock) -> LaggingTable:
    """Nobody waits for it but the tests below."""
    return LaggingTable(SqliteTable(), clock)


@pytest.fixture
def store(table: LaggingTable, clock: SetClock) -> TableStore:
    return TableStore(table, clock)


async def test_what_is_not_shown_yet_is_taken_all_the_same(store: TableStore) -> None:
    await store.connect(ACME, due_at=NOON)
    assert await store.accounts(after=None, limit=10) == []
    with pytest.raises(OrganizationTaken):
        await store.connect(make_account("twin").model_copy(update={"external_id": "acme-org"}), due_at=NOON)
    with pytest.raises(NameTaken):
        await store.connect(
            make_account("other").model_copy(update={"name": "acme", "external_id": "another"}), due_at=NOON
        )


async def test_an_account_that_is_shown_as_due_for_too_long_is_observed_once(
    store: TableStore, table: LaggingTable, clock: SetClock
) -> None:
    await store.connect(ACME, due_at=NOON)
    table.wait()
    lease = await must_begin(store, ACME, NOON)
    await store.end(lease, lease.tracked.state, due_at=NOON + timedelta(minutes=1))
    clock.advance(1)
    assert await store.due(NOON, 10) == [(ACME.id, NOON)], "the index has not heard of it"
    assert isinstance(await begin(store, ACME, clock.now(), due_at=NOON), NotBegun)


async def test_an_account_that_is_removed_is_shown_no_more_though_the_index_has_it(
    clock: SetClock,
) -> None:
    table = LaggingTable(SqliteTable(), clock, is_of_indexes=True)
    store = TableStore(table, clock)
    await store.connect(ACME, due_at=NOON)
    table.wait()
    assert [one.account.name for one in await store.accounts(after=None, limit=10)] == ["acme"]
    await forget(store, ACME, NOON)
    assert table.is_late
    assert await store.accounts(after=None, limit=10) == []
    assert await store.account_named("kupe", "acme") is None


async def test_a_revoked_key_opens_nothing_while_it_is_still_listed_as_open(
    table: LaggingTable, clock: SetClock
) -> None:
    keys, digest = TableKeys(table, clock), digest_token(make_token())
    await keys.keep(
        ApiKey(id=id_of(digest), name="ci", hint="abcd", scopes=frozenset({Scope.READ}), created_at=NOON),
        digest,
    )
    table.wait()
    await keys.revoke(id_of(digest), NOON)
    (listed,) = await keys.page(after=None, limit=10)
    found = await keys.find(id_of(digest))
    assert listed.revoked_at is None
    assert found is not None
    assert found[0].revoked_at == NOON


async def test_a_change_is_begun_once_and_is_seen_by_who_asked_for_it(
    store: TableStore,
) -> None:
    await store.connect(ACME, due_at=NOON)
    begun = await must_begin_change(store, make_operation(ACME, "o1"), make_idempotency())
    again = await store.begin_change(make_operation(ACME, "o2"), idempotency=make_idempotency())
    assert isinstance(again, AlreadyAsked)
    assert await store.operations_by_ref([Ref(ACME.id, "o1")]) == {Ref(ACME.id, "o1"): begun}
    assert isinstance(await store.begin_change(make_operation(ACME, "o2"), idempotency=None), AlreadyOpen)
    assert [one.id for one in await store.open_changes(ACME.id)] == ["o1"]


async def test_a_page_shows_what_was_and_then_what_is(
    store: TableStore, table: LaggingTable, clock: SetClock
) -> None:
    await observe(store, ACME, NOON, Changes(puts=[make_cluster(ACME, "c1")]))
    table.wait()
    await observe(store, ACME, NOON, Changes(puts=[make_cluster(ACME, "c1", phase=Phase.FAILED)]))
    (was,) = await store.clusters_of(ACME.id, after=None, limit=10)
    table.wait()
    (is_now,) = await store.clusters_of(ACME.id, after=None, limit=10)
    assert (was.item.phase, is_now.item.phase) == (Phase.READY, Phase.FAILED)


@pytest.mark.parametrize("seconds", [0.7, HELD_BACK.total_seconds() - 0.1])
async def test_whoever_follows_the_feed_misses_nothing_of_an_index_that_lags(
    clock: SetClock, seconds: float
) -> None:
    store = TableStore(LaggingTable(SqliteTable(), clock, seconds), clock)
    written: list[str] = []
    followed: list[str] = []
    after: str | None = None
    for number in range(20):
        if number < 12:
            written.append(f"c{number:02d}")
            transition = make_transition(ACME, written[-1], before=None, after=Phase.READY)
            await observe(store, ACME, clock.now(), Changes(transitions=[transition]))
        clock.advance(1)
        page, _ = await store.feed(after=after, since=NOON, now=clock.now(), limit=1 + number % 4)
        followed += [change.cluster_key for _, change in page]
        after = page[-1][0] if page else after
    assert followed == written
