"""What shows that a change was taken, and that it came to its end.

A postcondition is judged by what one observation itself showed (`ObservedCollection`), never by remembered rows: a
cluster that this observation did not show proves nothing about a change. The table of verbs says which postcondition
belongs to which verb:

    verb                    the end shows in
    CREATE_CLUSTER          the cluster of the provider's answer, in a settled phase (registered, where that is all)
    UPDATE_CLUSTER          what was asked, in a settled phase; a deployment that began since and has settled, where one
                            was started
    STOP_CLUSTER            STOPPED
    DEPLOY_CLUSTER          a deployment that began since, and READY with nothing left to be applied
    DELETE_CLUSTER          a cluster that is marked deleted
    SET_SPEND_LIMIT         the limit, as it was given or as it was converted
    CLEAR_SPEND_LIMIT       no limit
    UPGRADE_CLUSTER         the version that was asked for, settled
    FINALIZE_UPGRADE        no upgrade that waits for its end
    ROLL_BACK_UPGRADE       another version than the one that was to be left, settled
    LOCK, UNLOCK_CLUSTER    whether it can be deleted
    ALLOW, DISALLOW_NETWORK the provider's answer: the list is observed by itself, and later
    CREATE_INTEGRATION      the integration of the provider's answer
    UPDATE_INTEGRATION      the description and features that were given; the answer, where only credentials were
    DELETE_INTEGRATION      its absence from a complete listing
    CORDON, UNCORDON, DRAIN the provider's answer: no provider shows it otherwise
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from fleet.model.change import (
    Change,
    CreateCluster,
    CreateIntegration,
    RollBackUpgrade,
    SetSpendLimit,
    UpdateCluster,
    UpdateIntegration,
    UpgradeCluster,
)
from fleet.model.cluster import Cluster, Phase
from fleet.model.integration import Integration
from fleet.model.money import SpendLimitState
from fleet.model.operation import Operation
from fleet.model.spec import Difference
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.model.upgrade import UpgradeState, runs


class Verdict(Enum):
    """What an observation says of a postcondition. NOT_SHOWN: it shows nothing of the target, or nothing that reads."""

    YES = auto()
    NO = auto()
    NOT_SHOWN = auto()
    GAVE_UP = auto()
    """The provider came to an end, and not to the one that was asked for."""


@dataclass(frozen=True, kw_only=True)
class ObservedCollection:
    """What an observation that began at `began_at` showed of one collection, by key.

    `clusters` are those that it listed or read, and those that are marked deleted. A row that was only remembered is
    not among them. `is_complete` tells whether absence means something.
    """

    began_at: datetime
    is_complete: bool
    clusters: Mapping[str, TrackedCluster] | None = None
    integrations: Mapping[str, Tracked[Integration]] | None = None


Judge = Callable[[Operation, ObservedCollection], Verdict]
JudgeCluster = Callable[[Operation, TrackedCluster], Verdict]


def is_settled(cluster: Cluster) -> bool:
    return cluster.phase is Phase.READY and cluster.is_converged is not False


def is_proven_by_its_answer(change: Change) -> bool:
    """Of an integration: whether nothing that the provider shows was asked for."""
    return isinstance(change, UpdateIntegration) and all(
        one is None
        for one in (change.description, change.features, change.allowed_teams, change.permission_check)
    )


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
    return moves or _has_another_deployment(operation, row)


# --------------------------------------------------------------------------------------------------------- clusters


def about_cluster(judge: JudgeCluster) -> Judge:
    """A postcondition of a cluster that has to be shown."""

    def judged(operation: Operation, observed: ObservedCollection) -> Verdict:
        row = row_of(operation, observed)
        return Verdict.NOT_SHOWN if row is None or row.unread is not None else judge(operation, row)

    return judged


def row_of(operation: Operation, observed: ObservedCollection) -> TrackedCluster | None:
    if operation.target is None or observed.clusters is None:
        return None
    return observed.clusters.get(operation.target.key)


def _yes(condition: bool) -> Verdict:
    return Verdict.YES if condition else Verdict.NO


def _has_failed_since(operation: Operation, row: TrackedCluster) -> bool:
    """The cluster failed or is degraded, and was not so before the request, or is so again."""
    if row.item.phase not in (Phase.FAILED, Phase.DEGRADED) or operation.answered_at is None:
        return False
    return (
        row.since >= operation.answered_at or operation.has_begun or _has_another_deployment(operation, row)
    )


def _has_another_deployment(operation: Operation, row: TrackedCluster) -> bool:
    before = operation.before.deployment
    return before is not None and row.item.deployment not in (None, before)


def created(operation: Operation, row: TrackedCluster) -> Verdict:
    """The provider answered with the cluster's identity; what differs from the wish is said and proves nothing."""
    assert isinstance(operation.change, CreateCluster)
    if row.item.phase in (Phase.FAILED, Phase.DELETED):
        return Verdict.GAVE_UP
    return _yes(is_settled(row.item) or not operation.change.spec.is_deployed)


