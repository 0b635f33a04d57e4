"""A provider that answers success and converts, trims or rounds what it was asked for: the change comes to its end, and
says what differs. One that answers success and does nothing comes to no end, and its deadline says so.
"""

from datetime import timedelta
from typing import Any

import pytest

from fleet.changing.comparison import look
from fleet.changing.settling import GRACE
from fleet.model.account import Account
from fleet.model.change import SetSpendLimit, UpdateCluster, UpdateIntegration, UpgradeCluster
from fleet.model.cluster import Cluster, Phase
from fleet.model.credentials import AwsRole
from fleet.model.money import (
    LimitWanted,
    Money,
    SpendEnforcement,
    SpendLimit,
    SpendLimitBasis,
    SpendLimitState,
    SpendLimitStatus,
    UsageLimit,
)
from fleet.model.operation import Before, Operation, OperationState
from fleet.ports.adapter import Listing, Unreadable
from fleet.ports.reader import Ref
from fleet.providers.cockroachdb import (
    CockroachdbAdvanced,
    CockroachdbClusterPatch,
    CockroachdbDetails,
    CockroachdbPlan,
    CockroachdbRegion,
    RegionNodes,
)
from fleet.providers.northflank import NodePool, NodePoolWanted, NorthflankClusterPatch, NorthflankDetails
from tests.fleet.asked import ADA, creation, operation
from tests.fleet.things import NOON, UNKNOWN_LIMIT, UNLIMITED, account, cluster, integration, limited
from tests.fleet.world import Script, World, Writable

RUNNING, SUCCEEDED = OperationState.RUNNING, OperationState.SUCCEEDED
FAILED, TIMED_OUT = OperationState.FAILED, OperationState.TIMED_OUT


@pytest.fixture
async def linked(world: World) -> tuple[Account, Script]:
    """An account with a link, seen once, whose provider takes every change."""
    world.adapter = Writable
    account, script = await world.connect(provider="northflank")
    link = integration("link", of=account, description="old", features=("byoc",), allowed_teams=("a", "b"))
    script.integrations = Listing(items=(link,))
    await world.observe(account)
    return account, script


@pytest.fixture
async def acme(world: World) -> tuple[Account, Script]:
    """An account with a cluster, seen once, whose provider takes every change."""
    world.adapter = Writable
    account, script = await world.connect(provider="cockroachdb")
    limit = SpendLimitStatus(
        state=SpendLimitState.LIMITED,
        limit=SpendLimit(
            money=Money(minor_units=900, currency="USD"),
            usage=UsageLimit(request_units=9),
            basis=SpendLimitBasis.BOTH,
            enforcement=SpendEnforcement.STOP,
        ),
    )
    web = cluster("web", of=account, version="v25.2.1", labels={"a": "b"}, spend_limit=limit, revision="r1")
    script.clusters = [web]
    script.upgrades = {"web": ("v25.2.2", "v25.4.1")}
    await world.observe(account)
    return account, script


def show(script: Script, **members: Any) -> None:
    """Makes the provider show something else of its link."""
    (link,) = script.integrations.items
    script.integrations = Listing(items=(link.model_copy(update=members),))


async def told(world: World, asked: Operation) -> tuple[OperationState, dict[str, tuple[str, str]]]:
    """What it came to, at its deadline at last, and each thing that was asked for and got otherwise."""
    ended = await world.follow(asked, observations=3, every_seconds=GRACE.total_seconds())
    if not ended.is_final:
        world.clock.at = asked.deadline
        ended = await world.follow(asked)
    return ended.state, {one.field: (one.asked, one.got) for one in ended.differences}


CONVERTED: list[tuple[UpdateIntegration, dict[str, Any], dict[str, tuple[str, str]]]] = [
    (UpdateIntegration(description=" new "), {"description": "new"}, {"description": (" new ", "new")}),
    (
        UpdateIntegration(features=("DNS", "byoc")),
        {"features": ("byoc", "dns")},
        {"features": ("DNS, byoc", "byoc, dns")},
    ),
    (
        UpdateIntegration(allowed_teams=("c", "d")),
        {"allowed_teams": ("d",)},
        {"allowed_teams": ("c, d", "d")},
    ),
    (
        UpdateIntegration(permission_check="Strict"),
        {"permission_check": "strict"},
        {"permission_check": ("Strict", "strict")},
    ),
    (
        UpdateIntegration(description="new", features=("byoc", "dns")),
        {"description": "new"},
        {"features": ("byoc, dns", "byoc")},
    ),
    (UpdateIntegration(description=" "), {"description": None}, {"description": (" ", "none")}),
    (UpdateIntegration(description=""), {"description": None}, {}),
    (
        UpdateIntegration(description="New", credentials=AwsRole(role_arn="other")),
        {"description": "new"},
        {"description": ("New", "new")},
    ),
]


