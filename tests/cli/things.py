"""What a server that keeps the contract answers with."""

from typing import Any

from tests.cli.contract import page

TOKEN = "made-up-token-" + "of-a-test"
CURRENT = {"state": "CURRENT", "ageSeconds": 3}
KUPE = {"kind": "KUPE", "name": "Kupe Cloud"}
TOKEN_STATUS = {"hint": "4711", "replacedAt": "2026-04-06T11:00:00Z"}
ACME = {"id": "an-account", "name": "acme", "provider": KUPE, "freshness": CURRENT, "token": TOKEN_STATUS}
STATUS = {"phase": "READY", "providerPhase": "Running", "since": "2026-04-06T11:00:00Z", "isConverged": True}
LIMIT = {
    "state": "LIMITED",
    "limit": {
        "money": {"minorUnits": "500", "currency": "USD", "decimal": "5.00"},
        "usage": {"requestUnits": "20000000", "storageMiB": "2048"},
        "basis": "USAGE",
        "period": "CALENDAR_MONTH",
        "enforcement": "STOP",
    },
}
PRODUCTION = {
    "__typename": "Cluster",
    "id": "a-cluster",
    "name": "production",
    "account": ACME,
    "status": STATUS,
    "freshness": CURRENT,
    "assessment": {"severity": "FINE", "reason": None, "since": "2026-04-06T11:00:00Z"},
    "upgrade": {"state": None, "versions": None},
    "revision": "r1",
    "spendLimit": LIMIT,
}
INTEGRATION = {
    "__typename": "Integration",
    "id": "a-link",
    "name": "aws-main",
    "externalId": "aws-main",
    "cloud": "AWS",
    "identity": {"cloudAccountId": "123456789012", "roleArn": "arn:aws:iam::123456789012:role/fleet"},
    "features": ["cluster"],
    "account": ACME,
    "freshness": CURRENT,
    "usedBy": {"nodes": [PRODUCTION], "pageInfo": {"hasNextPage": False, "hasPreviousPage": False}},
}


def operation(kind: str, state: str = "RUNNING", **more: Any) -> dict[str, Any]:
    return {
        "__typename": "Operation",
        "id": "an-operation",
        "kind": kind,
        "state": state,
        "account": ACME,
        "target": None,
        "targetName": "production",
        "requestedBy": "ci",
        "requestedAt": "2026-04-06T11:59:00Z",
        "deadline": "2026-04-06T12:30:00Z",
        "canBeCancelled": False,
        "differences": [],
        "warnings": [],
        "candidates": [],
        "pollAfterSeconds": 7 if state in ("RUNNING", "UNCONFIRMED") else None,
    } | more


def payload(kind: str, state: str = "RUNNING", **more: Any) -> dict[str, Any]:
    return {"operation": operation(kind, state, **more), "userErrors": []}


def refused(typename: str, **more: Any) -> dict[str, Any]:
    error = {"__typename": typename, "message": "It will not do.", "path": ["input", "name"]}
    return {"operation": None, "userErrors": [error | more]}


FAILURE = {"kind": "REJECTED", "message": "The quota is used up.", "httpStatus": 422}


KINDS = {"kupe": "KUPE", "cockroachdb": "COCKROACHDB", "qovery": "QOVERY", "northflank": "NORTHFLANK"}


def at(provider: str, **more: Any) -> dict[str, Any]:
    """A cluster at a provider."""
    account = {**ACME, "provider": {"kind": KINDS[provider], "name": provider.title()}}
    resources: dict[str, Any] = {"total": {}, "perNode": {}}
    return {
        **PRODUCTION,
        "account": account,
        "provider": account["provider"],
        "externalId": "x",
        "displayName": "x",
        "engine": "KUBERNETES",
        "capabilities": [],
        "regions": [],
        "capacity": resources,
        "statusHistory": page(),
        **more,
    }
