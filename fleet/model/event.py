"""Something that happened in the fleet, as the activity feed shows it."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from fleet.model.change import OperationKind
from fleet.model.cluster import QUIET, Phase
from fleet.model.operation import OperationState
from fleet.model.record import Instant, Record
from fleet.model.severity import Severity
from fleet.model.tracking import Transition

LONGEST_TEXT = 500
"""Characters of a message in an event. The thing itself has all of it."""


class EventKind(StrEnum):
    PHASE_CHANGED = "PHASE_CHANGED"
    VERSION_CHANGED = "VERSION_CHANGED"
    LIMIT_CHANGED = "LIMIT_CHANGED"
    REVISION_CHANGED = "REVISION_CHANGED"
    OPERATION_BEGUN = "OPERATION_BEGUN"
    OPERATION_ENDED = "OPERATION_ENDED"
    ACCOUNT_FAILED = "ACCOUNT_FAILED"
    ACCOUNT_RECOVERED = "ACCOUNT_RECOVERED"
    UNKNOWN = "UNKNOWN"


class Event(Record):
    """`before` and `after` are values in the words of its kind: phases, versions, limits, states of an operation. Names
    are kept as they were, because the feed outlives what it tells of. `order` is its place in the feed.
    """

    kind: EventKind
    account_id: str
    account_name: str | None = None
    provider: str | None = None
    cluster_key: str | None = None
    cluster_name: str | None = None
    occurred_at: Instant
    before: str | None = None
    after: str | None = None
    message: str | None = None
    operation_id: str | None = None
    operation_kind: OperationKind | None = None
    order: str = Field(default="", exclude=True)

    @property
    def severity(self) -> Severity:
        """How much what has happened needs somebody."""
        return _severity(self.kind, self.after)


def _severity(kind: EventKind, after: str | None) -> Severity:
    match kind:
        case EventKind.PHASE_CHANGED if after in (Phase.FAILED, Phase.DEGRADED):
            return Severity.BROKEN
        case EventKind.PHASE_CHANGED if after in QUIET:
            return Severity.FINE
        case EventKind.PHASE_CHANGED:
            return Severity.UNKNOWN if after == Phase.UNKNOWN else Severity.MOVING
        case EventKind.OPERATION_BEGUN:
            return Severity.MOVING
        case EventKind.OPERATION_ENDED:
            return _OF_AN_END.get(after or "", Severity.UNKNOWN)
        case EventKind.ACCOUNT_FAILED | EventKind.UNKNOWN:
            return Severity.UNKNOWN
        case _:
            return Severity.FINE


_OF_AN_END: Mapping[str, Severity] = {
    OperationState.SUCCEEDED: Severity.FINE,
    OperationState.FAILED: Severity.BROKEN,
    OperationState.TIMED_OUT: Severity.STUCK,
}


def of_transition(change: Transition) -> Event:
    return Event(
        kind=EventKind.PHASE_CHANGED,
        account_id=change.account_id,
        account_name=change.account_name,
        provider=change.provider,
        cluster_key=change.cluster_key,
        cluster_name=change.cluster_name,
        occurred_at=change.observed_at,
        before=change.from_phase,
        after=change.to_phase,
    )


def shorten(message: str | None) -> str | None:
    if message is None or len(message) <= LONGEST_TEXT:
        return message
    return f"{message[: LONGEST_TEXT - 1]}…"
