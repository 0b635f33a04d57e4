"""A fleet in virtual time: planner, queue, observers, budgets and store as on AWS, over providers that keep a limit.

What AWS does and emulators do not is injected: an index that lags, messages that come twice, late or out of order,
instances that die while they observe, and clocks that differ. A run is its seed's.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from pydantic import SecretStr

from fleet.accounts.new_account import make_account
from fleet.model.account import Account, Collection
from fleet.model.cluster import Cluster, Phase
from fleet.model.failure import RateLimited, Unavailable
from fleet.model.rate_limit import RateFacts
from fleet.observing.observer import Observer
from fleet.observing.schedule import pace_of
from fleet.ports.adapter import Adapter, Listing
from fleet.ports.permits import Permits
from fleet.providers import PROVIDERS
from functions.observe import follow_up
from functions.plan import plan_messages, planned_after
from infra.queue import ObservationRequest, Queue
from infra.secrets.memory import MemoryVault
from infra.store.account_rows import to_account
from infra.store.names import Span
from infra.store.rows import account_key
from infra.store.store import TableStore
from infra.store.writes import Action, Row
from tests.fleet.things import cluster
from tests.infra.lagging import Past, shown_late
from tests.simulation.virtual import InlineTable, VirtualClock

VISIBILITY_SECONDS = 360
"""After how long a message comes again whose instance died: the queue's setting in the template."""
WORKERS = 20
"""Observations at once: the concurrency of the function."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`accounts` of one provider, `per_token` of them on each token, listed in so many `pages`. Shares are of messages
    or of observations; `others` is what somebody else sends with each token, in requests an hour.
    """

    provider: str = "northflank"
    accounts: int = 10
    per_token: int = 1
    pages: int = 1
    hours: float = 1.0
    quiet_seconds: int = 60
    others: int = 0
    doubled: float = 0.0
    late: float = 0.0
    dying: float = 0.0
    lag_seconds: float = 0.0
    skew_seconds: float = 0.0
    outage: tuple[float, float] | None = None
    """From and until when in hours the provider does not answer."""
    changes_an_hour: float = 2.0
    """How often a cluster of each account changes its phase."""
    seed: int = 0


@dataclass(kw_only=True)
class Report:
    sent: dict[str, list[float]] = field(default_factory=dict)
    """By token, when each request of ours arrived, in seconds."""
    refused: int = 0
    ages: list[float] = field(default_factory=list)
    beyond: list[tuple[str, float, float]] = field(default_factory=list)
    """Accounts older than what is published for them: name, age, expected age."""
    reaction: list[float] = field(default_factory=list)
    """Seconds from a provider's change to our row."""
    writes: int = 0
    """In units of DynamoDB."""
    observations: Counter[str] = field(default_factory=Counter)

    def most_in_a_window(self, seconds: float) -> int:
        """Of any token, wherever the window begins."""
        most = 0
        for times in self.sent.values():
            first = 0
            for last, at in enumerate(times):
                while times[first] <= at - seconds:
                    first += 1
                most = max(most, last - first + 1)
        return most


class LaggingTable(InlineTable):
    """Shows an index as it was a moment ago."""

    def __init__(self, chance: random.Random, lag_seconds: float) -> None:
        super().__init__(chance)
        self._lag_seconds = lag_seconds
        self._past = Past()

    async def transact(self, actions: Sequence[Action]) -> None:
        before = {action.key: self.row(action.key) for action in actions if self._lag_seconds}
        await super().transact(actions)
        if self._lag_seconds:
            self._past.note(before, asyncio.get_running_loop().time())

    async def query(self, span: Span, **more: Any) -> list[Row]:
        if span.index is None or not self._lag_seconds:
            return await super().query(span, **more)
        self._past.forget(asyncio.get_running_loop().time() - self._lag_seconds)
        return shown_late(span, await super().query(span), self._past.rows(), **more)