@pytest.mark.parametrize("is_answered", [True, False])
@pytest.mark.parametrize(("change", "shown", "otherwise"), CONVERTED)
async def test_a_link_that_its_provider_changed_in_its_own_way_is_changed(
    world: World,
    linked: tuple[Account, Script],
    change: UpdateIntegration,
    shown: dict[str, Any],
    otherwise: dict[str, tuple[str, str]],
    is_answered: bool,
) -> None:
    account, script = linked
    if not is_answered:
        script.lost.add("relink")
    asked = await world.changer.change_integration(ADA, Ref(account.id, "link"), change)
    show(script, **shown)
    assert await told(world, asked) == (SUCCEEDED, otherwise)


@pytest.mark.parametrize(
    "change",
    [
        UpdateIntegration(description="new"),
        UpdateIntegration(features=("dns",)),
        UpdateIntegration(allowed_teams=("c",)),
        UpdateIntegration(description="new", credentials=AwsRole(role_arn="other")),
    ],
)
async def test_a_link_that_was_not_changed_though_its_provider_said_so_is_no_success(
    world: World, linked: tuple[Account, Script], change: UpdateIntegration
) -> None:
    """What is shown in another order, or beside it, is as it was."""
    account, script = linked
    asked = await world.changer.change_integration(ADA, Ref(account.id, "link"), change)
    show(script, allowed_teams=("b", "a"), name="renamed by somebody")
    state, otherwise = await told(world, asked)
    assert (state, len(otherwise)) == (TIMED_OUT, 1)


async def test_a_link_that_does_not_read_whole_shows_no_conversion(
    world: World, linked: tuple[Account, Script]
) -> None:
    account, script = linked
    change = UpdateIntegration(description="new")
    asked = await world.changer.change_integration(ADA, Ref(account.id, "link"), change)
    show(script, description=None, unread_members=("description: it is a number",))
    assert (await told(world, asked))[0] is TIMED_OUT


async def test_what_a_link_that_does_not_read_showed_before_is_no_difference(
    world: World, linked: tuple[Account, Script]
) -> None:
    account, script = linked
    change = UpdateIntegration(description="new")
    asked = await world.changer.change_integration(ADA, Ref(account.id, "link"), change)
    script.integrations = Listing(items=(), unreadable=(Unreadable(external_id="link", reason="?"),))
    assert await told(world, asked) == (TIMED_OUT, {})


async def test_what_may_be_a_half_of_the_change_is_not_believed_at_once(
    world: World, linked: tuple[Account, Script]
) -> None:
    account, script = linked
    change = UpdateIntegration(description="new", features=("byoc", "dns"))
    asked = await world.changer.change_integration(ADA, Ref(account.id, "link"), change)
    show(script, description="new")
    assert (await world.follow(asked)).state is RUNNING
    show(script, features=("byoc", "dns"))
    assert await told(world, asked) == (SUCCEEDED, {})


LABELS = UpdateCluster(provider="cockroachdb", patch=CockroachdbClusterPatch(labels={"Team": " x "}))
LIMIT = SetSpendLimit(limit=LimitWanted(money=Money(minor_units=537, currency="USD")))
USE = SetSpendLimit(limit=LimitWanted(usage=UsageLimit(request_units=7)))
UPGRADE = UpgradeCluster(version="v25.4.1")
PATCH = UpgradeCluster(version="v25.2.2")
UNLABELLED = UpdateCluster(provider="cockroachdb", patch=CockroachdbClusterPatch(labels=None))

