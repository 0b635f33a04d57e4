"""CockroachDB Cloud to change: creation, operations, deletion, and spend limits in every generation."""

from typing import Any

import httpx
import pytest

from sandbox import ManualClock, Server
from tests.sandbox.conftest import Connect, Serve
from tests.sandbox.test_cockroachdb import BOTH, CLUSTERS, CURRENT, OLDEST, SPEND_LIMITS, listed

SERVERLESS = {"name": "new-portal", "provider": "GCP", "spec": {"serverless": {"regions": ["us-central1"]}}}
HARDWARE = {"machine_spec": {"num_virtual_cpus": 4}, "storage_gib": 0}
DEDICATED = {
    "name": "new-ledger",
    "provider": "AWS",
    "spec": {"dedicated": {"region_nodes": {"us-east-1": 3}, "hardware": HARDWARE}},
}
USAGE = {"request_unit_limit": "100000000", "storage_mib_limit": "10240"}


@pytest.fixture
def freight(served: Serve, connected: Connect) -> httpx.Client:
    return connected(served("cockroachdb"), "Meridian Freight")


def path(client: httpx.Client, name: str) -> str:
    return f"{CLUSTERS}/{listed(client)[name]['id']}"


def serverless(spec: dict[str, Any], *, plan: str | None = None) -> dict[str, Any]:
    whole: dict[str, Any] = {"serverless": {"regions": ["us-central1"]} | spec}
    return SERVERLESS | {"spec": whole | ({"plan": plan} if plan else {})}


def shown_limits(answer: httpx.Response) -> dict[str, Any]:
    config = answer.raise_for_status().json()["config"]["serverless"]
    return {name: value for name, value in config.items() if "limit" in name}


def test_a_created_cluster_is_there_at_once_and_up_after_a_while(
    freight: httpx.Client, clock: ManualClock
) -> None:
    made = freight.post(CLUSTERS, json=SERVERLESS)
    assert made.status_code == 200
    assert (made.json()["state"], made.json()["plan"]) == ("CREATING", "STANDARD")
    assert listed(freight)["new-portal"] == made.json()
    clock.advance(20)
    up = freight.get(f"{CLUSTERS}/{made.json()['id']}").json()
    assert up["state"] == "CREATED"
    assert up["sql_dns"]
    assert up["created_at"] == "2026-01-01T00:00:00.000000Z"


def test_a_doomed_cluster_fails(freight: httpx.Client, clock: ManualClock) -> None:
    freight.post(CLUSTERS, json=SERVERLESS | {"name": "doomed-portal"})
    clock.advance(60)
    assert "doomed-portal" not in listed(freight)
    assert listed(freight, show_inactive="true")["doomed-portal"]["state"] == "CREATION_FAILED"


def dedicated(**more: Any) -> dict[str, Any]:
    members = {"region_nodes": {"us-east-1": 3}, "hardware": HARDWARE, **more}
    return DEDICATED | {"spec": {"dedicated": members}}


@pytest.mark.parametrize("place", ["beside", "inside"])
def test_the_plan_may_stand_beside_the_specification_or_inside(place: str, freight: httpx.Client) -> None:
    body = serverless({}, plan="BASIC") if place == "inside" else SERVERLESS | {"plan": "BASIC"}
    assert freight.post(CLUSTERS, json=body).json()["plan"] == "BASIC"


def test_a_dedicated_cluster_has_machines_and_nodes(freight: httpx.Client) -> None:
    made = freight.post(CLUSTERS, json=DEDICATED).raise_for_status().json()
    assert made["plan"] == "ADVANCED"
    assert made["config"]["dedicated"]["machine_type"] == "m6i.xlarge"
    nodes = freight.get(f"{CLUSTERS}/{made['id']}/nodes").json()["nodes"]
    assert [node["status"] for node in nodes] == ["NOT_READY"] * 3


