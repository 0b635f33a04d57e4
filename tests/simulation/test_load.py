"""Thousands of accounts and a hundred thousand clusters through the consumer of the queue and the store.

`make test-thorough` takes a tenth of it, `make soak` all.
"""

import asyncio
import os
import random
import subprocess
import sys
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr

from fleet.accounts.new_account import make_account
from fleet.model.account import Account
from fleet.model.cluster import Cluster, Phase
from fleet.observing.observer import LEASE_MARGIN_SECONDS, Observer
from fleet.ports.adapter import Adapter, Listing
from fleet.ports.permits import Permits
from fleet.webhooks.deliver import Deliverer
from functions.observe import observe_records
from functions.plan import planned_after
from functions.settings import read_pace
from infra.queue import ACCOUNTS_PER_MESSAGE, ObservationRequest, Queue, SharedMessage
from infra.secrets.memory import MemoryVault
from infra.store.store import TableStore
from tests.fleet.things import cluster
from tests.simulation.virtual import InlineTable, VirtualClock, run

PART = 1 if os.environ.get("WHOLE") else 10
CLUSTERS = 50
MOST_GROWTH_BYTES = 2_000_000
"""Of a process between two rounds in which nothing changed: caches that have not filled, and no more."""
FUNCTION_MB = 512
NAMESPACE = ("POWERTOOLS_METRICS_NAMESPACE", "Fleetgraph/test")
SPARE_MB = 100


class ManyClusters:
    """Lists as many as it is told, by a page of a hundred."""

    def __init__(self, account: Account, permits: Permits, count: int, phase: Phase) -> None:
        self._account, self._permits, self._count, self._phase = account, permits, count, phase

    async def clusters(self) -> Listing[Cluster]:
        for _ in range(0, self._count, 100):
            await self._permits.take()
            await asyncio.sleep(0.1)
        found = [cluster(f"c{number}", of=self._account, phase=self._phase) for number in range(self._count)]
        return Listing(items=tuple(found))


@dataclass(kw_only=True)
class Fleet:
    clusters: int
    phase: Phase = Phase.READY

    def __post_init__(self) -> None:
        self.clock, self.table, self.vault = VirtualClock(), InlineTable(random.Random(0)), MemoryVault()
        self.store = TableStore(self.table, self.clock)
        self.observer = Observer(
            store=self.store,
            vault=self.vault,
            open_adapter=self._open,
            clock=self.clock,
            pace=read_pace({}),
            planned=planned_after,
        )
        self.accounts: list[str] = []

    def _open(self, account: Account, token: SecretStr, permits: Permits) -> Adapter:
        return cast(Adapter, ManyClusters(account, permits, self.clusters, self.phase))

    async def connect(self, count: int) -> None:
        for number in range(count):
            account = make_account(
                provider="northflank",
                name=f"account-{number}",
                external_id=f"organization-{number}",
                token=SecretStr(f"made-up-token-{number:06}"),
                now=self.clock.now(),
                account_id=f"{number:016x}",
            )
            await self.vault.keep(account.id, SecretStr("a-made-up-token"))
            await self.store.connect(account, due_at=self.clock.now())
            self.accounts.append(account.id)

    async def round(self) -> float:
        """One look at each account, by messages as the planner sends them; the units written by a look."""
        self.table.meter.clear()
        for start in range(0, len(self.accounts), ACCOUNTS_PER_MESSAGE):
            shared = [
                ObservationRequest(account_id=one, due_at=self.clock.now() + timedelta(hours=1))
                for one in self.accounts[start : start + ACCOUNTS_PER_MESSAGE]
            ]
            answer = await observe_records(
                [{"messageId": "m", "body": SharedMessage(requests=tuple(shared)).model_dump_json()}],
                observer=self.observer,
                deliverer=cast(Deliverer, None),
                messages=cast(Queue, SimpleQueue()),
                fallback_correlation_id="load",
            )
            assert answer == {"batchItemFailures": []}
        await self.clock.sleep(300)
        return self.table.meter.written / len(self.accounts)


class SimpleQueue:
    async def send(self, requests: Sequence[ObservationRequest], **more: Any) -> None:
        raise AssertionError("nothing moves here")


async def rounds(accounts: int) -> tuple[list[float], int, int]:
    """The units of each round after the first, how much memory the last added, and how many clusters there are."""
    fleet = Fleet(clusters=CLUSTERS)
    await fleet.connect(accounts)
    await fleet.round()
    tracemalloc.start()  # a round early: what a round replaces has to be known for what it frees
    units = [await fleet.round()]
    before = tracemalloc.get_traced_memory()[0]
    units.append(await fleet.round())
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    clusters = 0
    for account_id in fleet.accounts:
        clusters += len(await fleet.store.clusters(account_id))
    return units, grown, clusters


@pytest.mark.thorough
@pytest.mark.timeout(1200)
def test_a_fleet_that_stays_as_it_is_costs_the_same_at_each_observation_and_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(*NAMESPACE)
    accounts = 2_000 // PART
    (second, third), grown, clusters = run(partial(rounds, accounts))
    assert clusters == accounts * CLUSTERS
    assert second == third <= 8
    assert grown < MOST_GROWTH_BYTES


async def one_of_many(clusters: int) -> None:
    fleet = Fleet(clusters=clusters)
    await fleet.connect(1)
    for phase in (Phase.READY, Phase.READY, Phase.DEGRADED):
        fleet.phase = phase
        began = fleet.clock.now()
        await fleet.round()
        assert (await fleet.store.clusters(fleet.accounts[0]))[0].item.phase is phase
        took = fleet.clock.now() - began - timedelta(seconds=300)
        assert took < timedelta(seconds=fleet.observer.seconds + LEASE_MARGIN_SECONDS)


@pytest.mark.thorough
@pytest.mark.timeout(1200)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process its peak")
def test_an_account_of_ten_thousand_clusters_fits_the_memory_of_a_function() -> None:
    """New, unchanged, and all changed at once, in a process of its own; its table takes memory here as well.

    `ru_maxrss` would be at least what the process had that started it.
    """
    program = (
        "import logging, re; logging.disable(50)\n"
        "from functools import partial\n"
        "from tests.simulation.test_load import one_of_many\n"
        "from tests.simulation.virtual import run\n"
        "run(partial(one_of_many, 10_000))\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **dict([NAMESPACE])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) <= FUNCTION_MB - SPARE_MB
