"""Northflank to change: integrations and their users, clusters and their projects, nodes without a trace."""

from typing import Any

import httpx
import pytest

from sandbox import ManualClock, Server
from tests.sandbox.conftest import Connect, Serve
from tests.sandbox.test_northflank import MINE

SECRET = "planted-secret-of-a-test"
INTEGRATION = {
    "name": "Azure Two",
    "provider": "azure",
    "features": ["byoc"],
    "credentials": {
        "tenantId": "tenant",
        "clientId": "client",
        "secret": SECRET,
        "subscriptionId": "subscription",
    },
}
GPU_TYPE = "nodePools.0.computeResources.gpu.type"
SCALING = "nodePools.0.autoscaling"
TEMPLATE = "nodePools.0.aws.launchTemplate"
SUBNETS = {"mode": "explicit-subnets", "subnets": ["a", "b"]}
POOL = {"id": "pool-1", "nodeType": "m6i.xlarge", "nodeCount": 2, "diskSize": 50}
CLUSTER = {
    "name": "Dailies",
    "provider": "aws",
    "integrationId": "staging-aws",
    "region": "us-east-1",
    "nodePools": [POOL],
}


@pytest.fixture
def server(served: Serve) -> Server:
    return served("northflank")


@pytest.fixture
def team(server: Server, connected: Connect) -> httpx.Client:
    client = connected(server, "Tidewater Studio")
    client.base_url = httpx.URL(f"{server.url}{MINE}/")
    return client


def state(client: httpx.Client, cluster_id: str) -> str:
    answer = client.get(f"clusters/{cluster_id}")
    return answer.json()["data"]["status"]["state"]["state"] if answer.is_success else str(answer.status_code)


# ---------------------------------------------------------------------- integrations


