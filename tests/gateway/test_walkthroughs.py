"""The documents that change something, walked through from beginning to end."""

import json
import logging
from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.qovery.tokens import make_jwt
from tests.gateway.journey import Begin
from tests.gateway.test_operations import OPERATIONS, read


async def test_a_kupe_cluster_is_made_changed_and_deleted(begin: Begin) -> None:
    journey = begin("kupe")
    account_id = await journey.connect("Acme Tools")
    assert journey.input_of("create-kupe-cluster")["accountId"] == account_id

    made = await journey.run("create-kupe-cluster")
    again = await journey.run("create-kupe-cluster")
    assert again["operation"]["id"] == made["operation"]["id"]
    assert len(journey.asked("POST")) == 1
    done = await journey.follow(made, minutes=15)
    assert (done["kind"], done["state"], done["requestedBy"]) == ("CREATE_CLUSTER", "SUCCEEDED", "admin")
    assert (done["target"]["name"], done["target"]["status"]) == ("staging-eu", {"phase": "READY"})

    cluster = await journey.run("cluster", id=done["target"]["id"])
    assert (cluster["displayName"], cluster["capacity"]["total"]["cpuMillicores"]) == ("Staging EU", "4000")
    change = await journey.run("update-kupe-cluster", id=cluster["id"], expectedRevision=cluster["revision"])
    assert (await journey.follow(change, minutes=15))["state"] == "SUCCEEDED"
    grown = await journey.run("cluster", id=cluster["id"])
    assert grown["capacity"]["total"]["cpuMillicores"] == "8000"

    late = await journey.run("update-kupe-cluster", id=cluster["id"], expectedRevision=cluster["revision"])
    (error,) = late["userErrors"]
    assert (error["__typename"], error["path"]) == ("ConflictError", ["expectedRevision"])
    assert error["currentRevision"] == grown["revision"]

    gone = await journey.run("delete-cluster", id=cluster["id"], confirmName="staging-eu")
    assert (await journey.follow(gone, minutes=15))["state"] == "SUCCEEDED"
    listed = await journey.run("operations")
    assert [one["kind"] for one in listed["nodes"]] == ["DELETE_CLUSTER", "UPDATE_CLUSTER", "CREATE_CLUSTER"]
    assert {one["state"] for one in listed["nodes"]} == {"SUCCEEDED"}


async def test_what_kupe_warns_of_and_what_its_plans_hold_is_shown(begin: Begin) -> None:
    """Its newest servers warn of a version that they retire, and create the cluster all the same."""
    journey = begin("kupe")
    account_id = await journey.connect("Lumen Robotics")
    asked = journey.input_of("create-kupe-cluster", accountId=account_id, name="old-and-available")
    asked["spec"] = {"kupe": asked["spec"]["kupe"] | {"version": "1.29", "isHighlyAvailable": True}}
    done = await journey.follow(await journey.run("create-kupe-cluster", input=asked), minutes=15)
    assert done["state"] == "SUCCEEDED"
    (told,) = done["warnings"]
    assert (told["code"], told["field"]) == ("HA_K8S_VERSION_RETIRING", "version")
    assert "1.29" in told["message"]
    assert "HA_K8S_VERSION_RETIRING" not in str(await journey.run("cluster", id=done["target"]["id"]))

    document = """query ($id: ID!) { node(id: $id) { ... on Account { subscription { plan }
        offeredPlans { name displayName monthlyFee mostClusters pool { cpuMillicores }
            allowances { name quantity unit } }
    } } }"""
    held = (await journey.client.query(document, id=account_id))["node"]
    own = next(one for one in held["offeredPlans"] if one["name"] == held["subscription"]["plan"])
    assert (own["displayName"], own["monthlyFee"], own["mostClusters"]) == ("Enterprise", "1900.00", 50)
    assert own["pool"] == {"cpuMillicores": "512000"}
    assert {"name": "retention", "quantity": "90", "unit": "days"} in own["allowances"]
    assert len(held["offeredPlans"]) == 4


