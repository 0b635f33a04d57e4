"""Who is asked for when clusters are missing, and what an answer, an error or a number of them means."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from fleet.model.account import DeletionGuard
from fleet.model.cluster import Phase
from fleet.model.failure import (
    Forbidden,
    ProviderError,
    RateLimited,
    Rejected,
    Unauthenticated,
    Unavailable,
)
from fleet.model.rate_limit import BudgetExhausted, RateFacts
from fleet.model.tracking import TrackedCluster
from fleet.observing.absence import (
    GUARDED_FOR,
    SUSPECTS_ASKED,
    YOUNG_FOR,
    YOUNG_MISSED_FOR,
    confirm_absence,
    guard_deletion,
)
from fleet.ports.adapter import Listing
from fleet.providers import PROVIDERS
from tests.fleet.things import NOON, cluster, row
from tests.fleet.world import Bare, ById, Script

INTERVAL = timedelta(minutes=1)
NOW = NOON + timedelta(days=1)
SECOND = timedelta(seconds=1)


class Unlimited:
    async def take(self, change: object = None) -> None:
        pass

    def learn(self, facts: RateFacts) -> None:
        pass


async def confirm(script: Script, *suspects: TrackedCluster, kind: type[Bare] = ById) -> set[str]:
    """The keys of those that are proven gone."""
    adapter = kind(PROVIDERS["kupe"], script, SecretStr("a-made-up-token"), Unlimited())
    return set((await confirm_absence(adapter, suspects, now=NOW, interval=INTERVAL)).gone)


async def test_those_are_asked_for_first_that_have_been_missing_for_longest() -> None:
    script = Script()
    just_now = [row(f"new{number}") for number in range(SUSPECTS_ASKED)]
    before = [row("young", missing_since=NOW - SECOND), row("old", missing_since=NOW - 2 * SECOND)]
    gone = await confirm(script, *just_now, *before)
    assert script.asked[:2] == ["cluster old", "cluster young"]
    assert len(script.asked) == len(gone) == SUSPECTS_ASKED


@pytest.mark.parametrize("error", [RateLimited("Slower."), BudgetExhausted(NOW)])
async def test_nobody_is_asked_for_any_more_once_the_budget_is_used_up(error: Exception) -> None:
    script = Script(wrong={"cluster c1": error})
    assert await confirm(script, row("c0"), row("c1"), row("c2")) == {"c0"}
    assert script.asked == ["cluster c0", "cluster c1"]


@pytest.mark.parametrize(
    ("error", "missed", "is_believed"),
    [
        (Rejected("Its name cannot be part of a path."), GUARDED_FOR, True),
        (Rejected("Its name cannot be part of a path."), GUARDED_FOR - SECOND, False),
        (Unavailable("Down."), 24 * GUARDED_FOR, False),
        (Unauthenticated("No."), 24 * GUARDED_FOR, False),
        (Forbidden("The token lost a right."), 24 * GUARDED_FOR, False),
    ],
)
async def test_one_that_nobody_can_ask_for_is_gone_when_it_was_missed_for_long(
    error: ProviderError, missed: timedelta, is_believed: bool
) -> None:
    """Or it would be shown as it was for ever."""
    script = Script(wrong={"cluster c1": error})
    assert bool(await confirm(script, row("c1", missing_since=NOW - missed))) is is_believed


@pytest.mark.parametrize(("age", "is_believed"), [(YOUNG_FOR, True), (YOUNG_FOR - SECOND, False)])
async def test_a_404_of_a_cluster_is_believed_at_once_when_it_is_young_no_more(
    age: timedelta, is_believed: bool
) -> None:
    assert bool(await confirm(Script(), row(since=NOW - age))) is is_believed


@pytest.mark.parametrize(
    ("missed", "is_believed"), [(YOUNG_MISSED_FOR, True), (YOUNG_MISSED_FOR - SECOND, False)]
)
async def test_a_young_cluster_is_missed_for_a_while(missed: timedelta, is_believed: bool) -> None:
    young = row(since=NOW - YOUNG_FOR / 2, missing_since=NOW - missed)
    assert bool(await confirm(Script(), young)) is is_believed


@pytest.mark.parametrize(("missed", "is_believed"), [(INTERVAL, True), (INTERVAL - SECOND, False)])
async def test_what_cannot_be_asked_for_is_missed_for_an_interval(
    missed: timedelta, is_believed: bool
) -> None:
    assert bool(await confirm(Script(), row(missing_since=NOW - missed), kind=Bare)) is is_believed


async def test_a_successor_under_the_name_does_not_show_that_the_old_cluster_is_there() -> None:
    script = Script(by_id={"web": cluster("web", incarnation="tuesday")})
    assert await confirm(script, row("web", incarnation="monday")) == {"web@monday"}
    script.by_id["web"] = cluster("web", incarnation="monday")
    assert await confirm(script, row("web", incarnation="monday")) == set()


async def test_a_time_of_creation_that_appears_by_now_is_no_successor() -> None:
    script = Script(by_id={"web": cluster("web", incarnation="tuesday")})
    assert await confirm(script, row("web")) == set()


def guarded(
    rows: list[TrackedCluster],
    absent: int,
    *,
    held: DeletionGuard | None = None,
    incomplete: str | None = None,
) -> DeletionGuard | None:
    listing = Listing(items=tuple(one.item for one in rows[absent:]), incomplete=incomplete)
    return guard_deletion(held, rows, rows[:absent], listing, NOW)


def known(count: int, *, since: datetime = NOON, **more: Any) -> list[TrackedCluster]:
    return [row(f"{since:%H%M%S}-{number}", since=since, **more) for number in range(count)]


def test_what_came_when_the_guard_began_or_later_is_not_counted() -> None:
    held = DeletionGuard(since=NOON + SECOND, reason="4 of 4")
    assert guarded(known(4), 4, held=held) is not None
    assert guarded(known(3) + known(5, since=NOON + SECOND), 8, held=held) is None
    kept = guarded(known(4) + known(9, since=NOON + SECOND), 4, held=held)
    assert kept is not None
    assert kept.since == held.since
    assert "4 of 4 clusters vanished" in kept.reason
    assert f"{GUARDED_FOR // timedelta(minutes=1)} minutes" in kept.reason


def test_those_that_are_deleted_already_make_up_for_nobody() -> None:
    dead = known(9, since=NOON - SECOND, phase=Phase.DELETED)
    assert guarded(known(5) + dead, 5) is not None


def test_a_list_with_gaps_begins_no_guard_and_ends_none() -> None:
    held = DeletionGuard(since=NOON, reason="5 of 5")
    assert guarded(known(5), 5, incomplete="a page was lost") is None
    assert guarded(known(5), 0, held=held, incomplete="a page was lost") == held
