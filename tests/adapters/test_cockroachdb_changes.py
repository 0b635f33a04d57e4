"""CockroachDB Cloud changed over HTTP, in every version of its API, as far as each can."""

from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.cockroachdb import CockroachdbAdapter
from adapters.cockroachdb.convert import to_cluster
from adapters.cockroachdb.wire import WireCluster
from fleet.model.capability import Capability
from fleet.model.cluster import Cluster, Phase
from fleet.model.failure import Rejected
from fleet.model.money import LimitWanted, Money, SpendLimitState, UsageLimit
from fleet.model.node import Node
from fleet.model.refusal import InvalidInput, Unsupported
from fleet.ports.adapter import Listing
from fleet.providers.cockroachdb import CockroachdbClusterPatch, CockroachdbClusterSpec
from fleetgraph.testing.setting import Setting
from tests.adapters.replay import Replay, fixture

NAME = "notorious-moose"
BY_MONEY = ("2022-03-31", "2022-09-20", "2023-04-10")
TODAY = "2024-09-16"
FREE = {"money": {"minor_units": 0, "currency": "USD"}}


@pytest.fixture
def provider() -> str:
    return "cockroachdb"


def pinned(here: Setting, version: str) -> Any:
    """The first account, as if it had been connected with this version."""
    account, token = here.accounts()[0]
    return here.open(account.model_copy(update={"api_version": version}), SecretStr(token.get_secret_value()))


def spec(plan: Any, **more: Any) -> CockroachdbClusterSpec:
    return CockroachdbClusterSpec.model_validate({"cloud": "GCP", "plan": plan, **more})


def patch(**given: Any) -> CockroachdbClusterPatch:
    return CockroachdbClusterPatch.model_validate(given)


def usd(cents: int) -> LimitWanted:
    return LimitWanted(money=Money(minor_units=cents, currency="USD"))


async def named(adapter: Any, name: str) -> Cluster:
    listing: Listing[Cluster] = await adapter.clusters()
    return next(cluster for cluster in listing.items if cluster.name == name)


async def made(here: Setting, adapter: Any, wanted: CockroachdbClusterSpec) -> Cluster:
    created = await adapter.create_cluster(NAME, wanted)
    assert (created.phase, created.name) == (Phase.PROVISIONING, NAME)
    here.sandbox_clock.advance(20)
    cluster: Cluster = await adapter.cluster(created.external_id)
    assert cluster.phase is Phase.READY
    assert wanted.matches(cluster)
    return cluster


def changes(here: Setting) -> list[tuple[str, str]]:
    return [
        (request.method, request.path.rpartition("/")[2])
        for request in here.server.requests
        if request.method != "GET"
    ]


# ---------------------------------------------------------------------- from beginning to end


@pytest.mark.parametrize("version", BY_MONEY)
async def test_a_free_cluster_is_made_limited_in_cents_and_deleted(here: Setting, version: str) -> None:
    adapter = pinned(here, version)
    cluster = await made(here, adapter, spec({"basic": {"regions": ["us-east1"], "spend_limit": FREE}}))
    assert cluster.plan == "SERVERLESS"
    assert usd(0).matches(cluster.spend_limit)
    await adapter.set_spend_limit(cluster, usd(1500))
    limited = await adapter.cluster(cluster.external_id)
    assert usd(1500).matches(limited.spend_limit)
    with pytest.raises(Unsupported):
        await adapter.clear_spend_limit(limited)
    await adapter.delete_cluster(limited)
    assert (await adapter.cluster(cluster.external_id)).phase is Phase.DELETED
    limiting = ("PUT", "spend-limit") if version == "2022-03-31" else ("PATCH", cluster.external_id)
    assert changes(here) == [("POST", "clusters"), limiting, ("DELETE", cluster.external_id)]


async def test_today_the_same_is_made_limited_in_use_and_deleted(here: Setting) -> None:
    adapter = pinned(here, TODAY)
    cluster = await made(here, adapter, spec({"basic": {"regions": ["us-east1"]}}, labels={"env": "test"}))
    assert cluster.spend_limit.state is SpendLimitState.UNLIMITED
    use = LimitWanted(usage=UsageLimit(request_units=5_000_000, storage_mib=512))
    for limit in (use, usd(2500)):
        await adapter.set_spend_limit(cluster, limit)
        assert limit.matches((await adapter.cluster(cluster.external_id)).spend_limit)
    await adapter.clear_spend_limit(cluster)
    assert (await adapter.cluster(cluster.external_id)).spend_limit.state is SpendLimitState.UNLIMITED
    await adapter.delete_cluster(cluster)
    assert (await adapter.cluster(cluster.external_id)).phase is Phase.DELETED
    assert {path for method, path in changes(here) if method == "PATCH"} == {cluster.external_id}


async def test_in_between_use_is_set_beside_money(here: Setting) -> None:
    adapter = pinned(here, "2023-04-10")
    cluster = await made(here, adapter, spec({"basic": {"regions": ["us-east1"]}}))
    use = LimitWanted(usage=UsageLimit(request_units=7, storage_mib=9))
    await adapter.set_spend_limit(cluster, use)
    assert use.matches((await adapter.cluster(cluster.external_id)).spend_limit)


