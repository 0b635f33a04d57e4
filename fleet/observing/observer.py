"""Observing an account: the schedule, a person's refresh and the follow-up of a change all run this one code.

An observation begins with a lease, asks for every collection that is due, writes what changed, follows the changes that
are under way, and ends with the result and the next time. What a provider does wrong is kept as a fact on the
collection that it happened to, and logged when it begins and when it ends.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache, partial

from pydantic import SecretStr

from fleet.accounts.organization import AnotherOrganization
from fleet.accounts.service import go_on_removing, is_disconnect
from fleet.changing.postconditions import ObservedCollection
from fleet.model.account import NEVER_OBSERVED, Account, AccountState, Collection, CollectionState
from fleet.model.change import OperationKind
from fleet.model.durations import record
from fleet.model.event import shorten
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
from fleet.model.ledger import LedgerEntry
from fleet.model.operation import Operation
from fleet.model.rate_limit import BudgetExhausted, RequestUse, Share
from fleet.model.summary import summarize
from fleet.model.tracking import TrackedCluster
from fleet.observing.budget_pace import paced
from fleet.observing.collections import COLLECT, PROTOCOL_OF, Collected, CollectionContext
from fleet.observing.events import account_events
from fleet.observing.failures import fail, is_refused, lack
from fleet.observing.following import Follower, follow_again_at, wanted_collections
from fleet.observing.schedule import (
    USE_OF,
    Pace,
    due_at,
    expected_requests,
    hold_back,
    is_due,
    succeed,
)
from fleet.ports.adapter import Adapter, OpenAdapter
from fleet.ports.clock import Clock
from fleet.ports.store import (
    AccountGone,
    Changes,
    Lease,
    NotBegun,
    Planned,
    StaleObserver,
    Store,
    at_its_time,
)
from fleet.ports.vault import Vault
from fleet.providers import PROVIDERS
from fleet.rate_limits.budget import believed
from fleet.rate_limits.permits import BudgetPermits, budget_key

logger = logging.getLogger(__name__)

LEASE_MARGIN_SECONDS = 15
"""How much longer than an observation may take its lease holds."""
DETAILS_SECONDS = 20
"""From the beginning of an observation: what is asked about single clusters goes on in the next one then. What was seen
is kept at the end, so the clusters of an account would be STALE while thousands of details are asked for.
"""
KEPT_FOR_WRITING = 0.1
"""The part of an observation's time in which what came is written, and nothing more is asked."""


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


@dataclass(frozen=True, kw_only=True)
class Observer:
    """What observing needs, bound once. `seconds` is the most that one observation may take.
    `shares_address`: all of our processes ask from one address. `planned` says when the planner sends the message for
    the next observation, later than that is due where the caller sends it.
    """

    store: Store
    vault: Vault
    open_adapter: OpenAdapter
    clock: Clock
    pace: Pace
    seconds: int = 45
    shares_address: bool = True
    planned: Planned = at_its_time

    async def observe(
        self, account_id: str, *, due_at: datetime | None = None, share: Share = Share.POLLING
    ) -> Observation:
        """Observes what is due of an account; with `due_at` null, its clusters in any case.

        `due_at` is what the schedule's message said: a message that is out of date is dropped. Raises nothing that a
        provider did; a fault of ours is raised after the lease is given back.
        """
        tracked = await self.store.account(account_id)
        operations = await self.store.open_changes(account_id)
        if tracked is None or any(is_disconnect(one) for one in operations):
            await go_on_removing(self.store, self.vault, self.clock, account_id)
            return Observation(
                account_id=account_id, outcome=Outcome.SKIPPED, reason="there is no such account"
            )
        account = tracked.account
        if account.provider not in PROVIDERS:
            return Observation(
                account_id=account_id, outcome=Outcome.SKIPPED, reason="another version knows its provider"
            )
        if not tracked.is_understood:
            return Observation(
                account_id=account_id,
                outcome=Outcome.SKIPPED,
                reason="another version knows how it is stored",
            )
        is_refresh = any(one.kind is OperationKind.REFRESH_ACCOUNT for one in operations)
        share = Share.INTERACTIVE if is_refresh else share
        is_asked_for = due_at is None or is_refresh
        now, rate = self.clock.now(), PROVIDERS[account.provider].rate_limit
        wanted = expected_requests(tracked.state, self.pace, now, wants_clusters=is_asked_for)
        (use, requests), *others = wanted.items()
        put_off_until = None
        try:
            lease = await self.store.begin(
                account,
                rate=rate,
                share=share,
                requests=requests,
                now=now,
                lease_seconds=self.seconds + LEASE_MARGIN_SECONDS,
                due_at=due_at,
                key=budget_key(account, rate, shares_address=self.shares_address),
                use=use,
                hold_back=partial(hold_back, use=use),
                also=dict(others),
            )
            if not isinstance(lease, NotBegun):
                running = _Running(self, lease, share, operations, use=use, is_asked_for=is_asked_for)
                return await running.run()
            reason, put_off_until = lease.reason, lease.put_off_until
            if put_off_until is not None and tracked.state.of(Collection.CLUSTERS).budget_until is None:
                log_held_back(account, put_off_until)
        except StaleObserver:
            reason = "a later observation took over"
        except AccountGone:
            reason = "the account was disconnected meanwhile"
        return Observation(
            account_id=account_id,
            provider=account.provider,
            outcome=Outcome.SKIPPED,
            reason=reason,
            put_off_until=put_off_until,
        )


