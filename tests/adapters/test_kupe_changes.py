"""Kupe changed: what goes over the wire, the revision that goes back as it came, and a change that is applied later."""

import json
import traceback
from typing import Any

import httpx
import pytest

from adapters.kupe import KupeAdapter
from adapters.kupe.convert import to_cluster
from adapters.kupe.request import NO_WAY_BACK, to_create_request, to_update_request
from adapters.kupe.wire import WireCluster
from fleet.model.cluster import Cluster, Phase
from fleet.model.failure import Conflict, Forbidden, NotFound, Rejected
from fleet.model.refusal import InvalidInput
from fleet.providers.kupe import KupeClusterPatch, KupeClusterSpec
from fleetgraph.testing.setting import Setting
from tests.adapters.replay import Replay
from tests.published import PUBLISHED, needs_published

PATH = "/api/v1/tenants/acme%20corp/clusters"
RUNNING = {
    "name": "checkout",
    "type": "shared",
    "version": "1.32",
    "resources": {"cpu": "4", "memory": "1536Mi", "storage": "16G"},
    "status": {"phase": "Running", "observedGeneration": 3},
    "generation": 3,
}


@pytest.fixture
def provider() -> str:
    return "kupe"


def spec(**given: Any) -> KupeClusterSpec:
    return KupeClusterSpec.model_validate({"display_name": "Check out", "type": "shared", **given})


def patch(**given: Any) -> KupeClusterPatch:
    return KupeClusterPatch.model_validate(given)


def read(**more: Any) -> Cluster:
    return to_cluster(WireCluster.model_validate({**RUNNING, **more}), "account")


# ---------------------------------------------------------------------- what goes over the wire


def test_a_creation_sends_what_was_given_and_nothing_else() -> None:
    assert to_create_request("checkout", spec()) == {
        "name": "checkout",
        "displayName": "Check out",
        "type": "shared",
    }
    unnamed = KupeClusterSpec.model_validate({"type": "shared"})
    assert to_create_request("checkout", unnamed)["displayName"] == "checkout"
    whole = spec(
        type="dedicated",
        version="1.33",
        resources={"cpu": "500m", "memory": "16Gi"},
        is_highly_available=False,
        alerts={"receivers": [], "cpuPercent": 80.5},
    )
    assert to_create_request("checkout", whole) == {
        "name": "checkout",
        "displayName": "Check out",
        "type": "dedicated",
        "version": "1.33",
        "resources": {"cpu": "500m", "memory": "16Gi"},
        "highAvailability": False,
        "alerts": {"receivers": [], "cpuPercent": 80.5},
    }


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({"version": "1.33"}, {"version": "1.33"}),
        ({"is_highly_available": True}, {"highAvailability": True}),
        ({"alerts": {}}, {"alerts": {}}),
        ({"resources": {"cpu": "8"}}, {"resources": {"cpu": "8"}}),
        (
            {"resources": {"memory": "858993459200m", "storage": "1e12"}},
            {"resources": {"memory": "858993459200m", "storage": "1e12"}},
        ),
        ({"resources": None}, {"resources": {}}),
        ({"resources": None, "version": "1.33"}, {"resources": {}, "version": "1.33"}),
    ],
    ids=str,
)
def test_a_change_sends_what_was_given_and_nothing_else(given: Any, body: Any) -> None:
    assert to_update_request(patch(**given), read()) == body


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [("4000m", "4"), ("4.0", "4"), ("4001m", "4001m")],
)
def test_what_is_as_much_goes_back_in_the_providers_own_spelling(wanted: str, sent: str) -> None:
    assert to_update_request(patch(resources={"cpu": wanted}), read()) == {"resources": {"cpu": sent}}


def test_resources_that_do_not_read_keep_nothing_from_being_asked_for() -> None:
    shown = read(resources={"cpu": "plenty", "memory": "1Gi"})
    assert to_update_request(patch(resources={"cpu": "8"}), shown) == {"resources": {"cpu": "8"}}


@pytest.mark.parametrize("shown", [{}, None], ids=str)
def test_cleared_resources_are_shown_as_none(shown: Any) -> None:
    cleared = patch(resources=None)
    assert not cleared.matches(read())
    assert cleared.matches(read(resources=shown))
    (difference,) = cleared.differences(read())
    assert (difference.field, difference.asked) == ("resources", "none")


