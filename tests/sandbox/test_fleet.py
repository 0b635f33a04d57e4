"""The fleet as a whole: big enough to look real, every word of every provider in it, and always on the move."""

from collections.abc import Iterator

import httpx
import pytest

from sandbox import ManualClock, Server
from tests.sandbox.conftest import Connect, Serve

TEN_MINUTES = range(0, 600, 2)

COCKROACHDB = {
    "CREATING",
    "CREATED",
    "CREATION_FAILED",
    "DELETED",
    "LOCKED",
    "CRDB_MAJOR_UPGRADE_RUNNING",
    "CRDB_PATCH_RUNNING",
    "CRDB_PATCH_FAILED",
    "CRDB_SCALE_FAILED",
    "CRDB_CLUSTER_DISRUPTION_RUNNING",
    "MAINTENANCE_RUNNING",
}
KUPE = {
    "",
    "Provisioning",
    "Running",
    "Upgrading",
    "Migrating",
    "Degraded",
    "Terminating",
    "Deleting",
    "Failed",
    "Error",
}
NORTHFLANK = {
    "running",
    "creating",
    "provisioning",
    "pending",
    "updating",
    "upgrading",
    "scaling",
    "error",
    "failed",
    "deleting",
    "maintenance",
}
QOVERY = {
    "BUILDING",
    "BUILD_ERROR",
    "CANCELED",
    "CANCELING",
    "DELETED",
    "DELETE_ERROR",
    "DELETE_QUEUED",
    "DELETING",
    "DEPLOYED",
    "DEPLOYING",
    "DEPLOYMENT_ERROR",
    "DEPLOYMENT_QUEUED",
    "DRY_RUN",
    "QUEUED",
    "READY",
    "STOPPED",
    "STOPPING",
    "STOP_ERROR",
    "STOP_QUEUED",
    "RESTART_QUEUED",
    "RESTARTING",
    "RESTARTED",
    "RESTART_ERROR",
    "INVALID_CREDENTIALS",
}
WORDS = {"cockroachdb": COCKROACHDB, "kupe": KUPE, "northflank": NORTHFLANK, "qovery": QOVERY}


def shown(server: Server, clients: dict[str, httpx.Client]) -> Iterator[tuple[str, str]]:
    """Every cluster that every account can see, and its phase in the provider's word."""
    for account in server.accounts:
        client = clients[account.name]
        match account.provider:
            case "cockroachdb":
                listed = client.get("/api/v1/clusters?show_inactive=true").json()["clusters"]
                for each in listed:
                    is_idle = each["operation_status"] == "UNSPECIFIED"
                    yield each["id"], each["state"] if is_idle else each["operation_status"]
            case "kupe":
                listed = client.get(f"/api/v1/tenants/{account.external_id}/clusters").json()["items"]
                for each in listed:
                    yield f"{account.name}/{each['name']}", each.get("status", {}).get("phase", "")
            case "northflank":
                listed = client.get("/v1/cloud-providers/clusters").json()["data"]["clusters"]
                for each in listed:
                    yield each["id"], each["status"]["state"]["state"]
            case _:
                listed = client.get(f"/organization/{account.external_id}/cluster/status").json()["results"]
                for each in listed:
                    yield each["cluster_id"], each["status"]


@pytest.mark.parametrize("provider", WORDS)
def test_every_state_of_a_provider_is_shown_within_ten_minutes(
    provider: str, served: Serve, connected: Connect, clock: ManualClock
) -> None:
    server = served(provider)
    clients = {account.name: connected(server, account.name) for account in server.accounts}
    seen: set[str] = set()
    for _ in TEN_MINUTES:
        seen |= {word for _, word in shown(server, clients)}
        if seen >= WORDS[provider]:
            break
        clock.advance(2)
    assert seen == WORDS[provider]


def test_the_fleet_has_some_sixty_clusters(served: Serve, connected: Connect) -> None:
    counts = {}
    for provider in WORDS:
        server = served(provider)
        clients = {account.name: connected(server, account.name) for account in server.accounts}
        counts[provider] = len(dict(shown(server, clients)))
    assert 55 <= sum(counts.values()) <= 75
    assert min(counts.values()) >= 12


@pytest.mark.parametrize("provider", WORDS)
def test_while_a_person_watches_for_a_minute_phases_move_and_most_clusters_are_quiet(
    provider: str, served: Serve, connected: Connect, clock: ManualClock
) -> None:
    server = served(provider)
    clients = {account.name: connected(server, account.name) for account in server.accounts}
    clock.advance(12_345)  # at any moment, not only at the first
    histories: dict[str, list[str]] = {}
    for _ in range(30):
        for cluster, word in shown(server, clients):
            histories.setdefault(cluster, []).append(word)
        clock.advance(2)
    moving = [cluster for cluster, words in histories.items() if len(set(words)) > 1]
    assert 3 <= len(moving) <= len(histories) / 2


def test_identifiers_follow_from_the_seed(served: Serve, connected: Connect) -> None:
    def ids(seed: int) -> set[str]:
        server = served("cockroachdb", seed=seed)
        return {each["id"] for each in connected(server).get("/api/v1/clusters").json()["clusters"]}

    assert ids(7) == ids(7)
    assert not ids(7) & ids(8)
