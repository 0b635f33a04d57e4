"""What functions ask of AWS, against what their roles in template.yaml allow: no emulator looks at that."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from fleet.model.account import Account, Collection
from fleet.model.event import Event, EventKind
from fleet.observing.schedule import Pace
from fleet.ports.clock import SystemClock
from functions.api import Api
from functions.observe import Observing
from functions.plan import Planner
from infra.dynamodb.expressions import to_attributes
from infra.store.event_rows import from_event
from infra.store.names import join
from infra.store.writes import put
from sandbox import Server
from tests.functions.conftest import ADMIN_KEY, Deployment, Invocation, batch, event, observation_request
from tests.template.conftest import read_template
from tests.template.policies import PARTITION, Names, Request, is_allowed

Calls = Sequence[tuple[str, Mapping[str, Any]]]


def parameter_arn(parameters: Mapping[str, Any], _: Names) -> str:
    return f"arn:aws:ssm:eu-central-1:123456789012:parameter{parameters['Name']}"


OTHERS: Mapping[str, tuple[str, Callable[[Mapping[str, Any], Names], str]]] = {
    "SendMessageBatch": ("sqs:SendMessage", lambda _, names: names.values["Observations.Arn"]),
    "DeleteParameter": ("ssm:DeleteParameter", parameter_arn),
    "GetParameter": ("ssm:GetParameter", parameter_arn),
    "PutParameter": ("ssm:PutParameter", parameter_arn),
    "GetSecretValue": ("secretsmanager:GetSecretValue", lambda parameters, _: str(parameters["SecretId"])),
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


def requests(calls: Calls, names: Names) -> Iterator[Request]:
    """What calls ask of AWS, as IAM sees it: of DynamoDB, every item by itself."""
    for name, parameters in calls:
        if name in OTHERS:
            action, resource = OTHERS[name]
            yield Request(action=action, resource=resource(parameters, names))
        else:
            yield from of_the_table(name, parameters, names)


def of_the_table(name: str, parameters: Mapping[str, Any], names: Names) -> Iterator[Request]:
    table = names.values["Table.Arn"]
    match name:
        case "TransactWriteItems":
            for item in parameters["TransactItems"]:
                for kind, one in item.items():
                    yield of_an_item(OF_A_TRANSACTION[kind], one, table)
        case "BatchGetItem":
            for keys in parameters["RequestItems"].values():
                yield from (of_an_item(name, {"Key": key}, table) for key in keys["Keys"])
        case "BatchWriteItem":
            for writes in parameters["RequestItems"].values():
                yield from (of_an_item(name, one, table) for write in writes for one in write.values())
        case "Query" if "IndexName" in parameters:
            partition = parameters["ExpressionAttributeValues"][":partition"]["S"]
            yield Request(
                action="dynamodb:Query",
                resource=f"{table}/index/{parameters['IndexName']}",
                context={"dynamodb:LeadingKeys": frozenset({partition})},
            )
        case _:
            yield of_an_item(name, parameters, table)


def of_an_item(name: str, parameters: Mapping[str, Any], table: str) -> Request:
    partition = (
        parameters["ExpressionAttributeValues"][":partition"]
        if name == "Query"
        else (parameters.get("Key") or parameters["Item"])["pk"]
    )
    return Request(
        action=f"dynamodb:{name}",
        resource=table,
        context={
            "dynamodb:LeadingKeys": frozenset({partition["S"]}),
            "dynamodb:Attributes": frozenset(attributes(parameters)),
        },
    )


def attributes(parameters: Mapping[str, Any]) -> Iterator[str]:
    """Every attribute that a call names, in conditions too."""
    yield from parameters.get("Key", ())
    yield from parameters.get("Item", ())
    yield from parameters.get("ExpressionAttributeNames", {}).values()
    for expression in ("ConditionExpression", "UpdateExpression", "ProjectionExpression"):
        names = re.findall(r"(?<![:\w#])[a-z][a-z_]*", parameters.get(expression, ""))
        yield from set(names) - {"attribute_exists", "attribute_not_exists"}


NAMES = {
    "TABLE_NAME": "fleet",
    "ADMIN_KEY_ID": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:admin-AbCdEf",
}
"""Of a deployment where nothing is run."""


def names_of(settings: Mapping[str, str], **conditions: bool) -> Names:
    table = f"arn:aws:dynamodb:eu-central-1:123456789012:table/{settings['TABLE_NAME']}"
    logs = {f"{name}Log.Arn": f"arn:aws:logs:::{name}" for name in ("Plan", "Observe", "Api")}
    return Names(
        values={
            **PARTITION,
            **logs,
            "AWS::StackName": "fleetgraph",
            "Table.Arn": table,
            "Observations.Arn": "arn:aws:sqs:eu-central-1:123456789012:observations",
            "DeadPlans.Arn": "arn:aws:sqs:eu-central-1:123456789012:plans-dead",
            "AdminKey": settings["ADMIN_KEY_ID"],
            "RestoredTable": settings["TABLE_NAME"],
            "KmsKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/ours",
        },
        conditions=conditions,
    )


def refused(calls: Calls, role: str, names: Names) -> list[Request]:
    statements = list(names.statements(read_template(), role))
    return [one for one in requests(calls, names) if not is_allowed(one, statements, names)]


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
        observing(batch(observation_request(account, due_at)), Invocation())
        made += deployment.calls
    observing.close()
    return made


def test_every_function_may_do_what_it_does(
    deployment: Deployment, kupe: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the life of an account: planned, observed, asked for, given a token, disconnected and forgotten."""
    clock, calls, names = SystemClock(), deployment.calls, names_of(deployment.environment)
    account = asyncio.run(deployment.connect(kupe, clock.now() - timedelta(seconds=1)))
    calls.clear()
    planner = Planner(deployment.environment, clock)
    assert planner(event("plan"), Invocation())["accounts"] == 1
    planner.close()
    assert refused(calls, "PlanRole", names) == []

    observed = observe(deployment, account, times=3)
    assert {"TransactWriteItems", "UpdateItem", "GetParameter"} <= {name for name, _ in observed}
    assert refused(observed, "ObserveRole", names) == []

    calls.clear()
    (known,) = ask(
        deployment, "{ accounts(first: 9) { nodes { id } } clusters(first: 9) { nodes { name } } }"
    )["accounts"]["nodes"]
    token = kupe.accounts[0].token
    ask(deployment, REPLACE, id=known["id"], token=token)
    ask(deployment, "mutation ($id: ID!) { refreshAccount(id: $id) { operation { id } } }", **known)
    ask(deployment, DISCONNECT, **known)
    assert {"GetSecretValue", "Query", "PutParameter", "DeleteParameter"} <= {name for name, _ in calls}
    assert refused(calls, "ApiRole", names) == []

    # What a request has no time to remove, an observation does.
    again = asyncio.run(deployment.connect(kupe, clock.now()))
    observe(deployment, again, times=1)
    (known,) = ask(deployment, "{ accounts(first: 9) { nodes { id } } }")["accounts"]["nodes"]
    monkeypatch.setattr("fleet.accounts.service.IN_ONE_REQUEST", timedelta())
    ask(deployment, DISCONNECT, **known)
    removed = observe(deployment, again, times=1)
    assert {"BatchWriteItem", "DeleteParameter"} <= {name for name, _ in removed}
    assert refused(removed, "ObserveRole", names) == []