def update_taken(operation: Operation, row: TrackedCluster) -> Verdict:
    """While the cluster moves, a provider may show the change only when it is done."""
    assert isinstance(operation.change, UpdateCluster)
    if not operation.change.patch.is_shown:
        return Verdict.NOT_SHOWN
    if operation.change.patch.matches(row.item):
        return Verdict.YES
    return Verdict.NOT_SHOWN if row.item.is_moving else Verdict.NO


def updated(operation: Operation, row: TrackedCluster) -> Verdict:
    change = operation.change
    assert isinstance(change, UpdateCluster)
    is_shown = change.patch.matches(row.item)
    if not change.is_deployed:
        return _yes(is_shown)
    if _has_failed_since(operation, row):
        return Verdict.GAVE_UP
    was_degraded = row.item.phase is Phase.DEGRADED
    at_rest = is_settled(row.item) or (was_degraded and row.item.is_converged is not False)
    if operation.starts_deployment and not has_begun(operation, row):
        return Verdict.NO
    was_applied = has_begun(operation, row) and operation.before.revision not in (None, row.item.revision)
    return _yes(at_rest and (is_shown or was_applied))


def stopped(operation: Operation, row: TrackedCluster) -> Verdict:
    if _has_failed_since(operation, row):
        return Verdict.GAVE_UP
    return _yes(row.item.phase is Phase.STOPPED)


def deployed(operation: Operation, row: TrackedCluster) -> Verdict:
    """A READY cluster is deployed once more only when a deployment began since."""
    if _has_failed_since(operation, row):
        return Verdict.GAVE_UP
    return _yes(is_settled(row.item) and has_begun(operation, row))


def stop_taken(operation: Operation, row: TrackedCluster) -> Verdict:
    return _yes(row.item.phase in (Phase.STOPPING, Phase.STOPPED))


def deploy_taken(operation: Operation, row: TrackedCluster) -> Verdict:
    """It is at work, or has been since. That the cluster is settled shows nothing."""
    return _yes(has_begun(operation, row))


def deleted(operation: Operation, observed: ObservedCollection) -> Verdict:
    row = row_of(operation, observed)
    if row is None:
        return Verdict.NOT_SHOWN
    if row.is_tombstone:
        return Verdict.YES
    return Verdict.GAVE_UP if _has_failed_since(operation, row) else Verdict.NO


def delete_taken(operation: Operation, observed: ObservedCollection) -> Verdict:
    """A cluster that is missing may be gone: it is marked deleted before that counts."""
    row = row_of(operation, observed)
    if row is None:
        return Verdict.NOT_SHOWN
    return _yes(row.item.phase in (Phase.DELETING, Phase.DELETED))


def limit_set(operation: Operation, row: TrackedCluster) -> Verdict:
    assert isinstance(operation.change, SetSpendLimit)
    return _yes(operation.change.limit.matches(row.item.spend_limit))


def limit_cleared(operation: Operation, row: TrackedCluster) -> Verdict:
    return _yes(row.item.spend_limit.state is SpendLimitState.UNLIMITED)


