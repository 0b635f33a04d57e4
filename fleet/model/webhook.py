"""Webhooks: to which address events are sent, and what became of each message."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from fleet.model.event import Event, EventKind
from fleet.model.record import Instant, Record
from fleet.model.severity import Severity

KEPT = timedelta(days=30)
"""How long something is kept that could not be delivered."""


class WebhookForm(StrEnum):
    """STANDARD: JSON with a signature (<https://www.standardwebhooks.com/>). SLACK: a message for an incoming webhook
    of Slack. UNKNOWN: a form that this version does not know.
    """

    STANDARD = "STANDARD"
    SLACK = "SLACK"
    UNKNOWN = "UNKNOWN"


class Webhook(Record):
    """`origin` is the scheme and host of its address: the rest of the address can be a secret. A null filter wants
    everything. `is_understood` is false where another version stored what this one cannot read whole: nothing is sent,
    because a filter that does not read must not become one that wants everything. While it is paused nothing is sent
    and nothing is lost: it goes on from its place in the feed.
    """

    id: str
    name: str
    form: WebhookForm
    origin: str
    kinds: frozenset[EventKind] | None = None
    severities: frozenset[Severity] | None = None
    providers: frozenset[str] | None = None
    account_ids: frozenset[str] | None = None
    created_at: Instant
    created_by: str
    url_changed_at: Instant | None = None
    paused_at: Instant | None = None
    pause_reason: str | None = None
    is_understood: bool = Field(default=True, exclude=True)

    @property
    def is_active(self) -> bool:
        """Whether anything is sent."""
        return self.is_understood and self.paused_at is None

    @property
    def order(self) -> tuple[str, str]:
        """Webhooks are listed by name."""
        return (self.name, self.id)

    @property
    def vault_key(self) -> str:
        """Where the vault keeps its address and its secret."""
        return f"webhook-{self.id}"


class WebhookState(Record):
    """`cursor` is the place in the feed up to which events were delivered or are waiting. `failure` is why the latest
    attempt failed, null after a success. The counts are of deliveries.
    """

    cursor: str
    delivered_at: Instant | None = None
    failing_since: Instant | None = None
    failure: str | None = None
    waiting_count: int = 0
    dead_count: int = 0


class KnownWebhook(Record):
    webhook: Webhook
    state: WebhookState


class Delivery(Record):
    """An event that is waiting to be delivered, or that was given up. `order` is its place in the feed. It has been
    waiting `since` then, and is tried again at `next_at`.
    """

    event: Event
    order: str
    since: Instant
    next_at: Instant
    attempts: int = 0
    failure: str | None = None

    @property
    def line(self) -> tuple[str, str]:
        """What is delivered in order: the events of a cluster, or of an account."""
        return line_of(self.event)


def line_of(event: Event) -> tuple[str, str]:
    return event.account_id, event.cluster_key or ""
