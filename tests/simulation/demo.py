"""The default demo in virtual time: the sandbox's own fleet at each provider's real limit, observed as `make run` does.

Everything is the code that runs: adapters, observer, budgets and store, and the fake providers with their rate limits.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from httpx._utils import URLPattern
from pydantic import SecretStr

from fleet.accounts.new_account import make_account
from fleet.model.account import Account, Collection
from fleet.model.freshness import FreshnessState, freshness_of
from functions.wiring import wire
from infra.secrets.memory import MemoryVault
from local.health import Health
from local.loop import ObservationLoop
from local.runner import SANDBOX_PACE
from sandbox.app import App
from sandbox.control import Control
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.limits import Limiter
from sandbox.registry import FAKE_PROVIDERS
from tests.simulation.virtual import InlineTable, VirtualClock

LATENCY_SECONDS = 0.05
SAMPLE_SECONDS = 20


@dataclass(kw_only=True)
class Seen:
    """What was seen from outside. `blind` are moments at which an account was not CURRENT, after its first minute."""

    blind: list[tuple[str, float, str]] = field(default_factory=list)
    in_the_past: list[tuple[str, float]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    ages: dict[str, list[int]] = field(default_factory=dict)
    beyond_expected: list[tuple[str, int, int]] = field(default_factory=list)
    writes: int = 0
    health: str = ""


class _Transport(httpx.ASGITransport):
    def __init__(self, app: Any, provider: str, seen: Seen) -> None:
        super().__init__(app)
        self._provider, self._seen = provider, seen

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(LATENCY_SECONDS)
        response = await super().handle_async_request(request)
        self._seen.requests[self._provider] += 1
        self._seen.refused[self._provider] += response.status_code == 429
        return response


async def demo(hours: float, providers: Iterable[str] = tuple(FAKE_PROVIDERS), seed: int = 0) -> Seen:
    clock, seen, chance = VirtualClock(), Seen(), random.Random(seed)
    table, vault = InlineTable(chance), MemoryVault()
    apis: dict[str, Any] = {key: FAKE_PROVIDERS[key](clock=clock, seed=0) for key in providers}
    urls = {key: f"https://{key}.test" for key in apis}
    wired = wire(rows=table, vault=vault, pace=SANDBOX_PACE, clock=clock, base_urls=urls)
    async with wired as parts:
        adapters: Any = parts.observer.open_adapter
        mounts = {urls[key]: _Transport(_app(api), key, seen) for key, api in apis.items()}
        adapters.keywords["client"]._mounts |= {
            URLPattern(url): transport for url, transport in mounts.items()
        }
        accounts = [
            await _connect(parts.store, vault, entry, urls[key], clock.now())
            for key, api in apis.items()
            for entry in api.accounts()
        ]
        health = Health({account.id: account.name for account in accounts})

        async def probe() -> None:
            return None

        loop = asyncio.create_task(ObservationLoop(parts.store, parts.observer, clock, health, probe).run())
        end = clock.now() + timedelta(hours=hours)
        while clock.now() < end:
            await clock.sleep(SAMPLE_SECONDS)
            await _sample(parts.store, accounts, clock.now(), seen)
        seen.health = str((await health.facts())["status"])
        seen.writes = table.written
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
    return seen


def _app(api: Any) -> App:
    faults, journal = Faults(), Journal()
    control = Control(api=api, faults=faults, journal=journal).router("/_sandbox")
    limiter = Limiter(api.rate_limit, api.clock)
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


async def _sample(store: Any, accounts: list[Account], now: datetime, seen: Seen) -> None:
    for account in accounts:
        tracked = await store.account(account.id)
        shown = freshness_of(tracked, Collection.CLUSTERS, now)
        minutes = (now - account.token_replaced_at).total_seconds() / 60
        if minutes > 1 and shown.state is not FreshnessState.CURRENT:
            seen.blind.append((account.name, round(minutes, 1), f"{shown.state} {shown.reason}"))
        if shown.next_attempt_at is not None and shown.next_attempt_at < now:
            seen.in_the_past.append((account.name, minutes))
        if shown.age_seconds is not None:
            seen.ages.setdefault(account.provider, []).append(shown.age_seconds)
            expected = tracked.state.of(Collection.CLUSTERS).expected_age_seconds
            if expected is not None and shown.age_seconds > expected:
                seen.beyond_expected.append((account.name, shown.age_seconds, expected))
