"""Changes are asked for once, followed to their end, and explained where they are refused."""

import json
from typing import Any

import pytest

from cli.errors import Exit
from fleet.model.failure import FailureKind
from tests.cli.command import Command
from tests.cli.contract import Keeper
from tests.cli.things import FAILURE, PRODUCTION, STATUS, operation, payload, refused


@pytest.mark.parametrize(
    ("arguments", "field", "sent"),
    [
        (["stop", "acme/production"], "stopCluster", {"id": "a-cluster"}),
        (["deploy", "a-cluster"], "deployCluster", {"id": "a-cluster"}),
        (
            ["delete", "acme/production", "--confirm-name", "production"],
            "deleteCluster",
            {"id": "a-cluster", "confirmName": "production", "expectedRevision": None},
        ),
        (
            ["delete", "a-cluster", "--confirm-name", "production", "--expected-revision", "r1"],
            "deleteCluster",
            {"id": "a-cluster", "confirmName": "production", "expectedRevision": "r1"},
        ),
        (
            ["spend-limit", "set", "a-cluster", "--usd", "0"],
            "setSpendLimit",
            {"limit": {"money": {"minorUnits": "0", "currency": "USD"}}},
        ),
        (
            ["spend-limit", "set", "a-cluster", "--request-units", "50000000000", "--storage-mib", "5120"],
            "setSpendLimit",
            {"limit": {"usage": {"requestUnits": "50000000000", "storageMiB": "5120"}}},
        ),
        (
            ["spend-limit", "set", "a-cluster", "--vcpus", "8", "--expected-revision", "r1"],
            "setSpendLimit",
            {"limit": {"usage": {"provisionedVcpus": "8"}}, "expectedRevision": "r1"},
        ),
        (["spend-limit", "clear", "a-cluster"], "clearSpendLimit", {"clusterId": "a-cluster"}),
        (["disconnect", "acme"], "disconnectAccount", {"id": "an-account"}),
        (["refresh", "kupe/acme"], "refreshAccount", {"id": "an-account"}),
    ],
)
def test_a_command_asks_for_its_change(
    following: Command, keeper: Keeper, arguments: list[str], field: str, sent: dict[str, Any]
) -> None:
    keeper.on(field, payload("STOP_CLUSTER"))
    ended = following(*arguments)
    assert ended.status == Exit.OK, ended.err
    assert ended.out == "stop cluster acme/production: RUNNING\n"
    assert "Follow it: fleetgraph wait --operation an-operation" in ended.err
    (call,) = keeper.asked(field)
    assert call.items() >= sent.items()


def test_a_change_that_has_succeeded_at_once_says_so_and_nothing_else(
    following: Command, keeper: Keeper
) -> None:
    keeper.on("disconnectAccount", payload("DISCONNECT_ACCOUNT", "SUCCEEDED"))
    ended = following("disconnect", "acme")
    assert (ended.status, ended.out, ended.err) == (Exit.OK, "disconnect account production: SUCCEEDED\n", "")


def test_a_change_is_followed_to_its_end(following: Command, keeper: Keeper) -> None:
    kind = "CREATE_CLUSTER"
    keeper.on("createCluster", payload(kind, "UNCONFIRMED"))
    target = PRODUCTION | {"status": STATUS | {"phase": "PROVISIONING"}}
    keeper.on(
        "node",
        operation(kind, "UNCONFIRMED"),
        operation(kind),
        operation(kind, target=target),
        operation(kind, "SUCCEEDED", target=PRODUCTION),
    )
    arguments = ["create", "kupe", "--account", "acme", "--name", "production", "--type", "shared", "--wait"]
    ended = following(*arguments)
    assert ended.status == Exit.OK
    what = "create cluster acme/production"
    assert ended.out.splitlines() == [
        f"{what}: operation an-operation",
        f"2026-04-06T12:00:00Z {what} UNCONFIRMED, 0s elapsed",
        f"2026-04-06T12:00:07Z {what} RUNNING, 7s elapsed",
        f"2026-04-06T12:00:14Z {what} RUNNING (the cluster is PROVISIONING), seen 3s ago, 14s elapsed",
        f"2026-04-06T12:00:21Z {what} SUCCEEDED (the cluster is READY), seen 3s ago, 21s elapsed",
        f"2026-04-06T12:00:21Z {what} SUCCEEDED (the cluster is READY) after 21s",
    ]
    assert following.clock.naps == [7, 7, 7]


@pytest.mark.parametrize(
    ("last", "status", "sentence"),
    [
        (operation("STOP_CLUSTER", "FAILED"), Exit.FAILED, "It failed without a reason."),
        (operation("STOP_CLUSTER", "FAILED", failure=FAILURE), Exit.PROVIDER, "The quota is used up."),
        (operation("STOP_CLUSTER", "TIMED_OUT"), Exit.TIMED_OUT, "the provider may still finish it"),
        (operation("STOP_CLUSTER", "UNCONFIRMED"), Exit.TIMED_OUT, "it is not sent again"),
        (None, Exit.FAILED, "It was forgotten while we waited."),
    ],
)
def test_a_wait_for_an_operation_ends_as_the_operation_does(
    following: Command, keeper: Keeper, last: dict[str, Any] | None, status: Exit, sentence: str
) -> None:
    keeper.on("node", operation("STOP_CLUSTER"), last)
    ended = following("wait", "--operation", "an-operation", "--timeout", "1m")
    assert ended.status == status
    assert sentence in ended.out


