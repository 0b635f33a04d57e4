"""People read words and amounts, not members of the schema, constants, and numbers in small units."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from fleet.ports import pages
from tests.browser.conftest import Witness, await_that
from tests.browser.looking import axe, open_cluster, settled
from tests.runner import Runner

VIEWS = ("/", *(f"/{view}" for view in pages.VIEWS))
ASKED = {
    "name": "MAIN",
    "cloud": "DIGITAL_OCEAN",
    "plan.basic.spendLimit.money.minorUnits": "1250",
    "plan.basic.spendLimit.money.currency": "USD",
    "plan.basic.regions.0": "us-east1",
    "plan.basic.regions.1": "us-west2",
    "nodePools.0.nodeType": "m5.large",
    "nodePools.0.diskSizeGb": "100",
    "nodePools.1.nodeType": "m5.xlarge",
    "usage.requestUnits": "20000000",
    "usage.storageMib": "2048",
    "yen.minorUnits": "4100",
    "yen.currency": "JPY",
    "networks.0.allowsSql": "true",
    "kubernetesMode": "SELF_MANAGED",
    "isHighlyAvailable": "false",
    "waitSeconds": "5400",
    "labels.teamName": "GAMES",
    "integrationExternalId": "unknown-to-us",
    "description": None,
}
SAID = {
    "Name": "MAIN",
    "Cloud": "DigitalOcean",
    "Plan, basic, spend limit": "12.50 USD",
    "Plan, basic, regions": "us-east1, us-west2",
    "Node pools": "node type m5.large, disk size 100 GB\nnode type m5.xlarge",
    "Usage, request units": "20,000,000",
    "Usage, storage": "2 GiB",
    "Yen": "4,100 JPY",
    "Networks": "allows SQL yes",
    "Kubernetes mode": "Self managed",
    "Highly available": "no",
    "Wait": "1h 30m",
    "Labels, teamName": "GAMES",
    "Integration": "unknown-to-us",
    "Description": "cleared",
}
DIFFERENT = [
    {"field": "instanceType", "asked": "m5.xlarge", "got": "m6i.xlarge"},
    {"field": "isProduction", "asked": "true", "got": "none"},
    {"field": "storageMib", "asked": "2048", "got": "1536"},
]
DIFFERENCES = {
    "Instance type": "m6i.xlarge, not m5.xlarge",
    "Production": "none, not yes",
    "Storage": "1.5 GiB, not 2 GiB",
}
SET_LIMIT = """mutation ($id: ID!) {
  setSpendLimit(clusterId: $id, limit: {money: {minorUnits: "4100", currency: "USD"}}) {
    operation { id }
    userErrors { message }
  }
}"""


def facts(page: Page, section: str) -> dict[str, str]:
    return {
        name.inner_text(): value.inner_text()
        for name, value in zip(
            page.get_by_role("region", name=section).get_by_role("term").all(),
            page.get_by_role("region", name=section).get_by_role("definition").all(),
            strict=True,
        )
    }


def retell(page: Page, operation: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Changes the data of each answer to an operation, as no sandbox answers it."""

    def answer(route: Route) -> None:
        response = route.fetch()
        body: dict[str, Any] = response.json()
        if json.loads(route.request.post_data or "{}").get("operationName") == operation:
            change(body["data"])
        route.fulfill(response=response, json=body)

    page.route("**/graphql", answer)


def test_what_was_asked_for_and_what_came_otherwise_is_read_in_words(
    page: Page, runner: Runner, witness: Witness
) -> None:
    found = runner.query('{ clusters(filter: {nameContains: "water-quality"}) { nodes { id } } }')
    asked = runner.query(SET_LIMIT, {"id": found["clusters"]["nodes"][0]["id"]})["setSpendLimit"]
    assert asked["userErrors"] == []
    address = f"/operations/{asked['operation']['id']}"
    page.goto(address)
    settled(page)
    assert facts(page, "What was asked for") == {"Money": "41.00 USD"}

    def more(data: dict[str, Any]) -> None:
        data["node"]["input"] = [{"field": field, "value": ASKED[field]} for field in ASKED]
        data["node"]["differences"] = DIFFERENT
        data["node"]["warnings"] = [{"message": "It will cost more.", "field": "vcpus"}]

    retell(page, "OperationQuery", more)
    page.goto(address)
    settled(page)
    assert facts(page, "What was asked for") == SAID
    assert facts(page, "Differences") == DIFFERENCES
    expect(page.get_by_role("region", name="Warnings")).to_contain_text("It will cost more. vcpus")
    assert axe(page) == []
    assert witness.complaints == []


