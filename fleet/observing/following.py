"""Follows changes to their end as part of an observation: it settles changes by what was observed, and sends those
that had to wait.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.changing.postconditions.verdict import ObservedCollection
from fleet.changing.sending import Sending
from fleet.changing.settling import expire, settle
from fleet.changing.verbs import observed_in
from fleet.model.account import AccountState, Collection
from fleet.model.change import RefreshAccount
from fleet.model.failure import Failure, FailureKind, ProviderError
from fleet.model.operation import Operation, Step
from fleet.model.rate_limit import BudgetExhausted
from fleet.model.refusal import Refused
from fleet.observing.schedule import Pace
from fleet.ports.adapter import Adapter
from fleet.ports.clock import Clock
from fleet.ports.store import OutdatedOperation, Store

logger = logging.getLogger(__name__)

LEFT_ALONE = timedelta(seconds=60)
"""The process that records an intent sends its first request within a shorter time. If an older intent was not sent,
that process has ended.
"""
NEVER_SENT = (
    "It was interrupted before anything was sent, and what it holds in secret was not kept; ask for it again."
)


@dataclass(frozen=True, kw_only=True)
class Follower:
    """What following needs, bound for one observation."""

    store: Store
    adapter: Adapter
    clock: Clock
    requests_sent: Callable[[], int]

    async def follow(
        self, operations: Iterable[Operation], collections: Sequence[ObservedCollection], state: AccountState
    ) -> list[Operation]:
        """Those that are still open."""
        followed = [await self._follow_one(one, collections, state) for one in operations]
        return [one for one in followed if not one.is_final]

    async def _follow_one(
        self, operation: Operation, collections: Sequence[ObservedCollection], state: AccountState
    ) -> Operation:
        now = self.clock.now()
        if not operation.is_understood and now < operation.deadline:
            return operation
        current = operation
        for collection in collections if operation.is_understood else ():
            current = settle(current, collection, now)
        current = expire(_refreshed(current, state, now), now)
        try:
            if current != operation:
                current = await self.store.save_change(current)
                _log(operation, current)
            return await self._go_on(current, now)
        except OutdatedOperation:
            return operation  # somebody else is at it; the next observation reads what became of it

    async def _go_on(self, operation: Operation, now: datetime) -> Operation:
        if (
            operation.is_final
            or not operation.steps
            or operation.sent_at is not None
            or not operation.is_understood
        ):
            return operation
        is_orphan = operation.requested_at + LEFT_ALONE <= now
        if not (operation.is_waiting or operation.answered_at is not None or is_orphan):
            return operation
        if operation.steps[0] is Step.CHANGE and not operation.change.is_whole:
            return await self.store.save_change(operation.failed(_failure(NEVER_SENT, now)))
        sending = Sending(operation, self.adapter, self.store, self.clock, requests_sent=self.requests_sent)
        try:
            await sending.run()
        except Refused as refusal:
            failed = sending.operation.failed(_failure(refusal.message, self.clock.now()))
            return await self.store.save_change(failed)
        except (ProviderError, BudgetExhausted) as error:
            logger.info("a change of %s waits on: %s", operation.target_name, error)
        return sending.operation


def wanted_collections(operations: Iterable[Operation]) -> frozenset[Collection]:
    """What has to be looked at for these to go on."""
    return frozenset(observed_in(one.kind) for one in operations)


def follow_again_at(
    operations: Iterable[Operation], state: AccountState, pace: Pace, now: datetime
) -> datetime | None:
    """When open changes are to be followed next: soon at first, and no sooner than usual for what takes long. At their
    deadline while the provider cannot be asked. Null when none is open.
    """
    is_shut = state.is_token_accepted is False or state.of(Collection.CLUSTERS).failed_attempts > 0
    usual = pace.every_seconds[Collection.CLUSTERS]
    times = []
    for one in operations:
        age_seconds = int((now - one.requested_at).total_seconds())
        seconds = min(usual, max(pace.soonest_seconds, age_seconds // 4))
        times.append(one.deadline if is_shut else min(one.deadline, now + timedelta(seconds=seconds)))
    return None if not times else max(min(times), now + pace.soonest)


def _refreshed(operation: Operation, state: AccountState, now: datetime) -> Operation:
    if not isinstance(operation.change, RefreshAccount) or operation.is_final:
        return operation
    clusters = state.of(Collection.CLUSTERS)
    if clusters.failure is not None and clusters.failure.occurred_at >= operation.requested_at:
        return operation.failed(clusters.failure)
    if clusters.observed_at is not None and clusters.observed_at >= operation.requested_at:
        return operation.succeeded(now)
    return operation


def _failure(message: str, now: datetime) -> Failure:
    return Failure(kind=FailureKind.REJECTED, message=message, occurred_at=now)


def _log(before: Operation, after: Operation) -> None:
    if before.state is not after.state:
        said = f": {after.failure.message}" if after.failure is not None else ""
        logger.info("%s of %s is %s%s", after.kind, after.target_name, after.state, said)