class _Running:
    """One observation under its lease, and how far it has come."""

    def __init__(
        self,
        observer: Observer,
        lease: Lease,
        share: Share,
        operations: Sequence[Operation],
        *,
        use: RequestUse,
        is_asked_for: bool,
    ) -> None:
        self._observer = observer
        self._store = observer.store
        self._clock = observer.clock
        self._pace = observer.pace
        self._lease = lease
        self._account: Account = lease.tracked.account
        self._before: AccountState = lease.tracked.state
        self._operations = operations
        self._is_asked_for = is_asked_for
        began_at = asyncio.get_running_loop().time()
        self._give_up_at = began_at + observer.seconds
        self._details_until = began_at + min(DETAILS_SECONDS, observer.seconds * (1 - KEPT_FOR_WRITING))
        self._rate = PROVIDERS[self._account.provider].rate_limit
        self._share = lease.grant.share or share
        self._permits = BudgetPermits(
            self._store,
            key=budget_key(self._account, self._rate, shares_address=observer.shares_address),
            rate=self._rate,
            share=self._share,
            grant=lease.grant,
            clock=self._clock,
            account_id=self._account.id,
            use=use,
        )
        self._token = SecretStr("")
        self._adapter: Adapter | None = None
        self._known: dict[str, TrackedCluster] = {}
        self._collections: dict[Collection, CollectionState] = {}
        self._guard = self._before.deletion_guard
        self._is_accepted = None if self._is_token_untried() else self._before.is_token_accepted
        self._observed: list[ObservedCollection] = []
        self._began_at = self._clock.now()
        self._durations = self._before.durations
        self._changed = 0
        self._spend = self._before.spend
        self._subscription = self._before.subscription
        self._stopped_until: datetime | None = None
        self._is_stopped = False
        self._dry_until: datetime | None = None
        self._whole: list[Collection] = []

    async def run(self) -> Observation:
        try:
            state = await self._observe_collections()
            follow_at = await self._follow(state)
            await self._permits.settle()
            state = self._counted(state)
            await self._tell(state)
        except (StaleObserver, AccountGone):
            raise
        except BaseException:
            # A fault of ours, or our own end: give the lease back and come back later, then let it be known.
            later = self._later(timedelta(seconds=self._pace.latest_seconds))
            with suppress(StaleObserver, AccountGone):
                await self._store.end(self._lease, self._before, due_at=later)
            raise
        due = min((at for at in (due_at(state), follow_at) if at is not None), default=None)
        due = await self._store.end(
            self._lease, state, due_at=due, entry=self._entry(state), planned=self._observer.planned
        )
        self._log(state)
        failure = state.of(Collection.CLUSTERS).failure
        return Observation(
            account_id=self._account.id,
            provider=self._account.provider,
            outcome=Outcome.OBSERVED if failure is None else Outcome.FAILED,
            reason=None if failure is None else failure.message,
            is_token_refused=state.is_token_accepted is False,
            changed=self._changed,
            requests=self._permits.sent,
            due_at=due,
        )

    # ------------------------------------------------------------------------------------------------- collections

    async def _observe_collections(self) -> AccountState:
        """Asks for what is due, in order, until the provider or the budget says stop."""
        self._known = {row.item.key: row for row in await self._store.clusters(self._account.id)}
        self._adapter = adapter = await self._open()
        before = self._before.collections
        self._collections = {one: old for one, old in before.items() if _is_supported(one, adapter)}
        for collection in self._due(adapter):
            if self._dry_until is not None:
                self._hold_back(collection, self._dry_until)
            elif self._is_stopped:
                self._postpone(collection, self._stopped_until)
            elif collection is not Collection.CLUSTERS and self._are_details_over():
                self._postpone(collection, self._clock.now())
            else:
                await self._observe(collection)
        self._collections = paced(
            self._collections,
            self._whole,
            self._known.values(),
            self._permits.known(),
            self._rate,
            self._pace,
            self._clock.now(),
            self._before.collections,
        )
        return AccountState(
            collections=self._collections,
            is_token_accepted=self._is_accepted,
            deletion_guard=self._guard,
            summary=summarize(self._known.values(), PROVIDERS[self._account.provider].free_allowance),
            spend=self._spend,
            subscription=self._subscription,
            durations=self._durations,
            changes=self._before.changes,
            fence=self._lease.fence,
        )

    async def _observe(self, collection: Collection) -> None:
        assert self._adapter is not None
        old = self._before.of(collection)
        context = CollectionContext(
            store=self._store,
            lease=self._lease,
            adapter=self._adapter,
            pace=self._pace,
            now=self._clock.now(),
            rows=self._known,
            ask_until=self._details_until,
        )
        sent = self._permits.sent
        share = self._share if collection is Collection.CLUSTERS else Share.POLLING
        self._permits.turn_to(USE_OF[collection], old.requests, share)
        try:
            async with asyncio.timeout_at(self._give_up_at):
                collected = await self._ask(collection, context)
        except BudgetExhausted as exhausted:
            self._run_dry(collection, exhausted.retry_at)
        except (ProviderError, TimeoutError) as error:
            self._note_failure(collection, old, error)
        else:
            await self._keep(collection, context, collected)
            requests = self._permits.sent - sent
            state = self._succeeded(collection, old, collected, requests)
            if not collected.is_answered:
                state = state.model_copy(update={"observed_at": old.observed_at, "requests": old.requests})
            rest_at = believed(collected.rest_at, self._rate, self._clock.now())
            if rest_at is not None:
                # The rest goes on where this ended.
                state = state.model_copy(update={"next_attempt_at": rest_at, "requests": old.requests})
                if collected.is_dry:
                    state = state.model_copy(update={"budget_until": rest_at})
                    self._dry_until = rest_at
                else:
                    self._stop(rest_at)
            else:
                self._whole.append(collection)
            self._collections[collection] = state

    def _are_details_over(self) -> bool:
        return asyncio.get_running_loop().time() >= self._details_until

    async def _keep(self, collection: Collection, context: CollectionContext, collected: Collected) -> None:
        if collection is Collection.CLUSTERS:
            self._durations = record(self._durations, self._known, collected.rows.values(), self._clock.now())
        self._known = dict(collected.rows)
        self._changed += collected.changed
        self._spend = self._spend if collected.spend is None else collected.spend
        self._subscription = collected.subscription or self._subscription
        if collection is Collection.CLUSTERS:
            self._guard = collected.deletion_guard
            self._is_accepted = True
        if collection not in wanted_collections(self._operations):
            return
        observed = ObservedCollection(
            collection=collection,
            began_at=context.now,
            is_complete=collected.problem is None,
            clusters={
                key: row for key, row in self._known.items() if key in collected.shown or row.is_tombstone
            },
        )
        if collection is Collection.INTEGRATIONS:
            rows = await self._store.items(self._account.id, Integration)
            shown = {row.item.key: row for row in rows if row.item.key in collected.shown}
            observed = replace(observed, clusters=None, integrations=shown)
        self._observed.append(observed)

    def _note_failure(
        self, collection: Collection, old: CollectionState, error: ProviderError | TimeoutError
    ) -> None:
        """What is wrong with one collection costs that collection. A provider is down when its clusters cannot be had;
        when anything else of it is, the rest may still answer.
        """
        failure, now = self._to_failure(error), self._clock.now()
        state = fail(old, failure, collection, self._pace, now)
        self._collections[collection] = state
        is_clusters = collection is Collection.CLUSTERS
        if (
            is_clusters
            and isinstance(error, Unauthenticated)
            and is_refused(old, state, self._account.token_replaced_at)
        ):
            self._is_accepted = False
        if isinstance(error, TimeoutError):
            # This observation's time is up, not that of the next.
            self._stop(state.next_attempt_at if is_clusters else now)
        elif isinstance(error, RateLimited) or (
            is_clusters and isinstance(error, Unauthenticated | Unavailable | AnotherOrganization)
        ):
            self._stop(failure.retry_at or state.next_attempt_at)

    async def _ask(self, collection: Collection, context: CollectionContext) -> Collected:
        try:
            return await COLLECT[collection](context)
        except Unauthenticated:
            refused = self._token
            adapter = await self._open(fresh=True)
            if self._token == refused:
                raise
            self._adapter = adapter  # the token was replaced a moment ago
            return await COLLECT[collection](replace(context, adapter=adapter))

    def _due(self, adapter: Adapter) -> list[Collection]:
        now = self._clock.now()
        wanted = wanted_collections(self._operations)
        return [
            collection
            for collection in COLLECT
            if _is_supported(collection, adapter)
            if is_due(collection, self._before, self._pace, now)
            or collection in wanted
            or (collection is Collection.CLUSTERS and (self._is_asked_for or self._has_new_token()))
        ]

    def _has_new_token(self) -> bool:
        """Whether the clusters were asked for last with a token that has been replaced since."""
        failure = self._before.of(Collection.CLUSTERS).failure
        return failure is not None and failure.occurred_at <= self._account.token_replaced_at

    def _is_token_untried(self) -> bool:
        """Whether what is known of a refusal is about the token before this one."""
        failure = self._before.of(Collection.CLUSTERS).failure
        return failure is not None and failure.occurred_at < self._account.token_replaced_at

    def _run_dry(self, collection: Collection, until: datetime) -> None:
        """Whatever has to end for the budget, the clusters come first: nothing that follows has more of it."""
        self._dry_until = until
        self._hold_back(collection, until)

    def _hold_back(self, collection: Collection, until: datetime) -> None:
        state = self._collections.get(collection, NEVER_OBSERVED)
        self._collections[collection] = state.model_copy(
            update={"next_attempt_at": until, "budget_until": until}
        )

    def _stop(self, until: datetime | None) -> None:
        self._is_stopped, self._stopped_until = True, until

    def _postpone(self, collection: Collection, at: datetime | None) -> None:
        state = self._collections.get(collection, NEVER_OBSERVED)
        self._collections[collection] = state.model_copy(update={"next_attempt_at": at})

    def _succeeded(
        self, collection: Collection, old: CollectionState, collected: Collected, requests: int
    ) -> CollectionState:
        now = self._clock.now()
        state = succeed(collection, self._pace, now, requests)
        state = state.model_copy(update={"resume_after": collected.resume_after})
        if collected.problem is None:
            return state
        failure = Failure(
            kind=FailureKind.UNEXPECTED_RESPONSE,
            message=collected.problem,
            occurred_at=now,
            is_retryable=True,
        )
        return lack(old, state, failure, collection, self._pace, now)

    def _to_failure(self, error: ProviderError | TimeoutError) -> Failure:
        if isinstance(error, ProviderError):
            failure = error.to_failure(self._clock.now())
            retry_at = believed(failure.retry_at, self._rate, self._clock.now())
            return failure.model_copy(update={"retry_at": retry_at})
        message = (
            f"The provider did not answer within the {self._observer.seconds} seconds of an observation."
        )
        return TimedOut(message).to_failure(self._clock.now())

    # ------------------------------------------------------------------------------------------------------ changes

    async def _follow(self, state: AccountState) -> datetime | None:
        """When the changes that are still under way are to be followed next."""
        if not self._operations:
            return None
        assert self._adapter is not None
        self._permits.turn_to(RequestUse.CLUSTERS, 0, self._share)
        follower = Follower(
            store=self._store,
            adapter=self._adapter,
            clock=self._clock,
            requests_sent=lambda: self._permits.sent,
        )
        left: Sequence[Operation] = self._operations
        with suppress(TimeoutError):  # what was cut off is UNCONFIRMED, and settled by the next observation
            async with asyncio.timeout_at(self._give_up_at):
                left = await follower.follow(self._operations, self._observed, state)
        return follow_again_at(left, state, self._pace, self._clock.now())

    # -------------------------------------------------------------------------------------------------------- parts

    async def _open(self, *, fresh: bool = False) -> Adapter:
        try:
            self._token = await self._observer.vault.token(
                self._account.id, fresh=fresh, replaced_at=self._account.token_replaced_at
            )
        except KeyError:
            self._token = SecretStr("")  # the provider refuses it, and that is what is shown
        return self._observer.open_adapter(self._account, self._token, self._permits)

    def _later(self, delay: timedelta) -> datetime:
        return self._clock.now() + delay

    def _counted(self, state: AccountState) -> AccountState:
        is_after_a_lost_one = self._before.fence is not None and self._lease.fence != self._before.fence + 1
        changes = state.changes + (self._changed > 0 or is_after_a_lost_one)
        quiet = (
            self._before.quiet + 1
            if self._changed == 0 and _failed_since(state, self._began_at) is None
            else 0
        )
        return state.model_copy(update={"changes": changes, "quiet": quiet})

    def _entry(self, state: AccountState) -> LedgerEntry | None:
        """None where nothing changed and nothing failed: that would be most of them."""
        failed = _failed_since(state, self._began_at)
        if self._changed == 0 and failed is None:
            return None
        return LedgerEntry(
            account_id=self._account.id,
            began_at=self._began_at,
            ended_at=self._clock.now(),
            requests=self._permits.sent,
            changed=self._changed,
            failure=None if failed is None else shorten(failed.message),
            quiet_before=self._before.quiet,
        )

    async def _tell(self, state: AccountState) -> None:
        events = account_events(self._before, state, self._account, self._clock.now())
        if events:
            await self._store.save(self._lease, Changes(events=events))

    def _log(self, state: AccountState) -> None:
        """Says what began and what ended, not what goes on."""
        who = f"{self._account.provider} account {self._account.name!r}"
        for collection, after in state.collections.items():
            before = self._before.of(collection)
            if before.failing_since is None and after.failing_since is not None and after.failure is not None:
                logger.warning("%s: %s cannot be observed: %s", who, collection, after.failure.message)
            elif before.failing_since is not None and after.failing_since is None:
                logger.info("%s: %s are observed again", who, collection)
        clusters, was = state.of(Collection.CLUSTERS), self._before.of(Collection.CLUSTERS)
        if clusters.budget_until is not None and was.budget_until is None:
            log_held_back(self._account, clusters.budget_until)
        elif clusters.budget_until is None and was.budget_until is not None:
            logger.info("%s: the request budget allows its usual pace again", who)
        if self._before.is_token_accepted is not False and state.is_token_accepted is False:
            logger.warning("%s: the provider refuses the token", who)


def log_held_back(account: Account, until: datetime) -> None:
    logger.warning(
        "%s account %r: the request budget holds its pace down until %s",
        account.provider,
        account.name,
        until.strftime("%H:%M:%S"),
    )


def _failed_since(state: AccountState, began_at: datetime) -> Failure | None:
    """What went wrong in an observation: with the clusters, else with another collection."""
    failures = [state.of(collection).failure for collection in Collection]
    return next((one for one in failures if one is not None and one.occurred_at >= began_at), None)


def _is_supported(collection: Collection, adapter: Adapter) -> bool:
    return collection not in PROTOCOL_OF or _has_methods(type(adapter), PROTOCOL_OF[collection])


@cache
def _has_methods(kind: type[Adapter], protocol: type) -> bool:
    """Every observation asks ten times, and Python takes 0.1 ms for each."""
    return issubclass(kind, protocol)
