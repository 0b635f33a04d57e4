"""A changer and an owner that do as they are told, and remember what they were asked."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from fleet.model.account import Account, TrackedAccount
from fleet.model.change import Change, StopCluster
from fleet.model.operation import Operation, Target
from fleet.providers import PROVIDERS
from tests.gateway.fleet import ACME
from tests.gateway.world import NOON


def operation(owner: Account = ACME, change: Change | None = None, **facts: Any) -> Operation:
    """A change asked for at noon, a stop unless told otherwise."""
    change = change or StopCluster()
    members: dict[str, Any] = {
        "id": "op-1",
        "account_id": owner.id,
        "provider": owner.provider,
        "kind": change.kind,
        "change": change,
        "target": None,
        "target_name": "production",
        "requested_by": "admin",
        "requested_at": NOON,
        "deadline": NOON + timedelta(hours=2),
    }
    return Operation.model_validate(members | facts, context=PROVIDERS)


def numbered(count: int, owner: Account = ACME, target: Target | None = None) -> list[Operation]:
    """So many, a second apart, the oldest first."""
    return [
        operation(owner, id=f"op-{number:04}", requested_at=_after(number), target=target)
        for number in range(count)
    ]


def _after(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


class Script:
    """Stands for a `Changer` and for an `AccountService`. Answers with `answer`, or raises it."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.answer: Operation | TrackedAccount | Exception = operation()

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Operation | TrackedAccount]]:
        async def play(*arguments: Any, **named: Any) -> Operation | TrackedAccount:
            self.calls.append((name, arguments, named))
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return play

    @property
    def planner(self) -> "Script":
        return self

    @property
    def asked(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """The one call, without the caller."""
        ((name, (caller, *arguments), named),) = self.calls
        assert caller.name == "admin"
        return name, tuple(arguments), named
