"""The composition root: which store, vault, adapters and clock the domain runs with. Alone in knowing all."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from adapters import open_adapter
from adapters.http import open_client
from fleet.accounts.service import Owner
from fleet.changing.changer import Changer
from fleet.observing.observer import Observer
from fleet.observing.schedule import Pace
from fleet.ports.clock import Clock
from fleet.ports.store import Schedule
from fleet.ports.vault import Vault
from infra.dynamodb.table import DynamoTable
from infra.store.api_keys import DynamoKeys
from infra.store.store import DynamoStore
from infra.store.table import Table

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


SendLook = Callable[[Schedule, str, datetime], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Parts:
    store: DynamoStore
    vault: Vault
    observer: Observer
    changer: Changer
    owner: Owner
    keys: DynamoKeys
    rows: Table
    clock: Clock


@asynccontextmanager
async def wire(
    *,
    client: "DynamoDBClient",
    table: str,
    vault: Vault,
    pace: Pace,
    clock: Clock,
    base_urls: Mapping[str, str] = MappingProxyType({}),
    send_look: SendLook | None = None,
) -> AsyncIterator[Parts]:
    """One HTTP client serves every adapter: its connections and its TLS context are worth sharing.

    `base_urls` are where the providers of accounts that are connected from now on answer, in place of their own
    addresses. `send_look` is told of an account that is to be looked at before the schedule comes by.
    """
    rows = DynamoTable(client, table, clock)
    store = DynamoStore(rows, clock)
    try:
        async with open_client() as http:

            async def ask_for_look(account_id: str, at: datetime) -> None:
                await store.ask_for_look(account_id, at)
                if send_look is not None:
                    await send_look(store, account_id, at)

            adapters = partial(open_adapter, client=http, clock=clock)
            observer = Observer(store=store, vault=vault, open_adapter=adapters, clock=clock, pace=pace)
            changer = Changer(
                store=store, vault=vault, open_adapter=adapters, clock=clock, ask_for_look=ask_for_look
            )
            owner = Owner(
                store=store,
                vault=vault,
                open_adapter=adapters,
                clock=clock,
                ask_for_look=ask_for_look,
                base_urls=base_urls,
            )
            yield Parts(
                store=store,
                vault=vault,
                observer=observer,
                changer=changer,
                owner=owner,
                keys=DynamoKeys(rows, clock),
                rows=rows,
                clock=clock,
            )
    finally:
        rows.close()
