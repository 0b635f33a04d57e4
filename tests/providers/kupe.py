"""Kupe Cloud, as every adapter is held to the same."""

from adapters.kupe import KupeAdapter
from fleet.providers.kupe import KupeClusterPatch, KupeClusterSpec, KupeClusterType, KupeResources
from fleetgraph.testing import Kit
from gateway.providers.kupe import TYPES
from sandbox import RateLimit
from sandbox.kupe.api import Kupe
from tests.adapters.replay import FIXTURES
from tests.sandbox.facts import Facts

KIT = Kit(
    adapter=KupeAdapter,
    fake=Kupe,
    types=TYPES,
    fixtures=FIXTURES / "kupe",
    listing={"/api/v1/tenants/acme/clusters": "list-clusters.json"},
    spec=KupeClusterSpec(
        display_name="Of a contract",
        type=KupeClusterType.SHARED,
        version="1.33",
        resources=KupeResources(cpu="4", memory="16Gi", storage="100Gi"),
        alerts={"receivers": ["somebody"]},
    ),
    patch=KupeClusterPatch(resources=KupeResources(cpu="8"), alerts={"receivers": ["somebody-else"]}),
)
FACTS = Facts(
    path=lambda tenant: f"/api/v1/tenants/{tenant}/clusters",
    items=lambda body: body["items"],
    identity=frozenset({"name", "createdAt"}),
    not_found={"error": "not found"},
    rate_limit=RateLimit(requests=50, window_seconds=10),
)
