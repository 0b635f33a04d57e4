"""Connecting the accounts of a file to a deployment: what is refused leaves everything as it was."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from fleet.ports.clock import SystemClock
from infra import aws
from infra.dynamodb.schema import create_table
from infra.dynamodb.table import DynamoTable, open_client
from infra.secrets.ssm import SsmVault
from infra.stack import AwsUnavailable
from infra.store.store import TableStore
from local.accounts import AccountsError
from local.connect import connect
from tests.aws import empty_aws
from tests.local.test_adopting import NEWER, TOKEN, given

ROOT = Path(__file__).parents[2]
ARN = "arn:aws:iam::1:user/a"


@pytest.fixture
def outputs() -> Iterator[Mapping[str, str]]:
    with empty_aws():
        client = open_client()
        create_table(client, "connecting")
        yield {"TableName": "connecting", "TokenPrefix": "/fleet/tokens/"}
        client.delete_table(TableName="connecting")
        client.close()


async def connected(outputs: Mapping[str, str]) -> dict[str, tuple[str | None, str]]:
    """The organization and the token of each account by its name."""
    table = DynamoTable(open_client(), outputs["TableName"], SystemClock())
    vault = SsmVault(outputs["TokenPrefix"], SystemClock())
    try:
        accounts = [
            one.account for one in await TableStore(table, SystemClock()).accounts(after=None, limit=9)
        ]
        return {
            one.name: (one.external_id, (await vault.token(one.id)).get_secret_value()) for one in accounts
        }
    finally:
        table.close()


def tokens(outputs: Mapping[str, str]) -> int:
    found = aws.open_client("ssm").get_parameters_by_path(Path=outputs["TokenPrefix"])
    return len(found["Parameters"])


async def test_an_account_that_is_connected_already_gets_its_new_token(outputs: Mapping[str, str]) -> None:
    await connect([given()], outputs, ARN)
    await connect([given(token=NEWER)], outputs, ARN)
    assert await connected(outputs) == {"acme": ("acme", NEWER.get_secret_value())}


async def test_a_name_with_another_organization_is_refused(outputs: Mapping[str, str]) -> None:
    await connect([given()], outputs, ARN)
    with pytest.raises(AccountsError, match=r"'kupe/acme' is remembered here as acme, and not as other"):
        await connect([given(organization="other", token=NEWER)], outputs, ARN)
    assert await connected(outputs) == {"acme": ("acme", TOKEN.get_secret_value())}


async def test_an_organization_that_another_name_holds_is_refused_and_leaves_no_token(
    outputs: Mapping[str, str],
) -> None:
    await connect([given()], outputs, ARN)
    with pytest.raises(AccountsError, match="same organization as 'kupe/acme'"):
        await connect([given("acme production")], outputs, ARN)
    assert tokens(outputs) == 1


async def test_a_table_that_is_gone_is_said(outputs: Mapping[str, str]) -> None:
    with pytest.raises(AwsUnavailable, match="ResourceNotFoundException"):
        await connect([given()], {**outputs, "TableName": "gone"}, ARN)
    assert tokens(outputs) == 0
