"""An adapter over answers that were written down: no server and no waiting."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from adapters.adapter import BaseAdapter
from fleet.model.account import Account
from fleet.model.rate_limit import RateFacts
from fleetgraph.testing.setting import TOKEN

FIXTURES = Path(__file__).parents[1] / "fixtures"


class StillClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 23, 12, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here is worth waiting for")


@dataclass
class Replay:
    """Answers by path, or by path and query where both are given; anything else is a 404. Doubles as the allowance."""

    answers: Mapping[str, object] = field(repr=False)
    requests: list[httpx.Request] = field(default_factory=list)
    learned: list[RateFacts] = field(default_factory=list)

    async def take(self, change: object = None) -> None:
        pass

    def learn(self, facts: RateFacts) -> None:
        self.learned.append(facts)

    @property
    def asked(self) -> list[str]:
        return [request.url.raw_path.decode() for request in self.requests]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        whole = request.url.raw_path.decode()
        found = self.answers.get(whole, self.answers.get(whole.partition("?")[0]))
        if isinstance(found, httpx.Response):
            return found
        return httpx.Response(404, json={}) if found is None else httpx.Response(200, json=found)

    def open(
        self, adapter: type[BaseAdapter], external_id: str | None = None, *, api_version: str | None = None
    ) -> Any:
        """`Any`, because what an adapter offers beyond clusters is its own."""
        account = Account(
            id="account",
            provider=adapter.provider.key,
            name="a test",
            external_id=external_id,
            api_version=api_version,
            token_hint=TOKEN[-4:],
            token_replaced_at=StillClock().now(),
            budget_key="budget",
        )
        client = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return adapter(account, SecretStr(TOKEN), self, client=client, clock=StillClock())


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))