ClusterChange = UpdateCluster | SetSpendLimit | UpgradeCluster
OTHERWISE: list[tuple[ClusterChange, dict[str, Any], dict[str, tuple[str, str]]]] = [
    (
        LABELS,
        {"labels": {"team": "x"}, "revision": "r2"},
        {"labels": ("Team:  x ", "team: x")},
    ),
    (
        LIMIT,
        {"spend_limit": limited(500, SpendLimitBasis.MONEY), "revision": "r2"},
        {"money": ("5.37 USD", "5.00 USD")},
    ),
    (
        USE,
        {"spend_limit": limited(None, SpendLimitBasis.USAGE), "revision": "r2"},
        {"request_units": ("7", "5")},
    ),
    (UPGRADE, {"version": "v25.4.2"}, {"version": ("v25.4.1", "v25.4.2")}),
    (
        LABELS,
        {"labels": {"team": "x"}, "revision": "r2", "unread_members": ("something else: it is a number",)},
        {"labels": ("Team:  x ", "team: x")},
    ),
    (UNLABELLED, {"labels": None, "unread_members": ("something else: it is a number",)}, {}),
]


@pytest.mark.parametrize("is_answered", [True, False])
@pytest.mark.parametrize(("change", "shown", "otherwise"), OTHERWISE)
async def test_a_cluster_that_its_provider_changed_in_its_own_way_is_changed(
    world: World,
    acme: tuple[Account, Script],
    change: ClusterChange,
    shown: dict[str, Any],
    otherwise: dict[str, tuple[str, str]],
    is_answered: bool,
) -> None:
    """Its phase never moves."""
    account, script = acme
    if not is_answered:
        script.lost |= {"update", "limit", "upgrade"}
    asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), change)
    script.become("web", **shown)
    assert await told(world, asked) == (SUCCEEDED, otherwise)


@pytest.mark.parametrize(
    "meanwhile",
    [
        {},
        {"phase": Phase.UPDATING},
        {"is_deletion_protected": True, "revision": "r2"},
        {"labels": {"moves": "by itself"}},
        {"labels": None, "unread_members": ("labels: they are a number",), "revision": "r2"},
    ],
)
@pytest.mark.parametrize("change", [LABELS, LIMIT, USE, UPGRADE, PATCH])
async def test_a_cluster_that_was_not_changed_though_its_provider_said_so_is_no_success(
    world: World, acme: tuple[Account, Script], change: ClusterChange, meanwhile: dict[str, Any]
) -> None:
    """What else somebody sets meanwhile is no sign of it."""
    account, script = acme
    asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), change)
    script.become("web", **meanwhile)
    state, otherwise = await told(world, asked)
    is_hidden = change is LABELS and "unread_members" in meanwhile
    assert (state, len(otherwise)) == (TIMED_OUT, 0 if is_hidden else 1)


async def test_what_a_provider_never_showed_is_not_waited_for(
    world: World, acme: tuple[Account, Script]
) -> None:
    account, script = acme
    script.become("web", labels=None, unread_members=("something else: it is a number",))
    asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), LABELS)
    assert (await world.follow(asked)).state is SUCCEEDED


async def test_a_cluster_that_is_being_changed_has_not_come_to_its_end(
    world: World, acme: tuple[Account, Script]
) -> None:
    account, script = acme
    asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), LABELS)
    script.become("web", labels={"team": "x"}, revision="r2", phase=Phase.UPDATING)
    assert (await world.follow(asked, observations=3, every_seconds=GRACE.total_seconds())).state is RUNNING


async def test_a_cluster_whose_phase_nobody_knows_has_come_to_no_end(
    world: World, acme: tuple[Account, Script]
) -> None:
    account, script = acme
    script.become("web", phase=Phase.UNKNOWN)
    await world.observe(account)
    world.clock.move(seconds=5)
    asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), LABELS)
    script.become("web", labels={"team": "x"}, revision="r2")
    assert (await world.follow(asked, observations=3, every_seconds=GRACE.total_seconds())).state is RUNNING


async def test_a_limit_that_is_not_told_is_not_missed(world: World, acme: tuple[Account, Script]) -> None:
    account, script = acme
    script.lost.add("limit")
    asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), LIMIT)
    script.become("web", spend_limit=UNKNOWN_LIMIT)
    followed = await world.follow(asked, observations=3, every_seconds=GRACE.total_seconds())
    assert (followed.state, followed.absent_observations) == (OperationState.UNCONFIRMED, 0)


