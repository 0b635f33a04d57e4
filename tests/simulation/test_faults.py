"""Faults of every provider on every route, crossed with what happens to us meanwhile.

`make test-thorough` takes each fault of the list of clusters, and one in some of the others; `make soak` takes all. So
it is with the faults during which an observation is interrupted at each call of the table.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
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
from infra.store.rows import account_key, due_entry, from_state
from infra.store.store import TableStore
from infra.store.table import Contended, Table, TableUnavailable
from infra.store.writes import update
from sandbox.registry import FAKE_PROVIDERS
from tests.simulation.demo import Findings, Sandbox, sandbox
from tests.simulation.faults import FAULTS, Act, Answer, Faulty
from tests.simulation.virtual import run

WHOLE = bool(os.environ.get("WHOLE"))
ONE_OF = 1 if WHOLE else 12
BEATS = 3
"""Intervals for which a fault goes on."""
RECOVERED_AFTER = 90
"""Intervals: what a provider asked for is believed up to an hour, and what we did wrong costs a quarter of one."""
LEAST_CALLS = 6
"""Of the table, by an observation whose provider does not answer."""
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


INTERRUPTIONS = (Died(), TableUnavailable("throttled"), Contended("others write"))
MISHAPS: tuple[str | Interrupted, ...] = (
    "none",
    Interrupted(by=INTERRUPTIONS[0], after=6),
    Interrupted(by=INTERRUPTIONS[0], after=9),
    Interrupted(by=INTERRUPTIONS[1], after=7),
    Interrupted(by=INTERRUPTIONS[2], after=6),
    "doubled",
    "late",
)
INTERRUPTED = tuple(FAULTS) if WHOLE else ("no items", "503")
"""The faults of a list that are interrupted at each call."""


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
        for account in self.whole.accounts:
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
        asked = self.transport.routes[route]
        self.transport.route = route
        self.transport.act = fault.act if fault.times is None else self._so_often(fault.act, fault.times)
        await self._make_all_due()
        await self.beat(mishap)
        for _ in range(BEATS - 1):
            await self.beat()
        for _ in range(RECOVERED_AFTER):
            if isinstance(mishap, Interrupted) or self.transport.routes[route] > asked:
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
            await self.beat()
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

    async def _make_all_due(self) -> None:
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


def matrix(
    faults: list[str], routes: list[str], lists: frozenset[str], seed: int
) -> Iterator[tuple[str, str, str | Interrupted]]:
    """Each fault of a list of clusters, and with one mishap or another. Of the rest, one of so many, and fewer mishaps,
    because what happens to us does not depend on the route.
    """
    chance = random.Random(seed)
    for name, route, mishap in product(faults, routes, MISHAPS):
        of = ONE_OF if mishap == "none" or route in lists else ONE_OF * len(MISHAPS)
        if (route in lists and mishap == "none") or chance.randrange(of) == 0:
            yield name, route, mishap


@asynccontextmanager
async def victim_of(provider: str) -> AsyncIterator[Victim]:
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
        victim.lists = frozenset(
            [route for route in sorted(transport.routes) if await _is_list(victim, route)]
        )
        assert victim.lists
        yield victim


def faults_of(provider: str) -> list[str]:
    has_pages = FAKE_PROVIDERS[provider].has_pages
    return [name for name, fault in FAULTS.items() if has_pages or not fault.needs_pages]


async def suffer_all(provider: str) -> list[str]:
    """What went wrong, each with where."""
    wrong: list[str] = []
    async with victim_of(provider) as victim:
        routes = sorted(victim.transport.routes)
        for name, route, mishap in matrix(faults_of(provider), routes, victim.lists, seed=len(provider)):
            wrong += await _wrong_with(victim, name, route, mishap)
    return wrong


async def interrupt_all(provider: str) -> list[str]:
    """As `suffer_all`, of a list that is observed until each call of the table, and no further."""
    wrong: list[str] = []
    async with victim_of(provider) as victim:
        route = min(victim.lists)
        for name, by in product((one for one in INTERRUPTED if one in faults_of(provider)), INTERRUPTIONS):
            after, victim.was_interrupted = 0, True
            while victim.was_interrupted:
                wrong += await _wrong_with(victim, name, route, Interrupted(by=by, after=after))
                after += 1
            assert after > LEAST_CALLS
    return wrong


async def _wrong_with(victim: Victim, name: str, route: str, mishap: str | Interrupted) -> list[str]:
    try:
        await victim.suffer(name, route, mishap)
    except AssertionError as error:
        victim.transport.act = None
        for _ in range(RECOVERED_AFTER):
            await victim.beat()
        why, _, _ = str(error).partition("\n")
        return [f"{name} of {route}, {mishap}: {why}"]
    return []


async def _is_list(victim: Victim, route: str) -> bool:
    """Whether clusters cannot be had where this route fails."""
    victim.transport.route, victim.transport.act = route, FAULTS["500"].act
    await victim._make_all_due()
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


@pytest.mark.thorough
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("provider", FAKE_PROVIDERS)
def test_an_observation_that_ends_at_any_call_of_the_table_costs_nothing_but_time(provider: str) -> None:
    assert run(partial(interrupt_all, provider)) == []