async def test_a_creation_whose_answer_is_lost_is_found_out_and_not_repeated(begin: Begin) -> None:
    journey = begin("kupe")
    await journey.connect("Acme Tools")
    journey.server.fault("lost-answer", method="POST", times=1)
    made = await journey.run("create-kupe-cluster")
    assert (made["operation"]["state"], made["userErrors"]) == ("UNCONFIRMED", [])
    done = await journey.follow(made, minutes=15)
    assert (done["state"], done["target"]["name"]) == ("SUCCEEDED", "staging-eu")
    assert len(journey.asked("POST")) == 1


async def test_a_creation_that_the_provider_refuses_says_so(begin: Begin) -> None:
    journey = begin("kupe")
    await journey.connect("Acme Tools")
    journey.server.fault("rate-limited", method="POST", times=1, seconds=30)
    made = await journey.run("create-kupe-cluster")
    (error,) = made["userErrors"]
    assert (error["__typename"], error["failure"]["kind"]) == ("ProviderFailedError", "RATE_LIMITED")
    assert made["operation"]["state"] == "FAILED"


async def test_an_envelope_is_set_shows_how_it_stands_and_is_deleted(begin: Begin) -> None:
    journey = begin("cockroachdb")
    account_id = await journey.connect("Paperboat Games")
    asked = journey.input_of("set-envelope")
    assert asked["accountIds"] == [account_id]
    games = (await journey.run("set-envelope", input=asked))["envelope"]
    assert games["budgetStatus"] == {"state": "OK", "reasons": []}

    journey.clock.advance(5 * 24 * 3600)
    meridian = await journey.connect("Meridian Freight")
    asked |= {"name": "freight", "accountIds": [meridian]}
    freight = (await journey.run("set-envelope", input=asked))["envelope"]
    assert freight["budgetStatus"]["state"] == "OVER"
    assert freight["budgetStatus"]["reasons"][0].endswith("were spent, of 100.00 USD.")

    listed = (await journey.client.query(read(OPERATIONS / "envelopes.graphql")[0]))["envelopes"]
    assert [one["name"] for one in listed] == ["freight", "games"]
    assert "Meridian Freight/customs-portal" in {
        one["name"] for one in listed[0]["budgetStatus"]["notCounted"]
    }
    delete = "mutation ($id: ID!) { deleteEnvelope(id: $id) { envelope { name } userErrors { message } } }"
    gone = (await journey.client.query(delete, id=freight["id"]))["deleteEnvelope"]
    assert gone == {"envelope": {"name": "freight"}, "userErrors": []}
    assert [one["name"] for one in (await journey.client.query("{ envelopes { name } }"))["envelopes"]] == [
        "games"
    ]


UPGRADES = """{ clusters(search: "tracking-events") { nodes {
    id version availableVersion upgrade { state versions }
} } }"""


async def test_a_cluster_is_upgraded_rolled_back_upgraded_again_and_finalised(begin: Begin) -> None:
    journey = begin("cockroachdb")
    await journey.connect("Meridian Freight")

    async def shown() -> tuple[str, list[str] | None, str]:
        (found,) = (await journey.client.query(UPGRADES))["clusters"]["nodes"]
        journey.ids["tracking-events"] = found["id"]
        return found["upgrade"]["state"], found["upgrade"]["versions"], found["version"]

    assert await shown() == ("AVAILABLE", ["v25.4"], "v25.2.4")
    cluster = journey.ids["tracking-events"]

    refused = await journey.run("upgrade-cluster", id=cluster, version="v99.9")
    assert refused["userErrors"][0]["path"] == ["version"]
    assert "v25.4 is on offer" in refused["userErrors"][0]["message"]
    early = await journey.run("finalize-upgrade", id=cluster)
    assert "no upgrade that waits" in early["userErrors"][0]["message"]
    assert journey.asked("PATCH") == []

    done = await journey.follow(await journey.run("upgrade-cluster", id=cluster), minutes=60)
    assert done["state"] == "SUCCEEDED"
    state, _, version = await shown()
    assert (state, version) == ("PENDING_FINALIZATION", "v25.4.0")

    back = await journey.follow(await journey.run("roll-back-upgrade", id=cluster), minutes=60)
    assert back["state"] == "SUCCEEDED"
    state, _, version = await shown()
    assert (state, version) == ("AVAILABLE", "v25.2.4")

    await journey.follow(await journey.run("upgrade-cluster", id=cluster, version="v25.4"), minutes=60)
    final = await journey.follow(await journey.run("finalize-upgrade", id=cluster), minutes=60)
    assert final["state"] == "SUCCEEDED"
    assert (await shown())[0] == "FINALIZED"


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