class LimitedProvider:
    """Counts requests by token in windows that its first request opens, as the real ones do."""

    def __init__(self, scenario: Scenario, report: Report, chance: random.Random) -> None:
        rate = PROVIDERS[scenario.provider].rate_limit
        assert rate.requests is not None
        self.limit, self.window = rate.requests, rate.window_seconds
        self._scenario, self._report, self._chance = scenario, report, chance
        self._windows: dict[str, tuple[float, int]] = {}
        self.phases: dict[str, tuple[Phase, float]] = {}
        self.clusters: dict[tuple[str, Phase], Cluster] = {}
        self._others_at: dict[str, float] = {}

    def take(self, token: str) -> RateFacts:
        now = asyncio.get_running_loop().time()
        began, used = self._windows.get(token, (now, 0))
        if now >= began + self.window:
            began, used = now, 0
        others = int((now - self._others_at.get(token, now)) * self._scenario.others / 3600)
        if others or token not in self._others_at:
            self._others_at[token] = now
        used += 1 + others
        self._windows[token] = began, used
        self._report.sent.setdefault(token, []).append(now)
        resets_at = VirtualClock().now() + timedelta(seconds=began + self.window - now)
        facts = RateFacts(limit=self.limit, remaining=max(0, self.limit - used), resets_at=resets_at)
        if used > self.limit:
            self._report.refused += 1
            raise RateLimited("Slower.", http_status=429, retry_at=resets_at)
        return facts

    def is_down(self) -> bool:
        hours = asyncio.get_running_loop().time() / 3600
        return (
            self._scenario.outage is not None and self._scenario.outage[0] <= hours < self._scenario.outage[1]
        )


class SimulatedAdapter:
    """Lists one cluster over so many pages."""

    def __init__(self, provider: LimitedProvider, account: Account, token: str, permits: Permits) -> None:
        self._provider, self._account, self._token, self._permits = provider, account, token, permits

    async def clusters(self) -> Listing[Cluster]:
        for _ in range(self._provider._scenario.pages):
            await self._permits.take()
            await asyncio.sleep(self._provider._chance.uniform(0.05, 0.3))
            if self._provider.is_down():
                raise Unavailable("It is down.", http_status=503)
            try:
                self._permits.learn(self._provider.take(self._token))
            except RateLimited as error:
                self._permits.learn(RateFacts(retry_at=error.retry_at, is_refused=True))
                raise
        phase, _ = self._provider.phases.get(self._account.id, (Phase.READY, 0.0))
        listed = self._provider.clusters.get((self._account.id, phase))
        if listed is None:
            listed = cluster("c1", of=self._account, phase=phase)
            self._provider.clusters[self._account.id, phase] = listed
        return Listing(items=(listed,))


class SimulatedQueue:
    """Delivers when it should, and twice, late or in another order where the scenario says so."""

    def __init__(
        self, scenario: Scenario, chance: random.Random, deliver: Callable[[ObservationRequest], None]
    ) -> None:
        self._scenario, self._chance, self._deliver = scenario, chance, deliver

    async def send(
        self,
        requests: Iterable[ObservationRequest],
        *,
        correlation_id: str,
        jitter: timedelta = timedelta(seconds=5),
    ) -> None:
        loop, now = asyncio.get_running_loop(), VirtualClock().now()
        for request in requests:
            wait = max(0.0, (request.due_at - now).total_seconds())
            wait += self._chance.random() * jitter.total_seconds() + self._chance.uniform(0.02, 0.5)
            if self._chance.random() < self._scenario.late:
                wait += self._chance.uniform(1, 60)
            loop.call_later(wait, self._deliver, request)
            if self._chance.random() < self._scenario.doubled:
                loop.call_later(wait + self._chance.uniform(0, 30), self._deliver, request)


async def simulate(scenario: Scenario) -> Report:
    chance, report, clock = random.Random(scenario.seed), Report(), VirtualClock()
    table = LaggingTable(chance, scenario.lag_seconds)
    store, vault = TableStore(table, clock), MemoryVault()
    provider = LimitedProvider(scenario, report, chance)
    accounts = [await _connect(scenario, number, store, vault, clock) for number in range(scenario.accounts)]
    table.meter.clear()
    tokens = {account.id: f"token-{number // scenario.per_token}" for number, account in enumerate(accounts)}
    turns, tasks = asyncio.Semaphore(WORKERS), set[asyncio.Task[None]]()

    def open_adapter(account: Account, token: SecretStr, permits: Permits) -> Adapter:
        return cast(Adapter, SimulatedAdapter(provider, account, tokens[account.id], permits))

    def deliver(request: ObservationRequest) -> None:
        task = asyncio.ensure_future(observe(request))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    queue = cast(Queue, SimulatedQueue(scenario, chance, deliver))

    async def observe(request: ObservationRequest) -> None:
        """An instance of the function, whose clock is its own."""
        skewed = VirtualClock(chance.uniform(-1, 1) * scenario.skew_seconds)
        loop = asyncio.get_running_loop()
        dies_after = chance.uniform(0.01, 0.5) if chance.random() < scenario.dying else None
        mortal = (
            table if dies_after is None else cast(InlineTable, MortalTable(table, loop.time() + dies_after))
        )
        observer = Observer(
            store=TableStore(mortal, skewed),
            vault=vault,
            open_adapter=open_adapter,
            clock=skewed,
            pace=pace_of(scenario.quiet_seconds, 5),
            planned=planned_after,
        )
        async with turns:
            observing = asyncio.ensure_future(observer.observe(request.account_id, due_at=request.due_at))
            tasks.add(cast("asyncio.Task[None]", observing))
            await asyncio.wait({observing}, timeout=dies_after and dies_after + 0.5)
            if not observing.done():
                report.observations["died"] += 1
                loop.call_later(VISIBILITY_SECONDS, deliver, request)
                return
            seen = observing.result()
        report.observations[seen.outcome] += 1
        await follow_up(seen, queue, skewed, "simulation")
        await _note_reaction(store, request.account_id, provider, report)

    async def plan_forever() -> None:
        while True:
            await plan_messages(store, queue, clock, seconds=50, correlation_id="simulation")
            await clock.sleep(60)

    beside = [
        asyncio.ensure_future(plan_forever()),
        asyncio.ensure_future(_change(scenario, accounts, provider, chance)),
    ]
    for _ in range(int(scenario.hours * 60)):
        await clock.sleep(60)
        _sample(table, accounts, clock.now(), report, is_settled=not _troubled(scenario))
    for task in (*beside, *tasks):
        task.cancel()
    await asyncio.gather(*beside, *tasks, return_exceptions=True)
    report.writes = table.meter.written
    return report


