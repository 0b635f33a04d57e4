"""A plan says what its provider does not seem to offer, and only by lists that were seen whole."""

from collections.abc import Iterable

import pytest

from fleet.changing.offers import not_offered
from fleet.model.account import Account
from fleet.model.catalog import InstanceType, Pick, Region
from fleet.model.change import UpdateCluster
from fleet.model.cloud import Cloud
from fleet.model.failure import Unavailable
from fleet.ports.adapter import Listing, Unreadable
from fleet.ports.reader import Ref
from fleet.providers.cockroachdb import CockroachdbClusterSpec
from fleet.providers.northflank import NorthflankClusterPatch, NorthflankClusterSpec
from fleet.providers.qovery import QoveryClusterPatch, QoveryClusterSpec
from tests.fleet.asked import ADA
from tests.fleet.things import cluster, region
from tests.fleet.world import Script, World, Writable

NEAR = Pick(kind=Region, name="eu-1", cloud=Cloud.AWS)
NOWHERE = Pick(kind=Region, name="nowhere-1", cloud=Cloud.AWS)
BIG = Pick(kind=InstanceType, name="big", cloud=Cloud.AWS, region="eu-1")


def machine(of: Account, name: str, where: str | None = "eu-1") -> InstanceType:
    return InstanceType(account_id=of.id, name=name, cloud=Cloud.AWS, region=where)


@pytest.fixture
async def orchard(world: World) -> tuple[Account, Script]:
    world.adapter = Writable
    account, script = await world.connect(provider="qovery")
    script.clusters = [cluster("web", of=account)]
    script.regions = Listing(items=(region("eu-1", of=account), region("eu-2", of=account)))
    script.instance_types = Listing(items=(machine(account, "big"),))
    return account, script


async def said(world: World, account: Account, *picks: Pick) -> tuple[str, ...]:
    await world.observe_all(account)
    tracked = await world.store.account(account.id)
    assert tracked is not None
    return await not_offered(world.store, tracked, picks)


async def test_what_is_on_no_list_is_said_with_the_age_of_the_list(
    world: World, orchard: tuple[Account, Script]
) -> None:
    small = Pick(kind=InstanceType, name="small", cloud=Cloud.AWS, region="eu-1")
    assert await said(world, orchard[0], NEAR, NOWHERE, NOWHERE, BIG, small) == (
        "Qovery may refuse nowhere-1: it is not among the regions in AWS that it listed at 2026-03-02 12:00 UTC.",
        "Qovery may refuse small: it is not among the machine types in eu-1 that it listed at 2026-03-02 12:00 UTC.",
    )


@pytest.mark.parametrize(
    "elsewhere",
    [
        Pick(kind=Region, name="nowhere-1", cloud=Cloud.GCP),
        Pick(kind=InstanceType, name="small", cloud=Cloud.AWS, region="eu-2"),
    ],
)
async def test_nothing_is_said_of_a_place_without_a_list(
    world: World, orchard: tuple[Account, Script], elsewhere: Pick
) -> None:
    assert await said(world, orchard[0], elsewhere) == ()


async def test_nothing_is_said_before_a_list_was_seen(world: World, orchard: tuple[Account, Script]) -> None:
    tracked = await world.store.account(orchard[0].id)
    assert tracked is not None
    assert await not_offered(world.store, tracked, [NOWHERE]) == ()


async def test_nothing_is_said_by_a_list_with_gaps(world: World, orchard: tuple[Account, Script]) -> None:
    account, script = orchard
    script.regions = Listing(
        items=script.regions.items, unreadable=(Unreadable(external_id="nowhere-1", reason="?"),)
    )
    assert await said(world, account, NOWHERE) == ()


async def test_nothing_is_said_by_a_list_that_does_not_come_any_more(
    world: World, orchard: tuple[Account, Script]
) -> None:
    account, script = orchard
    await world.observe_all(account)
    script.wrong["regions"] = Unavailable("It is away.")
    assert await said(world, account, NOWHERE) == ()


async def test_a_machine_that_is_the_same_everywhere_is_on_one_list(
    world: World, orchard: tuple[Account, Script]
) -> None:
    account, script = orchard
    script.instance_types = Listing(items=(machine(account, "big", None),))
    elsewhere = Pick(kind=InstanceType, name="small", cloud=Cloud.AWS, region="eu-9")
    (sentence,) = await said(world, account, BIG, elsewhere)
    assert "small: it is not among the machine types in AWS that" in sentence


async def test_a_serverless_cluster_needs_a_region_for_such(
    world: World, orchard: tuple[Account, Script]
) -> None:
    account, script = orchard
    one, other = (region(name, of=account) for name in ("eu-1", "eu-2"))
    script.regions = Listing(
        items=(
            one.model_copy(update={"is_serverless": False}),
            other.model_copy(update={"is_serverless": True}),
        )
    )
    serverless = Pick(kind=Region, name="eu-1", cloud=Cloud.AWS, is_serverless=True)
    (sentence,) = await said(world, account, NEAR, serverless)
    assert "not among the regions of serverless clusters in AWS" in sentence


async def test_a_plan_holds_it(world: World, orchard: tuple[Account, Script]) -> None:
    account, _ = orchard
    await world.observe_all(account)
    planner = world.changer.planner
    spec = QoveryClusterSpec(cloud=Cloud.AWS, region="nowhere-1", instance_type="big")
    made = await planner.create_cluster(ADA, account.id, "shop", spec)
    assert [one.partition(":")[0] for one in made.warnings] == ["Qovery may refuse nowhere-1"]
    patch = QoveryClusterPatch(instance_type="small")
    changed = await planner.change_cluster(
        ADA, Ref(account.id, "web"), UpdateCluster(provider="qovery", patch=patch)
    )
    assert [one.partition(":")[0] for one in changed.warnings] == ["Qovery may refuse small"]
    kept = await world.store.plan(changed.digest)
    assert kept is not None
    assert kept.warnings == changed.warnings


POOL = {"node_type": "m5.large", "node_count": 1, "disk_size_gb": 100}
WEB = cluster("web")


@pytest.mark.parametrize(
    ("picks", "names"),
    [
        (
            CockroachdbClusterSpec.model_validate(
                {"cloud": "AWS", "plan": {"basic": {"regions": ["a"]}}}
            ).picks(),
            [("a", True)],
        ),
        (
            CockroachdbClusterSpec.model_validate(
                {
                    "cloud": "AWS",
                    "plan": {
                        "advanced": {
                            "region_nodes": [{"region": "a", "nodes": 3}],
                            "vcpus": 4,
                            "storage_gib": 15,
                        }
                    },
                }
            ).picks(),
            [("a", False)],
        ),
        (
            NorthflankClusterSpec.model_validate(
                {"cloud": "AWS", "region": "a", "integration_external_id": "i", "node_pools": [POOL]}
            ).picks(),
            [("a", False), ("m5.large", False)],
        ),
        (NorthflankClusterPatch.model_validate({"node_pools": [POOL]}).picks(WEB), [("m5.large", False)]),
        (NorthflankClusterPatch(name="New name").picks(WEB), []),
        (QoveryClusterPatch(name="New").picks(WEB), []),
    ],
)
def test_what_is_chosen_from_lists_is_known_of_each_provider(
    picks: Iterable[Pick], names: list[tuple[str, bool]]
) -> None:
    assert [(one.name, one.is_serverless) for one in picks] == names
