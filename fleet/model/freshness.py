"""How old an answer is, and why. During an outage the last known data is shown with its age."""

from datetime import datetime, timedelta
from enum import StrEnum

from fleet.model.account import Collection, CollectionState, TrackedAccount
from fleet.model.failure import Failure
from fleet.model.record import Instant, Record
from fleet.model.tracking import Unread

GRACE = timedelta(seconds=60)
"""How late an observation may be before its data is STALE. The schedule runs once a minute."""

SOON = timedelta(days=1)
"""How long before a token expires that is said: a working day, to replace it in."""

NOT_COUNTED = (
    "its clusters were counted by another version of Fleetgraph, in a way that this one does not know"
)


class FreshnessState(StrEnum):
    CURRENT = "CURRENT"
    STALE = "STALE"
    UNREACHABLE = "UNREACHABLE"
    NEVER_OBSERVED = "NEVER_OBSERVED"


class Freshness(Record):
    state: FreshnessState
    observed_at: Instant | None = None
    age_seconds: int | None = None
    next_attempt_at: Instant | None = None
    last_failure: Failure | None = None
    reason: str | None = None


def freshness_of(
    tracked: TrackedAccount,
    collection: Collection,
    now: datetime,
    *,
    unread: Unread | None = None,
    cluster_key: str | None = None,
) -> Freshness:
    """The freshness of a collection, or of one item in it: of what belongs to a cluster, or of what could not be read
    since `unread.read_at`.
    """
    state = tracked.state.of(collection)
    failure, observed_at = state.failure, state.observed_at
    if unread is not None:
        failure, observed_at = unread.failure, unread.read_at
    elif cluster_key is not None:
        observed_at = state.asked_at(cluster_key)
        # What it is about is marked as unread.
        failure = None if state.is_lacking else failure
    age_seconds = None if observed_at is None else max(0, int((now - observed_at).total_seconds()))
    judged = _judge(observed_at, state.next_attempt_at, failure, tracked.state.is_token_accepted, now)
    expected = state.expected_age_seconds
    if judged is FreshnessState.CURRENT and None not in (expected, age_seconds) and age_seconds > expected:  # type: ignore[operator]
        judged = FreshnessState.STALE
    return Freshness.model_construct(  # of what is valid already: a page has some for each account
        state=judged,
        observed_at=observed_at,
        age_seconds=age_seconds,
        next_attempt_at=None if state.next_attempt_at is None else max(state.next_attempt_at, now),
        last_failure=failure,
        reason=_reason(judged, state, failure, tracked.state.is_token_accepted, now)
        or _expiry(tracked.account.token_expires_at, now)
        or (None if tracked.is_counted or collection is not Collection.CLUSTERS else NOT_COUNTED),
    )


def _reason(
    judged: FreshnessState,
    state: CollectionState,
    failure: Failure | None,
    is_token_accepted: bool | None,
    now: datetime,
) -> str | None:
    """Why data is not observed at its usual pace; null where it is."""
    if failure is not None:
        return failure.message
    if is_token_accepted is False:
        return "the provider refuses the token"
    if state.budget_until is not None and state.budget_until + GRACE > now:
        return f"request budget until {state.budget_until:%H:%M}"
    return "it was not observed when due" if judged is FreshnessState.STALE else None


def _expiry(expires_at: datetime | None, now: datetime) -> str | None:
    """That the token expires soon, or did."""
    if expires_at is None or expires_at > now + SOON:
        return None
    return f"the token {'expired' if expires_at <= now else 'expires'} at {expires_at:%Y-%m-%d %H:%M} UTC"


def is_missing(tracked: TrackedAccount, now: datetime) -> bool:
    """Whether a count over the fleet does not include the current state of this account."""
    is_current = freshness_of(tracked, Collection.CLUSTERS, now).state is FreshnessState.CURRENT
    return not is_current or not tracked.is_counted


def _judge(
    observed_at: datetime | None,
    next_attempt_at: datetime | None,
    failure: Failure | None,
    is_token_accepted: bool | None,
    now: datetime,
) -> FreshnessState:
    if observed_at is None and failure is None:
        return FreshnessState.NEVER_OBSERVED
    if failure is not None:
        return FreshnessState.UNREACHABLE
    if is_token_accepted is False or next_attempt_at is None or now > next_attempt_at + GRACE:
        return FreshnessState.STALE
    return FreshnessState.CURRENT
