"""Changes at Qovery's fake: registered, deployed, stopped, replaced without a loss, deleted in the safe mode."""

import json
from typing import Any

import httpx
import pytest

from fleet.model.capability import Capability
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, Phase
from fleet.model.failure import Conflict, NotFound, RateLimited, Rejected
from fleet.model.refusal import Failing, InvalidInput, NoSuchThing, Unsupported
from fleet.ports.adapter import Listing
from fleet.providers.qovery import QoveryClusterPatch, QoveryClusterSpec, QoveryDetails
from fleetgraph.testing.setting import Setting
from tests.adapters.qovery import WHOLE, every_member
from tests.published import published
from tests.sandbox.openapi import Document

pytestmark = pytest.mark.parametrize("provider", ["qovery"])
PATCH = QoveryClusterPatch(description="New words")


async def named(adapter: Any, name: str) -> Cluster:
    listing: Listing[Cluster] = await adapter.clusters()
    return next(cluster for cluster in listing.items if cluster.name == name)


async def rested(here: Setting, adapter: Any, name: str, phase: Phase) -> Cluster:
    for _ in range(120):
        cluster = await named(adapter, name)
        if cluster.phase is phase and not adapter.provider.is_busy(cluster, Capability.UPDATE_CLUSTER):
            return cluster
        here.sandbox_clock.advance(1)
    raise AssertionError(f"{name} never comes to {phase}")


async def whole(adapter: Any) -> QoveryClusterSpec:
    """With credentials that the organization has."""
    link = next(one for one in (await adapter.integrations()).items if one.cloud is Cloud.AWS)
    return WHOLE.model_copy(update={"integration_external_id": link.external_id})


def body(sent: list[httpx.Request]) -> Any:
    (request,) = sent
    return json.loads(request.content)


# ---------------------------------------------------------------------- creating and deploying


async def test_a_cluster_is_made_with_all_its_options_and_shows_them(here: Setting) -> None:
    adapter = here.adapter
    spec, sent = await whole(adapter), here.record()
    created = await adapter.create_cluster("every-option", spec)
    assert [request.method for request in sent] == ["POST"]
    assert body(sent)["cloud_provider_credentials"]["credentials"]["name"] == "orchard-aws-main"
    assert (created.phase, created.details.deployment_status) == (Phase.PENDING, "NEVER_DEPLOYED")
    shown = await named(adapter, "every-option")
    assert spec.matches(shown)
    assert isinstance(shown.details, QoveryDetails)
    assert shown.details.advanced == spec.advanced
    links = (await adapter.integrations()).items
    assert next(link for link in links if created.external_id in (link.cluster_external_ids or ()))


async def test_deploying_is_a_request_of_its_own(here: Setting) -> None:
    adapter = here.adapter
    created = await adapter.create_cluster("two-steps", await whole(adapter))
    here.sandbox_clock.advance(600)
    assert (await named(adapter, "two-steps")).phase is Phase.PENDING
    await adapter.deploy_cluster(created)
    assert (await rested(here, adapter, "two-steps", Phase.READY)).is_converged


async def test_credentials_that_are_not_there_are_refused_before_anything_is_sent(here: Setting) -> None:
    adapter, sent = here.adapter, here.record()
    with pytest.raises(NoSuchThing) as refused:
        await adapter.create_cluster("nobodys", WHOLE)
    assert refused.value.path == ("spec", "integration_external_id")
    gcp = next(one for one in (await adapter.integrations()).items if one.cloud is Cloud.GCP)
    with pytest.raises(InvalidInput, match="orchard-gcp-key"):
        await adapter.create_cluster(
            "nobodys", WHOLE.model_copy(update={"integration_external_id": gcp.external_id})
        )
    assert sent == []


# ---------------------------------------------------------------------- replacing


async def test_a_replacement_keeps_what_nobody_spoke_of(here: Setting) -> None:
    adapter = here.adapter
    before = await rested(here, adapter, "production", Phase.READY)
    await adapter.update_cluster(before, PATCH)
    after = await named(adapter, "production")
    assert PATCH.matches(after)
    assert after.is_converged is False
    changed = {"description", "updated_at", "revision", "is_converged", "details"}
    assert after.model_dump(exclude=changed) == before.model_dump(exclude=changed)
    assert isinstance(after.details, QoveryDetails)
    assert after.details.deployment_status == "OUT_OF_DATE"
    kept = {"deployment_status"}
    assert after.details.model_dump(exclude=kept) == before.details.model_dump(exclude=kept)