def test_a_created_integration_answers_with_its_secrets(team: httpx.Client) -> None:
    made = team.post("integrations", json=INTEGRATION)
    assert made.status_code == 200
    assert made.json()["data"]["id"] == "azure-two"
    assert made.json()["data"]["credentials"] == INTEGRATION["credentials"]
    assert team.get("integrations/azure-two").json() == made.json()
    assert SECRET not in team.get("integrations").text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "ab"}, "name"),
        ({"name": "1 Azure"}, "name"),
        ({"name": "A" * 40}, "name"),
        ({"provider": "moon"}, "provider"),
        ({"features": ["flying"]}, "features"),
        ({"description": "x" * 201}, "description"),
        ({"credentials": {"apiKey": "x"}}, "credentials.apiKey"),
        ({"credentials": "x"}, "credentials"),
        ({"credentials": {"tenantId": "t", "clientId": "c", "subscriptionId": "s"}}, "credentials.secret"),
        ({"provider": "gcp", "credentials": {"keyfileJson": "{}"}}, "gcp.projectId"),
        ({"provider": "gcp", "gcp": {"authenticationMode": "accessKey"}, "credentials": {}}, "gcp.projectId"),
        ({"provider": "aws", "credentials": {"accessKey": "a"}}, "credentials.secretKey"),
        ({"restrictions": {"enabled": True, "teams": [{"id": "a"}]}}, "restrictions.teams.0.id"),
        ({"aws": {"authenticationMode": "guest"}}, "aws.authenticationMode"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_body_that_does_not_read_is_refused_by_the_field(
    change: dict[str, Any], field: str, team: httpx.Client
) -> None:
    error = team.post("integrations", json=INTEGRATION | change).json()["error"]
    assert (error["status"], error["id"]) == (400, "nf-invalid-request-body")
    assert error["details"].keys() == {field}


def test_credentials_are_those_of_the_provider_and_its_mode(team: httpx.Client) -> None:
    role = {
        "aws": {"authenticationMode": "crossAccountRole"},
        "credentials": {"roleArn": "a", "externalId": "b"},
    }
    keys = {"credentials": {"accessKey": SECRET, "secretKey": SECRET}}
    for number, more in enumerate((role, keys)):
        body = {"name": f"Account {number}", "provider": "aws", **more}
        assert team.post("integrations", json=body).status_code == 200


def test_a_second_of_the_same_name_conflicts_and_an_upsert_replaces(team: httpx.Client) -> None:
    team.post("integrations", json=INTEGRATION)
    assert team.post("integrations", json=INTEGRATION).status_code == 409
    replaced = team.put("integrations", json=INTEGRATION | {"description": "Replaced"})
    assert replaced.json()["data"]["description"] == "Replaced"
    assert team.put("integrations", json=INTEGRATION | {"name": "Azure Three"}).status_code == 200
    assert {"azure-two", "azure-three"} <= listed_here(team, "integrations").keys()


def test_a_patch_changes_what_is_given_and_neither_name_nor_provider(team: httpx.Client) -> None:
    where = "integrations/azure-uk"
    given = INTEGRATION["credentials"]
    patched = team.patch(where, json={"features": ["byoc", "byoc-logs"], "credentials": given})
    assert patched.json()["data"]["features"] == ["byoc", "byoc-logs"]
    assert patched.json()["data"]["credentials"] == given
    assert team.patch(where, json={"description": "UK"}).json()["data"]["credentials"] == given
    for fixed in ({"name": "Azure FR"}, {"provider": "aws"}):
        assert team.patch(where, json=fixed).status_code == 400


def test_an_integration_in_use_is_not_deleted(team: httpx.Client, clock: ManualClock) -> None:
    assert team.delete("integrations/oracle-archive").status_code == 409
    assert team.delete("clusters/deep-archive").json() == {"data": {}}
    clock.advance(10)
    assert team.delete("integrations/oracle-archive").json() == {"data": {}}
    assert team.get("integrations/oracle-archive").status_code == 404


def test_an_owner_before_the_slash_is_a_user_all_the_same(team: httpx.Client, clock: ManualClock) -> None:
    for user in ("staging", "old-intranet"):
        using = team.get(f"clusters/{user}").json()["data"]["integrationId"]
        assert using.rpartition("/")[2] == "staging-aws"
    assert team.delete("integrations/staging-aws").status_code == 409


# ---------------------------------------------------------------------- clusters


def listed_here(client: httpx.Client, name: str) -> dict[str, Any]:
    items = client.get(name, params={"per_page": 100}).json()["data"][name]
    return {item["id"]: item for item in items}


def test_a_created_cluster_is_there_at_once_and_running_after_a_while(
    team: httpx.Client, clock: ManualClock
) -> None:
    made = team.post("clusters", json=CLUSTER).json()["data"]
    assert made["id"] == "dailies"
    assert listed_here(team, "clusters")["dailies"] == made
    assert made["nodePools"][0]["id"]
    story = []
    for _ in range(4):
        story.append(state(team, "dailies"))
        clock.advance(7)
    assert story == ["creating", "provisioning", "provisioning", "running"]
    assert len(team.get("clusters/dailies/nodes").json()["data"]["nodes"]) == 2


def test_a_doomed_cluster_says_why_it_failed(team: httpx.Client, clock: ManualClock) -> None:
    team.post("clusters", json=CLUSTER | {"name": "Doomed Cut"})
    clock.advance(8)
    shown = team.get("clusters/doomed-cut").json()["data"]["status"]["state"]
    assert shown["state"] == "error"
    assert shown["reason"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "A name of more than 20"}, "name"),
        ({"provider": "gcp"}, "integrationId"),
        ({"integrationId": "nobody"}, "integrationId"),
        ({"region": "moon-1"}, "region"),
        ({"region": None}, "region"),
        ({"nodePools": []}, "nodePools"),
        ({"nodePools": [{"id": "pool-1"}]}, "nodePools.0.nodeType"),
        ({"nodePools": [POOL, POOL | {"nodeCount": -1}]}, "nodePools.1.nodeCount"),
        ({"nodePools": [POOL | {"id": "1"}]}, "nodePools.0.id"),
        ({"nodePools": [POOL | {"nodeType": "Standard_D4s_v5"}]}, "nodePools.0.nodeType"),
        ({"nodePools": [POOL | {"nodeType": "anything"}]}, "nodePools.0.nodeType"),
        ({"nodePools": [POOL | {"colour": "blue"}]}, "nodePools.0.colour"),
        ({"nodePools": [POOL | {"computeResources": {"gpu": {"type": "h100"}}}]}, GPU_TYPE),
        ({"nodePools": [POOL | {"autoscaling": {"enabled": True, "min": 9, "max": 1}}]}, SCALING),
        ({"nodePools": [POOL | {"autoscaling": {"enabled": True}}]}, SCALING),
        ({"nodePools": [POOL | {"azure": {"systemPool": True}}]}, "nodePools.0.azure"),
        ({"nodePools": [POOL | {"aws": {"launchTemplate": {"id": "lt-1"}}}]}, TEMPLATE + ".version"),
        ({"nodePools": [POOL | {"aws": {"launchTemplate": {"id": "lt-1", "version": 1}}}]}, TEMPLATE),
        ({"nodePools": [POOL | {"nodeCount": 0}]}, "nodePools"),
        ({"aws": {"subnetConfiguration": {"subnets": ["a"]}}}, "aws.subnetConfiguration.mode"),
        ({"aws": {"subnetConfiguration": SUBNETS | {"subnets": ["a"]}}}, "aws.subnetConfiguration.subnets"),
        ({"aws": {"subnetConfiguration": SUBNETS}}, "aws.subnetConfiguration"),
        ({"aws": {"publicAccessCidrs": ["anywhere"]}}, "aws.publicAccessCidrs.0"),
        ({"aws": {"vpcEgress": True}}, "aws.vpcEgress"),
        ({"settings": {"builds": {"mode": "outside"}}}, "settings.builds.mode"),
        ({"settings": {"requestModifiers": {"jobs": {"cpu": 1}}}}, "settings.requestModifiers.jobs.memory"),
        ({"restrictions": {"teams": []}}, "restrictions.enabled"),
        ({"description": "a+b"}, "description"),
        ({"provider": "cloudflare"}, "provider"),
    ],
)
def test_a_cluster_that_cannot_be_is_refused_by_the_field(
    change: dict[str, Any], field: str, team: httpx.Client
) -> None:
    error = team.post("clusters", json=CLUSTER | change).json()["error"]
    assert error["details"].keys() == {field}


