"""Rows of token budgets. See `rows`."""

from datetime import datetime, timedelta

from fleet.model.rate_limit import Budget
from infra.store.names import join
from infra.store.writes import Key, Row

BUDGET_KEPT = timedelta(days=1)
"""The lifetime of a budget's row. It is longer than the longest window and refusal, so that an expired row no longer
matters.
"""


def budget_key(key: str) -> Key:
    return join("budget", key), "budget"


def from_budget(key: str, budget: Budget, *, version: int, now: datetime) -> Row:
    """Without defaults it fits a unit."""
    pk, sk = budget_key(key)
    kept_from = max(now, budget.blocked_until or now, budget.foreign_until or now)
    return {
        "pk": pk,
        "sk": sk,
        "body": budget.model_dump_json(exclude_defaults=True),
        "version": version,
        "expires_at": int((kept_from + BUDGET_KEPT).timestamp()),
    }
