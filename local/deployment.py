"""The resources of template.yaml on this computer, for functions that run as in Lambda and for local/events/.

The table, the queue, the tokens and the key are in an emulator of AWS. The provider is a fake provider, and one of its
accounts is connected and due. The caller runs the functions.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr

from fleet.accounts.new_account import make_account
from fleet.ports.clock import SystemClock
from infra import queue
from infra.dynamodb.schema import create_table
from infra.dynamodb.table import DynamoTable, open_client
from infra.secrets import admin_key
from infra.secrets.ssm import SsmVault
from infra.store.store import TableStore
from local.ministack import ministack
from sandbox import Server, serve
from sandbox.registry import startable

KEY = "the-key-that-the-deployment-made-up"
"""The key in local/events/api.json."""

DUE_AT = datetime(2025, 1, 1, tzinfo=UTC)
"""The time in local/events/observe.json. The account must be due at this time, or the message is stale."""

ACCOUNT_ID = "c2550025070f262c"
"""The account in local/events/observe.json."""

_TABLE = "fleet"
_TOKEN_PREFIX = "/local/tokens/"  # noqa: S105 - where they are
REGION = "eu-central-1"
"""The region of the table. samconfig.toml sets it for `sam local`, whatever the environment says."""


class HasUrl(Protocol):
    @property
    def url(self) -> str: ...


InFront = Callable[[str], AbstractContextManager[HasUrl]]
"""What stands between the functions and the provider at a URL."""


@contextmanager
def deployed(
    *, listen_on: str = "127.0.0.1", host: str | None = None, in_front: InFront | None = None
) -> Iterator[Mapping[str, str]]:
    """Yields the environment of every function. `host` is the functions' name of this computer, if it is not
    `listen_on`. `in_front` stands before the provider.

    Meanwhile, this process uses the emulator too.
    """
    host = host or listen_on
    with (
        ministack(services="dynamodb,secretsmanager,sqs,ssm", host=listen_on, called=host) as emulator,
        serve(_provider(), host=listen_on) as server,
        emulator.as_aws(REGION),
        nullcontext(server) if in_front is None else in_front(server.url) as asked,
    ):
        asyncio.run(_connect(server, asked.url, host))
        made = queue.open_client().create_queue(QueueName="observations")["QueueUrl"]
        secret = admin_key.open_client().create_secret(Name="admin", SecretString=KEY)
        there = _elsewhere(emulator.url, host)
        yield {
            "AWS_ENDPOINT_URL": there,
            "TABLE_NAME": _TABLE,
            "QUEUE_URL": there + urlsplit(made).path,
            "TOKEN_PREFIX": _TOKEN_PREFIX,
            "ADMIN_KEY_ID": secret["ARN"],
            "BASE_URLS": _elsewhere(asked.url, host),
            "WEBHOOK_ADDRESSES": "public",
            "POWERTOOLS_METRICS_NAMESPACE": "Fleetgraph/local",
            "POWERTOOLS_LOG_LEVEL": "INFO",
        }


async def _connect(server: Server, url: str, host: str) -> None:
    client, clock = open_client(), SystemClock()
    create_table(client, _TABLE)
    known = server.accounts[0]
    token = SecretStr(known.token)
    made = make_account(
        provider=known.provider,
        name=known.name,
        external_id=known.external_id,
        token=token,
        now=clock.now(),
        account_id=ACCOUNT_ID,
    )
    # Unchecked: plain HTTP is allowed only on loopback, but this token is not a real one.
    account = made.model_copy(update={"base_url": _elsewhere(url, host)})
    await SsmVault(_TOKEN_PREFIX, clock).keep(account.id, token)
    table = DynamoTable(client, _TABLE, clock)
    await TableStore(table, clock).connect(account, due_at=DUE_AT)
    table.close()


def _provider() -> str:
    """The fake provider. Any would do."""
    return min(startable())


def _elsewhere(url: str, host: str) -> str:
    return f"http://{host}:{urlsplit(url).port}"
