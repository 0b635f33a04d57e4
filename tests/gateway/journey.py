"""Somebody with the documents of `graphql/operations`, on the way through a gateway, with an observer beside it and a
fake provider that answers over HTTP. Only the time between them is not real.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import httpx
from pydantic import SecretStr

from adapters import open_adapter
from fleet.accounts.service import AccountService
from fleet.changing.changer import Changer
from fleet.model import opaque
from fleet.model.account import Account, Collection
from fleet.observing.observer import Observer
from fleet.observing.schedule import Pace
from fleet.ports.adapter import Adapter
from fleet.ports.permits import Permits
from infra.secrets.memory import MemoryVault
from infra.store.store import TableStore
from sandbox import ManualClock, Server
from tests.changing.line import LineClock
from tests.fleet.things import id_of
from tests.gateway.test_operations import OPERATIONS, read
from tests.gateway.world import Client, SetClock

PACE = Pace(
    every_seconds=dict.fromkeys(Collection, 3600) | {Collection.CLUSTERS: 15, Collection.INTEGRATIONS: 15}
)
FINAL = ("SUCCEEDED", "FAILED", "TIMED_OUT")


@dataclass(frozen=True, kw_only=True)
class Journey:
    """`sent` is what went to the provider, `answers` what clients got, `scan` tells all that the table holds."""

    server: Server
    client: Client
    observer: Observer
    store: TableStore
    clock: ManualClock
    sent: list[httpx.Request]
    scan: Callable[[], str]
    answers: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    async def run(self, name: str, **variables: Any) -> Any:
        """The answer to a document. Its own variables hold where no other are given."""
        document, given = read(OPERATIONS / f"{name}.graphql")
        given = self._here(given)
        answer = await self.client.send(document, **{**given, **variables})
        self.answers.append(str(answer))
        assert "errors" not in answer, answer
        (payload,) = answer["data"].values()
        return payload

    def input_of(self, document: str, /, **changed: Any) -> dict[str, Any]:
        """The input that a document comes with, and what is to differ in it."""
        return {**self._here(read(OPERATIONS / f"{document}.graphql")[1]["input"]), **changed}

    def _here(self, given: dict[str, Any]) -> dict[str, Any]:
        """With the ids that accounts have here, in the place of those that the sandbox of `make run` gives them."""
        return {name: self._translate(value) for name, value in given.items()}

    def _translate(self, value: Any) -> Any:
        match value:
            case dict():
                return self._here(value)
            case list():
                return [self._translate(one) for one in value]
            case str() if (parts := opaque.read(value)) is not None:
                return opaque.write([self.ids.get(part, part) for part in parts])
            case _:
                return value

    async def connect(self, name: str, **facts: Any) -> str:
        there = next(one for one in self.server.accounts if one.name == name)
        asked = {
            "provider": there.provider.upper(),
            "name": name,
            "externalId": there.external_id,
            "apiToken": there.token,
        }
        payload = await self.run("connect-account", input=asked | facts)
        assert payload["userErrors"] == []
        await self.observe()
        account_id = str(payload["account"]["id"])
        self.ids[id_of(there.provider, name)] = (opaque.read(account_id) or [""])[-1]
        return account_id

    async def follow(self, payload: Mapping[str, Any], *, minutes: float) -> dict[str, Any]:
        """Asks again as often as the operation advises, to its end."""
        assert payload["userErrors"] == [], payload
        operation: dict[str, Any] = payload["operation"]
        until = self.clock.now().timestamp() + minutes * 60
        while operation["state"] not in FINAL:
            assert self.clock.now().timestamp() < until, operation
            self.clock.advance(operation["pollAfterSeconds"])
            await self.observe()
            operation = await self.run("operation", id=operation["id"])
        assert operation["pollAfterSeconds"] is None
        return operation

    async def observe(self) -> None:
        """What the schedule does when an account is due."""
        for tracked in await self.store.accounts(after=None, limit=9):
            if tracked.due_at is not None and tracked.due_at <= self.clock.now():
                await self.observer.observe(tracked.account.id, due_at=tracked.due_at)

    def asked(self, method: str) -> list[httpx.Request]:
        return [request for request in self.sent if request.method == method]


def begin_journey(
    server: Server, store: TableStore, clock: ManualClock, http: httpx.AsyncClient, scan: Callable[[], str]
) -> Journey:
    """`http` is the way to the provider."""
    sent: list[httpx.Request] = []

    async def note(request: httpx.Request) -> None:
        sent.append(request)

    http.event_hooks = {"request": [note]}
    time = LineClock(clock)

    def open_there(account: Account, token: SecretStr, permits: Permits) -> Adapter:
        """What is connected through the graph is the provider itself; here it is its fake provider."""
        there = account.model_copy(update={"base_url": server.url})
        return open_adapter(there, token, permits, client=http, clock=time)

    parts: dict[str, Any] = {
        "store": store,
        "vault": MemoryVault(),
        "open_adapter": open_there,
        "clock": time,
    }
    asking = {**parts, "request_observation": store.request_observation}
    client = Client(
        store, cast("SetClock", time), changer=Changer(**asking), account_service=AccountService(**asking)
    )
    return Journey(
        server=server,
        client=client,
        observer=Observer(**parts, pace=PACE),
        store=store,
        clock=clock,
        sent=sent,
        scan=scan,
    )


class Begin(Protocol):
    """Begins journeys by provider, each with a provider and a table of its own. Its rate limit is wide, unless it is to
    have the one of its provider.
    """

    def __call__(self, provider: str, *, has_its_own_limit: bool = False) -> Journey: ...
