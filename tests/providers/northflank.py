"""Northflank, as every adapter is held to the same."""

from adapters.northflank import NorthflankAdapter
from fleet.model.cloud import Cloud
from fleet.providers.northflank import NodePoolWanted, NorthflankClusterPatch, NorthflankClusterSpec
from fleetgraph.testing import Kit
from sandbox.northflank.api import Northflank
from tests.adapters.replay import FIXTURES

KIT = Kit(
    adapter=NorthflankAdapter,
    fake=Northflank,
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
