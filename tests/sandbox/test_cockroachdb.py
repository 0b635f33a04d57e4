"""CockroachDB Cloud to read: dated versions, spend limits in their generations, opaque pages, nodes."""

from typing import Any

import httpx
import pytest

from sandbox import ManualClock
from tests.sandbox.conftest import Connect, Serve

CLUSTERS = "/api/v1/clusters"
OLDEST, SPEND_LIMITS, BOTH, CURRENT = "2022-03-31", "2022-09-20", "2023-04-10", "2024-09-16"


@pytest.fixture
def freight(served: Serve, connected: Connect) -> httpx.Client:
    return connected(served("cockroachdb"), "Meridian Freight")


@pytest.fixture
def pay(served: Serve, connected: Connect) -> httpx.Client:
    return connected(served("cockroachdb"), "Halcyon Pay")


def listed(client: httpx.Client, version: str = CURRENT, **query: str | int) -> dict[str, Any]:
    answer = client.get(CLUSTERS, params=query, headers={"Cc-Version": version})
    return {cluster["name"]: cluster for cluster in answer.json()["clusters"]}


def test_without_a_version_the_newest_is_spoken(freight: httpx.Client) -> None:
    assert freight.get(CLUSTERS).json()["clusters"][0]["plan"] == "ADVANCED"
    assert listed(freight) == {each["name"]: each for each in freight.get(CLUSTERS).json()["clusters"]}


def test_an_unknown_version_is_refused(freight: httpx.Client) -> None:
    refused = freight.get(CLUSTERS, headers={"Cc-Version": "2023-01-01"})
    assert refused.status_code == 400
    assert refused.json() == {"code": 3, "message": "invalid Cc-Version", "details": []}


def test_older_versions_answer_in_older_forms(freight: httpx.Client) -> None:
    def words(version: str) -> tuple[str, str, str, bool]:
        cluster = listed(freight, version)["tracking-events"]
        return cluster["plan"], cluster["state"], cluster["operation_status"], "labels" in cluster

    assert words(CURRENT) == ("ADVANCED", "CREATED", "UNSPECIFIED", True)
    assert words(BOTH) == ("DEDICATED", "CREATED", "UNSPECIFIED", False)
    assert words(SPEND_LIMITS) == ("DEDICATED", "CREATED", "CLUSTER_STATUS_UNSPECIFIED", False)
    assert words(OLDEST) == ("DEDICATED", "CLUSTER_STATE_CREATED", "CLUSTER_STATUS_UNSPECIFIED", False)


@pytest.mark.parametrize(
    ("version", "name", "shown"),
    [
        (SPEND_LIMITS, "card-tokens", {"spend_limit": 2500}),
        (SPEND_LIMITS, "fraud-signals", {"spend_limit": 0}),
        (SPEND_LIMITS, "merchant-portal", {}),
        (
            BOTH,
            "card-tokens",
            {
                "spend_limit": 2500,
                "usage_limits": {"request_unit_limit": "100000000", "storage_mib_limit": "10240"},
            },
        ),
        (BOTH, "settlement-test", {"spend_limit": 7500}),
        (BOTH, "fraud-signals", {"spend_limit": 0}),
        (BOTH, "dispute-files", {"usage_limits": None}),
        (BOTH, "merchant-portal", {}),
        (
            CURRENT,
            "settlement-test",
            {"usage_limits": {"request_unit_limit": "300000000", "storage_mib_limit": "30720"}},
        ),
        (CURRENT, "merchant-portal", {}),
    ],
)
def test_a_spend_limit_is_cents_then_both_then_usage(
    version: str, name: str, shown: dict[str, Any], pay: httpx.Client
) -> None:
    serverless = listed(pay, version)[name]["config"]["serverless"]
    assert {key: value for key, value in serverless.items() if "limit" in key} == shown


def test_a_standard_cluster_is_limited_in_processors(freight: httpx.Client) -> None:
    serverless = listed(freight)["dispatch-board"]["config"]["serverless"]
    assert serverless["usage_limits"] == {"provisioned_virtual_cpus": "4"}


def test_deleted_and_failed_clusters_are_shown_on_request(freight: httpx.Client) -> None:
    inactive = {"archive-2021", "port-telemetry"}
    assert not inactive & listed(freight).keys()
    everything = listed(freight, show_inactive="true")
    assert everything["archive-2021"]["deleted_at"] == "2025-10-01T07:00:00.000000Z"
    assert everything["port-telemetry"]["state"] == "CREATION_FAILED"
    assert everything["port-telemetry"]["deleted_at"] is None


def test_a_deleted_cluster_can_still_be_asked_for_by_id(freight: httpx.Client, clock: ManualClock) -> None:
    born = listed(freight)["route-planner"]
    assert born["state"] == "CREATING"
    assert born["sql_dns"] == ""
    clock.advance(20)
    assert freight.get(f"{CLUSTERS}/{born['id']}").json()["state"] == "CREATED"
    clock.advance(45)
    assert "route-planner" not in listed(freight)
    dead = freight.get(f"{CLUSTERS}/{born['id']}").json()
    assert (dead["state"], dead["deleted_at"]) == ("DELETED", "2026-01-01T00:01:05.000000Z")
    clock.advance(15)
    assert listed(freight)["route-planner"]["id"] != born["id"]
    assert freight.get(f"{CLUSTERS}/{born['id']}").json() == dead


