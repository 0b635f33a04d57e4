"""The fake of a provider that a test module names by a fixture `provider`, with its adapter."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from adapters import ADAPTERS
from fleetgraph.testing.setting import PLENTY, Setting, TurnedClock
from sandbox import ManualClock, Server, serve


@pytest.fixture
def server(provider: str) -> Iterator[Server]:
    with serve(provider, clock=ManualClock(), rate_limit=PLENTY) as server:
        yield server


@pytest.fixture
async def here(provider: str, server: Server) -> AsyncIterator[Setting]:
    clock = server.clock
    assert isinstance(clock, ManualClock)
    async with httpx.AsyncClient(verify=False) as client:  # nothing is encrypted on this machine
        yield Setting(
            adapter_type=ADAPTERS[provider],
            server=server,
            client=client,
            clock=TurnedClock(clock),
            sandbox_clock=clock,
        )