async def test_a_standard_cluster_is_made_with_vcpus_in_two_regions(here: Setting) -> None:
    limit = {"usage": {"provisioned_vcpus": 2}}
    standard = {"regions": ["us-east1", "us-west2"], "primary_region": "us-west2", "spend_limit": limit}
    cluster = await made(here, pinned(here, TODAY), spec({"standard": standard}, is_deletion_protected=True))
    assert cluster.capacity.total.cpu_millicores == 2000
    assert cluster.is_deletion_protected


@pytest.mark.parametrize("version", [*BY_MONEY, TODAY])
async def test_machines_of_ones_own_are_made_and_scaled(here: Setting, version: str) -> None:
    adapter = pinned(here, version)
    nodes = [{"region": "us-east1", "nodes": 3}]
    machines = {"region_nodes": nodes, "vcpus": 4, "storage_gib": 100}
    cluster = await made(here, adapter, spec({"advanced": machines}))
    listed: Listing[Node] = await adapter.nodes(cluster)
    assert len(listed.items) == 3
    more = {"region_nodes": [*nodes, {"region": "us-west2", "nodes": 3}], "vcpus": 8, "storage_gib": 200}
    larger = patch(plan={"advanced": more})
    assert not larger.matches(cluster)
    await adapter.update_cluster(cluster, larger)
    assert (await adapter.cluster(cluster.external_id)).phase is Phase.UPDATING
    here.sandbox_clock.advance(12)
    scaled = await adapter.cluster(cluster.external_id)
    assert (scaled.phase, scaled.capacity.node_count) == (Phase.READY, 6)
    assert larger.matches(scaled)


# ---------------------------------------------------------------------- changes one by one


async def test_an_upgrade_is_done_when_the_new_version_is_shown(here: Setting) -> None:
    adapter = pinned(here, TODAY)
    cluster = await named(adapter, "tracking-events")
    wanted = patch(version="v25.4")
    assert not wanted.matches(cluster)
    await adapter.update_cluster(cluster, wanted)
    assert (await adapter.cluster(cluster.external_id)).phase is Phase.UPDATING
    here.sandbox_clock.advance(20)
    upgraded = await adapter.cluster(cluster.external_id)
    assert (upgraded.phase, upgraded.version) == (Phase.READY, "v25.4.0")
    assert wanted.matches(upgraded)


@pytest.mark.parametrize(
    "given",
    [
        {"labels": {"team": "dispatch"}},
        {"labels": None},
        {"is_deletion_protected": True},
        {"plan": {"standard": {"regions": ["us-central1", "europe-west1"], "primary_region": "us-central1"}}},
        {"plan": {"basic": {"regions": ["us-central1"], "spend_limit": {"usage": {"request_units": 7}}}}},
        {"labels": {}, "is_deletion_protected": True, "plan": {"basic": {"regions": ["us-central1"]}}},
    ],
    ids=str,
)
async def test_what_was_changed_is_shown_and_was_not_before(here: Setting, given: Any) -> None:
    adapter = pinned(here, TODAY)
    cluster = await named(adapter, "dispatch-board")
    wanted = patch(**given)
    assert not wanted.matches(cluster)
    await adapter.update_cluster(cluster, wanted)
    changed = await adapter.cluster(cluster.external_id)
    assert wanted.matches(changed)
    assert changed.revision != cluster.revision


# ---------------------------------------------------------------------- what is refused, and where


async def test_what_is_refused_by_us_never_goes_out(here: Setting) -> None:
    adapter = pinned(here, TODAY)
    standard = await named(adapter, "dispatch-board")
    here.server.requests.clear()
    for refused in (
        adapter.set_spend_limit(standard, usd(2500)),
        adapter.update_cluster(standard, patch(plan={"standard": {"regions": ["europe-west1"]}})),
    ):
        with pytest.raises(InvalidInput):
            await refused
    assert len(here.server.requests) == 0


async def test_a_cluster_billed_by_its_machines_has_no_limit_to_set_or_to_clear(here: Setting) -> None:
    for version in (*BY_MONEY, TODAY):
        adapter = pinned(here, version)
        cluster = await named(adapter, "tracking-events")
        for refused in (adapter.set_spend_limit(cluster, usd(2500)), adapter.clear_spend_limit(cluster)):
            with pytest.raises(Unsupported) as raised:
                await refused
            assert raised.value.capability is Capability.SPEND_LIMIT


async def test_a_locked_or_protected_cluster_is_refused_with_the_providers_message(here: Setting) -> None:
    adapter = pinned(here, TODAY)
    with pytest.raises(Rejected, match="locked"):
        await adapter.update_cluster(await named(adapter, "billing-vault"), patch(labels={}))
    with pytest.raises(Rejected, match="protected"):
        await adapter.delete_cluster(await named(adapter, "tracking-events"))


# ---------------------------------------------------------------------- answers


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200),
        httpx.Response(204),
        httpx.Response(200, json={}),
        httpx.Response(200, json=fixture("cockroachdb/cluster-deleted.json")),
    ],
    ids=["empty", "no content", "empty object", "the cluster"],
)
async def test_a_deletion_is_answered_by_nothing_or_by_the_cluster(answer: httpx.Response) -> None:
    cluster = to_cluster(WireCluster.model_validate({"id": "a/b", "name": "a"}), "account")
    replay = Replay({"/api/v1/clusters/a%2Fb": answer})
    await replay.open(CockroachdbAdapter).delete_cluster(cluster)
    assert [(request.method, request.content) for request in replay.requests] == [("DELETE", b"")]