def test_a_brought_cluster_needs_no_region(server: Server, connected: Connect) -> None:
    person = connected(server, "Kestrel (personal)")
    body: dict[str, Any] = {
        "name": "Attic",
        "provider": "byok",
        "integrationId": "garage-rack",
        "nodePools": [{"id": "rack", "providerId": "rack", "defaultPool": True}],
        "byok": {"nodePoolProviderIdLabel": "rack"},
        "coordinates": {"latitude": 51.5, "longitude": -0.25},
    }
    made = person.post(f"{MINE}/clusters", json=body).json()["data"]
    assert "region" not in made
    assert made["nodePools"][0].keys() == {"id", "providerId", "defaultPool"}
    two = body | {
        "name": "Attic Two",
        "nodePools": [body["nodePools"][0], {"id": "shelf", "providerId": "shelf"}],
    }
    assert person.post(f"{MINE}/clusters", json=two).status_code == 200
    nowhere = {name: value for name, value in body.items() if name != "coordinates"} | {"name": "Attic Four"}
    refused = person.post(f"{MINE}/clusters", json=nowhere).json()["error"]
    assert refused["details"].keys() == {"coordinates"}
    none = body | {"name": "Attic Three", "nodePools": [{"id": "shelf", "providerId": "shelf"}]}
    assert person.post(f"{MINE}/clusters", json=none).json()["error"]["details"].keys() == {"nodePools"}


