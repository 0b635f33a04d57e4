"""Qovery to read: lists told in parts, credentials without secrets, features with prices."""

import json
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidStatus

from sandbox import ManualClock, Server
from sandbox.api import Account
from tests.sandbox.conftest import Connect, Serve
from tests.sandbox.gateway import heard, opened


@pytest.fixture
def server(served: Serve) -> Server:
    return served("qovery")


@pytest.fixture
def grocers(server: Server, connected: Connect) -> httpx.Client:
    client = connected(server, "Orchard Grocers")
    organization = next(each.external_id for each in server.accounts if each.name == "Orchard Grocers")
    client.base_url = httpx.URL(f"{server.url}/organization/{organization}/")
    return client


@pytest.fixture
def media(server: Server, connected: Connect) -> httpx.Client:
    client = connected(server, "Fjordline Media")
    organization = next(each.external_id for each in server.accounts if each.name == "Fjordline Media")
    client.base_url = httpx.URL(f"{server.url}/organization/{organization}/")
    return client


def clusters(client: httpx.Client) -> dict[str, Any]:
    return {each["name"]: each for each in client.get("cluster").json()["results"]}


def statuses(client: httpx.Client) -> dict[str, Any]:
    return {each["cluster_id"]: each for each in client.get("cluster/status").json()["results"]}


def test_clusters_and_their_statuses_are_two_lists_of_the_same(grocers: httpx.Client) -> None:
    by_id = {each["id"]: each for each in clusters(grocers).values()}
    told = statuses(grocers)
    assert by_id.keys() == told.keys()
    assert all(told[key]["status"] == by_id[key]["status"] for key in by_id if "status" in by_id[key])
    one = grocers.get(f"cluster/{next(iter(told))}/status").json()
    assert one == told[one["cluster_id"]]


def test_a_cluster_cannot_be_asked_for_alone(grocers: httpx.Client) -> None:
    assert grocers.get(f"cluster/{clusters(grocers)['staging']['id']}").status_code == 405


def test_a_list_comes_whole_unless_pages_are_asked_for(grocers: httpx.Client) -> None:
    assert grocers.get("cluster").json().keys() == {"results"}
    page = grocers.get("cluster", params={"page": 2, "page_size": 4}).json()
    assert page["pagination"] == {"page": 2, "page_size": 4, "total_count": 11, "total_pages": 3}
    assert [each["name"] for each in page["results"]] == list(clusters(grocers))[4:8]


def test_a_cluster_that_was_never_deployed_may_lack_a_status(grocers: httpx.Client) -> None:
    lab = clusters(grocers)["price-lab"]
    assert "status" not in lab
    assert "infrastructure_outputs" not in lab
    assert lab["deployment_status"] == "NEVER_DEPLOYED"
    told = statuses(grocers)[lab["id"]]
    assert (told["status"], told["is_deployed"]) == ("READY", False)


def test_the_same_status_means_first_deployment_or_change(grocers: httpx.Client, clock: ManualClock) -> None:
    def deploying(name: str) -> bool:
        told = statuses(grocers)[clusters(grocers)[name]["id"]]
        assert told["status"] == "DEPLOYING"
        is_deployed: bool = told["is_deployed"]
        return is_deployed

    clock.advance(12)
    assert deploying("previews") is False
    clock.advance(55)
    assert deploying("staging") is True


def test_what_a_deployed_cluster_is_called_at_its_cloud(grocers: httpx.Client) -> None:
    kinds = {
        each["name"]: each.get("infrastructure_outputs", {}).get("kind")
        for each in clusters(grocers).values()
    }
    named = {
        name: kinds[name] for name in ("production", "warehouse", "recommendations", "loyalty", "till-edge")
    }
    assert list(named.values()) == ["EKS", "SCW_KAPSULE", "GKE", "AKS", None]


