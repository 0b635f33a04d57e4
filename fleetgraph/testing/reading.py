"""The contract of what every adapter shows, tested against its fake provider."""

from collections import defaultdict
from typing import Any

import pytest

from fleet.model.capability import Capability
from fleet.model.cluster import Cluster, Phase
from fleet.model.failure import NotFound
from fleet.ports.adapter import (
    EstimatesCost,
    Listing,
    ListsInstanceTypes,
    ListsIntegrations,
    ListsNodes,
    ListsRegions,
    ListsVersions,
    ReadsCluster,
    ReadsConnection,
)
from fleetgraph.testing.kit import Kit
from fleetgraph.testing.rules import proves
from fleetgraph.testing.setting import Setting, replaying

NOT_SERVING = set(Phase) - {Phase.READY, Phase.UPDATING, Phase.DEGRADED}


# ---------------------------------------------------------------------- what is listed


@proves("clusters-once")
async def test_every_account_shows_its_clusters_each_once(here: Setting) -> None:
    shown = 0
    for adapter in here.adapters():
        listing = await adapter.clusters()
        assert (listing.unreadable, listing.incomplete) == ((), None)
        assert len({cluster.key for cluster in listing.items}) == len(listing.items)
        for cluster in listing.items:
            assert (cluster.account_id, cluster.provider) == (adapter.account.id, adapter.provider.key)
            assert cluster.phase is not Phase.UNKNOWN or cluster.provider_phase
        shown += len(listing.items)
    assert shown > len(here.accounts())


@proves("stable-revision")
async def test_a_second_listing_is_the_same(here: Setting) -> None:
    for adapter in here.adapters():
        assert await adapter.clusters() == await adapter.clusters()


@proves("stable-revision")
async def test_phases_come_and_go_and_the_revision_stays(here: Setting) -> None:
    phases: dict[tuple[str, str], set[Phase]] = defaultdict(set)
    revisions: dict[tuple[str, str], set[str]] = defaultdict(set)
    for _ in range(12):
        for adapter in here.adapters():
            for cluster in (await adapter.clusters()).items:
                phases[cluster.account_id, cluster.key].add(cluster.phase)
                revisions[cluster.account_id, cluster.key].add(cluster.revision)
        here.sandbox_clock.advance(11)
    assert any(len(different) > 1 for different in phases.values())
    assert {key: different for key, different in revisions.items() if len(different) > 1} == {}


@proves("storable")
async def test_a_cluster_survives_being_stored(here: Setting, kit: Kit) -> None:
    for adapter in here.adapters():
        for cluster in (await adapter.clusters()).items:
            assert (
                Cluster.model_validate_json(cluster.model_dump_json(), context={kit.key: kit.provider})
                == cluster
            )


@proves("recorded-answers")
async def test_an_answer_that_was_recorded_is_read_whole(kit: Kit) -> None:
    name = kit.provider.name
    assert kit.listing, f"{name} has no recorded answer: name one in Kit.listing."
    missing = [file for file in kit.listing.values() if not (kit.fixtures / file).is_file()]
    assert not missing, f"{name} has no recorded answer: write {kit.fixtures / missing[0]}."
    listing = await replaying(kit).clusters()
    assert listing.items, (
        f"The recorded answers of {name} hold no cluster: put a real one into {kit.fixtures}."
    )
    is_whole(listing)


# ---------------------------------------------------------------------- what is offered beside


@proves("reads-one-cluster", ReadsCluster)
async def test_a_cluster_read_by_itself_is_the_one_that_was_listed(here: Setting) -> None:
    for adapter in here.adapters():
        for cluster in (await adapter.clusters()).items:
            alone = await adapter.cluster(cluster.external_id)
            assert alone.model_copy(update={"provider_revision": None}) == cluster
            if Capability.CONDITIONAL_UPDATE not in adapter.provider.unsupported:
                assert alone.provider_revision


@proves("reads-one-cluster", ReadsCluster)
async def test_a_cluster_that_is_not_there_is_not_found(here: Setting) -> None:
    with pytest.raises(NotFound):
        await here.adapter.cluster("no/such cluster?")


@proves("nodes", ListsNodes)
async def test_nodes_belong_to_their_cluster_and_are_each_there_once(here: Setting) -> None:
    nodes = 0
    for adapter in here.adapters():
        for cluster in (await adapter.clusters()).items:
            if Capability.LIST_NODES in cluster.unsupported or cluster.phase is Phase.DELETED:
                continue
            listing = await adapter.nodes(cluster)
            assert (listing.unreadable, listing.incomplete) == ((), None)
            assert len({node.key for node in listing.items}) == len(listing.items)
            assert {node.cluster_key for node in listing.items} <= {cluster.key}
            nodes += len(listing.items)
    assert nodes


@proves("integrations", ListsIntegrations)
async def test_integrations_are_each_there_once(here: Setting) -> None:
    for adapter in here.adapters():
        is_whole(await adapter.integrations())


@proves("regions", ListsRegions)
async def test_regions_are_each_there_once(here: Setting) -> None:
    for adapter in here.adapters():
        is_whole(await adapter.regions())


@proves("versions", ListsVersions)
async def test_versions_on_offer_are_each_there_once(here: Setting) -> None:
    """An account whose version of the API is too old may list none."""
    listings = [await adapter.versions() for adapter in here.adapters()]
    assert any(listing.items for listing in listings)
    for listing in listings:
        if listing.items:
            is_whole(listing)


@proves("instance-types", ListsInstanceTypes)
async def test_machine_types_are_each_there_once(here: Setting) -> None:
    for adapter in here.adapters():
        clusters = (await adapter.clusters()).items
        is_whole(
            await adapter.instance_types({(one.cloud, region) for one in clusters for region in one.regions})
        )


@proves("cost-estimate", EstimatesCost)
async def test_an_estimate_has_a_range(here: Setting) -> None:
    for adapter in here.adapters():
        for cluster in (await adapter.clusters()).items:
            estimate = await adapter.cost_estimate(cluster)
            assert estimate is None or estimate.minimum.minor_units <= estimate.maximum.minor_units


@proves("connection")
async def test_only_a_cluster_that_serves_has_a_connection(here: Setting, kit: Kit) -> None:
    for adapter in here.adapters():
        for cluster in (await adapter.clusters()).items:
            assert cluster.connection is None or cluster.phase not in NOT_SERVING
            if issubclass(kit.adapter, ReadsConnection):
                assert (await adapter.connection(cluster) is None) == (cluster.phase in NOT_SERVING)


def is_whole(listing: Listing[Any]) -> None:
    assert listing.items
    assert (listing.unreadable, listing.incomplete) == ((), None)
    assert len({item.key for item in listing.items}) == len(listing.items)
