"""Kupe to change: clusters come up in seconds, patches are guarded by ETags, deletion takes its time."""

from typing import Any

import httpx
import pytest

from sandbox import ManualClock
from tests.sandbox.conftest import Connect, Serve

CLUSTERS = "/api/v1/tenants/acme/clusters"
SIZE = {"cpu": "4", "memory": "16Gi", "storage": "100G"}
NEW = {"name": "checkout", "displayName": "Checkout", "type": "shared"}


@pytest.fixture
def acme(served: Serve, connected: Connect) -> httpx.Client:
    return connected(served("kupe"), "Acme Tools")


def phase(client: httpx.Client, name: str) -> str:
    answer = client.get(f"{CLUSTERS}/{name}")
    status: dict[str, str] = answer.json().get("status", {})
    return status.get("phase", "Pending") if answer.is_success else str(answer.status_code)


def test_a_created_cluster_is_there_at_once_and_running_after_a_while(
    acme: httpx.Client, clock: ManualClock
) -> None:
    made = acme.post(CLUSTERS, json={**NEW, "version": "1.33", "resources": SIZE})
    assert made.status_code == 201
    assert made.headers["ETag"] == acme.get(f"{CLUSTERS}/checkout").headers["ETag"]
    assert made.json()["createdAt"] == "2026-01-01T00:00:00Z"
    story = []
    for _ in range(6):
        story.append(phase(acme, "checkout"))
        clock.advance(4)
    assert story == ["Pending", "Provisioning", "Provisioning", "Provisioning", "Provisioning", "Running"]
    assert acme.get(f"{CLUSTERS}/checkout").json()["status"]["kubernetesVersion"] == "v1.33.5"


def test_a_doomed_cluster_fails(acme: httpx.Client, clock: ManualClock) -> None:
    acme.post(CLUSTERS, json=NEW | {"name": "doomed-by-quota"})
    clock.advance(60)
    assert phase(acme, "doomed-by-quota") == "Failed"


def test_a_name_is_taken_until_its_cluster_is_gone(acme: httpx.Client, clock: ManualClock) -> None:
    assert acme.post(CLUSTERS, json=NEW | {"name": "production"}).status_code == 409
    assert acme.delete(f"{CLUSTERS}/production").status_code == 204
    assert acme.post(CLUSTERS, json=NEW | {"name": "production"}).status_code == 409
    clock.advance(12)
    assert acme.post(CLUSTERS, json=NEW | {"name": "production"}).status_code == 201


@pytest.mark.parametrize(
    "change",
    [
        {"name": "X"},
        {"name": "a"},
        {"name": None},
        {"displayName": ""},
        {"type": "serverless"},
        {"version": "1.2"},
        {"version": "9.9"},
        {"resources": SIZE | {"cpu": "many"}},
        {"resources": SIZE | {"memory": "16"}},
        {"resources": SIZE | {"storage": "1e3"}},
        {"resources": {"cpu": "4", "storage": "1Gi"}},
        {"resources": SIZE | {"cpu": "9999"}},
        {"resources": SIZE | {"storage": "1Pi"}},
        {"resources": {"gpu": "1"}},
        {"alerts": "loud"},
        {"highAvailability": "yes"},
        {"region": "eu"},
    ],
)
def test_a_body_that_does_not_read_is_refused(change: dict[str, Any], acme: httpx.Client) -> None:
    refused = acme.post(CLUSTERS, json=NEW | change)
    assert refused.status_code == 400
    assert next(iter(change)) in refused.json()["error"]


def test_a_body_that_is_no_object_is_refused(acme: httpx.Client) -> None:
    assert acme.post(CLUSTERS, content=b"{").status_code == 400
    assert acme.post(CLUSTERS, json=[NEW]).status_code == 400


def test_a_change_of_size_leaves_the_phase_and_is_applied_later(
    acme: httpx.Client, clock: ManualClock
) -> None:
    patched = acme.patch(f"{CLUSTERS}/production", json={"resources": {"cpu": "48"}}).json()
    assert patched["resources"] == {"cpu": "48", "memory": "128Gi", "storage": "1Ti"}
    assert patched["status"]["phase"] == "Running"
    assert (patched["generation"], patched["status"]["observedGeneration"]) == (15, 14)
    clock.advance(8)
    later = acme.get(f"{CLUSTERS}/production").json()
    assert (later["generation"], later["status"]["observedGeneration"]) == (15, 15)


def test_an_upgrade_shows_the_old_version_until_it_is_over(acme: httpx.Client, clock: ManualClock) -> None:
    patched = acme.patch(f"{CLUSTERS}/production", json={"version": "1.34"}).json()
    assert patched["status"]["phase"] == "Upgrading"
    assert patched["status"]["kubernetesVersion"] == "v1.33.5"
    clock.advance(15)
    assert acme.get(f"{CLUSTERS}/production").json()["status"]["kubernetesVersion"] == "v1.34.2"