@needs_published
def test_the_vendors_example_is_what_is_built() -> None:
    example = json.loads((PUBLISHED / "examples/kupe/patch-resources.request.json").read_bytes())
    assert to_update_request(patch(resources=example["resources"]), read()) == example


def test_high_availability_is_not_switched_off() -> None:
    with pytest.raises(InvalidInput, match="create another cluster") as raised:
        to_update_request(patch(is_highly_available=False), read(highAvailability=True))
    assert (raised.value.message, raised.value.path) == (NO_WAY_BACK, ("patch", "is_highly_available"))
    assert to_update_request(patch(is_highly_available=False), read(highAvailability=False)) == {
        "highAvailability": False
    }


async def test_an_error_repeats_nothing_of_the_alerts() -> None:
    hook = "https://hooks.example.test/planted"
    refusal = httpx.Response(400, json={"error": f"alerts.receivers: {hook} cannot be reached"})
    adapter = Replay({PATH: refusal, f"{PATH}/checkout": refusal}).open(KupeAdapter, "acme corp")
    alerts = {"receivers": [{"hook": hook}], "cpuPercent": 80}
    for refused in (
        adapter.create_cluster("checkout", spec(alerts=alerts)),
        adapter.update_cluster(read(), patch(alerts=alerts)),
    ):
        with pytest.raises(Rejected) as raised:
            await refused
        assert "hooks.example" not in "".join(traceback.format_exception(raised.value))


# ---------------------------------------------------------------------- revisions


@pytest.mark.parametrize("etag", [b'"12345"', b"42", b'W/"caf\xc3\xa9\xff"', b'"a, b"'], ids=str)
async def test_the_revision_goes_back_byte_for_byte(etag: bytes) -> None:
    answer = httpx.Response(200, headers=[(b"ETag", etag)], json=RUNNING)
    replay = Replay({f"{PATH}/checkout": answer})
    adapter = replay.open(KupeAdapter, "acme corp")
    await adapter.update_cluster(await adapter.cluster("checkout"), patch(version="1.33"))
    sent = replay.requests[-1]
    assert (sent.method, sent.content) == ("PATCH", b'{"version":"1.33"}')
    assert dict(sent.headers.raw)[b"If-Match"] == etag


async def test_without_a_revision_no_condition_is_sent() -> None:
    replay = Replay({f"{PATH}/checkout": RUNNING})
    adapter = replay.open(KupeAdapter, "acme corp")
    await adapter.update_cluster(await adapter.cluster("checkout"), patch(version="1.33"))
    await adapter.delete_cluster(read())
    assert all("if-match" not in request.headers for request in replay.requests)


async def test_a_cluster_that_was_just_created_has_its_revision() -> None:
    created = httpx.Response(201, headers={"ETag": '"1"'}, json=RUNNING)
    adapter = Replay({PATH: created}).open(KupeAdapter, "acme corp")
    assert (await adapter.create_cluster("checkout", spec())).provider_revision == '"1"'


@pytest.mark.parametrize("account", [0, 1], ids=["quoted", "bare"])
async def test_of_two_changes_of_one_reading_the_second_conflicts(here: Setting, account: int) -> None:
    adapter = here.adapters()[account]
    cluster = await adapter.cluster("production" if account == 0 else "telemetry")
    await adapter.update_cluster(cluster, patch(resources={"cpu": "40"}))
    with pytest.raises(Conflict, match="etag mismatch"):
        await adapter.update_cluster(cluster, patch(resources={"cpu": "48"}))
    again = await adapter.cluster(cluster.external_id)
    assert again.capacity.total.cpu_millicores == 40_000
    await adapter.update_cluster(again, patch(resources={"cpu": "48"}))


# ---------------------------------------------------------------------- how it goes on


async def test_a_change_of_resources_is_shown_at_once_and_applied_later(here: Setting) -> None:
    adapter = here.adapter
    cluster = await adapter.cluster("production")
    wanted = patch(resources={"memory": "256Gi"}, alerts={"receivers": []})
    await adapter.update_cluster(cluster, wanted)
    shown = await adapter.cluster("production")
    assert (shown.provider_phase, shown.is_converged, wanted.matches(shown)) == ("Running", False, True)
    assert shown.capacity.total.cpu_millicores == cluster.capacity.total.cpu_millicores
    here.sandbox_clock.advance(8)
    assert (await adapter.cluster("production")).is_converged