def test_a_name_is_taken_until_its_cluster_is_gone_and_an_upsert_changes_it(
    team: httpx.Client, clock: ManualClock
) -> None:
    team.post("clusters", json=CLUSTER)
    clock.advance(20)
    assert team.post("clusters", json=CLUSTER).status_code == 409
    assert team.put("clusters", json=CLUSTER | {"description": "Cut"}).json()["data"]["description"] == "Cut"
    assert team.delete("clusters/dailies").status_code == 200
    assert listed_here(team, "clusters")["dailies"]["deletionRequested"] is True
    clock.advance(10)
    assert state(team, "dailies") == "404"
    assert team.put("clusters", json=CLUSTER).status_code == 200


def test_pools_are_known_by_their_ids(team: httpx.Client, clock: ManualClock) -> None:
    before = team.get("clusters/client-portal").json()["data"]["nodePools"]
    bigger = {"id": before[0]["id"], "nodeType": "Standard_D4s_v5", "nodeCount": 5, "diskSize": 100}
    new = {"id": "mine", "nodeType": "Standard_D4s_v5", "nodeCount": 1, "diskSize": 40}
    patched = team.patch("clusters/client-portal", json={"nodePools": [bigger, new]}).json()["data"]
    assert [pool["nodeCount"] for pool in patched["nodePools"]] == [5, 1]
    assert patched["nodePools"][0]["id"] == before[0]["id"]
    assert patched["nodePools"][1]["id"] not in ("mine", before[0]["id"])
    assert patched["status"]["state"]["state"] == "scaling"
    clock.advance(10)
    assert state(team, "client-portal") == "running"
    assert len(team.get("clusters/client-portal/nodes").json()["data"]["nodes"]) == 6


def test_a_patch_of_the_name_or_the_description_is_an_update(team: httpx.Client, clock: ManualClock) -> None:
    clock.advance(5)
    patched = team.patch("clusters/client-portal", json={"name": "Portal", "description": "New"}).json()[
        "data"
    ]
    assert (patched["id"], patched["name"], patched["description"]) == ("client-portal", "Portal", "New")
    assert patched["updatedAt"] == "2026-01-01T00:00:05.000Z"
    assert patched["status"]["state"]["state"] == "updating"
    clock.advance(8)
    assert state(team, "client-portal") == "running"


@pytest.mark.parametrize(
    "change", [{"provider": "aws"}, {"region": "eu-west-1"}, {"integrationId": "azure-uk"}]
)
def test_what_cannot_be_patched_is_refused(change: dict[str, Any], team: httpx.Client) -> None:
    assert team.patch("clusters/client-portal", json=change).status_code == 400


def test_a_cluster_with_projects_is_not_deleted(team: httpx.Client) -> None:
    assert team.delete("clusters/review-tool").status_code == 409
    assert team.patch("clusters/old-intranet", json={"description": "x"}).status_code == 409


# ---------------------------------------------------------------------- nodes


def test_tending_a_node_answers_and_shows_nowhere(server: Server, team: httpx.Client) -> None:
    path = "clusters/review-tool/nodes"
    before = team.get(path).json()
    node = next(each["nodeId"] for each in before["data"]["nodes"] if each["status"] == "RUNNING")
    scope = server.world.by_token("nf_sandbox_tidewater_studio")
    for action, cordoned, drained in [
        ("cordon", {node}, set()),
        ("drain", {node}, {node}),
        ("uncordon", set(), set()),
    ]:
        assert team.post(f"{path}/{node}/{action}").json() == {"data": {}}
        assert (scope.cordoned, scope.drained) == (cordoned, drained)
        assert team.get(path).json() == before


