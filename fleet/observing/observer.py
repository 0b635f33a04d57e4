"""Observing an account: the schedule, a person's refresh and the follow-up of a change all run this one code.

An observation begins with a lease, asks for every collection that is due, writes what changed, follows the changes that
are under way, and ends with the result and the next time. What a provider does wrong is kept as a fact on the
collection that it happened to, and logged when it begins and when it ends.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from pydantic import SecretStr

from fleet.accounts.service import go_on_removing, is_disconnect
from fleet.model.account import Account, AccountState, Collection
from fleet.model.change import OperationKind
from fleet.model.failure import ProviderError, Unauthenticated
from fleet.model.operation import Operation
from fleet.model.rate_limit import BudgetExhausted, RequestUse, Share
from fleet.observing.collections import COLLECT
from fleet.observing.collections.context import Collected, CollectionContext
from fleet.observing.events import account_events
from fleet.observing.findings import Findings
from fleet.observing.following import Follower, follow_again_at, wanted_collections
from fleet.observing.outcome import (
    Observation,
    Outcome,
    failed_since,
    ledger_entry,
    log_held_back,
    log_transitions,
)
from fleet.observing.schedule import USE_OF, Pace, due_at, expected_requests, hold_back
from fleet.observing.turns import Turns
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
from fleet.rate_limits.permits import BudgetPermits, budget_key

LEASE_MARGIN_SECONDS = 15
"""How much longer than an observation may take its lease holds."""
DETAILS_SECONDS = 20
"""From the beginning of an observation: what is asked about single clusters goes on in the next one then. What was seen
is kept at the end, so the clusters of an account would be STALE while thousands of details are asked for.
"""
KEPT_FOR_WRITING = 0.1
"""The part of an observation's time in which what came is written, and nothing more is asked."""


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
        self._began_at = self._clock.now()

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
            later = self._clock.now() + timedelta(seconds=self._pace.latest_seconds)
            with suppress(StaleObserver, AccountGone):
                await self._store.end(self._lease, self._before, due_at=later)
            raise
        entry = ledger_entry(
            self._account,
            self._before,
            state,
            began_at=self._began_at,
            ended_at=self._clock.now(),
            requests=self._permits.sent,
            changed=self._findings.changed,
        )
        due = min((at for at in (due_at(state), follow_at) if at is not None), default=None)
        due = await self._store.end(
            self._lease, state, due_at=due, entry=entry, planned=self._observer.planned
        )
        log_transitions(self._account, self._before, state)
        failure = state.of(Collection.CLUSTERS).failure
        return Observation(
            account_id=self._account.id,
            provider=self._account.provider,
            outcome=Outcome.OBSERVED if failure is None else Outcome.FAILED,
            reason=None if failure is None else failure.message,
            is_token_refused=state.is_token_accepted is False,
            changed=self._findings.changed,
            requests=self._permits.sent,
            due_at=due,
        )

    # ------------------------------------------------------------------------------------------------- collections

    async def _observe_collections(self) -> AccountState:
        """Asks for what is due, in order, until the provider or the budget says stop."""
        rows = await self._store.clusters(self._account.id)
        self._findings = Findings(self._before, {row.item.key: row for row in rows})
        self._adapter = await self._open()
        turns = Turns(self._account, self._before, self._adapter, self._pace, self._clock)
        for collection in turns.due(wanted_collections(self._operations), is_asked_for=self._is_asked_for):
            is_time_up = asyncio.get_running_loop().time() >= self._details_until
            if turns.comes_to(collection, is_time_up=is_time_up):
                await self._observe(collection, turns)
        return self._findings.state(
            self._account,
            turns.states(self._findings.rows.values(), self._permits.known()),
            is_token_accepted=turns.is_token_accepted,
            fence=self._lease.fence,
        )

    async def _observe(self, collection: Collection, turns: Turns) -> None:
        context = CollectionContext(
            store=self._store,
            lease=self._lease,
            adapter=self._adapter,
            pace=self._pace,
            now=self._clock.now(),
            rows=self._findings.rows,
            ask_until=self._details_until,
        )
        sent = self._permits.sent
        share = self._share if collection is Collection.CLUSTERS else Share.POLLING
        self._permits.turn_to(USE_OF[collection], self._before.of(collection).requests, share)
        try:
            async with asyncio.timeout_at(self._give_up_at):
                collected = await self._ask(collection, context)
        except BudgetExhausted as exhausted:
            turns.ran_dry(collection, exhausted.retry_at)
        except ProviderError as error:
            turns.failed(collection, error)
        except TimeoutError:
            turns.cut_off(collection, self._observer.seconds)
        else:
            is_wanted = collection in wanted_collections(self._operations)
            await self._findings.keep(
                collection, context, collected, is_wanted=is_wanted, now=self._clock.now()
            )
            turns.answered(collection, collected, self._permits.sent - sent)

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

    # ------------------------------------------------------------------------------------------------------ changes

    async def _follow(self, state: AccountState) -> datetime | None:
        """When the changes that are still under way are to be followed next."""
        if not self._operations:
            return None
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
                left = await follower.follow(self._operations, self._findings.observed, state)
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

    def _counted(self, state: AccountState) -> AccountState:
        has_changed = self._findings.changed > 0
        is_after_a_lost_one = self._before.fence is not None and self._lease.fence != self._before.fence + 1
        is_quiet = not has_changed and failed_since(state, self._began_at) is None
        return state.model_copy(
            update={
                "changes": state.changes + (has_changed or is_after_a_lost_one),
                "quiet": self._before.quiet + 1 if is_quiet else 0,
            }
        )

    async def _tell(self, state: AccountState) -> None:
        events = account_events(self._before, state, self._account, self._clock.now())
        if events:
            await self._store.save(self._lease, Changes(events=events))