async def test_a_replacement_keeps_networks_as_they_are(here: Setting) -> None:
    adapter = here.adapter
    before = await rested(here, adapter, "recommendations", Phase.READY)
    await adapter.update_cluster(before, PATCH)
    assert (await named(adapter, "recommendations")).details.features == before.details.features  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "patch"),
    [("warehouse", QoveryClusterPatch(min_nodes=4)), ("production", PATCH), ("recommendations", PATCH)],
)
async def test_what_goes_out_is_the_whole_as_the_document_has_it(
    here: Setting, name: str, patch: QoveryClusterPatch
) -> None:
    path = published("qovery.openapi.yaml")
    adapter = here.adapter
    cluster, sent = await rested(here, adapter, name, Phase.READY), here.record()
    await adapter.update_cluster(cluster, patch)
    whole = body(sent)
    if name == "warehouse":
        assert (whole["min_running_nodes"], whole["max_running_nodes"], whole["disk_size"]) == (4, 5, 60)
    else:
        assert not {"min_running_nodes", "max_running_nodes", "instance_type", "disk_size"} & whole.keys()
    if name == "production":
        assert whole["metrics_parameters"]["configuration"]["resource_profile"] == "NORMAL"
    breaches = Document(path).breaches_of("ClusterRequest", whole)
    assert {breach.place for breach in breaches} <= {"features.*.id"}


async def test_a_change_of_settings_since_the_reading_is_a_conflict_and_nothing_is_sent(
    here: Setting,
) -> None:
    adapter = here.adapter
    stale = await rested(here, adapter, "warehouse", Phase.READY)
    await adapter.update_cluster(stale, QoveryClusterPatch(min_nodes=4))
    sent = here.record()
    with pytest.raises(Conflict) as conflict:
        await adapter.update_cluster(stale, PATCH)
    now = await named(adapter, "warehouse")
    assert conflict.value.revision == now.revision != stale.revision
    assert sent == []
    await adapter.update_cluster(now, PATCH)
    assert (await named(adapter, "warehouse")).capacity.min_nodes == 4


async def test_a_cluster_that_is_gone_is_not_found(here: Setting) -> None:
    adapter = here.adapter
    gone = (await named(adapter, "production")).model_copy(update={"external_id": "gone"})
    with pytest.raises(NotFound):
        await adapter.update_cluster(gone, PATCH)


@pytest.mark.parametrize("fault", ["reset", "truncated", "server-error"])
async def test_what_fails_while_reading_leaves_no_doubt_that_nothing_was_sent(
    here: Setting, fault: str
) -> None:
    adapter = here.adapter
    cluster, sent = await named(adapter, "production"), here.record()
    spec = await whole(adapter)
    here.server.fault(fault, method="GET")
    with pytest.raises(Failing):
        await adapter.update_cluster(cluster, PATCH)
    with pytest.raises(Failing):
        await adapter.create_cluster("never", spec)
    assert sent == []


async def test_a_cluster_that_does_not_read_is_not_replaced(here: Setting) -> None:
    adapter = here.adapter
    cluster, sent = await named(adapter, "production"), here.record()
    here.server.fault("malformed-item", method="GET")
    with pytest.raises(Failing):
        await adapter.update_cluster(cluster, PATCH)
    assert sent == []


async def test_the_rate_limit_while_reading_is_reported_as_such(here: Setting) -> None:
    adapter = here.adapter
    cluster = await named(adapter, "production")
    here.server.fault("rate-limited", method="GET", seconds=60)
    with pytest.raises(RateLimited):
        await adapter.update_cluster(cluster, PATCH)


# ---------------------------------------------------------------------- credentials, kubeconfig, secret managers