def test_only_a_running_node_can_be_tended(team: httpx.Client) -> None:
    path = "clusters/review-tool/nodes"
    gone = team.get(path, params={"status": "DELETED"}).json()["data"]["nodes"][0]["nodeId"]
    assert team.post(f"{path}/{gone}/drain").status_code == 409
    assert team.post(f"{path}/nobody/drain").status_code == 404
    assert team.post(f"{path}/{gone}/reboot").status_code == 404


# ---------------------------------------------------------------------- what a cloud demands

SYSTEM: dict[str, Any] = {"id": "system", "nodeType": "Standard_D4ds_v5", "nodeCount": 2, "diskSize": 100}
AZURE: dict[str, Any] = {
    "name": "Azure Cluster 1",
    "provider": "azure",
    "integrationId": "azure-uk",
    "region": "westeurope",
    "azure": {"networking": {"vnetConfiguration": {"mode": "create-default"}}},
    "nodePools": [SYSTEM | {"azure": {"systemPool": True}}],
}
FLEXIBLE: dict[str, Any] = {"id": "flex", "nodeType": "VM.Standard.E4.Flex", "nodeCount": 3, "diskSize": 100}
OCI: dict[str, Any] = {
    "name": "OCI Cluster 1",
    "provider": "oci",
    "integrationId": "oracle-archive",
    "region": "eu-frankfurt-1",
    "oci": {"vcnConfiguration": {"vcnId": "vcn", "subnetIdForKubernetesApi": "api"}},
    "nodePools": [FLEXIBLE | {"oci": {"ocpu": 4, "memory": 32}}],
}
GENOA: dict[str, Any] = {"id": "genoa", "nodeType": "cd-gp-a192-genoa", "nodeCount": 1, "diskSize": 100}
COREWEAVE: dict[str, Any] = {
    "name": "Training",
    "provider": "coreweave",
    "integrationId": "coreweave-training",
    "region": "US-EAST-04",
    "coreweave": {"zone": "US-EAST-04A"},
    "nodePools": [GENOA],
}


@pytest.mark.parametrize("body", [AZURE, OCI, COREWEAVE], ids=lambda body: body["provider"])
def test_a_cluster_with_what_its_cloud_demands_is_made(body: dict[str, Any], team: httpx.Client) -> None:
    made = team.post("clusters", json=body).json()["data"]
    assert made[body["provider"]] == body[body["provider"]]


@pytest.mark.parametrize(
    ("body", "change", "field"),
    [
        (AZURE, {"nodePools": [SYSTEM]}, "nodePools"),
        (AZURE, {"nodePools": [SYSTEM | {"azure": {"systemPool": False}}]}, "nodePools"),
        (
            AZURE,
            {"azure": {"networking": {"vnetConfiguration": {"mode": "custom-vnet"}}}},
            "azure.networking.vnetConfiguration.vnetId",
        ),
        (OCI, {"nodePools": [FLEXIBLE]}, "nodePools.0.oci"),
        (OCI, {"nodePools": [FLEXIBLE | {"oci": {"ocpu": 4}}]}, "nodePools.0.oci.memory"),
        (OCI, {"oci": {}}, "oci.vcnConfiguration"),
        (OCI, {"oci": {"vcnConfiguration": {"vcnId": "v"}}}, "oci.vcnConfiguration.subnetIdForKubernetesApi"),
        (COREWEAVE, {"coreweave": {}}, "coreweave.zone"),
        (COREWEAVE, {"nodePools": [GENOA | {"preemptible": True}]}, "nodePools.0.preemptible"),
        (
            COREWEAVE,
            {"nodePools": [GENOA | {"autoscaling": {"enabled": True, "min": 1, "max": 2}}]},
            "nodePools.0.autoscaling",
        ),
    ],
)
def test_a_cluster_without_what_its_cloud_demands_is_refused_by_the_field(
    body: dict[str, Any], change: dict[str, Any], field: str, team: httpx.Client
) -> None:
    error = team.post("clusters", json=body | change).json()["error"]
    assert (error["status"], error["id"], list(error["details"])) == (400, "nf-invalid-request-body", [field])


