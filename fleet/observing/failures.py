"""What a failure does to the next observation. A 401 (a refused token) slows polling down; it never ends it. An
outage backs off. If the provider asks us to wait, we wait.
"""

from datetime import datetime, timedelta

from fleet.model.account import Collection, CollectionState
from fleet.model.failure import Failure, FailureKind
from fleet.observing.schedule import Pace

REFUSED_AFTER = timedelta(seconds=60)
"""How far apart two refusals of a token have to be to count."""

PROBES = (
    (timedelta(hours=2), timedelta(minutes=15)),
    (timedelta(days=1), timedelta(hours=1)),
    (timedelta.max, timedelta(hours=4)),
)
"""How long a token has been refused, and after how long it is then tried again."""


def fail(
    state: CollectionState, failure: Failure, collection: Collection, pace: Pace, now: datetime
) -> CollectionState:
    """Backs off, and heeds when the provider wants to be asked again. A refused token is tried again slowly, and never
    given up: gateways refuse good tokens now and then, and a token can be let in again.

    Even what is rarely looked at is soon tried again at first, so that a blip costs nobody a day without regions.
    """
    attempts = state.failed_attempts + 1
    next_attempt_at = now + timedelta(seconds=_backoff(attempts, pace, _ceiling(collection, pace)))
    if failure.retry_at is not None:
        next_attempt_at = max(next_attempt_at, failure.retry_at)
    if failure.kind is FailureKind.AUTHENTICATION and collection is Collection.CLUSTERS:
        next_attempt_at = now + _probe_after(state, now)
    return CollectionState(
        observed_at=state.observed_at,
        next_attempt_at=next_attempt_at,
        failure=failure,
        failing_since=state.failing_since or now,
        failed_attempts=attempts,
        requests=state.requests,
        resume_after=state.resume_after,
        expected_age_seconds=state.expected_age_seconds,
        parts=state.parts,
        whole_at=state.whole_at,
    )


def lack(
    before: CollectionState,
    after: CollectionState,
    failure: Failure,
    collection: Collection,
    pace: Pace,
    now: datetime,
) -> CollectionState:
    """Of what came, some did not read or was refused. The clusters keep their pace; all else backs off as if it had
    failed, but not beyond its own pace.
    """
    lacking = after.model_copy(update={"failure": failure, "failing_since": before.failing_since or now})
    if collection is Collection.CLUSTERS:
        return lacking
    attempts = before.failed_attempts + 1
    next_attempt_at = now + timedelta(seconds=_backoff(attempts, pace, pace.every_seconds[collection]))
    return lacking.model_copy(update={"failed_attempts": attempts, "next_attempt_at": next_attempt_at})


def is_refused(before: CollectionState, after: CollectionState, token_replaced_at: datetime) -> bool:
    """Whether the token counts as refused: the clusters' own list refused it before, some time ago, and does again."""
    return (
        before.failure is not None
        and before.failure.kind is FailureKind.AUTHENTICATION
        and before.failure.occurred_at >= token_replaced_at
        and after.failure is not None
        and after.failure.occurred_at - before.failure.occurred_at >= REFUSED_AFTER
    )


def _probe_after(state: CollectionState, now: datetime) -> timedelta:
    """A first refusal is tried again soon; later ones after a quarter of an hour, and hours once that is old."""
    if state.failure is None or state.failure.kind is not FailureKind.AUTHENTICATION:
        return REFUSED_AFTER
    refused_for = now - (state.failing_since or now)
    return next(delay for age, delay in PROBES if refused_for < age)


def _backoff(attempts: int, pace: Pace, most_seconds: int) -> int:
    """In seconds."""
    return min(pace.every_seconds[Collection.CLUSTERS] * (1 << min(attempts - 1, 10)), most_seconds)


def _ceiling(collection: Collection, pace: Pace) -> int:
    return max(pace.every_seconds[collection], pace.latest_seconds)
