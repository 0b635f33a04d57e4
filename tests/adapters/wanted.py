"""What is asked of each provider's stand-in where every adapter is held to the same: a line a provider."""

from collections.abc import Mapping
from dataclasses import dataclass

from fleet.model.cloud import Cloud
from fleet.model.money import LimitWanted, UsageLimit
from fleet.model.spec import ClusterPatch, ClusterSpec
from fleet.providers.cockroachdb import (
    CockroachdbClusterPatch,
    CockroachdbClusterSpec,
    CockroachdbPlan,
    CockroachdbServerless,
)
from fleet.providers.kupe import KupeClusterPatch, KupeClusterSpec, KupeClusterType, KupeResources
from fleet.providers.northflank import NodePoolWanted, NorthflankClusterPatch, NorthflankClusterSpec
from fleet.providers.qovery import QoveryClusterPatch, QoveryClusterSpec

NAME = "of-a-contract"
"""A name that every provider takes."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A cluster, what is changed of it, and a limit where there are any."""

    spec: ClusterSpec
    patch: ClusterPatch
    limit: LimitWanted | None = None


WANTED: Mapping[str, Wanted] = {
    "cockroachdb": Wanted(
        spec=CockroachdbClusterSpec(
            cloud=Cloud.GCP,
            plan=CockroachdbPlan(basic=CockroachdbServerless(regions=["us-east1"])),
            labels={"env": "test"},
        ),
        patch=CockroachdbClusterPatch(labels={"env": "prod"}),
        limit=LimitWanted(usage=UsageLimit(request_units=5_000_000, storage_mib=1024)),
    ),
    "kupe": Wanted(
        spec=KupeClusterSpec(
            display_name="Of a contract",
            type=KupeClusterType.SHARED,
            version="1.33",
            resources=KupeResources(cpu="4", memory="16Gi", storage="100Gi"),
            alerts={"receivers": ["somebody"]},
        ),
        patch=KupeClusterPatch(resources=KupeResources(cpu="8"), alerts={"receivers": ["somebody-else"]}),
    ),
    "northflank": Wanted(
        spec=NorthflankClusterSpec(
            integration_external_id="hobby-gcp",
            cloud=Cloud.GCP,
            region="us-central1",
            node_pools=[NodePoolWanted(node_type="n2-standard-4", node_count=2, disk_size_gb=100)],
        ),
        patch=NorthflankClusterPatch(description="Of a contract."),
    ),
    "qovery": Wanted(
        spec=QoveryClusterSpec(
            cloud=Cloud.AWS, region="eu-west-3", instance_type="t3.medium", disk_size_gb=60, max_nodes=3
        ),
        patch=QoveryClusterPatch(max_nodes=5, description="Of a contract."),
    ),
}
