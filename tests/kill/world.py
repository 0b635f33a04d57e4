"""A runner that is killed again and again, over fake providers that outlive it and record each request."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from adapters import open_adapter
from adapters.http import open_client
from fleet.accounts.new_account import make_account
from fleet.model.cluster import Cluster, Phase
from fleet.model.rate_limit import RateFacts
from fleet.ports.clock import SystemClock
from sandbox import RateLimit, Server, serve
from sandbox.faults import FaultKind
from tests.kill.judging import Advances, Taken, read_taken

ROOT = Path(__file__).parents[2]
PLENTY = RateLimit(requests=100_000, window_seconds=60)
PROVIDERS = ("cockroachdb", "kupe", "northflank", "qovery")
CREATIONS = {
    "cockroachdb": "/api/v1/clusters",
    "kupe": "/api/v1/tenants/*/clusters",
    "northflank": "/v1/*cloud-providers/clusters",
    "qovery": "/organization/*/cluster",
}
"""Where a cluster is created, with POST."""

READY_SECONDS = 60

ON_THE_WAY_SECONDS = 0.2
"""How long a provider takes for a change: long enough to die meanwhile."""


class Free:
    """Permits without a budget."""

    async def take(self, change: object = None) -> None:
        """Always."""

    def learn(self, facts: RateFacts) -> None:
        """Nothing."""


@dataclass(kw_only=True)
class World:
    """`file` is what the runner is started with: the first account of each fake provider."""

    folder: Path
    fakes: Mapping[str, Server]
    names: dict[str, str] = field(default_factory=dict)
    lives: "list[subprocess.Popen[str]]" = field(default_factory=list)
    advances: Advances = field(default_factory=Advances)

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def file(self) -> Path:
        return self.folder / "accounts.toml"

    def leave_out(self, provider: str) -> None:
        """From the file, for the lives that follow."""
        self.write_accounts(*(one for one in self.fakes if one != provider))

    def write_accounts(self, *providers: str) -> None:
        entries = []
        for provider in providers:
            fake = self.fakes[provider]
            there = fake.accounts[0]
            self.names[provider] = there.name
            entry = {
                "provider": provider,
                "name": there.name,
                "external_id": there.external_id,
                "api_version": there.api_version,
                "token_env": f"TOKEN_{provider.upper()}",
                "base_url": fake.url,
            }
            lines = [f"{key} = {json.dumps(value)}" for key, value in entry.items() if value is not None]
            entries.append("\n".join(["[[accounts]]", *lines]))
        self.file.write_text("\n\n".join(entries), encoding="utf-8")

    def token(self, provider: str) -> str:
        return self.fakes[provider].accounts[0].token

    async def clusters(self, provider: str) -> list[Cluster]:
        """What the provider itself has, asked for past the runner."""
        there = self.fakes[provider].accounts[0]
        account = make_account(
            provider=provider,
            name=there.name,
            external_id=there.external_id,
            api_version=there.api_version,
            base_url=self.fakes[provider].url,
            token=SecretStr(there.token),
            now=SystemClock().now(),
        )
        async with open_client() as client:
            adapter = open_adapter(
                account, SecretStr(there.token), Free(), client=client, clock=SystemClock()
            )
            listing = await adapter.clusters()
        return [cluster for cluster in listing.items if cluster.phase is not Phase.DELETED]

    def advance(self, seconds: float) -> None:
        """Makes time pass at the providers."""
        began_at = datetime.now(UTC)
        for fake in self.fakes.values():
            fake.clock.advance(seconds)
        self.advances.add(began_at, datetime.now(UTC), timedelta(seconds=seconds))

    def taken(self, names: Mapping[tuple[str, str], str]) -> tuple[list[Taken], list[str]]:
        """What all providers took, and what of it nobody asks for. `names` as in `read_taken`."""
        read = [read_taken(provider, fake.requests, names) for provider, fake in self.fakes.items()]
        return [one for taken, _ in read for one in taken], [one for _, strange in read for one in strange]

    def created(self, provider: str) -> int:
        """How many creations of clusters the provider has taken."""
        seen = self.fakes[provider].requests.matching(method="POST", path=CREATIONS[provider])
        return sum(one.status is not None and one.status < 300 for one in seen)


@contextmanager
def world_in(folder: Path) -> Iterator[World]:
    with ExitStack() as stack:
        fakes = {one: stack.enter_context(serve(one, rate_limit=PLENTY)) for one in PROVIDERS}
        for fake in fakes.values():
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                fake.fault(FaultKind.LATENCY, method=method, seconds=ON_THE_WAY_SECONDS)
        world = World(folder=folder, fakes=fakes)
        world.write_accounts(*PROVIDERS)
        try:
            yield world
        finally:
            for process in world.lives:
                end(process)


@dataclass(frozen=True, kw_only=True)
class Life:
    """One life of the runner."""

    process: "subprocess.Popen[str]"
    origin: str

    def ask(self, document: str, variables: Mapping[str, object] | None = None) -> dict[str, Any]:
        """The data of an answer. `httpx.TransportError` when it was killed meanwhile."""
        answer = httpx.post(
            f"{self.origin}/graphql", json={"query": document, "variables": variables or {}}, timeout=30
        ).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    def await_answer(
        self, document: str, wanted: Callable[[dict[str, Any]], bool], *, seconds: float
    ) -> dict[str, Any]:
        give_up_at = time.monotonic() + seconds
        while not wanted(data := self.ask(document)):
            assert time.monotonic() < give_up_at, f"not within {seconds} seconds: {data}"
            time.sleep(0.3)
        return data

    def kill(self) -> None:
        """Database and all: it is one process."""
        end(self.process)


def end(process: "subprocess.Popen[str]") -> None:
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def launch(world: World) -> "subprocess.Popen[str]":
    tokens = {f"TOKEN_{provider.upper()}": world.token(provider) for provider in world.fakes}
    process = subprocess.Popen(
        [sys.executable, "-m", "local"],
        cwd=ROOT,
        env={**os.environ, **tokens, "PORT": "0", "STATE": str(world.state), "ACCOUNTS": str(world.file)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    world.lives.append(process)
    return process


def live(world: World) -> Life:
    """Until it accepts requests."""
    process = launch(world)
    assert process.stdout is not None
    origin = ""
    for line in process.stdout:
        if found := re.search(r"(http://\S+)/graphql", line):
            origin = found[1]
        if line.startswith("Ctrl-C"):
            return Life(process=process, origin=origin)
    assert process.stderr is not None
    raise AssertionError(f"the runner ended: {process.stderr.read()}")


def await_observed(life: Life) -> None:
    give_up_at = time.monotonic() + READY_SECONDS
    ask = partial(httpx.get, f"{life.origin}/health", timeout=40)
    while (answer := ask()).status_code != httpx.codes.OK:
        assert time.monotonic() < give_up_at, answer.text
        time.sleep(0.2)
