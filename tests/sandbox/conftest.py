"""A sandbox per provider, and a client per account, as somebody outside would hold them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from sandbox import ManualClock, RateLimit, Server, serve
from tests.contract.kits import FACTS

PLENTY = RateLimit(requests=1_000_000, window_seconds=1)
"""On a clock that stands still, a provider's own limit would end most tests at their tenth request."""

Serve = Callable[..., Server]
Connect = Callable[..., httpx.Client]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def served(clock: ManualClock) -> Iterator[Serve]:
    """Starts sandboxes on the test's clock and ends them after it."""
    with ExitStack() as stack:

        def start(provider: str, *, rate_limit: RateLimit | None = PLENTY, seed: int = 0) -> Server:
            return stack.enter_context(serve(provider, clock=clock, rate_limit=rate_limit, seed=seed))

        yield start


@pytest.fixture
def connected() -> Iterator[Connect]:
    """A client for the account of that name; for the provider's first one when no name is given."""
    with ExitStack() as stack:

        def connect(server: Server, account_name: str | None = None, **headers: str) -> httpx.Client:
            account = next(each for each in server.accounts if account_name in (None, each.name))
            authorization = {"Authorization": f"{FACTS[account.provider].scheme} {account.token}"}
            client = httpx.Client(base_url=server.url, headers=authorization | headers, verify=False)
            return stack.enter_context(client)

        yield connect
