"""Kupe's answers to the domain's records: every row of its tables, and what it leaves unset."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from adapters.kupe import KupeAdapter
from adapters.kupe.convert import PHASES, to_cluster
from adapters.kupe.wire import WireCluster
from fleet.model.cluster import Cluster, Connection, Engine, Phase, Resources
from fleet.model.digest import digest
from fleet.model.failure import Conflict, Unavailable
from fleet.model.money import SpendLimitState
from fleet.model.quantity import to_bytes
from fleet.providers.kupe import KupeCondition, KupeDetails, KupeHighAvailability, KupeQuantities
from tests.adapters.replay import Replay, fixture
from tests.published import PUBLISHED, needs_published

LIST = "/api/v1/tenants/acme%20corp/clusters"


def read(body: Any) -> Cluster:
    return to_cluster(WireCluster.model_validate(body), "account")


async def read_list() -> dict[str, Cluster]:
    adapter = Replay({LIST: fixture("kupe/list-clusters.json")}).open(KupeAdapter, "acme corp")
    return {cluster.name: cluster for cluster in (await adapter.clusters()).items}


# ---------------------------------------------------------------------- the tables


def test_every_phase_of_the_table_is_read() -> None:
    assert PHASES == {
        "": Phase.PENDING,
        "Pending": Phase.PENDING,
        "Provisioning": Phase.PROVISIONING,
        "Running": Phase.READY,
        "Upgrading": Phase.UPDATING,
        "Migrating": Phase.UPDATING,
        "Degraded": Phase.DEGRADED,
        "Terminating": Phase.DELETING,
        "Deleting": Phase.DELETING,
        "Failed": Phase.FAILED,
        "Error": Phase.FAILED,
    }


@pytest.mark.parametrize("phase", [*(phase for phase in PHASES if phase), "Hibernating", "running"])
def test_a_phase_keeps_the_providers_own_value(phase: str) -> None:
    cluster = read({"name": "a", "status": {"phase": phase}})
    assert (cluster.phase, cluster.provider_phase) == (PHASES.get(phase, Phase.UNKNOWN), phase)


async def test_a_running_cluster_is_read_whole() -> None:
    cluster = (await read_list())["checkout"]
    assert cluster.model_copy(update={"revision": ""}) == Cluster(
        account_id="account",
        provider="kupe",
        external_id="checkout",
        incarnation="2026-03-02T09:15:00Z",
        name="checkout",
        display_name="Checkout",
        engine=Engine.KUBERNETES,
        version="v1.33.4",
        plan="dedicated",
        phase=Phase.READY,
        provider_phase="Running",
        is_converged=True,
        capacity=cluster.capacity,
        created_at=datetime(2026, 3, 2, 9, 15, tzinfo=UTC),
        revision="",
        connection=Connection(endpoint="https://checkout.example.test"),
        spend_limit=cluster.spend_limit,
        details=KupeDetails(
            console_url="https://console.kupe.cloud",
            isolation="dedicated",
            is_highly_available=True,
            requested_version="1.33",
            alerts_digest=digest({"cpuPercent": 85}),
            quantities=KupeQuantities(cpu="16", memory="64Gi", storage="1.5Ti"),
            high_availability=KupeHighAvailability(
                phase="ha-healthy", is_configured=True, replicas_ready=3, replicas_desired=3
            ),
            conditions=(KupeCondition(type="Ready", status="True", message="all components are up"),),
        ),
    )
    assert cluster.capacity.total == Resources(
        cpu_millicores=16_000, memory_mib=65_536, storage_mib=1_572_864
    )
    assert (cluster.spend_limit.state, cluster.spend_limit.reason) == (
        SpendLimitState.UNSUPPORTED,
        "Kupe bills by plan; a cluster has no spend limit.",
    )


async def test_what_is_wrong_with_a_degraded_cluster_is_said_by_its_unmet_condition() -> None:
    cluster = (await read_list())["search"]
    assert (cluster.phase, cluster.message) == (Phase.DEGRADED, "1 of 4 nodes is lost")


async def test_a_quantity_that_is_no_whole_number_of_mib_is_shown_in_bytes() -> None:
    cluster = (await read_list())["search"]
    total = cluster.capacity.total
    assert total == Resources(cpu_millicores=2500, storage_mib=102_400, exact_memory_bytes=8 * 10**9)
    assert (total.memory_mib, total.memory_bytes, total.storage_bytes) == (None, 8 * 10**9, 100 * 2**30)
    assert isinstance(cluster.details, KupeDetails)
    assert cluster.details.quantities == KupeQuantities(cpu="2500m", memory="8G", storage="100Gi")


@pytest.mark.parametrize("text", ["100G", "858993459200m", "1e3", "0.5Gi", "16Gi"])
def test_a_quantity_is_kept_as_the_provider_spells_it(text: str) -> None:
    cluster = read({"name": "a", "resources": {"memory": text, "storage": text}})
    assert isinstance(cluster.details, KupeDetails)
    assert cluster.details.quantities == KupeQuantities(memory=text, storage=text)
    assert cluster.capacity.total.memory_bytes == to_bytes(text)


def test_conditions_and_replicas_are_shown() -> None:
    body = fixture("kupe/cluster-degraded-high-availability.json")
    details = read(body).details
    assert isinstance(details, KupeDetails)
    assert details.high_availability == KupeHighAvailability(
        phase="ha-degraded",
        is_configured=True,
        enabled_at=datetime(2026, 3, 2, 9, 20, tzinfo=UTC),
        replicas_ready=2,
        replicas_desired=3,
        etcd_replicas_ready=3,
        etcd_replicas_desired=3,
    )
    assert [(one.type, one.status, one.last_transition_at) for one in details.conditions] == [
        ("Ready", "True", datetime(2026, 5, 1, 8, 0, tzinfo=UTC)),
        ("ReplicasReady", "False", None),
    ]


def test_a_cluster_without_high_availability_shows_nothing_of_it() -> None:
    unset = {"haPhase": "", "haConfigured": False, "haReplicasReady": 0, "haReplicasDesired": 0}
    details = read({"name": "a", "status": {"phase": "Running", **unset}}).details
    assert isinstance(details, KupeDetails)
    assert details.high_availability is None


def test_a_quantity_may_be_a_number() -> None:
    cluster = read({"name": "a", "resources": {"cpu": 1.5, "memory": 2**30}})
    assert cluster.capacity.total == Resources(cpu_millicores=1500, memory_mib=1024)


async def test_a_cluster_without_a_status_is_pending() -> None:
    cluster = (await read_list())["nightly"]
    assert (cluster.phase, cluster.provider_phase) == (Phase.PENDING, "")
    assert (cluster.version, cluster.connection, cluster.is_converged) == (None, None, None)


async def test_a_name_is_shown_where_there_is_no_display_name() -> None:
    clusters = await read_list()
    assert {cluster.display_name for cluster in clusters.values()} == {"Checkout", "search", "Nightly builds"}


def test_empty_strings_are_unset() -> None:
    cluster = read(fixture("kupe/cluster-unset.json"))
    unset = {
        name for name, value in cluster.model_dump(exclude={"capacity", "details"}).items() if value is None
    }
    assert {"incarnation", "version", "plan", "message", "created_at", "connection"} <= unset
    assert (cluster.key, cluster.display_name, cluster.phase) == ("bare", "bare", Phase.PENDING)
    assert cluster.capacity.total == Resources()
    assert cluster.details == KupeDetails(console_url="https://console.kupe.cloud")


# ---------------------------------------------------------------------- identity and change


async def test_a_recreated_cluster_is_a_new_one_wherever_its_clock_stands() -> None:
    clusters = await read_list()
    assert clusters["search"].key == "search@2026-05-11T14:40:12Z"
    again = read({"name": "search", "createdAt": "2026-05-12T00:00:00Z"})
    same = read({"name": "search", "createdAt": "2026-05-11T14:40:12.000Z"})
    assert again.key != clusters["search"].key == same.key


def test_a_change_that_is_not_yet_applied_makes_a_running_cluster_an_updating_one() -> None:
    cluster = read(fixture("kupe/cluster-converging.json"))
    assert (cluster.phase, cluster.provider_phase, cluster.is_converged) == (Phase.UPDATING, "Running", False)


@pytest.mark.parametrize(
    ("generation", "observed", "is_converged"),
    [
        (3, 3, True),
        (3, 4, True),
        (3, 2, False),
        (3, 0, False),
        (0, 0, None),
        (None, 3, None),
        (3, None, None),
    ],
)
def test_convergence_needs_both_generations(
    generation: int | None, observed: int | None, is_converged: bool | None
) -> None:
    cluster = read(
        {
            "name": "a",
            "generation": generation,
            "status": {"phase": "Running", "observedGeneration": observed},
        }
    )
    assert cluster.is_converged is is_converged
    assert cluster.phase is (Phase.UPDATING if is_converged is False else Phase.READY)


@pytest.mark.parametrize("phase", [phase for phase in PHASES if phase not in ("", "Running")])
def test_a_change_that_is_not_yet_applied_hides_no_other_phase(phase: str) -> None:
    cluster = read({"name": "a", "generation": 2, "status": {"phase": phase, "observedGeneration": 1}})
    assert cluster.phase is PHASES[phase]


def test_what_high_availability_is_at_is_an_operation() -> None:
    cluster = read(fixture("kupe/cluster-migrating-to-high-availability.json"))
    assert (cluster.phase, cluster.provider_operation) == (Phase.UPDATING, "migrating")
    assert cluster.message == "Moving"
    assert cluster.details == KupeDetails(
        console_url="https://console.kupe.cloud",
        isolation="dedicated",
        is_highly_available=False,
        requested_version="1.33",
        high_availability=KupeHighAvailability(phase="migrating"),
        conditions=(KupeCondition(type="Ready", status="Unknown", reason="Moving"),),
    )


@pytest.mark.parametrize(
    ("state", "operation", "message"),
    [
        ("pending", "pending", None),
        ("migrating", "migrating", None),
        ("ha-healthy", None, None),
        ("ha-degraded", None, "High availability is degraded."),
        ("ha-unavailable", None, "High availability is unavailable."),
        ("ha-dancing", None, None),
    ],
)
def test_every_state_of_high_availability(state: str, operation: str | None, message: str | None) -> None:
    cluster = read({"name": "a", "status": {"phase": "Running", "haPhase": state}})
    assert (cluster.phase, cluster.provider_operation, cluster.message) == (Phase.READY, operation, message)


@pytest.mark.parametrize("conditions", [None, [], ["broken"], [7], [{}], [{"status": "False", "message": 7}]])
def test_conditions_of_any_shape_are_survived(conditions: object) -> None:
    cluster = read({"name": "a", "status": {"phase": "Degraded", "conditions": conditions}})
    assert (cluster.phase, cluster.message) == (Phase.DEGRADED, None)


SETTABLE = {
    "version": "1.33",
    "resources": {"cpu": "4"},
    "alerts": {"cpuPercent": 80},
    "highAvailability": True,
}


@pytest.mark.parametrize(
    "change",
    [
        {"version": "1.34"},
        {"resources": {"cpu": "8"}},
        {"resources": None},
        {"alerts": {"cpuPercent": 90}},
        {"highAvailability": False},
    ],
    ids=str,
)
def test_whatever_can_be_set_changes_the_revision(change: dict[str, object]) -> None:
    assert read({"name": "a", **SETTABLE}).revision != read({"name": "a", **SETTABLE, **change}).revision


@pytest.mark.parametrize(
    "change",
    [
        {"status": {"phase": "Degraded", "observedGeneration": 4}},
        {"generation": 9, "resourceVersion": "77"},
        {"resources": {"cpu": "4", "memory": ""}},
    ],
    ids=str,
)
def test_whatever_cannot_be_set_leaves_the_revision(change: dict[str, object]) -> None:
    assert read({"name": "a", **SETTABLE}).revision == read({"name": "a", **SETTABLE, **change}).revision


# ---------------------------------------------------------------------- the calls


@pytest.mark.parametrize("etag", ['"12345"', "42", 'W/"7"'])
async def test_a_single_cluster_carries_its_etag_byte_for_byte(etag: str) -> None:
    answer = httpx.Response(200, headers={"ETag": etag}, json={"name": "a/b", "resourceVersion": "1"})
    replay = Replay({f"{LIST}/a%2Fb": answer})
    cluster = await replay.open(KupeAdapter, "acme corp").cluster("a/b")
    assert cluster.provider_revision == etag
    assert replay.asked == [f"{LIST}/a%2Fb"]


async def test_an_empty_list_may_be_null() -> None:
    listing = await Replay({LIST: {"items": None}}).open(KupeAdapter, "acme corp").clusters()
    assert (listing.items, listing.incomplete) == ((), None)


async def test_a_connection_is_read_from_the_kubeconfig() -> None:
    replay = Replay({f"{LIST}/a/kubeconfig": fixture("kupe/kubeconfig.json")})
    connection = await replay.open(KupeAdapter, "acme corp").connection(read({"name": "a"}))
    assert connection == Connection(
        endpoint="https://checkout.example.test:6443", certificate_authority="Y2VydGlmaWNhdGU="
    )


NOT_READY = httpx.Response(503, json=fixture("kupe/error-503-not-ready.json"))


async def test_there_is_no_connection_until_the_cluster_is_ready() -> None:
    replay = Replay({f"{LIST}/a/kubeconfig": NOT_READY})
    provisioning = read({"name": "a", "status": {"phase": "Provisioning"}})
    assert await replay.open(KupeAdapter, "acme corp").connection(provisioning) is None
    assert len(replay.asked) == 1


@pytest.mark.parametrize(("phase", "status"), [("Running", 503), ("Upgrading", 503), ("Provisioning", 502)])
async def test_an_outage_is_not_taken_for_a_missing_connection(phase: str, status: int) -> None:
    replay = Replay({f"{LIST}/a/kubeconfig": httpx.Response(status)})
    cluster = read({"name": "a", "status": {"phase": phase}})
    with pytest.raises(Unavailable):
        await replay.open(KupeAdapter, "acme corp").connection(cluster)


async def test_the_providers_message_is_in_the_error() -> None:
    refusal = httpx.Response(412, json={"error": "etag mismatch"}, headers={"X-Request-Id": "req-1"})
    with pytest.raises(Conflict) as raised:
        await Replay({LIST: refusal}).open(KupeAdapter, "acme corp").clusters()
    assert raised.value.message == "Kupe Cloud has a newer revision (412): etag mismatch"
    assert raised.value.provider_request_id == "req-1"


async def test_an_account_without_a_tenant_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="needs an external id"):
        await Replay({}).open(KupeAdapter).clusters()


# ---------------------------------------------------------------------- what the vendor shows


@needs_published
class TestExamples:
    """Compared with the bodies themselves: whatever they say is there."""

    def test_a_running_cluster(self) -> None:
        body = example("get-cluster.running")
        cluster = read(body)
        assert (cluster.key, cluster.display_name) == (body["name"], body["displayName"])
        assert (cluster.plan, cluster.version) == (body["type"], body["version"])
        assert (cluster.phase, cluster.provider_phase) == (Phase.READY, body["status"]["phase"])
        assert cluster.connection == Connection(endpoint=body["status"]["endpoint"])

    async def test_a_kubeconfig(self) -> None:
        body = example("get-kubeconfig")
        replay = Replay({f"{LIST}/a/kubeconfig": body})
        connection = await replay.open(KupeAdapter, "acme corp").connection(read({"name": "a"}))
        assert connection == Connection(
            endpoint=body["endpoint"], certificate_authority=body["certificateAuthority"]
        )

    async def test_an_etag_mismatch(self) -> None:
        body = example("error-412-etag")
        replay = Replay({LIST: httpx.Response(412, json=body)})
        with pytest.raises(Conflict, match=body["error"]):
            await replay.open(KupeAdapter, "acme corp").clusters()


def example(name: str) -> Any:
    return json.loads((PUBLISHED / "examples" / "kupe" / f"{name}.response.json").read_bytes())
