"""What shows that a cluster was created, changed, stopped, deployed, limited, locked or deleted."""

from fleet.changing.comparison import agrees
from fleet.changing.postconditions.progress import (
    has_another_revision,
    has_begun,
    has_failed_since,
    is_converted,
    is_settled,
    yes_or_not_yet,
)
from fleet.changing.postconditions.verdict import ObservedCollection, Verdict, row_of, verdict_of
from fleet.model.change import CreateCluster, UpdateCluster
from fleet.model.cluster import Phase
from fleet.model.money import SpendLimitState
from fleet.model.operation import Operation
from fleet.model.tracking import TrackedCluster


def created(operation: Operation, row: TrackedCluster) -> Verdict:
    """The provider answered with the cluster's identity; what differs from the wish is said and proves nothing."""
    assert isinstance(operation.change, CreateCluster)
    if row.item.phase is Phase.FAILED:
        return Verdict.GAVE_UP
    return verdict_of(is_settled(row.item) or not operation.change.spec.is_deployed)


def update_taken(operation: Operation, row: TrackedCluster) -> Verdict:
    """While the cluster moves, a provider may show the change only when it is done."""
    assert isinstance(operation.change, UpdateCluster)
    if not operation.change.patch.is_shown:
        return Verdict.NOT_SHOWN
    if agrees(operation, row.item) or is_converted(operation, row):
        return Verdict.YES
    return Verdict.NOT_SHOWN if row.item.is_moving else Verdict.NO


def updated(operation: Operation, row: TrackedCluster) -> Verdict:
    change = operation.change
    assert isinstance(change, UpdateCluster)
    is_shown = agrees(operation, row.item)
    if not change.is_deployed:
        return Verdict.OTHERWISE if not is_shown and is_converted(operation, row) else verdict_of(is_shown)
    if has_failed_since(operation, row):
        return Verdict.GAVE_UP
    was_degraded = row.item.phase is Phase.DEGRADED
    at_rest = is_settled(row.item) or (was_degraded and row.item.is_converged is not False)
    if operation.starts_deployment and not has_begun(operation, row):
        return Verdict.NO
    was_applied = has_begun(operation, row) and has_another_revision(operation, row)
    if at_rest and not is_shown and not was_applied and is_converted(operation, row):
        return Verdict.OTHERWISE
    return verdict_of(at_rest and (is_shown or was_applied))


def stopped(operation: Operation, row: TrackedCluster) -> Verdict:
    if has_failed_since(operation, row):
        return Verdict.GAVE_UP
    return verdict_of(row.item.phase is Phase.STOPPED)


def deployed(operation: Operation, row: TrackedCluster) -> Verdict:
    """A READY cluster is deployed once more only when a deployment began since."""
    if has_failed_since(operation, row):
        return Verdict.GAVE_UP
    return verdict_of(is_settled(row.item) and has_begun(operation, row))


def stop_taken(operation: Operation, row: TrackedCluster) -> Verdict:
    return yes_or_not_yet(row.item.phase in (Phase.STOPPING, Phase.STOPPED), row)


def deploy_taken(operation: Operation, row: TrackedCluster) -> Verdict:
    """It is at work, or has been since. That the cluster is settled shows nothing."""
    return yes_or_not_yet(has_begun(operation, row), row)


def deleted(operation: Operation, observed: ObservedCollection) -> Verdict:
    row = row_of(operation, observed)
    if row is None:
        return Verdict.NOT_SHOWN
    if row.is_tombstone:
        return Verdict.YES
    return Verdict.GAVE_UP if has_failed_since(operation, row) else Verdict.NO


def delete_taken(operation: Operation, observed: ObservedCollection) -> Verdict:
    """A cluster that is missing may be gone: it is marked deleted before that counts."""
    row = row_of(operation, observed)
    if row is None:
        return Verdict.NOT_SHOWN
    return yes_or_not_yet(row.item.phase in (Phase.DELETING, Phase.DELETED), row)


def limit_set(operation: Operation, row: TrackedCluster) -> Verdict:
    state = row.item.spend_limit.state
    if state is SpendLimitState.UNKNOWN:
        return Verdict.NOT_SHOWN
    if agrees(operation, row.item):
        return Verdict.YES
    if state is SpendLimitState.LIMITED and is_converted(operation, row):
        return Verdict.OTHERWISE
    return yes_or_not_yet(False, row)


def limit_cleared(operation: Operation, row: TrackedCluster) -> Verdict:
    if row.item.spend_limit.state is SpendLimitState.UNKNOWN:
        return Verdict.NOT_SHOWN
    return yes_or_not_yet(row.item.spend_limit.state is SpendLimitState.UNLIMITED, row)


def locked(operation: Operation, row: TrackedCluster) -> Verdict:
    """A lock replaces the one before: that one shows nothing of it (`Before.was_shown`)."""
    is_locked = row.item.is_deletion_protected
    return Verdict.NOT_SHOWN if is_locked is None else verdict_of(is_locked)


def unlocked(operation: Operation, row: TrackedCluster) -> Verdict:
    is_locked = row.item.is_deletion_protected
    return Verdict.NOT_SHOWN if is_locked is None else verdict_of(not is_locked)
