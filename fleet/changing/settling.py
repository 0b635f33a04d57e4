"""What an observation says about a change that is under way. Pure functions: they take an operation and what was
observed, and return the operation as it is now.

A lost answer is settled by observing, never by sending again. A cluster or integration is taken for the one that
was created only if it cannot be somebody else's: its key was not there before, it was created after the request,
and it is of the kind and in the place that was asked for. The request was not taken if two complete observations
show no trace of it. They must begin a while after it was sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.changing.comparison import differences
from fleet.changing.postconditions.integrations import identifies
from fleet.changing.postconditions.progress import has_begun
from fleet.changing.postconditions.verdict import ObservedCollection, Verdict, row_of, shown_of
from fleet.changing.verbs import DEPLOY, VERBS
from fleet.model.change import CreateCluster, CreateIntegration, UpdateIntegration
from fleet.model.cluster import Cluster
from fleet.model.failure import Failure, FailureKind
from fleet.model.integration import Integration
from fleet.model.operation import Operation, OperationState, Step, Target
from fleet.model.tracking import Tracked, are_one_incarnation
from fleet.providers import PROVIDERS

GRACE = timedelta(minutes=2)
"""How long a request whose answer was lost may still be on its way into the provider's listings, and one that was
answered may be shown by half.
"""
ABSENT_OBSERVATIONS = 2
"""How many complete observations have to show no trace of it."""
GONE = "It is gone from the provider."


def settle(operation: Operation, observed: ObservedCollection, now: datetime) -> Operation:
    """How far `operation` has come by what `observed` shows. Only what is under way or in doubt is judged."""
    if operation.is_final or not _is_about(operation, observed):
        return operation
    operation = _note_begun(_recognise(operation, observed), observed)
    if operation.state is OperationState.UNCONFIRMED and _is_later(observed, operation.sent_at):
        operation = _confirm(operation, observed, now)
    if (
        operation.state is OperationState.RUNNING
        and not operation.steps
        and _is_later(observed, operation.answered_at)
    ):
        operation = _conclude(operation, observed, now)
    return operation


def expire(operation: Operation, now: datetime) -> Operation:
    """Admits at the deadline what is not known."""
    if operation.is_final or now < operation.deadline:
        return operation
    return operation.timed_out(now)


def _is_about(operation: Operation, observed: ObservedCollection) -> bool:
    return operation.kind in VERBS and VERBS[operation.kind].observed_in is observed.collection


def _is_later(observed: ObservedCollection, instant: datetime | None) -> bool:
    return instant is not None and observed.began_at > instant


def _recognise(operation: Operation, observed: ObservedCollection) -> Operation:
    """What distinguishes a new cluster from an earlier one of its name (its time of creation) may be missing in the
    answer and appear later, or the other way round, or be written more exactly in one of them. It is the same cluster.
    """
    target = operation.target
    if target is None or not VERBS[operation.kind].creates or observed.clusters is None:
        return operation
    if target.key in observed.clusters:
        return operation
    found = [
        key
        for key, row in observed.clusters.items()
        if key not in operation.before.keys
        and not row.is_tombstone
        and _are_one_but_for_incarnation(target.key, row.item)
    ]
    if len(found) != 1:
        return operation
    return operation.model_copy(update={"target": Target(kind=target.kind, key=found[0])})


def _are_one_but_for_incarnation(key: str, cluster: Cluster) -> bool:
    if key == cluster.external_id:
        return True
    name, _, incarnation = key.rpartition("@")
    return name == cluster.external_id and (
        cluster.incarnation is None or are_one_incarnation(incarnation, cluster.incarnation)
    )


def _note_begun(operation: Operation, observed: ObservedCollection) -> Operation:
    """Kept once it was seen: a deployment may be over before the next observation."""
    row = row_of(operation, observed)
    since = operation.sent_at or operation.answered_at
    if operation.has_begun or row is None or row.unread is not None or not _is_later(observed, since):
        return operation
    return operation.begun() if has_begun(operation, row) else operation


def _conclude(operation: Operation, observed: ObservedCollection, now: datetime) -> Operation:
    assert operation.answered_at is not None
    shown = shown_of(operation, observed)
    otherwise = () if shown is None else differences(operation, shown)
    is_over = now >= operation.deadline
    match VERBS[operation.kind].ended(operation, observed):
        case Verdict.YES:
            return operation.succeeded(now, otherwise)
        case Verdict.OTHERWISE if is_over or observed.began_at >= operation.answered_at + GRACE:
            return operation.succeeded(now, otherwise)
        case Verdict.GAVE_UP:
            return operation.failed(_gave_up(operation, observed, now))
        case Verdict.GONE:
            return _lose(operation, observed, now)
        case _ if is_over:
            return operation.timed_out(now, otherwise)
        case _:
            return operation if shown is None else operation.ambiguous((), 0)


def _confirm(operation: Operation, observed: ObservedCollection, now: datetime) -> Operation:
    is_change = operation.steps[:1] == (Step.CHANGE,)
    verb = VERBS[operation.kind] if is_change else DEPLOY
    if verb.creates:
        return _adopt(operation, observed, now)
    match verb.taken(operation, observed):
        case Verdict.YES | Verdict.OTHERWISE if not operation.before.was_shown:
            return operation.answered(now)
        case Verdict.NO if verb.is_shown and not _hides_what_was_asked(operation):
            return _miss(
                operation, observed, now, "The provider shows no trace of the request: it was not taken."
            )
        case Verdict.GONE:
            return _lose(operation, observed, now)
        case _:
            return operation


def _adopt(operation: Operation, observed: ObservedCollection, now: datetime) -> Operation:
    found = _namesakes(operation, observed)
    if len(found) == 1 and found[0].is_ours:
        return operation.answered(now, Target(kind=VERBS[operation.kind].target, key=found[0].key))
    if found:
        return operation.ambiguous(tuple(sorted(one.key for one in found)), 0)
    return _miss(
        operation,
        observed,
        now,
        f"{operation.target_name} was not created: the provider shows no trace of it.",
    )


def _lose(operation: Operation, observed: ObservedCollection, now: datetime) -> Operation:
    """A cluster was missed often enough before it was marked deleted. An integration leaves no mark."""
    if row_of(operation, observed) is not None:
        return operation.failed(_failure(FailureKind.NOT_FOUND, GONE, now))
    return _miss(operation, observed, now, GONE)


def _miss(operation: Operation, observed: ObservedCollection, now: datetime, message: str) -> Operation:
    since = operation.sent_at or operation.answered_at
    assert since is not None
    if not observed.is_complete or observed.began_at < since + GRACE:
        return operation.ambiguous((), operation.absent_observations)
    absent = operation.absent_observations + 1
    if absent < ABSENT_OBSERVATIONS:
        return operation.ambiguous((), absent)
    return operation.ambiguous((), absent).failed(_failure(FailureKind.NOT_FOUND, message, now))


@dataclass(frozen=True, kw_only=True)
class _Namesake:
    """Something of the name that was not there before and may have come of the request; surely where `is_ours`."""

    key: str
    is_ours: bool


def _namesakes(operation: Operation, observed: ObservedCollection) -> list[_Namesake]:
    """What shows the name and was not there when the request went out. A provider's clock may be behind ours, so an
    earlier time of creation makes it a candidate and nobody's.
    """
    change, sent_at = operation.change, operation.sent_at
    assert isinstance(change, CreateCluster | CreateIntegration)
    assert sent_at is not None
    rows: Mapping[str, Tracked[Cluster]] | Mapping[str, Tracked[Integration]]
    rows = (observed.clusters if isinstance(change, CreateCluster) else observed.integrations) or {}
    same_name = PROVIDERS[operation.provider].same_name
    found = []
    for key, row in rows.items():
        item = row.item
        if same_name(item.name) != same_name(change.name) or key in operation.before.keys:
            continue
        if isinstance(item, Cluster) and not item.is_active and item.created_at is None:
            continue
        # Some providers tell the time of creation in whole seconds, and some tell none.
        is_after = item.created_at is None or item.created_at >= sent_at.replace(microsecond=0)
        is_alike = (
            change.spec.identifies(item)
            if isinstance(change, CreateCluster) and isinstance(item, Cluster)
            else isinstance(change, CreateIntegration)
            and isinstance(item, Integration)
            and identifies(change, item)
        )
        found.append(_Namesake(key=key, is_ours=is_after and is_alike and row.unread is None))
    return found


def _hides_what_was_asked(operation: Operation) -> bool:
    """No provider shows the credentials of an integration."""
    return isinstance(operation.change, UpdateIntegration) and operation.change.has_credentials


def _gave_up(operation: Operation, observed: ObservedCollection, now: datetime) -> Failure:
    row = row_of(operation, observed)
    said = row and (row.item.message or row.item.provider_phase)
    return _failure(FailureKind.REJECTED, f"The provider gave up{f': {said}' if said else ''}.", now)


def _failure(kind: FailureKind, message: str, now: datetime) -> Failure:
    return Failure(kind=kind, message=message, occurred_at=now)