ALLOWED = """{ clusters(search: "tracking-events") { nodes {
    id allowlist { networks { cidr name allowsSql } isPropagating }
} } }"""


async def test_a_network_is_let_in_and_taken_off_the_list(begin: Begin) -> None:
    journey = begin("cockroachdb")
    await journey.connect("Meridian Freight")

    async def networks() -> list[tuple[str, bool]]:
        (found,) = (await journey.client.query(ALLOWED))["clusters"]["nodes"]
        journey.ids["ledger"] = found["id"]
        return [(one["cidr"], one["allowsSql"]) for one in found["allowlist"]["networks"]]

    async def ended(name: str, **variables: object) -> list[tuple[str, bool]]:
        """The list, once the operation has succeeded."""
        payload = await journey.run(name, **variables)
        assert payload["operation"]["state"] == "RUNNING"
        assert (await journey.follow(payload, minutes=5))["state"] == "SUCCEEDED"
        return await networks()

    assert await networks() == []
    ledger = journey.ids["ledger"]
    wrong = await journey.run("allow-network", id=ledger, network={"cidr": "192.0.2.7/24"})
    assert wrong["userErrors"][0]["path"] == ["network", "cidr"]
    assert await ended("allow-network", id=ledger) == [("192.0.2.0/24", True)]
    changed = {"cidr": "192.0.2.0/24", "allowsSql": False}
    assert await ended("allow-network", id=ledger, network=changed) == [("192.0.2.0/24", False)]
    assert await ended("disallow-network", id=ledger) == []
    gone = await journey.run("disallow-network", id=ledger)
    assert gone["userErrors"][0]["path"] == ["cidr"]


FIFTEEN_DOLLARS = {"money": {"minorUnits": "1500", "currency": "USD"}}
LIMIT = """query ($id: ID!) { cluster(id: $id) { spendLimit { limit {
    basis money { minorUnits } usage { requestUnits storageMiB }
} } } }"""


