"""What an observation tells the feed of activity."""

from fleet.model.cluster import Phase
from fleet.model.event import Event, EventKind
from fleet.model.failure import Unavailable
from fleet.model.money import (
    Money,
    SpendEnforcement,
    SpendLimit,
    SpendLimitBasis,
    SpendLimitState,
    SpendLimitStatus,
    UsageLimit,
)
from fleet.model.rate_limit import Share
from fleet.observing.events import MOST_EVENTS
from fleet.providers import PROVIDERS
from tests.fleet.things import cluster
from tests.fleet.world import World


async def recorded_events(world: World) -> list[Event]:
    world.clock.move(seconds=10)
    found, _ = await world.store.activity(
        lambda event: event.kind is not EventKind.PHASE_CHANGED,
        after=None,
        is_newest_first=False,
        since=world.clock.now().replace(year=2020),
        now=world.clock.now(),
        limit=1000,
    )
    return found


async def test_a_new_version_limit_and_revision_are_reported_once_each(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account, version="1.33"), cluster("c2", of=account)]
    await world.observe_when_due(account)
    limit = SpendLimit(
        money=Money(minor_units=1250, currency="USD"),
        basis=SpendLimitBasis.MONEY,
        enforcement=SpendEnforcement.STOP,
    )
    limited = SpendLimitStatus(state=SpendLimitState.LIMITED, limit=limit)
    script.clusters = [
        cluster("c1", of=account, version="1.34", spend_limit=limited, revision="r2"),
        cluster("c2", of=account, revision="r2"),
    ]
    for _ in range(2):
        await world.observe_when_due(account)
    events = await recorded_events(world)
    assert [(one.cluster_key, one.kind, one.before, one.after) for one in sorted(events, key=str)] == [
        ("c1", EventKind.LIMIT_CHANGED, "UNLIMITED", "12.50 USD"),
        ("c2", EventKind.REVISION_CHANGED, "r1", "r2"),
        ("c1", EventKind.VERSION_CHANGED, "1.33", "1.34"),
    ]
    assert {(one.account_name, one.provider) for one in events} == {(account.name, account.provider)}


async def test_a_limit_of_use_is_reported_in_words(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account)]
    await world.observe_when_due(account)
    for usage in (
        UsageLimit(request_units=20_000_000, storage_mib=2_048),
        UsageLimit(provisioned_vcpus=1),
        UsageLimit(storage_mib=1_500),
    ):
        limit = SpendLimit(usage=usage, basis=SpendLimitBasis.USAGE, enforcement=SpendEnforcement.STOP)
        limited = SpendLimitStatus(state=SpendLimitState.LIMITED, limit=limit)
        script.clusters = [cluster("c1", of=account, spend_limit=limited)]
        await world.observe_when_due(account)
    assert [one.after for one in await recorded_events(world)] == [
        "20,000,000 request units, 2 GiB storage",
        "1 vCPU",
        "1,500 MiB storage",
    ]


async def test_an_account_is_reported_when_it_fails_and_when_it_recovers(world: World) -> None:
    account, script = await world.connect()
    await world.observe_when_due(account)
    script.wrong["clusters"] = Unavailable("The provider answered 503.", http_status=503)
    for _ in range(3):
        await world.observe_when_due(account)
    script.wrong.clear()
    for _ in range(3):
        await world.observe_when_due(account)
    events = await recorded_events(world)
    assert [one.kind for one in events] == [EventKind.ACCOUNT_FAILED, EventKind.ACCOUNT_RECOVERED]
    assert events[0].message == "Clusters cannot be observed: The provider answered 503."


async def test_when_everything_reads_otherwise_the_events_are_bounded(world: World) -> None:
    account, script = await world.connect()
    keys = [f"c{number}" for number in range(MOST_EVENTS + 20)]
    script.clusters = [cluster(key, of=account) for key in keys]
    await world.observe_when_due(account)
    script.clusters = [cluster(key, of=account, revision="r2") for key in keys]
    await world.observe_when_due(account)
    assert len(await recorded_events(world)) == MOST_EVENTS


async def test_an_observation_that_shows_nothing_new_counts_no_change(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account)]
    counts = []
    for turn in range(4):
        if turn == 2:
            script.clusters = [cluster("c1", of=account, version="9")]
        await world.observe_when_due(account)
        counts.append((await world.state(account)).changes)
    assert counts == [1, 1, 2, 2]


async def test_after_an_observation_that_was_lost_something_may_have_changed(world: World) -> None:
    account, _ = await world.connect()
    await world.observe_when_due(account)
    before = (await world.state(account)).changes
    await world.store.begin(
        account,
        rate=PROVIDERS[account.provider].rate_limit,
        share=Share.POLLING,
        requests=1,
        now=world.clock.now(),
        lease_seconds=1,
        due_at=None,
    )
    world.clock.move(seconds=120)
    await world.observe(account)
    assert (await world.state(account)).changes == before + 1


async def test_how_long_a_cluster_took_is_remembered_with_its_account(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account, phase=Phase.PROVISIONING)]
    await world.observe_when_due(account)
    script.clusters = [cluster("c1", of=account)]
    await world.observe_when_due(account)
    assert (await world.state(account)).durations == {"CREATE\teu-1\t": (5,)}


async def test_the_ledger_keeps_what_changed_or_failed_and_counts_the_quiet(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account)]
    for _ in range(4):
        await world.observe_when_due(account)
    script.clusters = [cluster("c1", of=account, version="9")]
    await world.observe_when_due(account)
    script.wrong["clusters"] = Unavailable("Down.", http_status=503)
    await world.observe_when_due(account)
    entries = [entry for _, entry in await world.store.ledger(account.id, before=None, limit=10)]
    assert [(one.changed, one.failure, one.quiet_before) for one in entries] == [
        (0, "Down.", 0),
        (1, None, 3),
        (1, None, 0),
    ]
    assert all(one.requests > 0 and one.began_at <= one.ended_at for one in entries)
    (order, newest), *rest = await world.store.ledger(account.id, before=None, limit=1)
    assert (newest, rest) == (entries[0], [])
    older = await world.store.ledger(account.id, before=order, limit=10)
    assert [entry for _, entry in older] == entries[1:]
