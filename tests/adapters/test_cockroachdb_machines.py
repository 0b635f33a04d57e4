"""Regions with machines of their own, made, changed and made uniform again over HTTP."""

from typing import Any

import pytest
from pydantic import SecretStr

from fleet.model.cluster import Cluster
from fleet.model.failure import Rejected
from fleet.providers.cockroachdb import CockroachdbClusterPatch, CockroachdbClusterSpec, CockroachdbDetails
from fleetgraph.testing.setting import Setting

EAST, WEST = "us-east1", "europe-west1"


@pytest.fixture
def provider() -> str:
    return "cockroachdb"


def machines(cluster: Cluster) -> dict[str, Any]:
    assert isinstance(cluster.details, CockroachdbDetails)
    return {region.name: (region.node_count, region.vcpus) for region in cluster.details.regions}


def patch(**advanced: Any) -> CockroachdbClusterPatch:
    return CockroachdbClusterPatch.model_validate({"plan": {"advanced": advanced}})


async def test_regions_are_given_machines_of_their_own_resized_alone_and_made_alike(here: Setting) -> None:
    account, token = next(one for one in here.accounts() if one[0].name == "Paperboat Games")
    adapter: Any = here.open(account, SecretStr(token.get_secret_value()))
    regions = [{"region": EAST, "nodes": 3, "vcpus": 4}, {"region": WEST, "nodes": 3, "vcpus": 8}]
    spec = CockroachdbClusterSpec.model_validate(
        {"cloud": "GCP", "plan": {"advanced": {"region_nodes": regions, "storage_gib": 150}}}
    )
    made = await adapter.create_cluster("paper-mixed", spec)
    here.sandbox_clock.advance(20)

    async def now() -> Cluster:
        found: Cluster = await adapter.cluster(made.external_id)
        return found

    mixed = await now()
    assert machines(mixed) == {EAST: (3, 4), WEST: (3, 8)}
    assert mixed.capacity.total.cpu_millicores == 36_000
    assert mixed.capacity.per_node.cpu_millicores is None
    assert spec.matches(mixed)
    assert not patch(region_nodes=[{**regions[0], "vcpus": 8}, regions[1]]).matches(mixed)

    wanted = patch(region_nodes=[{"region": EAST, "nodes": 3, "vcpus": 16}, {"region": WEST, "nodes": 4}])
    await adapter.update_cluster(mixed, wanted)
    here.sandbox_clock.advance(20)
    resized = await now()
    assert machines(resized) == {EAST: (3, 16), WEST: (4, 8)}
    assert resized.revision != mixed.revision
    assert wanted.matches(resized)

    await adapter.update_cluster(resized, patch(vcpus=8))
    here.sandbox_clock.advance(20)
    alike = await now()
    assert machines(alike) == {EAST: (3, 8), WEST: (4, 8)}
    assert alike.capacity.per_node.cpu_millicores == 8000


async def test_less_storage_than_a_machine_comes_with_is_refused_with_the_providers_message(
    here: Setting,
) -> None:
    account, token = here.accounts()[0]
    adapter: Any = here.open(account, SecretStr(token.get_secret_value()))
    cluster = next(one for one in (await adapter.clusters()).items if one.name == "tracking-events")
    with pytest.raises(Rejected, match="storage_gib"):
        await adapter.update_cluster(cluster, patch(storage_gib=1))
