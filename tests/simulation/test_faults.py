"""Faults of every provider on every route, crossed with what happens to us meanwhile.

`make test-thorough` takes each fault of the list of clusters, and one in some of the others; `make soak` takes all.
"""

import asyncio
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from typing import Any, cast

import httpx
import pytest

from fleet.model.account import Account, Collection
from fleet.model.freshness import FreshnessState, freshness_of
from fleet.observing.observer import Observer
from fleet.observing.schedule import Pace
from fleet.ports.store import Ref
from infra.store.store import TableStore
from infra.store.table import Contended, Table, TableUnavailable
from sandbox.registry import FAKE_PROVIDERS
from tests.simulation.demo import Findings, Sandbox, sandbox
from tests.simulation.faults import FAULTS, Fault, Faulty
from tests.simulation.virtual import run

WHOLE = bool(os.environ.get("WHOLE"))
ONE_OF = 1 if WHOLE else 12
BEATS = 3
"""Intervals for which a fault goes on."""
RECOVERED_AFTER = 90
"""Intervals: what a provider asked for is believed up to an hour, and what we did wrong costs a quarter of one."""
MOST_REQUESTS = 150
"""Of one account in one observation, whatever the provider answers."""
MISHAPS = ("none", "dies early", "dies late", "throttled", "conflict", "doubled", "late")


class Died(BaseException):
    """The process ends here."""


