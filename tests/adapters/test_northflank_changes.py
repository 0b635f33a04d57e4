"""Changes at Northflank's fake: pools that keep what nobody spoke of, links, and machines that are tended."""

import json
from typing import Any

import pytest

from fleet.model.change import CreateIntegration, UpdateIntegration
from fleet.model.cluster import Cluster, Phase
from fleet.model.failure import Conflict, NotFound
from fleet.model.integration import Integration
from fleet.model.node import Node, NodePhase
from fleet.model.refusal import Failing
from fleet.ports.adapter import Listing
from fleet.providers.northflank import NorthflankClusterPatch, NorthflankClusterSpec
from fleetgraph.testing.credentials import KINDS
from fleetgraph.testing.setting import Setting

pytestmark = pytest.mark.parametrize("provider", ["northflank"])
PATCH = NorthflankClusterPatch(description="New words")


def team(here: Setting) -> Any:
    return here.adapters()[1]


async def link(adapter: Any, name: str) -> Integration:
    listing: Listing[Integration] = await adapter.integrations()
    return next(one for one in listing.items if one.name == name)


def pools_of(cluster: Cluster, **changed: object) -> NorthflankClusterPatch:
    """All pools as they are, the first one but for what is changed."""
    shown = cluster.details.model_dump()["node_pools"]
    return NorthflankClusterPatch.model_validate({"node_pools": [shown[0] | changed, *shown[1:]]})


# ---------------------------------------------------------------------- clusters


async def test_a_cluster_is_made_through_a_link_of_a_person_or_a_team(here: Setting) -> None:
    for adapter, name in zip(here.adapters(), ("Hobby GCP", "Render farm GCP"), strict=True):
        spec = NorthflankClusterSpec.model_validate(
            {
                "integration_external_id": (await link(adapter, name)).external_id,
                "cloud": "GCP",
                "region": "europe-west2",
                "description": "Made by a test.",
                "node_pools": [
                    {"node_type": "n2-standard-4", "node_count": 2, "disk_size_gb": 100},
                    {
                        "node_type": "n2-standard-8",
                        "node_count": 0,
                        "disk_size_gb": 50,
                        "min_nodes": 0,
                        "max_nodes": 4,
                        "availability_zones": ["europe-west2-a"],
                    },
                ],
            }
        )
        created = await adapter.create_cluster("Made Here", spec)
        assert (created.name, created.phase) == ("Made Here", Phase.PROVISIONING)
        assert spec.matches(await adapter.cluster(created.external_id))
        with pytest.raises(Conflict):
            await adapter.create_cluster("Made Here", spec)


async def test_pools_keep_what_nobody_spoke_of(here: Setting) -> None:
    adapter, sent = team(here), here.record()
    before = await adapter.cluster("review-tool")
    patch = pools_of(before, max_nodes=12)
    assert not patch.matches(before)
    await adapter.update_cluster(before, patch)
    after = await adapter.cluster("review-tool")
    assert patch.matches(after)
    assert [pool.id for pool in after.details.node_pools] == [pool.id for pool in before.details.node_pools]
    (request,) = sent
    assert json.loads(request.content).keys() == {"nodePools"}
    first, second = json.loads(request.content)["nodePools"]
    assert first["preemptible"] is False
    assert second["labels"] == {"workload": "transcode"}


async def test_a_change_of_settings_since_the_reading_is_a_conflict_and_nothing_is_sent(
    here: Setting,
) -> None:
    adapter = team(here)
    stale = await adapter.cluster("client-portal")
    await adapter.update_cluster(stale, NorthflankClusterPatch(name="Client Door"))
    sent = here.record()
    with pytest.raises(Conflict) as conflict:
        await adapter.update_cluster(stale, PATCH)
    now = await adapter.cluster("client-portal")
    assert conflict.value.revision == now.revision != stale.revision
    assert sent == []
    await adapter.update_cluster(now, PATCH)
    after = await adapter.cluster("client-portal")
    assert (after.name, after.description) == ("Client Door", "New words")


@pytest.mark.parametrize("fault", ["reset", "truncated", "server-error", "malformed-item"])
async def test_what_fails_while_reading_leaves_no_doubt_that_nothing_was_sent(
    here: Setting, fault: str
) -> None:
    adapter = team(here)
    cluster, sent = await adapter.cluster("client-portal"), here.record()
    here.server.fault(fault, method="GET")
    with pytest.raises(Failing):
        await adapter.update_cluster(cluster, PATCH)
    assert sent == []


