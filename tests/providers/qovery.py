"""Qovery, as every adapter is held to the same."""

from adapters.qovery import QoveryAdapter
from fleet.model.cloud import Cloud
from fleet.providers.qovery import QoveryClusterPatch, QoveryClusterSpec
from fleetgraph.testing import Kit
from sandbox.qovery.api import Qovery
from tests.adapters.replay import FIXTURES

KIT = Kit(
    adapter=QoveryAdapter,
    fake=Qovery,
    fixtures=FIXTURES / "qovery",
    listing={
        "/organization/acme/cluster": "list-clusters.json",
        "/organization/acme/cluster/status": "list-statuses.json",
    },
    spec=QoveryClusterSpec(
        cloud=Cloud.AWS, region="eu-west-3", instance_type="t3.medium", disk_size_gb=60, max_nodes=3
    ),
    patch=QoveryClusterPatch(max_nodes=5, description="Of a contract."),
    credentials=("aws keys", "aws role", "azure tenant", "gcp key", "own machines", "scaleway keys"),
)