@pytest.mark.parametrize("name", ["oci", "coreweave", "storage", "status", "dns", "entityType"])
def test_a_change_takes_no_member_that_its_document_does_not_know(name: str, team: httpx.Client) -> None:
    error = team.patch("clusters/deep-archive", json={name: {}}).json()["error"]
    assert list(error["details"]) == [name]


def test_labels_and_type_of_a_pool_are_those_that_it_was_made_with(team: httpx.Client) -> None:
    first, second = team.get("clusters/review-tool").json()["data"]["nodePools"]
    for change, field in [({"labels": {"a": "b"}}, "labels"), ({"nodeType": "m6i.xlarge"}, "nodeType")]:
        refused = team.patch("clusters/review-tool", json={"nodePools": [first, second | change]})
        assert list(refused.json()["error"]["details"]) == [f"nodePools.1.{field}"]
    assert team.patch("clusters/review-tool", json={"nodePools": [first, second]}).status_code == 200


# ---------------------------------------------------------------------- roles and misbehaviour


def test_a_token_of_a_smaller_role_is_refused_what_it_may_not(team: httpx.Client) -> None:
    token = team.headers["authorization"]
    billing = "../billing/invoices"

    def statuses(role: str) -> list[int]:
        team.headers["authorization"] = f"{token}{role}"
        return [
            team.get("clusters").status_code,
            team.get("integrations").status_code,
            team.get(f"{team.base_url}{billing}").status_code,
            team.patch("clusters/client-portal", json={"description": "x"}).status_code,
            team.delete("integrations/planetscale-link").status_code,
        ]

    assert statuses("_reader") == [200, 200, 403, 403, 403]
    assert statuses("_clusters") == [200, 403, 403, 200, 403]
    assert statuses("_nobody") == [401] * 5
    team.headers["authorization"] = f"{token}_reader"
    assert team.delete("clusters/staging").json() == {
        "error": {"status": 403, "message": "Missing permission: Account > Cloud > Clusters > Delete"}
    }


def test_the_tokens_of_an_account_have_one_limit(team: httpx.Client) -> None:
    left = int(team.get("clusters").headers["x-ratelimit-remaining"])
    team.headers["authorization"] += "_reader"
    assert int(team.get("clusters").headers["x-ratelimit-remaining"]) == left - 1


def test_what_is_created_can_be_hidden_for_a_while(
    server: Server, team: httpx.Client, clock: ManualClock
) -> None:
    server.fault("hidden", method="POST", times=1, seconds=20)
    assert team.post("clusters", json=CLUSTER).status_code == 200
    assert state(team, "dailies") == "404"
    assert "dailies" not in listed_here(team, "clusters")
    assert team.post("clusters", json=CLUSTER).status_code == 409
    clock.advance(20)
    assert state(team, "dailies") == "running"


def test_the_status_of_a_change_can_be_late(server: Server, team: httpx.Client, clock: ManualClock) -> None:
    server.fault("late-status", method="PATCH", times=1, seconds=6)
    team.patch("clusters/client-portal", json={"description": "New"})
    story = []
    for _ in range(4):
        story.append(state(team, "client-portal"))
        clock.advance(5)
    assert story == ["running", "running", "updating", "running"]


def test_a_cluster_can_become_another_than_the_one_that_was_asked_for(
    server: Server, team: httpx.Client
) -> None:
    for kind in ("converted-machine", "rounded-size", "added-label"):
        server.fault(kind, method="POST", times=1)
    body = AZURE | {"nodePools": [AZURE["nodePools"][0] | {"diskSize": 60}]}
    (pool,) = team.post("clusters", json=body).json()["data"]["nodePools"]
    assert (pool["nodeType"], pool["diskSize"]) == ("Standard_D4s_v5", 100)
    assert pool["labels"] == {"northflank-managed": "true"}
