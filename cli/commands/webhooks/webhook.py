"""One webhook: how it is named and found, and what is said of it."""

from datetime import datetime
from typing import Any

import click

from cli.documents import webhooks
from cli.errors import NotThere
from cli.formatting import accounts, moment
from cli.kinds import lower
from cli.lookup import meant
from cli.session import Session

WEBHOOK = click.Argument(["which"], metavar="WEBHOOK")


def paused(webhook: dict[str, Any], now: datetime) -> str:
    since_then = moment(webhook["pausedAt"], now)
    return " ".join(filter(None, [since_then and f"since {since_then}", webhook["pauseReason"]]))


def all_webhooks(session: Session) -> list[dict[str, Any]]:
    return [one for page in session.client.pages(webhooks.WEBHOOKS, {}, "webhooks") for one in page["nodes"]]


def find(session: Session, reference: str) -> dict[str, Any]:
    """By name or ID. Raises NotThere."""
    found = all_webhooks(session)
    for webhook in found:
        if reference in (webhook["name"], webhook["id"]):
            return webhook
    hint = meant(reference, [one["name"] for one in found], "fleetgraph webhooks list")
    raise NotThere(f"There is no webhook {reference}.", hint)


def sends(webhook: dict[str, Any]) -> str:
    parts = [
        ", ".join(map(lower, webhook["severities"] or ())),
        ", ".join(map(lower, webhook["kinds"] or ())),
        ", ".join(one["name"] for one in webhook["providers"] or ()),
        "" if webhook["accountIds"] is None else accounts(webhook["accountIds"]),
    ]
    return "; ".join(filter(None, parts)) or "everything"