def test_an_upgrade_shows_in_two_places(freight: httpx.Client, clock: ManualClock) -> None:
    def progress() -> tuple[str, str, str]:
        cluster = listed(freight)["shipments-ledger"]
        return cluster["state"], cluster["operation_status"], cluster["upgrade_status"]

    assert progress() == ("CREATED", "UNSPECIFIED", "FINALIZED")
    clock.advance(40)
    assert progress() == ("CREATED", "CRDB_MAJOR_UPGRADE_RUNNING", "MAJOR_UPGRADE_RUNNING")


def test_a_single_page_has_null_for_pagination(freight: httpx.Client) -> None:
    assert freight.get(CLUSTERS).json()["pagination"] is None


def test_pages_are_followed_by_opaque_tokens(freight: httpx.Client) -> None:
    names: list[str] = []
    sizes = []
    token = ""
    while True:
        query: dict[str, str | int] = {"pagination.limit": 4}
        answer = freight.get(CLUSTERS, params=query | ({"pagination.page": token} if token else {})).json()
        names += [cluster["name"] for cluster in answer["clusters"]]
        sizes.append(len(answer["clusters"]))
        token = answer["pagination"].get("next_page", "")
        if not token:
            break
    assert names == list(listed(freight)) == sorted(names)
    assert sizes == [4, 4, 3]


def test_pages_run_backwards_too(freight: httpx.Client) -> None:
    query: dict[str, str | int] = {"pagination.sort_order": "DESC", "pagination.limit": 6}
    first = freight.get(CLUSTERS, params=query).json()
    rest = freight.get(CLUSTERS, params=query | {"pagination.page": first["pagination"]["next_page"]}).json()
    names = [cluster["name"] for cluster in first["clusters"] + rest["clusters"]]
    assert names == sorted(listed(freight), reverse=True)


@pytest.mark.parametrize("token", ["!", "bm9uc2Vuc2U", "NDI"])
def test_a_token_of_somebody_else_is_refused(token: str, freight: httpx.Client) -> None:
    assert freight.get(CLUSTERS, params={"pagination.page": token}).status_code == 400


def test_the_oldest_version_pages_by_start_key(freight: httpx.Client) -> None:
    headers = {"Cc-Version": OLDEST}
    first = freight.get(CLUSTERS, params={"pagination.limit": 8}, headers=headers).json()
    assert first["pagination"].keys() == {"next", "last", "limit", "time", "order"}
    query = {"pagination.limit": 8, "pagination.start_key": first["pagination"]["next"]}
    second = freight.get(CLUSTERS, params=query, headers=headers).json()
    assert second["pagination"]["next"] == ""
    assert [len(each["clusters"]) for each in (first, second)] == [8, 3]


def test_nodes_are_sorted_by_region_and_name(freight: httpx.Client) -> None:
    nodes = freight.get(f"{CLUSTERS}/{listed(freight)['fuel-cards']['id']}/nodes").json()["nodes"]
    keys = [(node["region_name"], node["name"]) for node in nodes]
    assert len(keys) == 6
    assert keys == sorted(keys)
    assert {node["status"] for node in nodes} == {"LIVE"}


def test_one_node_is_not_ready_while_a_cluster_is_disrupted(
    freight: httpx.Client, clock: ManualClock
) -> None:
    path = f"{CLUSTERS}/{listed(freight)['fuel-cards']['id']}/nodes"
    clock.advance(55)
    nodes = freight.get(path, params={"region_name": "eu-central-1"}).json()["nodes"]
    assert [node["status"] for node in nodes] == ["NOT_READY", "LIVE", "LIVE"]


def test_serverless_clusters_have_no_nodes_to_list(freight: httpx.Client) -> None:
    answer = freight.get(f"{CLUSTERS}/{listed(freight)['driver-app']['id']}/nodes")
    assert answer.status_code == 400


def test_regions_are_objects_nearest_first_and_were_bare_names_once(freight: httpx.Client) -> None:
    path = f"{CLUSTERS}/available-regions"
    query = {"provider": "GCP", "serverless": "true"}
    regions = freight.get(path, params=query).json()["regions"]
    distances = [region["distance"] for region in regions]
    assert distances == sorted(distances)
    assert {(region["provider"], region["serverless"]) for region in regions} == {("GCP", True)}
    names = freight.get(path, params=query, headers={"Cc-Version": OLDEST}).json()["regions"]
    assert names == [region["name"] for region in regions]


def test_an_organization_is_shown_to_its_key(freight: httpx.Client, pay: httpx.Client) -> None:
    assert freight.get("/api/v1/organization").json()["label"] == "meridian-freight"
    assert pay.get("/api/v1/organization").json()["name"] == "Halcyon Pay"


def test_clusters_of_another_organization_are_not_found(freight: httpx.Client, pay: httpx.Client) -> None:
    foreign = next(iter(listed(pay).values()))["id"]
    assert freight.get(f"{CLUSTERS}/{foreign}").status_code == 404
