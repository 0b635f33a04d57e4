import asyncio
from datetime import datetime, timedelta

import pytest

from fleet.model.account import AccountState, Collection, CollectionState
from fleet.model.cluster import Phase
from fleet.model.tracking import TrackedCluster
from fleet.observing.schedule import (
    CLAIMS_AT_ONCE,
    Pace,
    due_at,
    due_messages,
    next_observation,
    pace_of,
    succeed,
)
from tests.fleet import things
from tests.fleet.things import NOON, row
from tests.fleet.world import World

PACE = Pace()
CLUSTERS, NODES = Collection.CLUSTERS, Collection.NODES


def seconds_until_next(*rows: TrackedCluster, later: float = 0) -> float:
    now = NOON + timedelta(seconds=later)
    return (next_observation(rows, PACE, now) - now).total_seconds()


def test_an_account_at_rest_is_looked_at_every_minute() -> None:
    assert seconds_until_next() == 60
    assert seconds_until_next(row(), row(phase=Phase.FAILED), row(phase=Phase.DELETED)) == 60


@pytest.mark.parametrize(
    ("later", "seconds"), [(0, 5), (16, 5), (40, 10), (120, 30), (240, 60), (86_400, 60)]
)
def test_what_moves_is_looked_at_soon_and_then_less_often(later: float, seconds: float) -> None:
    assert seconds_until_next(row(), row(phase=Phase.PROVISIONING), later=later) == seconds


def test_a_ready_cluster_whose_change_is_under_way_moves() -> None:
    assert seconds_until_next(row(is_converged=False)) == 5


def test_what_is_missing_is_looked_at_soon_however_long_it_was_there() -> None:
    old = NOON - timedelta(days=300)
    assert seconds_until_next(row(since=old, missing_since=NOON)) == 5
    assert seconds_until_next(row(since=old, missing_since=NOON), later=120) == 30


def test_a_quiet_pace_slows_down_everything_and_a_moving_one_the_clusters_alone() -> None:
    slow = pace_of(300, 10)
    assert (slow.every_seconds[CLUSTERS], slow.every_seconds[NODES], slow.soonest_seconds) == (300, 900, 10)
    assert pace_of(60, 5) == PACE


def test_a_success_forgets_what_failed() -> None:
    assert succeed(NODES, PACE, NOON, 7) == CollectionState(
        observed_at=NOON, next_attempt_at=NOON + timedelta(seconds=300), requests=7
    )


def state(*due: datetime | None, is_token_accepted: bool | None = True) -> AccountState:
    collections = dict(zip(Collection, (CollectionState(next_attempt_at=one) for one in due), strict=False))
    return AccountState(collections=collections, is_token_accepted=is_token_accepted)


def test_an_account_is_due_with_the_first_of_its_collections() -> None:
    assert due_at(state(NOON + timedelta(hours=1), NOON, None)) == NOON
    assert due_at(state()) is None


def test_an_account_whose_token_is_refused_is_due_with_its_clusters_alone() -> None:
    later = NOON + timedelta(minutes=15)
    assert due_at(state(later, NOON, is_token_accepted=False)) == later
    assert due_at(state(NOON, is_token_accepted=None)) == NOON


async def test_every_due_account_is_given_out_once(world: World) -> None:
    first, _ = await world.connect(name="first")
    world.clock.move(seconds=30)
    second, _ = await world.connect(name="second")

    async def due(ahead: float) -> list[tuple[str, datetime]]:
        found = await due_messages(
            world.store,
            now=world.clock.now(),
            ahead=timedelta(seconds=ahead),
            queued_for=timedelta(seconds=45),
            limit=10,
        )
        return found or []

    world.clock.at = NOON
    assert await due(0) == [(first.id, NOON)]
    assert await due(0) == []
    assert await due(30) == [(second.id, NOON + timedelta(seconds=30))]
    world.clock.move(seconds=45)
    assert (first.id, NOON) in await due(0), "a message that was lost is sent again"


class ClaimingSchedule:
    """Every account is due; claims end when as many as may be are under way. One is taken, and one breaks the store."""

    def __init__(self, *names: str) -> None:
        self._due = [(id_of(name), NOON) for name in names]
        self._turn = asyncio.Barrier(CLAIMS_AT_ONCE)
        self.under_way = self.most_under_way = 0

    async def due(
        self, before: datetime, limit: int, *, but: frozenset[str] = frozenset()
    ) -> list[tuple[str, datetime]]:
        return [one for one in self._due if one[0] not in but][:limit]

    async def claim(
        self, account_id: str, due_at: datetime, *, now: datetime, queued_until: datetime
    ) -> bool:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await self._turn.wait()
        self.under_way -= 1
        if account_id == id_of("broken"):
            raise RuntimeError("the store is down")
        return account_id != id_of("taken")


def id_of(name: str) -> str:
    return things.id_of("kupe", name)


async def claimed(schedule: ClaimingSchedule) -> list[str]:
    given = await due_messages(
        schedule, now=NOON, ahead=timedelta(), queued_for=timedelta(seconds=45), limit=100
    )
    return [account_id for account_id, _ in given or []]


async def test_accounts_are_claimed_together_but_not_all_at_once_and_given_out_in_their_order() -> None:
    names = [f"{number}" for number in range(2 * CLAIMS_AT_ONCE - 1)]
    schedule = ClaimingSchedule("taken", *names)
    assert await claimed(schedule) == [id_of(name) for name in names]
    assert schedule.most_under_way == CLAIMS_AT_ONCE


async def test_a_claim_that_fails_costs_its_account_a_turn_and_nobody_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    names = [f"{number}" for number in range(CLAIMS_AT_ONCE - 1)]
    schedule = ClaimingSchedule("broken", *names)
    assert await claimed(schedule) == [id_of(name) for name in names]
    assert schedule.under_way == 0
    assert "the store is down" in caplog.text


async def test_a_store_that_takes_no_claim_is_heard_of() -> None:
    schedule = ClaimingSchedule(*["broken"] * CLAIMS_AT_ONCE)
    with pytest.raises(RuntimeError, match="the store is down"):
        await claimed(schedule)


async def test_an_index_that_lags_costs_nobody_a_turn() -> None:
    """It goes on showing what was claimed: each page is of others, until none is left."""
    names = [f"{number}" for number in range(4 * CLAIMS_AT_ONCE)]
    schedule, examined, given = ClaimingSchedule(*names), set[str](), []
    while (
        page := await due_messages(
            schedule,
            now=NOON,
            ahead=timedelta(),
            queued_for=timedelta(seconds=45),
            limit=CLAIMS_AT_ONCE,
            examined=examined,
        )
    ) is not None:
        given += page
    assert [account_id for account_id, _ in given] == [id_of(name) for name in names]
