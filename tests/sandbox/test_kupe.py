"""Kupe to read: names for identity, ETags by the byte, generations that tell whether a change was applied."""

from base64 import b64decode
from typing import Any

import httpx
import pytest

from sandbox import ManualClock
from tests.sandbox.conftest import Connect, Serve

ACME = "/api/v1/tenants/acme"
LUMEN = "/api/v1/tenants/lumen-robotics"


@pytest.fixture
def acme(served: Serve, connected: Connect) -> httpx.Client:
    return connected(served("kupe"), "Acme Tools")


def cluster(client: httpx.Client, name: str, tenant: str = ACME) -> dict[str, Any]:
    body: dict[str, Any] = client.get(f"{tenant}/clusters/{name}").json()
    return body


def test_a_list_holds_whole_clusters(acme: httpx.Client) -> None:
    items = acme.get(f"{ACME}/clusters").json()["items"]
    assert next(each for each in items if each["name"] == "production") == cluster(acme, "production")


def test_a_running_cluster_says_everything(acme: httpx.Client) -> None:
    body = cluster(acme, "production")
    assert body["createdAt"] == "2024-09-17T08:12:44Z"
    assert body["resources"] == {"cpu": "32", "memory": "128Gi", "storage": "1Ti"}
    assert body["status"]["kubernetesVersion"].startswith("v1.33.")
    assert body["status"]["haPhase"] == "ha-healthy"
    assert body["status"]["observedGeneration"] == body["generation"] == 14


def test_a_cluster_that_is_only_registered_has_no_status(acme: httpx.Client) -> None:
    assert "status" not in cluster(acme, "pull-requests")


def test_there_is_no_cluster_of_an_unknown_name(acme: httpx.Client) -> None:
    missing = acme.get(f"{ACME}/clusters/nobody")
    assert (missing.status_code, missing.json()) == (404, {"error": "cluster not found"})
    assert missing.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("account", "path", "is_quoted"),
    [
        ("Acme Tools", f"{ACME}/clusters/production", True),
        ("Lumen Robotics", f"{LUMEN}/clusters/telemetry", False),
    ],
)
def test_the_etag_is_the_resource_version_quoted_at_some_tenants_and_bare_at_others(
    account: str, path: str, is_quoted: bool, served: Serve, connected: Connect
) -> None:
    answer = connected(served("kupe"), account).get(path)
    version = answer.json()["resourceVersion"]
    assert answer.headers["ETag"] == (f'"{version}"' if is_quoted else version)


def test_the_etag_moves_with_the_status(acme: httpx.Client, clock: ManualClock) -> None:
    before = acme.get(f"{ACME}/clusters/staging").headers["ETag"]
    assert acme.get(f"{ACME}/clusters/staging").headers["ETag"] == before
    clock.advance(15)
    assert acme.get(f"{ACME}/clusters/staging").headers["ETag"] != before


def test_a_running_cluster_can_be_behind_what_was_asked_of_it(acme: httpx.Client, clock: ManualClock) -> None:
    def progress() -> tuple[str, int, int]:
        body = cluster(acme, "reporting")
        return body["status"]["phase"], body["generation"], body["status"]["observedGeneration"]

    assert progress() == ("Running", 21, 20)
    clock.advance(12)
    assert progress() == ("Running", 21, 21)
    clock.advance(50)
    assert progress() == ("Running", 22, 21)


def test_connection_details_come_with_readiness(acme: httpx.Client, clock: ManualClock) -> None:
    path = f"{ACME}/clusters/pull-requests/kubeconfig"
    clock.advance(5)
    assert acme.get(path).status_code == 503
    clock.advance(15)
    details = acme.get(path).json()
    assert details["endpoint"] == "https://pull-requests.acme.kupe.cloud"
    assert b64decode(details["certificateAuthority"]).startswith(b"-----BEGIN CERTIFICATE-----")


def test_a_deleted_cluster_comes_back_under_its_name_as_another(
    acme: httpx.Client, clock: ManualClock
) -> None:
    story: list[str] = []
    births = set()
    for _ in range(0, 80, 4):
        answer = acme.get(f"{ACME}/clusters/pull-requests")
        body = answer.json()
        word = body.get("status", {}).get("phase", "Pending") if answer.is_success else "404"
        if not story or story[-1] != word:
            story.append(word)
        if answer.is_success:
            births.add(body["createdAt"])
        clock.advance(4)
    assert story == ["Pending", "Provisioning", "Running", "Terminating", "404", "Pending"]
    assert births == {"2026-01-01T00:00:00Z", "2026-01-01T00:01:15Z"}


def test_a_tenant_shows_what_the_month_will_cost(acme: httpx.Client) -> None:
    usage = acme.get(ACME).json()["status"]["currentUsage"]
    assert (usage["estimatedTotal"], usage["currency"]) == ("1084.20", "GBP")
