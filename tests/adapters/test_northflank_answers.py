"""Northflank's answers through the adapter: what is read, what is refused to read, and nothing of its secrets."""

import json
import logging
from typing import Any

import httpx
import pytest

from adapters.northflank import NorthflankAdapter
from adapters.northflank.convert import to_cluster
from adapters.northflank.wire import WireCluster, WireIntegrationPage
from fleet.model.cloud import Cloud
from fleet.model.cluster import Capacity, Cluster, Engine, Phase
from fleet.model.failure import Unauthenticated, UnexpectedResponse
from fleet.model.money import SpendLimitState
from fleet.providers.northflank import NodePool
from fleet.providers.northflank.networks import AwsNetwork
from fleet.providers.northflank.pools import Gpus
from fleet.providers.northflank.settings import (
    Builds,
    Registry,
    RequestModifier,
    RequestModifiers,
    Settings,
)
from fleetgraph.testing.setting import TOKEN
from tests.adapters.replay import Replay, fixture
from tests.published import published

CLUSTERS = "/v1/teams/shop/cloud-providers/clusters"
INTEGRATIONS = "/v1/teams/shop/cloud-providers/integrations"
CATALOG = "/v1/cloud-providers"
PLANTED = "planted-secret"


def a_cluster() -> Cluster:
    return to_cluster(WireCluster(id="checkout"), "account")


# ---------------------------------------------------------------------- reading answers


async def test_clusters_of_a_team_are_read_with_their_pools() -> None:
    replay = Replay({CLUSTERS: fixture("northflank/list-clusters.json")})
    listing = await replay.open(NorthflankAdapter, "shop").clusters()
    assert (listing.unreadable, listing.incomplete) == ((), None)
    checkout, garage = listing.items
    assert (checkout.key, checkout.name, checkout.display_name) == ("checkout", "Checkout", "Checkout")
    assert (checkout.engine, checkout.version) == (Engine.KUBERNETES, "1.32")
    assert (checkout.regions, checkout.integration_external_id) == (("eu-west-1",), "production-aws")
    assert checkout.created_at.isoformat() == "2026-03-05T09:30:00+00:00"
    assert checkout.updated_at.isoformat() == "2026-10-01T08:00:00+00:00"
    assert checkout.spend_limit.state is SpendLimitState.UNSUPPORTED
    assert checkout.details.node_pools[0] == NodePool(
        id="951dfaf6-a70a-4550-bab6-b5364d5da20c",
        node_type="m6i.xlarge",
        node_count=3,
        disk_size_gb=100,
        disk_type="gp3",
        min_nodes=2,
        max_nodes=10,
        labels={"tier": "web"},
    )
    assert (checkout.capacity.min_nodes, checkout.capacity.max_nodes) == (4, 12)
    assert (garage.cloud, garage.phase, garage.regions) == (Cloud.BYOK, Phase.READY, ())
    assert garage.details.node_pools == (NodePool(id="rack-one", provider_id="rack-one", is_default=True),)
    assert (checkout.details.dns, checkout.details.owned_by) == ("checkout-00001", "team")
    assert checkout.details.settings == Settings(builds=Builds(plan="nf-compute-200"))
    assert garage.capacity.node_count is None
    assert replay.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


async def test_a_malformed_member_costs_itself_and_a_malformed_state_its_cluster() -> None:
    body = fixture("northflank/list-clusters-one-malformed.json")
    replay = Replay({CLUSTERS: body})
    listing = await replay.open(NorthflankAdapter, "shop").clusters()
    sound, bent = listing.items
    assert (sound.unread_members, listing.unreadable, listing.incomplete) == ((), (), None)
    assert (bent.key, bent.capacity, bent.unread_members) == (
        "bent",
        Capacity(),
        ("nodePools: Input should be a valid tuple",),
    )
    body["data"]["clusters"][1]["status"] = {"state": {"state": ["running"]}}
    listing = await replay.open(NorthflankAdapter, "shop").clusters()
    assert [cluster.key for cluster in listing.items] == ["sound"]
    assert [one.external_id for one in listing.unreadable] == ["bent"]


async def test_an_answer_without_its_list_is_no_empty_list() -> None:
    adapter = Replay({CLUSTERS: {"data": {}, "pagination": {"hasNextPage": False}}}).open(
        NorthflankAdapter, "shop"
    )
    with pytest.raises(UnexpectedResponse):
        await adapter.clusters()


async def test_nodes_are_read_with_the_pool_that_the_cluster_names() -> None:
    replay = Replay({f"{CLUSTERS}/checkout/nodes": fixture("northflank/list-nodes.json")})
    listing = await replay.open(NorthflankAdapter, "shop").nodes(a_cluster())
    first = listing.items[0]
    assert (first.cluster_key, first.external_id) == ("checkout", "87a11ea9-3493-40d3-9f50-280c1d7c77a3")
    assert (first.pool, first.zone) == ("951dfaf6-a70a-4550-bab6-b5364d5da20c", "eu-west-1a")
    assert (first.region, first.instance_type) == ("eu-west-1", "m6i.xlarge")
    assert [node.name for node in listing.items[1:]] == [node.external_id for node in listing.items[1:]]
    assert replay.asked[0].endswith("nodes?status=RUNNING&per_page=100")
    assert [node.provider_phase for node in listing.items] == ["RUNNING", "sleepwalking", ""]


