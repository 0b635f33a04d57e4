"""One process that is the whole of Fleetgraph: table, observation loop and gateway, until somebody ends it."""

import asyncio
import signal
import socket
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp

from fleet.model.account import Collection
from fleet.observing.schedule import Pace
from fleet.ports.clock import Clock, SystemClock
from fleet.ports.store import Store
from fleet.ports.vault import Vault
from functions.api_settings import ApiSettings
from functions.wiring import policy_of, services_of, wire
from gateway.http.app import create_app
from infra.dynamodb.schema import OtherSchema, create_table
from infra.dynamodb.table import open_client
from infra.secrets.memory import MemoryVault
from local.accounts import GivenAccount
from local.authentication import LoopbackOnly, make_authenticate
from local.loop import ObservationLoop
from local.progress import say_observed
from local.settings import EXPLORER, SettingsError

SANDBOX_PACE = Pace(
    every_seconds={
        Collection.CLUSTERS: 15,
        Collection.NODES: 60,
        Collection.CONNECTIONS: 60,
        Collection.COSTS: 300,
        Collection.INTEGRATIONS: 120,
        Collection.REGIONS: 3600,
        Collection.INSTANCE_TYPES: 3600,
    },
    soonest_seconds=3,
    latest_seconds=60,
)
"""Quicker than against real providers, whose clusters do not live in seconds."""


def listen(host: str, port: int) -> socket.socket:
    """Bound before anything starts, so that a port in use costs nobody a wait."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, because asyncio turns Nagle's delay off only for sockets that say they are TCP.
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
    """Signals are the runner's, which also ends what uvicorn does not know of."""

    def stop(self) -> None:
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def run(
    given: Sequence[GivenAccount],
    *,
    endpoint: str,
    table: str,
    pace: Pace,
    base_urls: Mapping[str, str],
    listener: socket.socket,
    admin_key: SecretStr | None,
    api: ApiSettings,
    allowed_origins: Sequence[str],
) -> None:
    """Serves until SIGINT or SIGTERM, then ends in order. `base_urls` are those of the stand-ins, if there are any."""
    client = open_client(endpoint_url=endpoint)
    try:
        is_new = create_table(client, table)
    except OtherSchema as error:
        raise SettingsError(f"{error} Another version made it: `make clean` forgets it.") from error
    vault, clock = MemoryVault(), SystemClock()
    wired = wire(client=client, table=table, vault=vault, pace=pace, clock=clock, base_urls=base_urls)
    async with wired as parts:
        await _connect(parts.store, vault, clock, given)
        loop = ObservationLoop(parts.store, parts.observer, clock, [one.account.id for one in given])

        async def health() -> dict[str, object]:
            names = [one.account.name for one in given if one.account.id in loop.untried]
            return {"status": "starting" if names else "ok", "accounts": len(given), "notYetObserved": names}

        app: ASGIApp = create_app(
            services_of(parts, api),
            authenticate=make_authenticate(parts.keys, clock, admin_key, api.oidc),
            policy=policy_of(api),
            explorer=EXPLORER if api.shows_schema else None,
            health=health,
            allowed_origins=allowed_origins,
        )
        progress = say_observed(loop.untried, clock) if is_new else None
        await _serve(app if admin_key else LoopbackOnly(app), loop, listener, progress)
    client.close()


async def _connect(store: Store, vault: Vault, clock: Clock, given: Sequence[GivenAccount]) -> None:
    """The table may remember accounts of an earlier run; those that are not given any more are forgotten."""
    wanted = {one.account.id for one in given}
    known = []
    after = None
    while page := await store.accounts(after=after, limit=100):
        known += [tracked.account.id for tracked in page]
        after = page[-1].account.order
    for account_id in known:
        if account_id not in wanted:
            await store.hide(account_id, due_at=clock.now())
            await store.remove(account_id)
    for one in given:
        await vault.keep(one.account.id, one.token)
        await store.connect(one.account, due_at=clock.now())


async def _serve(
    app: ASGIApp, loop: ObservationLoop, listener: socket.socket, progress: Coroutine[None, None, None] | None
) -> None:
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    server = _Server(config)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    observing = asyncio.create_task(loop.run())
    observing.add_done_callback(lambda _: server.stop())
    beside = [observing] if progress is None else [asyncio.create_task(progress), observing]
    await server.serve(sockets=[listener])
    for task in beside:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
