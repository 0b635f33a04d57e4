import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from fleet.accounts.new_account import make_account
from functions.plan import QUEUED_FOR, Planner
from tests.functions.conftest import Deployment, Invocation, SteppedClock, event


@pytest.fixture
def planner(deployment: Deployment, clock: SteppedClock) -> Iterator[Planner]:
    planner = Planner(deployment.environment, clock)
    yield planner
    planner.close()


async def connect(deployment: Deployment, clock: SteppedClock, count: int, *, due_in_seconds: float) -> None:
    for number in range(count):
        account = make_account(
            provider="cockroachdb",
            name=f"{due_in_seconds} {number}",
            external_id=f"{due_in_seconds} {number}",
            token=SecretStr("t" * 20),
            now=clock.now(),
        )
        await deployment.store.connect(account, due_at=clock.now() + timedelta(seconds=due_in_seconds))


def test_what_is_due_is_sent_once_five_to_a_message_and_found_without_a_scan(
    deployment: Deployment, clock: SteppedClock, planner: Planner
) -> None:
    asyncio.run(connect(deployment, clock, 23, due_in_seconds=-20))
    clock.advance(10)
    deployment.calls.clear()
    assert planner(event("plan"), Invocation()) == {"accounts": 23, "lag_seconds": 30, "is_complete": True}
    made = Counter(name for name, _ in deployment.calls)
    assert (made["SendMessageBatch"], len(deployment.messages())) == (1, 5)
    assert made.keys() <= {"GetItem", "Query", "PutItem", "SendMessageBatch"}
    assert made["PutItem"] == 1, "no account is written to"
    assert len({message["account_id"] for message in deployment.sent()}) == 23
    clock.advance(60)
    assert planner(event("plan"), Invocation())["accounts"] == 0


def test_a_message_waits_until_its_accounts_are_due_and_a_little_longer(
    deployment: Deployment, clock: SteppedClock, planner: Planner
) -> None:
    asyncio.run(connect(deployment, clock, 30, due_in_seconds=40))
    asyncio.run(connect(deployment, clock, 1, due_in_seconds=90))
    assert planner(event("plan"), Invocation())["accounts"] == 30
    delays = [message["delay"] for message in deployment.sent()]
    assert min(delays) >= 40
    assert max(delays) <= 46
    assert len(set(delays)) > 1


async def test_two_plans_at_once_leave_no_account_out(deployment: Deployment, clock: SteppedClock) -> None:
    await connect(deployment, clock, 30, due_in_seconds=0)

    def run() -> int:
        planner = Planner(deployment.environment, clock)
        try:
            accounts: int = planner(event("plan"), Invocation())["accounts"]
            return accounts
        finally:
            planner.close()

    await asyncio.gather(asyncio.to_thread(run), asyncio.to_thread(run))
    assert len({message["account_id"] for message in deployment.sent()}) == 30


def test_a_lost_message_is_given_up_and_its_account_planned_again(
    deployment: Deployment, clock: SteppedClock, planner: Planner
) -> None:
    asyncio.run(connect(deployment, clock, 1, due_in_seconds=10))
    clock.advance(10)
    assert planner(event("plan"), Invocation())["accounts"] == 1
    clock.advance(60)
    assert planner(event("plan"), Invocation())["accounts"] == 0
    clock.advance(QUEUED_FOR.total_seconds())
    again = planner(event("plan"), Invocation())
    assert (again["accounts"], again["lag_seconds"]) == (1, 60 + QUEUED_FOR.total_seconds())
    clock.advance(60)
    assert planner(event("plan"), Invocation())["accounts"] == 0


def test_an_invocation_without_time_left_leaves_everything_to_the_next(
    deployment: Deployment, clock: SteppedClock, planner: Planner, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(connect(deployment, clock, 3, due_in_seconds=0))
    assert planner(event("plan"), Invocation(milliseconds=4_000))["accounts"] == 0
    assert '"PlansCutShort":[1.0]' in capsys.readouterr().out
    assert planner(event("plan"), Invocation())["accounts"] == 3


def test_the_lag_is_measured_without_a_dimension_that_grows(
    deployment: Deployment, clock: SteppedClock, planner: Planner, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(connect(deployment, clock, 1, due_in_seconds=-7))
    planner(event("plan"), Invocation())
    written = capsys.readouterr().out
    assert '"ObservationLag":[7.0]' in written
    assert '"Dimensions":[[]]' in written