@pytest.mark.parametrize(
    "version",
    [
        "2022-03-31",
        pytest.param("2022-09-20", marks=pytest.mark.thorough),
        pytest.param("2023-04-10", marks=pytest.mark.thorough),
        None,
    ],
)
async def test_a_free_cockroachdb_cluster_is_made_limited_listed_and_deleted(
    version: str | None, begin: Begin
) -> None:
    journey = begin("cockroachdb")
    account_id = await journey.connect("Paperboat Games", apiVersion=version)
    asked = journey.input_of("create-cockroachdb-cluster")
    assert asked["accountId"] == account_id
    limit = FIFTEEN_DOLLARS if version else read(OPERATIONS / "set-spend-limit.graphql")[1]["limit"]

    made = await journey.follow(await journey.run("create-cockroachdb-cluster", input=asked), minutes=15)
    assert (made["state"], made["target"]["name"]) == ("SUCCEEDED", "notorious-moose")
    moose = made["target"]["id"]
    free = (await journey.client.query(LIMIT, id=moose))["cluster"]["spendLimit"]["limit"]
    if version is None:
        assert free["basis"] == "USAGE"
        assert free["usage"] == {"requestUnits": "50000000", "storageMiB": "10240"}
    else:
        assert (free["basis"], free["money"]) == ("MONEY", {"minorUnits": "0"})

    limited = await journey.run("set-spend-limit", clusterId=moose, limit=limit)
    assert (await journey.follow(limited, minutes=15))["state"] == "SUCCEEDED"
    shown = (await journey.client.query(LIMIT, id=moose))["cluster"]["spendLimit"]["limit"]
    if version is None:
        assert shown["basis"] == "USAGE"
        assert shown["usage"] == {"requestUnits": "100000000", "storageMiB": "20480"}
    else:
        assert (shown["basis"], shown["money"]) == ("MONEY", {"minorUnits": "1500"})
    assert bool(journey.asked("PUT")) is (version == "2022-03-31")

    zero = {"money": {"minorUnits": "0", "currency": "USD"}}
    freed = await journey.run("set-spend-limit", clusterId=moose, limit=zero)
    assert (await journey.follow(freed, minutes=15))["state"] == "SUCCEEDED"
    assert (await journey.client.query(LIMIT, id=moose))["cluster"]["spendLimit"]["limit"] == free

    nodes = await journey.run("cluster-nodes", id=moose)
    (listing,) = [one for one in nodes["capabilities"] if one["capability"] == "LIST_NODES"]
    assert (nodes["nodes"] is None) is (listing["reason"] is not None)

    gone = await journey.run("delete-cluster", id=moose, confirmName="notorious-moose")
    assert (await journey.follow(gone, minutes=15))["state"] == "SUCCEEDED"


async def test_a_northflank_integration_is_made(begin: Begin) -> None:
    journey = begin("northflank")
    account_id = await journey.connect("Tidewater Studio")
    assert journey.input_of("create-northflank-integration")["accountId"] == account_id
    done = await journey.follow(await journey.run("create-northflank-integration"), minutes=5)
    assert (done["state"], done["target"]["name"]) == ("SUCCEEDED", "Backup AWS")
    listed = await journey.run("integrations", clouds=["AWS"], first=100)
    assert "Backup AWS" in [one["name"] for one in listed["nodes"]]


KEYLESS = {
    "name": "Lab GCP",
    "features": ["byoc", "workload-identity"],
    "allowedTeams": ["tidewater-studio"],
    "credentials": {"keyless": {"cloud": "GCP", "projectId": "tidewater-lab"}},
    "idempotencyKey": "lab-first",
}
LINKS = """{ clusters(search: "sound") { nodes { integrationExternalId integration { name } } } }"""


async def test_a_northflank_integration_without_credentials_tells_who_it_is(begin: Begin) -> None:
    journey = begin("northflank")
    account_id = await journey.connect("Tidewater Studio")
    asked = {"accountId": account_id, **KEYLESS}
    done = await journey.follow(await journey.run("create-northflank-integration", input=asked), minutes=5)
    assert (done["state"], done["target"]["name"]) == ("SUCCEEDED", "Lab GCP")
    listed = {one["name"]: one for one in (await journey.run("integrations", first=100))["nodes"]}
    lab, production = listed["Lab GCP"], listed["Production AWS"]
    assert (lab["authentication"], lab["allowedTeams"]) == ("crossAccountRole", ["tidewater-studio"])
    assert lab["identity"]["serviceAccount"] == "nf-lab-gcp@tidewater-lab.example"
    assert production["identity"]["cloudAccountId"] == "210987654321"
    assert production["permissionCheck"] == "enabled"
    sound = (await journey.client.query(LINKS))["clusters"]["nodes"]
    assert sound == [{"integrationExternalId": "shared-aws", "integration": None}]