def test_features_have_values_and_some_have_prices(grocers: httpx.Client) -> None:
    features = {each["id"]: each for each in clusters(grocers)["production"]["features"]}
    assert features["KARPENTER"]["value_object"]["value"]["disk_size_in_gib"] == 50
    assert features["STATIC_IP"]["value_object"] == {"type": "BOOLEAN", "value": True}
    assert (features["STATIC_IP"]["cost_per_month"], features["STATIC_IP"]["currency_code"]) == (96.0, "USD")
    assert features["VPC_SUBNET"]["cost_per_month_in_cents"] is None


def test_a_lock_an_upgrade_and_a_stop_show_in_the_status(grocers: httpx.Client) -> None:
    told = statuses(grocers)
    by_name = {name: told[each["id"]] for name, each in clusters(grocers).items()}
    assert by_name["till-edge"]["cluster_lock"]["reason"] == "Black Friday freeze"
    assert by_name["production"]["next_k8s_available_version"] == "1.33"
    assert by_name["seasonal"]["status"] == "STOPPED"
    assert [lock["cluster_id"] for lock in grocers.get("lock").json()["results"]] == [
        clusters(grocers)["till-edge"]["id"]
    ]


def test_credentials_of_every_kind_and_no_secret(grocers: httpx.Client, media: httpx.Client) -> None:
    listed = [*grocers.get("credentials").json()["results"], *media.get("credentials").json()["results"]]
    kinds = {each["credential"]["object_type"] for each in listed}
    assert kinds == {
        "AWS",
        "AWS_ROLE",
        "EKS_ANYWHERE_VSPHERE",
        "SCW",
        "AZURE",
        "GCP",
        "GCP_WORKLOAD_IDENTITY_FEDERATION",
        "OTHER",
    }
    assert not any("secret" in member for each in listed for member in each["credential"])


def test_credentials_know_their_clusters(grocers: httpx.Client) -> None:
    listed = grocers.get("credentials").json()["results"]
    users = {each["credential"]["name"]: {user["name"] for user in each["clusters"]} for each in listed}
    assert users["orchard-scaleway"] == {"warehouse", "cold-chain"}
    info = grocers.get(f"cluster/{clusters(grocers)['warehouse']['id']}/cloudProviderInfo").json()
    assert info["credentials"]["name"] == "orchard-scaleway"


@pytest.mark.parametrize("cloud", ["aws", "scaleway", "gcp", "azure", "onPremise"])
def test_credentials_are_listed_by_cloud_too(cloud: str, grocers: httpx.Client) -> None:
    listed = grocers.get(f"{cloud}/credentials").json()["results"]
    assert len(listed) == 1
    assert grocers.get(f"{cloud}/credentials/{listed[0]['id']}").json() == listed[0]


def test_a_cost_is_a_range(grocers: httpx.Client) -> None:
    cost = grocers.get(f"cluster/{clusters(grocers)['production']['id']}/currentCost").json()
    assert (cost["min_cost_in_cents"], cost["max_cost_in_cents"]) == (184000, 712000)


def test_readiness_and_kubeconfig_follow_the_deployment(grocers: httpx.Client, clock: ManualClock) -> None:
    path = f"cluster/{clusters(grocers)['previews']['id']}"
    assert grocers.get(f"{path}/isReady").json() == {"is_ready": False}
    assert grocers.get(f"{path}/kubeconfig").status_code == 404
    clock.advance(23)
    assert grocers.get(f"{path}/isReady").json() == {"is_ready": True}
    kubeconfig = grocers.get(f"{path}/kubeconfig")
    assert kubeconfig.headers["Content-Type"].startswith("application/x-yaml")