@pytest.mark.parametrize(
    "body",
    [
        SERVERLESS | {"name": "short"},
        SERVERLESS | {"name": "-dashes-"},
        SERVERLESS | {"name": "UPPERCASE"},
        SERVERLESS | {"name": "a-name-of-more-than-20"},
        SERVERLESS | {"provider": "CIVO"},
        SERVERLESS | {"spec": {}},
        SERVERLESS | {"spec": SERVERLESS["spec"] | DEDICATED["spec"]},  # type: ignore[operator]
        SERVERLESS | {"color": "blue"},
        serverless({"regions": []}),
        serverless({"regions": ["us-east-1"]}),
        serverless({"regions": ["us-central1", "us-east1"]}),
        serverless({"spend_limit": 100}),
        serverless({}, plan="ADVANCED"),
        serverless({"usage_limits": {"request_unit_limit": "0"}}, plan="BASIC"),
        serverless({"usage_limits": {"provisioned_virtual_cpus": "2"}}, plan="BASIC"),
        serverless({"usage_limits": USAGE}, plan="STANDARD"),
        serverless({"upgrade_type": "MANUAL"}, plan="BASIC"),
        dedicated(cockroach_version="v99.9"),
        dedicated(cockroach_version="v24.1"),
        dedicated(hardware=HARDWARE | {"storage_gib": 1}),
        dedicated(hardware=HARDWARE | {"machine_spec": {"machine_type": "t1.nonsense"}}),
        DEDICATED | {"spec": {"dedicated": {"region_nodes": {"us-east-1": 2}, "hardware": HARDWARE}}},
        DEDICATED | {"spec": {"dedicated": {"region_nodes": {"us-east-1": 3}}}},
    ],
)
def test_a_body_that_does_not_read_is_refused(body: dict[str, Any], freight: httpx.Client) -> None:
    refused = freight.post(CLUSTERS, json=body)
    assert (refused.status_code, refused.json()["code"]) == (400, 3)


def test_a_name_is_taken_until_its_cluster_is_deleted(freight: httpx.Client) -> None:
    again = SERVERLESS | {"name": "rate-quotes"}
    assert freight.post(CLUSTERS, json=again).status_code == 409
    old = path(freight, "rate-quotes")
    assert freight.delete(old).status_code == 200
    assert freight.post(CLUSTERS, json=again).status_code == 200
    assert freight.get(old).json()["state"] == "DELETED"


def test_deleting_answers_the_cluster_already_deleted(freight: httpx.Client) -> None:
    where = path(freight, "rate-quotes")
    answer = freight.delete(where).json()
    assert (answer["state"], answer["deleted_at"]) == ("DELETED", "2026-01-01T00:00:00.000000Z")
    assert freight.get(where).json() == answer
    assert "rate-quotes" not in listed(freight)
    assert freight.delete(where).status_code == 404


def test_a_protected_cluster_is_not_deleted(freight: httpx.Client) -> None:
    where = path(freight, "tracking-events")
    assert freight.delete(where).status_code == 400
    assert freight.patch(where, json={"delete_protection": "DISABLED"}).is_success
    assert freight.delete(where).status_code == 200


def test_a_locked_cluster_answers_400_and_says_so(freight: httpx.Client) -> None:
    where = path(freight, "billing-vault")
    refused = freight.patch(where, json={"labels": {}})
    assert refused.status_code == 400
    assert "locked" in refused.json()["message"]


def test_a_locked_cluster_is_deleted_all_the_same(freight: httpx.Client) -> None:
    where = path(freight, "billing-vault")
    assert freight.delete(where).status_code == 400  # it is protected, and locked
    assert "protected" in freight.delete(where).json()["message"]


def test_labels_are_replaced_as_a_whole(freight: httpx.Client, clock: ManualClock) -> None:
    where = path(freight, "driver-app")
    clock.advance(5)
    patched = freight.patch(where, json={"labels": {"env": "test"}}).json()
    assert patched["labels"] == {"env": "test"}
    assert patched["updated_at"] == "2026-01-01T00:00:05.000000Z"
    assert freight.patch(where, json={"delete_protection": "ENABLED"}).json()["labels"] == {"env": "test"}


