"""Northflank, as every adapter is held to the same."""

from adapters.northflank import NorthflankAdapter
from fleet.model.cloud import Cloud
from fleet.providers.northflank import NodePoolWanted, NorthflankClusterPatch, NorthflankClusterSpec
from fleetgraph.testing import Kit
from gateway.providers.northflank import TYPES
from sandbox import RateLimit
from sandbox.northflank.api import Northflank
from tests.adapters.replay import FIXTURES
from tests.sandbox.facts import Facts

KIT = Kit(
    adapter=NorthflankAdapter,
    fake=Northflank,
    types=TYPES,
    fixtures=FIXTURES / "northflank",
    listing={"/v1/teams/acme/cloud-providers/clusters": "list-clusters.json"},
    spec=NorthflankClusterSpec(
        integration_external_id="hobby-gcp",
        cloud=Cloud.GCP,
        region="us-central1",
        node_pools=[NodePoolWanted(node_type="n2-standard-4", node_count=2, disk_size_gb=100)],
    ),
    patch=NorthflankClusterPatch(description="Of a contract."),
    credentials=(
        "akamai client",
        "api key",
        "aws keys",
        "aws role",
        "azure application",
        "backblaze key",
        "cloudflare key",
        "cloudflare token",
        "gcp key",
        "kubeconfig",
        "oci user",
    ),
)
FACTS = Facts(
    path=lambda team: f"/v1{f'/teams/{team}' if team else ''}/cloud-providers/clusters",
    items=lambda body: body["data"]["clusters"],
    identity=frozenset({"id", "name"}),
    not_found={"error": {"status": 404, "message": "not found"}},
    rate_limit=RateLimit(requests=1000, window_seconds=3600),
    wait=lambda seconds, _: {"X-RateLimit-Reset": str(seconds)},
)
