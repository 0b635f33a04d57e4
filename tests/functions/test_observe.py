import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from fleet.model.account import Account, Collection
from fleet.model.failure import FailureKind
from fleet.observing.observer import Observer
from fleet.observing.outcome import Observation, Outcome
from fleet.observing.schedule import Pace
from fleet.ports.clock import SystemClock
from functions.observe import Observing
from infra.secrets.ssm import SsmVault
from sandbox import Server
from tests.functions.conftest import Deployment, Invocation, batch, observation_request

EAGER = Pace(every_seconds=dict.fromkeys(Collection, 20))
"""So that every observation has a next one that is sooner than the planner comes."""


@pytest.fixture
def clock() -> SystemClock:
    """The fake provider listens in real time, and so does who asks it."""
    return SystemClock()


@pytest.fixture
def observing(deployment: Deployment) -> Iterator[Observing]:
    observing = Observing(deployment.environment, SystemClock())
    yield observing
    observing.close()


@pytest.fixture
def account(deployment: Deployment, kupe: Server) -> Account:
    return asyncio.run(deployment.connect(kupe, SystemClock().now()))


def due(deployment: Deployment, account: Account) -> str:
    tracked = asyncio.run(deployment.store.account(account.id))
    assert tracked is not None
    assert tracked.due_at is not None
    return observation_request(account, tracked.due_at)


def listings(server: Server) -> int:
    return sum(request.path.endswith("/clusters") for request in server.requests)


def test_a_message_becomes_rows(deployment: Deployment, account: Account, observing: Observing) -> None:
    assert observing(batch(due(deployment, account)), Invocation()) == {"batchItemFailures": []}
    assert asyncio.run(deployment.store.clusters(account.id))


def test_an_address_that_stands_in_the_table_alone_hears_nothing(
    deployment: Deployment, account: Account, kupe: Server
) -> None:
    """Whoever can write to the table learns no token by it."""
    observing = Observing({**deployment.environment, "BASE_URLS": "http://127.0.0.1:9"}, SystemClock())
    assert observing(batch(due(deployment, account)), Invocation()) == {"batchItemFailures": []}
    assert len(kupe.requests) == 0
    tracked = asyncio.run(deployment.store.account(account.id))
    assert tracked is not None
    failure = tracked.state.of(Collection.CLUSTERS).failure
    assert failure is not None
    assert "nobody gave to this deployment" in failure.message
    observing.close()


@pytest.mark.parametrize(
    "poison",
    [
        "Hello from SQS!",
        "[]",
        "{}",
        '{"account_id": 7, "due_at": "2026-11-23T12:00:00+00:00"}',
        '{"account_id": "a", "due_at": "2026-11-23T12:00:00"}',
        '{"account_id": "a", "due_at": null}',
    ],
)
def test_a_poison_record_fails_alone(
    deployment: Deployment, account: Account, observing: Observing, poison: str
) -> None:
    answer = observing(batch(poison, due(deployment, account)), Invocation())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert asyncio.run(deployment.store.clusters(account.id))


def test_a_message_that_comes_twice_observes_once(
    deployment: Deployment, account: Account, observing: Observing, kupe: Server
) -> None:
    message = due(deployment, account)
    assert observing(batch(message, message), Invocation()) == {"batchItemFailures": []}
    assert listings(kupe) == 1
    assert observing(batch(message), Invocation()) == {"batchItemFailures": []}
    assert listings(kupe) == 1


def test_a_message_about_an_account_that_is_gone_is_done(
    deployment: Deployment, account: Account, observing: Observing, kupe: Server
) -> None:
    message = due(deployment, account)
    asyncio.run(deployment.store.hide(account.id, due_at=SystemClock().now()))
    assert observing(batch(message), Invocation()) == {"batchItemFailures": []}
    assert listings(kupe) == 0