def test_scaling_is_an_operation_with_the_cluster_up(freight: httpx.Client, clock: ManualClock) -> None:
    where = path(freight, "tracking-events")
    body = {"dedicated": {"region_nodes": {"us-east1": 5}, "hardware": {"storage_gib": 600}}}
    patched = freight.patch(where, json=body).raise_for_status().json()
    assert (patched["state"], patched["operation_status"]) == ("CREATED", "CRDB_SCALE_RUNNING")
    assert patched["config"]["dedicated"]["storage_gib"] == 600
    assert patched["config"]["dedicated"]["machine_type"] == "n2-standard-8"
    assert freight.patch(where, json=body).status_code == 400
    clock.advance(12)
    assert freight.get(where).json()["operation_status"] == "UNSPECIFIED"
    assert [region["node_count"] for region in freight.get(where).json()["regions"]] == [5]


def test_an_upgrade_goes_alone(freight: httpx.Client, clock: ManualClock) -> None:
    where = path(freight, "tracking-events")
    upgrade = {"cockroach_version": "v25.4"}
    assert freight.patch(where, json=upgrade | {"labels": {}}).status_code == 400
    patched = freight.patch(where, json=upgrade).json()
    assert (patched["cockroach_version"], patched["upgrade_status"]) == ("v25.4.0", "MAJOR_UPGRADE_RUNNING")
    clock.advance(20)
    assert freight.get(where).json()["operation_status"] == "UNSPECIFIED"


def test_regions_of_a_serverless_cluster_are_added_and_not_removed(freight: httpx.Client) -> None:
    where = path(freight, "dispatch-board")
    more = {"regions": ["us-central1", "europe-west1"], "primary_region": "us-central1"}
    patched = freight.patch(where, json={"serverless": more}).raise_for_status().json()
    assert [(region["name"], region["primary"]) for region in patched["regions"]] == [
        ("us-central1", True),
        ("europe-west1", False),
    ]
    assert freight.patch(where, json={"serverless": {"regions": ["europe-west1"]}}).status_code == 400


@pytest.mark.parametrize("body", [{"spec": {"labels": {}}}, {"name": "other-name"}, {"dedicated": {}}])
def test_what_cannot_be_patched_is_refused(body: dict[str, Any], freight: httpx.Client) -> None:
    assert freight.patch(path(freight, "driver-app"), json=body).status_code == 400


def test_a_change_of_machines_may_be_wrapped_as_the_guide_has_it(freight: httpx.Client) -> None:
    """The schema has no wrapper. Regions and storage need not be repeated."""
    where = path(freight, "tracking-events")
    before = freight.get(where).json()
    change = {"hardware": {"machine_spec": {"num_virtual_cpus": 8}}}
    after = freight.patch(where, json={"spec": {"dedicated": change}}).raise_for_status().json()
    shown = [(one["name"], one["node_count"]) for one in before["regions"]]
    assert [(one["name"], one["node_count"]) for one in after["regions"]] == shown
    assert after["config"]["dedicated"]["num_virtual_cpus"] == 8
    assert after["config"]["dedicated"]["storage_gib"] == before["config"]["dedicated"]["storage_gib"]


@pytest.mark.parametrize("version", ["v99.9", "v24.1", "v25.2", "latest"])
def test_a_version_that_is_not_on_offer_is_refused(version: str, freight: httpx.Client) -> None:
    where = path(freight, "tracking-events")
    assert freight.patch(where, json={"cockroach_version": version}).status_code == 400


def test_patching_one_that_lives_in_rounds_keeps_its_id(freight: httpx.Client, clock: ManualClock) -> None:
    clock.advance(25)
    where = path(freight, "route-planner")
    assert freight.patch(where, json={"labels": {}}).is_success
    clock.advance(1_000)
    assert freight.get(where).json()["state"] == "CREATED"
    assert freight.get(where).json()["created_at"] == "2026-01-01T00:00:00.000000Z"


# ---------------------------------------------------------------------- spend limits


