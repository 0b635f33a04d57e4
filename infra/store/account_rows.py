"""Rows of accounts, and what an observation leaves in them. See `rows`."""

import json

from fleet.model.account import Account, AccountState, DeletionGuard, TrackedAccount
from fleet.model.stored import FROM_ANOTHER_VERSION, read_stored
from fleet.model.summary import Summary
from infra.store.due_rows import due_at_of
from infra.store.indexes import LISTING, partition_key, sort_key
from infra.store.latest_rows import LatestRows
from infra.store.names import Span, below, join
from infra.store.placeholders import account_of_keys
from infra.store.rows import account_id_of, entry, read_whole_body
from infra.store.writes import Key, Row, text


def is_hidden(row: Row) -> bool:
    """Whether the account is being removed. Its bare row is kept until all other rows are deleted."""
    return "body" not in row


MOST_ACCOUNTS_KEPT = 1_000
"""Every query reads all accounts. One that has not changed since is the same record."""
_LATEST = LatestRows[TrackedAccount](MOST_ACCOUNTS_KEPT)


def to_account(row: Row) -> TrackedAccount | None:
    """The account of a row. Null if there is none, or it is being removed."""
    if is_hidden(row):
        return None
    known = _LATEST.find(row)
    if known is not None:
        return known
    account = _to_account(row)
    if account.is_understood and account.is_counted:  # the log says each time that something does not read
        _LATEST.keep(row, account)
    return account


_NOTHING_COUNTED = Summary.model_construct()


def _to_account(row: Row) -> TrackedAccount:
    stored = read_whole_body(Account, row)
    name = "observed" if "observed" in row else "state"
    state, is_counted = _to_state(row, name) if name in row else (AccountState(), True)
    return TrackedAccount.model_construct(  # of what is valid, without a validator of its own
        account=account_of_keys(account_id_of(row), row) if stored is None else stored.record,
        state=state,
        due_at=due_at_of(row),
        is_understood=stored is not None and stored.is_whole,
        is_counted=is_counted,
    )


def _to_state(row: Row, name: str) -> tuple[AccountState, bool]:
    """With whether its numbers are those that were stored. A deletion guard that does not read holds on, as if it had
    begun with the observation to come.
    """
    stored = read_whole_body(AccountState, row, name)
    state = AccountState() if stored is None else stored.record
    is_whole = stored is not None and stored.is_whole
    is_counted = (is_whole and state.summary != _NOTHING_COUNTED) or _is_counted(
        state.summary, text(row, name)
    )
    due_at = None if is_whole else due_at_of(row)
    if state.deletion_guard is not None or due_at is None or not _may_be_guarded(row, name):
        return state, is_counted
    guard = DeletionGuard(since=due_at, reason=FROM_ANOTHER_VERSION)
    return state.model_copy(update={"deletion_guard": guard}), is_counted


def _is_counted(summary: Summary, stored: str) -> bool:
    """Whether nothing that was stored is missing from a summary, but for the names of phases."""
    try:
        kept = json.loads(stored).get("summary") or {}
        clusters = sum(kept.get("by_phase", {}).values())
        rest = read_stored(Summary, json.dumps({**kept, "by_phase": {}}))
    except (ValueError, AttributeError, TypeError):
        return False
    is_known = not kept or not Summary.model_fields.keys().isdisjoint(kept)
    return is_known and rest.is_whole and clusters == summary.cluster_count


def _may_be_guarded(row: Row, name: str) -> bool:
    try:
        return json.loads(text(row, name)).get("deletion_guard") is not None
    except (ValueError, AttributeError):
        return True


def organization_key(account: Account) -> Key:
    return join("organization", *account.organization), "organization"


def name_key(account: Account) -> Key:
    return join("name", *account.order), "name"


def account_named_span(provider: str, name: str) -> Span:
    key = join(provider, name)
    return Span(index=LISTING, partition=join("accounts"), low=key, high=key)


def account_listing(account: Account) -> Row:
    return entry(LISTING, join("accounts"), join(*account.order))


def accounts_span(provider: str | None) -> Span:
    return below(join("accounts"), *(() if provider is None else (provider,)), index=LISTING)


def from_state(state: AccountState) -> Row:
    """No index carries it, so that what every observation writes is written once. Without defaults it fits a unit."""
    return {"observed": state.model_dump_json(exclude_defaults=True)}


OF_0_1 = ("state", "due_at", "queued_until")
"""The attributes of an account that version 0.1 kept, and that `from_state` and `due_entry` replace."""
LISTING_ENTRY = (partition_key(LISTING), sort_key(LISTING))
