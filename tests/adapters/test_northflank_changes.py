"""Changes at Northflank's fake: pools that keep what nobody spoke of, links, and machines that are tended."""

import json
from typing import Any

import pytest

from fleet.model.change import CreateIntegration, UpdateIntegration
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, Phase
from fleet.model.credentials import Keyless
from fleet.model.failure import Conflict, NotFound, Rejected
from fleet.model.integration import Integration, IntegrationIdentity
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
    identity = IntegrationIdentity(role_arn="arn:aws:iam::000000000000:role/fleet")
    assert after == staging.model_copy(update={"authentication": "crossAccountRole", "identity": identity})
    assert after.permission_check == "ignore-implicit-deny-by-organization"
    await adapter.update_integration(after, UpdateIntegration(credentials=KINDS["aws role"]))
    assert json.loads(sent[1].content).keys() == {"credentials"}


async def test_who_a_link_is_at_its_cloud_is_read_of_each_by_itself(here: Setting) -> None:
    adapter = team(here)
    production = await link(adapter, "Production AWS")
    assert production.identity is not None
    assert production.identity.cloud_account_id == "210987654321"
    assert production.allowed_teams == ("tidewater-studio",)
    farm = await link(adapter, "Render farm GCP")
    assert farm.identity == IntegrationIdentity(
        project_id="tidewater-render", service_account="nf-render-farm-gcp@tidewater-render.example"
    )
    azure, oracle = await link(adapter, "Azure UK"), await link(adapter, "Oracle archive")
    assert azure.identity is not None
    assert azure.identity.subscription_id is not None
    assert oracle.identity is not None
    assert (oracle.identity.tenant_id or "").startswith("ocid1.tenancy.")
    assert (await link(adapter, "Aiven databases")).identity is None
    here.server.requests.clear()
    listing: Listing[Integration] = await adapter.integrations()
    single = [one.path for one in here.server.requests if "/integrations/" in one.path]
    assert len(single) == 4
    assert "planted" not in "".join(one.model_dump_json() for one in listing.items)


async def test_a_link_that_cannot_be_read_by_itself_is_shown_as_it_is_listed(here: Setting) -> None:
    adapter = team(here)
    here.server.fault("server-error", path="*/integrations/azure-uk")
    assert (await link(adapter, "Azure UK")).identity is None
    assert (await link(adapter, "Oracle archive")).identity is not None


async def test_a_link_is_made_without_credentials_and_its_identity_is_told(here: Setting) -> None:
    adapter, sent = team(here), here.record()
    wanted = CreateIntegration(
        name="Lab GCP",
        features=("byoc", "workload-identity"),
        allowed_teams=("tidewater-studio",),
        credentials=Keyless(cloud=Cloud.GCP, project_id="tidewater-lab"),
    )
    made = await adapter.create_integration(wanted)
    assert json.loads(sent[0].content) == {
        "name": "Lab GCP",
        "provider": "gcp",
        "features": ["byoc", "workload-identity"],
        "restrictions": {"enabled": True, "teams": [{"teamId": "tidewater-studio"}]},
        "gcp": {"authenticationMode": "crossAccountRole", "projectId": "tidewater-lab"},
    }
    assert made.identity == IntegrationIdentity(
        project_id="tidewater-lab", service_account="nf-lab-gcp@tidewater-lab.example"
    )
    assert made == await link(adapter, "Lab GCP")
    byok = CreateIntegration(name="Shelf", credentials=Keyless(cloud=Cloud.BYOK))
    assert (await adapter.create_integration(byok)).authentication == "connector"


async def test_teams_and_the_check_of_rights_of_a_link_are_changed(here: Setting) -> None:
    adapter, sent = team(here), here.record()
    before = await link(adapter, "Production AWS")
    wanted = UpdateIntegration(allowed_teams=(), permission_check="disabled")
    await adapter.update_integration(before, wanted)
    assert json.loads(sent[0].content) == {
        "restrictions": {"enabled": False},
        "aws": {"authenticationMode": "crossAccountRole", "permissionCheckLevel": "disabled"},
    }
    after = await link(adapter, "Production AWS")
    assert (after.allowed_teams, after.permission_check) == (None, "disabled")


async def test_the_older_document_takes_a_type_and_needs_credentials(here: Setting) -> None:
    adapter, sent = here.adapters()[0], here.record()
    here.server.world.scopes[0].has_types = True
    features = CreateIntegration(name="Old Way", credentials=KINDS["api key"], features=("cluster",))
    with pytest.raises(Rejected, match="features"):
        await adapter.create_integration(features)
    adapter.account = adapter.account.model_copy(update={"api_version": "type"})
    made = await adapter.create_integration(features)
    assert json.loads(sent[1].content)["type"] == "cluster"
    assert "features" not in json.loads(sent[1].content)
    assert made.features == ("cluster",)
    assert made == next(one for one in (await adapter.integrations()).items if one.name == "Old Way")


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