def limited(connect: httpx.Client, where: str, version: str, change: dict[str, Any]) -> httpx.Response:
    return connect.patch(where, json={"serverless": change}, headers={"Cc-Version": version})


def test_the_first_generation_puts_cents(freight: httpx.Client) -> None:
    where = path(freight, "driver-app")
    put = freight.put(f"{where}/spend-limit", json={"spendLimit": 1500}, headers={"Cc-Version": OLDEST})
    assert (put.status_code, put.content) == (200, b"")
    assert shown_limits(freight.get(where, headers={"Cc-Version": OLDEST})) == {"spend_limit": 1500}


def test_the_first_generations_call_is_gone_with_spend_limits(freight: httpx.Client) -> None:
    where = path(freight, "driver-app")
    assert freight.put(f"{where}/spend-limit", json={"spendLimit": 1500}).status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"spendLimit": -1}, {"spendLimit": "15"}, {"spendLimit": True}, {"spend": 1}]
)
def test_a_put_of_nonsense_is_refused(body: dict[str, Any], freight: httpx.Client) -> None:
    where = path(freight, "driver-app")
    put = freight.put(f"{where}/spend-limit", json=body, headers={"Cc-Version": SPEND_LIMITS})
    assert put.status_code == 400


def test_the_second_generation_patches_cents_of_which_zero_is_the_free_tier(freight: httpx.Client) -> None:
    where = path(freight, "driver-app")
    for cents in (2500, 0):
        answer = limited(freight, where, SPEND_LIMITS, {"spend_limit": cents})
        assert shown_limits(answer) == {"spend_limit": cents}
    assert limited(freight, where, SPEND_LIMITS, {}).status_code == 400
    assert limited(freight, where, SPEND_LIMITS, {"usage_limits": USAGE}).status_code == 400


def test_between_the_generations_both_can_be_set(freight: httpx.Client) -> None:
    where = path(freight, "driver-app")
    both = {"spend_limit": 2500, "usage_limits": USAGE}
    assert shown_limits(limited(freight, where, BOTH, both)) == both
    assert shown_limits(limited(freight, where, BOTH, {"spend_limit": 100})) == {"spend_limit": 100}
    for half in ({"request_unit_limit": "1"}, {}):
        assert limited(freight, where, BOTH, {"usage_limits": half}).status_code == 400


def test_cents_become_usage_for_who_speaks_the_current_version(freight: httpx.Client) -> None:
    where = path(freight, "driver-app")
    limited(freight, where, BOTH, {"spend_limit": 2500})
    assert shown_limits(freight.get(where)) == {"usage_limits": USAGE}


def test_the_third_generation_patches_usage_and_an_empty_object_clears_it(freight: httpx.Client) -> None:
    where = path(freight, "driver-app")
    smaller = {"usage_limits": {"request_unit_limit": "5"}}
    assert shown_limits(limited(freight, where, CURRENT, smaller)) == smaller
    assert shown_limits(limited(freight, where, CURRENT, {"upgrade_type": "AUTOMATIC"})) == smaller
    assert shown_limits(limited(freight, where, CURRENT, {"usage_limits": {}})) == {}
    assert limited(freight, where, CURRENT, {"spend_limit": 5}).status_code == 400


def test_a_standard_cluster_takes_processors_and_nothing_else(freight: httpx.Client) -> None:
    where = path(freight, "dispatch-board")
    more = {"usage_limits": {"provisioned_virtual_cpus": "8"}}
    assert shown_limits(limited(freight, where, CURRENT, more)) == more
    assert limited(freight, where, CURRENT, {"usage_limits": USAGE}).status_code == 400


def test_a_change_of_plan_drops_limits_of_the_other_kind(freight: httpx.Client) -> None:
    where = path(freight, "dispatch-board")
    patched = freight.patch(where, json={"plan": "BASIC"})
    assert (patched.json()["plan"], shown_limits(patched)) == ("BASIC", {})
    assert freight.patch(where, json={"plan": "ADVANCED"}).status_code == 400


