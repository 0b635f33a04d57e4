"""Every provider of the registry in turn, with its stand-in running."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from adapters import ADAPTERS
from sandbox import ManualClock, RateLimit, Server, serve
from tests.adapters.setting import Setting, TurnedClock

PLENTY = RateLimit(requests=1_000_000, window_seconds=1)
"""On a clock that stands still, a provider's own limit would stay reached."""


@pytest.fixture(params=sorted(ADAPTERS))
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(provider: str) -> Iterator[Server]:
    with serve(provider, clock=ManualClock(), rate_limit=PLENTY) as server:
        yield server


@pytest.fixture
async def here(server: Server) -> AsyncIterator[Setting]:
    clock = server.clock
    assert isinstance(clock, ManualClock)
    async with httpx.AsyncClient(verify=False) as client:  # nothing is encrypted on this machine
        yield Setting(server=server, client=client, clock=TurnedClock(clock), sandbox_clock=clock)
