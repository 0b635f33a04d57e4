"""A short text that differs as soon as anything has changed that this caller may see of accounts and operations."""

from collections.abc import Sequence

from fleet.model.account import AccountState, TrackedAccount
from fleet.model.digest import digest
from fleet.model.operation import Operation

NEWEST_OPERATIONS = 20
"""Whose progress counts. Whatever an operation does to a cluster is a change of that."""


def version_of(accounts: Sequence[TrackedAccount], operations: Sequence[Operation]) -> str:
    """An observation that shows nothing new leaves it as it is. The operations are a read of their own, because their
    progress is not written to the row of their account. Envelopes, keys and webhooks would be one each, for what
    people change a few times a month.
    """
    return digest(
        [
            [(one.account.model_dump_json(), _shown(one.state)) for one in accounts],
            [(one.account_id, one.id, one.version) for one in operations],
        ]
    )


def _shown(state: AccountState) -> object:
    failures = [
        (collection, one.failing_since, None if one.failure is None else one.failure.message)
        for collection, one in sorted(state.collections.items())
    ]
    guard = None if state.deletion_guard is None else state.deletion_guard.since
    return state.changes, state.is_token_accepted, guard, failures, state.summary.model_dump_json()
