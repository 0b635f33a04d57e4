"""Each request that Northflank's examples show can be asked for through the graph."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.gateway.journey import Begin, Journey
from tests.published import published

EXAMPLES = ("create-cluster.azure", "create-cluster.oci", "create-integration")
"""Those that are tested here."""

LISTED = "{ integrations(first: 100) { nodes { id name externalId } } }"

AZURE = {
    "cloud": "AZURE",
    "region": "westeurope",
    "nodePools": [
        {
            "nodeType": "Standard_D4ds_v5",
            "nodeCount": 2,
            "diskSizeGb": 100,
            "availabilityZones": ["1"],
            "azure": {"isSystem": True},
        },
        {
            "nodeType": "Standard_D8ds_v5",
            "nodeCount": 1,
            "diskSizeGb": 100,
            "minNodes": 1,
            "maxNodes": 5,
            "isSpot": True,
            "azure": {"isSystem": False, "hasPublicIps": False},
        },
    ],
}
OCI = {
    "cloud": "OCI",
    "region": "eu-frankfurt-1",
    "oci": {
        "vcnId": "ocid1.vcn.oc1.eu-frankfurt-1.example",
        "apiSubnetId": "ocid1.subnet.oc1.eu-frankfurt-1.exampleapi",
        "loadBalancerSubnetIds": ["ocid1.subnet.oc1.eu-frankfurt-1.examplelb"],
    },
    "nodePools": [
        {
            "nodeType": "VM.Standard.E4.Flex",
            "nodeCount": 3,
            "diskSizeGb": 100,
            "oci": {"ocpus": 4, "memoryGb": 32},
            "subnets": ["ocid1.subnet.oc1.eu-frankfurt-1.examplenodes"],
        }
    ],
}
LINK = {
    "name": "Example Integration",
    "description": "This is a new cloud provider integration.",
    "features": ["byoc"],
    "credentials": {"keyless": {"cloud": "GCP", "authentication": "accessKey"}},
}


def example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(published(f"examples/northflank/{name}").read_text(encoding="utf-8"))
    return found


async def linked(journey: Journey, external_id: str, like: str) -> tuple[str, str]:
    """An account, and an integration of the name in the example."""
    (scope,) = (one for one in journey.server.world.scopes if one.team)
    scope.integrations[external_id] = replace(scope.integrations[like], id=external_id)
    account_id = await journey.connect("Tidewater Studio")
    nodes = (await journey.client.query(LISTED))["integrations"]["nodes"]
    return account_id, next(one["id"] for one in nodes if one["externalId"] == external_id)


@pytest.mark.parametrize(
    ("cloud", "like", "spec"), [("azure", "azure-uk", AZURE), ("oci", "oracle-archive", OCI)]
)
async def test_a_cluster_of_an_example_is_asked_for(
    cloud: str, like: str, spec: dict[str, Any], begin: Begin
) -> None:
    """But for the ids of new pools, which Northflank ignores."""
    wanted, journey = example(f"create-cluster.{cloud}.request.json"), begin("northflank")
    account_id, integration_id = await linked(journey, wanted["integrationId"], like)
    asked = {
        "accountId": account_id,
        "name": wanted["name"],
        "spec": {"northflank": {"integrationId": integration_id, **spec}},
    }
    made = await journey.run("create-northflank-cluster", input=asked)
    assert made["userErrors"] == []
    (request,) = journey.asked("POST")
    sent = json.loads(request.content)
    for pool in (*sent["nodePools"], *wanted["nodePools"]):
        del pool["id"]
    assert sent == wanted
    assert (await journey.follow(made, minutes=15))["state"] == "SUCCEEDED"


async def test_the_integration_of_an_example_is_asked_for(begin: Begin) -> None:
    """But for the members of other clouds, which the example fills in. Its own document requires a project, which the
    example leaves out, so Northflank's fake refuses it by that field.
    """
    wanted, journey = example("create-integration.request.json"), begin("northflank")
    del wanted["aws"], wanted["cloudflare"]
    account_id = await journey.connect("Tidewater Studio")
    made = await journey.run("create-northflank-integration", input={"accountId": account_id, **LINK})
    (request,) = journey.asked("POST")
    assert json.loads(request.content) == wanted
    (error,) = made["userErrors"]
    assert "gcp.projectId" in error["message"]
