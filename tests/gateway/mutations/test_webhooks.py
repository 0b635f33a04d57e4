"""Webhooks through GraphQL: made, listed, replayed and deleted by those who may; and no secret is shown twice."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from fleet.model import opaque
from fleet.model.caller import Caller, Scope
from fleet.ports.webhooks import NotDelivered
from fleet.webhooks.deliver import PAGE
from fleet.webhooks.service import MOST_WEBHOOKS
from fleet.webhooks.target import read_kept
from infra.store.store import TableStore
from infra.store.writes import put
from tests.fleet.webhooks.receiving import Subscribed, changed
from tests.gateway.world import Client
from tests.infra.samples import SetClock
from tests.tables import OpenTable

FIELDS = """id name form origin kinds severities providers { kind } accountIds createdBy deliveredAt failingSince
    failure waitingCount deadCount deadDeliveries(first: 5) { nodes { attempts failure event { kind severity to } } }"""
CREATE = f"""mutation ($input: CreateWebhookInput!) {{ createWebhook(input: $input) {{
    webhook {{ {FIELDS} }} secret userErrors {{ __typename message path }} }} }}"""
LIST = f"{{ webhooks(first: 50) {{ nodes {{ {FIELDS} }} }} }}"
NODE = f"query ($id: ID!) {{ node(id: $id) {{ __typename ... on Webhook {{ {FIELDS} }} }} }}"
DELETE = "mutation ($id: ID!) { deleteWebhook(id: $id) { deletedId userErrors { __typename path } } }"
REPLAY = """mutation ($id: ID!) { replayWebhook(id: $id) {
    webhook { waitingCount deadCount } userErrors { __typename } } }"""
URL = "https://hooks.example.com/services/a-made-up-secret"


@pytest.fixture
def fleet(open_table: OpenTable) -> Iterator[Subscribed]:
    clock = SetClock()
    with open_table(clock) as opened:
        yield Subscribed(opened.table, clock)


@pytest.fixture
def admin(fleet: Subscribed) -> Client:
    return client(fleet, Scope.ADMIN)


def client(fleet: Subscribed, *scopes: Scope) -> Client:
    caller = Caller(id="key k1", name="ops", scopes=frozenset(scopes))
    store: TableStore = fleet.store
    return Client(store, fleet.clock, caller=caller, webhooks=fleet.service)  # type: ignore[arg-type]


async def create(admin: Client, **chosen: Any) -> Mapping[str, Any]:
    made: Mapping[str, Any] = (await admin.query(CREATE, input={"name": "pager", "url": URL} | chosen))[
        "createWebhook"
    ]
    return made


async def test_a_webhook_is_made_and_its_secret_is_shown_once(admin: Client) -> None:
    made = await create(admin, severities=["BROKEN"], kinds=["PHASE_CHANGED"], providers=["KUPE"])
    assert made["userErrors"] == []
    assert made["secret"].startswith("whsec_")
    webhook = made["webhook"]
    assert (webhook["origin"], webhook["form"], webhook["createdBy"]) == (
        "https://hooks.example.com",
        "STANDARD",
        "ops",
    )
    assert (webhook["severities"], webhook["kinds"]) == (["BROKEN"], ["PHASE_CHANGED"])
    assert webhook["providers"] == [{"kind": "KUPE"}]
    assert (await admin.query(LIST))["webhooks"]["nodes"] == [webhook]
    assert (await admin.query(NODE, id=webhook["id"]))["node"] == {"__typename": "Webhook", **webhook}
    assert "a-made-up-secret" not in json.dumps([made, await admin.query(LIST)])


@pytest.mark.parametrize(
    ("chosen", "path"),
    [
        ({"name": " "}, ["input", "name"]),
        ({"name": "x" * 101}, ["input", "name"]),
        ({"url": "http://hooks.example.com/"}, ["input", "url"]),
        ({"url": "https://" + "x" * 1000}, ["input", "url"]),
        ({"accountIds": ["nonsense"]}, ["input", "accountIds"]),
        ({"accountIds": [opaque.write(["Account", "nobody"])]}, ["input", "accountIds"]),
    ],
)
async def test_what_cannot_be_meant_is_refused_and_not_repeated(
    admin: Client, chosen: dict[str, Any], path: list[str]
) -> None:
    made = await create(admin, **chosen)
    (error,) = made["userErrors"]
    assert (error["__typename"], error["path"]) == ("InvalidInputError", path)
    assert made["webhook"] is None
    assert made["secret"] is None
    assert (await admin.query(LIST))["webhooks"]["nodes"] == []


async def test_a_name_is_taken_once_and_there_is_a_most(admin: Client) -> None:
    await create(admin)
    (error,) = (await create(admin))["userErrors"]
    assert error["message"] == "Another webhook has this name."
    assert error["__typename"] == "ConflictError"
    for number in range(MOST_WEBHOOKS - 1):
        assert (await create(admin, name=f"w{number}"))["userErrors"] == []
    (error,) = (await create(admin, name="one too many"))["userErrors"]
    assert f"There are {MOST_WEBHOOKS} webhooks" in error["message"]


async def test_what_was_given_up_is_shown_and_replayed(
    admin: Client, fleet: Subscribed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleet.webhooks.deliver.RETRY_AFTER", ())
    webhook = (await create(admin))["webhook"]
    (known,) = await fleet.webhooks.page(after=None, limit=2)
    webhook_id = known.webhook.id
    fleet.receiver.refuse = lambda message: NotDelivered("It answered with 400.")
    await fleet.happens(changed("c1", "FAILED"))
    for _ in range(2):
        await fleet.deliverer.deliver(webhook_id)
    ((shown,),) = [(await admin.query(LIST))["webhooks"]["nodes"]]
    assert (shown["deadCount"], shown["waitingCount"], shown["failure"]) == (1, 0, "It answered with 400.")
    (dead,) = shown["deadDeliveries"]["nodes"]
    assert dead == {
        "attempts": 1,
        "failure": "It answered with 400.",
        "event": {"kind": "PHASE_CHANGED", "severity": "BROKEN", "to": "FAILED"},
    }
    replayed = (await admin.query(REPLAY, id=webhook["id"]))["replayWebhook"]
    assert replayed == {"webhook": {"waitingCount": 1, "deadCount": 0}, "userErrors": []}
    fleet.receiver.refuse = lambda message: None
    await fleet.deliverer.deliver(webhook_id)
    assert fleet.receiver.became == ["c1 FAILED"]


async def test_a_webhook_is_deleted_once(admin: Client) -> None:
    webhook = (await create(admin))["webhook"]
    assert (await admin.query(DELETE, id=webhook["id"]))["deleteWebhook"] == {
        "deletedId": webhook["id"],
        "userErrors": [],
    }
    again = (await admin.query(DELETE, id=webhook["id"]))["deleteWebhook"]
    assert again == {"deletedId": None, "userErrors": [{"__typename": "NotFoundError", "path": ["id"]}]}
    assert (await admin.query(NODE, id=webhook["id"]))["node"] is None


async def test_whoever_may_not_make_them_does_not_see_them(admin: Client, fleet: Subscribed) -> None:
    webhook = (await create(admin))["webhook"]
    writer = client(fleet, Scope.WRITE)
    assert (await writer.query(NODE, id=webhook["id"]))["node"] is None
    answer = await writer.send(LIST)
    assert answer["data"] == {"webhooks": None}
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("attribute", "form"), [("body", "no JSON"), ("body", "{}"), ("body", '{"kinds": 5}'), ("state", "[]")]
)
async def test_one_that_does_not_read_is_shown_sends_nothing_and_can_be_deleted(
    admin: Client, fleet: Subscribed, attribute: str, form: str
) -> None:
    webhook = (await create(admin))["webhook"]
    (known,) = await fleet.webhooks.page(after=None, limit=2)
    key = f"webhook\x00{known.webhook.id}", "webhook"
    row = await fleet.table.get(key, consistent=True)
    assert row is not None
    if form == '{"kinds": 5}':
        form = json.dumps({**json.loads(str(row["body"])), "kinds": 5})
    await fleet.table.write(put({**row, attribute: form}))
    (shown,) = (await admin.query(LIST))["webhooks"]["nodes"]
    assert (shown["id"], shown["name"], shown["kinds"]) == (webhook["id"], "pager", [])
    assert "another version" in shown["failure"]
    await fleet.happens(changed("c1", "FAILED"))
    assert await fleet.deliverer.deliver(known.webhook.id) is None
    assert fleet.receiver.received == []
    replayed = (await admin.query(REPLAY, id=webhook["id"]))["replayWebhook"]
    assert [error["__typename"] for error in replayed["userErrors"]] == ["UnsupportedError"]
    assert (await create(admin))["userErrors"][0]["message"] == "Another webhook has this name."
    assert (await admin.query(DELETE, id=webhook["id"]))["deleteWebhook"]["deletedId"] == webhook["id"]
    assert (await admin.query(LIST))["webhooks"]["nodes"] == []
    with pytest.raises(KeyError):
        await fleet.vault.token(known.webhook.vault_key)


async def test_a_form_that_nobody_knows_is_not_made(admin: Client) -> None:
    (error,) = (await create(admin, form="UNKNOWN"))["userErrors"]
    assert (error["__typename"], error["path"]) == ("InvalidInputError", ["input", "form"])


UPDATE = f"""mutation ($id: ID!, $input: UpdateWebhookInput!) {{ updateWebhook(id: $id, input: $input) {{
    webhook {{ {FIELDS} pausedAt pauseReason }} userErrors {{ __typename message path }} }} }}"""
TEST = """mutation ($id: ID!) { testWebhook(id: $id) {
    webhook { name deliveredAt } isDelivered failure userErrors { __typename path } } }"""


async def update(admin: Client, webhook: Mapping[str, Any], **changed: Any) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = (await admin.query(UPDATE, id=webhook["id"], input=changed))["updateWebhook"]
    return answer


async def test_a_webhook_is_changed_in_place_and_what_is_left_out_stays(
    admin: Client, fleet: Subscribed
) -> None:
    made = await create(admin, severities=["BROKEN"], kinds=["PHASE_CHANGED"])
    url = "https://other.example.com/with-another-made-up-secret"
    changed = await update(admin, made["webhook"], url=url, name=" on call ", kinds=None)
    assert changed["userErrors"] == []
    after = {**made["webhook"], "name": "on call", "origin": "https://other.example.com", "kinds": None}
    assert {name: changed["webhook"][name] for name in after} == after
    assert (await admin.query(LIST))["webhooks"]["nodes"] == [after]
    await fleet.become("c1 READY", "c1 FAILED")
    (known,) = await fleet.webhooks.page(after=None, limit=2)
    await fleet.deliverer.deliver(known.webhook.id)
    assert fleet.receiver.became == ["c1 FAILED"]
    (message,) = fleet.receiver.received
    assert message.url == url
    signed = (
        message.headers["webhook-id"],
        datetime.fromtimestamp(int(message.headers["webhook-timestamp"]), UTC),
    )
    assert (
        Verifier(made["secret"]).sign(*signed, message.body.decode()) == message.headers["webhook-signature"]
    )


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"name": ""}, ["input", "name"]),
        ({"name": None}, ["input", "name"]),
        ({"name": "other"}, ["input", "name"]),
        ({"url": "http://hooks.example.com/"}, ["input", "url"]),
        ({"form": "UNKNOWN"}, ["input", "form"]),
        ({"isPaused": None}, ["input", "isPaused"]),
        ({"accountIds": [opaque.write(["Account", "nobody"])]}, ["input", "accountIds"]),
    ],
)
async def test_a_change_that_cannot_be_meant_changes_nothing(
    admin: Client, fleet: Subscribed, changed: dict[str, Any], path: list[str]
) -> None:
    await create(admin, name="other")
    webhook = (await create(admin))["webhook"]
    answer = await update(admin, webhook, **{"severities": ["STUCK"], **changed})
    assert [error["path"] for error in answer["userErrors"]] == [path]
    assert (await admin.query(NODE, id=webhook["id"]))["node"] == {"__typename": "Webhook", **webhook}
    kept = await fleet.webhooks.find(str(opaque.read(webhook["id"])[1]))  # type: ignore[index]
    assert kept is not None
    assert (await read_kept(fleet.vault, kept.webhook)).url == URL


async def test_while_it_is_paused_nothing_is_sent_and_nothing_is_lost(
    admin: Client, fleet: Subscribed
) -> None:
    webhook = (await create(admin))["webhook"]
    (known,) = await fleet.webhooks.page(after=None, limit=2)
    paused = (await update(admin, webhook, isPaused=True))["webhook"]
    assert (paused["pausedAt"] is not None, paused["pauseReason"]) == (True, None)
    await fleet.become("c1 FAILED")
    assert await fleet.deliverer.deliver(known.webhook.id) is None
    assert fleet.receiver.received == []
    assert (await update(admin, webhook, isPaused=False))["webhook"]["pausedAt"] is None
    await fleet.deliverer.deliver(known.webhook.id)
    assert fleet.receiver.became == ["c1 FAILED"]


async def test_a_receiver_that_is_gone_pauses_it_and_says_so(admin: Client, fleet: Subscribed) -> None:
    webhook = (await create(admin))["webhook"]
    (known,) = await fleet.webhooks.page(after=None, limit=2)
    fleet.receiver.refuse = lambda message: NotDelivered("It answered with 410.", is_gone=True)
    await fleet.become("c1 FAILED", "c2 FAILED", "c1 READY")
    await fleet.deliverer.deliver(known.webhook.id)
    assert fleet.receiver.tried == 1
    shown = (await update(admin, webhook))["webhook"]
    assert shown["pausedAt"] is not None
    assert "410" in shown["pauseReason"]
    assert await fleet.deliverer.deliver(known.webhook.id) is None
    fleet.receiver.refuse = lambda message: None
    assert (await update(admin, webhook, isPaused=False))["webhook"]["pauseReason"] is None
    fleet.clock.advance(10)
    await fleet.deliverer.deliver(known.webhook.id)
    assert fleet.receiver.became == ["c1 FAILED", "c2 FAILED", "c1 READY"]


async def test_what_is_changed_while_it_delivers_counts_at_once(admin: Client, fleet: Subscribed) -> None:
    webhook = (await create(admin))["webhook"]
    (known,) = await fleet.webhooks.page(after=None, limit=2)
    await fleet.happens(*(changed(f"c{number}", "FAILED") for number in range(2 * PAGE)))

    class Meanwhile:
        check = fleet.receiver.check
        sent = 0

        async def post(self, *_: object) -> None:
            Meanwhile.sent += 1
            if Meanwhile.sent == 1:
                await update(admin, webhook, isPaused=True)

    assert await replace(fleet.deliverer, sender=Meanwhile()).deliver(known.webhook.id) is None
    assert Meanwhile.sent == PAGE


@pytest.mark.parametrize("form", ["STANDARD", "SLACK"])
async def test_a_test_is_sent_at_once_and_signed_also_while_it_is_paused(
    admin: Client, fleet: Subscribed, form: str
) -> None:
    made = await create(admin, form=form, severities=["BROKEN"])
    await update(admin, made["webhook"], isPaused=True)
    assert (await admin.query(TEST, id=made["webhook"]["id"]))["testWebhook"] == {
        "webhook": {"name": "pager", "deliveredAt": None},
        "isDelivered": True,
        "failure": None,
        "userErrors": [],
    }
    (message,) = fleet.receiver.received
    told = json.loads(message.body)
    if form == "STANDARD":
        assert told["type"] == "webhook.test"
        assert told["data"]["webhook"] == {"id": made["webhook"]["id"], "name": "pager"}
    else:
        assert told == {"text": "This is a test of the webhook pager. Nothing has happened."}
    signed = (
        message.headers["webhook-id"],
        datetime.fromtimestamp(int(message.headers["webhook-timestamp"]), UTC),
    )
    assert (
        Verifier(made["secret"]).sign(*signed, message.body.decode()) == message.headers["webhook-signature"]
    )


async def test_a_test_that_fails_says_why_and_counts_nowhere(admin: Client, fleet: Subscribed) -> None:
    webhook = (await create(admin))["webhook"]
    fleet.receiver.refuse = lambda message: NotDelivered("It answered with 410.", is_gone=True)
    answer = (await admin.query(TEST, id=webhook["id"]))["testWebhook"]
    assert (answer["isDelivered"], answer["failure"]) == (False, "It answered with 410.")
    assert (await admin.query(LIST))["webhooks"]["nodes"] == [webhook]
    gone = (await admin.query(TEST, id=opaque.write(["Webhook", "nobody"])))["testWebhook"]
    assert gone["userErrors"] == [{"__typename": "NotFoundError", "path": ["id"]}]
    assert (gone["webhook"], gone["isDelivered"]) == (None, None)
