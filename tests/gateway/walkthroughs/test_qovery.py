"""The documents that change something at Qovery, walked through from beginning to end."""

import json
import logging
from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.qovery.tokens import make_jwt
from tests.gateway.journey import Begin

DETAILS = """query ($id: ID!) { cluster(id: $id) {
    integration { name } details { ... on QoveryClusterDetails {
        deploymentStatus isKedaEnabled secretManagers { id name kind authentication }
    } }
} }"""
DEPLOY = """mutation ($id: ID!) { deployCluster(id: $id) {
    operation { id state pollAfterSeconds } userErrors { message }
} }"""
UPDATE = """mutation ($id: ID!, $patch: QoveryClusterPatchInput!) {
    updateCluster(id: $id, input: {qovery: $patch}) {
        operation { id state pollAfterSeconds } userErrors { message path }
    }
}"""


async def test_a_qovery_cluster_that_was_made_without_credentials_gets_some_and_is_deployed(
    begin: Begin,
) -> None:
    journey = begin("qovery")
    account_id = await journey.connect("Orchard Grocers")
    bare = {"cloud": "AWS", "region": "eu-west-3", "deploy": False}
    asked = {"accountId": account_id, "name": "bare", "spec": {"qovery": bare}}
    made = await journey.follow(await journey.run("create-qovery-cluster", input=asked), minutes=15)
    cluster = made["target"]["id"]
    early = (await journey.client.query(DEPLOY, id=cluster))["deployCluster"]
    assert early["operation"]["state"] == "FAILED"
    assert "no cloud provider credentials" in early["userErrors"][0]["message"]

    async def update(**patch: Any) -> Any:
        return (await journey.client.query(UPDATE, id=cluster, patch=patch))["updateCluster"]

    link = journey.input_of("create-qovery-cluster")["spec"]["qovery"]["integrationId"]
    both = await update(integrationId=link, description="Both at once")
    assert "request of its own" in both["userErrors"][0]["message"]
    given = await journey.follow(await update(integrationId=link), minutes=15)
    assert given["state"] == "SUCCEEDED"
    deployed = await journey.follow(
        (await journey.client.query(DEPLOY, id=cluster))["deployCluster"], minutes=60
    )
    assert deployed["state"] == "SUCCEEDED"
    shown = (await journey.client.query(DETAILS, id=cluster))["cluster"]
    assert shown["integration"] == {"name": "orchard-aws-main"}


