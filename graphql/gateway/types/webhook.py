"""Webhooks, for callers who can create them."""

from datetime import datetime

import strawberry

from fleet.model import event as events
from fleet.model import opaque, webhook
from fleet.model.caller import Scope
from fleet.model.event import EventKind
from fleet.model.provider import Provider as KnownProvider
from fleet.model.severity import Severity
from fleet.model.webhook import KnownWebhook, WebhookForm
from gateway.context import Info
from gateway.http.codes import Code
from gateway.http.errors import ClientError
from gateway.relay.connections import After, Connection, First, Page, ask
from gateway.relay.ids import Node
from gateway.types.event import Event
from gateway.types.provider import Provider, provider_of
from gateway.types.records import field, serves

strawberry.enum(
    WebhookForm,
    description="What is sent. STANDARD: JSON with the signature of <https://www.standardwebhooks.com/>. SLACK: a "
    "message for an incoming webhook of Slack. UNKNOWN: a form that this version does not know; nothing is sent.",
)

Row = strawberry.Parent[KnownWebhook]
Waiting = strawberry.Parent[webhook.Delivery]


def kinds(known: Row) -> list[EventKind] | None:
    chosen = known.webhook.kinds
    return None if chosen is None else [kind for kind in EventKind if kind in chosen]


def severities(known: Row) -> list[Severity] | None:
    chosen = known.webhook.severities
    return None if chosen is None else [severity for severity in Severity if severity in chosen]


def providers(known: Row) -> list[KnownProvider] | None:
    chosen = known.webhook.providers
    return None if chosen is None else [provider_of(key) for key in sorted(chosen)]


def account_ids(known: Row) -> list[str] | None:
    chosen = known.webhook.account_ids
    return None if chosen is None else [opaque.write(["Account", one]) for one in sorted(chosen)]


def delivered_event(delivery: Waiting) -> events.Event:
    return delivery.event.model_copy(update={"order": delivery.order})


@strawberry.type(description="An event that could not be delivered.")
class WebhookDelivery:
    is_type_of = serves(webhook.Delivery)

    event: Event = field(resolver=delivered_event)
    attempts: int = field("How often it was tried.")
    since: datetime = field("When it was tried first.")
    failure: str | None = field("Why the latest attempt failed.")


async def dead(
    known: Row, info: Info, first: First = 20, after: After = strawberry.UNSET
) -> Page[webhook.Delivery]:
    pager = ask("deadDeliveries", known.webhook.id, first=first, after=after)
    found = await info.context.webhooks.webhooks.dead(
        known.webhook.id, after=pager.after_key, limit=pager.first + 1
    )
    return pager.cut([((one.order,), one) for one in found])


@strawberry.type(
    description="An address to which the events of the feed `activity` are sent. Its address and its secret are shown "
    "to nobody; the secret is shown once, when the webhook is created."
)
class Webhook(Node):
    is_type_of = serves(KnownWebhook)

    name: str = field(resolver=lambda root: root.webhook.name)
    form: WebhookForm = field(resolver=lambda root: root.webhook.form)
    origin: str = field("The scheme and the host of its address.", resolver=lambda root: root.webhook.origin)
    kinds: list[EventKind] | None = field("The kinds of events. Null means all.", resolver=kinds)
    severities: list[Severity] | None = field("Null means all.", resolver=severities)
    providers: list[Provider] | None = field("Null means all.", resolver=providers)
    account_ids: list[strawberry.ID] | None = field(
        "Null means all. They include accounts that were disconnected.", resolver=account_ids
    )
    created_at: datetime = field(resolver=lambda root: root.webhook.created_at)
    created_by: str = field(
        "The name of the caller who created it.", resolver=lambda root: root.webhook.created_by
    )
    paused_at: datetime | None = field(
        "Since when nothing is sent. Null while it is sending.", resolver=lambda root: root.webhook.paused_at
    )
    pause_reason: str | None = field(
        "Why Fleetgraph paused it by itself: its receiver answered with 410. Null where a person did.",
        resolver=lambda root: root.webhook.pause_reason,
    )
    delivered_at: datetime | None = field(
        "When an event was delivered last.", resolver=lambda root: root.state.delivered_at
    )
    failing_since: datetime | None = field(
        "Since when every attempt has failed. Null after a success.",
        resolver=lambda root: root.state.failing_since,
    )
    failure: str | None = field(
        "Why the latest attempt failed. Null after a success.", resolver=lambda root: root.state.failure
    )
    waiting_count: int = field(
        "Events that are tried again, or wait behind one of their cluster.",
        resolver=lambda root: root.state.waiting_count,
    )
    dead_count: int = field(
        "Events that were given up after a day, up to 1,000.", resolver=lambda root: root.state.dead_count
    )
    dead_deliveries: Connection[WebhookDelivery] = field(
        "The events that were given up, in the order of the feed, for 30 days. `replayWebhook` sends them again.",
        resolver=dead,
    )


async def webhooks(info: Info, first: First = 20, after: After = strawberry.UNSET) -> Page[KnownWebhook]:
    pager = ask("webhooks", first=first, after=after, parts=2)
    if not info.context.caller.may(Scope.ADMIN):
        raise ClientError("This needs the scope ADMIN.", extensions={"code": Code.FORBIDDEN})
    last = (pager.after[0], pager.after[1]) if pager.after else None
    found = await info.context.webhooks.webhooks.page(after=last, limit=pager.first + 1)
    return pager.cut([(known.webhook.order, known) for known in found])
