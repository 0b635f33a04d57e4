"""What webhooks need: a place where they are kept, and a way to send."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fleet.model.webhook import Delivery, KnownWebhook, Webhook, WebhookState


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A webhook whose deliveries only its holder makes, until `until`."""

    known: KnownWebhook
    version: int
    until: datetime


class TakenOver(Exception):
    """Another process delivers for the webhook by now, or it was deleted. Nothing was written."""


class Webhooks(Protocol):
    def place(self, now: datetime) -> str:
        """The place in the feed up to which everything that will ever be there can be read now."""
        ...

    async def keep(self, webhook: Webhook, state: WebhookState) -> None: ...

    async def find(self, webhook_id: str) -> KnownWebhook | None:
        """Strongly consistent."""
        ...

    async def page(self, *, after: tuple[str, str] | None, limit: int) -> list[KnownWebhook]:
        """In the order name, id."""
        ...

    async def change(
        self, webhook_id: str, revise: Callable[[KnownWebhook], KnownWebhook]
    ) -> KnownWebhook | None:
        """Replaces the webhook and its state by what `revise` returns for them. Null if the webhook does not exist. A
        delivery that is running stops when it next records its progress.
        """
        ...

    async def remove(self, webhook_id: str) -> None:
        """With its deliveries. Idempotent."""
        ...

    async def take(self, webhook_id: str, *, now: datetime, until: datetime) -> Taken | None:
        """Null if another process has taken it, if it is not active, or if there is no such webhook."""
        ...

    async def note(self, taken: Taken, known: KnownWebhook, *, is_last: bool = False) -> Taken:
        """Keeps the webhook and its state; the last note gives it back. Raises `TakenOver`."""
        ...

    async def waiting(self, webhook_id: str) -> list[Delivery]:
        """In the order of the feed. Strongly consistent."""
        ...

    async def dead(self, webhook_id: str, *, after: str | None, limit: int) -> list[Delivery]:
        """What was given up, in the order of the feed."""
        ...

    async def wait(self, webhook_id: str, delivery: Delivery) -> None:
        """Keeps a delivery that is to be tried again."""
        ...

    async def done(self, webhook_id: str, delivery: Delivery) -> None:
        """Forgets a delivery that has arrived."""
        ...

    async def give_up(self, webhook_id: str, delivery: Delivery) -> None: ...

    async def revive(self, webhook_id: str, delivery: Delivery) -> None:
        """Lets a delivery that was given up wait again."""
        ...


class NotDelivered(Exception):
    """A message did not arrive, or was refused. `is_down`: others would fare the same now. `is_gone`: and for ever."""

    def __init__(
        self,
        message: str,
        *,
        is_down: bool = False,
        is_gone: bool = False,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.is_down = is_down or is_gone
        self.is_gone = is_gone
        self.retry_after_seconds = retry_after_seconds


class Sender(Protocol):
    def check(self, url: str) -> None:
        """Raises `ValueError` with a sentence for an address to which nothing is ever sent."""
        ...

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Raises `NotDelivered`."""
        ...
