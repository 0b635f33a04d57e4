"""Sends a message for each due account: one message, and another one only if the first must be lost.

A plan writes nothing to the accounts. It works through the due accounts shard by shard, in the order of time, and
stores how far it came (`ShardState`) only after it has sent the messages up to there. So if a plan dies, the next
one continues. If a plan dies before it stores that, or two plans run at once, some messages are sent twice; the
second message finds nothing to do.

Accounts up to that point have their message already, unless their place was written since: the account was
connected, refreshed, or put off for a moment. So each place says when it was written (`written_at`). An index can
show a write late, so a plan also reads back a little further (`INDEX_LAG`).

*Arithmetic.* 100,000 accounts at five minutes are 20,000 in a plan. An index page of 200 is one request, and so
are the messages for 50 accounts: 100 and 400 requests of some milliseconds each. The first limit is the index: an
observation moves the place of its account at two units. `DUE_SHARDS` partitions of 1,000 units a second allow
4,000 observations a second, which is a million accounts at five minutes.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fleet.ports.clock import Clock
from fleet.ports.schedule import DueAccount, OutdatedSchedule, Schedule, ShardState

INDEX_LAG = timedelta(seconds=5)
"""How late an index may show what was written, and how far clocks may differ. Beyond this, an account is found when its
message would be lost.
"""
PAGE = 200
"""Accounts of a shard that are looked at together. They are sent before any more are."""

Send = Callable[[Sequence[DueAccount]], Awaitable[None]]


class NotSent(Exception):
    """Some messages could not be sent; all others were."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """`lag_seconds` is how long the most overdue account has been due. An incomplete plan ran out of time."""

    accounts: int
    lag_seconds: float
    is_complete: bool


def needs_message(one: DueAccount, shard: ShardState, now: datetime, lost_after: timedelta) -> bool:
    if shard.until is None or shard.looked_at is None or one.planned_at > shard.until:
        return True
    if one.written_at is not None and one.written_at >= shard.looked_at - INDEX_LAG:
        return True
    return _losses(one, now, lost_after) > _losses(one, shard.looked_at, lost_after)


def _losses(one: DueAccount, at: datetime, lost_after: timedelta) -> int:
    """How many messages must have been lost until then."""
    return max(0, (at - one.planned_at) // lost_after)


async def plan(
    schedule: Schedule, clock: Clock, send: Send, *, ahead: timedelta, lost_after: timedelta, seconds: float
) -> Planned:
    """Sends the messages of all that fall due within `ahead`, for at most `seconds`; the next plan goes on at once from
    there. Raises `NotSent` once all others have their messages; then the next plan sends these again.
    """
    began = clock.now()
    until, horizon = began + timedelta(seconds=seconds), began + ahead
    state = await schedule.schedule_state()
    places = {shard: one.place for shard, one in state.shards.items()}
    accounts, lag = 0, timedelta()
    refused: NotSent | None = None
    while places and clock.now() < until:
        pages = await schedule.due_pages(places, horizon, PAGE)
        places = {shard: place for shard, (_, place) in pages.items() if place is not None}
        wanted = [
            one
            for shard, (page, _) in pages.items()
            for one in page
            if needs_message(one, state.of(shard), began, lost_after)
        ]
        lag = max([lag, *(began - one.due_at for page, _ in pages.values() for one in page)])
        accounts += len(wanted)
        try:
            await send(sorted(wanted, key=lambda one: one.due_at))
        except NotSent as error:
            refused = error
        shards = {shard: _advanced(state.of(shard), places.get(shard), began, horizon) for shard in pages}
        state = replace(state, shards={**state.shards, **shards})
        if refused is None:
            try:
                state = await schedule.keep_schedule(state)
            except OutdatedSchedule:
                break  # another plan goes on from here
    if refused is not None:
        raise refused
    return Planned(accounts=accounts, lag_seconds=lag.total_seconds(), is_complete=not places)


def _advanced(shard: ShardState, place: str | None, began: datetime, horizon: datetime) -> ShardState:
    """How far a shard is planned after a page, which ends at `place`, null where it was the last."""
    begun_at = shard.begun_at or began
    if place is None:
        return ShardState(until=horizon, looked_at=begun_at)
    return replace(shard, begun_at=begun_at, place=place)
