"""Something that happened in the fleet, as the feed of activity tells it."""

from enum import StrEnum

from pydantic import Field

from fleet.model.change import OperationKind
from fleet.model.record import Instant, Record
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
