"""A provider's limit is a budget, planned and not hit.

*The algorithm* is a sliding window: what was sent under one key is counted in twelve slices of the window, by share and
use, and a slice counts until its last possible request is a window old. Polling may use the limit less a reserve for
people, people may use the reserve, and all of us together never exceed the limit.

*Why not another.* A leaky bucket or GCRA is one number a key, a third of the row; but it allows a burst and then the
rate, and a burst and the rate together are up to twice the limit in the worst window unless half of the limit is given
away. A fixed window allows twice the limit around its end where ours and the provider's do not begin together. Slices
give away one part in twelve, and hold in every window wherever it begins.

*What it costs.* One row a key: a consistent read and a conditional write each time something is drawn, so one write an
observation and none for every request. Whoever loses a race reads again; the row's version orders them.

*Permits count when they are used.* What is drawn may be sent for `hold(rate)` and is void after that, and a slice is
counted for as much longer. What was drawn and not sent is given back (`give_back`).

*Lost instances* give nothing back: what they drew counts until the window has passed, or until the provider's own count
shows that it never arrived (`_confirm`). That is believed of what was drawn so long ago that nobody can still send it.

*Skewed clocks.* A clock that is ahead by less than a slice lets nothing go too soon in a window of an hour; one that is
behind counts what is ahead of it. An entry from further ahead than a window is nobody's and is dropped.

*The provider's word* counts in both directions. Its limit replaces ours while it holds, up or down. What it counts
beyond ours was sent by others, and is forgotten as soon as it says otherwise. It never makes room for more than was
really unsent: a provider that begins a new window after an hour does not know that ours slides. `Retry-After` is
believed up to `LONGEST_BLOCK` or a window, and one person may try before it ends: an answer lifts it.

*Whose share.* Polling never takes what people have left of the reserve, whatever others have taken of the limit. A
quarter of polling's share is a floor for the clusters' own listing, and the last tenth is always its own. Where several
accounts draw from a key, the people of one use up to half of the reserve.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from fleet.model.rate_limit import (
    Budget,
    BudgetStatus,
    Draw,
    Grant,
    RateFacts,
    RateLimit,
    RequestUse,
    Share,
    SharingAccount,
    Spent,
    UsedBy,
)

RESERVED_PERCENT = 20
FLOOR_PERCENT = 25
"""Of polling's share, for the clusters' own listing. A window of a minute or less needs none: it comes back at once."""
LAST_PERCENT = 10
"""Of polling's share, what only the clusters' own listing takes, however much it has taken. A round over all
machines may take a hundred at once; what it leaves has to last until something comes back."""
SLICES = 12
LONGEST_BLOCK = timedelta(hours=1)
"""A provider that asks for more patience than this, and than its window, is asked again then."""
BLOCK = timedelta(seconds=5)
"""How long a refusal counts that does not say how long."""
SHARING_FOR = timedelta(hours=1)
MOST_SHARING = 16
"""So many accounts of a key are remembered, so that its row stays small. More share it as if they were so many."""
MOST_TIMES = 10
"""A provider's own limit is believed up to so many times the one that we know."""
_SHORT_SECONDS = 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# ------------------------------------------------------------------------------------------------------------ shares


def limit_of(budget: Budget, rate: RateLimit) -> int | None:
    """Requests a window that the provider takes: by its own word, by our data sheet, or null where nobody knows."""
    if budget.told_limit is None:
        return rate.requests
    return budget.told_limit if rate.requests is None else min(budget.told_limit, rate.requests * MOST_TIMES)