async def test_each_provider_is_asked_for_its_regions_and_one_that_refuses_costs_its_own() -> None:
    replay = Replay(
        {
            CATALOG: fixture("northflank/list-providers.json"),
            f"{CATALOG}/regions?provider=aws&per_page=100": fixture("northflank/list-regions-aws.json"),
            f"{CATALOG}/regions?provider=moonbase&per_page=100": httpx.Response(400, json={"error": {}}),
        }
    )
    listing = await replay.open(NorthflankAdapter, "shop").regions()
    assert [(region.key, region.location) for region in listing.items] == [
        ("AWS/eu-west-1", "Ireland"),
        ("AWS/eu-west-2", None),
    ]
    assert listing.incomplete == "Northflank rejected the request (400)"
    assert not any("byok" in path for path in replay.asked)


async def test_a_provider_without_an_identity_leaves_the_regions_incomplete() -> None:
    replay = Replay(
        {
            CATALOG: {"data": {"providers": [{"name": "nameless"}, {"id": "aws"}]}},
            f"{CATALOG}/regions": fixture("northflank/list-regions-aws.json"),
        }
    )
    listing = await replay.open(NorthflankAdapter, "shop").regions()
    assert len(listing.items) == 2
    assert listing.incomplete is not None


async def test_machine_types_are_asked_for_where_clusters_run() -> None:
    node_types = fixture("northflank/list-node-types.json")
    replay = Replay({f"{CATALOG}/node-types": node_types})
    used = [(Cloud.AWS, "eu-west-1"), (Cloud.AWS, "eusc-de-east-1"), (Cloud.BYOK, "garage")]
    listing = await replay.open(NorthflankAdapter, "shop").instance_types(used)
    assert [path.partition("?")[2] for path in replay.asked] == [
        "provider=aws&region=eu-west-1&per_page=100",
        "provider=aws-eusc&region=eusc-de-east-1&per_page=100",
    ]
    assert len(listing.items) == 6
    first = listing.items[0]
    assert (first.name, first.cloud, first.region) == ("m6i.xlarge", Cloud.AWS, "eu-west-1")
    assert (first.cpu_millicores, first.memory_mib) == (4000, 16384)


# ---------------------------------------------------------------------- integrations and secrets


