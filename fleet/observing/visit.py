"""One observation of an account, under its lease.

Look at every collection that is due, write what changed, follow the changes that are under way, end with the result and
the next time. What a provider does wrong is kept as a fact on the collection it happened to, and logged when it begins
and when it ends.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import SecretStr

from fleet.changing.postconditions import ObservedCollection
from fleet.model.account import Account, AccountState, Collection, CollectionState
from fleet.model.failure import (
    Failure,
    FailureKind,
    ProviderError,
    RateLimited,
    TimedOut,
    Unauthenticated,
    Unavailable,
)
from fleet.model.integration import Integration
from fleet.model.operation import Operation
from fleet.model.rate_limit import BudgetExhausted, Share
from fleet.model.summary import summarize
from fleet.observing.collections import COLLECT, PROTOCOL_OF, Collected, CollectionContext
from fleet.observing.following import Follower, follow_again_at, wanted_collections
from fleet.observing.schedule import Pace, due_at, fail, next_observation, succeed
from fleet.ports.adapter import Adapter, OpenAdapter
from fleet.ports.clock import Clock
from fleet.ports.store import AccountGone, Lease, StaleObserver, Store
from fleet.ports.vault import Vault
from fleet.providers import PROVIDERS
from fleet.rate_limits.permits import BudgetPermits

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    OBSERVED = "observed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What came of it: a result worth logging. `changed` counts rows, `requests` those sent to the provider."""

    account_id: str
    provider: str | None = None
    outcome: Outcome
    reason: str | None = None
    changed: int = 0
    requests: int = 0
    due_at: datetime | None = None


