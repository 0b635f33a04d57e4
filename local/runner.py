"""The whole of Fleetgraph in one process: table, observation loop and gateway."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp

from fleet.model.account import Collection
from fleet.observing.schedule import Pace
from fleet.ports.store import Store
from functions import collect_rarely
from functions.api_settings import ApiSettings
from functions.pages import pages_of
from functions.wiring import policy_of, services_of, wire
from gateway.http.app import create_app
from gateway.schema import SCHEMA
from infra.secrets.runner import RunnerVault
from infra.store.bundles import make_validators
from infra.store.table import Contended, TableUnavailable
from infra.store.writes import put
from local.accounts import GivenAccount
from local.adopting import Adopted, adopt, forget, known_accounts, last_observed_at
from local.authentication import LoopbackOnly, make_authenticate
from local.clock import SteadyClock, system_time
from local.deliveries import DeliveryLoop
from local.health import Health
from local.loop import ObservationLoop
from local.progress import say_observed
from local.settings import WEB, SettingsError
from local.state import State

logger = logging.getLogger(__name__)

EXPIRE_EVERY_SECONDS = 3600

SANDBOX_PACE = Pace(
    every_seconds={
        Collection.CLUSTERS: 15,
        Collection.NODES: 60,
        Collection.CONNECTIONS: 60,
        Collection.COSTS: 300,
        Collection.SPEND: 600,
        Collection.UPGRADES: 120,
        Collection.ALLOWLISTS: 60,
        Collection.UPKEEP: 120,
        Collection.INTEGRATIONS: 120,
        Collection.REGIONS: 3600,
        Collection.INSTANCE_TYPES: 3600,
        Collection.VERSIONS: 3600,
    },
    soonest_seconds=3,
    latest_seconds=60,
)
"""The intervals for the sandbox. They are shorter than for real providers, because its clusters change within seconds.
"""


def listen(host: str, port: int) -> socket.socket:
    """The sockets are bound before anything starts, so that a port in use is reported at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Explicit, because asyncio turns Nagle's delay off only for sockets with this protocol.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"cannot listen on {host} port {port}: {error.strerror}. PORT=... takes another."
        ) from error
    return listener


class _Server(uvicorn.Server):
    """Signals are handled by the runner, which ends more than uvicorn."""

    def stop(self) -> None:
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True, kw_only=True)
class Runner:
    """`base_urls` are the addresses of the fake providers, if there are any. `greet` is called with the accounts before
    they are observed.
    """

    given: Sequence[GivenAccount]
    forgotten: Sequence[str]
    state: State
    clock: SteadyClock
    pace: Pace
    base_urls: Mapping[str, str]
    admin_key: SecretStr | None
    api: ApiSettings
    allowed_origins: Sequence[str]
    allows_private_webhooks: bool
    greet: Callable[[Adopted], None]

    async def run(self, listener: socket.socket) -> None:
        """Serves until SIGINT or SIGTERM, then ends in order."""
        vault = RunnerVault(self.state.table if self.state.is_private else None)
        wired = wire(
            rows=self.state.table,
            vault=vault,
            pace=self.pace,
            clock=self.clock,
            base_urls=self.base_urls,
            given_urls=[one.account.base_url for one in self.given if one.account.base_url is not None],
            allows_private_webhooks=self.allows_private_webhooks,
        )
        SCHEMA.whole()  # while nobody waits
        make_validators()
        async with wired as parts:
            adopted = await self._adopt(parts.store, vault)
            health = Health(dict(adopted.observed))
            loop = ObservationLoop(parts.store, parts.observer, self.clock, health, self._probe)
            app: ASGIApp = create_app(
                services_of(parts, self.api),
                authenticate=make_authenticate(parts.keys, self.clock, self.admin_key, self.api.oidc),
                policy=policy_of(self.api),
                pages=pages_of(self.api, WEB),
                health=health.facts,
                allowed_origins=self.allowed_origins,
            )
            self.greet(adopted)
            delivering = DeliveryLoop(parts.webhook_service.webhooks, parts.deliverer, self.clock)
            beside = [loop.run(), delivering.run(), self._expire()]
            if self.state.is_new:
                beside.append(say_observed(health.untried, self.clock))
            await _serve(app if self.admin_key else LoopbackOnly(app), beside, listener)

    async def _adopt(self, store: Store, vault: RunnerVault) -> Adopted:
        known = await known_accounts(store)
        if (observed_at := last_observed_at(known)) is not None:
            self.clock.start_no_earlier_than(observed_at)
        known = await forget(store, vault, self.clock, known, self.forgotten)
        return await adopt(store, vault, self.clock, known, self.given, self.base_urls)

    async def _probe(self) -> None:
        await self.state.table.write(put({"pk": "probe", "sk": "probe"}))

    async def _expire(self) -> None:
        """Deletes expired rows. It waits first, and uses the earlier of two clocks, because a wrong clock can be
        corrected meanwhile.
        """
        while self.state.expire is not None:
            await asyncio.sleep(EXPIRE_EVERY_SECONDS)
            try:
                await self.state.expire(min(self.clock.now(), system_time()))
            except (TableUnavailable, Contended) as error:
                logger.warning("what has expired stays for now: %s", error)


async def _serve(app: ASGIApp, beside: Sequence[Coroutine[Any, Any, None]], listener: socket.socket) -> None:
    collect_rarely()
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    server = _Server(config)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    tasks = [asyncio.create_task(one) for one in beside]

    def stop_on_a_fault(ended: "asyncio.Task[None]") -> None:
        if not ended.cancelled() and ended.exception() is not None:
            server.stop()

    for task in tasks:
        task.add_done_callback(stop_on_a_fault)
    await server.serve(sockets=[listener])
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
