"""Every call that changes something at Qovery is one of its document: its path, its parameters and its body.

The document is not part of this repository; where it does not lie beside it, these tests are skipped.
"""

import json
from typing import Any

import httpx
import pytest

from fleet.model.change import CreateIntegration, UpdateIntegration
from fleet.model.cloud import Cloud
from fleet.model.cluster import Phase
from fleet.providers.qovery import QoveryClusterPatch
from fleetgraph.testing.credentials import KINDS
from fleetgraph.testing.setting import Setting
from tests.adapters.test_qovery_changes import KUBECONFIG, PARTIAL, named, rested, whole
from tests.published import published
from tests.sandbox.openapi import Breach, Document

pytestmark = [
    pytest.mark.parametrize("provider", ["qovery"]),
    pytest.mark.xdist_group("openapi"),  # one worker reads the document once
]


@pytest.fixture(scope="module")
def document() -> Document:
    return Document(published("qovery.openapi.yaml"))


def breaches(document: Document, request: httpx.Request) -> list[Breach]:
    """But for ids of features, which are words at the vendor's own tools, too."""
    is_json = request.headers.get("content-type") == "application/json"
    content = (json.loads(request.content) if is_json else request.content.decode()) or None
    found = document.breaches_of_request(request.method, request.url.path, set(request.url.params), content)
    return [one for one in found if one.place != "features.*.id" or "uuid" not in one.message]


async def everything(here: Setting, adapter: Any) -> None:
    """Each change that Qovery takes, once."""
    made = await adapter.create_cluster("every-call", await whole(adapter))
    await adapter.deploy_cluster(made)
    ready = await rested(here, adapter, "every-call", Phase.READY)
    await adapter.update_cluster(ready, QoveryClusterPatch(description="New words"))
    await adapter.lock_cluster(await named(adapter, "every-call"), "an audit", 2)
    await adapter.unlock_cluster(await named(adapter, "every-call"))
    await adapter.lock_cluster(await named(adapter, "every-call"), "for good", None)
    await adapter.unlock_cluster(await named(adapter, "every-call"))
    await adapter.stop_cluster(await named(adapter, "every-call"))
    await adapter.delete_cluster(await rested(here, adapter, "every-call", Phase.STOPPED))

    upgradable = next(one for one in (await adapter.clusters()).items if one.available_version)
    upgradable = await rested(here, adapter, upgradable.name, Phase.READY)
    await adapter.upgrade_cluster(upgradable, upgradable.available_version)

    link = next(one for one in (await adapter.integrations()).items if one.cloud is Cloud.AWS)
    own = await adapter.create_cluster("of-ones-own", PARTIAL)
    await adapter.update_cluster(own, QoveryClusterPatch(integration_external_id=link.external_id))
    await adapter.update_cluster(own, QoveryClusterPatch.model_validate({"kubeconfig": KUBECONFIG}))

    credentials = KINDS["aws keys"]
    linked = await adapter.create_integration(CreateIntegration(name="every-call", credentials=credentials))
    await adapter.update_integration(linked, UpdateIntegration(credentials=credentials))
    await adapter.delete_integration(linked)


async def test_every_change_is_a_call_of_the_document(here: Setting, document: Document) -> None:
    sent = here.record()
    await everything(here, here.adapter)
    ends = {(one.method, one.url.path.rpartition("/")[2]) for one in sent}
    assert ends >= {
        *(("POST", end) for end in ("cluster", "deploy", "stop", "upgrade", "lock", "cloudProviderInfo")),
        *(("POST", "credentials"), ("DELETE", "lock"), ("PUT", "kubeconfig")),
    }
    assert {one.method for one in sent} >= {"POST", "PUT", "DELETE"}
    found = {f"{one.method} {one.url.path}": breaches(document, one) for one in sent}
    assert {call: mistakes for call, mistakes in found.items() if mistakes} == {}


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "place"),
    [
        ("POST", "/cluster/one/lock", set(), {"reason": "x", "ttl_in_days": "2"}, "ttl_in_days"),
        ("POST", "/cluster/one/lock", set(), {"ttl_in_days": 2}, ""),
        ("POST", "/cluster/one/locks", set(), None, "/cluster/one/locks"),
        ("DELETE", "/organization/o/cluster/one", {"mode"}, None, "mode"),
        ("POST", "/cluster/one/upgrade", set(), {"version": "1.32"}, ""),
        ("POST", "/organization/o/cluster/one/cloudProviderInfo", set(), {"region": 7}, "region"),
    ],
)
def test_a_planted_mistake_in_a_call_is_found(
    provider: str, method: str, path: str, query: set[str], body: Any, place: str, document: Document
) -> None:
    found = list(document.breaches_of_request(method, path, query, body))
    assert place in {one.place for one in found}
