"""What docs/aws.md says that AWS costs rests on what a look really asks for."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bench.aws_cost import CALLS, day, prices, table
from fleet.ports.clock import SystemClock
from functions.observe import Observing
from sandbox import serve
from tests.functions.conftest import Deployment, Invocation, batch, observation_request

MOST_LOOKS = 20


class AheadClock(SystemClock):
    """Stands still while this machine is at work, which may be busy, and moves on when something is waited for."""

    skipped = timedelta()

    def __init__(self) -> None:
        self._began = super().now()

    def now(self) -> datetime:
        return self._began + self.skipped

    def advance(self, seconds: float) -> None:
        self.skipped += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)


@pytest.fixture
def clock() -> AheadClock:
    return AheadClock()


def test_a_quiet_look_asks_for_what_the_cost_counts(deployment: Deployment, clock: AheadClock) -> None:
    with serve("cockroachdb", clock=clock) as server:
        account = asyncio.run(deployment.connect(server, clock.now()))
        observing = Observing({**deployment.environment, "BASE_URLS": server.url}, clock)
        made: Counter[str] = Counter()
        for _ in range(MOST_LOOKS):
            tracked = asyncio.run(deployment.store.account(account.id))
            assert tracked is not None
            assert tracked.due_at is not None
            clock.skipped += max(timedelta(), tracked.due_at - clock.now())
            deployment.calls.clear()
            observing(batch(observation_request(account, tracked.due_at)), Invocation())
            made = Counter(name for name, _ in deployment.calls)
            is_follow_up = made["SendMessageBatch"]
            made = Counter({name: made[name] for name in CALLS})
            made["UpdateItem"] -= is_follow_up
            if made == CALLS:
                break  # before, something moves at the provider, or other collections are due
        observing.close()
    assert made == CALLS


def test_the_page_on_aws_shows_costs_as_they_are_computed_and_what_they_assume() -> None:
    page = (Path(__file__).parents[2] / "docs" / "aws.md").read_text(encoding="utf-8")
    for part in (table(), prices(), day()):
        assert part in page