async def test_a_cluster_that_was_made_without_credentials_is_given_some(here: Setting) -> None:
    adapter = here.adapter
    spec = (await whole(adapter)).model_copy(update={"integration_external_id": None})
    made = await adapter.create_cluster("without", spec)
    with pytest.raises(Rejected, match="no cloud provider credentials"):
        await adapter.deploy_cluster(made)
    link = next(one for one in (await adapter.integrations()).items if one.cloud is Cloud.AWS)
    sent = here.record()
    await adapter.update_cluster(made, QoveryClusterPatch(integration_external_id=link.external_id))
    (request,) = sent
    assert (request.method, request.url.path.endswith("/cloudProviderInfo")) == ("POST", True)
    assert body(sent) == {
        "cloud_provider": "AWS",
        "credentials": {"id": link.external_id, "name": link.name},
        "region": "eu-west-3",
    }
    users = next(one for one in (await adapter.integrations()).items if one.key == link.key)
    assert made.external_id in (users.cluster_external_ids or ())
    await adapter.deploy_cluster(made)


async def test_credentials_that_do_not_fit_a_cluster_are_refused_and_nothing_is_sent(here: Setting) -> None:
    adapter, sent = here.adapter, here.record()
    cluster = await named(adapter, "production")
    gcp = next(one for one in (await adapter.integrations()).items if one.cloud is Cloud.GCP)
    for external_id, refusal in ((gcp.external_id, InvalidInput), ("nobodys", NoSuchThing)):
        with pytest.raises(refusal) as refused:
            await adapter.update_cluster(cluster, QoveryClusterPatch(integration_external_id=external_id))
        assert refused.value.path == ("patch", "integration_external_id")
    assert sent == []


PARTIAL = QoveryClusterSpec.model_validate(
    {
        "cloud": "AWS",
        "region": "on-premise",
        "kubernetes_mode": "PARTIALLY_MANAGED",
        "advanced": {"metal_lb_address_pools": ["10.1.0.0/24"]},
        "deploy": False,
    }
)
KUBECONFIG = "apiVersion: v1\nclusters:\n- name: planted-cluster-of-ones-own\n"


async def test_a_partially_managed_cluster_is_given_its_kubeconfig_which_nobody_is_told(
    here: Setting,
) -> None:
    adapter = here.adapter
    link = (await whole(adapter)).integration_external_id
    made = await adapter.create_cluster(
        "of-ones-own", PARTIAL.model_copy(update={"integration_external_id": link})
    )
    with pytest.raises(Rejected, match="no kubeconfig"):
        await adapter.deploy_cluster(made)
    sent = here.record()
    here.permits.changes.clear()
    await adapter.update_cluster(made, QoveryClusterPatch.model_validate({"kubeconfig": KUBECONFIG}))
    (request,) = sent
    assert (request.method, request.headers["content-type"]) == ("PUT", "application/x-yaml")
    assert request.content.decode() == KUBECONFIG
    (announced,) = here.permits.changes
    assert (announced.body, announced.is_masked) == ('"***"', True)
    await adapter.deploy_cluster(made)
    await rested(here, adapter, "of-ones-own", Phase.READY)


async def test_a_kubeconfig_is_repeated_in_no_error(here: Setting) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json={"detail": "planted-cluster-of-ones-own is not reachable"})

    adapter = here.adapter
    made = await adapter.create_cluster("of-ones-own", PARTIAL)
    account, token = here.accounts()[0]
    here.client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    patch = QoveryClusterPatch.model_validate({"kubeconfig": KUBECONFIG})
    with pytest.raises(Rejected) as refused:
        await here.open(account, token).update_cluster(made, patch)
    assert "planted" not in f"{refused.value!r} {refused.value} {patch!r} {patch.model_dump_json()}"


async def test_only_a_partially_managed_cluster_takes_a_kubeconfig(here: Setting) -> None:
    adapter, sent = here.adapter, here.record()
    patch = QoveryClusterPatch.model_validate({"kubeconfig": KUBECONFIG})
    with pytest.raises(Unsupported) as refused:
        await adapter.update_cluster(await named(adapter, "production"), patch)
    assert (refused.value.path, sent) == (("patch", "kubeconfig"), [])


