"""What Lambda does to a function that feeds its own queue, which no emulator shows.

It follows a chain of invocations by a header that the SDK passes on with a message, and drops the one after the
sixteenth, message and all. The template tells it to let the chain be; should it end one all the same, or a message be
lost in another way, an account misses a plan and no more.
"""

import asyncio
import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from fleet.model.account import Collection
from fleet.observing.schedule import Pace
from functions.observe import Observing
from functions.plan import AHEAD, LOST_AFTER, Planner
from sandbox import RateLimit, Server, serve
from tests.functions.conftest import Deployment, Invocation, StillClock, batch, event, observation_request

LONGEST_CHAIN = 16
SPAN = timedelta(minutes=11)
MOVING = Pace(every_seconds={**dict.fromkeys(Collection, 86_400), Collection.CLUSTERS: 20})
"""As an account is observed in which something moves."""


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def kupe() -> Iterator[Server]:
    """Its time is not the simulated one, in which minutes of requests take a moment: so it grants plenty."""
    with serve("kupe", rate_limit=RateLimit(requests=100_000, window_seconds=60)) as server:
        yield server


@dataclass
class Lambda:
    """The schedule, the queue and the functions, in simulated time."""

    deployment: Deployment
    clock: StillClock
    planner: Planner
    observing: Observing
    longest_chain: int
    observed_at: list[datetime] = field(default_factory=list)
    dropped: int = 0
    _waiting: list[tuple[datetime, int, str, int]] = field(default_factory=list)
    """When a message arrives, in which order, its text, and how many invocations led to it."""

    def run(self, span: timedelta) -> None:
        end, next_plan = self.clock.now() + span, self.clock.now()
        while (now := min([next_plan, *(one[0] for one in self._waiting[:1])])) < end:
            self.clock.skipped += max(timedelta(), now - self.clock.now())
            if now == next_plan:
                self._invoke(self.planner, event("plan"), 0)
                next_plan += AHEAD
                continue
            _, _, text, chain = heapq.heappop(self._waiting)
            if chain > self.longest_chain:
                self.dropped += 1
                continue
            self._invoke(self.observing, batch(text), chain)
            self.observed_at.append(self.clock.now())

    def _invoke(self, function: Planner | Observing, given: dict[str, Any], chain: int) -> None:
        self.deployment.calls.clear()
        function(given, Invocation())
        for message in self.deployment.sent():
            arrives = self.clock.now() + timedelta(seconds=message["delay"])
            text = '{{"account_id": "{account_id}", "due_at": "{due_at}"}}'.format(**message)
            heapq.heappush(self._waiting, (arrives, len(self.observed_at), text, chain + 1))


@pytest.fixture
def functions(deployment: Deployment, clock: StillClock, kupe: Server) -> Iterator[tuple[Planner, Observing]]:
    asyncio.run(deployment.connect(kupe, clock.now()))
    planner = Planner(deployment.environment, clock)
    observing = Observing(deployment.environment, clock, pace=MOVING)
    yield planner, observing
    observing.close()
    planner.close()


def longest_gap(times: list[datetime]) -> timedelta:
    return max(later - earlier for earlier, later in pairwise(times))


@pytest.mark.parametrize("longest_chain", [LONGEST_CHAIN, pytest.param(1000, marks=pytest.mark.thorough)])
def test_a_chain_that_is_ended_costs_an_account_one_plan(
    deployment: Deployment, clock: StillClock, functions: tuple[Planner, Observing], longest_chain: int
) -> None:
    planner, observing = functions
    simulated = Lambda(deployment, clock, planner, observing, longest_chain)
    began = clock.now()
    simulated.run(SPAN)
    is_ended = longest_chain == LONGEST_CHAIN
    assert bool(simulated.dropped) == is_ended
    most = timedelta(seconds=20) + (LOST_AFTER + AHEAD if is_ended else timedelta(seconds=5))
    assert longest_gap([*simulated.observed_at, began + SPAN]) <= most


def test_what_was_lost_is_not_yet_planned_while_it_may_still_arrive(
    deployment: Deployment, clock: StillClock, functions: tuple[Planner, Observing], kupe: Server
) -> None:
    planner, observing = functions
    (account_id,) = [account_id for account_id, _ in asyncio.run(deployment.store.due(clock.now(), 5))]
    tracked = asyncio.run(deployment.store.account(account_id))
    assert tracked is not None
    assert tracked.due_at is not None
    observing(batch(observation_request(tracked.account, tracked.due_at)), Invocation())
    assert len(deployment.sent()) == 1
    assert planner(event("plan"), Invocation())["accounts"] == 0
    clock.skipped += timedelta(seconds=20) + LOST_AFTER + AHEAD
    assert planner(event("plan"), Invocation())["accounts"] == 1
