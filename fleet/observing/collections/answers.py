"""Asks about every cluster of an account: a few at once, from the cluster on at which the last observation ended."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from fleet.model.account import Collection
from fleet.model.capability import Capability
from fleet.model.cluster import Cluster, Phase
from fleet.model.failure import Conflict, NotFound, ProviderError, RateLimited, Rejected, TimedOut
from fleet.model.rate_limit import BudgetExhausted
from fleet.model.tracking import TrackedCluster
from fleet.observing.collections.context import Collected, CollectionContext

SILENT = "The provider did not answer in time."
AT_ONCE = 4
"""How many calls about clusters are in flight at once: few cost the HTTP pool little, and a provider less."""

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, kw_only=True)
class Answers(Generic[ValueT]):
    """By the key of a cluster, what was answered about it (`of`), or how that failed (`missed`). `rest_at`, `is_dry`,
    `resume_after` and `is_answered` as in `Collected`.
    """

    of: Mapping[str, ValueT]
    missed: Mapping[str, ProviderError]
    problem: str | None
    rest_at: datetime | None
    is_dry: bool
    resume_after: str | None
    is_answered: bool

    def ended(self, collected: Collected) -> Collected:
        return replace(
            collected,
            rest_at=self.rest_at,
            is_dry=self.is_dry,
            resume_after=self.resume_after,
            is_answered=self.is_answered,
        )


async def ask_each(
    context: CollectionContext,
    collection: Collection,
    capability: Capability,
    ask: Callable[[Cluster], Awaitable[ValueT]],
) -> Answers[ValueT]:
    """One call a cluster, a handful at once, from the cluster on at which the latest observation ended.

    One that fails costs its own answer. When the time or the budget is up, or the provider's limit is reached, what was
    answered is kept, and the next observation goes on with the clusters that had no turn. Raises what stopped it when
    none had a turn, and what failed when all had and none was answered.
    """
    came_to = context.lease.tracked.state.of(collection).resume_after
    rows = _from_where_it_ended(context, came_to, capability)
    answers: dict[str, ValueT] = {}
    failed: list[tuple[TrackedCluster, ProviderError]] = []
    missed: dict[str, ProviderError] = {}
    stopped: BudgetExhausted | RateLimited | TimeoutError | None = None
    asked = 0
    for handful in (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)):
        for row, result in zip(handful, await _ask_handful(context, handful, ask), strict=True):
            if isinstance(result, BudgetExhausted | RateLimited):
                stopped = stopped or result
                continue
            if isinstance(result, TimeoutError):
                stopped = stopped or result
                missed[row.item.key] = TimedOut(SILENT)
            elif isinstance(result, ProviderError):
                failed += _failure_of(row, result)
                missed[row.item.key] = result
            elif isinstance(result, BaseException):
                raise result
            else:
                answers[row.item.key] = result
            asked += stopped is None or isinstance(stopped, TimeoutError)
        if stopped is not None:
            break
    is_whole = asked == len(rows)
    error = failed[0][1] if failed else stopped
    if error is not None and not answers and (asked == 0 or is_whole):
        raise error
    problem = f"{failed[0][0].item.name}: {failed[0][1].message}" if failed else None
    if not answers and isinstance(stopped, TimeoutError):
        problem = problem or f"{rows[0].item.name}: {SILENT}"
    at_once = context.now if answers else None  # where nobody answers, it backs off
    return Answers(
        of=answers,
        missed=missed,
        problem=problem,
        rest_at=None if is_whole else getattr(stopped, "retry_at", None) or at_once,
        is_dry=not is_whole and isinstance(stopped, BudgetExhausted),
        resume_after=None if is_whole else rows[asked - 1].item.key if asked > 0 else came_to,
        is_answered=bool(answers) or is_whole,
    )


def _failure_of(row: TrackedCluster, error: ProviderError) -> list[tuple[TrackedCluster, ProviderError]]:
    """Empty where a cluster that is being deleted is not known any more, or in no state to be asked for: its end shows
    in the list of clusters.
    """
    is_leaving = row.item.phase is Phase.DELETING or row.missing_since is not None
    return [] if is_leaving and isinstance(error, NotFound | Rejected | Conflict) else [(row, error)]


async def _ask_handful(
    context: CollectionContext, handful: Sequence[TrackedCluster], ask: Callable[[Cluster], Awaitable[ValueT]]
) -> Sequence[ValueT | BaseException]:
    """The answers in order, each as it came or as the error that it was; `TimeoutError` where none came in time."""
    tasks = [asyncio.ensure_future(ask(row.item)) for row in handful]
    try:
        left = max(0.0, context.ask_until - asyncio.get_running_loop().time())
        await asyncio.wait(tasks, timeout=left)
    finally:
        for task in tasks:
            task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    return [TimeoutError() if isinstance(one, asyncio.CancelledError) else one for one in results]


def _from_where_it_ended(
    context: CollectionContext, after: str | None, capability: Capability
) -> list[TrackedCluster]:
    rows = sorted(context.serving(capability), key=lambda row: row.item.key)
    if after is None:
        return rows
    return [row for row in rows if row.item.key > after] + [row for row in rows if row.item.key <= after]
