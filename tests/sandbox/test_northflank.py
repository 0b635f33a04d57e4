"""Northflank to read: every call twice, two ways of paging, secrets in one place only."""

from typing import Any

import httpx
import pytest

from sandbox import ManualClock
from tests.sandbox.conftest import Connect, Serve

MINE = "/v1/cloud-providers"
TEAM = "/v1/teams/tidewater-studio/cloud-providers"


@pytest.fixture
def person(served: Serve, connected: Connect) -> httpx.Client:
    return connected(served("northflank"), "Kestrel (personal)")


@pytest.fixture
def team(served: Serve, connected: Connect) -> httpx.Client:
    return connected(served("northflank"), "Tidewater Studio")


def listed(client: httpx.Client, name: str) -> dict[str, Any]:
    items = client.get(f"{MINE}/{name}", params={"per_page": 100}).json()["data"][name]
    return {item["id"]: item for item in items}


def test_the_team_is_in_the_path_or_in_the_token(team: httpx.Client) -> None:
    assert team.get(f"{TEAM}/clusters").json() == team.get(f"{MINE}/clusters").json()


def test_a_person_and_a_team_see_different_things(person: httpx.Client, team: httpx.Client) -> None:
    assert not listed(person, "clusters").keys() & listed(team, "clusters").keys()
    assert "entityType" not in listed(person, "clusters")["blog"]
    assert listed(team, "clusters")["staging"]["entityType"] == "team"


def test_a_wrong_method_is_refused_in_plain_text(person: httpx.Client) -> None:
    refused = person.put("/v1/cloud-providers/regions")
    assert refused.status_code == 405
    assert refused.headers["Content-Type"].startswith("text/plain")


def test_secrets_stand_in_a_single_integration_and_never_in_a_list(team: httpx.Client) -> None:
    assert "planted-secret" not in team.get(f"{MINE}/integrations").text
    single = team.get(f"{MINE}/integrations/staging-aws").json()["data"]
    assert single.pop("credentials").keys() == {"accessKey", "secretKey"}
    assert single == listed(team, "integrations")["staging-aws"]
    role = team.get(f"{MINE}/integrations/production-aws").json()["data"]["credentials"]
    assert role.keys() == {"roleArn", "externalId"}


def test_integrations_of_every_provider_and_of_the_time_before_features(
    person: httpx.Client, team: httpx.Client
) -> None:
    integrations = [*listed(person, "integrations").values(), *listed(team, "integrations").values()]
    assert {each["provider"] for each in integrations if "provider" in each} == {
        "aws",
        "aws-eusc",
        "azure",
        "civo",
        "gcp",
        "byok",
        "oci",
        "cloudflare",
        "coreweave",
        "aiven",
        "backblaze",
        "akamai",
        "nebius",
        "planetscale",
    }
    old = {each["type"] for each in integrations if "features" not in each}
    assert old == {"cluster", "domain", "registry", "cdn"}


def test_a_cursor_leads_through_the_pages_of_who_gives_no_number(team: httpx.Client) -> None:
    ids: list[str] = []
    query: dict[str, str | int] = {"per_page": 5}
    while True:
        body = team.get(f"{MINE}/integrations", params=query).json()
        ids += [each["id"] for each in body["data"]["integrations"]]
        assert body["pagination"]["count"] == len(body["data"]["integrations"])
        if not body["pagination"]["hasNextPage"]:
            break
        query["cursor"] = body["pagination"]["cursor"]
    assert ids == list(listed(team, "integrations"))
    assert "cursor" not in body["pagination"]


def test_who_asks_by_number_gets_no_cursor(team: httpx.Client) -> None:
    bodies = [team.get(f"{MINE}/clusters", params={"per_page": 4, "page": page}).json() for page in (1, 2, 3)]
    assert [body["pagination"] for body in bodies] == [
        {"hasNextPage": True, "count": 4},
        {"hasNextPage": True, "count": 4},
        {"hasNextPage": False, "count": 1},
    ]


