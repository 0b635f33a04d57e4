"""When an account is looked at next: seconds while something moves, then minutes; later while a provider fails."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fleet.model.account import AccountState, Collection, CollectionState
from fleet.model.failure import Failure, FailureKind
from fleet.model.rate_limit import RateLimit
from fleet.model.tracking import TrackedCluster
from fleet.ports.store import Schedule
from fleet.rate_limits.budget import seconds_between

CLAIMS_AT_ONCE = 16
"""Each waits for the store, which has so many calls in flight at most."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often each collection is observed, in seconds, and the bounds of how often an account is looked at."""

    every_seconds: Mapping[Collection, int] = field(
        default_factory=lambda: {
            Collection.CLUSTERS: 60,
            Collection.NODES: 300,
            Collection.CONNECTIONS: 3600,
            Collection.COSTS: 3600,
            Collection.INTEGRATIONS: 600,
            Collection.REGIONS: 86_400,
            Collection.INSTANCE_TYPES: 86_400,
        }
    )
    soonest_seconds: int = 5
    latest_seconds: int = 900

    @property
    def soonest(self) -> timedelta:
        return timedelta(seconds=self.soonest_seconds)


def next_observation(
    clusters: Iterable[TrackedCluster], state: AccountState, rate: RateLimit, pace: Pace, now: datetime
) -> datetime:
    """The next time for the clusters of an account that answered.

    A look costs what the latest one did, and never comes so soon that looks alone would use up more than half of the
    polling share: the rest is for what else is observed. While something moves or is missing it comes after a quarter
    of the time that this has gone on: soon at first, and no sooner than usual for what never arrives.
    """
    usual = pace.every_seconds[Collection.CLUSTERS]
    seconds = usual
    for row in clusters:
        since = row.since if row.item.is_moving else row.missing_since
        if since is not None:
            seconds = min(seconds, max(pace.soonest_seconds, int((now - since).total_seconds()) // 4))
    return now + timedelta(
        seconds=max(seconds, seconds_between(2 * state.of(Collection.CLUSTERS).requests, rate))
    )


def succeed(collection: Collection, pace: Pace, now: datetime, requests: int) -> CollectionState:
    next_attempt_at = now + timedelta(seconds=pace.every_seconds[collection])
    return CollectionState(observed_at=now, next_attempt_at=next_attempt_at, requests=requests)


def fail(
    state: CollectionState, failure: Failure, collection: Collection, pace: Pace, now: datetime
) -> CollectionState:
    """Backs off, and heeds when the provider wants to be asked again. A refused token leaves no point in asking.

    Even what is rarely looked at is soon tried again at first, so that a blip costs nobody a day without regions.
    """
    attempts = state.failed_attempts + 1
    delay = min(
        pace.every_seconds[Collection.CLUSTERS] * 2 ** min(attempts - 1, 10), _ceiling(collection, pace)
    )
    next_attempt_at: datetime | None = now + timedelta(seconds=delay)
    if failure.retry_at is not None and next_attempt_at is not None:
        next_attempt_at = max(next_attempt_at, failure.retry_at)
    if failure.kind is FailureKind.AUTHENTICATION:
        next_attempt_at = None
    return CollectionState(
        observed_at=state.observed_at,
        next_attempt_at=next_attempt_at,
        failure=failure,
        failing_since=state.failing_since or now,
        failed_attempts=attempts,
        requests=state.requests,
    )


def expected_requests(state: AccountState, by: datetime) -> int:
    """What an observation of all that is due by then will take, going by the last time."""
    due = (
        one for one in state.collections.values() if one.next_attempt_at is None or one.next_attempt_at <= by
    )
    return max(1, sum(one.requests for one in due))


def due_at(state: AccountState) -> datetime | None:
    """When the first collection of an account is due. Null while its token is refused."""
    if state.is_token_accepted is False:
        return None
    return min(
        (one.next_attempt_at for one in state.collections.values() if one.next_attempt_at is not None),
        default=None,
    )


async def due_messages(
    schedule: Schedule, *, now: datetime, ahead: timedelta, queued_for: timedelta, limit: int
) -> list[tuple[str, datetime]]:
    """Claims the accounts that fall due before `now + ahead`; each is to be observed once, at the time beside it.

    A claim that fails for a fault of ours fails all of them once the others have ended: those that were claimed are
    planned again after `queued_for`.
    """
    turns = asyncio.Semaphore(CLAIMS_AT_ONCE)

    async def claim(account_id: str, due_at: datetime) -> bool:
        async with turns:
            return await schedule.claim(account_id, due_at, now=now, queued_until=now + queued_for)

    due = await schedule.due(now + ahead, limit)
    claimed = await asyncio.gather(*(claim(*one) for one in due), return_exceptions=True)
    for outcome in claimed:
        if isinstance(outcome, BaseException):
            raise outcome
    return [one for one, is_ours in zip(due, claimed, strict=True) if is_ours]


def _ceiling(collection: Collection, pace: Pace) -> int:
    return max(pace.every_seconds[collection], pace.latest_seconds)
