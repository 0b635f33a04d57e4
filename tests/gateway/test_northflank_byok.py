"""A Kubernetes cluster that somebody brings to Northflank, from its creation to a change of its pools."""

import json
from typing import Any

from tests.gateway.journey import Begin, Journey

LISTED = "{ integrations(first: 100) { nodes { id name } } }"
SHOWN = """query ($id: ID!) { node(id: $id) { ... on Cluster { status { phase } cloud regions details {
    ... on NorthflankClusterDetails {
        byok { nodePoolLabel latitude longitude }
        nodePools { id providerId isDefault architecture isSpot gpus { kind count } labels { key value } }
    }
} } } }"""
BYOK: dict[str, Any] = {
    "nodePoolLabel": "example.com/shelf",
    "latitude": 51.5,
    "longitude": -0.25,
    "pools": [
        {"providerId": "rack-one", "isDefault": True, "architecture": "arm64"},
        {
            "providerId": "rack-two",
            "isSpot": False,
            "gpus": {"kind": "l4", "count": 2},
            "labels": [{"key": "tier", "value": "render"}],
            "scheduling": {"allowsJobs": True},
        },
    ],
}


async def begun(journey: Journey, account_id: str, **spec: Any) -> Any:
    nodes = (await journey.client.query(LISTED))["integrations"]["nodes"]
    rack = next(one["id"] for one in nodes if one["name"] == "Garage rack")
    asked = {
        "accountId": account_id,
        "name": "Attic",
        "spec": {"northflank": {"integrationId": rack, "cloud": "BYOK", **spec}},
    }
    return await journey.run("create-northflank-cluster", input=asked)


async def test_a_brought_cluster_is_made_shown_and_changed(begin: Begin) -> None:
    journey = begin("northflank")
    account_id = await journey.connect("Kestrel (personal)")
    made = await begun(journey, account_id, byok=BYOK)
    done = await journey.follow(made, minutes=15)
    assert (done["state"], done["differences"]) == ("SUCCEEDED", [])
    (request,) = journey.asked("POST")
    assert json.loads(request.content) == {
        "name": "Attic",
        "provider": "byok",
        "integrationId": "garage-rack",
        "byok": {"nodePoolProviderIdLabel": "example.com/shelf"},
        "coordinates": {"latitude": 51.5, "longitude": -0.25},
        "nodePools": [
            {
                "id": "pool-1",
                "providerId": "rack-one",
                "defaultPool": True,
                "platform": {"architecture": "arm64"},
            },
            {
                "id": "pool-2",
                "providerId": "rack-two",
                "defaultPool": False,
                "preemptible": False,
                "labels": {"tier": "render"},
                "scheduling": {"allowJobs": True},
                "computeResources": {"gpu": {"supported": True, "type": "l4", "count": 2}},
            },
        ],
    }
    cluster_id = done["target"]["id"]
    shown = (await journey.client.query(SHOWN, id=cluster_id))["node"]
    assert (shown["status"]["phase"], shown["cloud"], shown["regions"]) == ("READY", "BYOK", [])
    details = shown["details"]
    assert details["byok"] == {name: BYOK[name] for name in ("nodePoolLabel", "latitude", "longitude")}
    assert [
        (one["providerId"], one["isDefault"], one["architecture"], one["gpus"], one["labels"])
        for one in details["nodePools"]
    ] == [
        ("rack-one", True, "arm64", None, None),
        ("rack-two", False, None, {"kind": "l4", "count": 2}, [{"key": "tier", "value": "render"}]),
    ]

    patch = {
        "northflank": {"byok": {"latitude": 52.0, "pools": [{"providerId": "rack-one", "isDefault": True}]}}
    }
    changed = await journey.run("update-northflank-cluster", id=cluster_id, input=patch)
    assert (await journey.follow(changed, minutes=15))["state"] == "SUCCEEDED"
    (request,) = journey.asked("PATCH")
    kept = details["nodePools"][0]["id"]
    assert json.loads(request.content) == {
        "coordinates": {"latitude": 52.0, "longitude": -0.25},
        "nodePools": [
            {
                "id": kept,
                "providerId": "rack-one",
                "defaultPool": True,
                "platform": {"architecture": "arm64"},
            }
        ],
    }


async def test_what_a_brought_cluster_needs_is_asked_for_by_its_field(begin: Begin) -> None:
    journey = begin("northflank")
    account_id = await journey.connect("Kestrel (personal)")
    (error,) = (await begun(journey, account_id))["userErrors"]
    assert error["path"] == ["input", "spec", "northflank", "byok"]
    assert "its pools" in error["message"]
    no_default = {**BYOK, "pools": [{"providerId": "rack-one"}]}
    (error,) = (await begun(journey, account_id, byok=no_default))["userErrors"]
    assert error["path"] == ["input", "spec", "northflank", "byok", "pools"]
    assert "default one" in error["message"]
    doubled = {**BYOK["pools"][1], "labels": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]}
    twice = {**BYOK, "pools": [BYOK["pools"][0], doubled]}
    (error,) = (await begun(journey, account_id, byok=twice))["userErrors"]
    assert error["path"][:6] == ["input", "spec", "northflank", "byok", "pools", "1"]
    assert journey.asked("POST") == []