def test_an_operation_names_the_integration_that_it_was_given(page: Page, runner: Runner) -> None:
    document = """{ integrations(first: 100) { nodes {
        id externalId name cloud account { id provider { kind } } } } }"""
    (one, *_) = [
        one
        for one in runner.query(document)["integrations"]["nodes"]
        if one["account"]["provider"]["kind"] == "QOVERY" and one["cloud"] == "AWS"
    ]
    assert one["externalId"] != one["name"]
    spec = {"cloud": "AWS", "region": "nowhere", "integrationId": one["id"], "deploy": False}
    machines = {
        "instanceType": "t3.large",
        "diskSizeGb": 60,
        "minNodes": 3,
        "maxNodes": 6,
        "isProduction": False,
    }
    given = {"accountId": one["account"]["id"], "name": "nowhere", "spec": {"qovery": spec | machines}}
    document = "mutation ($input: CreateClusterInput!) { createCluster(input: $input) { operation { id } } }"
    asked = runner.query(document, {"input": given})["createCluster"]
    page.goto(f"/operations/{asked['operation']['id']}")
    settled(page)
    expect(page.get_by_role("region", name="What was asked for")).to_contain_text(f"Integration{one['name']}")


def test_a_cluster_shows_where_private_endpoints_and_peering_find_it(
    page: Page, runner: Runner, witness: Witness
) -> None:
    document = """{ clusters(filter: {providers: [COCKROACHDB]}, first: 100) { nodes { name details {
        ... on CockroachdbClusterDetails { cloudAccountId regions { privateEndpointHost internalHost } } } } } }"""
    clusters = runner.query(document)["clusters"]["nodes"]
    (with_account, *_) = [one for one in clusters if one["details"]["cloudAccountId"]]
    (with_host, *_) = [
        one for one in clusters if any(each["privateEndpointHost"] for each in one["details"]["regions"])
    ]
    own = page.get_by_role("region", name="At CockroachDB Cloud")
    open_cluster(page, with_account["name"])
    expect(own).to_contain_text(f"Cloud account{with_account['details']['cloudAccountId']}")
    open_cluster(page, with_host["name"])
    for region in with_host["details"]["regions"]:
        expect(own).to_contain_text(f"private endpoint{region['privateEndpointHost']}")
        expect(own).to_contain_text(f"inside its network{region['internalHost']}")
    fits = "all => all.every(one => one.scrollWidth <= one.clientWidth)"
    assert own.locator(".copied .mono").evaluate_all(fits), "hosts that differ in their ends are told apart"
    assert axe(page) == []
    assert witness.complaints == []


def test_no_view_shows_a_constant_or_the_whole_id_of_a_pool(page: Page) -> None:
    open_cluster(page, "field-notes")
    expect(page.get_by_role("region", name="About")).to_contain_text("PlanServerless")
    open_cluster(page, "Bird Detector")
    expect(page.get_by_role("region", name="About")).to_contain_text("Access key")
    expect(page.get_by_role("cell", name=re.compile(r", pool [0-9a-f]{8}$"))).to_be_visible()
    expect(page.get_by_role("region", name="At Northflank")).not_to_contain_text("1 nodes")
    open_cluster(page, "archive-search")
    expect(page.get_by_role("region", name="About")).not_to_contain_text("Azure, Azure")
    page.goto("/create?provider=QOVERY")
    page.get_by_role("radio", name=re.compile("Orchard Grocers")).click()
    expect(page.get_by_role("region", name="What", exact=True)).to_contain_text("PlanBusiness 2025")
    page.goto("/clusters?columns=name,plan")
    settled(page)
    expect(page.get_by_role("gridcell", name="Serverless").first).to_be_visible()
    expect(page.get_by_role("checkbox", name="Serverless")).to_be_visible()


