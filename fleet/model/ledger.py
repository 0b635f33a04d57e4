"""The result of an observation, kept so that people can see what an account's observations did."""

from datetime import timedelta

from fleet.model.record import Instant, Record

LEDGER_KEPT = timedelta(days=7)


class LedgerEntry(Record):
    """An observation that changed rows or failed. `quiet_before` counts those since the entry before it that did
    neither; they have no entry. `requests` are those sent to the provider.
    """

    account_id: str
    began_at: Instant
    ended_at: Instant
    requests: int
    changed: int
    failure: str | None = None
    quiet_before: int = 0
