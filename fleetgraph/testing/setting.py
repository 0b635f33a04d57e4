"""The setting of the tests: an adapter, its fake provider, the clock, the request budget and the client."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from pydantic import SecretStr

from adapters.adapter import BaseAdapter
from fleet.model.account import Account
from fleet.model.plan import Outgoing
from fleet.model.rate_limit import BudgetExhausted, RateFacts
from fleetgraph.testing.kit import Kit
from sandbox import ManualClock, RateLimit, Server

TOKEN = "planted-token"
PLENTY = RateLimit(requests=1_000_000, window_seconds=1)
"""No limit, because on a clock that stands still a reached limit would stay reached."""


class TurnedClock:
    """The sandbox's time. Sleeping advances it."""

    def __init__(self, sandbox: ManualClock) -> None:
        self._sandbox = sandbox
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._sandbox.now()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._sandbox.advance(seconds)


class NotPermitted(Exception):
    """The request is not to go out."""


@dataclass
class Counted:
    """A request budget with so many permits, or any number. `changes` are the changes that asked for one."""

    left: int | None = None
    taken: int = 0
    learned: list[RateFacts] = field(default_factory=list)

    changes: list[Outgoing] = field(default_factory=list)
    forbids_changes: bool = False

    async def take(self, change: Outgoing | None = None) -> None:
        if change is not None:
            self.changes.append(change)
            if self.forbids_changes:
                raise NotPermitted
        if self.left == self.taken:
            raise BudgetExhausted(ManualClock().now())
        self.taken += 1

    def learn(self, facts: RateFacts) -> None:
        self.learned.append(facts)


@dataclass(kw_only=True)
class Setting:
    """An adapter, its fake provider, and what is between them."""

    adapter_type: type[BaseAdapter]
    server: Server
    client: httpx.AsyncClient
    clock: TurnedClock
    sandbox_clock: ManualClock
    permits: Counted = field(default_factory=Counted)

    def accounts(self) -> list[tuple[Account, SecretStr]]:
        return [
            (
                Account(
                    id=f"account-{number}",
                    provider=there.provider,
                    name=there.name,
                    external_id=there.external_id,
                    api_version=there.api_version,
                    base_url=self.server.url,
                    token_hint=there.token[-4:],
                    token_replaced_at=self.clock.now(),
                    budget_key="budget",
                ),
                SecretStr(there.token),
            )
            for number, there in enumerate(self.server.accounts)
        ]

    def open(self, account: Account, token: SecretStr) -> Any:
        """The adapter, as `Any`, because the tests find out what it offers beyond clusters."""
        return self.adapter_type(account, token, self.permits, client=self.client, clock=self.clock)

    def adapters(self) -> list[Any]:
        return [self.open(account, token) for account, token in self.accounts()]

    @property
    def adapter(self) -> Any:
        return self.adapters()[0]

    def record(self) -> list[httpx.Request]:
        """The changes that are sent from now on, with their bodies."""
        sent: list[httpx.Request] = []

        async def keep(request: httpx.Request) -> None:
            if request.method != "GET":
                sent.append(request)

        self.client.event_hooks = {"request": [keep]}
        return sent

    async def list_path(self) -> str:
        """The path of the first request that lists clusters."""
        before = len(self.server.requests)
        await self.adapter.clusters()
        return list(self.server.requests)[before].path


def answering(
    adapter: type[BaseAdapter],
    answer: httpx.Response | Callable[[httpx.Request], httpx.Response],
    *,
    external_id: str | None = "acme",
    api_version: str | None = None,
) -> BaseAdapter:
    """The adapter with a provider that always answers this, or with the result of a function of the request."""
    account = Account(
        id="account",
        provider=adapter.provider.key,
        name="a test",
        external_id=external_id,
        api_version=api_version,
        token_hint=TOKEN[-4:],
        token_replaced_at=ManualClock().now(),
        budget_key="budget",
    )
    transport = httpx.MockTransport(answer if callable(answer) else lambda _: answer)
    client = httpx.AsyncClient(transport=transport)
    return adapter(account, SecretStr(TOKEN), Counted(), client=client, clock=TurnedClock(ManualClock()))


def replaying(kit: Kit) -> BaseAdapter:
    """The adapter with a provider that answers as recorded, path by path."""

    def answer(request: httpx.Request) -> httpx.Response:
        name = kit.listing.get(request.url.raw_path.decode().partition("?")[0])
        return (
            httpx.Response(404)
            if name is None
            else httpx.Response(200, content=(kit.fixtures / name).read_bytes())
        )

    return answering(kit.adapter, answer, external_id=kit.external_id, api_version=kit.api_version)
