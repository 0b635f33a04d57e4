"""Our gateway over a table; over one in DynamoDB its requests are counted."""

import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from starlette.applications import Starlette

from fleet.model.caller import Caller, trusted
from fleet.ports.clock import SystemClock
from fleet.providers import PROVIDERS
from functions import collect_rarely
from gateway.http.app import create_app
from gateway.services import Policy, Services
from infra.dynamodb.table import DynamoTable, open_client
from infra.store.audit import TableAudit
from infra.store.bundles import make_validators
from infra.store.credits import TableCredits
from infra.store.envelopes import TableEnvelopes
from infra.store.store import TableStore
from infra.store.table import Table

ALL_CREDITS = 10**9


_UNIT = 4096
"""The bytes that half a unit reads, where the read may be a moment late."""


class Counted:
    """A client of DynamoDB that counts its requests, and the read units that the answers take by AWS's rules: the rows
    of a query together, and each row of a batch, in steps of 4 KB. An emulator's own figures are made up.
    """

    def __init__(self) -> None:
        self.client = open_client()
        self.requests = 0
        self.units = 0.0
        events = self.client.meta.events
        events.register("before-send.dynamodb", self._count)
        events.register("after-call.dynamodb.Query", self._weigh_query)
        events.register("after-call.dynamodb.BatchGetItem", self._weigh_batch)
        events.register("after-call.dynamodb.GetItem", self._weigh_one)

    def forget(self) -> None:
        self.requests, self.units = 0, 0.0

    def _count(self, **_: object) -> None:
        self.requests += 1

    def _weigh_query(self, parsed: dict[str, Any], **_: object) -> None:
        self._add(sum(map(_bytes, parsed["Items"])))

    def _weigh_batch(self, parsed: dict[str, Any], **_: object) -> None:
        for rows in parsed["Responses"].values():
            for row in rows:
                self._add(_bytes(row))

    def _weigh_one(self, parsed: dict[str, Any], **_: object) -> None:
        self._add(_bytes(parsed.get("Item", {})))

    def _add(self, size: int) -> None:
        self.units += max(1, math.ceil(size / _UNIT)) / 2


def _bytes(row: Mapping[str, Mapping[str, str]]) -> int:
    return sum(len(name) + len(text) for name, value in row.items() for text in value.values())


async def let_in(authorization: str | None) -> Caller:
    return trusted("bench")


def application(table: Table) -> Starlette:
    """The gateway over a table, to anybody who asks. What is left out is what only changes need."""
    clock = SystemClock()
    not_asked_for = cast("Any", None)
    services = Services(
        reader=TableStore(table, clock),
        open_changer=not_asked_for,
        open_account_service=not_asked_for,
        open_webhook_service=not_asked_for,
        keys=not_asked_for,
        envelopes=TableEnvelopes(table, clock),
        credits=TableCredits(table, ALL_CREDITS),
        audit=TableAudit(table, clock),
        clock=clock,
    )
    app = create_app(services, authenticate=let_in, policy=Policy(), pages=None, health=None)
    PROVIDERS.load()  # an import, as what is imported above: the first answer with rows of a provider would have it
    make_validators()  # as a function does while it starts, which is measured there
    collect_rarely()
    return app


@contextmanager
def gateway() -> Iterator[tuple[Starlette, Counted]]:
    counted = Counted()
    table = DynamoTable(counted.client, os.environ["TABLE_NAME"], SystemClock())
    yield application(table), counted
    table.close()
    counted.client.close()
