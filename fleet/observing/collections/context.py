"""What observing a collection is given, and what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fleet.model.account import Collection, DeletionGuard
from fleet.model.capability import Capability
from fleet.model.cluster import Phase
from fleet.model.spend import PeriodTotal
from fleet.model.subscription import Subscription
from fleet.model.tracking import TrackedCluster
from fleet.observing.schedule import Pace
from fleet.ports.adapter import Adapter
from fleet.ports.store import Lease, Observations

_NOT_SERVING = frozenset({Phase.PENDING, Phase.PROVISIONING, Phase.DELETED, Phase.FAILED})


@dataclass(frozen=True, kw_only=True)
class CollectionContext:
    """What observing one collection needs. `rows` are the account's clusters as the store holds them; `ask_until` is
    the event loop's time from which on no further cluster is asked about, so that what came can be written."""

    store: Observations
    lease: Lease
    adapter: Adapter
    pace: Pace
    now: datetime
    rows: Mapping[str, TrackedCluster]
    ask_until: float

    def last_read_at(self, collection: Collection) -> datetime | None:
        return self.lease.tracked.state.of(collection).observed_at

    def serving(self, capability: Capability) -> list[TrackedCluster]:
        return [
            row
            for row in self.rows.values()
            if row.item.phase not in _NOT_SERVING and capability not in row.item.unsupported
        ]


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What observing a collection found: the rows of clusters as they are now, how many rows differ, and what keeps it
    from being the whole truth.

    `shown` are the keys of the things that the provider showed now. `rest_at` is when the rest is asked for, where the
    budget or the time ended before all was (`is_dry`: the budget), and `resume_after` is the cluster that was asked for
    last.
    """

    rows: Mapping[str, TrackedCluster]
    changed: int = 0
    problem: str | None = None
    deletion_guard: DeletionGuard | None = None
    shown: frozenset[str] = frozenset()
    rest_at: datetime | None = None
    is_dry: bool = False
    resume_after: str | None = None
    is_answered: bool = True
    """Whether anything was: where the rest is asked for later, all that came may be failures."""
    spend: tuple[PeriodTotal, ...] | None = None
    """What the account costs in the running period, where that was asked for."""
    subscription: Subscription | None = None
