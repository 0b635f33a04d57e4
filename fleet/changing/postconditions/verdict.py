"""What an observation showed of a change, and its verdict on a postcondition."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from fleet.model.account import Collection
from fleet.model.change import CreateIntegration
from fleet.model.cluster import Cluster
from fleet.model.integration import Integration
from fleet.model.operation import Operation
from fleet.model.tracking import Tracked, TrackedCluster


class Verdict(Enum):
    """What an observation says of a postcondition. NOT_SHOWN: it shows nothing of the target, or nothing that reads."""

    YES = auto()
    NO = auto()
    NOT_SHOWN = auto()
    OTHERWISE = auto()
    """Not as it was asked for, and not as it was before: the provider converts, trims or rounds, or is half done."""
    GAVE_UP = auto()
    """The provider came to an end, and not to the one that was asked for."""
    GONE = auto()
    """There is no target any more: it is marked deleted, or a complete listing leaves it out."""


@dataclass(frozen=True, kw_only=True)
class ObservedCollection:
    """What an observation that began at `began_at` showed of one collection, by key.

    `clusters` are those that it listed or read, or of which it read what belongs to the collection, and those that are
    marked deleted. A row that was only remembered is not among them. `is_complete` tells whether absence means
    something.
    """

    collection: Collection = Collection.CLUSTERS
    began_at: datetime
    is_complete: bool
    clusters: Mapping[str, TrackedCluster] | None = None
    integrations: Mapping[str, Tracked[Integration]] | None = None


Judge = Callable[[Operation, ObservedCollection], Verdict]
JudgeCluster = Callable[[Operation, TrackedCluster], Verdict]


def about_cluster(judge: JudgeCluster) -> Judge:
    """A postcondition of a cluster that has to be shown."""

    def judged(operation: Operation, observed: ObservedCollection) -> Verdict:
        row = row_of(operation, observed)
        if row is None or row.unread is not None:
            return Verdict.NOT_SHOWN
        if row.is_tombstone:
            # One that is older than the change is of an earlier cluster of that name.
            return Verdict.GONE if row.since >= operation.requested_at else Verdict.NOT_SHOWN
        return judge(operation, row)

    return judged


def row_of(operation: Operation, observed: ObservedCollection) -> TrackedCluster | None:
    if operation.target is None or observed.clusters is None:
        return None
    return observed.clusters.get(operation.target.key)


def verdict_of(condition: bool) -> Verdict:
    return Verdict.YES if condition else Verdict.NO


def shown_of(operation: Operation, observed: ObservedCollection) -> Cluster | Integration | None:
    """The target as this observation showed it. Null where it did not, or not in a form that reads."""
    row = row_of(operation, observed) or integration_of(operation, observed)
    return None if row is None or row.unread is not None else row.item


def about_integration(judge: Callable[[Operation, Integration], Verdict]) -> Judge:
    """A postcondition of an integration that has to be shown. A new one may be listed only a while later."""

    def judged(operation: Operation, observed: ObservedCollection) -> Verdict:
        if operation.target is None or observed.integrations is None:
            return Verdict.NOT_SHOWN
        row = integration_of(operation, observed)
        if row is None:
            is_new = isinstance(operation.change, CreateIntegration)
            return Verdict.GONE if observed.is_complete and not is_new else Verdict.NOT_SHOWN
        return Verdict.NOT_SHOWN if row.unread is not None else judge(operation, row.item)

    return judged


def integration_of(operation: Operation, observed: ObservedCollection) -> Tracked[Integration] | None:
    if operation.target is None or observed.integrations is None:
        return None
    return observed.integrations.get(operation.target.key)


def never(operation: Operation, observed: ObservedCollection) -> Verdict:
    """What was created is found by its name first; what no provider shows is never seen."""
    return Verdict.NO