@pytest.mark.parametrize("kind", FailureKind)
def test_a_change_ends_with_6_where_its_provider_failed_and_with_1_where_only_the_change_did(
    following: Command, keeper: Keeper, kind: FailureKind
) -> None:
    judged = {FailureKind.NOT_FOUND, FailureKind.REJECTED, FailureKind.UNKNOWN}
    failure = {"kind": kind.value, "message": "Not today.", "httpStatus": None}
    keeper.on("refreshAccount", payload("REFRESH_ACCOUNT"))
    keeper.on("node", operation("REFRESH_ACCOUNT", "FAILED", failure=failure))
    ended = following("refresh", "acme", "--wait")
    assert ended.status == (Exit.FAILED if kind in judged else Exit.PROVIDER)
    keeper.on("node", operation("REFRESH_ACCOUNT", "FAILED", failure=failure | {"httpStatus": 503}))
    assert following("refresh", "acme", "--wait").status == Exit.PROVIDER


@pytest.mark.parametrize("node", [None, PRODUCTION])
def test_an_operation_that_is_not_there_is_said(
    following: Command, keeper: Keeper, node: dict[str, Any] | None
) -> None:
    keeper.on("node", node)
    ended = following("wait", "--operation", "a-cluster")
    assert (ended.status, ended.out) == (Exit.NOT_FOUND, "")
    assert "There is no operation a-cluster." in ended.err


def test_an_operation_has_no_phase_to_wait_for(following: Command) -> None:
    assert following("wait", "--operation", "a", "--for", "ready").status == Exit.USAGE


def test_json_holds_the_operation_and_nothing_else(following: Command, keeper: Keeper) -> None:
    keeper.on("stopCluster", payload("STOP_CLUSTER"))
    keeper.on("node", operation("STOP_CLUSTER", "SUCCEEDED"))
    assert json.loads(following("stop", "a-cluster", "--json").out)["operation"]["state"] == "RUNNING"
    ended = following("stop", "a-cluster", "--json", "--wait")
    assert json.loads(ended.out)["operation"]["state"] == "SUCCEEDED"
    assert "SUCCEEDED after 0s" in ended.err


def test_a_change_that_its_provider_refused_at_once_ends_with_6(following: Command, keeper: Keeper) -> None:
    keeper.on("stopCluster", payload("STOP_CLUSTER", "FAILED", failure=FAILURE))
    ended = following("stop", "a-cluster")
    assert ended.status == Exit.PROVIDER
    assert "FAILED" in ended.out
    assert "The quota is used up." in ended.err


@pytest.mark.parametrize(
    ("answer", "status", "sentence"),
    [
        (refused("InvalidInputError", path=["id"]), Exit.USAGE, "fleetgraph: It will not do."),
        (
            refused("InvalidInputError", path=["confirmName"]),
            Exit.USAGE,
            "fleetgraph: --confirm-name: It will not do.",
        ),
        (refused("NotFoundError"), Exit.NOT_FOUND, "It will not do."),
        (
            refused("ForbiddenError", requiredScope="WRITE"),
            Exit.FORBIDDEN,
            "fleetgraph: It will not do. `fleetgraph whoami` shows the scopes of the key.\n",
        ),
        (
            refused("InUseError", usedBy={"nodes": [PRODUCTION]}),
            Exit.CONFLICT,
            "These clusters use it: production.",
        ),
        (refused("UnsupportedError", path=[]), Exit.FAILED, "fleetgraph: It will not do."),
        (
            refused("ConflictError", operation=operation("UPDATE_CLUSTER")),
            Exit.CONFLICT,
            "See how that change ends: fleetgraph wait --operation an-operation",
        ),
        (
            refused("ProviderFailedError", failure=FAILURE | {"retryAt": "2026-04-06T12:05:00.123456Z"}),
            Exit.PROVIDER,
            "The provider: The quota is used up. Trying again may help after 2026-04-06T12:05:00Z.",
        ),
        (
            refused("BudgetExhaustedError", retryAt="2026-04-06T12:05:00Z"),
            Exit.PROVIDER,
            "Trying again may help after 2026-04-06T12:05:00Z.",
        ),
    ],
    ids=lambda value: str(value["userErrors"]) if isinstance(value, dict) else "",
)
def test_a_refused_change_says_why_and_what_helps(
    following: Command, keeper: Keeper, answer: dict[str, Any], status: Exit, sentence: str
) -> None:
    keeper.on("deleteCluster", answer)
    ended = following("delete", "a-cluster", "--confirm-name", "production", "--wait")
    assert (ended.status, ended.out) == (status, "")
    assert sentence in ended.err