class Visit:
    """One observation under its lease."""

    def __init__(
        self,
        *,
        store: Store,
        vault: Vault,
        open_adapter: OpenAdapter,
        clock: Clock,
        pace: Pace,
        seconds: int,
        lease: Lease,
        share: Share,
        operations: Sequence[Operation],
        is_asked_for: bool,
    ) -> None:
        self._store = store
        self._vault = vault
        self._open_adapter = open_adapter
        self._clock = clock
        self._pace = pace
        self._seconds = seconds
        self._give_up_at = asyncio.get_running_loop().time() + seconds
        self._lease = lease
        self._account: Account = lease.tracked.account
        self._before: AccountState = lease.tracked.state
        self._operations = operations
        self._observed: list[ObservedCollection] = []
        self._is_asked_for = is_asked_for
        self._token = SecretStr("")
        self._adapter: Adapter | None = None
        self._rate = PROVIDERS[self._account.provider].rate_limit
        self._permits = BudgetPermits(
            store, key=self._account.budget_key, rate=self._rate, share=share, grant=lease.grant, clock=clock
        )

    async def run(self) -> Observation:
        try:
            state, changed = await self._observe_collections()
            follow_at = await self._follow(state)
            await self._permits.settle()
        except (StaleObserver, AccountGone):
            raise
        except BaseException:
            # A fault of ours, or our own end: give the lease back and come back later, then let it be known.
            later = self._later(timedelta(seconds=self._pace.latest_seconds))
            with suppress(StaleObserver, AccountGone):
                await self._store.end(self._lease, self._before, due_at=later)
            raise
        due = min((at for at in (due_at(state), follow_at) if at is not None), default=None)
        due = await self._store.end(self._lease, state, due_at=due)
        self._log(state)
        failure = state.of(Collection.CLUSTERS).failure
        return Observation(
            account_id=self._account.id,
            provider=self._account.provider,
            outcome=Outcome.OBSERVED if failure is None else Outcome.FAILED,
            reason=None if failure is None else failure.message,
            changed=changed,
            requests=self._permits.sent,
            due_at=due,
        )

    async def _observe_collections(self) -> tuple[AccountState, int]:
        """Looks at what is due, in order, until the provider or the budget says stop."""
        known = {row.item.key: row for row in await self._store.clusters(self._account.id)}
        state = self._before
        deletion_guard, is_accepted, changed = state.deletion_guard, state.is_token_accepted, 0
        self._adapter = adapter = await self._open()
        collections = {one: old for one, old in state.collections.items() if _is_offered(one, adapter)}
        stopped_until: datetime | None = None
        is_stopped = False
        for collection in self._due(adapter):
            old = state.of(collection)
            if is_stopped:
                collections[collection] = old.model_copy(update={"next_attempt_at": stopped_until})
                continue
            look = CollectionContext(
                store=self._store,
                lease=self._lease,
                adapter=self._adapter,
                pace=self._pace,
                now=self._clock.now(),
                rows=known,
            )
            sent = self._permits.sent
            try:
                async with asyncio.timeout_at(self._give_up_at):
                    seen = await self._ask(collection, look)
            except BudgetExhausted as exhausted:
                is_stopped, stopped_until = True, exhausted.retry_at
                collections[collection] = old.model_copy(update={"next_attempt_at": stopped_until})
            except (ProviderError, TimeoutError) as error:
                failure = self._failure(error)
                collections[collection] = fail(old, failure, collection, self._pace, self._clock.now())
                if isinstance(error, Unauthenticated):
                    is_accepted = False
                is_stopped = _ends_the_observation(collection, error)
                stopped_until = failure.retry_at or collections[collection].next_attempt_at
                if isinstance(error, TimeoutError) and collection is not Collection.CLUSTERS:
                    stopped_until = self._clock.now()  # this visit's time is up, not that of the next
            else:
                known = dict(seen.rows)
                changed += seen.changed
                self._observed += await self._observed_collection(collection, look, seen)
                is_accepted = True
                deletion_guard = seen.deletion_guard if collection is Collection.CLUSTERS else deletion_guard
                requests = self._permits.sent - sent
                collections[collection] = self._seen(collection, old, seen, requests)
                if seen.exhausted is not None:
                    is_stopped, stopped_until = True, seen.exhausted.retry_at
                    update = {"next_attempt_at": stopped_until, "requests": old.requests}
                    collections[collection] = collections[collection].model_copy(update=update)
        state = AccountState(
            collections=collections,
            is_token_accepted=is_accepted,
            deletion_guard=deletion_guard,
            summary=summarize(known.values()),
        )
        clusters = state.of(Collection.CLUSTERS)
        if clusters.failed_attempts == 0 and clusters.observed_at is not None and not is_stopped:
            look_at = next_observation(known.values(), state, self._rate, self._pace, self._clock.now())
            collections[Collection.CLUSTERS] = clusters.model_copy(update={"next_attempt_at": look_at})
            state = state.model_copy(update={"collections": collections})
        return state, changed

    async def _observed_collection(
        self, collection: Collection, look: CollectionContext, seen: Collected
    ) -> list[ObservedCollection]:
        """What the changes that are under way are judged by."""
        if not self._operations:
            return []
        view = ObservedCollection(began_at=look.now, is_complete=seen.problem is None, clusters=seen.rows)
        if collection is Collection.INTEGRATIONS:
            rows = await self._store.items(self._account.id, Integration)
            view = replace(view, clusters=None, integrations={row.item.key: row for row in rows})
        return [view] if collection in (Collection.CLUSTERS, Collection.INTEGRATIONS) else []

    async def _follow(self, state: AccountState) -> datetime | None:
        """When the changes that are still under way are to be followed next."""
        if not self._operations:
            return None
        assert self._adapter is not None
        follower = Follower(store=self._store, adapter=self._adapter, clock=self._clock)
        left: Sequence[Operation] = self._operations
        with suppress(TimeoutError):  # what was cut off is UNCONFIRMED, and found out by the next look
            async with asyncio.timeout_at(self._give_up_at):
                left = await follower.follow(self._operations, self._observed, state)
        return follow_again_at(left, state, self._pace, self._clock.now())

    async def _open(self, *, fresh: bool = False) -> Adapter:
        try:
            self._token = await self._vault.token(self._account.id, fresh=fresh)
        except KeyError:
            self._token = SecretStr("")  # the provider refuses it, and that is what is shown
        return self._open_adapter(self._account, self._token, self._permits)

    async def _ask(self, collection: Collection, look: CollectionContext) -> Collected:
        try:
            return await COLLECT[collection](look)
        except Unauthenticated:
            refused = self._token
            adapter = await self._open(fresh=True)
            if self._token == refused:
                raise
            self._adapter = adapter  # the token was replaced a moment ago
            return await COLLECT[collection](replace(look, adapter=adapter))

    def _due(self, adapter: Adapter) -> list[Collection]:
        soon = self._later(self._pace.soonest)
        wanted = wanted_collections(self._operations)
        return [
            collection
            for collection in COLLECT
            if _is_offered(collection, adapter)
            if (next_attempt_at := self._before.of(collection).next_attempt_at) is None
            or next_attempt_at <= soon
            or collection in wanted
            or (self._is_asked_for and collection is Collection.CLUSTERS)
        ]

    def _seen(
        self, collection: Collection, old: CollectionState, seen: Collected, requests: int
    ) -> CollectionState:
        now = self._clock.now()
        state = succeed(collection, self._pace, now, requests)
        if seen.problem is None:
            return state
        failure = Failure(
            kind=FailureKind.UNEXPECTED_RESPONSE, message=seen.problem, occurred_at=now, is_retryable=True
        )
        return state.model_copy(update={"failure": failure, "failing_since": old.failing_since or now})

    def _failure(self, error: ProviderError | TimeoutError) -> Failure:
        if isinstance(error, ProviderError):
            return error.to_failure(self._clock.now())
        message = f"The provider did not answer within the {self._seconds} seconds of an observation."
        return TimedOut(message).to_failure(self._clock.now())

    def _later(self, delay: timedelta) -> datetime:
        return self._clock.now() + delay

    def _log(self, state: AccountState) -> None:
        """Says what began and what ended, not what goes on."""
        who = f"{self._account.provider} account {self._account.name!r}"
        for collection, after in state.collections.items():
            before = self._before.of(collection)
            if before.failing_since is None and after.failing_since is not None and after.failure is not None:
                logger.warning("%s: %s cannot be observed: %s", who, collection, after.failure.message)
            elif before.failing_since is not None and after.failing_since is None:
                logger.info("%s: %s are observed again", who, collection)


def _is_offered(collection: Collection, adapter: Adapter) -> bool:
    return collection not in PROTOCOL_OF or isinstance(adapter, PROTOCOL_OF[collection])


def _ends_the_observation(collection: Collection, error: ProviderError | TimeoutError) -> bool:
    """Whether there is no use in asking on. A provider is down when its clusters cannot be had; when anything else of
    it is, the rest may still answer, and would else wait for it for ever.
    """
    if isinstance(error, Unavailable):
        return collection is Collection.CLUSTERS
    return isinstance(error, (Unauthenticated, RateLimited, TimeoutError))
