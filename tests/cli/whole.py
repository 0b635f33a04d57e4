"""All of Fleetgraph in a thread: fake providers, observer, table and gateway, whose time passes only in `pass_time`."""

import asyncio
import socket
import threading
import time
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import uvicorn
from pydantic import SecretStr

import sandbox
from adapters.webhook_sender import WebhookSender, open_client
from fleet.accounts.new_account import make_account
from fleet.observing.schedule import Pace
from fleet.webhooks.service import MOST_WEBHOOKS
from functions.api_settings import ApiSettings
from functions.wiring import Parts, services_of, wire
from gateway.http.app import create_app
from gateway.services import Policy
from infra.secrets.memory import MemoryVault
from infra.sqlite.table import SqliteTable
from sandbox.clock import ManualClock
from sandbox.faults import FaultKind
from sandbox.limits import RateLimit
from sandbox.registry import FAKE_PROVIDERS
from sandbox.server import Server
from tests.cli.command import Command, JumpingClock
from tests.gateway.world import ANYBODY, NOON, SetClock, letting_in

UNLIMITED = RateLimit(requests=10_000, window_seconds=1)
"""A whole round of observation happens at one instant here, which would be more than a provider takes."""


class Whole:
    def __init__(
        self, fake_providers: Mapping[str, Server], turned: ManualClock, listener: socket.socket
    ) -> None:
        self._fake_providers = fake_providers
        self._turned = turned
        self._listener = listener
        self._clock = SetClock(NOON)
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._parts: Parts
        self._server: uvicorn.Server
        self._cpu_clock: int

    @property
    def url(self) -> str:
        host, port = self._listener.getsockname()[:2]
        return f"http://{host}:{port}/graphql"

    @property
    def tokens(self) -> list[str]:
        """What the providers take."""
        return [
            account.token
            for fake_provider in self._fake_providers.values()
            for account in fake_provider.accounts
        ]

    def clock(self) -> JumpingClock:
        """Whose sleep lets the time of everything pass."""
        clock = JumpingClock(self._clock.at)
        clock.on_sleep = lambda: self.pass_time(clock.naps[-1])
        return clock

    def command(self) -> Command:
        """`fleetgraph`, in that time."""
        return Command(url=self.url, clock=self.clock())

    def cpu_seconds(self) -> float:
        """Of the thread that answers, which is neither that of the fake providers nor of the table."""
        return time.clock_gettime(self._cpu_clock)

    @contextmanager
    def spoiled(self, kind: FaultKind) -> Iterator[None]:
        """Meanwhile nothing goes right at any provider."""
        for fake_provider in self._fake_providers.values():
            fake_provider.fault(kind)
        yield
        for fake_provider in self._fake_providers.values():
            fake_provider.faults.clear()

    def pass_time_unseen(self, seconds: float) -> None:
        self._turned.advance(seconds)
        self._clock.at += timedelta(seconds=seconds)

    def pass_time(self, seconds: float) -> None:
        """With a look at each account that falls due, and a turn of each webhook."""
        self.pass_time_unseen(seconds)
        self._run(self._observe())
        self._run(self._deliver())

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._loop.run_until_complete, args=(self._live(),), name="whole")
        thread.start()
        assert self._up.wait(20)
        assert thread.ident is not None
        self._cpu_clock = time.pthread_getcpuclockid(thread.ident)
        try:
            self.pass_time(1)
            yield
        finally:
            self._server.should_exit = True
            thread.join()
            self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _live(self) -> None:
        vault = MemoryVault()
        client = open_client()
        sender = WebhookSender(client=client, allows_private=True, resolve=here_alone)
        wired = wire(
            rows=SqliteTable(),
            vault=vault,
            pace=Pace(),
            clock=self._clock,
            base_urls={one.accounts[0].provider: one.url for one in self._fake_providers.values()},
        )
        async with client, wired as opened:
            self._parts = parts = replace(opened, sender=sender)
            for name, fake_provider in self._fake_providers.items():
                await self._connect(fake_provider, name, vault)
            app = create_app(
                services_of(parts, ApiSettings()),
                authenticate=letting_in(ANYBODY),
                policy=Policy(),
                pages=None,
                health=None,
            )
            self._server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
            self._up.set()
            await self._server.serve(sockets=[self._listener])

    async def _connect(self, fake_provider: Server, name: str, vault: MemoryVault) -> None:
        known = next(account for account in fake_provider.accounts if account.name == name)
        token = SecretStr(known.token)
        account = make_account(
            provider=known.provider,
            name=known.name,
            external_id=known.external_id,
            api_version=known.api_version,
            base_url=fake_provider.url,
            token=token,
            now=NOON,
        )
        await vault.keep(account.id, token)
        await self._parts.store.connect(account, due_at=NOON)

    async def _observe(self) -> None:
        """One round of what the schedule does, for all that is due."""
        observer, now = self._parts.observer, self._clock.now()
        for account_id, due_at in await self._parts.store.due(now, 50):
            await observer.observe(account_id, due_at=due_at)

    async def _deliver(self) -> None:
        """To receivers on this machine; no other host is known here."""
        known = await self._parts.webhook_service.webhooks.page(after=None, limit=MOST_WEBHOOKS)
        for one in known:
            await self._parts.deliverer.deliver(one.webhook.id)


async def here_alone(host: str, port: int) -> Sequence[str]:
    if host != "127.0.0.1":
        raise OSError(f"tests reach loopback only, not {host!r}")
    return [host]


EVERY_ACCOUNT: Mapping[str, tuple[str, ...]] = {
    provider: tuple(account.name for account in fake(clock=ManualClock(NOON), seed=0).accounts())
    for provider, fake in FAKE_PROVIDERS.items()
}
"""The accounts that `make run` observes."""


@contextmanager
def whole(**accounts: str | tuple[str, ...]) -> Iterator[Whole]:
    """With an account, or with several, at each of these providers, by its name there."""
    with ExitStack() as stack:
        turned = ManualClock(NOON)
        fake_providers: dict[str, Server] = {}
        for provider, names in accounts.items():
            server = stack.enter_context(sandbox.serve(provider, clock=turned, rate_limit=UNLIMITED))
            fake_providers |= dict.fromkeys((names,) if isinstance(names, str) else names, server)
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one = Whole(fake_providers, turned, listener)
        with one.running():
            yield one
