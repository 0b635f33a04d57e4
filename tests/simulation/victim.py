"""One account of the sandbox whose provider does something wrong, and the rest of the fleet beside it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

import httpx

from fleet.model.account import Account, Collection
from fleet.model.freshness import FreshnessState, freshness_of
from fleet.observing.observer import Observer
from fleet.observing.schedule import Pace
from fleet.ports.reader import Ref
from infra.store.account_rows import from_state
from infra.store.due_rows import due_entry
from infra.store.rows import account_key
from infra.store.store import TableStore
from infra.store.table import Contended, Table, TableUnavailable
from infra.store.writes import update
from tests.simulation.demo import Findings, Sandbox, sandbox
from tests.simulation.faults import FAULTS, Act, Answer, Faulty

BEATS = 3
"""Intervals for which a fault goes on."""
RECOVERED_AFTER = 90
"""Intervals: what a provider asked for is believed up to an hour, and what we did wrong costs a quarter of one."""
MOST_REQUESTS = 150
"""Of one account in one observation, whatever the provider answers."""


class Died(BaseException):
    """The process ends here."""


@dataclass(frozen=True, kw_only=True)
class Interrupted:
    """From the `after`th call of the table on, each raises."""

    by: BaseException
    after: int

    def __str__(self) -> str:
        return f"{type(self.by).__name__} from call {self.after} on"


class FailingTable:
    def __init__(self, table: Table, interrupted: Interrupted) -> None:
        self._table, self._by, self._left = table, interrupted.by, interrupted.after
        self.has_failed = False

    def __getattr__(self, name: str) -> Any:
        async def call(*arguments: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left < 0:
                self.has_failed = True
                raise self._by
            return await getattr(self._table, name)(*arguments, **named)

        return call


@dataclass(kw_only=True)
class Victim:
    """One account of the sandbox, whose provider does as a fault says, and the rest of the fleet."""

    whole: Sandbox
    account: Account
    transport: Faulty
    lists: frozenset[str] = frozenset()
    was_interrupted: bool = False

    async def beat(self, mishap: str | Interrupted = "none") -> None:
        await self._observe_due(self.whole.accounts, mishap)

    async def beat_alone(self) -> None:
        """The rest of the fleet waits: how it fares is judged while a fault goes on."""
        await self._observe_due([self.account], "none")

    async def _observe_due(self, accounts: Sequence[Account], mishap: str | Interrupted) -> None:
        for account in accounts:
            tracked = await self.whole.parts.store.account(account.id)
            assert tracked is not None
            if tracked.due_at is not None and tracked.due_at <= self.whole.clock.now():
                asked = sum(self.transport.routes.values())
                await self._observe(account, tracked.due_at, mishap if account == self.account else "none")
                assert sum(self.transport.routes.values()) - asked <= MOST_REQUESTS
        await self.whole.clock.sleep(60)

    async def _observe(self, account: Account, due_at: datetime, mishap: str | Interrupted) -> None:
        observer = self.whole.parts.observer
        match mishap:
            case "none":
                await observer.observe(account.id, due_at=due_at)
            case "doubled":
                await asyncio.gather(*(observer.observe(account.id, due_at=due_at) for _ in range(2)))
            case "late":
                await observer.observe(account.id, due_at=due_at)
                await observer.observe(account.id, due_at=due_at - timedelta(minutes=1))
            case Interrupted():
                table = FailingTable(self.whole.table, mishap)
                with suppress(Died, TableUnavailable, Contended):
                    await self._with(observer, cast(Table, table)).observe(account.id, due_at=due_at)
                self.was_interrupted = table.has_failed
            case _:
                raise AssertionError(mishap)

    def _with(self, observer: Observer, table: Table) -> Observer:
        return replace(observer, store=TableStore(table, self.whole.clock))

    async def clusters(self) -> dict[str, int]:
        """Those that exist, with how many changes of each there are."""
        store, found = self.whole.parts.store, {}
        for row in await store.clusters(self.account.id):
            if not row.is_tombstone:
                ref = Ref(self.account.id, row.item.key)
                history = await store.history(ref, before=None, limit=100)
                times = [change.observed_at for _, change in history]
                assert times == sorted(times, reverse=True)
                found[row.item.key] = len(history)
        return found

    async def shown(self, account: Account) -> tuple[FreshnessState, str]:
        tracked = await self.whole.parts.store.account(account.id)
        assert tracked is not None
        freshness = freshness_of(tracked, Collection.CLUSTERS, self.whole.clock.now())
        failure = freshness.last_failure
        return freshness.state, failure.message if failure is not None else (freshness.reason or "")

    async def suffer(self, name: str, route: str, mishap: str | Interrupted) -> None:
        """One fault, from its beginning to when it is over and forgotten."""
        fault = FAULTS[name]
        before = await self.clusters()
        asked = self.transport.routes.get(route, 0)
        self.transport.route = route
        self.transport.act = fault.act if fault.times is None else self._so_often(fault.act, fault.times)
        await self.make_all_due()
        await self.beat(mishap)
        for _ in range(BEATS - 1):
            await self.beat()
        for _ in range(RECOVERED_AFTER):
            if isinstance(mishap, Interrupted) or self.transport.routes.get(route, 0) > asked:
                break
            await self.beat()  # the request budget is used up
        else:
            raise AssertionError("it was not asked, so that nothing was shown")
        told, self.transport.act = await self.shown(self.account), None
        assert (await self.clusters()).keys() >= before.keys(), "what exists was deleted"
        for other in self.whole.accounts:
            if other != self.account:
                assert (await self.shown(other))[0] is FreshnessState.CURRENT
        if fault.fails and not isinstance(mishap, Interrupted) and route in self.lists:
            assert told[1], "it fails, and nobody is told why"
        for _ in range(RECOVERED_AFTER):
            if await self.shown(self.account) == (FreshnessState.CURRENT, "") and await self._is_well():
                break
            await self.beat_alone()
        else:
            raise AssertionError(f"it does not recover: {await self.shown(self.account)}")
        after = await self.clusters()
        assert after.keys() >= before.keys(), "what exists was deleted"
        if not fault.is_strange:
            assert after == before, "a change was made up"

    async def _is_well(self) -> bool:
        tracked = await self.whole.parts.store.account(self.account.id)
        assert tracked is not None
        return all(one.failure is None for one in tracked.state.collections.values())

    async def make_all_due(self) -> None:
        """All that is observed of it, also what is due once a day."""
        now = self.whole.clock.now()
        tracked = await self.whole.parts.store.account(self.account.id)
        assert tracked is not None
        due = {
            collection: state.model_copy(update={"next_attempt_at": now})
            for collection, state in tracked.state.collections.items()
        }
        state = tracked.state.model_copy(update={"collections": due})
        keep = {**from_state(state), **due_entry(self.account.id, now, written_at=now)}
        await self.whole.table.write(update(account_key(self.account.id), keep=keep))

    def _so_often(self, act: Act, times: int) -> Act:
        left = times

        async def limited(request: httpx.Request, answer: Answer) -> httpx.Response:
            nonlocal left
            left -= 1
            if left <= 0:
                self.transport.act = None
            return await act(request, answer)

        return limited


@asynccontextmanager
async def victim_of(provider: str, lists: frozenset[str] = frozenset()) -> AsyncIterator[Victim]:
    transports: dict[str, Faulty] = {}

    def wrap(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        return transports.setdefault(provider, Faulty(inner=inner))

    as_functions = sandbox(Findings(), Pace(), (provider,), is_still=True, shares_address=False, wrap=wrap)
    async with as_functions as whole:
        transport, account = transports[provider], whole.accounts[0]
        transport.token = (await whole.vault.token(account.id)).get_secret_value()
        victim = Victim(whole=whole, account=account, transport=transport, lists=lists)
        for _ in range(3):
            await victim.beat()
        yield victim
