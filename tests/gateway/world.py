"""A gateway over a real store, and a client that sends documents and reads JSON, as a frontend does."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
from starlette.applications import Starlette

from fleet.access.authentication import Authenticate
from fleet.accounts.service import AccountService
from fleet.changing.changer import Changer
from fleet.model.audit import AuditEntry
from fleet.model.caller import Caller, trusted
from fleet.model.envelope import Envelope
from fleet.ports.audit import AuditLog
from fleet.ports.credits import Credits, CreditStatus
from fleet.ports.envelopes import Envelopes
from fleet.ports.keys import Keys
from fleet.ports.reader import Reader
from fleet.webhooks.service import WebhookService
from gateway.http.app import create_app
from gateway.services import Policy, Services

NOON = datetime(2026, 4, 6, 12, tzinfo=UTC)


class SetClock:
    """Stands still until it is set."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class WatchedReader:
    """Counts the calls that reach a store, and fails those that are told to."""

    def __init__(self, reader: Reader) -> None:
        self.calls: Counter[str] = Counter()
        self.failing: set[str] = set()
        self._reader = reader

    def __getattr__(self, name: str) -> Callable[..., Any]:
        read = getattr(self._reader, name)

        async def watched(*arguments: Any, **named: Any) -> Any:
            self.calls[name] += 1
            if name in self.failing:
                raise ConnectionError("the table at 10.1.2.3 does not answer")
            return await read(*arguments, **named)

        return watched


ANYBODY = trusted("admin")


def letting_in(caller: Caller) -> Authenticate:
    async def authenticate(authorization: str | None) -> Caller:
        return caller

    return authenticate


class Plenty:
    """So many credits that nobody uses them up."""

    async def spend(self, caller_id: str, cost: int, now: datetime) -> CreditStatus:
        return CreditStatus(
            cost=cost, limit=10**9, remaining=10**9 - cost, resets_at=now + timedelta(seconds=30)
        )

    def give_back(self, caller_id: str, credits: int, now: datetime) -> None:
        """They have enough."""

    def used_up(self, caller_id: str, now: datetime) -> CreditStatus | None:
        return None


class FewEnvelopes:
    """Keeps them in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Envelope] = {}

    async def all(self) -> list[Envelope]:
        return [self.kept[name] for name in sorted(self.kept)]

    async def put(self, envelope: Envelope) -> None:
        self.kept[envelope.name] = envelope

    async def delete(self, name: str) -> Envelope | None:
        return self.kept.pop(name, None)


class NoAudit:
    """Keeps nothing."""

    async def record(self, entry: AuditEntry) -> None: ...

    async def page(self, *, before: str | None, limit: int) -> list[tuple[str, AuditEntry]]:
        return []


def services_over(
    reader: Reader | WatchedReader,
    clock: SetClock,
    *,
    changer: object = None,
    account_service: object = None,
    keys: object = None,
    credits: Credits | None = None,
    audit: AuditLog | None = None,
    envelopes: object = None,
    webhooks: object = None,
) -> Services:
    """What is left out is not asked for."""
    return Services(
        reader=cast("Reader", reader),
        open_changer=lambda: cast("Changer", changer),
        open_account_service=lambda: cast("AccountService", account_service),
        open_webhook_service=lambda: cast("WebhookService", webhooks),
        keys=cast("Keys", keys),
        envelopes=cast("Envelopes", envelopes or FewEnvelopes()),
        credits=credits or Plenty(),
        audit=audit or NoAudit(),
        clock=clock,
    )


def gateway_of(
    reader: Reader | WatchedReader,
    clock: SetClock,
    *,
    changer: object = None,
    account_service: object = None,
    keys: object = None,
    credits: Credits | None = None,
    envelopes: object = None,
    webhooks: object = None,
    caller: Caller = ANYBODY,
    **options: Any,
) -> Starlette:
    services = services_over(
        reader,
        clock,
        changer=changer,
        account_service=account_service,
        keys=keys,
        credits=credits,
        envelopes=envelopes,
        webhooks=webhooks,
    )
    return create_app(
        services,
        **{
            "authenticate": letting_in(caller),
            "policy": Policy(),
            "pages": None,
            "health": None,
            **options,
        },
    )


class Client:
    def __init__(self, reader: Reader | WatchedReader, clock: SetClock, **options: Any) -> None:
        """`options` as `gateway_of` takes them."""
        app = gateway_of(reader, clock, **options)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://fleetgraph.test")

    async def send(self, document: str, **variables: object) -> dict[str, Any]:
        """The whole answer, errors and all."""
        response = await self.http.post("/graphql", json={"query": document, "variables": variables})
        answer: dict[str, Any] = response.json()
        return answer

    async def query(self, document: str, **variables: object) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = await self.send(document, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def refusal(self, document: str, **variables: object) -> str:
        """The one message of an answer that a client can mend."""
        (error,) = (await self.send(document, **variables))["errors"]
        assert "requestId" not in error.get("extensions", {}), error
        message: str = error["message"]
        return message
