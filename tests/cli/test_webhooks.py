"""A receiver on this machine is told what happens on the sandbox, made and followed with the command."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from cli.errors import Exit
from sandbox.faults import FaultKind
from tests.cli.whole import Whole, whole
from tests.receiver import Message, Receiver, receiving

CREATE = "clusters", "create", "kupe", "--account", "Acme Tools", "--type", "shared", "--wait"


@pytest.fixture
def everything() -> Iterator[Whole]:
    with whole(kupe="Acme Tools") as one:
        yield one


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def is_signed(message: Message, secret: str) -> bool:
    """As somebody else's library signs it. Its own check compares the time with that of this machine."""
    result = message.headers
    at = datetime.fromtimestamp(int(result["webhook-timestamp"]), UTC)
    return (
        Verifier(secret).sign(result["webhook-id"], at, message.body.decode()) == result["webhook-signature"]
    )


def test_a_receiver_gets_what_happens_to_a_cluster_in_order(everything: Whole, receiver: Receiver) -> None:
    fleetgraph = everything.command()
    made = fleetgraph("webhooks", "create", "mine", "--to", receiver.url, "--account", "Acme Tools")
    assert made.status == Exit.OK, made.err
    assert "It is not shown again." in made.err
    assert fleetgraph(*CREATE, "--name", "told").status == Exit.OK
    everything.pass_time(10)
    assert all(is_signed(message, made.out.strip()) for message in receiver.received)
    result = [json.loads(message.body) for message in receiver.received]
    mine = [one["data"] for one in result if (one["data"]["cluster"] or {}).get("name") == "told"]
    assert mine[0]["kind"] == "OPERATION_BEGUN"
    phases = [one["to"] for one in mine if one["kind"] == "PHASE_CHANGED"]
    assert (phases[0], phases[-1]) == ("PENDING", "READY")
    (cluster_id,) = {one["cluster"]["id"] for one in mine if one["kind"] == "PHASE_CHANGED"}
    assert fleetgraph("clusters", "show", cluster_id, "-o", "name").out == "Acme Tools/told\n"
    state = json.loads(fleetgraph("webhooks", "show", "mine", "--json").out)
    assert (state["failure"], state["waitingCount"], state["deadCount"]) == (None, 0, 0)


def test_slack_gets_only_what_broke(everything: Whole, receiver: Receiver) -> None:
    fleetgraph = everything.command()
    fleetgraph.environment = {"SLACK": receiver.url}
    made = fleetgraph(
        "webhooks", "create", "team", "--to-env", "SLACK", "--form", "slack", "--severity", "unknown"
    )
    assert made.status == Exit.OK, made.err
    with everything.spoiled(FaultKind.SERVER_ERROR):
        everything.pass_time(600)
    everything.pass_time(600)
    everything.pass_time(600)
    (text, *_) = [json.loads(message.body)["text"] for message in receiver.received]
    assert text.startswith(":white_circle: *Acme Tools* account failed\nClusters cannot be observed")


def test_what_was_given_up_is_shown_and_replayed(everything: Whole, receiver: Receiver) -> None:
    fleetgraph = everything.command()
    receiver.status = 500
    fleetgraph("webhooks", "create", "mine", "--to", receiver.url, "--kind", "operation-begun")
    assert fleetgraph(*CREATE, "--name", "told").status == Exit.OK
    for hours in (0.1, 0.2, 1, 3, 6, 9, 9, 3):
        everything.pass_time(hours * 3600)
    title, row = fleetgraph("webhooks", "list").out.splitlines()
    assert title.split() == [
        "NAME",
        "TO",
        "FORM",
        "SENDS",
        "STATE",
        "DELIVERED",
        "WAITING",
        "DEAD",
        "FAILURE",
    ]
    assert "FAILING" in row
    assert "It answered with 500." in row
    (dead,) = json.loads(fleetgraph("webhooks", "dead", "mine", "--json").out)["deadDeliveries"]
    assert (dead["attempts"], dead["event"]["clusterName"]) == (8, "told")
    receiver.status, before = 204, len(receiver.received)
    assert "1 wait now" in fleetgraph("webhooks", "replay", "mine").out
    everything.pass_time(5)
    assert len(receiver.received) == before + 1
    assert len({message.headers["webhook-id"] for message in receiver.received}) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["create", "mine", "--to", "hooks"], Exit.USAGE, "--to: An address begins with https://"),
        (["create", "mine"], Exit.USAGE, "--to holds no address."),
        (["create", "mine", "--to-env", "NOTHING"], Exit.USAGE, "NOTHING holds no address."),
        (["create", "mine", "--to", "a", "--to-env", "B"], Exit.USAGE, "name two addresses"),
        (["create", "mine", "--to", "https://a", "--severity", "brokn"], Exit.USAGE, "Did you mean broken?"),
        (["update", "mine"], Exit.USAGE, "There is nothing to change."),
        (
            ["update", "mine", "--kind", "phase-changed", "--clear", "kind"],
            Exit.USAGE,
            "contradict each other",
        ),
        (["pause", "mine"], Exit.NOT_FOUND, "There is no webhook mine."),
        (["show", "mine"], Exit.NOT_FOUND, "There is no webhook mine."),
    ],
)
def test_what_cannot_be_meant_is_said(
    everything: Whole, arguments: list[str], status: Exit, sentence: str
) -> None:
    ended = everything.command()("webhooks", *arguments)
    assert (ended.status, ended.out) == (status, "")
    assert sentence in ended.err


def test_a_webhook_is_tested_changed_paused_and_resumed(everything: Whole, receiver: Receiver) -> None:
    fleetgraph = everything.command()
    made = fleetgraph("webhooks", "create", "mine", "--to", receiver.url, "--severity", "broken")
    assert fleetgraph("webhooks", "test", "mine").status == Exit.OK
    (message,) = receiver.received
    assert json.loads(message.body)["type"] == "webhook.test"
    assert is_signed(message, made.out.strip())
    receiver.status = 410
    failed = fleetgraph("webhooks", "test", "mine")
    assert (failed.status, failed.out) == (Exit.FAILED, "")
    assert "It answered with 410." in failed.err
    receiver.status = 204
    receiver.received.clear()
    changed = fleetgraph(
        "webhooks", "update", "mine", "--name", "ours", "--kind", "operation-begun", "--clear", "severity"
    )
    assert changed.out == f"ours sends operation-begun to {receiver.url.removesuffix('/hook')}.\n"
    assert fleetgraph("webhooks", "pause", "ours").out.startswith("ours is paused since ")
    title, row = fleetgraph("webhooks", "list").out.splitlines()
    assert row.split()[title.split().index("STATE")] == "PAUSED"
    assert fleetgraph(*CREATE, "--name", "told").status == Exit.OK
    everything.pass_time(10)
    assert receiver.received == []
    assert fleetgraph("webhooks", "resume", "ours").status == Exit.OK
    everything.pass_time(10)
    (message,) = receiver.received
    assert json.loads(message.body)["data"]["kind"] == "OPERATION_BEGUN"


def test_a_receiver_that_is_gone_is_shown_as_paused_with_the_reason(
    everything: Whole, receiver: Receiver
) -> None:
    fleetgraph = everything.command()
    receiver.status = 410
    fleetgraph("webhooks", "create", "mine", "--to", receiver.url, "--kind", "operation-begun")
    assert fleetgraph(*CREATE, "--name", "told").status == Exit.OK
    everything.pass_time(3600)
    assert len(receiver.received) == 1
    assert "410: it wants nothing any more" in fleetgraph("webhooks", "show", "mine").out
