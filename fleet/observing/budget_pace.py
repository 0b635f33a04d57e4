"""How far a request budget slows down observation.

The accounts that draw from one budget share what is left of it, and it has to last for the rest of the window.
Half of an account's part is for the list of its clusters. The other collections get the rest. If that is not
enough, all of them slow down together. What they do not need, the list of clusters may use.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from fleet.model.account import Collection, CollectionState
from fleet.model.freshness import GRACE
from fleet.model.rate_limit import Budget, RateLimit
from fleet.model.tracking import TrackedCluster
from fleet.observing.schedule import Pace, next_observation
from fleet.rate_limits.budget import accounts_of, polling_rate, polling_share

LATE = GRACE
"""How late an observation may come on its way through a schedule and a queue."""
SWINGS = 4
"""A budget that was spent fast at first is spent up to so many times slower towards the end of its window."""
HELD, FREE = 2.0, 1.2
"""A pace counts as held down from so many times its usual interval on, and until it is below the lesser again."""
_SLOWEST_DETAILS = 10
"""Details are put off to so many times their usual interval at most; the budget itself says no beyond that."""


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """The shortest interval for the clusters, in seconds, and how many times slower than usual all else is observed."""

    clusters_seconds: float = 0
    details_times: float = 1


def allowed(
    collections: Mapping[Collection, CollectionState], per_second: float | None, pace: Pace
) -> Allowed:
    """What one account can do with so many requests a second; null where no limit is known."""
    if per_second is None:
        return Allowed()
    demand = sum(
        state.requests / pace.every_seconds[collection]
        for collection, state in collections.items()
        if collection is not Collection.CLUSTERS
    )
    details = min(demand, per_second / 2)
    requests = collections.get(Collection.CLUSTERS, CollectionState()).requests
    rest = per_second - details
    return Allowed(
        clusters_seconds=requests / rest if rest > 0 else float(pace.latest_seconds),
        details_times=min(_SLOWEST_DETAILS, demand / details) if details > 0 else 1 + (demand > 0),
    )


def paced(
    collections: Mapping[Collection, CollectionState],
    observed: Iterable[Collection],
    clusters: Iterable[TrackedCluster],
    budget: Budget,
    rate: RateLimit,
    pace: Pace,
    now: datetime,
    before: Mapping[Collection, CollectionState] = MappingProxyType({}),
) -> dict[Collection, CollectionState]:
    """When what was just observed is observed next, and what of that is owed to the budget."""
    accounts = accounts_of(budget, now)
    per_second = polling_rate(budget, rate, now)
    share = polling_share(budget, rate)
    now_allowed = allowed(collections, None if per_second is None else per_second / accounts, pace)
    in_the_long_run = allowed(
        collections, None if share is None else share / rate.window_seconds / accounts, pace
    )
    after = dict(collections)
    for collection in observed:
        state, every = after[collection], pace.every_seconds[collection]
        if collection is Collection.CLUSTERS:
            wanted = (next_observation(clusters, pace, now) - now).total_seconds()
            ceiling = max(every, pace.latest_seconds)
            seconds = min(max(wanted, now_allowed.clusters_seconds), ceiling)
            slowest = min(max(every, SWINGS * in_the_long_run.clusters_seconds), ceiling)
            state = state.model_copy(
                update={"expected_age_seconds": round(max(slowest, seconds) + 2 * LATE.total_seconds())}
            )
        else:
            # What lacks something is asked for again sooner, and all of it: that slows down with the budget, too.
            again_at = state.next_attempt_at if state.failure is not None else None
            usual = every if again_at is None else (again_at - now).total_seconds()
            seconds = usual * now_allowed.details_times
        at = now + timedelta(seconds=int(seconds))
        is_held = seconds > every * (FREE if before.get(collection, state).budget_until else HELD)
        after[collection] = state.model_copy(
            update={"next_attempt_at": at, "budget_until": at if is_held else None}
        )
    return after
