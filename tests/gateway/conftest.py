import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from starlette.applications import Starlette

from fleet.model.operation import Target, TargetKind
from infra.store.store import TableStore
from sandbox import ManualClock, RateLimit, serve
from tests.changing.line import LineClock
from tests.gateway.fleet import populate
from tests.gateway.journey import Begin, Journey, begin_journey
from tests.gateway.script import Script, operation
from tests.gateway.world import Client, SetClock, WatchedReader, gateway_of
from tests.serving import serving
from tests.tables import OpenTable

OpenStore = Callable[[SetClock], TableStore]


@pytest.fixture(scope="module")
def open_store(open_table: OpenTable) -> Iterator[OpenStore]:
    """Opens empty stores, each with a table of its own."""
    with ExitStack() as stack:
        yield lambda clock: TableStore(stack.enter_context(open_table(clock)).table, clock)


@pytest.fixture(scope="module")
def shared(open_store: OpenStore) -> tuple[TableStore, SetClock]:
    clock = SetClock()
    store = open_store(clock)
    asyncio.run(populate(store, clock))
    target = Target(kind=TargetKind.CLUSTER, key="id-of-production")
    asyncio.run(store.begin_change(operation(target=target), idempotency=None))
    return store, clock


@pytest.fixture(scope="module")
def app(shared: tuple[TableStore, SetClock]) -> Starlette:
    store, clock = shared
    return gateway_of(store, clock)


@pytest.fixture(scope="module")
def origin(app: Starlette) -> Iterator[str]:
    with serving(app) as origin:
        yield origin


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def world(shared: tuple[TableStore, SetClock], clock: SetClock) -> TableStore:
    """The small fleet, shared by the tests of a module: for reading only."""
    store, populated = shared
    clock.at = populated.at
    return store


@pytest.fixture
def store(open_store: OpenStore, clock: SetClock) -> TableStore:
    """An empty store of the test's own."""
    return open_store(clock)


@pytest.fixture
def reader(request: pytest.FixtureRequest) -> WatchedReader:
    """Reads the shared fleet where the test asks for `world`, else the test's own store."""
    return WatchedReader(request.getfixturevalue("world" if "world" in request.fixturenames else "store"))


@pytest.fixture
def client(reader: WatchedReader, clock: SetClock) -> Client:
    return Client(reader, clock)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def scripted(reader: WatchedReader, clock: SetClock, script: Script) -> Client:
    """A client of a gateway whose changes go to a script."""
    return Client(reader, clock, changer=script, account_service=script, webhooks=script)


@pytest.fixture
async def begin(open_table: OpenTable) -> AsyncIterator[Begin]:
    """Begins journeys, each with a provider and a table of its own."""
    with ExitStack() as stack:
        async with httpx.AsyncClient() as http:

            def begin_one(provider: str, *, has_its_own_limit: bool = False) -> Journey:
                clock = ManualClock()
                limit = None if has_its_own_limit else RateLimit(requests=100_000, window_seconds=60)
                server = stack.enter_context(serve(provider, clock=clock, rate_limit=limit))
                opened = stack.enter_context(open_table(LineClock(clock)))
                store = TableStore(opened.table, LineClock(clock))
                return begin_journey(server, store, clock, http, lambda: str(opened.rows()))

            yield begin_one
