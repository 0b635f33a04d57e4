"""A webhook over the real store, a receiver of its messages, and clusters to which things happen."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fleet.model.account import Account
from fleet.model.caller import Caller, Scope
from fleet.model.event import Event, EventKind
from fleet.model.webhook import KnownWebhook, WebhookForm
from fleet.ports.store import Changes
from fleet.ports.webhooks import NotDelivered
from fleet.webhooks.deliver import Deliverer, Turn
from fleet.webhooks.service import MadeWebhook, WebhookService
from infra.secrets.memory import MemoryVault
from infra.store.store import TableStore
from infra.store.table import Table
from infra.store.webhooks import TableWebhooks
from tests.infra.samples import SetClock, make_account, observe

ADMIN = Caller(id="admin", name="an admin", scopes=frozenset({Scope.ADMIN}))
URL = "https://receiver.example/hook/with-a-made-up-secret"
ACME = make_account()


@dataclass(frozen=True)
class Received:
    url: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def payload(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.body)
        return loaded

    @property
    def became(self) -> str:
        """Which cluster became what: `c1 FAILED`."""
        return f"{self.payload['data']['cluster']['name']} {self.payload['data']['to']}"


@dataclass
class Receiver:
    """Implements `fleet.ports.webhooks.Sender`. `refuse` says why a message is refused, null where it is taken."""

    received: list[Received] = field(default_factory=list)
    tried: int = 0
    refuse: Callable[[Received], NotDelivered | None] = lambda message: None

    def check(self, url: str) -> None:
        if not url.startswith("https://"):
            raise ValueError("An address begins with https://.")

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        self.tried += 1
        message = Received(url, body, headers)
        refusal = self.refuse(message)
        if refusal is not None:
            raise refusal
        self.received.append(message)

    @property
    def became(self) -> list[str]:
        return [message.became for message in self.received]


class Subscribed:
    """A fleet with one account, and what subscribes to it."""

    def __init__(self, table: Table, clock: SetClock) -> None:
        self.clock = clock
        self.table = table
        self.store = TableStore(table, clock)
        self.webhooks = TableWebhooks(table, clock)
        self.vault = MemoryVault()
        self.receiver = Receiver()
        self.service = WebhookService(
            webhooks=self.webhooks,
            reader=self.store,
            vault=self.vault,
            sender=self.receiver,
            clock=clock,
        )
        self.deliverer = Deliverer(
            webhooks=self.webhooks,
            reader=self.store,
            vault=self.vault,
            sender=self.receiver,
            clock=clock,
            shorten=lambda: 1.0,
        )

    async def subscribe(self, **wanted: Any) -> MadeWebhook:
        chosen: dict[str, Any] = {
            "name": "pager",
            "url": URL,
            "form": WebhookForm.STANDARD,
            "kinds": None,
            "severities": None,
            "providers": None,
            "account_ids": None,
        }
        return await self.service.create(ADMIN, **(chosen | wanted))

    async def happens(self, *events: Event, to: Account = ACME) -> None:
        """And is old enough for the feed to show it."""
        await observe(self.store, to, self.clock.now(), Changes(events=events))
        self.clock.advance(10)

    async def become(self, *became: str) -> None:
        """`c1 FAILED`, one after the other."""
        for one in became:
            await self.happens(changed(*one.split()))

    async def turn(self, made: MadeWebhook) -> Turn:
        turn = await self.deliverer.deliver(made.known.webhook.id)
        assert turn is not None
        return turn

    async def turns(self, made: MadeWebhook, *, within: timedelta, every: timedelta) -> None:
        until = self.clock.now() + within
        while self.clock.now() < until:
            await self.turn(made)
            self.clock.advance(every.total_seconds())

    async def known(self, made: MadeWebhook) -> KnownWebhook:
        known = await self.webhooks.find(made.known.webhook.id)
        assert known is not None
        return known


def changed(cluster: str, to: str, **more: Any) -> Event:
    """A phase that has changed. It is told as an event, so that it needs no row of a cluster."""
    members: dict[str, Any] = {
        "kind": EventKind.PHASE_CHANGED,
        "account_id": ACME.id,
        "account_name": ACME.name,
        "provider": ACME.provider,
        "cluster_key": cluster,
        "cluster_name": cluster,
        "occurred_at": SetClock().now(),
        "before": "READY",
        "after": to,
    }
    return Event(**(members | more))
