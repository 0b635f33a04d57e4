"""What callers spend is counted in the table."""

import asyncio
from typing import Any

import pytest

from fleet.ports.credits import CreditsUsedUp
from infra.store.credits import TableCredits
from infra.store.table import Table, TableUnavailable
from infra.store.writes import Key
from tests.infra.interposed import InterposedTable
from tests.infra.samples import SetClock
from tests.infra.traffic import Traffic


@pytest.fixture
def credits(table: Table) -> TableCredits:
    return TableCredits(table, limit=100)


async def test_what_is_left_goes_down_to_nothing_and_never_below(
    credits: TableCredits, clock: SetClock
) -> None:
    now = clock.now()
    assert (await credits.spend("ci", 60, now)).remaining == 40
    assert (await credits.spend("ci", 40, now)).remaining == 0
    with pytest.raises(CreditsUsedUp) as refused:
        await credits.spend("ci", 1, now)
    credit_status = refused.value.credit_status
    assert (credit_status.cost, credit_status.limit, credit_status.remaining) == (1, 100, 0)
    assert 0 < (credit_status.resets_at - now).total_seconds() <= 60


async def test_what_is_refused_takes_nothing(credits: TableCredits, clock: SetClock) -> None:
    await credits.spend("ci", 50, clock.now())
    with pytest.raises(CreditsUsedUp) as refused:
        await credits.spend("ci", 51, clock.now())
    assert refused.value.credit_status.remaining == 50
    assert (await credits.spend("ci", 50, clock.now())).remaining == 0


async def test_more_than_a_whole_window_is_refused_at_its_beginning(
    credits: TableCredits, clock: SetClock
) -> None:
    with pytest.raises(CreditsUsedUp) as refused:
        await credits.spend("ci", 101, clock.now())
    assert refused.value.credit_status.remaining == 100


async def test_each_caller_and_each_minute_begin_anew(credits: TableCredits, clock: SetClock) -> None:
    await credits.spend("ci", 100, clock.now())
    assert (await credits.spend("web", 1, clock.now())).remaining == 99
    clock.advance(60)
    assert (await credits.spend("ci", 1, clock.now())).remaining == 99


async def test_two_at_once_spend_what_there_is_and_no_more(credits: TableCredits, clock: SetClock) -> None:
    answers = await asyncio.gather(
        *(credits.spend("ci", 30, clock.now()) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(one, CreditsUsedUp) for one in answers) == 2
    assert (await credits.spend("ci", 10, clock.now())).remaining == 0


async def test_who_has_nothing_left_is_known_without_asking_until_the_minute_ends(
    credits: TableCredits, clock: SetClock
) -> None:
    await credits.spend("ci", 99, clock.now())
    with pytest.raises(CreditsUsedUp):
        await credits.spend("ci", 2, clock.now())
    assert credits.used_up("ci", clock.now()) is None, "one point is left"
    await credits.spend("ci", 1, clock.now())
    credit_status = credits.used_up("ci", clock.now())
    assert credit_status is not None
    assert (credit_status.cost, credit_status.limit, credit_status.remaining) == (1, 100, 0)
    assert credits.used_up("web", clock.now()) is None
    clock.advance(60)
    assert credits.used_up("ci", clock.now()) is None


async def test_another_process_learns_it_from_its_first_refusal(table: Table, clock: SetClock) -> None:
    await TableCredits(table, limit=100).spend("ci", 100, clock.now())
    another = TableCredits(table, limit=100)
    assert another.used_up("ci", clock.now()) is None
    with pytest.raises(CreditsUsedUp):
        await another.spend("ci", 1, clock.now())
    assert another.used_up("ci", clock.now()) is not None


async def test_a_request_takes_one_write(credits: TableCredits, clock: SetClock, traffic: Traffic) -> None:
    await credits.spend("ci", 30, clock.now())
    assert traffic.operations == ["UpdateItem"]


async def test_what_can_be_read_is_not_held_back_by_a_counter_that_cannot_be_written(
    table: Table, clock: SetClock
) -> None:
    class Full(InterposedTable):
        async def count(self, key: Key, by: int, **more: Any) -> tuple[bool, int]:
            raise TableUnavailable("the disk is full")

    credits = TableCredits(Full(table), limit=100)
    assert (await credits.spend("ci", 30, clock.now())).remaining == 70
    with pytest.raises(CreditsUsedUp):
        await credits.spend("ci", 101, clock.now())


async def test_what_was_not_needed_is_taken_off_what_is_spent_next(
    credits: TableCredits, clock: SetClock, table: Table
) -> None:
    now = clock.now()
    await credits.spend("ci", 100, now)
    assert credits.used_up("ci", now) is not None
    credits.give_back("ci", 70, now)
    assert credits.used_up("ci", now) is None
    assert (await credits.spend("ci", 50, now)).remaining == 20
    assert (await TableCredits(table, limit=100).spend("web", 1, now)).remaining == 99
    with pytest.raises(CreditsUsedUp) as refused:
        await credits.spend("ci", 21, now)
    assert refused.value.credit_status.remaining == 20, "what is refused takes nothing"
    assert (await credits.spend("ci", 20, now)).remaining == 0
    assert credits.used_up("ci", now) is not None


async def test_what_is_given_back_is_of_its_process_its_caller_and_its_minute(
    credits: TableCredits, clock: SetClock, table: Table
) -> None:
    other, before = TableCredits(table, limit=100), clock.now()
    await credits.spend("ci", 90, before)
    credits.give_back("ci", 80, before)
    assert (await other.spend("ci", 10, before)).remaining == 0
    assert (await credits.spend("web", 1, before)).remaining == 99
    clock.advance(60)
    assert (await credits.spend("ci", 100, clock.now())).remaining == 0
    credits.give_back("ci", 80, before)
    with pytest.raises(CreditsUsedUp):
        await credits.spend("ci", 1, clock.now())


async def test_two_at_once_never_get_back_more_than_was_charged(
    credits: TableCredits, clock: SetClock
) -> None:
    now = clock.now()
    await credits.spend("ci", 100, now)
    credits.give_back("ci", 40, now)
    found = await asyncio.gather(*(credits.spend("ci", 30, now) for _ in range(5)), return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in found) == 1
    assert (await credits.spend("ci", 10, now)).remaining == 0


async def test_of_so_many_callers_and_no_more_it_is_remembered(
    credits: TableCredits, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.store.credits.MOST_CALLERS", 1)
    for caller in ("ci", "web"):
        await credits.spend(caller, 100, clock.now())
        credits.give_back(caller, 50, clock.now())
    assert (await credits.spend("ci", 50, clock.now())).remaining == 0
    with pytest.raises(CreditsUsedUp):
        await credits.spend("web", 1, clock.now())
