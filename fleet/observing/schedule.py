"""When an account is observed next while its provider answers: seconds while something moves, then minutes.

`failures` is about a provider that does not answer, `budget_pace` about a budget that does not allow it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fleet.model.account import AccountState, Collection, CollectionState
from fleet.model.rate_limit import RequestUse
from fleet.model.tracking import TrackedCluster

USE_OF: Mapping[Collection, RequestUse] = {
    collection: {
        Collection.CLUSTERS: RequestUse.CLUSTERS,
        Collection.NODES: RequestUse.NODES,
    }.get(collection, RequestUse.DETAILS)
    for collection in Collection
}
"""What the requests for a collection are counted as."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often each collection is observed, in seconds, and the bounds of how often an account is looked at."""

    every_seconds: Mapping[Collection, int] = field(
        default_factory=lambda: {
            Collection.CLUSTERS: 60,
            Collection.NODES: 300,
            Collection.CONNECTIONS: 3600,
            Collection.COSTS: 3600,
            Collection.SPEND: 21_600,
            Collection.UPGRADES: 3600,
            Collection.ALLOWLISTS: 900,
            Collection.UPKEEP: 3600,
            Collection.INTEGRATIONS: 600,
            Collection.REGIONS: 86_400,
            Collection.INSTANCE_TYPES: 86_400,
            Collection.VERSIONS: 86_400,
        }
    )
    soonest_seconds: int = 5
    latest_seconds: int = 900

    @property
    def soonest(self) -> timedelta:
        return timedelta(seconds=self.soonest_seconds)


def next_observation(clusters: Iterable[TrackedCluster], pace: Pace, now: datetime) -> datetime:
    """The next time for the clusters of an account that answered, as far as its budget allows (`budget_pace`).

    While something moves or is missing it comes after a quarter of the time that this has gone on: soon at first, and
    no later than usual for what never arrives.
    """
    usual = pace.every_seconds[Collection.CLUSTERS]
    seconds = usual
    for row in clusters:
        since = row.since if row.item.is_moving else row.missing_since
        if since is not None:
            seconds = min(seconds, max(pace.soonest_seconds, int((now - since).total_seconds()) // 4))
    return now + timedelta(seconds=seconds)


def pace_of(quiet_seconds: int, moving_seconds: int) -> Pace:
    """The pace whose clusters are observed at one interval while all is quiet, and at the other once something moves.
    Nothing else of an account is observed more often than its clusters.
    """
    usual = Pace()
    return Pace(
        every_seconds={
            collection: max(every, quiet_seconds * 3) for collection, every in usual.every_seconds.items()
        }
        | {Collection.CLUSTERS: quiet_seconds},
        soonest_seconds=min(moving_seconds, quiet_seconds),
        latest_seconds=max(usual.latest_seconds, quiet_seconds),
    )


def succeed(collection: Collection, pace: Pace, now: datetime, requests: int) -> CollectionState:
    next_attempt_at = now + timedelta(seconds=pace.every_seconds[collection])
    return CollectionState(observed_at=now, next_attempt_at=next_attempt_at, requests=requests)


def is_due(collection: Collection, state: AccountState, pace: Pace, now: datetime) -> bool:
    """What falls due within a tenth of its pace comes along with what is due, but not what failed: it backs off."""
    known = state.of(collection)
    if known.next_attempt_at is None:
        return True
    every = timedelta(seconds=pace.every_seconds[collection])
    early = max(pace.soonest, every / 10) if known.failure is None else pace.soonest
    return known.next_attempt_at <= now + early


def expected_requests(
    state: AccountState, pace: Pace, now: datetime, *, wants_clusters: bool
) -> Mapping[RequestUse, int]:
    """What an observation will send for what is due, in that order, going by the last time."""
    wanted: Counter[RequestUse] = Counter()
    for collection in Collection:
        is_known = collection in state.collections or collection is Collection.CLUSTERS
        is_wanted = wants_clusters and collection is Collection.CLUSTERS
        if is_wanted or (is_known and is_due(collection, state, pace, now)):
            wanted[USE_OF[collection]] += max(1, state.of(collection).requests)
    return wanted or Counter({RequestUse.CLUSTERS: 1})


def hold_back(state: AccountState, until: datetime, *, use: RequestUse) -> tuple[AccountState, datetime]:
    """An account whose budget for a use is used up, and when it is due then: its clusters do not wait for the rest."""
    collections = dict(state.collections)
    for collection in Collection:
        known = collections.get(collection)
        is_clusters = collection is Collection.CLUSTERS
        if (known is None and not is_clusters) or (is_clusters and use is not RequestUse.CLUSTERS):
            continue
        at = None if known is None else known.next_attempt_at
        if at is None or at < until:
            collections[collection] = (known or CollectionState()).model_copy(
                update={"next_attempt_at": until, "budget_until": until}
            )
    held = state.model_copy(update={"collections": collections})
    at = due_at(held)
    return held, until if at is None else min(until, at)


def due_at(state: AccountState) -> datetime | None:
    """When the first collection of an account is due. While its token is refused, when that is tried again."""
    if state.is_token_accepted is False:
        return state.of(Collection.CLUSTERS).next_attempt_at
    return min(
        (one.next_attempt_at for one in state.collections.values() if one.next_attempt_at is not None),
        default=None,
    )
