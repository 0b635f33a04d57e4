"""What proves that a change came true: one table, verb by verb.

Each verb has a sign that the provider *took* the request, which settles the doubt after a lost answer, and a sign that
it came to its *end*. Both are looked for in an observation that began after the sending, and after the answer.

    verb                    the end shows in
    CREATE_CLUSTER          the cluster of the answer, as specified, in a settled phase (registered, where that is all)
    UPDATE_CLUSTER          every field that was given and is shown back, in a settled phase
    STOP_CLUSTER            STOPPED
    DEPLOY_CLUSTER          READY, with nothing left to be applied
    DELETE_CLUSTER          a tombstone, or no row at all
    SET_SPEND_LIMIT         the limit, as it was given or as it was converted
    CLEAR_SPEND_LIMIT       no limit
    CREATE_INTEGRATION      the integration of the answer
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
    OperationKind,
    SetSpendLimit,
    UpdateCluster,
    UpdateIntegration,
)
from fleet.model.cluster import Cluster, Phase
from fleet.model.integration import Integration
from fleet.model.money import SpendLimitState
from fleet.model.operation import Operation
from fleet.model.tracking import Tracked, TrackedCluster


class Verdict(Enum):
    """What an observation says of something. UNREADABLE: it was there and could not be read."""

    YES = auto()
    NO = auto()
    UNREADABLE = auto()
    GAVE_UP = auto()
    """The provider came to an end, and not to the one that was asked for."""


@dataclass(frozen=True, kw_only=True)
class ObservedCollection:
    """What an observation that began at `began_at` saw of one collection. Complete where absence proves something."""

    began_at: datetime
    is_complete: bool
    clusters: Mapping[str, TrackedCluster] | None = None
    integrations: Mapping[str, Tracked[Integration]] | None = None


@dataclass(frozen=True, kw_only=True)
class Postcondition:
    taken: Callable[[Operation, ObservedCollection], Verdict]
    ended: Callable[[Operation, ObservedCollection], Verdict]


def is_settled(cluster: Cluster) -> bool:
    return cluster.phase is Phase.READY and cluster.is_converged is not False


def is_proven_by_its_answer(change: Change) -> bool:
    if isinstance(change, UpdateIntegration):
        return change.description is None and change.features is None
    return change.kind in (OperationKind.CORDON_NODE, OperationKind.UNCORDON_NODE, OperationKind.DRAIN_NODE)


# --------------------------------------------------------------------------------------------------------- clusters


def _about_cluster(
    judge: Callable[[Operation, TrackedCluster], Verdict],
) -> Callable[[Operation, ObservedCollection], Verdict]:
    """Of a cluster that has to be there."""

    def judged(operation: Operation, view: ObservedCollection) -> Verdict:
        row = _row(operation, view)
        if row is None:
            return Verdict.NO
        return Verdict.UNREADABLE if row.unread is not None else judge(operation, row)

    return judged


def _row(operation: Operation, view: ObservedCollection) -> TrackedCluster | None:
    if operation.target is None or view.clusters is None:
        return None
    return view.clusters.get(operation.target.key)


def _yes(condition: bool) -> Verdict:
    return Verdict.YES if condition else Verdict.NO


def _has_given_up(operation: Operation, row: TrackedCluster) -> bool:
    """A phase of failure that began after the provider had taken the request."""
    return (
        row.item.phase is Phase.FAILED
        and operation.answered_at is not None
        and (row.since >= operation.answered_at or row.first_observed_at >= operation.requested_at)
    )


def _is_degraded_since(operation: Operation, row: TrackedCluster) -> bool:
    return (
        row.item.phase is Phase.DEGRADED
        and operation.answered_at is not None
        and row.since >= operation.answered_at
    )


def _created(operation: Operation, row: TrackedCluster) -> Verdict:
    assert isinstance(operation.change, CreateCluster)
    spec = operation.change.spec
    if row.item.phase in (Phase.FAILED, Phase.DELETED):
        return Verdict.GAVE_UP
    return _yes(spec.matches(row.item) and (is_settled(row.item) or not spec.is_deployed))


def _update_taken(operation: Operation, row: TrackedCluster) -> Verdict:
    assert isinstance(operation.change, UpdateCluster)
    return _yes(operation.change.patch.matches(row.item))


def _updated(operation: Operation, row: TrackedCluster) -> Verdict:
    assert isinstance(operation.change, UpdateCluster)
    is_shown = operation.change.patch.matches(row.item)
    if _has_given_up(operation, row) or (_is_degraded_since(operation, row) and not is_shown):
        return Verdict.GAVE_UP
    if not operation.change.is_deployed:
        return _yes(is_shown)
    was_degraded = row.item.phase is Phase.DEGRADED and not _is_degraded_since(operation, row)
    return _yes(is_shown and (is_settled(row.item) or (was_degraded and row.item.is_converged is not False)))


def _ends_in(phase: Phase) -> Callable[[Operation, TrackedCluster], Verdict]:
    def ended(operation: Operation, row: TrackedCluster) -> Verdict:
        if _has_given_up(operation, row) or _is_degraded_since(operation, row):
            return Verdict.GAVE_UP
        return _yes(row.item.phase is phase and (phase is not Phase.READY or is_settled(row.item)))

    return ended


def _moves_to(*phases: Phase) -> Callable[[Operation, TrackedCluster], Verdict]:
    def moves(operation: Operation, row: TrackedCluster) -> Verdict:
        return _yes(row.item.phase in phases)

    return moves


def _deploy_taken(operation: Operation, row: TrackedCluster) -> Verdict:
    """It is at work, or has been since."""
    is_at_work = row.item.phase in (Phase.PROVISIONING, Phase.UPDATING)
    return _yes(
        is_settled(row.item)
        or is_at_work
        or (operation.sent_at is not None and row.since >= operation.sent_at)
    )


def _deleted(operation: Operation, view: ObservedCollection) -> Verdict:
    row = _row(operation, view)
    if row is None or row.is_tombstone:
        return Verdict.YES
    gave_up = _has_given_up(operation, row) or _is_degraded_since(operation, row)
    return Verdict.GAVE_UP if gave_up else Verdict.NO


def _delete_taken(operation: Operation, view: ObservedCollection) -> Verdict:
    row = _row(operation, view)
    return _yes(row is None or row.item.phase in (Phase.DELETING, Phase.DELETED))


def _limit_set(operation: Operation, row: TrackedCluster) -> Verdict:
    assert isinstance(operation.change, SetSpendLimit)
    return _yes(operation.change.limit.matches(row.item.spend_limit))


def _limit_cleared(operation: Operation, row: TrackedCluster) -> Verdict:
    return _yes(row.item.spend_limit.state is SpendLimitState.UNLIMITED)


# ----------------------------------------------------------------------------------------------------- integrations


def _about_integration(
    judge: Callable[[Change, Integration], bool],
) -> Callable[[Operation, ObservedCollection], Verdict]:
    def judged(operation: Operation, view: ObservedCollection) -> Verdict:
        if operation.target is None or view.integrations is None:
            return Verdict.NO
        row = view.integrations.get(operation.target.key)
        if row is None:
            return Verdict.NO
        return Verdict.UNREADABLE if row.unread is not None else _yes(judge(operation.change, row.item))

    return judged


def shows_integration(change: Change, integration: Integration) -> bool:
    """What is shown of an integration. A provider that keeps no description shows none, and says so when asked to."""
    if isinstance(change, CreateIntegration):
        return integration.name == change.name and set(change.features or ()) <= set(integration.features)
    assert isinstance(change, UpdateIntegration)
    return (change.description is None or integration.description == change.description) and (
        change.features is None or set(change.features) == set(integration.features)
    )


def _integration_gone(operation: Operation, view: ObservedCollection) -> Verdict:
    assert operation.target is not None
    if view.integrations is None:
        return Verdict.NO
    return _yes(view.is_complete and operation.target.key not in view.integrations)


# --------------------------------------------------------------------------------------------------------- the table


def _never(operation: Operation, view: ObservedCollection) -> Verdict:
    """What was created is found by its name first; what no provider shows is never seen."""
    return Verdict.NO


POSTCONDITIONS: Mapping[OperationKind, Postcondition] = {
    OperationKind.CREATE_CLUSTER: Postcondition(taken=_never, ended=_about_cluster(_created)),
    OperationKind.UPDATE_CLUSTER: Postcondition(
        taken=_about_cluster(_update_taken), ended=_about_cluster(_updated)
    ),
    OperationKind.STOP_CLUSTER: Postcondition(
        taken=_about_cluster(_moves_to(Phase.STOPPING, Phase.STOPPED)),
        ended=_about_cluster(_ends_in(Phase.STOPPED)),
    ),
    OperationKind.DEPLOY_CLUSTER: Postcondition(
        taken=_about_cluster(_deploy_taken), ended=_about_cluster(_ends_in(Phase.READY))
    ),
    OperationKind.DELETE_CLUSTER: Postcondition(taken=_delete_taken, ended=_deleted),
    OperationKind.SET_SPEND_LIMIT: Postcondition(
        taken=_about_cluster(_limit_set), ended=_about_cluster(_limit_set)
    ),
    OperationKind.CLEAR_SPEND_LIMIT: Postcondition(
        taken=_about_cluster(_limit_cleared), ended=_about_cluster(_limit_cleared)
    ),
    OperationKind.CREATE_INTEGRATION: Postcondition(
        taken=_never, ended=_about_integration(shows_integration)
    ),
    OperationKind.UPDATE_INTEGRATION: Postcondition(
        taken=_about_integration(shows_integration), ended=_about_integration(shows_integration)
    ),
    OperationKind.DELETE_INTEGRATION: Postcondition(taken=_integration_gone, ended=_integration_gone),
    OperationKind.CORDON_NODE: Postcondition(taken=_never, ended=_never),
    OperationKind.UNCORDON_NODE: Postcondition(taken=_never, ended=_never),
    OperationKind.DRAIN_NODE: Postcondition(taken=_never, ended=_never),
}