async def test_a_qovery_cluster_of_ones_own_gets_its_kubeconfig_which_is_kept_nowhere(
    begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    planted = "plan" + "ted-kubeconfig"
    with caplog.at_level(logging.DEBUG):
        journey = begin("qovery")
        account_id = await journey.connect("Orchard Grocers")
        link = journey.input_of("create-qovery-cluster")["spec"]["qovery"]["integrationId"]
        own = {
            "cloud": "AWS",
            "region": "on-premise",
            "integrationId": link,
            "kubernetesMode": "PARTIALLY_MANAGED",
            "advanced": {"metalLbAddressPools": ["10.1.0.0/24"]},
        }
        asked: dict[str, Any] = {"accountId": account_id, "name": "own", "spec": {"qovery": own}}
        at_once = await journey.run("create-qovery-cluster", input=asked)
        assert at_once["userErrors"][0]["path"] == ["input", "spec", "qovery", "deploy"]
        own["deploy"] = False
        made = await journey.follow(await journey.run("create-qovery-cluster", input=asked), minutes=15)
        cluster = made["target"]["id"]
        patch = {"kubeconfig": f"clusters:\n- name: {planted}\n"}
        given = (await journey.client.query(UPDATE, id=cluster, patch=patch))["updateCluster"]
        assert (await journey.follow(given, minutes=15))["state"] == "SUCCEEDED"
        (put,) = journey.asked("PUT")
        assert planted in put.content.decode()
        deployed = await journey.follow(
            (await journey.client.query(DEPLOY, id=cluster))["deployCluster"], minutes=60
        )
        assert deployed["state"] == "SUCCEEDED"
    assert planted not in journey.scan()
    assert planted not in caplog.text
    assert planted not in "".join(journey.answers)


async def test_a_cluster_that_its_provider_hides_at_first_and_shows_late_is_deployed_nonetheless(
    begin: Begin,
) -> None:
    journey = begin("qovery")
    await journey.connect("Orchard Grocers")
    journey.server.fault("hidden", method="POST", times=1, seconds=20)
    journey.server.fault("late-status", method="POST", path="*/deploy", seconds=8)
    made = await journey.run("create-qovery-cluster")
    assert made["operation"]["state"] == "RUNNING"
    assert [request.url.path.rpartition("/")[2] for request in journey.asked("POST")] == ["cluster"]
    done = await journey.follow(made, minutes=60)
    assert (done["state"], done["target"]["status"]) == ("SUCCEEDED", {"phase": "READY"})
    assert [request.url.path.rpartition("/")[2] for request in journey.asked("POST")] == ["cluster", "deploy"]


async def test_what_a_provider_makes_otherwise_than_it_was_asked_is_said(begin: Begin) -> None:
    journey = begin("qovery")
    await journey.connect("Orchard Grocers")
    for kind in ("converted-machine", "rounded-size", "added-label"):
        journey.server.fault(kind, method="POST", times=1)
    asked = journey.input_of("create-qovery-cluster")
    asked["spec"]["qovery"] |= {"diskSizeGb": 61}
    done = await journey.follow(await journey.run("create-qovery-cluster", input=asked), minutes=60)
    assert done["state"] == "SUCCEEDED"
    assert {one["field"] for one in done["differences"]} == {
        "instanceType",
        "diskSizeGb",
        "labelsGroupIds",
    }


LOCKED = """query ($id: ID!) { cluster(id: $id) {
    isDeletionProtected details { ... on QoveryClusterDetails { lock { reason owner days } } }
} }"""


async def test_a_qovery_cluster_is_locked_refuses_changes_and_is_unlocked(begin: Begin) -> None:
    journey = begin("qovery")
    await journey.connect("Orchard Grocers")
    listed = (await journey.client.query(KUBERNETES_UPGRADES))["clusters"]["nodes"]
    (cluster,) = [one["id"] for one in listed if one["name"] == "production"]
    long = await journey.run("lock-cluster", id=cluster, days=30)
    assert (long["userErrors"][0]["path"], journey.asked("POST")) == (["days"], [])

    done = await journey.follow(await journey.run("lock-cluster", id=cluster), minutes=15)
    assert (done["kind"], done["state"]) == ("LOCK_CLUSTER", "SUCCEEDED")
    shown = (await journey.client.query(LOCKED, id=cluster))["cluster"]
    assert shown["isDeletionProtected"] is True
    assert shown["details"]["lock"] == {"reason": "Stocktaking", "owner": "Orchard Grocers", "days": 2}
    early = (await journey.client.query(DEPLOY, id=cluster))["deployCluster"]
    assert "the cluster is locked: Stocktaking" in early["userErrors"][0]["message"]

    done = await journey.follow(await journey.run("unlock-cluster", id=cluster), minutes=15)
    assert (done["kind"], done["state"]) == ("UNLOCK_CLUSTER", "SUCCEEDED")
    assert (await journey.client.query(LOCKED, id=cluster))["cluster"]["details"]["lock"] is None


NAMED = """query ($search: String!) { clusters(search: $search) { nodes { id name } } }"""


@pytest.mark.parametrize(
    ("account", "name", "nodes"),
    [
        ("Orchard Grocers", "supplier-portal", ["NOT_READY", "READY", "READY"]),
        ("Orchard Grocers", "seasonal", []),
        ("Fjordline Media", "newsroom", None),
    ],
    ids=["shown", "none", "withheld"],
)
async def test_the_nodes_of_a_qovery_cluster_are_shown_where_the_token_gets_them_else_the_reason_is(
    begin: Begin, account: str, name: str, nodes: list[str] | None
) -> None:
    journey = begin("qovery")
    await journey.connect(account)
    listed = (await journey.client.query(NAMED, search=name))["clusters"]["nodes"]
    shown = await journey.run("cluster-nodes", id=listed[0]["id"])
    (support,) = [one for one in shown["capabilities"] if one["capability"] == "LIST_NODES"]
    if nodes is None:
        assert shown["nodes"] is None
        assert not support["isSupported"]
        assert "WebSocket gateway only" in support["reason"]
        assert "403" in support["reason"]
    else:
        assert sorted(one["phase"] for one in shown["nodes"]["nodes"]) == nodes
        assert (support["isSupported"], support["reason"]) == (True, None)


async def test_the_token_of_a_person_at_qovery_is_a_bearers_shows_its_end_and_reaches_nodes(
    begin: Begin,
) -> None:
    journey = begin("qovery")
    organization = next(one.external_id for one in journey.server.accounts if one.name == "Orchard Grocers")
    ends_at = journey.clock.now() + timedelta(hours=2)
    await journey.connect("Orchard Grocers", apiToken=make_jwt(organization or "", ends_at))
    assert {one.headers["Authorization"].partition(" ")[0] for one in journey.sent} == {"Bearer"}
    (account,) = (await journey.client.query(TOKEN))["accounts"]["nodes"]
    assert datetime.fromisoformat(account["token"]["expiresAt"]) == ends_at
    assert "the token expires at" in account["freshness"]["reason"]
    listed = (await journey.client.query(NAMED, search="production"))["clusters"]["nodes"]
    shown = await journey.run("cluster-nodes", id=listed[0]["id"])
    assert len(shown["nodes"]["nodes"]) == 4


TOKEN = "{ accounts { nodes { token { expiresAt } freshness { reason } } } }"
KUBERNETES_UPGRADES = """{ clusters(search: "production") { nodes {
    id name version availableVersion upgrade { state versions }
} } }"""


async def test_a_qovery_cluster_is_upgraded_to_the_next_version_and_a_plan_of_it_can_be_applied(
    begin: Begin,
) -> None:
    journey = begin("qovery")
    await journey.connect("Orchard Grocers")

    async def shown() -> dict[str, Any]:
        listed = (await journey.client.query(KUBERNETES_UPGRADES))["clusters"]["nodes"]
        (found,) = [one for one in listed if one["name"] == "production"]
        return dict(found)

    before = await shown()
    assert (before["version"], before["upgrade"]["versions"]) == ("1.32", ["1.33"])
    refused = await journey.run("upgrade-cluster", id=before["id"], version="1.34")
    assert (refused["userErrors"][0]["path"], journey.asked("POST")) == (["version"], [])

    plan = (await journey.client.query(PLANNED_UPGRADE, id=before["id"]))["upgradeCluster"]["plan"]
    (request,) = plan["requests"]
    assert (request["method"], request["body"]) == ("POST", None)
    applied = (await journey.client.query(APPLY, digest=plan["digest"]))["applyPlan"]
    done = await journey.follow(applied, minutes=60)
    assert (done["kind"], done["state"]) == ("UPGRADE_CLUSTER", "SUCCEEDED")
    (sent,) = journey.asked("POST")
    assert sent.url.path.endswith("/upgrade")
    assert sent.url.path.startswith("/cluster/")  # no deployment follows: it begins one by itself

    after = await shown()
    assert (after["version"], after["availableVersion"]) == ("1.33", None)
    nothing = await journey.run("upgrade-cluster", id=before["id"], version=None)
    assert "No upgrade" in nothing["userErrors"][0]["message"]


PLANNED_UPGRADE = """mutation ($id: ID!) { upgradeCluster(id: $id, dryRun: true) {
    plan { digest requests { method url body } } userErrors { message }
} }"""
APPLY = """mutation ($digest: String!) { applyPlan(digest: $digest) {
    operation { id state pollAfterSeconds } userErrors { message }
} }"""


async def test_a_qovery_cluster_is_made_with_all_that_can_be_set(begin: Begin) -> None:
    journey = begin("qovery")
    account_id = await journey.connect("Orchard Grocers")
    asked = journey.input_of("create-qovery-cluster")
    assert asked["accountId"] == account_id
    done = await journey.follow(await journey.run("create-qovery-cluster"), minutes=60)
    assert (done["state"], done["target"]["status"]) == ("SUCCEEDED", {"phase": "READY"})

    registered, deployed = journey.asked("POST")
    assert deployed.url.path.endswith("/deploy")
    body = json.loads(registered.content)
    wanted = asked["spec"]["qovery"]
    assert (body["name"], body["region"], body["cloud_provider"]) == ("checkout", "eu-west-3", "AWS")
    assert body["cloud_provider_credentials"]["credentials"]["name"] == "orchard-aws-main"
    assert (body["min_running_nodes"], body["max_running_nodes"], body["disk_size"]) == (3, 9, 60)
    assert (body["instance_type"], body["production"]) == (wanted["instanceType"], True)
    assert body["ssh_keys"] == wanted["sshKeys"]
    assert body["features"] == [
        {"id": "VPC_SUBNET", "value": "10.40.0.0/16"},
        {"id": "STATIC_IP", "value": True},
    ]
    assert (body["disk_iops"], body["disk_throughput"], body["keda"]) == (6000, 250, {"enabled": True})
    assert body["labels_groups"] == [{"id": wanted["labelsGroupIds"][0]}]
    assert body["secret_manager_accesses"][0]["authentication"]["mode"] == "AWS_ROLE_ARN"
    assert body["metrics_parameters"]["enabled"] is True
    charts = json.dumps(body["infrastructure_charts_parameters"])
    given = wanted["advanced"]
    for value in (*given["nginx"].values(), given["certManagerNamespace"], *given["metalLbAddressPools"]):
        assert json.dumps(value) in charts

    cluster = await journey.run("cluster", id=done["target"]["id"])
    assert cluster["details"]["deploymentStatus"] == "UP_TO_DATE"
    assert (cluster["capacity"]["minNodes"], cluster["capacity"]["maxNodes"]) == (3, 9)