def upgraded(operation: Operation, row: TrackedCluster) -> Verdict:
    """The version that was asked for runs, finalised or not."""
    if _has_failed_since(operation, row):
        return Verdict.GAVE_UP
    return _yes(is_settled(row.item) and _runs_it(operation, row))


def upgrade_begun(operation: Operation, row: TrackedCluster) -> Verdict:
    if _runs_it(operation, row) or has_begun(operation, row):
        return Verdict.YES
    return Verdict.NO


def _runs_it(operation: Operation, row: TrackedCluster) -> bool:
    change = operation.change
    assert isinstance(change, UpgradeCluster)
    return change.version is not None and runs(row.item.version, change.version)


def locked(operation: Operation, row: TrackedCluster) -> Verdict:
    return _yes(row.item.is_deletion_protected is True)


def unlocked(operation: Operation, row: TrackedCluster) -> Verdict:
    return _yes(row.item.is_deletion_protected is False)


def finalized(operation: Operation, row: TrackedCluster) -> Verdict:
    return _yes(row.item.upgrade_state in (UpgradeState.FINALIZED, UpgradeState.AVAILABLE))


def rolled_back(operation: Operation, row: TrackedCluster) -> Verdict:
    """Another version than the one that was to be left runs. One that was finalised meanwhile stays."""
    change, upgrade_state = operation.change, row.item.upgrade_state
    assert isinstance(change, RollBackUpgrade)
    if _has_failed_since(operation, row):
        return Verdict.GAVE_UP
    has_left = change.version is not None and row.item.version != change.version
    if upgrade_state is UpgradeState.FINALIZED and not has_left:
        return Verdict.GAVE_UP
    return _yes(is_settled(row.item) and has_left)


def roll_back_begun(operation: Operation, row: TrackedCluster) -> Verdict:
    assert isinstance(operation.change, RollBackUpgrade)
    is_rolling = row.item.upgrade_state is UpgradeState.ROLLING_BACK
    return _yes(is_rolling or row.item.version != operation.change.version)


def differences(operation: Operation, row: TrackedCluster) -> tuple[Difference, ...]:
    """What a cluster that was created or updated shows otherwise than it was asked for."""
    match operation.change:
        case CreateCluster(spec=wanted):
            return wanted.differences(row.item)
        case UpdateCluster(patch=wanted):
            return wanted.differences(row.item)
        case _:
            return ()


# ----------------------------------------------------------------------------------------------------- integrations


def about_integration(judge: Callable[[Change, Integration], bool]) -> Judge:
    def judged(operation: Operation, observed: ObservedCollection) -> Verdict:
        if operation.target is None or observed.integrations is None:
            return Verdict.NOT_SHOWN
        row = observed.integrations.get(operation.target.key)
        if row is None:
            return Verdict.NO if observed.is_complete else Verdict.NOT_SHOWN
        return Verdict.NOT_SHOWN if row.unread is not None else _yes(judge(operation.change, row.item))

    return judged


def shows_integration(change: Change, integration: Integration) -> bool:
    """Whether what was asked of an integration is shown. A provider that keeps no description refuses one."""
    if isinstance(change, CreateIntegration):
        return integration.name == change.name and set(change.features or ()) <= set(integration.features)
    assert isinstance(change, UpdateIntegration)
    return all(
        (
            change.description is None or integration.description == change.description,
            change.features is None or set(change.features) == set(integration.features),
            change.allowed_teams is None or set(change.allowed_teams) == set(integration.allowed_teams or ()),
            change.permission_check in (None, integration.permission_check),
        )
    )


def integration_gone(operation: Operation, observed: ObservedCollection) -> Verdict:
    assert operation.target is not None
    if observed.integrations is None:
        return Verdict.NO
    return _yes(observed.is_complete and operation.target.key not in observed.integrations)


def never(operation: Operation, observed: ObservedCollection) -> Verdict:
    """What was created is found by its name first; what no provider shows is never seen."""
    return Verdict.NO
