"""What docs/aws.md says that AWS costs rests on what a look really asks for."""

import asyncio
import random
import re
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench.aws_cost import (
    CALLS,
    LOG_KB,
    PRICES,
    QUIET_SECONDS,
    accounts_per_message,
    an_account,
    day,
    prices,
    read_units,
    table,
    write_units,
)
from functions.observe import Observing
from infra.queue import ObservationRequest, Queue
from sandbox import RateLimit, serve
from tests.functions.conftest import (
    Deployment,
    Invocation,
    SteppedClock,
    StillClock,
    batch,
    observation_request,
)
from tests.simulation.observation_cost import quiet_observations
from tests.simulation.virtual import run

MOST_LOOKS = 20
PLENTY = RateLimit(requests=100_000, window_seconds=60)
OF_LAMBDA_BYTES = 450
"""START, END and REPORT, and 26 bytes for each line that CloudWatch adds."""


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


def test_a_quiet_observation_sends_the_requests_that_the_cost_counts(
    deployment: Deployment, clock: StillClock, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve("cockroachdb", rate_limit=PLENTY, clock=clock) as server:
        connected_at = clock.now() - timedelta(hours=1)
        account = asyncio.run(deployment.connect(server, connected_at))
        observing = Observing({**deployment.environment, "BASE_URLS": server.url}, clock)
        made: Counter[str] = Counter()
        for _ in range(MOST_LOOKS):
            tracked = asyncio.run(deployment.store.account(account.id))
            assert tracked is not None
            assert tracked.due_at is not None
            clock.skipped += max(timedelta(), tracked.due_at - clock.now())
            deployment.calls.clear()
            capsys.readouterr()
            observing(batch(observation_request(account, tracked.due_at)), Invocation())
            made = Counter(name for name, _ in deployment.calls)
            made = Counter({name: made[name] for name in CALLS})
            if made == CALLS:
                break  # before, something moves at the provider, or other collections are due
        observing.close()
    assert made == CALLS
    assert not any(name == "GetParameter" for name, _ in deployment.calls), "the first look read the token"
    written = "".join(
        line for line in capsys.readouterr().out.splitlines() if '"message":"observed"' not in line
    )
    assert 100 < len(written) <= LOG_KB * 1000 - OF_LAMBDA_BYTES


@pytest.mark.parametrize("quiet_seconds", [pytest.param(60, marks=pytest.mark.thorough), QUIET_SECONDS])
def test_a_quiet_observation_of_the_sandbox_costs_the_units_of_the_model_and_not_much_less(
    quiet_seconds: int,
) -> None:
    costs = run(partial(quiet_observations, quiet_seconds)).values()
    assert len(costs) >= 10
    for units, counted in (("written", write_units(quiet_seconds)), ("read", read_units(quiet_seconds))):
        mean = sum(getattr(one, units) for one in costs) / len(costs)
        assert 0.97 * counted <= mean <= counted, (units, mean)


class Taking:
    """Stands before the client of a queue, and takes everything."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803
        self.messages += Entries
        return {}


async def test_accounts_share_messages_as_the_cost_counts() -> None:
    chance, clock = random.Random(1), SteppedClock()
    for accounts in (10, 100, 1_000):
        client: Any = Taking()
        due = [clock.now() + timedelta(seconds=chance.uniform(0, QUIET_SECONDS)) for _ in range(accounts)]
        requests = [ObservationRequest(account_id="a", due_at=one) for one in due]
        await Queue(client, "https://queue.invalid", clock).send(requests, correlation_id="c")
        assert accounts / len(client.messages) >= 0.85 * accounts_per_message(accounts)


@pytest.mark.parametrize("processor", ["GB second", "GB second on x86_64"])
def test_an_account_costs_a_tenth_of_a_dollar_a_month_and_a_third_at_one_observation_a_minute(
    processor: str,
) -> None:
    assert an_account(1_000, processor=processor) <= 0.10
    assert an_account(1_000, quiet_seconds=60, processor=processor) <= 0.35


def test_functions_are_built_for_the_processor_that_costs_less() -> None:
    assert PRICES["GB second"] == min(price for name, price in PRICES.items() if name.startswith("GB second"))
    root = Path(__file__).parents[2]
    template = re.search(
        r"^  Architecture:\n(?:    .*\n)*?    Default: (\S+)$",
        (root / "template.yaml").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    built = re.search(
        r"^ARCHITECTURE \?= (\S+)$", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert template is not None
    assert built is not None
    assert (template[1], built[1]) == ("arm64", "arm64")


def test_the_page_on_aws_shows_costs_as_they_are_computed_and_what_they_assume() -> None:
    page = (Path(__file__).parents[2] / "docs" / "aws.md").read_text(encoding="utf-8")
    for part in (table(), prices(), day()):
        assert part in page
