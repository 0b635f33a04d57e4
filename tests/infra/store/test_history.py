"""What a reader of changes may rely on: the history of a cluster, and a feed that nothing slips past."""

from datetime import timedelta

import pytest

from fleet.model.account import Account, AccountState
from fleet.model.cluster import Phase
from fleet.ports.reader import Ref
from fleet.ports.store import Changes, Store
from infra.store.store import TableStore
from infra.store.transition_rows import HELD_BACK, HISTORY_KEPT
from tests.infra.interposed import InterposedTable
from tests.infra.samples import SetClock, make_account, make_cluster, make_transition, must_begin, observe
from tests.infra.traffic import Traffic

ACME = make_account()
C1 = Ref(ACME.id, "c1")
DAY = timedelta(days=1)


async def move(
    store: Store,
    clock: SetClock,
    before: Phase | None,
    after: Phase,
    *,
    key: str = "c1",
    account: Account = ACME,
    seconds: int | None = None,
) -> None:
    change = make_transition(
        account, key, before=before, after=after, observed_at=clock.now(), seconds=seconds
    )
    row = make_cluster(account, key, phase=after)
    await observe(store, account, clock.now(), Changes(puts=[row], transitions=[change]))


async def read_feed(
    store: Store, clock: SetClock, after: str | None, since: timedelta = DAY, limit: int = 3
) -> tuple[list[str], str | None]:
    """Follows to the end, as a client does, and tells which clusters moved and where it has got to."""
    seen = []
    while True:
        rows, end = await store.feed(after=after, since=clock.now() - since, now=clock.now(), limit=limit)
        assert len(rows) <= limit
        seen += [transition.cluster_key for _, transition in rows]
        after = rows[-1][0] if rows else after
        if end is None:
            return seen, after
        after = end


async def test_history_is_listed_newest_first_with_durations(store: Store, clock: SetClock) -> None:
    await move(store, clock, None, Phase.PROVISIONING)
    clock.advance(90)
    await move(store, clock, Phase.PROVISIONING, Phase.READY, seconds=90)
    clock.advance(30)
    await move(store, clock, Phase.READY, Phase.FAILED, seconds=30)
    await move(store, clock, None, Phase.READY, key="c10")

    rows = await store.history(C1, before=None, limit=10)
    assert [(row.to_phase, row.after_seconds) for _, row in rows] == [
        (Phase.FAILED, 30),
        (Phase.READY, 90),
        (Phase.PROVISIONING, None),
    ]
    for limit in (1, 2):
        paged: list[Phase] = []
        before = None
        while page := await store.history(C1, before=before, limit=limit):
            paged += [row.to_phase for _, row in page]
            before = page[-1][0]
        assert paged == [row.to_phase for _, row in rows]


async def test_changes_are_forgotten_after_ninety_days(store: Store, clock: SetClock) -> None:
    await move(store, clock, None, Phase.READY)
    clock.advance(HISTORY_KEPT.total_seconds() - 1)
    assert len(await store.history(C1, before=None, limit=10)) == 1
    clock.advance(1)
    assert await store.history(C1, before=None, limit=10) == []
    rows, _ = await store.feed(after=None, since=clock.now() - 2 * HISTORY_KEPT, now=clock.now(), limit=10)
    assert rows == []


async def test_the_feed_holds_back_the_last_seconds(store: Store, clock: SetClock) -> None:
    await move(store, clock, None, Phase.READY)
    clock.advance(HELD_BACK.total_seconds() - 0.1)
    assert await read_feed(store, clock, None) == ([], None)
    clock.advance(0.2)
    seen, _ = await read_feed(store, clock, None)
    assert seen == ["c1"]


async def test_a_reader_who_follows_sees_every_change_once_in_the_order_of_writing(
    store: Store, clock: SetClock
) -> None:
    followed: list[str] = []
    after = None
    written = []
    for number in range(12):
        written.append(f"c{number}")
        await move(store, clock, None, Phase.READY, key=written[-1])
        clock.advance(2)
        seen, after = await read_feed(store, clock, after, limit=1 + number % 3)
        followed += seen
    clock.advance(10)
    followed += (await read_feed(store, clock, after))[0]
    assert followed == written


async def test_a_slow_writer_is_not_missed_by_a_reader_who_has_passed_its_place(
    store: Store, interposed: InterposedTable, clock: SetClock
) -> None:
    slow = TableStore(interposed, clock)
    await store.connect(ACME, due_at=clock.now())
    lease = await must_begin(slow, ACME, clock.now())
    passed: list[str | None] = []

    async def others_write_and_the_reader_follows() -> None:
        clock.advance(1)
        await move(store, clock, None, Phase.READY, account=make_account("quick"))
        clock.advance(HELD_BACK.total_seconds() + 1)
        seen, at = await read_feed(store, clock, None)
        assert seen == ["c1"]
        passed.append(at)

    interposed.meanwhile = others_write_and_the_reader_follows
    await slow.save(lease, Changes(transitions=[make_transition(ACME, "slow")]))
    clock.advance(HELD_BACK.total_seconds() + 1)
    assert (await read_feed(store, clock, passed[0]))[0] == ["slow"]
    assert len(await store.history(Ref(ACME.id, "slow"), before=None, limit=5)) == 1


async def test_a_page_of_the_feed_crosses_all_that_is_kept_in_few_queries(
    store: Store, clock: SetClock, traffic: Traffic
) -> None:
    await move(store, clock, None, Phase.READY)
    clock.advance(85 * DAY.total_seconds())
    await move(store, clock, None, Phase.READY, key="c2")
    clock.advance(60)

    traffic.clear()
    rows, end = await store.feed(after=None, since=clock.now() - HISTORY_KEPT, now=clock.now(), limit=9)
    assert [row.cluster_key for _, row in rows] == ["c1", "c2"]
    assert end is None
    assert set(traffic.operations) == {"Query"}
    assert len(traffic.operations) <= HISTORY_KEPT.days // 7 + 2


async def test_a_reader_who_stayed_away_too_long_goes_on_with_what_is_kept(
    store: Store, clock: SetClock, traffic: Traffic
) -> None:
    clock.advance(200 * DAY.total_seconds())
    await move(store, clock, None, Phase.READY)
    clock.advance(60)
    traffic.clear()
    seen, _ = await read_feed(store, clock, "2000-01-01")
    assert seen == ["c1"]
    assert len(traffic.operations) <= HISTORY_KEPT.days // 7 + 2


@pytest.mark.parametrize("after", ["nonsense", "9999-99-99"])
async def test_what_is_no_order_key_is_refused(store: Store, clock: SetClock, after: str) -> None:
    with pytest.raises(ValueError, match="order key"):
        await store.feed(after=after, since=clock.now(), now=clock.now(), limit=5)


async def test_a_cluster_that_moves_twice_in_one_lease_keeps_both_changes(
    store: Store, clock: SetClock
) -> None:
    await store.connect(ACME, due_at=clock.now())
    lease = await must_begin(store, ACME, clock.now())
    for phase in (Phase.PROVISIONING, Phase.READY):
        clock.advance(1)
        await store.save(
            lease, Changes(transitions=[make_transition(ACME, "c1", after=phase, observed_at=clock.now())])
        )
    await store.end(lease, AccountState(), due_at=None)
    rows = await store.history(C1, before=None, limit=5)
    assert [row.to_phase for _, row in rows] == [Phase.READY, Phase.PROVISIONING]