async def test_a_cluster_that_is_gone_is_not_found(here: Setting) -> None:
    adapter = team(here)
    gone = (await adapter.cluster("client-portal")).model_copy(update={"external_id": "gone"})
    for refused in (adapter.update_cluster(gone, PATCH), adapter.delete_cluster(gone)):
        with pytest.raises(NotFound):
            await refused


async def test_a_cluster_that_projects_use_is_not_deleted(here: Setting) -> None:
    adapter = team(here)
    with pytest.raises(Conflict, match="in use by projects"):
        await adapter.delete_cluster(await adapter.cluster("review-tool"))
    await adapter.delete_cluster(await adapter.cluster("deep-archive"))
    assert (await adapter.cluster("deep-archive")).phase is Phase.DELETING


# ---------------------------------------------------------------------- links


async def test_a_link_in_use_is_not_deleted(here: Setting) -> None:
    adapter = team(here)
    with pytest.raises(Conflict, match="in use by a cluster"):
        await adapter.delete_integration(await link(adapter, "Production AWS"))


async def test_a_link_takes_a_role_and_keeps_the_rest_of_its_settings(here: Setting) -> None:
    adapter = team(here)
    staging, sent = await link(adapter, "Staging AWS"), here.record()
    await adapter.update_integration(staging, UpdateIntegration(credentials=KINDS["aws role"]))
    assert json.loads(sent[0].content)["aws"] == {
        "authenticationMode": "crossAccountRole",
        "permissionCheckLevel": "ignore-implicit-deny-by-organization",
    }
    after = await link(adapter, "Staging AWS")
    assert after == staging.model_copy(update={"authentication": "crossAccountRole"})
    await adapter.update_integration(after, UpdateIntegration(credentials=KINDS["aws role"]))
    assert json.loads(sent[1].content).keys() == {"credentials"}


async def test_the_description_and_the_features_of_a_link_are_changed_alone(here: Setting) -> None:
    adapter = team(here)
    before = await link(adapter, "Azure UK")
    wanted = UpdateIntegration(description="For the portal.", features=("byoc", "byoc-logs"))
    await adapter.update_integration(before, wanted)
    after = await link(adapter, "Azure UK")
    assert (after.description, after.features) == (wanted.description, wanted.features)


async def test_a_link_is_made_for_a_team_and_hidden_from_everybody_else(here: Setting) -> None:
    person, adapter = here.adapters()
    wanted = CreateIntegration(name="New Link", credentials=KINDS["oci user"])
    created = await adapter.create_integration(wanted)
    assert created == await link(adapter, "New Link")
    assert "New Link" not in {one.name for one in (await person.integrations()).items}


# ---------------------------------------------------------------------- machines


async def node_of(adapter: Any, cluster: Cluster) -> Node:
    listing: Listing[Node] = await adapter.nodes(cluster)
    return next(node for node in listing.items if node.phase is NodePhase.READY)


async def test_a_machine_is_cordoned_drained_and_let_in_again(here: Setting) -> None:
    adapter = team(here)
    cluster = await adapter.cluster("review-tool")
    node = await node_of(adapter, cluster)
    scope = next(one for one in here.server.world.scopes if one.team)
    await adapter.cordon_node(cluster, node)
    assert (node.external_id in scope.cordoned, node.external_id in scope.drained) == (True, False)
    await adapter.drain_node(cluster, node)
    assert node.external_id in scope.drained
    await adapter.uncordon_node(cluster, node)
    assert node.external_id not in scope.cordoned


@pytest.mark.parametrize("verb", ["cordon_node", "uncordon_node", "drain_node"])
async def test_a_machine_that_is_not_there_is_not_found(here: Setting, verb: str) -> None:
    adapter = team(here)
    cluster = await adapter.cluster("review-tool")
    gone = (await node_of(adapter, cluster)).model_copy(update={"external_id": "no/such node?"})
    here.server.requests.clear()
    with pytest.raises(NotFound):
        await getattr(adapter, verb)(cluster, gone)
    assert [request.method for request in here.server.requests] == ["POST"]
