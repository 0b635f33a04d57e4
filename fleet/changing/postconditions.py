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
    UPGRADE_CLUSTER         the version that was asked for, settled; a deployment since, where the provider has them
    FINALIZE_UPGRADE        no upgrade that waits for its end, and the release that was to be made final
    ROLL_BACK_UPGRADE       an earlier release than the one that was to be left, settled
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
    FinalizeUpgrade,
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
from fleet.model.spec import Compared, Difference
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.model.upgrade import UpgradeState, is_of_an_earlier_release, runs


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


def _yet(condition: bool, row: TrackedCluster) -> Verdict:
    """Of a request. While the cluster moves, and while its phase is not known, a provider may not show it yet."""
    if condition:
        return Verdict.YES
    is_open = row.item.is_moving or row.item.phase is Phase.UNKNOWN
    return Verdict.NOT_SHOWN if is_open else Verdict.NO


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
    return _yet(row.item.phase in (Phase.STOPPING, Phase.STOPPED), row)


def deploy_taken(operation: Operation, row: TrackedCluster) -> Verdict:
    """It is at work, or has been since. That the cluster is settled shows nothing."""
    return _yet(has_begun(operation, row), row)


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
    return _yet(row.item.phase in (Phase.DELETING, Phase.DELETED), row)


def limit_set(operation: Operation, row: TrackedCluster) -> Verdict:
    assert isinstance(operation.change, SetSpendLimit)
    if row.item.spend_limit.state is SpendLimitState.UNKNOWN:
        return Verdict.NOT_SHOWN
    return _yet(operation.change.limit.matches(row.item.spend_limit), row)


def limit_cleared(operation: Operation, row: TrackedCluster) -> Verdict:
    if row.item.spend_limit.state is SpendLimitState.UNKNOWN:
        return Verdict.NOT_SHOWN
    return _yet(row.item.spend_limit.state is SpendLimitState.UNLIMITED, row)


def upgraded(operation: Operation, row: TrackedCluster) -> Verdict:
    """The version that was asked for runs, finalised or not. A provider that tells its deployments may show the version
    before it has deployed it.
    """
    if _has_failed_since(operation, row):
        return Verdict.GAVE_UP
    is_deployed = operation.before.deployment is None or has_begun(operation, row)
    return _yes(is_settled(row.item) and _runs_it(operation, row) and is_deployed)


def upgrade_begun(operation: Operation, row: TrackedCluster) -> Verdict:
    if row.item.version is None and not has_begun(operation, row):
        return Verdict.NOT_SHOWN
    return _yet(_runs_it(operation, row) or has_begun(operation, row), row)


def _runs_it(operation: Operation, row: TrackedCluster) -> bool:
    change = operation.change
    assert isinstance(change, UpgradeCluster)
    return change.version is not None and runs(row.item.version, change.version)


def locked(operation: Operation, row: TrackedCluster) -> Verdict:
    """A lock replaces the one before: that one shows nothing of it (`Before.was_shown`)."""
    is_locked = row.item.is_deletion_protected
    return Verdict.NOT_SHOWN if is_locked is None else _yes(is_locked)


def unlocked(operation: Operation, row: TrackedCluster) -> Verdict:
    is_locked = row.item.is_deletion_protected
    return Verdict.NOT_SHOWN if is_locked is None else _yes(not is_locked)


def finalized(operation: Operation, row: TrackedCluster) -> Verdict:
    """After a roll back an upgrade is on offer again, as it is after one that was made final: the release tells."""
    if (has_left := _has_left(operation, row)) is None:
        return Verdict.NOT_SHOWN
    if has_left:
        return Verdict.GAVE_UP
    return _yet(row.item.upgrade_state in (UpgradeState.FINALIZED, UpgradeState.AVAILABLE), row)


def finalization_taken(operation: Operation, row: TrackedCluster) -> Verdict:
    """What is final is not rolled back, so a roll back shows that the request was not taken."""
    verdict = finalized(operation, row)
    return Verdict.NO if verdict is Verdict.GAVE_UP else verdict


def rolled_back(operation: Operation, row: TrackedCluster) -> Verdict:
    """An earlier release runs. One that was finalised meanwhile stays."""
    if _has_failed_since(operation, row):
        return Verdict.GAVE_UP
    if (has_left := _has_left(operation, row)) is None:
        return Verdict.NOT_SHOWN
    if row.item.upgrade_state is UpgradeState.FINALIZED and not has_left:
        return Verdict.GAVE_UP
    return _yes(is_settled(row.item) and has_left)


def roll_back_begun(operation: Operation, row: TrackedCluster) -> Verdict:
    if (has_left := _has_left(operation, row)) is None:
        return Verdict.NOT_SHOWN
    return _yet(has_left or row.item.upgrade_state is UpgradeState.ROLLING_BACK, row)


def _has_left(operation: Operation, row: TrackedCluster) -> bool | None:
    """Whether an earlier release runs than the one whose upgrade was to come to its end. Null where the row does not
    tell.
    """
    change, version = operation.change, row.item.version
    assert isinstance(change, FinalizeUpgrade | RollBackUpgrade)
    if version is None or row.item.upgrade_state in (None, UpgradeState.UNKNOWN):
        return None
    return change.version is not None and is_of_an_earlier_release(version, change.version)


def differences(operation: Operation, observed: ObservedCollection) -> tuple[Difference, ...]:
    """What was created or updated shows otherwise than it was asked for."""
    row, link = row_of(operation, observed), _link_of(operation, observed)
    match operation.change:
        case CreateCluster(spec=wanted) if row is not None:
            return wanted.differences(row.item)
        case UpdateCluster(patch=wanted) if row is not None:
            return wanted.differences(row.item)
        case CreateIntegration() as change if link is not None:
            return tuple(one.to_difference() for one in _compare(change, link.item) if not one.agrees)
        case _:
            return ()


# ----------------------------------------------------------------------------------------------------- integrations


def about_integration(judge: Callable[[Change, Integration], bool]) -> Judge:
    def judged(operation: Operation, observed: ObservedCollection) -> Verdict:
        if operation.target is None or observed.integrations is None:
            return Verdict.NOT_SHOWN
        row = _link_of(operation, observed)
        if row is None:
            return Verdict.NO if observed.is_complete else Verdict.NOT_SHOWN
        return Verdict.NOT_SHOWN if row.unread is not None else _yes(judge(operation.change, row.item))

    return judged


def _link_of(operation: Operation, observed: ObservedCollection) -> Tracked[Integration] | None:
    if operation.target is None or observed.integrations is None:
        return None
    return observed.integrations.get(operation.target.key)


def integration_created(change: Change, integration: Integration) -> bool:
    """The provider answered with its identity; what differs from the wish is said and proves nothing."""
    return True


def identifies(change: CreateIntegration, integration: Integration) -> bool:
    """Whether an integration of the name can be the one that was asked for. Its features may be more than those."""
    return all(one.agrees for one in _compare(change, integration))


def _compare(change: CreateIntegration, integration: Integration) -> tuple[Compared, ...]:
    name, features, cloud = change.name, change.features, change.cloud
    return (
        Compared("name", name, integration.name, name == integration.name),
        Compared(
            "features", features, integration.features, set(features or ()) <= set(integration.features)
        ),
        Compared("cloud", cloud, integration.cloud, cloud is None or cloud is integration.cloud),
    )


def shows_integration(change: Change, integration: Integration) -> bool:
    """Whether what was asked of an integration is shown. A provider that keeps no description refuses one."""
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
