"""What an observation makes of a change that is under way. Pure: an operation and what was seen go in, it comes out.

A lost answer is found out by looking, never by sending again. What was to be created is adopted only when it cannot be
somebody else's: its key was not there before, it came into being after the sending, and it is what was asked for. What
left no trace in two complete observations that began a while after the sending was not taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.changing.postconditions import POSTCONDITIONS, ObservedCollection, Verdict, shows_integration
from fleet.model.change import (
    OF_INTEGRATIONS,
    CreateCluster,
    CreateIntegration,
    OperationKind,
    UpdateIntegration,
)
from fleet.model.cluster import Cluster
from fleet.model.failure import Failure, FailureKind
from fleet.model.integration import Integration
from fleet.model.operation import Operation, OperationState, Step, Target, TargetKind
from fleet.model.tracking import Tracked
from fleet.providers import PROVIDERS

GRACE = timedelta(minutes=2)
"""How long a request whose answer was lost may still be on its way into the provider's listings."""
LOOKS = 2
"""How many complete observations have to show no trace of it."""
SKEW = timedelta(seconds=60)
"""How far a provider's clock may be from ours: what came into being earlier than this before the sending is not ours,
and what came about it may be."""


def settle(operation: Operation, view: ObservedCollection, now: datetime) -> Operation:
    """How far `operation` has come by what `view` shows. Only what is under way or in doubt is judged."""
    if operation.is_final or not _is_about(operation, view):
        return operation
    if operation.state is OperationState.UNCONFIRMED and _is_later(view, operation.sent_at):
        operation = _confirm(operation, view, now)
    if (
        operation.state is OperationState.RUNNING
        and not operation.steps
        and _is_later(view, operation.answered_at)
    ):
        operation = _conclude(operation, view, now)
    return operation


def expire(operation: Operation, now: datetime) -> Operation:
    """Admits at the deadline what is not known."""
    if operation.is_final or now < operation.deadline:
        return operation
    return operation.timed_out(now)


def _is_about(operation: Operation, view: ObservedCollection) -> bool:
    if operation.kind not in POSTCONDITIONS:
        return False
    of_integrations = operation.kind in OF_INTEGRATIONS
    return (view.integrations if of_integrations else view.clusters) is not None


def _is_later(view: ObservedCollection, instant: datetime | None) -> bool:
    return instant is not None and view.began_at > instant


def _conclude(operation: Operation, view: ObservedCollection, now: datetime) -> Operation:
    match POSTCONDITIONS[operation.kind].ended(operation, view):
        case Verdict.YES:
            return operation.succeeded(now)
        case Verdict.GAVE_UP:
            return operation.failed(_gave_up(operation, view, now))
        case Verdict.NO if _is_gone(operation, view):
            return operation.failed(_failure(FailureKind.NOT_FOUND, "It is gone from the provider.", now))
        case _:
            return operation


def _confirm(operation: Operation, view: ObservedCollection, now: datetime) -> Operation:
    if operation.steps[:1] == (Step.CHANGE,) and operation.kind in _CREATES:
        return _adopt(operation, view, now)
    proof = POSTCONDITIONS[
        operation.kind if operation.steps[:1] == (Step.CHANGE,) else OperationKind.DEPLOY_CLUSTER
    ]
    match proof.taken(operation, view):
        case Verdict.YES:
            return operation.answered(now)
        case Verdict.NO if _is_seen(operation):
            return _miss(
                operation, view, now, "The provider shows no trace of the request: it was not taken."
            )
        case _:
            return operation


def _adopt(operation: Operation, view: ObservedCollection, now: datetime) -> Operation:
    found = _namesakes(operation, view)
    ours = [one for one in found if one.is_ours]
    if len(ours) == 1 and len(found) == 1:
        kind = (
            TargetKind.CLUSTER if operation.kind is OperationKind.CREATE_CLUSTER else TargetKind.INTEGRATION
        )
        return operation.answered(now, Target(kind=kind, key=ours[0].key))
    if found:
        return operation.ambiguous(tuple(sorted(one.key for one in found)), 0)
    return _miss(
        operation, view, now, f"{operation.target_name} was not created: the provider shows no trace of it."
    )


def _miss(operation: Operation, view: ObservedCollection, now: datetime, message: str) -> Operation:
    assert operation.sent_at is not None
    if not view.is_complete or view.began_at < operation.sent_at + GRACE:
        return operation.ambiguous((), operation.absent_observations)
    looks = operation.absent_observations + 1
    if looks < LOOKS:
        return operation.ambiguous((), looks)
    return operation.ambiguous((), looks).failed(_failure(FailureKind.NOT_FOUND, message, now))


@dataclass(frozen=True, kw_only=True)
class _Namesake:
    """Something of the name that was not there before and may have come of the request; surely where `is_ours`."""

    key: str
    is_ours: bool


def _namesakes(operation: Operation, view: ObservedCollection) -> list[_Namesake]:
    change, sent_at = operation.change, operation.sent_at
    assert isinstance(change, CreateCluster | CreateIntegration)
    assert sent_at is not None
    rows: Mapping[str, Tracked[Cluster]] | Mapping[str, Tracked[Integration]]
    rows = (view.clusters if isinstance(change, CreateCluster) else view.integrations) or {}
    same_name = PROVIDERS[operation.provider].same_name
    found = []
    for key, row in rows.items():
        item = row.item
        if same_name(item.name) != same_name(change.name) or key in operation.known_keys:
            continue
        if isinstance(item, Cluster) and not item.is_active and item.created_at is None:
            continue
        if item.created_at is not None and item.created_at < sent_at - SKEW:
            continue
        # Some providers tell the time of creation in whole seconds, and some links tell none.
        is_after = (
            isinstance(item, Integration)
            if item.created_at is None
            else item.created_at >= sent_at.replace(microsecond=0)
        )
        is_alike = (
            change.spec.matches(item)
            if isinstance(change, CreateCluster) and isinstance(item, Cluster)
            else isinstance(item, Integration) and shows_integration(change, item)
        )
        found.append(_Namesake(key=key, is_ours=is_after and is_alike and row.unread is None))
    return found


def _is_seen(operation: Operation) -> bool:
    """Whether the provider would show what was asked for, so that its absence means something."""
    change = operation.change
    return not (
        POSTCONDITIONS[operation.kind].taken is POSTCONDITIONS[OperationKind.CORDON_NODE].taken
        or (isinstance(change, UpdateIntegration) and change.has_credentials)
    )


def _is_gone(operation: Operation, view: ObservedCollection) -> bool:
    if operation.target is None or operation.target.kind is not TargetKind.CLUSTER or view.clusters is None:
        return False
    row = view.clusters.get(operation.target.key)
    return row is not None and row.is_tombstone


def _gave_up(operation: Operation, view: ObservedCollection, now: datetime) -> Failure:
    row = view.clusters.get(operation.target.key) if view.clusters and operation.target else None
    said = row and (row.item.message or row.item.provider_phase)
    return _failure(FailureKind.REJECTED, f"The provider gave up{f': {said}' if said else ''}.", now)


def _failure(kind: FailureKind, message: str, now: datetime) -> Failure:
    return Failure(kind=kind, message=message, occurred_at=now)


_CREATES = frozenset({OperationKind.CREATE_CLUSTER, OperationKind.CREATE_INTEGRATION})
