"""A dry run shows what a change would send, and what is applied is what was shown: at the wire, for every provider."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from gateway.schema import SCHEMA
from tests.gateway.journey import Begin, Journey

PLAN = """
    plan {
        digest kind targetName revision expiresAt isWhole
        requests { method url headers body isMasked }
        cost { maximum { decimal } }
    }
    userErrors { __typename message path ... on ConflictError { currentRevision } }
"""
CREATE = (
    "mutation ($input: CreateClusterInput!) { createCluster(input: $input, dryRun: true) { operation { id } "
    + PLAN
    + "} }"
)
UPDATE = (
    "mutation ($id: ID!, $input: UpdateClusterInput!, $rev: Revision) { "
    "updateCluster(id: $id, input: $input, expectedRevision: $rev, dryRun: true) { operation { id } "
    + PLAN
    + "} }"
)
DELETE = (
    "mutation ($id: ID!, $name: String!) { deleteCluster(id: $id, confirmName: $name, dryRun: true) {"
    + PLAN
    + "} }"
)
LIMIT = (
    "mutation ($id: ID!, $limit: SpendLimitInput!) { setSpendLimit(clusterId: $id, limit: $limit, dryRun: true) {"
    + PLAN
    + "} }"
)
LINK = (
    "mutation ($input: CreateIntegrationInput!) { createIntegration(input: $input, dryRun: true) {"
    + PLAN
    + "} }"
)
APPLY = """mutation ($digest: String!) { applyPlan(digest: $digest) {
    operation { id kind state pollAfterSeconds } userErrors { __typename message path }
} }"""
CLUSTERS = """{ clusters(first: 100) { nodes {
    id name revision status { phase } capabilities { capability reason }
} } }"""

MINE = {"kupe": {"resources": {"memory": "40Gi"}}}
THEIRS = {"kupe": {"resources": {"memory": "48Gi"}}}
CHANGES = ("POST", "PUT", "PATCH", "DELETE")


async def run(journey: Journey, document: str, **variables: Any) -> Any:
    answer = await journey.client.query(document, **variables)
    journey.answers.append(json.dumps(answer))
    (payload,) = answer.values()
    return payload


async def planned(journey: Journey, document: str, **variables: Any) -> Any:
    """A plan, for which nothing was sent but readings."""
    before = len(sent(journey))
    payload = await run(journey, document, **variables)
    assert payload["userErrors"] == []
    assert payload.get("operation") is None
    assert len(sent(journey)) == before
    return payload["plan"]


def sent(journey: Journey) -> list[httpx.Request]:
    return [request for request in journey.sent if request.method in CHANGES]


async def some(journey: Journey, is_wanted: Callable[[Any], bool] = lambda one: True) -> Any:
    """A cluster that is READY."""
    listed = await run(journey, CLUSTERS)
    return next(one for one in listed["nodes"] if one["status"]["phase"] == "READY" and is_wanted(one))


def can(capability: str) -> Callable[[Any], bool]:
    return lambda one: {"capability": capability, "reason": None} in one["capabilities"]


def shows(plan: Any, requests: list[httpx.Request]) -> None:
    """The plan is these requests, byte for byte."""
    assert [one["method"] for one in plan["requests"]] == [one.method for one in requests]
    for shown, request in zip(plan["requests"], requests, strict=True):
        before, is_open, after = shown["url"].partition("{id}")
        assert str(request.url).startswith(before)
        assert str(request.url).endswith(after)
        assert is_open or str(request.url) == before
        assert (shown["body"] is None) is (request.content == b"")
        if request.content and not shown["isMasked"]:
            assert shown["body"].encode() == request.content
        for header in shown["headers"]:
            name, _, value = header.partition(": ")
            assert request.headers[name] == value
        assert "authorization" not in json.dumps(shown).lower()


@pytest.mark.parametrize(
    ("provider", "account", "document"),
    [
        ("kupe", "Acme Tools", "create-kupe-cluster"),
        ("cockroachdb", "Paperboat Games", "create-cockroachdb-cluster"),
        ("qovery", "Orchard Grocers", "create-qovery-cluster"),
    ],
)
async def test_what_is_applied_of_a_creation_is_what_was_shown(
    provider: str, account: str, document: str, begin: Begin
) -> None:
    journey = begin(provider)
    await journey.connect(account)
    asked = journey.input_of(document)
    asked.pop("idempotencyKey", None)
    plan = await planned(journey, CREATE, input=asked)
    assert (plan["kind"], plan["targetName"]) == ("CREATE_CLUSTER", asked["name"])
    applied = await run(journey, APPLY, digest=plan["digest"])
    assert (await journey.follow(applied, minutes=60))["state"] == "SUCCEEDED"
    shows(plan, sent(journey))


async def test_a_deployment_that_follows_a_creation_is_planned_for_an_id_to_come(begin: Begin) -> None:
    journey = begin("qovery")
    await journey.connect("Orchard Grocers")
    plan = await planned(journey, CREATE, input=journey.input_of("create-qovery-cluster"))
    registered, deployed = plan["requests"]
    assert registered["url"].endswith("/cluster")
    assert deployed["url"] == registered["url"] + "/{id}/deploy"
    assert deployed["body"] is None


@pytest.mark.parametrize(
    ("provider", "account", "patch"),
    [
        ("kupe", "Acme Tools", {"kupe": {"resources": {"memory": "40Gi"}}}),
        ("cockroachdb", "Meridian Freight", {"cockroachdb": {"isDeletionProtected": True}}),
        ("qovery", "Orchard Grocers", {"qovery": {"description": "for the tills"}}),
        ("northflank", "Tidewater Studio", {"northflank": {"description": "for the tills"}}),
    ],
)
async def test_what_is_applied_of_an_update_is_what_was_shown(
    provider: str, account: str, patch: dict[str, Any], begin: Begin
) -> None:
    journey = begin(provider)
    await journey.connect(account)
    cluster = await some(journey, can("UPDATE_CLUSTER"))
    plan = await planned(journey, UPDATE, id=cluster["id"], input=patch, rev=cluster["revision"])
    assert plan["revision"] == cluster["revision"]
    applied = await run(journey, APPLY, digest=plan["digest"])
    assert (await journey.follow(applied, minutes=60))["state"] == "SUCCEEDED"
    shows(plan, sent(journey))


@pytest.mark.parametrize(
    ("provider", "account"),
    [
        ("kupe", "Acme Tools"),
        ("cockroachdb", "Meridian Freight"),
        ("qovery", "Orchard Grocers"),
        ("northflank", "Tidewater Studio"),
    ],
)
async def test_what_is_applied_of_a_deletion_is_what_was_shown(
    provider: str, account: str, begin: Begin
) -> None:
    journey = begin(provider)
    await journey.connect(account)
    cluster = await some(journey, can("DELETE_CLUSTER"))
    plan = await planned(journey, DELETE, id=cluster["id"], name=cluster["name"])
    await run(journey, APPLY, digest=plan["digest"])
    shows(plan, sent(journey))


async def test_a_plan_that_was_applied_is_not_applied_again(begin: Begin) -> None:
    journey = begin("kupe")
    await journey.connect("Acme Tools")
    cluster = await some(journey)
    plan = await planned(journey, DELETE, id=cluster["id"], name=cluster["name"])
    first = await run(journey, APPLY, digest=plan["digest"])
    again = await run(journey, APPLY, digest=plan["digest"])
    assert again["operation"]["id"] == first["operation"]["id"]
    assert len(sent(journey)) == 1


async def test_a_plan_is_refused_once_its_cluster_was_changed(begin: Begin) -> None:
    journey = begin("kupe")
    await journey.connect("Acme Tools")
    cluster = await some(journey)
    plan = await planned(journey, UPDATE, id=cluster["id"], input=MINE, rev=None)
    theirs = await planned(journey, UPDATE, id=cluster["id"], input=THEIRS, rev=None)
    await journey.follow(await run(journey, APPLY, digest=theirs["digest"]), minutes=15)
    before = len(sent(journey))
    refused = await run(journey, APPLY, digest=plan["digest"])
    assert [one["__typename"] for one in refused["userErrors"]] == ["ConflictError"]
    assert refused["operation"] is None
    assert len(sent(journey)) == before


async def test_a_plan_is_refused_once_its_bytes_would_be_others(begin: Begin) -> None:
    """The request repeats a name that the provider shows, and which is another by then."""
    journey = begin("qovery")
    await journey.connect("Orchard Grocers")
    plan = await planned(journey, CREATE, input=journey.input_of("create-qovery-cluster"))
    for organization in journey.server.world.organizations:
        for credential in organization.credentials.values():
            organization.credentials[credential.id] = replace(credential, name="renamed")
    refused = await run(journey, APPLY, digest=plan["digest"])
    assert [one["__typename"] for one in refused["userErrors"]] == ["ConflictError"]
    assert sent(journey) == []


async def test_a_plan_is_refused_once_it_has_expired(begin: Begin) -> None:
    journey = begin("kupe")
    await journey.connect("Acme Tools")
    cluster = await some(journey)
    plan = await planned(journey, DELETE, id=cluster["id"], name=cluster["name"])
    journey.clock.advance(16 * 60)
    refused = await run(journey, APPLY, digest=plan["digest"])
    assert [(one["__typename"], one["path"]) for one in refused["userErrors"]] == [
        ("NotFoundError", ["digest"])
    ]
    assert sent(journey) == []


async def test_a_dry_run_is_refused_as_the_change_itself_would_be(begin: Begin) -> None:
    journey = begin("kupe")
    await journey.connect("Acme Tools")
    cluster = await some(journey)
    late = await run(journey, UPDATE, id=cluster["id"], input=MINE, rev="another")
    (error,) = late["userErrors"]
    assert (error["__typename"], error["path"]) == ("ConflictError", ["expectedRevision"])
    assert error["currentRevision"] == cluster["revision"]
    wrong = await run(journey, DELETE, id=cluster["id"], name="another")
    assert [one["path"] for one in wrong["userErrors"]] == [["confirmName"]]
    limited = await run(
        journey, LIMIT, id=cluster["id"], limit={"money": {"minorUnits": "1", "currency": "USD"}}
    )
    assert [one["__typename"] for one in limited["userErrors"]] == ["UnsupportedError"]
    journey.server.fault("server-error", method="GET", times=3)
    broken = await run(journey, DELETE, id=cluster["id"], name=cluster["name"])
    assert [one["__typename"] for one in broken["userErrors"]] == ["ProviderFailedError"]
    assert sent(journey) == []


async def test_secrets_are_withheld_from_a_plan_which_is_then_not_applied(begin: Begin) -> None:
    planted = ["plan" + f"ted-secret-{number}" for number in range(2)]
    journey = begin("northflank")
    await journey.connect("Tidewater Studio")
    keys = {"awsKeys": {"accessKeyId": planted[0], "secretAccessKey": planted[1]}}
    asked = journey.input_of("create-northflank-integration", name="Backup", credentials=keys)
    plan = await planned(journey, LINK, input=asked)
    (request,) = plan["requests"]
    assert request["isMasked"]
    assert "***" in request["body"]
    assert not plan["isWhole"]
    refused = await run(journey, APPLY, digest=plan["digest"])
    assert [one["__typename"] for one in refused["userErrors"]] == ["UnsupportedError"]
    assert sent(journey) == []
    (token,) = [one.token for one in journey.server.accounts if one.name == "Tidewater Studio"]
    everything = "".join(journey.answers) + journey.scan()
    assert not any(secret in everything for secret in (*planted, token))


LINK_PLANNED = (
    "mutation ($input: CreateIntegrationInput!, $plan: String, $dryRun: Boolean) { "
    "createIntegration(input: $input, plan: $plan, dryRun: $dryRun) { operation { id state }" + PLAN + "} }"
)


async def test_a_plan_with_secrets_is_sent_once_they_are_given_again_and_no_other(begin: Begin) -> None:
    journey = begin("northflank")
    await journey.connect("Tidewater Studio")
    secret = "plan" + "ted-secret-0"
    keys = {"awsKeys": {"accessKeyId": "id", "secretAccessKey": secret}}
    asked = journey.input_of("create-northflank-integration", name="Backup", credentials=keys)
    asked.pop("idempotencyKey")
    plan = await planned(journey, LINK, input=asked)

    other = {**asked, "credentials": {"awsKeys": {"accessKeyId": "id", "secretAccessKey": "another"}}}
    refused = await run(journey, LINK_PLANNED, input=other, plan=plan["digest"])
    assert [one["__typename"] for one in refused["userErrors"]] == ["ConflictError"]
    renamed = await run(journey, LINK_PLANNED, input={**asked, "name": "Another"}, plan=plan["digest"])
    assert [one["__typename"] for one in renamed["userErrors"]] == ["ConflictError"]
    unknown = await run(journey, LINK_PLANNED, input=asked, plan="0" * 64)
    assert [(one["__typename"], one["path"]) for one in unknown["userErrors"]] == [
        ("NotFoundError", ["plan"])
    ]
    both = await run(journey, LINK_PLANNED, input=asked, plan=plan["digest"], dryRun=True)
    assert [(one["__typename"], one["path"]) for one in both["userErrors"]] == [
        ("InvalidInputError", ["plan"])
    ]
    assert sent(journey) == []

    made = await run(journey, LINK_PLANNED, input=asked, plan=plan["digest"])
    assert made["userErrors"] == []
    (request,) = sent(journey)
    assert secret in request.content.decode()
    again = await run(journey, LINK_PLANNED, input=asked, plan=plan["digest"])
    assert again["operation"]["id"] == made["operation"]["id"]
    assert len(sent(journey)) == 1
    assert secret not in "".join(journey.answers) + journey.scan()


async def test_a_plan_of_another_change_is_refused_before_anything_is_begun(begin: Begin) -> None:
    journey = begin("kupe")
    await journey.connect("Acme Tools")
    await journey.observe()
    first, second = (await journey.client.query(CLUSTERS))["clusters"]["nodes"][:2]
    plan = await planned(journey, UPDATE, id=first["id"], input=MINE)
    document = UPDATE.replace("dryRun: true", "plan: $plan").replace("$rev", "$plan: String, $rev", 1)
    payload = await run(journey, document, id=second["id"], input=MINE, plan=plan["digest"])
    assert [one["__typename"] for one in payload["userErrors"]] == ["ConflictError"]
    assert "another change" in payload["userErrors"][0]["message"]
    assert sent(journey) == []
    payload = await run(journey, document, id=first["id"], input=MINE, plan=plan["digest"])
    assert payload["userErrors"] == []
    assert len(sent(journey)) == 1


def test_every_change_at_a_provider_can_be_planned() -> None:
    mutation = SCHEMA.whole()._schema.mutation_type
    assert mutation is not None
    fields = mutation.fields
    without = {name for name, field in fields.items() if "dryRun" not in field.args}
    assert without == {
        "applyPlan",
        "cancelOperation",
        "connectAccount",
        "createApiKey",
        "createWebhook",
        "deleteEnvelope",
        "deleteWebhook",
        "disconnectAccount",
        "refreshAccount",
        "replaceAccountToken",
        "replayWebhook",
        "revokeApiKey",
        "setEnvelope",
        "testWebhook",
        "updateWebhook",
    }
