"""The default demo in virtual time: the sandbox's own fleet at each provider's real limit, observed as `make run` does.

Everything is the code that runs: adapters, observer, budgets and store, and the fake providers with their rate limits.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
from httpx._utils import URLPattern
from pydantic import SecretStr

from adapters import open_adapter, open_client
from fleet.accounts.new_account import make_account
from fleet.model.account import Account, Collection
from fleet.model.freshness import FreshnessState, freshness_of
from fleet.observing.schedule import Pace
from functions.wiring import Parts, wire
from infra.secrets.memory import MemoryVault
from local.health import Health
from local.loop import ObservationLoop
from local.runner import SANDBOX_PACE
from sandbox.app import App
from sandbox.control import Control
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.life import Life
from sandbox.limits import Limiter
from sandbox.registry import FAKE_PROVIDERS
from tests.simulation.sockets import heard, in_process, is_handshake
from tests.simulation.virtual import START, InlineTable, VirtualClock

STILL = {"cockroachdb": "CREATED", "northflank": "running"}
"""The word of each provider whose accounts can be crowded for a cluster in which nothing happens."""
LATENCY_SECONDS = 0.05
SAMPLE_SECONDS = 20


@dataclass(kw_only=True)
class Findings:
    """What was seen from outside. `blind` are moments at which an account was not CURRENT, after its first minute."""

    blind: list[tuple[str, float, str]] = field(default_factory=list)
    in_the_past: list[tuple[str, float]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    ages: dict[str, list[int]] = field(default_factory=dict)
    beyond_expected: list[tuple[str, int, int]] = field(default_factory=list)
    writes: int = 0
    health: str = ""

    def faults(self) -> list[str]:
        """What is not as it has to be."""
        found: dict[str, list[Any]] = {
            "blind": self.blind,
            "an attempt in the past": self.in_the_past,
            "older than published": self.beyond_expected,
            "refused by a limit": list((+self.refused).items()),
            "health": [] if self.health == "ok" else [self.health],
        }
        return [f"{what}: {ones[:3]} of {len(ones)}" for what, ones in found.items() if ones]


class StillClock(VirtualClock):
    def now(self) -> datetime:
        return START


class _Transport(httpx.ASGITransport):
    def __init__(self, app: Any, provider: str, findings: Findings) -> None:
        super().__init__(app)
        self._provider, self._findings = provider, findings

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(LATENCY_SECONDS)
        if is_handshake(request):
            response = await heard(self.app, request)
        else:
            response = await super().handle_async_request(request)
        self._findings.requests[self._provider] += 1
        self._findings.refused[self._provider] += response.status_code == 429
        return response


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """The sandbox's own fleet in virtual time, with everything that observes it."""

    parts: Parts
    table: InlineTable
    vault: MemoryVault
    clock: VirtualClock
    accounts: list[Account]


@asynccontextmanager
async def sandbox(
    findings: Findings,
    pace: Pace,
    providers: Iterable[str] = tuple(FAKE_PROVIDERS),
    seed: int = 0,
    *,
    is_still: bool = False,
    shares_address: bool = True,
    wrap: Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport] = lambda transport: transport,
    crowd: Mapping[str, int] | None = None,
) -> AsyncIterator[Sandbox]:
    """Where it `is_still`, nothing at the providers changes. `wrap` stands before the providers. A `crowd` is of
    clusters that never change: so many more in each account of a provider.
    """
    clock, chance = VirtualClock(), random.Random(seed)
    of_the_fleet = StillClock() if is_still else clock
    table, vault = InlineTable(chance), MemoryVault()
    apis: dict[str, Any] = {key: FAKE_PROVIDERS[key](clock=of_the_fleet, seed=0) for key in providers}
    for key, count in (crowd or {}).items():
        _crowd(apis[key].world, count)
    urls = {key: f"https://{key}.test" for key in apis}
    wired = wire(
        rows=table, vault=vault, pace=pace, clock=clock, base_urls=urls, shares_address=shares_address
    )
    async with wired as wired_parts, open_client(urls.values()) as client:
        mounts = {urls[key]: wrap(_Transport(_app(api, clock), key, findings)) for key, api in apis.items()}
        client._mounts |= {URLPattern(url): transport for url, transport in mounts.items()}
        adapters = partial(open_adapter, client=client, clock=clock)
        parts = replace(wired_parts, open_adapter=adapters)
        accounts = [
            await _connect(parts.store, vault, entry, urls[key], clock.now())
            for key, api in apis.items()
            for entry in api.accounts()
        ]
        with in_process():
            yield Sandbox(parts=parts, table=table, vault=vault, clock=clock, accounts=accounts)