async def test_a_stopped_cluster_that_its_provider_changed_in_its_own_way_is_changed(
    world: World, acme: tuple[Account, Script]
) -> None:
    account, script = acme
    script.become("web", phase=Phase.STOPPED)
    await world.observe(account)
    asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), LABELS)
    script.become("web", labels={"team": "x"}, revision="r2")
    assert await told(world, asked) == (SUCCEEDED, {"labels": ("Team:  x ", "team: x")})


@pytest.mark.parametrize(("seconds_left", "state"), [(1, RUNNING), (0, SUCCEEDED)])
async def test_at_its_deadline_a_change_that_was_answered_a_moment_ago_is_what_it_shows(
    world: World, linked: tuple[Account, Script], seconds_left: int, state: OperationState
) -> None:
    account, script = linked
    asked = await world.changer.change_integration(
        ADA, Ref(account.id, "link"), UpdateIntegration(description=" new ")
    )
    late = asked.model_copy(update={"deadline": world.clock.now() + timedelta(seconds=5 + seconds_left)})
    await world.store.save_change(late)
    show(script, description="new")
    assert (await world.follow(asked)).state is state


async def test_no_limit_is_no_other_limit(world: World, acme: tuple[Account, Script]) -> None:
    account, script = acme
    asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), LIMIT)
    script.become("web", spend_limit=UNLIMITED, revision="r2")
    assert (await told(world, asked))[0] is TIMED_OUT


async def test_an_earlier_release_than_the_one_that_was_asked_for_is_on_its_way(
    world: World, acme: tuple[Account, Script]
) -> None:
    account, script = acme
    asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), UPGRADE)
    script.become("web", version="v25.3.1")
    assert (await told(world, asked))[0] is TIMED_OUT


REGIONS = CockroachdbAdvanced(region_nodes=[RegionNodes(region="a", nodes=3, machine_type="m6i.xlarge")])
MACHINES = UpdateCluster(
    provider="cockroachdb", patch=CockroachdbClusterPatch(plan=CockroachdbPlan(advanced=REGIONS))
)
POOLS = UpdateCluster(
    provider="northflank",
    patch=NorthflankClusterPatch(node_pools=[NodePoolWanted(node_type="m5", node_count=1, disk_size_gb=9)]),
)


def with_machines(*machine_types: str) -> Cluster:
    regions = (CockroachdbRegion(name=name, node_count=3, machine_type=name) for name in machine_types)
    return cluster("web", of=account("cockroachdb"), details=CockroachdbDetails(regions=tuple(regions)))


def with_pools(*disk_types: str, zones: tuple[str, ...] = ("a", "b")) -> Cluster:
    shown: dict[str, Any] = {
        "node_type": "m5",
        "node_count": 1,
        "disk_size_gb": 9,
        "availability_zones": zones,
    }
    pools = (NodePool(id=one, disk_type=one, **shown) for one in disk_types)
    return cluster("web", of=account("northflank"), details=NorthflankDetails(node_pools=tuple(pools)))


@pytest.mark.parametrize(
    ("change", "before", "in_another_order", "after"),
    [
        (MACHINES, with_machines("m5", "m6"), with_machines("m6", "m5"), with_machines("m5", "m7")),
        (POOLS, with_pools("gp2", "gp3"), with_pools("gp3", "gp2"), with_pools("gp2", "io1")),
        (POOLS, with_pools("gp2"), with_pools("gp2", zones=("b", "a")), with_pools("gp2", zones=("a",))),
    ],
)
def test_a_look_has_all_that_is_shown_of_a_member_and_no_order(
    change: UpdateCluster, before: Cluster, in_another_order: Cluster, after: Cluster
) -> None:
    assert look(change, before) == look(change, in_another_order)
    assert look(change, before) != look(change, after)


def test_what_is_new_had_no_look() -> None:
    assert look(creation(), cluster("web", of=account())) == {}


def test_of_several_requests_the_first_found_how_it_looked() -> None:
    asked = operation(LABELS, account()).sending(NOON, Before(revision="r1", look={"labels": "1"}))
    deployed = asked.answered(NOON).sending(NOON, Before(revision="r2", look={"labels": "2"}))
    assert (deployed.before.revision, deployed.before.look) == ("r1", {"labels": "1"})
