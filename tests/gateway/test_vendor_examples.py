"""Every request that the vendors' own examples show can be asked for through the graph, and is what would go out."""

import json
from typing import Any

import pytest

from tests.gateway.journey import Begin, Journey
from tests.gateway.test_northflank_examples import EXAMPLES as NORTHFLANKS
from tests.gateway.test_plans import CLUSTERS, CREATE, UPDATE, planned
from tests.published import PUBLISHED, needs_published

pytestmark = needs_published


def example(provider: str, name: str) -> Any:
    return json.loads((PUBLISHED / "examples" / provider / f"{name}.request.json").read_bytes())


async def bodies(journey: Journey, document: str, **variables: Any) -> list[Any]:
    plan = await planned(journey, document, **variables)
    return [json.loads(request["body"]) for request in plan["requests"]]


@pytest.mark.parametrize(
    ("name", "cloud", "plan"),
    [
        (
            "create-standard",
            "GCP",
            {"standard": {"regions": ["us-central1"], "spendLimit": {"usage": {"provisionedVcpus": "2"}}}},
        ),
        (
            "create-advanced-heterogeneous",
            "GCP",
            {
                "advanced": {
                    "regionNodes": [
                        {"region": "us-central1", "nodes": 3, "vcpus": 4},
                        {"region": "us-east1", "nodes": 3, "vcpus": 8},
                        {"region": "us-west1", "nodes": 3, "vcpus": 8},
                    ],
                    "storageGib": 15,
                }
            },
        ),
    ],
)
async def test_a_creation_at_cockroachdb(begin: Begin, name: str, cloud: str, plan: Any) -> None:
    wanted = example("cockroachdb", name)
    if "plan" in wanted:  # the guide's examples have it beside the specification, the schema has it inside
        wanted["spec"]["plan"] = wanted.pop("plan")
    journey = begin("cockroachdb")
    account = await journey.connect("Meridian Freight")
    spec = {"cockroachdb": {"cloud": cloud, "plan": plan}}
    asked = {"accountId": account, "name": wanted["name"], "spec": spec}
    assert await bodies(journey, CREATE, input=asked) == [wanted]


async def production(journey: Journey) -> str:
    await journey.connect("Acme Tools")
    found = (await journey.client.query(CLUSTERS))["clusters"]["nodes"]
    return str(next(one["id"] for one in found if one["name"] == "production"))


async def test_a_change_of_resources_at_kupe(begin: Begin) -> None:
    wanted = example("kupe", "patch-resources")
    journey = begin("kupe")
    asked = {"kupe": {"resources": wanted["resources"]}}
    assert await bodies(journey, UPDATE, id=await production(journey), input=asked) == [wanted]


def test_every_example_of_a_request_is_tested_here_or_with_northflanks() -> None:
    known = {
        ("cockroachdb", "create-standard"),
        ("cockroachdb", "create-advanced-heterogeneous"),
        ("kupe", "patch-resources"),
        *(("northflank", name) for name in NORTHFLANKS),
    }
    there = {
        (path.parent.name, path.name.removesuffix(".request.json"))
        for path in (PUBLISHED / "examples").glob("*/*.request.json")
    }
    assert there == known


class TestNoExample:
    """What no example shows."""

    async def test_null_clears_all_resources(self, begin: Begin) -> None:
        journey = begin("kupe")
        cluster = await production(journey)
        assert await bodies(journey, UPDATE, id=cluster, input={"kupe": {"resources": None}}) == [
            {"resources": {}}
        ]

    async def test_one_resource_alone_is_not_cleared(self, begin: Begin) -> None:
        journey = begin("kupe")
        asked = {"kupe": {"resources": {"cpu": None, "memory": "8Gi"}}}
        payload = await journey.client.query(UPDATE, id=await production(journey), input=asked)
        (error,) = payload["updateCluster"]["userErrors"]
        assert error["path"] == ["input", "kupe", "resources", "cpu"]
        assert "clears all resources together" in error["message"]

    async def test_a_standard_cluster_is_upgraded_by_hand_and_begins_closed(self, begin: Begin) -> None:
        journey = begin("cockroachdb")
        account = await journey.connect("Meridian Freight")
        plan = {"standard": {"regions": ["us-central1"], "upgrades": "MANUAL", "hasEmptyAllowlist": True}}
        spec = {"cockroachdb": {"cloud": "GCP", "plan": plan}}
        asked = {"accountId": account, "name": "by-hand", "spec": spec}
        (body,) = await bodies(journey, CREATE, input=asked)
        assert body["spec"]["serverless"] == {
            "regions": ["us-central1"],
            "upgrade_type": "MANUAL",
            "with_empty_ip_allowlist": True,
        }