async def test_an_upgrade_and_high_availability_have_phases_of_their_own(here: Setting) -> None:
    adapter = here.adapter
    await adapter.create_cluster("checkout", spec(version="1.33"))
    here.sandbox_clock.advance(20)
    for wanted, seconds in ((patch(version="1.34"), 15), (patch(is_highly_available=True), 12)):
        cluster = await adapter.cluster("checkout")
        assert not wanted.matches(cluster)
        await adapter.update_cluster(cluster, wanted)
        assert (await adapter.cluster("checkout")).phase is Phase.UPDATING
        here.sandbox_clock.advance(seconds)
        changed = await adapter.cluster("checkout")
        assert (changed.phase, wanted.matches(changed)) == (Phase.READY, True)


async def test_a_newer_server_explains_its_refusal(here: Setting) -> None:
    newer = here.adapters()[1]
    cluster = await newer.cluster("telemetry")
    with pytest.raises(Rejected, match="highAvailability is set at creation only"):
        await newer.update_cluster(cluster, patch(is_highly_available=True))
    with pytest.raises(Rejected, match="dedicated clusters are not supported"):
        await newer.create_cluster("checkout", spec(type="dedicated"))


async def test_a_newer_server_tells_the_time_of_creation_later(here: Setting) -> None:
    newer = here.adapters()[1]
    wanted = spec(resources={"cpu": "2", "memory": "858993459.2k", "storage": "100G"})
    made = await newer.create_cluster("checkout", wanted)
    assert (made.key, made.created_at, made.display_name) == ("checkout", None, "checkout")
    here.sandbox_clock.advance(20)
    shown = await newer.cluster("checkout")
    assert shown.key == "checkout@2026-01-01T00:00:00Z"
    assert (shown.phase, wanted.matches(shown)) == (Phase.READY, True)
    assert (shown.capacity.total.storage_mib, shown.capacity.total.storage_bytes) == (None, 100 * 10**9)


async def test_resources_are_cleared_and_asked_for_again(here: Setting) -> None:
    adapter = here.adapter
    for wanted in (patch(resources=None), patch(resources={"cpu": "2", "memory": "4Gi", "storage": "50G"})):
        await adapter.update_cluster(await adapter.cluster("production"), wanted)
        here.sandbox_clock.advance(8)
        assert wanted.matches(await adapter.cluster("production"))


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        ({"cpu": "9999", "memory": "16Gi", "storage": "10Gi"}, "exceeds the 134 left in the plan's pool"),
        ({"cpu": "1", "memory": "1e12", "storage": "10Gi"}, "resources.memory must match"),
        ({"memory": "16Gi", "storage": "10Gi"}, "resources.cpu is required"),
    ],
    ids=str,
)
async def test_the_vendors_own_checks_are_said_in_its_words(
    here: Setting, resources: dict[str, str], words: str
) -> None:
    with pytest.raises(Rejected, match=words):
        await here.adapter.create_cluster("checkout", spec(resources=resources))


async def test_a_deletion_takes_its_time(here: Setting) -> None:
    adapter = here.adapter
    await adapter.delete_cluster(await adapter.cluster("production"))
    assert (await adapter.cluster("production")).phase is Phase.DELETING
    here.sandbox_clock.advance(12)
    with pytest.raises(NotFound):
        await adapter.cluster("production")


async def test_a_name_that_is_taken_conflicts_and_a_key_that_only_reads_is_forbidden(here: Setting) -> None:
    with pytest.raises(Conflict, match="already exists"):
        await here.adapter.create_cluster("production", spec())
    reader = here.adapters()[2]
    with pytest.raises(Forbidden, match="read-only"):
        await reader.create_cluster("checkout", spec())


async def test_a_quantity_in_another_spelling_is_what_was_asked_for(here: Setting) -> None:
    here.server.fault("rounded-size", method="POST", times=1)
    wanted = spec(resources={"cpu": "4", "memory": "0.8Gi", "storage": "100G"})
    made = await here.adapter.create_cluster("checkout", wanted)
    assert made.details.quantities.memory == "858993459200m"
    assert (made.capacity.total.cpu_millicores, made.capacity.total.memory_bytes) == (4000, 858_993_460)
    assert wanted.matches(made)
    again = to_update_request(patch(resources={"memory": "0.8Gi"}), made)
    assert again == {"resources": {"memory": "858993459200m"}}