CREATE_WEBHOOK = """mutation ($url: Secret!) {
  createWebhook(input: {name: "pager", url: $url}) { webhook { id } userErrors { message } }
}"""


def test_what_webhooks_send_is_planned_and_sent_within_the_roles(
    deployment: Deployment, kupe: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that a receiver refuses, too: it waits, dies and is replayed."""
    monkeypatch.setattr("fleet.webhooks.deliver.RETRY_AFTER", ())
    clock, calls, names = SystemClock(), deployment.calls, names_of(deployment.environment)
    calls.clear()
    url = "https://localhost:1/hook"  # which leads inside, so that nothing is sent
    webhook = ask(deployment, CREATE_WEBHOOK, url=url)["createWebhook"]["webhook"]
    assert refused(calls, "ApiRole", names) == []

    account = asyncio.run(deployment.connect(kupe, clock.now() - timedelta(seconds=1)))
    happened = Event(kind=EventKind.VERSION_CHANGED, account_id=account.id, occurred_at=clock.now())
    early = from_event(happened, fence=1, written_at=clock.now() - timedelta(seconds=4))
    asyncio.run(deployment.store._table.write(put(early)))
    monkeypatch.setattr("infra.store.webhooks.HELD_BACK", timedelta())
    monkeypatch.setattr("infra.store.activity.HELD_BACK", timedelta())

    calls.clear()
    planner = Planner(deployment.environment, clock)
    planner(event("plan"), Invocation())
    planner.close()
    assert refused(calls, "PlanRole", names) == []
    (message,) = [one for one in deployment.sent() if "webhook_id" in one]

    calls.clear()
    observing = Observing(deployment.environment, clock)
    for _ in range(2):
        body = json.dumps({"webhook_id": message["webhook_id"]})
        assert observing(batch(body), Invocation()) == {"batchItemFailures": []}
    observing.close()
    assert {"Query", "PutItem", "UpdateItem", "TransactWriteItems"} <= {name for name, _ in calls}
    assert refused(calls, "ObserveRole", names) == []

    calls.clear()
    revised = """mutation ($id: ID!) { updateWebhook(
        id: $id, input: {url: "https://localhost:2/hook", name: "other", isPaused: true}
    ) { userErrors { message } } }"""
    assert ask(deployment, revised, **webhook) == {"updateWebhook": {"userErrors": []}}
    mutation = "mutation ($id: ID!) { %sWebhook(id: $id) { userErrors { message } } }"
    for change in ("test", "replay", "delete"):
        assert ask(deployment, mutation % change, **webhook) == {f"{change}Webhook": {"userErrors": []}}
    assert refused(calls, "ApiRole", names) == []


def row(partition: str, **more: str) -> dict[str, Any]:
    return {"Item": to_attributes({"pk": join(*partition.split()), "sk": "-", **more})}


def change(partition: str, *changed: str) -> dict[str, Any]:
    return {
        "Key": to_attributes({"pk": join(*partition.split()), "sk": "-"}),
        "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in changed),
        "ExpressionAttributeNames": {f"#{name}": name for name in changed},
    }


FORBIDDEN: list[tuple[str, str, Mapping[str, Any]]] = [
    ("PlanRole", "UpdateItem", change("account a", "due_sk")),
    ("PlanRole", "GetItem", change("account a")),
    ("PlanRole", "PutItem", row("account a", body="{}")),
    ("PlanRole", "BatchGetItem", {"RequestItems": {"table": {"Keys": [change("apikey a")["Key"]]}}}),
    (
        "PlanRole",
        "Query",
        {"IndexName": "listing", "ExpressionAttributeValues": {":partition": {"S": "apikeys"}}},
    ),
    (
        "ObserveRole",
        "Query",
        {"IndexName": "listing", "ExpressionAttributeValues": {":partition": {"S": "apikeys"}}},
    ),
    ("PlanRole", "GetParameter", {"Name": "/fleetgraph/tokens/a"}),
    ("ObserveRole", "PutItem", row("apikey a", body="{}")),
    ("ObserveRole", "UpdateItem", change("apikey a", "body")),
    ("ObserveRole", "TransactWriteItems", {"TransactItems": [{"Put": row("apikey a", body="{}")}]}),
    ("ObserveRole", "BatchWriteItem", {"RequestItems": {"table": [{"PutRequest": row("apikey a")}]}}),
    ("ObserveRole", "GetItem", change("apikey a")),
    ("ObserveRole", "PutItem", row("audit 2026-11", body="{}")),
    ("ObserveRole", "PutParameter", {"Name": "/fleetgraph/tokens/a"}),
    ("ObserveRole", "GetParameter", {"Name": "/another/tokens/a"}),
    ("ObserveRole", "GetSecretValue", {"SecretId": "admin"}),
    ("ApiRole", "GetParameter", {"Name": "/another/tokens/a"}),
    ("ApiRole", "GetSecretValue", {"SecretId": "another"}),
]


@pytest.mark.parametrize(("role", "name", "parameters"), FORBIDDEN)
def test_no_role_may_more_than_its_function_does(role: str, name: str, parameters: Mapping[str, Any]) -> None:
    assert refused([(name, parameters)], role, names_of(NAMES))


def test_a_restored_table_is_reached_in_place_of_the_stacks_own() -> None:
    own = names_of(NAMES)
    restored = Names(
        values={**own.values, "RestoredTable": "restored"}, conditions={"HasRestoredTable": True}
    )
    as_before = [("GetItem", change("account a"))]
    for role in ("ObserveRole", "ApiRole"):
        assert refused(as_before, role, restored), "the stack's own is not asked for any more"
        there = {**restored.values, "Table.Arn": own.values["Table.Arn"].rpartition("/")[0] + "/restored"}
        assert not refused(as_before, role, Names(values=there, conditions=restored.conditions))


def test_tokens_are_reached_below_the_path_that_a_deployment_is_given() -> None:
    own = names_of(NAMES)
    moved = Names(values={**own.values, "TokenPath": "/ours/tokens/"}, conditions={"HasTokenPath": True})
    assert not refused([("GetParameter", {"Name": "/ours/tokens/a"})], "ObserveRole", moved)
    assert refused([("GetParameter", {"Name": "/fleetgraph/tokens/a"})], "ObserveRole", moved)


def test_a_key_of_ones_own_is_for_every_function_and_for_nothing_else() -> None:
    with_key = names_of(NAMES, HasKey=True)
    key = with_key.values["KmsKeyArn"]
    for role in ("PlanRole", "ObserveRole", "ApiRole"):
        statements = list(with_key.statements(read_template(), role))
        for resource, is_ours in ((key, True), (key + "-other", False)):
            asked = Request(action="kms:Decrypt", resource=resource)
            assert is_allowed(asked, statements, with_key) == is_ours
        without = names_of(NAMES)
        statements = list(without.statements(read_template(), role))
        assert not is_allowed(Request(action="kms:Decrypt", resource=key), statements, without)