def test_dedicated_clusters_have_no_spend_limit(freight: httpx.Client) -> None:
    where = path(freight, "tracking-events")
    assert limited(freight, where, CURRENT, {"usage_limits": USAGE}).status_code == 400
    put = freight.put(f"{where}/spend-limit", json={"spendLimit": 5}, headers={"Cc-Version": OLDEST})
    assert put.status_code == 400


def test_a_rollback_may_be_asked_for_by_the_former_version(freight: httpx.Client, clock: ManualClock) -> None:
    where = path(freight, "tracking-events")
    assert freight.patch(where, json={"cockroach_version": "v25.4"}).is_success
    clock.advance(20)
    assert freight.patch(where, json={"cockroach_version": "v24.1"}).status_code == 400
    back = freight.patch(where, json={"cockroach_version": "v25.2"}).json()
    assert (back["operation_status"], back["cockroach_version"]) == ("CRDB_MAJOR_ROLLBACK_RUNNING", "v25.2.4")


def test_a_cluster_can_begin_with_an_empty_allowlist(freight: httpx.Client) -> None:
    body = serverless({"with_empty_ip_allowlist": True}, plan="BASIC")
    made = freight.post(CLUSTERS, json=body).json()
    assert freight.get(f"{CLUSTERS}/{made['id']}/networking/allowlist").json()["allowlist"] == []


class TestKeys:
    """Keys with fewer rights, and tokens that name no organization."""

    @pytest.fixture
    def server(self, served: Serve) -> Server:
        return served("cockroachdb")

    def client(self, server: Server, suffix: str) -> httpx.Client:
        token = f"{server.accounts[0].token}{suffix}"
        return httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"})

    def test_a_key_that_reads_changes_nothing_and_sees_no_bills(self, server: Server) -> None:
        with self.client(server, "_reader") as reader:
            there = path(reader, "driver-app")
            refusals = [
                reader.patch(there, json={"labels": {}}),
                reader.delete(there),
                reader.post(CLUSTERS, json=SERVERLESS),
                reader.post(f"{there}/networking/allowlist", json={}),
                reader.get("/api/v1/invoices"),
            ]
        assert {(one.status_code, one.json()["code"]) for one in refusals} == {(403, 7)}

    def test_a_jwt_needs_the_name_of_its_organization(self, server: Server) -> None:
        token = "eyJhbGciOiJub25lIn0.meridian-freight.sandbox"
        with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}) as client:
            assert client.get(CLUSTERS).status_code == 401
            named = {"Cc-Vanity-Name": "meridian-freight"}
            assert client.get(CLUSTERS, headers=named).status_code == 200


def test_a_cluster_can_become_another_than_the_one_that_was_asked_for(
    served: Serve, connected: Connect
) -> None:
    server = served("cockroachdb")
    for kind in ("converted-machine", "rounded-size", "added-label"):
        server.fault(kind, method="POST", times=1)
    client = connected(server, "Meridian Freight")
    made = client.post(CLUSTERS, json=DEDICATED).json()
    assert made["labels"] == {"managed-by": "cockroachdb-cloud"}
    hardware = made["config"]["dedicated"]
    assert (hardware["machine_type"], hardware["num_virtual_cpus"]) == ("m7i.xlarge", 4)
    assert hardware["storage_gib"] % 50 == 0
    assert hardware["storage_gib"] > HARDWARE["storage_gib"]


def test_what_is_created_can_be_hidden_for_a_while(
    served: Serve, connected: Connect, clock: ManualClock
) -> None:
    server = served("cockroachdb")
    server.fault("hidden", method="POST", times=1, seconds=20)
    client = connected(server, "Meridian Freight")
    made = client.post(CLUSTERS, json=DEDICATED)
    there = f"{CLUSTERS}/{made.json()['id']}"
    assert (made.status_code, client.get(there).status_code) == (200, 404)
    assert made.json()["name"] not in listed(client)
    assert client.post(CLUSTERS, json=DEDICATED).status_code == 409
    clock.advance(20)
    assert client.get(there).status_code == 200