async def demo(
    hours: float,
    providers: Iterable[str] = tuple(FAKE_PROVIDERS),
    seed: int = 0,
    crowd: Mapping[str, int] | None = None,
) -> Findings:
    findings = Findings()
    async with sandbox(findings, SANDBOX_PACE, providers, seed, crowd=crowd) as whole:
        parts, table, clock, accounts = whole.parts, whole.table, whole.clock, whole.accounts
        health = Health({account.id: account.name for account in accounts})

        async def probe() -> None:
            return None

        loop = asyncio.create_task(ObservationLoop(parts.store, parts.observer, clock, health, probe).run())
        end = clock.now() + timedelta(hours=hours)
        while clock.now() < end:
            await clock.sleep(SAMPLE_SECONDS)
            await _sample(parts.store, accounts, clock.now(), findings)
        findings.health = str((await health.facts())["status"])
        findings.writes = table.meter.written
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
    return findings


def _crowd(world: Any, count: int) -> None:
    """Copies a cluster of each owner that has any, with a name, an identifier and a life in which nothing happens."""
    still = Life.parse(STILL[type(world).__module__.split(".")[1]], began=START - timedelta(days=1))
    for owner in getattr(world, "scopes", None) or world.organizations:
        if not owner.clusters:
            continue
        model = max(owner.clusters.values(), key=_has_machines)
        for number in range(count):
            name = f"crowd-{number:04}"
            key = str(uuid5(NAMESPACE_URL, f"{owner.name} {name}"))
            identity = {"id": key} if hasattr(model, "id") else {"key": key}
            began = {"created_at": still.began} if hasattr(model, "created_at") else {}
            owner.clusters[key] = replace(model, name=name, life=still, **identity, **began)


def _has_machines(cluster: Any) -> bool:
    return bool(cluster.pools if hasattr(cluster, "pools") else cluster.hardware)


def _app(api: Any, clock: VirtualClock) -> App:
    faults, journal = Faults(), Journal()
    control = Control(api=api, faults=faults, journal=journal).router("/_sandbox")
    limiter = Limiter(api.rate_limit, clock)
    return App(api=api, limiter=limiter, faults=faults, journal=journal, control=control)


async def _connect(store: Any, vault: MemoryVault, entry: Any, url: str, now: datetime) -> Account:
    token = SecretStr(entry.token)
    account = make_account(
        provider=entry.provider,
        name=entry.name,
        external_id=entry.external_id,
        api_version=entry.api_version,
        base_url=url,
        token=token,
        now=now,
    )
    await vault.keep(account.id, token)
    await store.connect(account, due_at=now)
    return account


async def _sample(store: Any, accounts: list[Account], now: datetime, findings: Findings) -> None:
    for account in accounts:
        tracked = await store.account(account.id)
        shown = freshness_of(tracked, Collection.CLUSTERS, now)
        minutes = (now - account.token_replaced_at).total_seconds() / 60
        if minutes > 1 and shown.state is not FreshnessState.CURRENT:
            findings.blind.append((account.name, round(minutes, 1), f"{shown.state} {shown.reason}"))
        if shown.next_attempt_at is not None and shown.next_attempt_at < now:
            findings.in_the_past.append((account.name, minutes))
        if shown.age_seconds is not None:
            findings.ages.setdefault(account.provider, []).append(shown.age_seconds)
            expected = tracked.state.of(Collection.CLUSTERS).expected_age_seconds
            if expected is not None and shown.age_seconds > expected:
                findings.beyond_expected.append((account.name, shown.age_seconds, expected))
