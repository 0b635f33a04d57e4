"""Who did what with accounts, tokens and keys: what is kept when the thing itself is gone."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from fleet.model.record import Instant, Record

KEPT = timedelta(days=400)
"""A year, and the month in which somebody asks about it."""

LONGEST_SUBJECT = 200  # characters


class AuditOutcome(StrEnum):
    """BEGUN: it was asked for, and nothing says how it ended. DONE; REFUSED: nothing was changed. UNKNOWN: another
    version has the word.
    """

    BEGUN = "BEGUN"
    DONE = "DONE"
    REFUSED = "REFUSED"
    UNKNOWN = "UNKNOWN"


class AuditEntry(Record):
    """`action` is the mutation's name, `subject` the name or ID that was given for what it is about, `name` its name
    where there is such a thing. `caller_id` tells kinds of callers apart: a token's subject can be called as the admin
    key is.
    """

    id: str
    at: Instant
    caller_id: str
    caller: str
    action: str
    subject: str
    name: str | None = None
    outcome: AuditOutcome


def new_entry(
    *, now: datetime, caller_id: str, caller: str, action: str, subject: str, name: str | None = None
) -> AuditEntry:
    return AuditEntry(
        id=secrets.token_hex(6),
        at=now,
        caller_id=caller_id,
        caller=caller,
        action=action,
        subject=subject[:LONGEST_SUBJECT],
        name=None if name is None else name[:LONGEST_SUBJECT],
        outcome=AuditOutcome.BEGUN,
    )
