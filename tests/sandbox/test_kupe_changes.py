"""Kupe to change: clusters come up in seconds, patches are guarded by ETags, deletion takes its time."""

from typing import Any

import httpx
import pytest

from sandbox import ManualClock
from tests.sandbox.conftest import Connect, Serve

CLUSTERS = "/api/v1/tenants/acme/clusters"
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
    made = acme.post(CLUSTERS, json={**NEW, "version": "1.33", "resources": {"cpu": "4"}})
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
        {"resources": {"cpu": "many"}},
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
