"""What shows that a change was taken, and that it came to its end.

A postcondition is judged by what one observation itself showed (`ObservedCollection`), never by remembered rows: a
cluster that this observation did not show proves nothing about a change. The table of verbs says which postcondition
belongs to which verb:

    verb                    the end shows in
    CREATE_CLUSTER          the cluster of the provider's answer, in a settled phase (registered, where that is all)
    UPDATE_CLUSTER          what was asked, or what the provider made of it, in a settled phase; a deployment that began
                            since and has settled, where one was started
    STOP_CLUSTER            STOPPED
    DEPLOY_CLUSTER          a deployment that began since, and READY with nothing left to be applied
    DELETE_CLUSTER          a cluster that is marked deleted
    SET_SPEND_LIMIT         the limit, as it was given or as the provider made it
    CLEAR_SPEND_LIMIT       no limit
    UPGRADE_CLUSTER         the version that was asked for, or another of its release or a later one, settled; a
                            deployment since, where the provider has them
    FINALIZE_UPGRADE        no upgrade that waits for its end, and the release that was to be made final
    ROLL_BACK_UPGRADE       an earlier release than the one that was to be left, settled
    LOCK, UNLOCK_CLUSTER    whether it can be deleted
    ALLOW, DISALLOW_NETWORK the cluster's list of networks, once all of it is in force
    CREATE_INTEGRATION      the integration of the provider's answer
    UPDATE_INTEGRATION      what was asked, or what the provider made of it; the answer, where only credentials were
    DELETE_INTEGRATION      its absence from a complete listing
    CORDON, UNCORDON, DRAIN the provider's answer: no provider shows it otherwise

What a provider made of a wish differs from the wish and from what there was before the sending. What is as it was
before shows that nothing was done (`fleet.changing.comparison`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from fleet.changing.comparison import agrees, has_moved
from fleet.model.account import Collection
from fleet.model.change import (
    AllowNetwork,
    Change,
    CreateCluster,
    CreateIntegration,
    DisallowNetwork,
    FinalizeUpgrade,
    RollBackUpgrade,
    UpdateCluster,
    UpdateIntegration,
    UpgradeCluster,
)
from fleet.model.cluster import Cluster, Phase
from fleet.model.integration import Integration
from fleet.model.money import SpendLimitState
from fleet.model.operation import Operation
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.model.upgrade import UpgradeState, is_of_an_earlier_release, runs


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
    if row.item.phase is Phase.FAILED:
        return Verdict.GAVE_UP
    return _yes(is_settled(row.item) or not operation.change.spec.is_deployed)


def update_taken(operation: Operation, row: TrackedCluster) -> Verdict:
    """While the cluster moves, a provider may show the change only when it is done."""
    assert isinstance(operation.change, UpdateCluster)
    if not operation.change.patch.is_shown:
        return Verdict.NOT_SHOWN
    if agrees(operation, row.item) or _is_converted(operation, row):
        return Verdict.YES
    return Verdict.NOT_SHOWN if row.item.is_moving else Verdict.NO


def updated(operation: Operation, row: TrackedCluster) -> Verdict:
    change = operation.change
    assert isinstance(change, UpdateCluster)
    is_shown = agrees(operation, row.item)
    if not change.is_deployed:
        return Verdict.OTHERWISE if not is_shown and _is_converted(operation, row) else _yes(is_shown)
    if _has_failed_since(operation, row):
        return Verdict.GAVE_UP
    was_degraded = row.item.phase is Phase.DEGRADED
    at_rest = is_settled(row.item) or (was_degraded and row.item.is_converged is not False)
    if operation.starts_deployment and not has_begun(operation, row):
        return Verdict.NO
    was_applied = has_begun(operation, row) and _has_another_revision(operation, row)
    if at_rest and not is_shown and not was_applied and _is_converted(operation, row):
        return Verdict.OTHERWISE
    return _yes(at_rest and (is_shown or was_applied))


def _is_converted(operation: Operation, row: TrackedCluster) -> bool:
    """A number that moves by itself, as that of nodes, is no part of the revision."""
    return _has_another_revision(operation, row) and has_moved(operation, row.item)


def _has_another_revision(operation: Operation, row: TrackedCluster) -> bool:
    return operation.before.revision not in (None, row.item.revision)


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
    state = row.item.spend_limit.state
    if state is SpendLimitState.UNKNOWN:
        return Verdict.NOT_SHOWN
    if agrees(operation, row.item):
        return Verdict.YES
    if state is SpendLimitState.LIMITED and _is_converted(operation, row):
        return Verdict.OTHERWISE
    return _yet(False, row)


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
    """Or another of its release or a later one, to which the provider went instead."""
    change, version = operation.change, row.item.version
    assert isinstance(change, UpgradeCluster)
    if change.version is None or version is None:
        return False
    went_on = has_moved(operation, row.item) and not is_of_an_earlier_release(version, change.version)
    return went_on or runs(version, change.version)


def locked(operation: Operation, row: TrackedCluster) -> Verdict:
    """A lock replaces the one before: that one shows nothing of it (`Before.was_shown`)."""
    is_locked = row.item.is_deletion_protected
    return Verdict.NOT_SHOWN if is_locked is None else _yes(is_locked)


def unlocked(operation: Operation, row: TrackedCluster) -> Verdict:
    is_locked = row.item.is_deletion_protected
    return Verdict.NOT_SHOWN if is_locked is None else _yes(not is_locked)


def network_allowed(operation: Operation, row: TrackedCluster) -> Verdict:
    change, allowlist = operation.change, row.facts.allowlist
    assert isinstance(change, AllowNetwork)
    if allowlist is None:
        return Verdict.NOT_SHOWN
    asked = change.network
    found = next((one for one in allowlist.networks if one.cidr == asked.cidr), None)
    if found is None or (found.allows_sql, found.allows_ui) != (asked.allows_sql, asked.allows_ui):
        return Verdict.NO
    return Verdict.YES if asked.name in (None, found.name) else Verdict.OTHERWISE


def network_in_force(operation: Operation, row: TrackedCluster) -> Verdict:
    is_on_its_way = row.facts.allowlist is not None and row.facts.allowlist.is_propagating
    return Verdict.NO if is_on_its_way else network_allowed(operation, row)


def network_disallowed(operation: Operation, row: TrackedCluster) -> Verdict:
    change, allowlist = operation.change, row.facts.allowlist
    assert isinstance(change, DisallowNetwork)
    if allowlist is None:
        return Verdict.NOT_SHOWN
    return _yes(all(one.cidr != change.cidr for one in allowlist.networks))


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


def shown_of(operation: Operation, observed: ObservedCollection) -> Cluster | Integration | None:
    """The target as this observation showed it. Null where it did not, or not in a form that reads."""
    row = row_of(operation, observed) or _link_of(operation, observed)
    return None if row is None or row.unread is not None else row.item


# ----------------------------------------------------------------------------------------------------- integrations


def about_integration(judge: Callable[[Operation, Integration], Verdict]) -> Judge:
    """A postcondition of an integration that has to be shown. A new one may be listed only a while later."""

    def judged(operation: Operation, observed: ObservedCollection) -> Verdict:
        if operation.target is None or observed.integrations is None:
            return Verdict.NOT_SHOWN
        row = _link_of(operation, observed)
        if row is None:
            is_new = isinstance(operation.change, CreateIntegration)
            return Verdict.GONE if observed.is_complete and not is_new else Verdict.NOT_SHOWN
        return Verdict.NOT_SHOWN if row.unread is not None else judge(operation, row.item)

    return judged


def _link_of(operation: Operation, observed: ObservedCollection) -> Tracked[Integration] | None:
    if operation.target is None or observed.integrations is None:
        return None
    return observed.integrations.get(operation.target.key)


def integration_created(operation: Operation, integration: Integration) -> Verdict:
    """The provider answered with its identity; what differs from the wish is said and proves nothing."""
    return Verdict.YES


def integration_updated(operation: Operation, integration: Integration) -> Verdict:
    if agrees(operation, integration):
        return Verdict.YES
    return Verdict.OTHERWISE if has_moved(operation, integration) else Verdict.NO


def identifies(change: CreateIntegration, integration: Integration) -> bool:
    """Whether an integration of the name can be the one that was asked for: what a provider converts or adds is not
    compared.
    """
    return change.cloud in (None, integration.cloud)


def integration_gone(operation: Operation, observed: ObservedCollection) -> Verdict:
    assert operation.target is not None
    if observed.integrations is None:
        return Verdict.NO
    return _yes(observed.is_complete and operation.target.key not in observed.integrations)


def never(operation: Operation, observed: ObservedCollection) -> Verdict:
    """What was created is found by its name first; what no provider shows is never seen."""
    return Verdict.NO
