"""What must hold of a row for a write to happen, each with its reason."""

from datetime import datetime

from infra.store.names import stamp
from infra.store.writes import Condition


def fence_is(fence: int) -> Condition:
    """Whoever began later has taken the next number, and what an earlier one still writes is out of date."""
    return Condition(expression="fence = :seen_fence", values={":seen_fence": fence})


def due_at_is(due_at: datetime | None) -> Condition:
    """Since it was read, nobody has observed the account, put it off or connected it again."""
    if due_at is None:
        return Condition(expression="attribute_not_exists(due_at)")
    return Condition(expression="due_at = :seen_due_at", values={":seen_due_at": stamp(due_at)})


def is_not_queued(now: datetime) -> Condition:
    """One message at a time; a message that is lost is given up at `queued_until`."""
    return Condition(
        expression="attribute_not_exists(queued_until) OR queued_until <= :now", values={":now": stamp(now)}
    )


def wanted_at_is(wanted_at: datetime | None) -> Condition:
    """Since it was read, nobody has asked for a look, and no observation has begun that answers to it."""
    if wanted_at is None:
        return Condition(expression="attribute_not_exists(wanted_at)")
    return Condition(expression="wanted_at = :seen_wanted_at", values={":seen_wanted_at": stamp(wanted_at)})


def version_is(version: int | None) -> Condition:
    """Two who draw from a budget at once would each count only their own requests, and two who carry an operation on
    would each send its next request; the second has to look again.
    """
    if version is None:
        return is_absent()
    return Condition(expression="version = :seen_version", values={":seen_version": version})


def holder_is(holder: str | None) -> Condition:
    """Since it was read, nobody else has taken what one alone may hold, nor given it back."""
    if holder is None:
        return is_absent()
    return Condition(expression="holder = :seen_holder", values={":seen_holder": holder})


def is_absent() -> Condition:
    """Somebody else may have made the row since it was found missing."""
    return Condition(expression="attribute_not_exists(pk)")


def is_connected() -> Condition:
    """Nothing more is begun at an account that is being removed, of which there is a bare row, or none."""
    return Condition(expression="attribute_exists(body)")


def is_leftover() -> Condition:
    """The account may have been connected again since it was found hidden."""
    return Condition(expression="attribute_not_exists(body)")


def state_is(state: str) -> Condition:
    """What became of the row since it was read is not undone."""
    return Condition(expression="#state = :seen_state", values={":seen_state": state})
