"""JSON of any form at the door of the gateway."""

import json

import pytest

from tests.gateway.fleet import ACME
from tests.gateway.mutations.asked import account_id
from tests.gateway.script import Script
from tests.gateway.world import Client

INPUT = {"name": "staging", "accountId": "", "spec": {"kupe": {"displayName": "Staging", "type": "SHARED"}}}
CREATE = "mutation ($input: CreateClusterInput!) { createCluster(input: $input) { userErrors { message } } }"
SPELT = """mutation { createCluster(input: { name: "staging", accountId: "%s", spec: { kupe: {
    displayName: "Staging", type: SHARED, alerts: %s } } }) { userErrors { message } } }"""
HOSTILE = {
    "infinite": ('{"a": 1e999}', "{ a: 1e999 }"),
    "infinite below": ('{"a": [{"b": -1e999}]}', "{ a: [{ b: -1e999 }] }"),
    "deep": ('{"a": ' * 100 + "1" + "}" * 100, "{ a: " * 100 + "1" + " }" * 100),
    "a thousand deep": ('{"a": ' * 900 + "1" + "}" * 900, "{ a: " * 900 + "1" + " }" * 900),
}


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_json_that_cannot_be_passed_on_is_refused_and_nothing_is_asked(
    hostile: str, scripted: Client, script: Script
) -> None:
    owner = account_id(ACME)
    in_variables, in_document = HOSTILE[hostile]
    request = json.dumps({"query": CREATE, "variables": {"input": {**INPUT, "accountId": owner}}})
    bodies = (
        request.replace('"type": "SHARED"', f'"type": "SHARED", "alerts": {in_variables}'),
        json.dumps({"query": SPELT % (owner, in_document)}),
    )
    for body in bodies:
        answer = await scripted.http.post(
            "/graphql", content=body, headers={"Content-Type": "application/json"}
        )
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] in (
            "BAD_USER_INPUT",
            "GRAPHQL_VALIDATION_FAILED",
            "GRAPHQL_PARSE_FAILED",
        )
        assert "requestId" not in error["extensions"]
    assert script.calls == []