def reserve_of(limit: int) -> int:
    return min(max(1, limit * RESERVED_PERCENT // 100), max(0, limit - 1))


def reserved(rate: RateLimit) -> int:
    """Requests a window kept for people."""
    return 0 if rate.requests is None else reserve_of(rate.requests)


def polling_requests(rate: RateLimit) -> int | None:
    """Requests a window that polling may send; null where no limit is known."""
    return None if rate.requests is None else rate.requests - reserved(rate)


def hold(rate: RateLimit) -> timedelta:
    """How long what was drawn may still be sent: a tenth of the window, within bounds."""
    return timedelta(seconds=min(60.0, max(0.25, rate.window_seconds / 10)))


def has_short_window(rate: RateLimit) -> bool:
    return rate.window_seconds <= _SHORT_SECONDS


# ------------------------------------------------------------------------------------------------------ what happens


def grant(
    budget: Budget,
    rate: RateLimit,
    share: Share,
    wanted: int,
    now: datetime,
    *,
    use: RequestUse = RequestUse.CLUSTERS,
    account_id: str | None = None,
    also: Mapping[RequestUse, int] = MappingProxyType({}),
) -> Grant:
    """Grants up to `wanted` requests out of `share`, and counts them as sent.

    `also` are requests for uses that come later, drawn in the same write as far as there is room: they have to be sent
    within the same hold, so a short window gives none.
    """
    budget = _forget_past(budget, rate, now)
    use = RequestUse.PEOPLE if share is Share.INTERACTIVE else use
    is_try = budget.blocked_until is not None and share is Share.INTERACTIVE and not budget.is_tried
    if budget.blocked_until is not None and not is_try:
        return Grant(budget=budget, granted=0, retry_at=budget.blocked_until)
    budget = _saw(budget, account_id, now)
    room = _room(budget, rate, use, account_id)
    granted = wanted if room is None else max(0, min(wanted, room))
    if is_try:
        granted = min(1, wanted) if room is None else min(1, wanted, max(1, granted))
        budget = budget.model_copy(update={"is_tried": True})
    elif granted == 0:
        retry_at = _next_release(budget, rate, use, account_id, now)
        return Grant(budget=budget, granted=0, retry_at=retry_at)
    spent = Spent(
        share=share,
        at=now - (now - _EPOCH) % _slice(rate),
        requests=granted,
        use=use,
        account_id=account_id if use is RequestUse.PEOPLE else None,
    )
    draw = Draw(spent=spent, valid_until=now + hold(rate), is_try=is_try)
    if room is not None:
        budget = budget.model_copy(update={"spent": _added(budget.spent, spent)})
    further: list[Draw] = []
    for other, requests in also.items() if share is Share.POLLING and not has_short_window(rate) else ():
        more = grant(budget, rate, share, requests, now, use=other, account_id=account_id)
        if room is not None and more.draw is not None:
            budget, further = more.budget, [*further, more.draw]
    return Grant(budget=budget, granted=granted, draw=draw, also=further)


def first_granted(grants: Iterable[Grant]) -> Grant:
    """The first that grants anything, else the last."""
    tried = []
    for one in grants:
        tried.append(one)
        if one.granted > 0:
            break
    return tried[-1]


def give_back(budget: Budget, unsent: Iterable[Spent]) -> Budget:
    """Counts no longer what was drawn and not sent."""
    spent = budget.spent
    for one in unsent:
        spent = _added(spent, one.model_copy(update={"requests": -one.requests}))
    return budget.model_copy(update={"spent": spent})


def learn(budget: Budget, rate: RateLimit, facts: RateFacts, now: datetime) -> Budget:
    """Takes the provider's word: a refusal blocks, and what it counts beyond ours was sent by somebody else."""
    budget = _forget_past(budget, rate, now)
    changes: dict[str, object] = {}
    window = timedelta(seconds=rate.window_seconds)
    blocked_until = believed(facts.retry_at, rate, now)
    if blocked_until is None and facts.is_refused:
        blocked_until = now + min(BLOCK, window)
    if blocked_until is not None and blocked_until > now:
        changes["blocked_until"] = max(blocked_until, budget.blocked_until or blocked_until)
    elif facts.is_try and not facts.is_refused:
        changes |= {"blocked_until": None, "is_tried": False}
    if facts.limit is not None and facts.limit > 0 and facts.limit != rate.requests:
        changes |= {"told_limit": facts.limit, "told_until": now + 2 * window}
    elif facts.limit is not None and facts.limit > 0:
        changes |= {"told_limit": None, "told_until": None}
    budget = budget.model_copy(update=changes)
    limit = limit_of(budget, rate)
    if limit is None or facts.remaining is None:
        return budget
    until = min(max(facts.resets_at or now + window, now), now + window)
    began_at = until - window if facts.resets_at is not None else now - window
    used = max(0, limit - facts.remaining)
    budget = _confirm(budget, rate, used, began_at, now)
    # Of the slice in which its window began, we do not know which requests it counts: they are ours in any case.
    ours = sum(one.requests for one in budget.spent if one.at + _slice(rate) > began_at)
    return budget.model_copy(update={"foreign_requests": max(0, used - ours), "foreign_until": until})


def believed(retry_at: datetime | None, rate: RateLimit, now: datetime) -> datetime | None:
    """When a provider that refuses is asked again: at the time that it names, or sooner where that is absurd."""
    longest = max(LONGEST_BLOCK, timedelta(seconds=rate.window_seconds))
    return None if retry_at is None else min(retry_at, now + longest)


# ------------------------------------------------------------------------------------------------------ what is left


def budget_status(budget: Budget, rate: RateLimit, now: datetime) -> BudgetStatus | None:
    """Null where no limit is known."""
    budget = _forget_past(budget, rate, now)
    limit = limit_of(budget, rate)
    if limit is None:
        return None
    used = sum(spent.requests for spent in budget.spent) + budget.foreign_requests
    blocked = budget.blocked_until is not None
    releases = [_released_at(spent, rate) for spent in budget.spent]
    if budget.foreign_until is not None and budget.foreign_requests:
        releases.append(budget.foreign_until)
    by_use = {use: sum(one.requests for one in budget.spent if one.use is use) for use in RequestUse}
    by_use[RequestUse.OTHERS] += budget.foreign_requests
    return BudgetStatus(
        limit=limit,
        remaining=0 if blocked else max(0, limit - used),
        reserved=reserve_of(limit),
        window_seconds=rate.window_seconds,
        resets_at=budget.blocked_until or max(releases, default=None),
        used_by=tuple(UsedBy(use=use, requests=requests) for use, requests in by_use.items()),
    )


def polling_share(budget: Budget, rate: RateLimit) -> int | None:
    """Requests a window that polling may send in the long run; null where no limit is known."""
    limit = limit_of(budget, rate)
    return None if limit is None else limit - reserve_of(limit)


def polling_rate(budget: Budget, rate: RateLimit, now: datetime) -> float | None:
    """Requests a second at which polling can go on without running dry; null where no limit is known.

    What is left lasts until something comes back, that and what came back until more does, and so on for half a window.
    A budget that is whole may be spent twice as fast as the limit in the long run; one that is nearly spent lasts.
    """
    budget = _forget_past(budget, rate, now)
    limit = limit_of(budget, rate)
    if limit is None:
        return None
    share = limit - reserve_of(limit)
    if has_short_window(rate):
        return max(0.0, share - budget.foreign_requests) / rate.window_seconds
    end = now + timedelta(seconds=rate.window_seconds) / 2
    returns = {_released_at(one, rate) for one in budget.spent} | {budget.foreign_until or end}
    before_each = sorted({at for at in returns if now < at < end} | {end})
    rooms = [
        (at, now if at == before_each[0] else before_each[before_each.index(at) - 1]) for at in before_each
    ]
    return min(
        max(0, _room(_forget_past(budget, rate, since), rate, RequestUse.CLUSTERS, None) or 0)
        / (at - now).total_seconds()
        for at, since in rooms
    )


def accounts_of(budget: Budget, now: datetime) -> int:
    """How many accounts draw from it."""
    return max(1, sum(now - one.at < 2 * SHARING_FOR for one in budget.accounts))


# ------------------------------------------------------------------------------------------------------------- parts


def _room(budget: Budget, rate: RateLimit, use: RequestUse, account_id: str | None) -> int | None:
    """How many requests may be drawn for a use now; null where no limit is known."""
    limit = limit_of(budget, rate)
    if limit is None:
        return None
    reserve = reserve_of(limit)
    people = sum(one.requests for one in budget.spent if one.share is Share.INTERACTIVE)
    free = limit - sum(one.requests for one in budget.spent) - budget.foreign_requests
    if use is RequestUse.PEOPLE:
        room = min(free, reserve - people)
        if account_id is not None and len(budget.accounts) > 1:
            mine = sum(one.requests for one in budget.spent if one.account_id == account_id)
            room = min(room, max(1, reserve // 2) - mine)
        return room
    room = free - max(0, reserve - people)
    if use is not RequestUse.CLUSTERS and not has_short_window(rate):
        clusters = sum(one.requests for one in budget.spent if one.use is RequestUse.CLUSTERS)
        share = limit - reserve
        room -= max(share * LAST_PERCENT // 100, share * FLOOR_PERCENT // 100 - clusters)
    return room


def _next_release(
    budget: Budget, rate: RateLimit, use: RequestUse, account_id: str | None, now: datetime
) -> datetime:
    """The first moment at which there is room for one."""
    releases = {_released_at(spent, rate) for spent in budget.spent}
    releases |= {at for at in (budget.foreign_until, budget.told_until) if at is not None}
    for at in sorted(releases):
        room = _room(_forget_past(budget, rate, at), rate, use, account_id)
        if room is None or room > 0:
            return at
    return now + timedelta(seconds=rate.window_seconds)


def _slice(rate: RateLimit) -> timedelta:
    return timedelta(seconds=rate.window_seconds) / SLICES


def _sendable_until(spent: Spent, rate: RateLimit) -> datetime:
    return spent.at + _slice(rate) + hold(rate)


def _counts_for(rate: RateLimit) -> timedelta:
    """A slice counts until its last possible request is a window old."""
    return _slice(rate) + hold(rate) + timedelta(seconds=rate.window_seconds)


def _released_at(spent: Spent, rate: RateLimit) -> datetime:
    return spent.at + _counts_for(rate)


def _added(spent: Sequence[Spent], more: Spent) -> tuple[Spent, ...]:
    """Entries of one slice, share, use and account are one."""
    same = [one for one in spent if _kind(one) == _kind(more)]
    requests = more.requests + sum(one.requests for one in same)
    merged = [more.model_copy(update={"requests": requests})] if requests > 0 else []
    return (*(one for one in spent if _kind(one) != _kind(more)), *merged)


def _kind(one: Spent) -> tuple[object, ...]:
    return one.at, one.share, one.use, one.account_id


def _saw(budget: Budget, account_id: str | None, now: datetime) -> Budget:
    if account_id is None:
        return budget
    mine = next((one for one in budget.accounts if one.id == account_id), None)
    if mine is not None and now - mine.at < SHARING_FOR / 4:
        return budget
    recent = [one for one in budget.accounts if one.id != account_id and now - one.at < SHARING_FOR]
    recent = sorted(recent, key=lambda one: one.at)[-(MOST_SHARING - 1) :]
    return budget.model_copy(update={"accounts": (*recent, SharingAccount(id=account_id, at=now))})


def _confirm(budget: Budget, rate: RateLimit, used: int, began_at: datetime, now: datetime) -> Budget:
    """Gives back permits that were taken and never used: the provider did not count a request for them, and they are
    too old to be used. The process that took them has ended.
    """
    old = [one for one in budget.spent if one.at >= began_at and _sendable_until(one, rate) < now]
    surplus = sum(one.requests for one in old) - used
    for one in old:
        if surplus > 0:
            unsent = min(surplus, one.requests)
            budget = give_back(budget, [one.model_copy(update={"requests": unsent})])
            surplus -= unsent
    return budget


def _forget_past(budget: Budget, rate: RateLimit, now: datetime) -> Budget:
    latest, earliest = now + timedelta(seconds=rate.window_seconds), now - _counts_for(rate)
    spent = tuple(one for one in budget.spent if earliest < one.at <= latest)
    kept: dict[str, object] = {"spent": spent}
    if budget.foreign_until is None or budget.foreign_until <= now:
        kept |= {"foreign_requests": 0, "foreign_until": None}
    if budget.blocked_until is None or budget.blocked_until <= now:
        kept |= {"blocked_until": None, "is_tried": False}
    if budget.told_until is None or budget.told_until <= now:
        kept |= {"told_limit": None, "told_until": None}
    return budget.model_copy(update=kept)
