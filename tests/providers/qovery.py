"""Qovery, as every adapter is held to the same."""

from adapters.qovery import QoveryAdapter
from fleet.model.cloud import Cloud
from fleet.providers.qovery import QoveryClusterPatch, QoveryClusterSpec
from fleetgraph.testing import Kit
from gateway.providers.qovery import TYPES
from sandbox import RateLimit
from sandbox.qovery.api import Qovery
from tests.adapters.replay import FIXTURES
from tests.sandbox.facts import Facts

CREDENTIALS = "6b46d7ef-a7e4-45d9-bc84-03668be19666"
"""Those for AWS of the fake's first organization. Without any, nothing is deployed."""

KIT = Kit(
    adapter=QoveryAdapter,
    fake=Qovery,
    types=TYPES,
    fixtures=FIXTURES / "qovery",
    listing={
        "/organization/acme/cluster": "list-clusters.json",
        "/organization/acme/cluster/status": "list-statuses.json",
    },
    spec=QoveryClusterSpec(
        cloud=Cloud.AWS,
        region="eu-west-3",
        integration_external_id=CREDENTIALS,
        instance_type="t3.medium",
        disk_size_gb=60,
        max_nodes=3,
    ),
    patch=QoveryClusterPatch(max_nodes=5, description="Of a contract."),
    credentials=("aws keys", "aws role", "azure tenant", "gcp key", "own machines", "scaleway keys"),
)
FACTS = Facts(
    scheme="Token",
    path=lambda organization: f"/organization/{organization}/cluster",
    items=lambda body: body["results"],
    identity=frozenset({"id", "name"}),
    not_found={"status": 404, "error": "Not Found", "detail": "not found"},
    rate_limit=RateLimit(requests=1000, window_seconds=3600),
    wait=lambda seconds, now: {"X-RateLimit-Reset": str(int(now.timestamp()) + seconds)},
)