async def test_a_northflank_cluster_on_azure_is_made_changed_and_deleted(begin: Begin) -> None:
    journey = begin("northflank")
    account_id = await journey.connect("Tidewater Studio")
    asked = journey.input_of("create-northflank-cluster")
    assert asked["accountId"] == account_id
    wanted = asked["spec"]["northflank"]

    bare = [{**pool, "azure": {"isSystem": False}} for pool in wanted["nodePools"]]
    unfit = {**asked, "spec": {"northflank": {**wanted, "nodePools": bare}}}
    (error,) = (await journey.run("create-northflank-cluster", input=unfit))["userErrors"]
    assert error["path"] == ["input", "spec", "northflank", "nodePools"]
    assert "needs a system pool" in error["message"]
    assert journey.asked("POST") == []

    made = await journey.follow(await journey.run("create-northflank-cluster"), minutes=15)
    assert (made["state"], made["target"]["name"]) == ("SUCCEEDED", "Desk")
    (request,) = journey.asked("POST")
    body = json.loads(request.content)
    assert (body["provider"], body["region"], body["integrationId"]) == ("azure", "westeurope", "azure-uk")
    assert body["azure"] == {
        "networking": {"vnetConfiguration": {"mode": "create-default"}},
        "enableAuthorizedIpRanges": True,
        "authorizedIpRanges": ["192.0.2.0/24"],
    }
    system, spot = body["nodePools"]
    assert (system["azure"], spot["preemptible"]) == ({"systemPool": True}, True)
    assert (spot["labels"], spot["scheduling"]) == ({"tier": "desk"}, {"allowBuilds": False})

    cluster = await journey.run("cluster", id=made["target"]["id"])
    details = cluster["details"]
    assert [pool["isSpot"] for pool in details["nodePools"]] == [False, True]
    assert details["nodePools"][0]["azure"] == {"isSystem": True}
    assert details["nodePools"][1]["labels"] == [{"key": "tier", "value": "desk"}]
    assert details["azure"] == {"vnetId": None, "authorizedNetworks": ["192.0.2.0/24"]}
    assert details["settings"] == {"builds": {"mode": "internal", "plan": "nf-compute-200"}}

    change = await journey.run(
        "update-northflank-cluster", id=cluster["id"], expectedRevision=cluster["revision"]
    )
    assert (await journey.follow(change, minutes=15))["state"] == "SUCCEEDED"
    (request,) = journey.asked("PATCH")
    assert json.loads(request.content) == {
        "azure": {
            "networking": {"vnetConfiguration": {"mode": "create-default"}},
            "enableAuthorizedIpRanges": True,
            "authorizedIpRanges": ["192.0.2.0/24", "198.51.100.0/24"],
        },
        "settings": {
            "builds": {"mode": "paas", "plan": "nf-compute-200"},
            "requestModifiers": {"jobs": {"cpu": 0.5, "memory": 0.8}},
        },
    }
    changed = (await journey.run("cluster", id=cluster["id"]))["details"]
    assert changed["azure"]["authorizedNetworks"] == ["192.0.2.0/24", "198.51.100.0/24"]
    late = await journey.run(
        "update-northflank-cluster", id=cluster["id"], expectedRevision=cluster["revision"]
    )
    assert late["userErrors"][0]["__typename"] == "ConflictError"

    gone = await journey.run("delete-cluster", id=cluster["id"], confirmName="Desk")
    assert (await journey.follow(gone, minutes=15))["state"] == "SUCCEEDED"


DIFFERENCES = """query ($id: ID!) { node(id: $id) { ... on Operation {
    differences { field asked got }
} } }"""


