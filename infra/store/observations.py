"""The observer's part of the store: one write to begin, one to end, and between them only what changed."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import TypeVar

from fleet.model.account import Account, AccountState, TrackedAccount
from fleet.model.cluster import Cluster
from fleet.model.ledger import LedgerEntry
from fleet.model.rate_limit import Grant, RateFacts, RateLimit, RequestUse, Share, Spent
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.ports.clock import Clock
from fleet.ports.store import (
    AccountGone,
    Changes,
    HoldBack,
    ItemT,
    Lease,
    NotBegun,
    Planned,
    StaleObserver,
    at_its_time,
)
from fleet.rate_limits import budget
from infra.store.account_rows import OF_0_1, from_state, to_account
from infra.store.budget_rows import budget_key
from infra.store.budgets import CONTENTION_PAUSE, Budgets, VersionedBudget, counts
from infra.store.conditions import Condition, due_entry_is, fence_is, wanted_at_is
from infra.store.due_rows import DUE_ENTRY, due_entry, earliest
from infra.store.event_rows import from_ledger
from infra.store.indexes import DUE, sort_key
from infra.store.item_rows import items_span, to_cluster, to_item
from infra.store.names import Span, stamp
from infra.store.pages import read_page
from infra.store.rows import account_key, read_time
from infra.store.table import ConditionFailed, Contended, Table, tries
from infra.store.transition_rows import LANDS_WITHIN
from infra.store.write_batches import WriteBatch, batches
from infra.store.writes import Row, Write, check, put, text, update

T = TypeVar("T")


class TableObservations:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._budgets = Budgets(table, clock)

    async def account(self, account_id: str) -> TrackedAccount | None:
        row = await self._table.get(account_key(account_id), consistent=True)
        return to_account(row) if row is not None else None

    async def begin(
        self,
        account: Account,
        *,
        rate: RateLimit,
        share: Share,
        requests: int,
        now: datetime,
        lease_seconds: int,
        due_at: datetime | None,
        key: str | None = None,
        use: RequestUse = RequestUse.CLUSTERS,
        hold_back: HoldBack | None = None,
        also: Mapping[RequestUse, int] = MappingProxyType({}),
    ) -> Lease | NotBegun:
        """The lease is taken first and the budget drawn from then, each in a write of its own: together they cost half
        of what one transaction does. Whoever dies between the two has a lease that ends, and has drawn nothing.
        """
        key = key or account.budget_key
        shares = (share,) if due_at is None else (share, Share.POLLING)
        async for _ in tries(self._clock):
            row, held = await self._account_and_budget(account, key, now)
            tracked = to_account(row)
            if tracked is None:
                raise AccountGone(account.id)
            if due_at is not None and (tracked.due_at is None or tracked.due_at > due_at):
                return NotBegun(reason="the message is stale: the account is due at another time by now")
            if "lease_until" in row and text(row, "lease_until") > stamp(now):
                return NotBegun(reason="another observation of the account is going on")
            fence = int(row["fence"])
            wanted_at = read_time(row, "wanted_at")
            as_read = fence_is(fence) & due_entry_is(row.get(sort_key(DUE)))
            drawn = budget.first_granted(
                budget.grant(held.budget, rate, one, requests, now, use=use, account_id=account.id, also=also)
                for one in shares
            )
            try:
                if drawn.granted == 0:
                    return await self._not_begun(tracked, drawn, as_read, due_at, hold_back)
                taken = update(
                    account_key(account.id),
                    keep={"fence": fence + 1, "lease_until": stamp(now + timedelta(seconds=lease_seconds))},
                    drop=("wanted_at",) if wanted_at is not None and wanted_at <= now else (),
                    condition=as_read,
                )
                await self._table.write(taken)
            except (ConditionFailed, Contended):
                continue
            if counts(drawn, rate):
                try:
                    await self._table.write(held.replaced_by(drawn.budget))
                except (ConditionFailed, Contended):
                    drawn = await self._budgets.spend(
                        key, rate, drawn.share or share, requests, now, use=use, account_id=account.id
                    )
            if drawn.granted == 0:  # others drew the rest in that moment
                with suppress(ConditionFailed):
                    return await self._not_begun(tracked, drawn, fence_is(fence + 1), due_at, hold_back)
            return Lease(account_id=account.id, fence=fence + 1, tracked=tracked, grant=drawn)
        return NotBegun(
            reason="others keep changing the account or its budget", retry_at=now + CONTENTION_PAUSE
        )

    async def _account_and_budget(
        self, account: Account, key: str, now: datetime
    ) -> tuple[Row, VersionedBudget]:
        keys = account_key(account.id), budget_key(key)
        rows = await self._table.get_many(keys, consistent=True)
        return rows.get(keys[0], {}), VersionedBudget(key, rows.get(keys[1]), now)

    async def _not_begun(
        self,
        tracked: TrackedAccount,
        drawn: Grant,
        condition: Condition,
        due_at: datetime | None,
        hold_back: HoldBack | None,
    ) -> NotBegun:
        """What the schedule asked for is put off, and why is kept with it; a person is answered, and asks again."""
        until = drawn.retry_at
        if due_at is not None and until is not None:
            keep: dict[str, str | int] = {}
            if hold_back is not None:
                state, until = hold_back(tracked.state, until)
                keep |= from_state(state)
            keep |= due_entry(tracked.account.id, until, written_at=self._clock.now())
            drop = (*(OF_0_1 if "observed" in keep else OF_0_1[1:]), "lease_until")
            await self._table.write(
                update(account_key(tracked.account.id), keep=keep, drop=drop, condition=condition)
            )
        return NotBegun(reason="the request budget is used up", retry_at=drawn.retry_at, put_off_until=until)

    async def clusters(self, account_id: str) -> list[TrackedCluster]:
        return await self._all(items_span(Cluster, account_id), to_cluster)

    async def items(self, account_id: str, kind: type[ItemT]) -> list[Tracked[ItemT]]:
        return await self._all(items_span(kind, account_id), partial(to_item, kind))

    async def save(self, lease: Lease, changes: Changes) -> None:
        for batch in batches(changes, lease.tracked.account):
            await self._land(lease, batch)

    async def _land(self, lease: Lease, batch: WriteBatch) -> None:
        ours = check(account_key(lease.account_id), fence_is(lease.fence))
        async for _ in tries(self._clock):
            written_at = self._clock.now()
            try:
                await self._table.transact([ours, *batch.actions_at(written_at, lease.fence)])
            except ConditionFailed as failure:
                raise await self._lateness(lease) from failure
            if not batch.is_followed or self._clock.now() - written_at <= LANDS_WITHIN:
                return

    async def end(
        self,
        lease: Lease,
        state: AccountState,
        *,
        due_at: datetime | None,
        entry: LedgerEntry | None = None,
        planned: Planned = at_its_time,
    ) -> datetime | None:
        """Assumes that no observation was requested since the lease was taken. If the write fails, it reads the request
        and writes again.
        """
        key = account_key(lease.account_id)
        wanted_at: datetime | None = None
        async for _ in tries(self._clock):
            next_at = due_at if wanted_at is None else earliest(due_at, wanted_at)
            as_known = fence_is(lease.fence) & wanted_at_is(wanted_at)
            try:
                ended = self._ended(lease, state, next_at, as_known, planned)
                if entry is None:
                    await self._table.write(ended)
                else:
                    await self._table.transact([ended, put(from_ledger(entry))])
            except ConditionFailed as failure:
                row = await self._table.get(key, consistent=True) or {}
                if row.get("fence") != lease.fence:
                    raise await self._lateness(lease) from failure
                wanted_at = read_time(row, "wanted_at")
            else:
                return next_at
        raise Contended(f"others keep changing account {lease.account_id}")

    def _ended(
        self,
        lease: Lease,
        state: AccountState,
        due_at: datetime | None,
        condition: Condition,
        planned: Planned,
    ) -> Write:
        keep, drop, now = dict(from_state(state)), ["lease_until", *OF_0_1], self._clock.now()
        if due_at is None:
            drop += DUE_ENTRY
        else:
            keep |= due_entry(lease.account_id, due_at, written_at=now, planned_at=planned(due_at, now))
        return update(account_key(lease.account_id), keep=keep, drop=drop, condition=condition)

    async def _lateness(self, lease: Lease) -> StaleObserver | AccountGone:
        gone = await self.account(lease.account_id) is None
        return AccountGone(lease.account_id) if gone else StaleObserver(lease.account_id)

    async def spend(
        self,
        key: str,
        rate: RateLimit,
        share: Share,
        requests: int,
        now: datetime,
        *,
        use: RequestUse = RequestUse.CLUSTERS,
        account_id: str | None = None,
    ) -> Grant:
        return await self._budgets.spend(key, rate, share, requests, now, use=use, account_id=account_id)

    async def learn(
        self, key: str, rate: RateLimit, facts: RateFacts, now: datetime, *, unsent: Sequence[Spent] = ()
    ) -> None:
        await self._budgets.learn(key, rate, facts, now, unsent=unsent)

    async def _all(self, span: Span, read: Callable[[Row], T | None]) -> list[T]:
        page = await read_page(self._table, span, read, now=self._clock.now(), consistent=True)
        return [one for _, one in page]
