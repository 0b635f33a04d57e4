"""Every answer that the vendors' own examples show says here what it says there."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters.cockroachdb import CockroachdbAdapter
from adapters.cockroachdb.convert import to_cluster
from adapters.cockroachdb.wire import WireCluster
from adapters.kupe import KupeAdapter
from fleet.model.cluster import Cluster, Resources
from fleet.model.spend import Statement
from fleet.model.upgrade import UpgradeState
from tests.adapters.replay import Replay
from tests.published import PUBLISHED, needs_published

pytestmark = needs_published

ELSEWHERE = {
    "cockroachdb": {"get-cluster.basic-2026", "get-cluster.dedicated-gcp-2022"},
    "kupe": {"get-cluster.running", "get-kubeconfig", "error-412-etag"},
}
"""Tested with their adapters."""
HERE = {
    "cockroachdb": {
        "get-cluster.heterogeneous",
        "list-allowlist",
        "list-backups-2026",
        "list-cluster-versions",
        "list-invoices",
    },
    "kupe": {"get-tenant", "list-invoices"},
}


def example(provider: str, name: str) -> Any:
    return json.loads((PUBLISHED / "examples" / provider / f"{name}.response.json").read_bytes())


ALSO = {"northflank", "qovery"}
"""Providers whose examples are counted with their adapters."""


def test_a_provider_with_examples_is_known() -> None:
    assert {path.name for path in (PUBLISHED / "examples").iterdir()} == HERE.keys() | ALSO


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("provider", list(HERE))
def test_every_example_of_an_answer_is_tested(provider: str) -> None:
    found = (PUBLISHED / "examples" / provider).glob("*.response.json")
    names = {path.name.removesuffix(".response.json") for path in found}
    assert names == HERE[provider] | ELSEWHERE[provider]


def mixed() -> tuple[Any, Cluster]:
    body = example("cockroachdb", "get-cluster.heterogeneous")
    return body, to_cluster(WireCluster.model_validate(body), "account")


def test_a_cluster_whose_regions_differ() -> None:
    body, cluster = mixed()
    regions = body["regions"]
    cores = sum(one["node_count"] * one["num_virtual_cpus"] for one in regions)
    hardware, nodes = body["config"]["dedicated"], sum(one["node_count"] for one in regions)
    capacity = cluster.capacity
    assert (capacity.total.cpu_millicores, capacity.node_count) == (cores * 1000, nodes)
    assert capacity.total.storage_mib == nodes * hardware["storage_gib"] * 1024
    assert (capacity.per_node.cpu_millicores, capacity.per_node.memory_mib) == (None, None)
    assert (capacity.total.memory_mib, capacity.instance_type) == (None, None)
    details = cluster.details.model_dump()
    assert [
        (one["name"], one["node_count"], one["machine_type"], one["vcpus"], one["disk_iops"])
        for one in details["regions"]
    ] == [
        (one["name"], one["node_count"], one["machine_type"], one["num_virtual_cpus"], one["disk_iops"])
        for one in regions
    ]
    assert (details["folder_id"], details["network_visibility"], details["egress_traffic_policy"]) == (
        body["parent_id"],
        body["network_visibility"],
        body["egress_traffic_policy"],
    )
    assert (cluster.labels, cluster.is_deletion_protected) == (body["labels"], False)
    assert (cluster.upgrade_state, cluster.created_at) == (UpgradeState.AVAILABLE, moment(body["created_at"]))
    assert cluster.unread_members == ()


async def test_an_allowlist() -> None:
    body = example("cockroachdb", "list-allowlist")
    _, cluster = mixed()
    path = f"/api/v1/clusters/{cluster.external_id}/networking/allowlist"
    allowlist = await Replay({path: body}).open(CockroachdbAdapter).allowlist(cluster)
    assert allowlist.is_propagating is body["propagating"]
    assert [(one.cidr, one.name, one.allows_sql, one.allows_ui) for one in allowlist.networks] == [
        (f"{one['cidr_ip']}/{one['cidr_mask']}", one["name"], one["sql"], one["ui"])
        for one in body["allowlist"]
    ]


async def test_backups() -> None:
    body = example("cockroachdb", "list-backups-2026")
    _, cluster = mixed()
    replay = Replay({f"/api/v1/clusters/{cluster.external_id}/backups": body})
    last = (await replay.open(CockroachdbAdapter).upkeep(cluster)).last_backup
    newest = max(body["backups"], key=lambda one: one["as_of_time"])
    assert (last.external_id, last.as_of) == (newest["id"], moment(newest["as_of_time"]))


async def test_versions_on_offer() -> None:
    """The cluster runs the one version of which an upgrade is allowed to another one that is supported."""
    body = example("cockroachdb", "list-cluster-versions")
    _, cluster = mixed()
    adapter = Replay({"/api/v1/cluster-versions": body}).open(CockroachdbAdapter)
    major = ".".join((cluster.version or "").split(".")[:2])
    here = next(one for one in body["versions"] if one["version"] == major)
    offered = (await adapter.versions()).items
    assert {one.name for one in offered} == {
        one["version"] for one in body["versions"] if one["support_status"] == "SUPPORTED"
    }
    assert all(one.support_ends_at and one.upgrades_to is not None for one in offered)
    assert await adapter.upgrade_versions([cluster]) == {cluster.key: tuple(here["allowed_upgrades"])}


async def statements(provider: str, answers: dict[str, Any]) -> list[Statement]:
    replay = Replay(answers)
    adapter = replay.open(KupeAdapter, "acme") if provider == "kupe" else replay.open(CockroachdbAdapter)
    listing = await adapter.spend()
    assert (listing.unreadable, listing.incomplete) == ((), None)
    return list(listing.items)


def rounded(amount: float | str | Decimal) -> int:
    return int(Decimal(str(amount)).quantize(Decimal("0.01")).scaleb(2))


async def test_invoices_of_an_organization() -> None:
    body = example("cockroachdb", "list-invoices")
    found = {one.external_id: one for one in await statements("cockroachdb", {"/api/v1/invoices": body})}
    assert found.keys() == {one["invoice_id"] for one in body["invoices"]}
    for invoice in body["invoices"]:
        one = found[invoice["invoice_id"]]
        (total,) = invoice["totals"]
        assert (one.total.minor_units, one.total.currency) == (rounded(total["amount"]), total["currency"])
        assert (one.since, one.until) == (moment(invoice["period_start"]), moment(invoice["period_end"]))
        assert one.is_final is (invoice["status"] == "FINALIZED")
        expected = {
            (item["cluster"]["name"], item["cluster"]["id"], rounded(item["totals"][0]["amount"]))
            for item in invoice["invoice_items"]
        } | {(change["name"], None, rounded(change["amount"]["amount"])) for change in invoice["adjustments"]}
        assert {
            (line.label, line.cluster_external_id, line.amount.minor_units) for line in one.lines
        } == expected


async def test_a_tenant() -> None:
    body = example("kupe", "get-tenant")
    replay = Replay({"/api/v1/tenants/acme": body})
    held = await replay.open(KupeAdapter, "acme").subscription()
    status = body["status"]
    pool = {name: int(number) for name, number in status["poolResources"].items()}
    resources = Resources(
        cpu_millicores=pool["cpu"] * 1000,
        memory_mib=pool["memory"] * 1024,
        storage_mib=pool["storage"] * 1024,
    )
    assert (held.plan, held.cluster_count) == (body["plan"], status["clusterCount"])
    assert (held.pool, held.allocated) == (resources, resources)
    usage = status["currentUsage"]
    compute, observability = usage["compute"], usage["observability"]
    assert [str(one.quantity) for one in held.meters] == [
        compute["cpuCoreHours"],
        compute["memoryGiBHours"],
        compute["storageGiBHours"],
        str(observability["currentActiveSeries"]),
        str(observability["billableActiveSeriesP95"]),
        observability["logIngestGB"],
    ]
    assert {one.name: one.is_capped for one in held.meters if one.is_capped is not None} == {
        "metrics now": body["enforceMetricsLimit"],
        "metrics that count (P95)": body["enforceMetricsLimit"],
        "logs": body["enforceLogLimit"],
    }
    assert held.as_of == moment(usage["updatedAt"])
    personal = [body["contactEmail"], *(one["email"] for one in body["members"])]
    assert not [address for address in personal if address in held.model_dump_json()]


async def test_what_a_tenant_costs() -> None:
    tenant, invoices = example("kupe", "get-tenant"), example("kupe", "list-invoices")
    answers = {"/api/v1/tenants/acme": tenant, "/api/v1/tenants/acme/invoices": invoices}
    estimate, invoice = await statements("kupe", answers)
    usage, (told,) = tenant["status"]["currentUsage"], invoices["items"]
    assert (estimate.total.minor_units, estimate.total.currency) == (
        rounded(usage["estimatedTotal"]),
        usage["currency"],
    )
    assert (estimate.since, estimate.until, estimate.is_final) == (
        moment(usage["periodStart"]),
        moment(usage["periodEnd"]),
        False,
    )
    assert sum(line.amount.minor_units for line in estimate.lines) == estimate.total.minor_units
    assert (invoice.period, invoice.total.minor_units, invoice.total.currency, invoice.is_final) == (
        told["name"],
        rounded(told["status"]["total"]),
        told["status"]["currency"],
        True,
    )
    assert {line.label: line.amount.minor_units for line in invoice.lines} == {
        **{one["kind"]: rounded(one["cost"]) for one in told["status"]["lineItems"]},
        "credits": -rounded(told["status"]["creditsApplied"]),
    }
