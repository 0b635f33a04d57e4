"""The documents that change something at Northflank, walked through from beginning to end."""

import json
import logging

import pytest

from tests.gateway.journey import Begin


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