def test_what_a_provider_does_wrong_is_remembered_and_not_retried_by_the_queue(
    deployment: Deployment,
    account: Account,
    observing: Observing,
    kupe: Server,
) -> None:
    kupe.fault("unauthorized")
    assert observing(batch(due(deployment, account)), Invocation()) == {"batchItemFailures": []}
    tracked = asyncio.run(deployment.store.account(account.id))
    assert tracked is not None
    failure = tracked.state.of(Collection.CLUSTERS).failure
    assert failure is not None
    assert failure.kind is FailureKind.AUTHENTICATION


def test_a_token_that_counts_as_refused_is_counted(
    deployment: Deployment,
    account: Account,
    observing: Observing,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def refused(*_: object, **__: object) -> Observation:
        return Observation(account_id=account.id, outcome=Outcome.FAILED, is_token_refused=True)

    monkeypatch.setattr(Observer, "observe", refused)
    observing(batch(due(deployment, account)), Invocation())
    assert '"RefusedTokens":[1.0]' in capsys.readouterr().out


def test_a_fault_of_ours_sends_its_message_back(deployment: Deployment, account: Account) -> None:
    observing = Observing({**deployment.environment, "TABLE_NAME": "no-such-table"}, SystemClock())
    answer = observing(batch(due(deployment, account)), Invocation())
    observing.close()
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}


def test_a_fault_of_ours_is_counted_and_puts_its_account_off_instead_of_ending_with_the_dead_letters(
    deployment: Deployment,
    account: Account,
    observing: Observing,
    kupe: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a fault of ours")

    message = due(deployment, account)
    with monkeypatch.context() as patched:
        patched.setattr(SsmVault, "token", fail)
        answer = observing(batch(message), Invocation())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert '"FailedMessages":[1.0]' in capsys.readouterr().out
    assert due(deployment, account) != message
    assert observing(batch(message), Invocation()) == {"batchItemFailures": []}, (
        "it came again, and was stale"
    )
    assert listings(kupe) == 0


def test_the_invocations_remaining_time_bounds_the_observation(
    deployment: Deployment, account: Account, observing: Observing, kupe: Server
) -> None:
    kupe.fault("latency", seconds=30)
    began = SystemClock().now()
    assert observing(batch(due(deployment, account)), Invocation(milliseconds=11_000)) == {
        "batchItemFailures": []
    }
    assert SystemClock().now() - began < timedelta(seconds=25), "30 would be the provider's own"
    tracked = asyncio.run(deployment.store.account(account.id))
    assert tracked is not None
    failure = tracked.state.of(Collection.CLUSTERS).failure
    assert failure is not None
    assert "within the 1 seconds" in failure.message


def test_a_next_observation_that_is_soon_is_sent_by_the_one_before(
    deployment: Deployment, account: Account
) -> None:
    message = due(deployment, account)
    eager = Observing(deployment.environment, SystemClock(), pace=EAGER)
    try:
        eager(batch(message), Invocation())
    finally:
        eager.close()
    (sent,) = deployment.sent()
    tracked = asyncio.run(deployment.store.account(account.id))
    assert tracked is not None
    assert tracked.due_at is not None
    assert datetime.fromisoformat(sent["due_at"]) == tracked.due_at
    assert 0 < sent["delay"] <= 20
    due_now = asyncio.run(deployment.store.due(SystemClock().now() + timedelta(seconds=60), 10))
    assert due_now == [], "a planner would send it again"


def test_a_next_observation_that_the_planner_sends_in_time_is_left_to_it(
    deployment: Deployment, account: Account
) -> None:
    patient = Observing(deployment.environment, SystemClock(), pace=Pace(soonest_seconds=60))
    try:
        patient(batch(due(deployment, account)), Invocation())
    finally:
        patient.close()
    assert deployment.sent() == []


def test_metrics_name_the_provider_and_the_outcome_and_never_the_account(
    deployment: Deployment, account: Account, observing: Observing, capsys: pytest.CaptureFixture[str]
) -> None:
    observing(batch(due(deployment, account)), Invocation())
    measured = [line for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert any('"provider":"kupe"' in line and '"outcome":"observed"' in line for line in measured)
    assert not any(account.id in line or account.name in line for line in measured)