def test_high_availability_can_be_switched_on_and_not_off(acme: httpx.Client, clock: ManualClock) -> None:
    clock.advance(15)
    assert acme.patch(f"{CLUSTERS}/staging", json={"highAvailability": True}).is_success
    assert phase(acme, "staging") == "Migrating"
    clock.advance(12)
    assert phase(acme, "staging") == "Running"
    assert acme.patch(f"{CLUSTERS}/staging", json={"highAvailability": False}).status_code == 400


@pytest.mark.parametrize("change", [{}, {"version": "1.30"}, {"displayName": "Other"}, {"type": "shared"}])
def test_what_cannot_be_changed_is_refused(change: dict[str, Any], acme: httpx.Client) -> None:
    assert acme.patch(f"{CLUSTERS}/production", json=change).status_code == 400


def test_a_patch_under_an_old_etag_changes_nothing(acme: httpx.Client) -> None:
    seen = acme.get(f"{CLUSTERS}/production").headers["ETag"]
    first = acme.patch(f"{CLUSTERS}/production", json={"alerts": {}}, headers={"If-Match": seen})
    assert first.status_code == 200
    assert first.headers["ETag"] != seen
    second = acme.patch(
        f"{CLUSTERS}/production", json={"resources": {"cpu": "1"}}, headers={"If-Match": seen}
    )
    assert (second.status_code, second.json()) == (412, {"error": "etag mismatch"})
    assert acme.get(f"{CLUSTERS}/production").json()["resources"]["cpu"] == "32"
    last_write_wins = acme.patch(f"{CLUSTERS}/production", json={"resources": {"cpu": "1"}})
    assert last_write_wins.json()["resources"]["cpu"] == "1"


def test_an_etag_holds_by_the_byte(acme: httpx.Client) -> None:
    bare = acme.get(f"{CLUSTERS}/production").json()["resourceVersion"]
    refused = acme.patch(f"{CLUSTERS}/production", json={"alerts": {}}, headers={"If-Match": bare})
    assert refused.status_code == 412


def test_a_patch_that_changes_nothing_keeps_the_etag(acme: httpx.Client) -> None:
    before = acme.get(f"{CLUSTERS}/production").headers["ETag"]
    assert acme.patch(f"{CLUSTERS}/production", json={"version": "1.33"}).headers["ETag"] == before


def test_a_patch_of_one_that_lives_in_rounds_moves_its_generation_by_one(
    acme: httpx.Client, clock: ManualClock
) -> None:
    clock.advance(60 * 3 + 1)
    before = acme.get(f"{CLUSTERS}/staging").json()
    assert before["status"]["phase"] == "Upgrading"
    assert (
        acme.patch(f"{CLUSTERS}/staging", json={"alerts": {}}).json()["generation"]
        == before["generation"] + 1
    )
    clock.advance(20)
    before = acme.get(f"{CLUSTERS}/staging").json()
    assert before["status"]["phase"] == "Running"
    assert (
        acme.patch(f"{CLUSTERS}/staging", json={"alerts": {"on": 1}}).json()["generation"]
        == before["generation"] + 1
    )


def test_deletion_takes_its_time_and_then_it_is_404(acme: httpx.Client, clock: ManualClock) -> None:
    assert acme.delete(f"{CLUSTERS}/production").status_code == 204
    assert phase(acme, "production") == "Terminating"
    assert acme.patch(f"{CLUSTERS}/production", json={"alerts": {}}).status_code == 409
    clock.advance(11)
    assert acme.delete(f"{CLUSTERS}/production").status_code == 204  # and begins nothing anew
    clock.advance(1)
    assert phase(acme, "production") == "404"
    clock.advance(100_000)
    assert phase(acme, "production") == "404"


def test_a_read_only_key_changes_nothing(served: Serve, connected: Connect) -> None:
    palisade = connected(served("kupe"), "Palisade Insurance")
    path = "/api/v1/tenants/palisade/clusters"
    statuses = [
        palisade.post(path, json=NEW).status_code,
        palisade.patch(f"{path}/claims", json={"alerts": {}}).status_code,
        palisade.delete(f"{path}/claims").status_code,
    ]
    assert statuses == [403, 403, 403]


def test_a_cluster_without_storage_never_comes_up(acme: httpx.Client, clock: ManualClock) -> None:
    acme.post(CLUSTERS, json={**NEW, "resources": {"cpu": "4", "memory": "16Gi"}})
    clock.advance(3600)
    assert phase(acme, "checkout") == "Provisioning"


