"""The message of an event, and its signature.

Source of the form and of the signature: <https://github.com/standard-webhooks/standard-webhooks>.
"""

import hashlib
import hmac
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fleet.model import opaque
from fleet.model.event import Event, EventKind
from fleet.model.severity import Severity
from fleet.model.webhook import Webhook, WebhookForm

PREFIX = "whsec_"
_SECRET_BYTES = 32

TEST = "webhook.test"
TYPES: Mapping[EventKind, str] = {
    EventKind.PHASE_CHANGED: "cluster.phase_changed",
    EventKind.VERSION_CHANGED: "cluster.version_changed",
    EventKind.LIMIT_CHANGED: "cluster.limit_changed",
    EventKind.REVISION_CHANGED: "cluster.revision_changed",
    EventKind.OPERATION_BEGUN: "operation.begun",
    EventKind.OPERATION_ENDED: "operation.ended",
    EventKind.ACCOUNT_FAILED: "account.failed",
    EventKind.ACCOUNT_RECOVERED: "account.recovered",
    EventKind.UNKNOWN: "unknown",
}

_MARKS: Mapping[Severity, str] = {
    Severity.BROKEN: ":red_circle:",
    Severity.STUCK: ":large_orange_circle:",
    Severity.UNKNOWN: ":white_circle:",
    Severity.MOVING: ":large_blue_circle:",
    Severity.FINE: ":large_green_circle:",
}


def make_secret() -> str:
    return PREFIX + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def message_id(webhook: Webhook, event: Event) -> str:
    """The same at every attempt, also where the feed gave the event a later place meanwhile: a receiver recognises what
    it has already.
    """
    payload = event.model_dump_json(exclude={"message"})
    return "msg_" + hashlib.sha256(f"{webhook.id}\n{payload}".encode()).hexdigest()[:32]


def write_body(webhook: Webhook, event: Event) -> bytes:
    payload = _slack(event) if webhook.form is WebhookForm.SLACK else _standard(event)
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def write_test(webhook: Webhook, at: datetime) -> bytes:
    """A message of which nothing has happened, to see whether one arrives."""
    sentence = f"This is a test of the webhook {webhook.name}. Nothing has happened."
    told: dict[str, Any] = {"text": _escape(sentence)}
    if webhook.form is not WebhookForm.SLACK:
        about = {"id": opaque.write(["Webhook", webhook.id]), "name": webhook.name}
        told = {
            "type": TEST,
            "timestamp": _instant(at),
            "data": {"webhook": about, "message": sentence},
        }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def new_test_id() -> str:
    return f"msg_test_{secrets.token_hex(16)}"


def write_headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """`at` is the time of the attempt, so that a receiver can refuse what somebody sends again later."""
    stamp = str(int(at.timestamp()))
    key = b64decode(secret.removeprefix(PREFIX))
    signed = b".".join((message_id.encode(), stamp.encode(), body))
    signature = b64encode(hmac.digest(key, signed, "sha256")).decode()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature}",
    }


def _standard(event: Event) -> dict[str, Any]:
    """The members of `data` are those of `Event` in the schema, with the IDs of the graph."""
    cluster = None
    if event.cluster_name is not None or event.cluster_key is not None:
        key = event.cluster_key
        cluster_id = None if key is None else opaque.write(["Cluster", event.account_id, key])
        cluster = {"id": cluster_id, "name": event.cluster_name}
    operation = None
    if event.operation_id is not None:
        operation_id = opaque.write(["Operation", event.account_id, event.operation_id])
        operation = {"id": operation_id, "kind": event.operation_kind}
    return {
        "type": TYPES[event.kind],
        "timestamp": _instant(event.occurred_at),
        "data": {
            "kind": event.kind,
            "severity": event.severity,
            "provider": None if event.provider is None else event.provider.upper(),
            "account": {"id": opaque.write(["Account", event.account_id]), "name": event.account_name},
            "cluster": cluster,
            "operation": operation,
            "from": event.before,
            "to": event.after,
            "message": event.message,
        },
    }


def _slack(event: Event) -> dict[str, Any]:
    """Source of the escapes: <https://api.slack.com/reference/surfaces/formatting#escaping>."""
    where = "/".join(filter(None, [event.account_name, event.cluster_name])) or "an account"
    change = event.kind.lower().replace("_", " ")
    if event.operation_kind is not None:
        change = f"{event.operation_kind.lower().replace('_', ' ')} {event.kind.split('_')[-1].lower()}"
    became = " → ".join(filter(None, [event.before, event.after]))
    line = f"{_MARKS[event.severity]} *{_escape(where)}* {_escape(change)}"
    if became:
        line += f": {_escape(became)}"
    return {"text": "\n".join(filter(None, [line, _escape(event.message or "")]))}


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
