"""Identifiers that would lead a request elsewhere, from a provider's listing or from a person."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from adapters import ADAPTERS
from adapters.adapter import segment
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster
from fleet.model.failure import Rejected
from fleet.model.identifier import LONGEST_IDENTIFIER, fits_a_path
from fleet.model.integration import Integration
from fleet.model.node import Node, NodePhase
from fleetgraph.testing.setting import answering
from tests.contract.kits import KITS

LEADING_AWAY = [
    "", " ", ".", "..", " .. ", "../..", "/", "a/../b", "..\\..", "%2e%2e", "%2E", "%252e%252e", "a%2f", "a//b",
    "a/./b", "/a", "..%2f", "..;", "..;a=b", ".;", "a\nb", "a\x00b", "a\x7f", "a%0d%0ab", "a\ufffd", "a%ff",
    "x" * (LONGEST_IDENTIFIER + 1),
]  # fmt: skip
STAYING = [
    "acme",
    "acme.prod",
    "...",
    "..a",
    "a..",
    "2f9c0a52-5b1e",
    "a b",
    "café",
    "a;b",
    "a?b#c",
    "100%",
    "a:b@c",
    "~x",
]


@pytest.mark.parametrize("identifier", LEADING_AWAY)
def test_an_identifier_that_would_leave_its_segment_is_in_no_path(identifier: str) -> None:
    assert not fits_a_path(identifier)
    with pytest.raises(Rejected, match="cannot be part of a path"):
        segment(identifier)


@pytest.mark.parametrize("identifier", STAYING)
def test_any_other_is_quoted_and_arrives_as_it_is(identifier: str) -> None:
    url = httpx.URL(f"https://provider.invalid/before/{segment(identifier)}/after")
    assert url.path == f"/before/{identifier}/after"
    assert url.raw_path.count(b"/") == 3


def opened(provider: str, sent: list[httpx.Request], body: object = None, external_id: str = "acme") -> Any:
    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, content=b"" if body is None else json.dumps(body).encode())

    return answering(ADAPTERS[provider], answer, external_id=external_id)


CLUSTER_CALLS: dict[str, Callable[[Any, Cluster], Awaitable[object]]] = {
    "cluster": lambda adapter, cluster: adapter.cluster(cluster.external_id),
    "connection": lambda adapter, cluster: adapter.connection(cluster),
    "nodes": lambda adapter, cluster: adapter.nodes(cluster),
    "cost_estimate": lambda adapter, cluster: adapter.cost_estimate(cluster),
    "update_cluster": lambda adapter, cluster: adapter.update_cluster(
        cluster, KITS[adapter.provider.key].patch
    ),
    "deploy_cluster": lambda adapter, cluster: adapter.deploy_cluster(cluster),
    "stop_cluster": lambda adapter, cluster: adapter.stop_cluster(cluster),
    "delete_cluster": lambda adapter, cluster: adapter.delete_cluster(cluster),
    "upgrade_cluster": lambda adapter, cluster: adapter.upgrade_cluster(cluster, "v25.4"),
    "finalize_upgrade": lambda adapter, cluster: adapter.finalize_upgrade(cluster),
    "roll_back_upgrade": lambda adapter, cluster: adapter.roll_back_upgrade(cluster),
    "lock_cluster": lambda adapter, cluster: adapter.lock_cluster(cluster, "for a test", None),
    "unlock_cluster": lambda adapter, cluster: adapter.unlock_cluster(cluster),
    "allowlist": lambda adapter, cluster: adapter.allowlist(cluster),
    "disallow_network": lambda adapter, cluster: adapter.disallow_network(cluster, "192.0.2.0/24"),
    "upkeep": lambda adapter, cluster: adapter.upkeep(cluster),
    "clear_spend_limit": lambda adapter, cluster: adapter.clear_spend_limit(cluster),
}
LISTINGS: dict[str, Callable[[str], object]] = {
    "cockroachdb": lambda identifier: {
        "clusters": [{"id": identifier, "name": "x", "state": "CREATED", "sql_dns": "x.example.com"}]
    },
    "kupe": lambda identifier: {"items": [{"name": identifier, "status": {"phase": "Running"}}]},
    "northflank": lambda identifier: {"data": {"clusters": [{"id": identifier, "name": "x"}]}},
    "qovery": lambda identifier: {"results": [{"id": identifier, "name": "x"}]},
}


@pytest.mark.parametrize("provider", sorted(LISTINGS))
@pytest.mark.parametrize("identifier", ["..", ".", "%2e%2e"])
async def test_a_cluster_of_such_a_name_is_shown_and_nothing_is_asked_about_it(
    provider: str, identifier: str
) -> None:
    sent: list[httpx.Request] = []
    adapter = opened(provider, sent, LISTINGS[provider](identifier))
    (cluster,) = (await adapter.clusters()).items
    assert cluster.external_id == identifier
    for name, call in CLUSTER_CALLS.items():
        if hasattr(adapter, name):
            del sent[:]
            with pytest.raises(Rejected):
                await call(adapter, cluster)
            # What a provider without revisions is asked before a change is the listing, not the cluster.
            assert all(request.method == "GET" and ".." not in request.url.path for request in sent)


@pytest.mark.parametrize("provider", ["northflank", "qovery"])
async def test_an_integration_of_such_a_name_is_not_asked_about(provider: str) -> None:
    sent: list[httpx.Request] = []
    integration = Integration(
        account_id="account",
        provider=provider,
        external_id="..",
        name="x",
        cloud=Cloud.AWS,
        provider_cloud="AWS",
    )
    with pytest.raises(Rejected):
        await opened(provider, sent).delete_integration(integration)
    assert sent == []


async def test_a_node_of_such_a_name_is_not_asked_about() -> None:
    sent: list[httpx.Request] = []
    adapter = opened("northflank", sent, LISTINGS["northflank"]("prod"))
    (cluster,) = (await adapter.clusters()).items
    node = Node(
        account_id="account", cluster_key="prod", external_id="../..", name="x", phase=NodePhase.READY,
        provider_phase="running",
    )  # fmt: skip
    del sent[:]
    for call in (adapter.cordon_node, adapter.uncordon_node, adapter.drain_node):
        with pytest.raises(Rejected):
            await call(cluster, node)
    assert sent == []


@pytest.mark.parametrize("provider", ["kupe", "northflank", "qovery"])
async def test_an_organization_of_such_a_name_is_not_asked_about(provider: str) -> None:
    sent: list[httpx.Request] = []
    with pytest.raises(Rejected):
        await opened(provider, sent, external_id="..").clusters()
    assert sent == []


async def test_a_region_of_such_a_name_costs_its_own_instance_types() -> None:
    sent: list[httpx.Request] = []
    adapter = opened("qovery", sent, {"results": []})
    listing = await adapter.instance_types([(Cloud.AWS, ".."), (Cloud.AWS, "eu-west-3")])
    assert listing.incomplete is not None
    assert [request.url.path for request in sent if "eks" in request.url.path] == [
        "/aws/eks/instanceType/eu-west-3"
    ]
