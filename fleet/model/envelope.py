"""An envelope: an amount of money a month for a set of accounts, or for the clusters with some labels. Fleetgraph
keeps it; no provider knows it, so nothing stops at it.
"""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from fleet.model.money import Money
from fleet.model.record import Instant, Record

MOST_ENVELOPES = 100
MOST_ACCOUNTS = 100
MOST_LABELS = 10
LONGEST_NAME = 100  # characters


class Envelope(Record):
    """`name` identifies it. With `labels`, it is about the clusters that have them all, at the accounts; without, about
    all that the accounts cost. `account_ids` null means every account. `is_understood` is false where another version
    stored what this one cannot read whole: how it stands is not known.
    """

    name: str
    money: Money
    account_ids: frozenset[str] | None = None
    labels: Mapping[str, str] = {}
    set_by: str
    set_at: Instant
    is_understood: bool = Field(default=True, exclude=True)


class BudgetState(StrEnum):
    """OVER: more was spent than is in it. AT_RISK: the estimate is over it, or the limits that could still be spent
    are, or an account's costs are not known. OK: none of these. UNKNOWN: it cannot be read.
    """

    OK = "OK"
    AT_RISK = "AT_RISK"
    OVER = "OVER"
    UNKNOWN = "UNKNOWN"


class NotCounted(Record):
    """Something of the set that no sum holds, and why."""

    name: str
    reason: str


class EnvelopeStatus(Record):
    """How it stands in the running period, in minor units of its currency. `limits_left` is what the clusters of the
    set could still spend up to their limits, less `free_allowance`: what is left of the free allowances of their
    organizations.
    """

    state: BudgetState
    reasons: tuple[str, ...]
    spent: Money
    limits_left: Money
    free_allowance: Money
    estimate: Money
    not_counted: tuple[NotCounted, ...]
