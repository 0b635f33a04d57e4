"""What functions ask of AWS, against what their roles in template.yaml allow: no emulator looks at that."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from fleet.model.account import Account, Collection
from fleet.observing.schedule import Pace
from fleet.ports.clock import SystemClock
from functions.api import Api
from functions.observe import Observing
from functions.plan import Planner
from sandbox import Server
from tests.functions.conftest import ADMIN_KEY, Deployment, Invocation, batch, event, look
from tests.template.conftest import read_template

Calls = Sequence[tuple[str, Mapping[str, Any]]]

TABLE = {"Fn::GetAtt": ["Table", "Arn"]}
OTHERS = {
    "SendMessageBatch": "sqs:SendMessage",
    "DeleteParameter": "ssm:DeleteParameter",
    "GetParameter": "ssm:GetParameter",
    "PutParameter": "ssm:PutParameter",
    "GetSecretValue": "secretsmanager:GetSecretValue",
}
OF_A_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}

REPLACE = """mutation ($id: ID!, $token: Secret!) {
  replaceAccountToken(id: $id, apiToken: $token) { account { id } userErrors { message } }
}"""

DISCONNECT = "mutation ($id: ID!) { disconnectAccount(id: $id) { operation { id } } }"


def needed(calls: Calls) -> Iterator[tuple[str, str | None]]:
    """The permissions that calls take, each with the index that it is asked of, if any."""
    for name, parameters in calls:
        if name == "TransactWriteItems":
            kinds = {kind for item in parameters["TransactItems"] for kind in item}
            yield from ((f"dynamodb:{OF_A_TRANSACTION[kind]}", None) for kind in kinds)
        else:
            yield OTHERS.get(name, f"dynamodb:{name}"), parameters.get("IndexName")


def allowed(role: str) -> Iterator[tuple[str, str]]:
    """Actions of a role, each with a resource: `table`, `index/<name or *>`, or `other`."""
    (policy,) = read_template()["Resources"][role]["Properties"]["Policies"]
    for statement in policy["PolicyDocument"]["Statement"]:
        actions, resources = statement["Action"], statement["Resource"]
        for action in [actions] if isinstance(actions, str) else actions:
            for resource in resources if isinstance(resources, list) else [resources]:
                name = resource.get("Fn::Sub", "") if isinstance(resource, dict) else ""
                index = name.removeprefix("${Table.Arn}/") if "${Table.Arn}" in name else None
                yield action, index or ("table" if resource == TABLE else "other")


def refused(calls: Calls, role: str) -> set[tuple[str, str | None]]:
    may = set(allowed(role))

    def is_allowed(action: str, index: str | None) -> bool:
        if not action.startswith("dynamodb:"):
            return (action, "other") in may
        if index is None:
            return (action, "table") in may
        return bool({(action, f"index/{index}"), (action, "index/*")} & may)

    return {one for one in needed(calls) if not is_allowed(*one)}


def ask(deployment: Deployment, document: str, **variables: str) -> dict[str, Any]:
    asked = event("api")
    asked["headers"]["authorization"] = f"Bearer {ADMIN_KEY}"
    asked["body"] = json.dumps({"query": document, "variables": variables})
    api = Api(deployment.environment, SystemClock())
    answer = json.loads(api(asked, Invocation())["body"])
    api.close()
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


def observe(deployment: Deployment, account: Account, *, times: int) -> Calls:
    made: list[tuple[str, Mapping[str, Any]]] = []
    pace = Pace(every_seconds=dict.fromkeys(Collection, 1), soonest_seconds=1)
    observing = Observing(deployment.environment, SystemClock(), pace=pace)
    for _ in range(times):
        ((_, due_at),) = asyncio.run(deployment.store.due(SystemClock().now() + timedelta(hours=1), 1))
        deployment.calls.clear()
        observing(batch(look(account, due_at)), Invocation())
        made += deployment.calls
    observing.close()
    return made


def test_every_function_may_do_what_it_does(
    deployment: Deployment, kupe: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the life of an account: planned, observed, asked for, given a token, disconnected and forgotten."""
    clock, calls = SystemClock(), deployment.calls
    account = asyncio.run(deployment.connect(kupe, clock.now() - timedelta(seconds=1)))
    calls.clear()
    planner = Planner(deployment.environment, clock)
    assert planner(event("plan"), Invocation())["accounts"] == 1
    planner.close()
    assert refused(calls, "PlanRole") == set()

    observed = observe(deployment, account, times=3)
    assert {"TransactWriteItems", "UpdateItem", "GetParameter"} <= {name for name, _ in observed}
    assert refused(observed, "ObserveRole") == set()

    calls.clear()
    (known,) = ask(
        deployment, "{ accounts(first: 9) { nodes { id } } clusters(first: 9) { nodes { name } } }"
    )["accounts"]["nodes"]
    token = kupe.accounts[0].token
    ask(deployment, REPLACE, id=known["id"], token=token)
    ask(deployment, "mutation ($id: ID!) { refreshAccount(id: $id) { operation { id } } }", **known)
    ask(deployment, DISCONNECT, **known)
    assert {"GetSecretValue", "Query", "PutParameter", "DeleteParameter"} <= {name for name, _ in calls}
    assert refused(calls, "ApiRole") == set()

    # What a request has no time to remove, an observation does.
    asyncio.run(deployment.connect(kupe, clock.now()))
    observe(deployment, account, times=1)
    monkeypatch.setattr("fleet.accounts.service.IN_ONE_REQUEST", timedelta())
    ask(deployment, DISCONNECT, **known)
    removed = observe(deployment, account, times=1)
    assert {"BatchWriteItem", "DeleteParameter"} <= {name for name, _ in removed}
    assert refused(removed, "ObserveRole") == set()


def test_what_a_role_does_not_allow_is_found() -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("Scan", {}),
        ("Query", {"IndexName": "listing"}),
        ("GetParameter", {}),
        ("TransactWriteItems", {"TransactItems": [{"Delete": {}}]}),
    ]
    assert len(refused(calls, "PlanRole")) == 4
