"""The runner's clock goes on as time does, whichever way the machine's is set."""

from datetime import UTC, datetime, timedelta

import pytest

from fleet.model.account import AccountState, Collection, CollectionState
from fleet.model.freshness import freshness_of
from fleet.model.rate_limit import Share
from fleet.ports.store import Changes, NotBegun
from infra.sqlite.table import SqliteTable
from infra.store.store import TableStore
from local.adopting import known_accounts, last_observed_at
from local.clock import DRAWN, SteadyClock
from tests.infra.samples import RATE, begin, make_account, must_begin, observe

NOON = datetime(2040, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class Machine:
    def __init__(self) -> None:
        self.clock = NOON
        self.passed = 1000.0

    def steady(self) -> SteadyClock:
        return SteadyClock(machine=lambda: self.clock, passed=lambda: self.passed)

    def live(self, by: timedelta) -> None:
        self.clock += by
        self.passed += by.total_seconds()


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_it_shows_the_machines_time_as_long_as_nobody_sets_it(machine: Machine) -> None:
    steady = machine.steady()
    for _ in range(10):
        machine.live(HOUR)
        assert steady.now() == machine.clock


@pytest.mark.parametrize("jump", [-3 * HOUR, 3 * HOUR, -3000 * HOUR, 3000 * HOUR])
def test_a_machine_that_is_set_otherwise_neither_stops_time_nor_makes_it_leap(
    machine: Machine, jump: timedelta
) -> None:
    steady = machine.steady()
    before = steady.now()
    machine.clock += jump
    assert steady.now() == before
    machine.live(MINUTE)
    passed = steady.now() - before
    assert MINUTE * (1 - DRAWN) <= passed <= MINUTE * (1 + DRAWN)


@pytest.mark.parametrize("jump", [-3 * HOUR, 3 * HOUR])
def test_it_is_drawn_to_the_machines_time_and_stays_there(machine: Machine, jump: timedelta) -> None:
    steady = machine.steady()
    machine.clock += jump
    for _ in range(31):
        machine.live(HOUR)
        before = steady.now()
        assert steady.now() == before
    assert steady.now() == machine.clock


def test_time_spent_asleep_has_passed(machine: Machine) -> None:
    steady = machine.steady()
    machine.live(8 * HOUR)
    assert steady.now() == NOON + 8 * HOUR


def test_a_counter_that_goes_back_takes_no_time_with_it(machine: Machine) -> None:
    """As between two processors of some virtual machines."""
    steady = machine.steady()
    before = steady.now()
    machine.passed -= 60
    assert steady.now() == before


def test_a_restart_does_not_go_back_behind_the_last_observation(machine: Machine) -> None:
    steady = machine.steady()
    steady.start_no_earlier_than(NOON + 3 * HOUR)
    assert steady.now() == NOON + 3 * HOUR
    steady.start_no_earlier_than(NOON)
    assert steady.now() == NOON + 3 * HOUR
    machine.live(MINUTE)
    assert steady.now() > NOON + 3 * HOUR


JUMPS = [-3 * HOUR, 3 * HOUR]


@pytest.mark.parametrize("jump", JUMPS)
async def test_what_is_due_leased_and_spent_survives_that_the_machine_is_set_otherwise(
    machine: Machine, jump: timedelta
) -> None:
    clock, table = machine.steady(), SqliteTable()
    store = TableStore(table, clock)
    account = make_account()
    await observe(store, account, clock.now(), Changes())
    held = await must_begin(store, account, clock.now(), rate=RATE, requests=8)
    machine.clock += jump
    machine.live(MINUTE / 2)
    refused = await begin(store, account, clock.now(), rate=RATE)
    assert isinstance(refused, NotBegun), "the lease holds"
    spent = await store.spend(account.budget_key, RATE, Share.POLLING, 1, clock.now())
    assert spent.granted == 0, "the limit holds"
    state = AccountState(collections={Collection.CLUSTERS: CollectionState(observed_at=clock.now())})
    await store.end(held, state, due_at=clock.now() + MINUTE)
    machine.live(MINUTE * 1.2)
    assert len(await store.due(clock.now(), 5)) == 1, "it falls due as if nothing had been"
    lease = await must_begin(store, account, clock.now(), rate=RATE)
    age = freshness_of(lease.tracked, Collection.CLUSTERS, clock.now()).age_seconds
    assert age is not None
    assert 64 <= age <= 80
    table.close()


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_restart_under_another_time_goes_on_from_the_last_observation(
    machine: Machine, jump: timedelta
) -> None:
    clock, table = machine.steady(), SqliteTable()
    store = TableStore(table, clock)
    account = make_account()
    await store.connect(account, due_at=clock.now())
    lease = await must_begin(store, account, clock.now())
    seen_at = clock.now()
    state = AccountState(collections={Collection.CLUSTERS: CollectionState(observed_at=seen_at)})
    await store.end(lease, state, due_at=clock.now() + MINUTE)
    machine.clock += jump
    again = machine.steady()
    known = await known_accounts(TableStore(table, again))
    assert last_observed_at(known) == seen_at
    again.start_no_earlier_than(seen_at)
    machine.live(MINUTE)
    age = freshness_of(known[0], Collection.CLUSTERS, again.now()).age_seconds
    assert age is not None
    assert age >= 54, "never less than has passed since the start"
    table.close()