async def test_a_northflank_that_does_it_in_its_own_way_is_followed_to_the_end(begin: Begin) -> None:
    journey = begin("northflank")
    await journey.connect("Tidewater Studio")
    journey.server.fault("hidden", method="POST", times=1, seconds=20)
    for kind in ("converted-machine", "rounded-size", "added-label"):
        journey.server.fault(kind, method="POST", times=1)
    made = await journey.run("create-northflank-cluster")
    journey.server.fault("unauthorized", method="GET", times=1)
    done = await journey.follow(made, minutes=15)
    assert done["state"] == "SUCCEEDED"
    assert len(journey.asked("POST")) == 1
    told = (await journey.client.query(DIFFERENCES, id=made["operation"]["id"]))["node"]["differences"]
    assert [one["field"] for one in told] == ["nodePools"]
    assert "2 x Standard_D4ds_v5 of 100 GB" in told[0]["asked"]
    assert "2 x Standard_D4s_v5 of 100 GB" in told[0]["got"]

    cluster = await journey.run("cluster", id=done["target"]["id"])
    journey.server.fault("late-status", method="PATCH", times=1, seconds=30)
    change = await journey.run("update-northflank-cluster", id=cluster["id"])
    assert (await journey.follow(change, minutes=15))["state"] == "SUCCEEDED"


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


async def test_an_account_is_connected_refreshed_given_a_token_and_disconnected(begin: Begin) -> None:
    journey = begin("kupe")
    account_id = await journey.connect("Acme Tools")
    (there,) = [one for one in journey.server.accounts if one.name == "Acme Tools"]

    twice = await journey.run(
        "connect-account", input=journey.input_of("connect-account", apiToken=there.token)
    )
    assert [error["__typename"] for error in twice["userErrors"]] == ["ConflictError"]

    refreshed = await journey.run("refresh-account", id=account_id)
    assert (await journey.follow(refreshed, minutes=5))["state"] == "SUCCEEDED"

    refused = await journey.run("replace-account-token", id=account_id, apiToken="another" + "-token")
    (error,) = refused["userErrors"]
    assert (error["__typename"], error["path"]) == ("ProviderFailedError", ["apiToken"])
    assert error["failure"]["kind"] == "AUTHENTICATION"
    kept = await journey.run("replace-account-token", id=account_id, apiToken=there.token)
    assert (kept["userErrors"], kept["account"]["token"]["hint"]) == ([], there.token[-4:])

    gone = await journey.run("disconnect-account", id=account_id)
    assert (await journey.follow(gone, minutes=60))["state"] == "SUCCEEDED"
    assert await journey.store.accounts(after=None, limit=9) == []
    listed = (await journey.run("operations"))["nodes"]
    assert [(one["kind"], one["account"]) for one in listed] == [
        ("DISCONNECT_ACCOUNT", None),
        ("REFRESH_ACCOUNT", None),
    ]


async def test_what_was_given_in_secret_reaches_the_provider_and_nothing_else(
    begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    """Not the answers, not the logs, not the table: neither of a change that is made nor of one that goes wrong."""
    planted = ["plan" + f"ted-{number}" for number in range(2)]
    keys = {"awsKeys": {"accessKeyId": planted[0], "secretAccessKey": planted[1]}}
    with caplog.at_level(logging.DEBUG):
        journey = begin("northflank")
        await journey.connect("Tidewater Studio")
        for number, fault in enumerate((None, "server-error", "lost-answer", "rate-limited", "truncated")):
            if fault is not None:
                journey.server.fault(fault, method="POST", times=1)
            name = f"Backup {number}"
            asked = journey.input_of(
                "create-northflank-integration", name=name, credentials=keys, idempotencyKey=name
            )
            made = await journey.run("create-northflank-integration", input=asked)
            if not made["userErrors"]:
                await journey.follow(made, minutes=60)
    (token,) = [one.token for one in journey.server.accounts if one.name == "Tidewater Studio"]
    given = b"".join(request.content for request in journey.asked("POST"))
    assert all(secret.encode() in given for secret in planted)
    kept = journey.scan()
    assert "Backup 4" in kept
    for secret in (*planted, token):
        assert secret not in "".join(journey.answers)
        assert secret not in caplog.text
        assert secret not in kept
