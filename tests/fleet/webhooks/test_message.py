"""What is sent. Somebody else's library verifies it, as a receiver would."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from fleet.model import opaque
from fleet.model.change import OperationKind
from fleet.model.event import Event, EventKind
from fleet.model.severity import Severity
from fleet.model.webhook import Webhook, WebhookForm
from fleet.webhooks.message import TYPES, make_secret, message_id, write_body, write_headers
from tests.fleet.webhooks.receiving import ACME, changed

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)


def webhook(form: WebhookForm = WebhookForm.STANDARD, webhook_id: str = "w1") -> Webhook:
    return Webhook(
        id=webhook_id,
        name="pager",
        form=form,
        origin="https://a.example",
        created_at=NOW,
        created_by="somebody",
    )


def test_a_receivers_library_verifies_the_signature() -> None:
    secret, body = make_secret(), write_body(webhook(), changed("c1", "FAILED", message="Größe"))
    headers = write_headers(secret, message_id(webhook(), changed("c1", "FAILED")), datetime.now(UTC), body)
    payload = Verifier(secret).verify(body, headers)
    assert payload["type"] == "cluster.phase_changed"
    with pytest.raises(WebhookVerificationError):
        Verifier(make_secret()).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(body + b" ", headers)


def test_what_somebody_sends_again_later_is_out_of_the_replay_window() -> None:
    secret, body = make_secret(), write_body(webhook(), changed("c1", "FAILED"))
    headers = write_headers(secret, "msg_1", datetime.now(UTC) - timedelta(minutes=6), body)
    with pytest.raises(WebhookVerificationError, match="too old"):
        Verifier(secret).verify(body, headers)


def test_a_message_holds_what_the_feed_shows_with_the_ids_of_the_graph() -> None:
    event = changed("c1", "FAILED", operation_id="o1", operation_kind=OperationKind.CREATE_CLUSTER)
    assert json.loads(write_body(webhook(), event)) == {
        "type": "cluster.phase_changed",
        "timestamp": "2040-05-04T12:00:00Z",
        "data": {
            "kind": "PHASE_CHANGED",
            "severity": "BROKEN",
            "provider": "KUPE",
            "account": {"id": opaque.write(["Account", ACME.id]), "name": "acme"},
            "cluster": {"id": opaque.write(["Cluster", ACME.id, "c1"]), "name": "c1"},
            "operation": {"id": opaque.write(["Operation", ACME.id, "o1"]), "kind": "CREATE_CLUSTER"},
            "from": "READY",
            "to": "FAILED",
            "message": None,
        },
    }


def test_slack_gets_a_text_in_which_nothing_is_a_command() -> None:
    event = changed("c1 <!channel>", "FAILED", message="a < b & c")
    payload = json.loads(write_body(webhook(WebhookForm.SLACK), event))
    assert payload == {
        "text": ":red_circle: *acme/c1 &lt;!channel&gt;* phase changed: READY → FAILED\na &lt; b &amp; c"
    }


def test_slack_gets_which_change_ended() -> None:
    event = changed(
        "c1",
        "SUCCEEDED",
        kind=EventKind.OPERATION_ENDED,
        before=None,
        operation_kind=OperationKind.CREATE_CLUSTER,
    )
    payload = json.loads(write_body(webhook(WebhookForm.SLACK), event))
    assert payload["text"] == ":large_green_circle: *acme/c1* create cluster ended: SUCCEEDED"


def test_every_kind_has_a_type() -> None:
    assert TYPES.keys() == set(EventKind)


def test_the_id_tells_events_and_webhooks_apart_and_not_places_in_the_feed() -> None:
    event = changed("c1", "FAILED")
    assert message_id(webhook(), event) == message_id(webhook(), event.model_copy(update={"order": "later"}))
    others = [
        message_id(webhook(), event),
        message_id(webhook(webhook_id="w2"), event),
        message_id(webhook(), changed("c2", "FAILED")),
        message_id(webhook(), changed("c1", "READY")),
    ]
    assert len(set(others)) == 4


@pytest.mark.parametrize(
    ("kind", "to", "severity"),
    [
        (EventKind.PHASE_CHANGED, "FAILED", Severity.BROKEN),
        (EventKind.PHASE_CHANGED, "DEGRADED", Severity.BROKEN),
        (EventKind.PHASE_CHANGED, "UPDATING", Severity.MOVING),
        (EventKind.PHASE_CHANGED, "UNKNOWN", Severity.UNKNOWN),
        (EventKind.PHASE_CHANGED, "STOPPED", Severity.FINE),
        (EventKind.OPERATION_BEGUN, "RUNNING", Severity.MOVING),
        (EventKind.OPERATION_ENDED, "SUCCEEDED", Severity.FINE),
        (EventKind.OPERATION_ENDED, "FAILED", Severity.BROKEN),
        (EventKind.OPERATION_ENDED, "TIMED_OUT", Severity.STUCK),
        (EventKind.OPERATION_ENDED, None, Severity.UNKNOWN),
        (EventKind.ACCOUNT_FAILED, None, Severity.UNKNOWN),
        (EventKind.ACCOUNT_RECOVERED, None, Severity.FINE),
        (EventKind.LIMIT_CHANGED, "5.00 USD", Severity.FINE),
    ],
)
def test_an_event_says_how_much_it_needs_somebody(
    kind: EventKind, to: str | None, severity: Severity
) -> None:
    event = Event(kind=kind, account_id="a", occurred_at=NOW, after=to)
    assert event.severity is severity