def test_an_account_says_when_its_token_ends_and_its_budget_in_words(page: Page, witness: Witness) -> None:
    def more(data: dict[str, Any]) -> None:
        node = data["accounts"]["edges"][0]["node"]
        node["token"]["expiresAt"] = (datetime.now(UTC) + timedelta(days=9, hours=1)).isoformat()
        node["requestBudget"]["windowSeconds"] = 60

    retell(page, "AccountsQuery", more)
    page.goto("/accounts")
    settled(page)
    row = page.get_by_role("listitem").filter(has_text="Brightwater Labs")
    expect(row).to_contain_text("ends in 9d")
    expect(row).to_contain_text("requests left per minute")
    assert witness.complaints == []


def test_a_cluster_says_which_part_of_its_providers_answer_was_not_read(page: Page) -> None:
    unread = "labels: Input should be a valid dictionary"
    retell(page, "ClusterQuery", lambda data: data["cluster"].update(unreadMembers=[unread]))
    open_cluster(page, "Blog")
    expect(page.get_by_role("region", name="About")).to_contain_text(unread)
    assert axe(page) == []


def test_a_size_that_somebody_else_changed_first_is_named_in_words(page: Page) -> None:
    def refuse(data: dict[str, Any]) -> None:
        conflict = {"__typename": "ConflictError", "message": "Somebody was first.", "path": []}
        data["updateCluster"] = {
            "operation": None,
            "plan": None,
            "cluster": None,
            "userErrors": [conflict | {"currentRevision": "another"}],
        }

    open_cluster(page, "warehouse")
    retell(page, "ResizeMutation", refuse)
    page.get_by_role("button", name="Scale").click()
    dialog = page.get_by_role("dialog", name="Scale the cluster")
    dialog.get_by_label("Disk of each node in GB").fill("999")
    dialog.get_by_role("button", name="Dry run").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Disk size")
    expect(dialog.get_by_role("alert")).not_to_contain_text("diskSizeGb")


def test_a_key_names_the_accounts_that_it_sees(page: Page, runner: Runner) -> None:
    accounts = runner.query("{ accounts(first: 4) { nodes { id name } } }")["accounts"]["nodes"]
    document = "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } } }"
    given = {"name": "of four", "scopes": ["READ"], "accountIds": [one["id"] for one in accounts]}
    made = runner.query(document, {"input": given})["createApiKey"]["apiKey"]
    page.goto("/keys")
    row = page.get_by_role("listitem").filter(has_text="of four")
    expect(row).to_contain_text(
        f"{accounts[0]['name']}, {accounts[1]['name']}, {accounts[2]['name']}, 1 more"
    )
    runner.query("mutation ($id: ID!) { revokeApiKey(id: $id) { apiKey { id } } }", {"id": made["id"]})


def test_the_words_of_a_provider_are_spelled_as_its_field_spells_them(page: Page) -> None:
    page.goto("/integrations")
    settled(page)
    expect(page.get_by_role("listitem").filter(has_text="fjordline-vsphere")).to_contain_text(
        "EKS anywhere vSphere"
    )
    expect(page.get_by_role("listitem").filter(has_text="fjordline-aws-role")).to_contain_text("AWS role")


APART = r"""[...document.querySelectorAll('.where')]
  .every(one => /\s$/.test(one.previousSibling?.textContent ?? ' '))"""


@pytest.mark.parametrize("path", VIEWS)
def test_a_name_and_where_it_is_are_two_words_for_who_hears_or_copies_them(path: str, page: Page) -> None:
    page.goto(path)
    settled(page)
    await_that(page, APART)


def test_what_was_just_seen_is_not_to_be_seen_where_two_clocks_differ(page: Page) -> None:
    at = datetime.now(UTC)
    page.clock.set_fixed_time(at)

    def ahead(data: dict[str, Any]) -> None:
        for edge in data["accounts"]["edges"]:
            edge["node"]["freshness"]["observedAt"] = (at + timedelta(seconds=2)).isoformat()

    retell(page, "AccountsQuery", ahead)
    page.goto("/accounts")
    row = page.get_by_role("listitem").filter(has_text="Acme Tools")
    expect(row).to_contain_text("seen now,")
