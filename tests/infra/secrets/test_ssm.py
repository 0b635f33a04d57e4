from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from pydantic import SecretStr

from infra.secrets.ssm import SsmVault
from tests.aws import empty_aws

PREFIX = "/fleetgraph/tokens/"


class SteppedClock:
    def __init__(self) -> None:
        self._now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def vault(clock: SteppedClock) -> Iterator[SsmVault]:
    with empty_aws():
        yield SsmVault(PREFIX, clock)


def replace(token: str) -> None:
    """By another process."""
    boto3.client("ssm").put_parameter(Name=f"{PREFIX}a", Value=token, Type="SecureString", Overwrite=True)


async def test_a_token_is_kept_encrypted_under_the_prefix(vault: SsmVault) -> None:
    await vault.keep("a", SecretStr("first"))
    (kept,) = boto3.client("ssm").describe_parameters()["Parameters"]
    assert (kept["Name"], kept["Type"]) == (f"{PREFIX}a", "SecureString")
    assert (await vault.token("a")).get_secret_value() == "first"


async def test_a_token_is_believed_for_hours_and_read_again_after_them(
    vault: SsmVault, clock: SteppedClock
) -> None:
    replace("first")
    assert (await vault.token("a")).get_secret_value() == "first"
    replace("second")
    clock.advance(5 * 3600)
    assert (await vault.token("a")).get_secret_value() == "first"
    clock.advance(3600)
    assert (await vault.token("a")).get_secret_value() == "second"


async def test_a_token_that_was_replaced_since_it_was_read_is_read_again_by_every_process(
    vault: SsmVault, clock: SteppedClock
) -> None:
    replace("first")
    await vault.token("a", replaced_at=clock.now() - timedelta(hours=1))
    clock.advance(30)
    replaced_at = clock.now()
    replace("second")
    assert (await vault.token("a", replaced_at=replaced_at)).get_secret_value() == "second"
    replace("third")
    clock.advance(61)
    assert (await vault.token("a", replaced_at=replaced_at)).get_secret_value() == "third", (
        "what was read in the moment of its replacement is not believed"
    )
    replace("fourth")
    assert (await vault.token("a", replaced_at=replaced_at)).get_secret_value() == "third"


async def test_a_fresh_token_is_read_at_once_and_then_believed(vault: SsmVault) -> None:
    replace("first")
    await vault.token("a")
    replace("second")
    assert (await vault.token("a", fresh=True)).get_secret_value() == "second"
    assert (await vault.token("a")).get_secret_value() == "second"


async def test_an_unknown_account_has_no_token(vault: SsmVault) -> None:
    with pytest.raises(KeyError):
        await vault.token("a")


async def test_a_forgotten_token_is_gone_and_forgetting_it_again_is_fine(vault: SsmVault) -> None:
    await vault.keep("a", SecretStr("first"))
    await vault.forget("a")
    await vault.forget("a")
    with pytest.raises(KeyError):
        await vault.token("a")