def test_nodes_are_paged_by_number_only(team: httpx.Client) -> None:
    path = f"{MINE}/clusters/review-tool/nodes"
    first = team.get(path, params={"per_page": 4}).json()
    assert first["pagination"] == {"hasNextPage": True, "count": 4}
    second = team.get(path, params={"per_page": 4, "page": 2}).json()
    assert second["pagination"] == {"hasNextPage": False, "count": 2}


@pytest.mark.parametrize("query", [{"per_page": "101"}, {"per_page": "0"}, {"page": "x"}, {"cursor": "x"}])
def test_a_page_that_cannot_be_is_refused_by_the_field(query: dict[str, str], team: httpx.Client) -> None:
    error = team.get(f"{MINE}/clusters", params=query).json()["error"]
    assert error["status"] == 400
    assert error["details"].keys() == query.keys()


def test_nodes_belong_to_pools_and_can_be_asked_for_by_status(team: httpx.Client) -> None:
    path = f"{MINE}/clusters/review-tool/nodes"
    pools = {f"nf-{pool['id']}" for pool in listed(team, "clusters")["review-tool"]["nodePools"]}
    nodes = team.get(path).json()["data"]["nodes"]
    assert {node["nodePool"] for node in nodes} == pools
    assert [node["status"] for node in nodes].count("RUNNING") == 5
    gone = team.get(path, params={"status": "DELETED"}).json()["data"]["nodes"]
    assert [node["status"] for node in gone] == ["DELETED"]


def test_a_cluster_scales_and_its_new_node_is_awaited(person: httpx.Client, clock: ManualClock) -> None:
    clock.advance(40)
    assert listed(person, "clusters")["bird-detector"]["status"]["state"]["state"] == "scaling"
    nodes = person.get(f"{MINE}/clusters/bird-detector/nodes").json()["data"]["nodes"]
    assert sorted(node["status"] for node in nodes) == ["DELETED", "PENDING", "RUNNING"]


def test_a_brought_cluster_has_pools_of_another_shape(person: httpx.Client) -> None:
    garage = listed(person, "clusters")["garage"]
    assert garage["nodePools"][0].keys() == {"id", "providerId", "defaultPool"}
    assert "region" not in garage
    assert person.get(f"{MINE}/clusters/garage/nodes").json()["data"]["nodes"] == []


def test_trouble_has_a_reason_and_deletion_a_flag(team: httpx.Client) -> None:
    clusters = listed(team, "clusters")
    assert clusters["deep-archive"]["status"]["state"]["reason"]
    assert clusters["old-intranet"]["deletionRequested"] is True
    assert clusters["old-intranet"]["status"]["state"]["state"] == "running"
    assert clusters["old-intranet"]["integrationId"] == "team/staging-aws"


def test_a_cluster_is_created_deleted_and_created_again(person: httpx.Client, clock: ManualClock) -> None:
    story: list[str] = []
    for _ in range(0, 93, 4):
        cluster = listed(person, "clusters").get("weekend-try")
        word = cluster["status"]["state"]["state"] if cluster else "absent"
        if not story or story[-1] != word:
            story.append(word)
        clock.advance(4)
    assert story == ["creating", "provisioning", "running", "deleting", "absent", "creating"]


def test_regions_and_machine_types_are_listed_as_providers(team: httpx.Client) -> None:
    regions = team.get(f"{MINE}/regions", params={"provider": "aws", "per_page": 1}).json()
    assert [region["id"] for region in regions["data"]["providers"]] == ["eu-west-1", "us-east-1"]
    assert "pagination" not in regions
    types = team.get(f"{TEAM}/node-types", params={"hasGpu": "true"}).json()["data"]["providers"]
    assert [each["id"] for each in types] == ["a3-highgpu-1g"]
    assert types[0]["resources"]["memory"] == 234