class MortalTable:
    """The table as an instance has it that dies at a time: what it does from then on never happens."""

    def __init__(self, table: InlineTable, dies_at: float) -> None:
        self._table, self._dies_at = table, dies_at
        self._is_dead = False

    def __getattr__(self, name: str) -> Any:
        async def call(*arguments: Any, **named: Any) -> Any:
            if self._is_dead:
                raise asyncio.CancelledError
            if asyncio.get_running_loop().time() >= self._dies_at:
                self._is_dead = True
                await asyncio.Event().wait()
            return await getattr(self._table, name)(*arguments, **named)

        return call


def _troubled(scenario: Scenario) -> bool:
    """Ages are held against what is published only where the provider answers and nobody else uses up its limit."""
    hours = asyncio.get_running_loop().time() / 3600
    return hours < 0.1 or (
        scenario.outage is not None and scenario.outage[0] <= hours < scenario.outage[1] + 0.3
    )


async def _connect(
    scenario: Scenario, number: int, store: TableStore, vault: MemoryVault, clock: VirtualClock
) -> Account:
    token = SecretStr(f"made-up-token-{number // scenario.per_token:06}")
    account = make_account(
        provider=scenario.provider,
        name=f"account-{number:05}",
        external_id=f"organization-{number:05}",
        token=token,
        now=clock.now(),
        account_id=f"{number:016x}",
    )
    await vault.keep(account.id, token)
    await store.connect(account, due_at=clock.now() + timedelta(seconds=number % 60))
    return account


async def _change(
    scenario: Scenario, accounts: list[Account], provider: LimitedProvider, chance: random.Random
) -> None:
    while scenario.changes_an_hour:
        await asyncio.sleep(chance.expovariate(len(accounts) * scenario.changes_an_hour / 3600))
        account, now = chance.choice(accounts), asyncio.get_running_loop().time()
        old, _ = provider.phases.get(account.id, (Phase.READY, 0.0))
        provider.phases[account.id] = (Phase.READY if old is not Phase.READY else Phase.DEGRADED, now)


async def _note_reaction(
    store: TableStore, account_id: str, provider: LimitedProvider, report: Report
) -> None:
    phase, changed_at = provider.phases.get(account_id, (Phase.READY, 0.0))
    if not changed_at:
        return
    if any(row.item.phase is phase for row in await store.clusters(account_id)):
        report.reaction.append(asyncio.get_running_loop().time() - changed_at)
        provider.phases[account_id] = (phase, 0.0)


def _sample(
    table: InlineTable, accounts: list[Account], now: datetime, report: Report, *, is_settled: bool
) -> None:
    """At one moment, and without what reading takes: a fleet of thousands would wait for it."""
    for account in accounts:
        tracked = to_account(table.row(account_key(account.id)) or {})
        assert tracked is not None
        state = tracked.state.of(Collection.CLUSTERS)
        if state.observed_at is None:
            continue
        age = (now - state.observed_at).total_seconds()
        report.ages.append(age)
        if is_settled and state.expected_age_seconds is not None and age > state.expected_age_seconds:
            report.beyond.append((account.name, age, state.expected_age_seconds))
