"""What comes of an observation: the result for its caller, an entry in the ledger, and lines in the log."""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fleet.model.account import Account, AccountState, Collection
from fleet.model.event import shorten
from fleet.model.failure import Failure
from fleet.model.ledger import LedgerEntry

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    OBSERVED = "observed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What came of it: a result worth logging. `changed` counts rows, `requests` those sent to the provider.
    `put_off_until` is set where the request budget was used up.
    """

    account_id: str
    provider: str | None = None
    outcome: Outcome
    reason: str | None = None
    is_token_refused: bool = False
    changed: int = 0
    requests: int = 0
    due_at: datetime | None = None
    put_off_until: datetime | None = None


def failed_since(state: AccountState, began_at: datetime) -> Failure | None:
    """What went wrong in an observation: with the clusters, else with another collection."""
    failures = [state.of(collection).failure for collection in Collection]
    return next((one for one in failures if one is not None and one.occurred_at >= began_at), None)


def ledger_entry(
    account: Account,
    before: AccountState,
    after: AccountState,
    *,
    began_at: datetime,
    ended_at: datetime,
    requests: int,
    changed: int,
) -> LedgerEntry | None:
    """None where nothing changed and nothing failed: that would be most of them."""
    failed = failed_since(after, began_at)
    if changed == 0 and failed is None:
        return None
    return LedgerEntry(
        account_id=account.id,
        began_at=began_at,
        ended_at=ended_at,
        requests=requests,
        changed=changed,
        failure=None if failed is None else shorten(failed.message),
        quiet_before=before.quiet,
    )


def log_transitions(account: Account, before: AccountState, after: AccountState) -> None:
    """Logs what began and what ended, not what goes on."""
    who = f"{account.provider} account {account.name!r}"
    for collection, state in after.collections.items():
        was = before.of(collection)
        if was.failing_since is None and state.failing_since is not None and state.failure is not None:
            logger.warning("%s: %s cannot be observed: %s", who, collection, state.failure.message)
        elif was.failing_since is not None and state.failing_since is None:
            logger.info("%s: %s are observed again", who, collection)
    held_before = before.of(Collection.CLUSTERS).budget_until
    held = after.of(Collection.CLUSTERS).budget_until
    if held is not None and held_before is None:
        log_held_back(account, held)
    elif held is None and held_before is not None:
        logger.info("%s: the request budget allows its usual pace again", who)
    if before.is_token_accepted is not False and after.is_token_accepted is False:
        logger.warning("%s: the provider refuses the token", who)


def log_held_back(account: Account, until: datetime) -> None:
    logger.warning(
        "%s account %r: the request budget holds its pace down until %s",
        account.provider,
        account.name,
        until.strftime("%H:%M:%S"),
    )