class FailingTable:
    """From its `after`th call on, each raises."""

    def __init__(self, table: Table, error: BaseException, after: int) -> None:
        self._table, self._error, self._left = table, error, after

    def __getattr__(self, name: str) -> Any:
        async def call(*arguments: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left < 0:
                raise self._error
            return await getattr(self._table, name)(*arguments, **named)

        return call


@dataclass(kw_only=True)
class Victim:
    """One account of the sandbox, whose provider does as a fault says, and the rest of the fleet."""

    whole: Sandbox
    account: Account
    transport: Faulty
    before: dict[str, int] = field(default_factory=dict)

    async def beat(self, mishap: str = "none") -> None:
        for account in self.whole.accounts:
            tracked = await self.whole.parts.store.account(account.id)
            assert tracked is not None
            if tracked.due_at is not None and tracked.due_at <= self.whole.clock.now():
                asked = sum(self.transport.routes.values())
                await self._observe(account, tracked.due_at, mishap if account == self.account else "none")
                assert sum(self.transport.routes.values()) - asked <= MOST_REQUESTS
        await self.whole.clock.sleep(60)

    async def _observe(self, account: Account, due_at: datetime, mishap: str) -> None:
        observer = self.whole.parts.observer
        match mishap:
            case "none":
                await observer.observe(account.id, due_at=due_at)
            case "doubled":
                await asyncio.gather(*(observer.observe(account.id, due_at=due_at) for _ in range(2)))
            case "late":
                await observer.observe(account.id, due_at=due_at)
                await observer.observe(account.id, due_at=due_at - timedelta(minutes=1))
            case _:
                error, after = {
                    "dies early": (Died(), 6),
                    "dies late": (Died(), 9),
                    "throttled": (TableUnavailable("throttled"), 7),
                    "conflict": (Contended("others write"), 6),
                }[mishap]
                table = cast(Table, FailingTable(self.whole.table, error, after))
                try:
                    await self._with(observer, table).observe(account.id, due_at=due_at)
                except (Died, TableUnavailable, Contended):
                    return

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

    async def suffer(self, name: str, route: str, mishap: str) -> None:
        """One fault, from its beginning to when it is over and forgotten."""
        fault = FAULTS[name]
        before = await self.clusters()
        self.transport.route, self.transport.act = (
            route,
            fault.act if not fault.is_once else self._once(fault),
        )
        await self._wait_until_due()
        await self.beat(mishap)
        for _ in range(BEATS - 1):
            await self.beat()
        told, self.transport.act = await self.shown(self.account), None
        assert (await self.clusters()).keys() >= before.keys(), "what exists was deleted"
        for other in self.whole.accounts:
            if other != self.account:
                assert (await self.shown(other))[0] is FreshnessState.CURRENT
        if fault.fails and mishap in ("none", "doubled", "late") and route in self.lists:
            assert told[1], "it fails, and nobody is told why"
        for _ in range(RECOVERED_AFTER):
            if await self.shown(self.account) == (FreshnessState.CURRENT, "") and await self._is_well():
                break
            await self.beat()
        else:
            raise AssertionError(f"it does not recover: {await self.shown(self.account)}")
        after = await self.clusters()
        assert after.keys() >= before.keys(), "what exists was deleted"
        if not fault.is_strange:
            assert after == before, "a change was made up"

    lists: frozenset[str] = frozenset()

    async def _is_well(self) -> bool:
        tracked = await self.whole.parts.store.account(self.account.id)
        assert tracked is not None
        return all(one.failure is None for one in tracked.state.collections.values())

    async def _wait_until_due(self) -> None:
        for _ in range(3):
            tracked = await self.whole.parts.store.account(self.account.id)
            assert tracked is not None
            assert tracked.due_at is not None
            wait = (tracked.due_at - self.whole.clock.now()).total_seconds()
            if wait <= 0:
                return
            await self.whole.clock.sleep(min(wait + 0.1, 60))

    def _once(self, fault: Fault) -> Any:
        async def act(request: httpx.Request, answer: Any) -> httpx.Response:
            self.transport.act = None
            return await fault.act(request, answer)

        return act


def matrix(routes: list[str], lists: frozenset[str], seed: int) -> Iterator[tuple[str, str, str]]:
    """Each fault of a list of clusters, with one mishap or another; of the rest, one of so many."""
    chance = random.Random(seed)
    for name, route, mishap in product(FAULTS, routes, MISHAPS):
        is_first_of_list = route in lists and mishap == "none"
        if is_first_of_list or chance.randrange(ONE_OF * 2 if route in lists else ONE_OF * len(MISHAPS)) == 0:
            yield name, route, mishap


async def suffer_all(provider: str) -> list[str]:
    """What went wrong, each with where."""
    wrong: list[str] = []
    transports: dict[str, Faulty] = {}

    def wrap(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        return transports.setdefault(provider, Faulty(inner=inner))

    as_functions = sandbox(Findings(), Pace(), (provider,), is_still=True, shares_address=False, wrap=wrap)
    async with as_functions as whole:
        transport, account = transports[provider], whole.accounts[0]
        transport.token = (await whole.vault.token(account.id)).get_secret_value()
        victim = Victim(whole=whole, account=account, transport=transport)
        for _ in range(3):
            await victim.beat()
        routes = sorted(transport.routes)
        victim.lists = frozenset([route for route in routes if await _is_list(victim, route)])
        assert victim.lists
        for name, route, mishap in matrix(routes, victim.lists, seed=len(provider)):
            try:
                await victim.suffer(name, route, mishap)
            except AssertionError as error:
                wrong.append(f"{name} of {route}, {mishap}: {str(error).splitlines()[0]}")
                transport.act = None
                for _ in range(RECOVERED_AFTER):
                    await victim.beat()
    return wrong


async def _is_list(victim: Victim, route: str) -> bool:
    """Whether clusters cannot be had where this route fails."""
    victim.transport.route, victim.transport.act = route, FAULTS["500"].act
    await victim._wait_until_due()
    await victim.beat()
    _, reason = await victim.shown(victim.account)
    victim.transport.act = None
    for _ in range(10):
        await victim.beat()
    return bool(reason)


@pytest.mark.thorough
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("provider", FAKE_PROVIDERS)
def test_no_fault_deletes_makes_up_or_hides_anything_and_all_are_recovered_from(provider: str) -> None:
    assert run(partial(suffer_all, provider)) == []
