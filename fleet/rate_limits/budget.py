"""A provider's limit is a budget, planned and not hit.

A budget counts what was sent under one key within the last window, in two shares: polling may use the limit less a
reserve, people may use the reserve, and both together never exceed the limit. All of it is arithmetic over a `Budget`;
the store keeps budgets, and `Permits` is how one observation draws from its budget.
"""

import math
from datetime import UTC, datetime, timedelta

from fleet.model.rate_limit import Budget, BudgetStatus, Grant, RateFacts, RateLimit, Share, Spent

RESERVED_PERCENT = 20
_BUCKETS = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def reserved(rate: RateLimit) -> int:
    """Requests a window kept for people."""
    return (
        0
        if rate.requests is None
        else min(max(1, rate.requests * RESERVED_PERCENT // 100), rate.requests - 1)
    )


def polling_requests(rate: RateLimit) -> int | None:
    """Requests a window that polling may send; null where no limit is known."""
    return None if rate.requests is None else rate.requests - reserved(rate)


def grant(budget: Budget, rate: RateLimit, share: Share, wanted: int, now: datetime) -> Grant:
    """Grants up to `wanted` requests out of `share`, and counts them as sent."""
    budget = _forget_past(budget, rate, now)
    if budget.blocked_until is not None:
        return Grant(budget=budget, granted=0, retry_at=budget.blocked_until)
    if rate.requests is None:
        return Grant(budget=budget, granted=wanted)
    cap = reserved(rate) if share is Share.INTERACTIVE else rate.requests - reserved(rate)
    in_share = sum(spent.requests for spent in budget.spent if spent.share is share)
    in_all = sum(spent.requests for spent in budget.spent) + budget.foreign_requests
    granted = max(0, min(wanted, cap - in_share, rate.requests - in_all))
    if granted == 0:
        return Grant(budget=budget, granted=0, retry_at=_next_release(budget, rate, share, now))
    bucket = timedelta(seconds=rate.window_seconds) / _BUCKETS
    at = now - (now - _EPOCH) % bucket
    merged = {(spent.share, spent.at): spent.requests for spent in budget.spent}
    merged[share, at] = merged.get((share, at), 0) + granted
    spent = tuple(Spent(share=s, at=a, requests=n) for (s, a), n in merged.items())
    return Grant(budget=budget.model_copy(update={"spent": spent}), granted=granted)


def learn(budget: Budget, rate: RateLimit, facts: RateFacts, now: datetime) -> Budget:
    """Takes the provider's word: a refusal blocks, and what it counts beyond ours was sent by somebody else.

    What is left is held against our own limit, so that a lower one of the provider's counts as requests gone too.
    """
    budget = _forget_past(budget, rate, now)
    changes: dict[str, object] = {}
    if facts.retry_at is not None and facts.retry_at > now:
        changes["blocked_until"] = max(facts.retry_at, budget.blocked_until or facts.retry_at)
    if rate.requests is not None and facts.remaining is not None:
        ours = sum(spent.requests for spent in budget.spent)
        changes["foreign_requests"] = max(0, rate.requests - facts.remaining - ours)
        changes["foreign_until"] = facts.resets_at or now + timedelta(seconds=rate.window_seconds)
    return budget.model_copy(update=changes)


def budget_status(budget: Budget, rate: RateLimit, now: datetime) -> BudgetStatus | None:
    """Null where no limit is known."""
    if rate.requests is None:
        return None
    budget = _forget_past(budget, rate, now)
    used = sum(spent.requests for spent in budget.spent) + budget.foreign_requests
    blocked = budget.blocked_until is not None
    releases = [_released_at(spent, rate) for spent in budget.spent]
    if budget.foreign_until is not None:
        releases.append(budget.foreign_until)
    return BudgetStatus(
        limit=rate.requests,
        remaining=0 if blocked else max(0, rate.requests - used),
        reserved=reserved(rate),
        window_seconds=rate.window_seconds,
        resets_at=budget.blocked_until or max(releases, default=None),
    )


def seconds_between(requests: int, rate: RateLimit) -> int:
    """The shortest interval at which observations of `requests` each stay within the polling share."""
    allowed = polling_requests(rate)
    return 0 if allowed is None else math.ceil(requests * rate.window_seconds / allowed)


def _released_at(spent: Spent, rate: RateLimit) -> datetime:
    """A bucket counts until its last possible request is a window old."""
    return spent.at + timedelta(seconds=rate.window_seconds) * (_BUCKETS + 1) / _BUCKETS


def _forget_past(budget: Budget, rate: RateLimit, now: datetime) -> Budget:
    foreign = budget.foreign_until is not None and budget.foreign_until > now
    blocked = budget.blocked_until is not None and budget.blocked_until > now
    return Budget(
        spent=tuple(spent for spent in budget.spent if _released_at(spent, rate) > now),
        foreign_requests=budget.foreign_requests if foreign else 0,
        foreign_until=budget.foreign_until if foreign else None,
        blocked_until=budget.blocked_until if blocked else None,
    )


def _next_release(budget: Budget, rate: RateLimit, share: Share, now: datetime) -> datetime:
    releases = [_released_at(spent, rate) for spent in budget.spent if spent.share is share]
    if not releases:
        releases = [_released_at(spent, rate) for spent in budget.spent]
    if budget.foreign_until is not None:
        releases.append(budget.foreign_until)
    return min(releases, default=now + timedelta(seconds=rate.window_seconds))
