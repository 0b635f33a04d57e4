import asyncio
from collections.abc import Iterator

import pytest

from gateway.http.app import create_app
from gateway.services import Policy
from infra.store.store import TableStore
from tests.cli.command import Command, JumpingClock, served
from tests.cli.contract import Keeper, page
from tests.cli.scripted import Scripted, scripted
from tests.cli.things import ACME, INTEGRATION, PRODUCTION, TOKEN
from tests.gateway.fleet import populate
from tests.gateway.world import ANYBODY, SetClock, letting_in, services_over
from tests.tables import OpenTable


class Gateway:
    """Where it answers, with what a test may change in it."""

    def __init__(self, url: str, store: TableStore, clock: SetClock) -> None:
        self.url = url
        self.store = store
        self.clock = clock


@pytest.fixture(scope="module")
def gateway(open_table: OpenTable) -> Iterator[Gateway]:
    """The real gateway over a small fleet."""
    clock = SetClock()
    with open_table(clock) as opened:
        store = TableStore(opened.table, clock)
        asyncio.run(populate(store, clock))
        with served(
            create_app(
                services_over(store, clock),
                authenticate=letting_in(ANYBODY),
                policy=Policy(),
                pages=None,
                health=None,
            )
        ) as url:
            yield Gateway(url, store, clock)


@pytest.fixture
def fleetgraph(gateway: Gateway) -> Command:
    return Command(url=gateway.url, clock=JumpingClock(gateway.clock.at))


@pytest.fixture(scope="module")
def server() -> Iterator[Scripted]:
    with scripted() as script:
        yield script


@pytest.fixture
def script(server: Scripted) -> Scripted:
    """A server that says nothing until a test tells it what."""
    server.requests.clear()
    server.headers.clear()
    server.answer = lambda request: {"data": {}}
    return server


@pytest.fixture
def keeper(script: Scripted) -> Keeper:
    keeper = Keeper()
    keeper.root = {"accounts": page(ACME), "clusterByName": PRODUCTION, "integrations": page(INTEGRATION)}
    keeper.root["cluster"] = PRODUCTION
    script.answer = keeper
    return keeper


@pytest.fixture
def following(script: Scripted, keeper: Keeper) -> Command:
    return Command(url=script.url, environment={"ACME_TOKEN": TOKEN})