async def test_keys_of_a_secret_manager_go_in_and_stay_when_others_change(here: Setting) -> None:
    adapter, planted = here.adapter, "planted-key-of-a-manager"
    wanted = {"name": "vault", "kind": "AWS_SECRET_MANAGER", "region": "eu-west-3"} | {
        "authentication": "AWS_STATIC_CREDENTIALS",
        "access_key_id": "planted-id-of-a-key",
        "secret_access_key": planted,
    }
    cluster = await rested(here, adapter, "warehouse", Phase.READY)
    here.permits.changes.clear()
    patch = QoveryClusterPatch.model_validate({"secret_managers": [wanted]})
    sent = here.record()
    await adapter.update_cluster(cluster, patch)
    assert body(sent)["secret_manager_accesses"][0]["authentication"]["secret_key"] == planted
    assert planted not in f"{here.permits.changes} {here.permits.changes[0].body} {patch!r}"
    cluster = await named(adapter, "warehouse")
    assert patch.matches(cluster)
    assert isinstance(cluster.details, QoveryDetails)
    (shown,) = cluster.details.secret_managers
    kept = {name: value for name, value in wanted.items() if name != "secret_access_key"}
    del kept["access_key_id"]
    renamed = QoveryClusterPatch.model_validate(
        {"secret_managers": [kept | {"id": shown.id, "name": "newer"}]}
    )
    sent.clear()
    await adapter.update_cluster(cluster, renamed)
    assert body(sent)["secret_manager_accesses"] == [
        {
            "id": shown.id,
            "name": "newer",
            "endpoint": {"mode": "AWS_SECRET_MANAGER", "region": "eu-west-3"},
            "authentication": {
                "mode": "AWS_STATIC_CREDENTIALS",
                "region": "eu-west-3",
                "access_key": "planted-id-of-a-key",
            },
        }
    ]
    nobodys = QoveryClusterPatch.model_validate({"secret_managers": [kept | {"id": "nobodys"}]})
    with pytest.raises(InvalidInput) as refused:
        await adapter.update_cluster(await named(adapter, "warehouse"), nobodys)
    assert refused.value.path == ("patch", "secret_managers", "0", "id")


# ---------------------------------------------------------------------- stopping and deleting


async def test_a_cluster_stops_and_is_deployed_again(here: Setting) -> None:
    adapter = here.adapter
    await adapter.stop_cluster(await rested(here, adapter, "production", Phase.READY))
    stopped = await rested(here, adapter, "production", Phase.STOPPED)
    with pytest.raises(Conflict):
        await adapter.stop_cluster(stopped)
    await adapter.deploy_cluster(stopped)
    await rested(here, adapter, "production", Phase.READY)


async def test_a_busy_cluster_refuses_everything(here: Setting) -> None:
    adapter = here.adapter
    cluster = await rested(here, adapter, "production", Phase.READY)
    await adapter.deploy_cluster(cluster)
    for refused in (
        adapter.deploy_cluster(cluster),
        adapter.stop_cluster(cluster),
        adapter.delete_cluster(cluster),
        adapter.update_cluster(cluster, PATCH),
    ):
        with pytest.raises(Conflict) as conflict:
            await refused
        assert conflict.value.revision is None


async def test_what_runs_is_taken_down_before_a_cluster_is_forgotten(here: Setting) -> None:
    adapter = here.adapter
    await adapter.delete_cluster(await rested(here, adapter, "production", Phase.READY))
    (request,) = [each for each in here.server.requests if each.method == "DELETE"]
    assert request.query == "deleteMode=DEFAULT"
    assert (await named(adapter, "production")).phase is Phase.DELETING
    await rested(here, adapter, "production", Phase.DELETED)


# ---------------------------------------------------------------------- what must not be told


async def test_keys_to_secret_managers_are_neither_sent_back_nor_shown(here: Setting) -> None:
    planted = "planted-key-to-a-secret-manager"
    raw = every_member()
    raw["secret_manager_accesses"][0]["authentication"] = {
        "mode": "AWS_STATIC_CREDENTIALS",
        "secret_key": planted,
    }
    bodies: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"results": [raw]})
        bodies.append(request.content)
        return httpx.Response(400, json={"detail": f"{planted} is no key"})

    account, token = here.accounts()[0]
    here.client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    adapter = here.open(account, token)
    cluster = (await adapter.clusters()).items[0]
    with pytest.raises(Exception, match="rejected") as refused:
        await adapter.update_cluster(cluster, PATCH)
    assert planted.encode() not in bodies[0]
    assert b'"id":"4fe3f4c1-0000-4000-8000-00000000000f"' in bodies[0]
    assert planted not in f"{refused.value!r} {refused.value} {cluster!r}"
