"""How far a request has come, by what its cluster shows: whether it began, failed, settled or was converted."""

from fleet.changing.comparison import has_moved
from fleet.changing.postconditions.verdict import Verdict
from fleet.model.cluster import Cluster, Phase
from fleet.model.operation import Operation
from fleet.model.tracking import TrackedCluster


def is_settled(cluster: Cluster) -> bool:
    return cluster.phase is Phase.READY and cluster.is_converged is not False


def has_begun(operation: Operation, row: TrackedCluster) -> bool:
    """Whether the provider set something going since the request was sent: the cluster moves, its phase changed, or its
    latest deployment is another one than before. One that has been PENDING ever since it was first seen is registered,
    and waits for what may never have arrived.
    """
    since = operation.sent_at or operation.answered_at
    if operation.has_begun or since is None:
        return operation.has_begun
    if row.item.phase is Phase.PENDING:
        moves = row.since >= since and row.since > row.first_observed_at
    else:
        moves = row.item.is_moving or row.since >= since
    return moves or has_another_deployment(operation, row)


def yes_or_not_yet(condition: bool, row: TrackedCluster) -> Verdict:
    """Of a request. While the cluster moves, and while its phase is not known, a provider may not show it yet."""
    if condition:
        return Verdict.YES
    is_open = row.item.is_moving or row.item.phase is Phase.UNKNOWN
    return Verdict.NOT_SHOWN if is_open else Verdict.NO


def has_failed_since(operation: Operation, row: TrackedCluster) -> bool:
    """The cluster failed or is degraded, and was not so before the request, or is so again."""
    if row.item.phase not in (Phase.FAILED, Phase.DEGRADED) or operation.answered_at is None:
        return False
    return row.since >= operation.answered_at or operation.has_begun or has_another_deployment(operation, row)


def has_another_deployment(operation: Operation, row: TrackedCluster) -> bool:
    before = operation.before.deployment
    return before is not None and row.item.deployment not in (None, before)


def is_converted(operation: Operation, row: TrackedCluster) -> bool:
    """A number that moves by itself, as that of nodes, is no part of the revision."""
    return has_another_revision(operation, row) and has_moved(operation, row.item)


def has_another_revision(operation: Operation, row: TrackedCluster) -> bool:
    return operation.before.revision not in (None, row.item.revision)