def test_a_thrown_away_cluster_is_deleted_then_gone_then_another(
    grocers: httpx.Client, clock: ManualClock
) -> None:
    first = clusters(grocers)["previews"]["id"]
    clock.advance(76)
    assert statuses(grocers)[first]["status"] == "DELETED"
    clock.advance(8)
    assert "previews" not in clusters(grocers)
    clock.advance(6)
    assert clusters(grocers)["previews"]["id"] != first


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("/aws/region", "eu-west-3"),
        ("/scaleway/region", "fr-par"),
        ("/gcp/region", "europe-west9"),
        ("/azure/region", "francecentral"),
        ("/aws/clusterFeature", "STATIC_IP"),
        ("/aws/eks/instanceType/eu-west-3", "t3a.large (2CPU - 8GB RAM)"),
        ("/azure/aks/instanceType/francecentral", "Standard_D4s_v5 (4CPU - 16GB RAM)"),
        ("/gcp/instanceType/europe-west9", "e2-standard-4 (4CPU - 16GB RAM)"),
        ("/scaleway/instanceType/fr-par-1", "GP1-XS (4CPU - 16GB RAM)"),
        ("/cloudProvider", "Amazon Web Services"),
    ],
)
def test_the_catalog(path: str, first: str, server: Server, connected: Connect) -> None:
    offered = connected(server).get(path).json()["results"]
    assert first in (offered[0]["name"] if "name" in offered[0] else offered[0]["id"])


# ---------------------------------------------------------------------- the gateway for WebSockets


def of_grocers(server: Server) -> Account:
    return next(each for each in server.accounts if each.name == "Orchard Grocers")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"authorization": None}, 401),
        ({"authorization": "Token not-the-token"}, 401),
        ({"authorization": "Bearer qov_sandbox_orchard_grocers"}, 401),
        ({"cluster": "69f5be52-8d6d-4f0c-a9c7-5a4d2f6f0a11"}, 404),
        ({"cluster": "production"}, 400),
        ({"cluster": ""}, 400),
        ({"organization": "69f5be52-8d6d-4f0c-a9c7-5a4d2f6f0a11"}, 403),
        ({"path": "/cluster/status"}, 404),
    ],
)
def test_a_handshake_is_refused_as_a_request_is(
    server: Server, grocers: httpx.Client, changed: dict[str, str | None], status: int
) -> None:
    account = of_grocers(server)
    asked: dict[str, Any] = {
        "path": "/cluster/metrics",
        "authorization": f"Token {account.token}",
        "organization": account.external_id,
        "cluster": clusters(grocers)["production"]["id"],
    } | changed
    with pytest.raises(InvalidStatus) as refused, opened(server, **asked):
        pass
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body or b"")["status"] == status


def test_a_stream_goes_on_until_it_is_closed_and_a_list_is_told_once(
    server: Server, grocers: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.app.STREAM_SECONDS", 0.01)
    account = of_grocers(server)
    query = {"organization": account.external_id or "", "cluster": clusters(grocers)["production"]["id"]}
    with opened(server, "/cluster/metrics", f"Token {account.token}", **query) as stream:
        assert stream.recv() == stream.recv()
    with opened(server, "/cluster/nodes", f"Token {account.token}", **query) as told:
        assert len(json.loads(told.recv())["nodes"]) == 4
        with pytest.raises(ConnectionClosedOK):
            told.recv()


def test_what_measures_nothing_closes_a_stream_and_says_so(server: Server, grocers: httpx.Client) -> None:
    account, edge = of_grocers(server), clusters(grocers)["till-edge"]["id"]
    query = {"organization": account.external_id or "", "cluster": edge}
    with (
        opened(server, "/cluster/metrics", f"Token {account.token}", **query) as stream,
        pytest.raises(ConnectionClosedError, match="NotFound"),
    ):
        stream.recv()
    assert heard(server, "/cluster/nodes", account, edge) == {"nodes": [{"name": "till-edge-62595"}]}


def test_a_websocket_counts_as_a_request(server: Server, grocers: httpx.Client) -> None:
    account, production = of_grocers(server), clusters(grocers)["production"]["id"]
    left = int(grocers.get("cluster").headers["X-RateLimit-Remaining"])
    heard(server, "/cluster/nodes", account, production)
    assert int(grocers.get("cluster").headers["X-RateLimit-Remaining"]) == left - 2
    assert [each.status for each in server.requests.matching(path="/cluster/nodes")] == [101]