def test_a_patch_is_merged_within_the_resources_and_an_empty_object_clears_them(acme: httpx.Client) -> None:
    before = acme.get(f"{CLUSTERS}/production").json()["resources"]
    merged = acme.patch(f"{CLUSTERS}/production", json={"resources": {"cpu": "8"}}).json()
    assert merged["resources"] == before | {"cpu": "8"}
    assert acme.patch(f"{CLUSTERS}/production", json={"resources": {}}).json()["resources"] == {}


def test_a_patch_cannot_go_beyond_the_pool_of_the_plan_either(acme: httpx.Client) -> None:
    refused = acme.patch(f"{CLUSTERS}/production", json={"resources": {"cpu": "9999"}})
    assert (refused.status_code, "plan's pool" in refused.json()["error"]) == (400, True)


def test_a_plan_has_a_most_clusters(acme: httpx.Client) -> None:
    answers = [acme.post(CLUSTERS, json=NEW | {"name": f"one-{number}"}) for number in range(20)]
    refused = [one for one in answers if one.status_code != 201]
    assert {one.json()["error"] for one in refused} == {"maximum cluster limit reached"}


def test_an_empty_version_is_the_default_and_changes_the_cluster(acme: httpx.Client) -> None:
    """Nobody who means well sends it."""
    assert acme.patch(f"{CLUSTERS}/production", json={"version": ""}).json()["version"] == "1.34"


class TestNewest:
    """A server of the newest kind."""

    clusters = "/api/v1/tenants/lumen-robotics/clusters"

    @pytest.fixture
    def lumen(self, served: Serve, connected: Connect) -> httpx.Client:
        return connected(served("kupe"), "Lumen Robotics")

    def test_a_creation_warns_and_shows_its_time_later(self, lumen: httpx.Client, clock: ManualClock) -> None:
        body = {"name": "checkout", "type": "shared", "version": "1.29", "highAvailability": True}
        made = lumen.post(self.clusters, json=body)
        assert made.status_code == 201
        assert [one["code"] for one in made.json()["warnings"]] == ["HA_K8S_VERSION_RETIRING"]
        assert (made.json()["createdAt"], made.json()["displayName"]) == ("", "")
        clock.advance(4)
        shown = lumen.get(f"{self.clusters}/checkout").json()
        assert (shown["createdAt"], "warnings" in shown) == ("2026-01-01T00:00:00Z", False)

    @pytest.mark.parametrize(
        ("name", "body", "code", "field"),
        [
            (None, {"name": "two", "type": "dedicated"}, "CLUSTER_DEDICATED_UNSUPPORTED", "type"),
            (
                "telemetry",
                {"highAvailability": True},
                "HA_ENABLE_ON_EXISTING_UNSUPPORTED",
                "highAvailability",
            ),
            ("fleet-control", {"highAvailability": False}, "HA_DISABLE_UNSUPPORTED", "highAvailability"),
        ],
    )
    def test_a_refusal_has_a_code(
        self, lumen: httpx.Client, name: str | None, body: Any, code: str, field: str
    ) -> None:
        path = self.clusters if name is None else f"{self.clusters}/{name}"
        refused = lumen.request("POST" if name is None else "PATCH", path, json=body)
        said = refused.json()
        assert (refused.status_code, said["code"], said["field"]) == (400, code, field)
        assert said["message"] == said["error"]


def test_quantities_are_written_otherwise_on_request(served: Serve, connected: Connect) -> None:
    server = served("kupe")
    server.fault("rounded-size", method="POST", times=1)
    acme = connected(server, "Acme Tools")
    size = {"cpu": "4", "memory": "0.8Gi", "storage": "100G"}
    made = acme.post(CLUSTERS, json=NEW | {"resources": size}).json()
    respelled = {"cpu": "4000m", "memory": "858993459200m", "storage": "100000000000"}
    assert made["resources"] == acme.get(f"{CLUSTERS}/checkout").json()["resources"] == respelled
    merged = acme.patch(f"{CLUSTERS}/checkout", json={"resources": {"cpu": "8"}}).json()
    assert merged["resources"] == respelled | {"cpu": "8"}


def test_what_is_created_can_be_hidden_for_a_while(
    served: Serve, connected: Connect, clock: ManualClock
) -> None:
    server = served("kupe")
    server.fault("hidden", method="POST", times=1, seconds=20)
    acme = connected(server, "Acme Tools")
    assert acme.post(CLUSTERS, json=NEW).status_code == 201
    assert acme.get(f"{CLUSTERS}/checkout").status_code == 404
    assert acme.post(CLUSTERS, json=NEW).status_code == 409
    clock.advance(20)
    assert phase(acme, "checkout") == "Running"