async def test_credentials_in_a_list_of_integrations_are_found_nowhere(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    body = fixture("northflank/list-integrations-with-credentials.json")
    adapter = Replay({INTEGRATIONS: body}).open(NorthflankAdapter, "shop")
    listing = await adapter.integrations()
    production, edge = listing.items
    assert (production.description, production.features) == ("Where the shop runs.", ("byoc", "route53"))
    assert (edge.cloud, edge.authentication) == (Cloud.CLOUDFLARE, "apiToken")
    assert [one.external_id for one in listing.unreadable] == ["bent"]
    assert listing.incomplete is not None
    shown = [
        repr(WireIntegrationPage.model_validate(body)),
        repr(listing),
        *(one.model_dump_json() for one in listing.items),
        repr(vars(adapter)),
        caplog.text,
    ]
    assert not [text for text in shown if PLANTED in text]


async def test_keys_in_the_settings_of_a_cluster_are_found_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = fixture("northflank/get-cluster-with-log-store-keys.json")
    adapter = Replay({f"{CLUSTERS}/audited": body}).open(NorthflankAdapter, "shop")
    cluster = await adapter.cluster("audited")
    shown = [repr(cluster), repr(WireCluster.model_validate(body["data"])), repr(vars(adapter)), caplog.text]
    assert not [text for text in shown if PLANTED in text]


async def test_an_answer_that_does_not_read_is_not_quoted_in_the_error() -> None:
    body = fixture("northflank/get-cluster-with-log-store-keys.json")
    body["data"]["status"] = f"{PLANTED}-status"
    adapter = Replay({f"{CLUSTERS}/audited": body}).open(NorthflankAdapter, "shop")
    with pytest.raises(UnexpectedResponse) as raised:
        await adapter.cluster("audited")
    assert PLANTED not in repr(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None or PLANTED not in repr(raised.value.__context__)


# ---------------------------------------------------------------------- captured answers


def example(name: str) -> Any:
    path = published(f"examples/northflank/{name}")
    return json.loads(path.read_text(encoding="utf-8"))


async def test_the_captured_list_of_clusters_reads_without_loss() -> None:
    replay = Replay({CLUSTERS: example("list-clusters.response.json")})
    listing = await replay.open(NorthflankAdapter, "shop").clusters()
    assert (listing.unreadable, listing.incomplete) == ((), None)
    (cluster,) = listing.items
    assert (cluster.external_id, cluster.name) == ("gcp-cluster-1", "GCP Cluster 1")
    assert cluster.description == "This is a new cluster."
    assert (cluster.cloud, cluster.provider_cloud, cluster.regions) == (Cloud.GCP, "gcp", ("europe-west2",))
    assert (cluster.phase, cluster.provider_phase) == (Phase.READY, "running")
    assert (cluster.version, cluster.integration_external_id) == ("1.30", "gcp-integration")
    assert cluster.created_at.isoformat() == "2021-01-20T11:19:53.175000+00:00"
    assert cluster.updated_at == cluster.created_at
    assert cluster.details.node_pools == (
        NodePool(
            id="6aa96121-0345-43ad-bade-af36d540c222",
            node_type="n2-standard-8",
            node_count=3,
            disk_size_gb=100,
            min_nodes=0,
            max_nodes=10,
            is_spot=False,
            gpus=Gpus(kind="h100", count=1, memory_gib=80),
        ),
    )
    half = RequestModifier(cpu=0.5, memory=0.8)
    assert cluster.details.settings == Settings(
        builds=Builds(plan="nf-compute-200"),
        registry=Registry(registry_id="my-registry-credentials"),
        request_modifiers=RequestModifiers(
            services=half, jobs=half, builds=RequestModifier(cpu=0.2, memory=0.5), addons=half
        ),
    )
    assert cluster.details.aws == AwsNetwork(subnets=("eu-west-1a",))
    assert (cluster.details.dns, cluster.details.owned_by) == ("xxxxxxxxxx", "team")
    assert (cluster.capacity.node_count, cluster.capacity.instance_type) == (3, "n2-standard-8")


async def test_the_captured_list_of_nodes_reads_without_loss() -> None:
    replay = Replay({f"{CLUSTERS}/checkout/nodes": example("list-cluster-nodes.response.json")})
    (node,) = (await replay.open(NorthflankAdapter, "shop").nodes(a_cluster())).items
    assert node.model_dump(mode="json") == {
        "account_id": "account",
        "cluster_key": "checkout",
        "external_id": "87a11ea9-3493-40d3-9f50-280c1d7c77a3",
        "name": "gke-nf-example-cluster-nf-951dfaf6-a70a-7697bc0d-n771",
        "phase": "READY",
        "provider_phase": "RUNNING",
        "region": "us-central1",
        "zone": "us-central1-c",
        "instance_type": "n2-standard-4",
        "pool": "951dfaf6-a70a-4550-bab6-b5364d5da20c",
        "created_at": "2000-01-01T12:00:00Z",
    }


async def test_the_captured_list_of_integrations_reads_without_loss() -> None:
    replay = Replay({INTEGRATIONS: example("list-integrations.response.json")})
    (integration,) = (await replay.open(NorthflankAdapter, "shop").integrations()).items
    assert integration.model_dump(mode="json") == {
        "account_id": "account",
        "provider": "northflank",
        "external_id": "example-integration",
        "name": "Example Integration",
        "description": "This is a new cloud provider integration.",
        "cloud": "GCP",
        "provider_cloud": "gcp",
        "authentication": "accessKey",
        "features": ["byoc"],
        "created_at": "2021-01-20T11:19:53.175000Z",
        "cluster_external_ids": None,
    }


async def test_the_invoice_in_whole_tells_what_its_cluster_costs() -> None:
    whole = example("get-invoice.response.json")
    data = {name: value for name, value in whole["data"].items() if name != "byoc"}
    listed = {"data": {"invoices": [data]}, "pagination": {"hasNextPage": False, "count": 1}}
    replay = Replay(
        {
            "/v1/teams/shop/billing/invoices": listed,
            "/v1/teams/shop/billing/invoices/in-0001": whole,
            "/v1/teams/shop/billing/usage": {"data": {}},
        }
    )
    statements = (await replay.open(NorthflankAdapter, "shop").spend()).items
    invoice = next(one for one in statements if one.external_id == "in-0001")
    assert (invoice.total.minor_units, invoice.total.currency, invoice.is_final) == (25621, "USD", True)
    lines = {(line.cluster_external_id, line.amount.minor_units) for line in invoice.lines}
    assert ("gcp-cluster-1", 21351) in lines
    assert invoice.period == "2026-07"


async def test_the_captured_refusal_tells_its_reason() -> None:
    refusal = httpx.Response(401, json=example("error-401.response.json"))
    with pytest.raises(Unauthenticated, match="Unauthorized"):
        await Replay({CLUSTERS: refusal}).open(NorthflankAdapter, "shop").clusters()


def test_every_captured_answer_has_its_test_here() -> None:
    folder = published("examples/northflank")
    assert {path.name for path in folder.glob("*.response.json")} == {
        "error-401.response.json",
        "get-invoice.response.json",
        "list-cluster-nodes.response.json",
        "list-clusters.response.json",
        "list-integrations.response.json",
    }
