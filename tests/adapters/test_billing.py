"""What accounts cost, as each provider tells it."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from adapters.cockroachdb import CockroachdbAdapter
from adapters.kupe import KupeAdapter
from adapters.northflank import NorthflankAdapter
from adapters.qovery import QoveryAdapter
from fleet.model.cluster import Resources
from fleet.model.failure import Forbidden
from fleet.model.money import Money
from fleet.model.spend import Statement
from fleet.model.subscription import Subscription
from fleet.ports.adapter import Listing
from tests.adapters.replay import Replay, fixture

COCKROACHDB = {"/api/v1/invoices": fixture("cockroachdb/list-invoices.json")}
KUPE = {
    "/api/v1/tenants/acme": fixture("kupe/tenant.json"),
    "/api/v1/tenants/acme/invoices": fixture("kupe/list-invoices.json"),
}
QOVERY = {
    "/organization/o/currentCost": fixture("qovery/organization-cost.json"),
    "/organization/o/invoice": fixture("qovery/list-invoices.json"),
}
NORTHFLANK = {
    "/v1/billing/invoices": fixture("northflank/list-invoices.json"),
    "/v1/billing/invoices/in-9": fixture("northflank/get-invoice.json"),
    "/v1/billing/usage": fixture("northflank/use-hourly.json"),
}


def money(units: int, currency: str = "USD") -> Money:
    return Money(minor_units=units, currency=currency)


def totals(listing: Listing[Statement]) -> list[tuple[str, Money, bool]]:
    return [(one.period, one.total, one.is_final) for one in listing.items]


def parts(statement: Statement) -> list[tuple[str, int, str | None]]:
    return [(one.label, one.amount.minor_units, one.cluster_external_id) for one in statement.lines]


async def test_an_invoice_of_cockroachdb_is_a_statement_for_each_currency() -> None:
    replay = Replay(COCKROACHDB)
    listing = await replay.open(CockroachdbAdapter).spend()
    assert totals(listing) == [
        ("2026-10", money(31013), True),
        ("2026-10", money(4050, "CRDB_CLOUD_CREDITS"), True),
        ("2026-11", money(9900), False),
    ]
    dollars, credits, draft = listing.items
    assert parts(dollars) == [
        ("ledger", 30012, "c-ledger"),
        ("gone", 2251, "c-gone"),
        ("Free credit", -1250, None),
    ]
    assert parts(credits) == [("gone", 4050, "c-gone")]
    assert (draft.since, draft.until) == (
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
    )
    assert [one.external_id for one in listing.unreadable] == ["in-3"]
    assert "start_time=2025-11-22" in replay.asked[0]


async def test_kupe_tells_an_estimate_and_invoices_and_what_their_sums_hold_beside_the_parts() -> None:
    listing = await Replay(KUPE).open(KupeAdapter, "acme").spend()
    assert totals(listing) == [("2026-11", money(10015, "GBP"), False), ("2026-10", money(6000, "GBP"), True)]
    estimate, invoice = listing.items
    assert estimate.as_of == datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert parts(estimate) == [
        ("CPU", 8010, None),
        ("plan, and all else", 2900, None),
        ("memory", 2005, None),
        ("storage", 100, None),
        ("credits", -3000, None),
    ]
    assert parts(invoice) == [("compute.cpu", 4500, None), ("plan, and all else", 1500, None)]


async def test_a_tenant_without_an_estimate_shows_its_invoices_alone() -> None:
    young = {**KUPE, "/api/v1/tenants/acme": {"name": "acme"}}
    listing = await Replay(young).open(KupeAdapter, "acme").spend()
    assert [one.is_final for one in listing.items] == [True]


async def test_kupe_tells_its_plan_and_pools_and_what_was_used_and_nobodys_address() -> None:
    found = await Replay(KUPE).open(KupeAdapter, "acme").subscription()
    assert (found.plan, found.cluster_count) == ("pro", 3)
    assert found.pool == Resources(cpu_millicores=8000, memory_mib=32 * 1024, storage_mib=200 * 1024)
    assert found.allocated == Resources(cpu_millicores=6500, memory_mib=24 * 1024 + 512)
    assert [(one.name, str(one.quantity), one.unit, one.is_capped) for one in found.meters] == [
        ("CPU", "2670.00", "core hours", None),
        ("metrics that count (P95)", "41000", "active series", True),
        ("logs", "12.50", "GB", False),
    ]
    assert found.as_of == datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert "planted" not in found.model_dump_json()


async def test_kupe_tells_what_its_plans_hold() -> None:
    pro = {
        "name": "pro",
        "displayName": "Pro",
        "platformFee": "99.50",
        "maxClusters": 5,
        "resourcePool": {"cpu": "8", "memory": "32", "storage": "200"},
        "observabilityPool": {
            "maxActiveSeries": 100000,
            "logIngestGB": 50,
            "retentionDays": 14,
            "maxReceivers": 5,
        },
    }
    plans = {
        "items": [{"name": "starter", "maxClusters": {"of": "another type"}}, pro, {"displayName": "None"}]
    }
    replay = Replay({**KUPE, "/api/v1/plans": plans})
    starter, held = (await replay.open(KupeAdapter, "acme").plans()).items
    assert (starter.name, starter.most_clusters, starter.pool, starter.allowances) == (
        "starter",
        None,
        None,
        (),
    )
    assert (held.name, held.display_name, str(held.monthly_fee), held.most_clusters) == (
        "pro",
        "Pro",
        "99.50",
        5,
    )
    assert held.pool == Resources(cpu_millicores=8000, memory_mib=32 * 1024, storage_mib=200 * 1024)
    assert [(one.name, str(one.quantity), one.unit) for one in held.allowances] == [
        ("metrics", "100000", "active series"),
        ("logs", "50", "GB a month"),
        ("retention", "14", "days"),
        ("alerts", "5", "receivers"),
    ]


@pytest.mark.parametrize("status", [403, 404])
async def test_kupe_that_tells_no_plans_has_none(status: int) -> None:
    replay = Replay({**KUPE, "/api/v1/plans": httpx.Response(status, json={})})
    assert (await replay.open(KupeAdapter, "acme").plans()).items == ()


async def test_a_young_tenant_has_a_plan_without_numbers() -> None:
    young = {"/api/v1/tenants/acme": {"name": "acme", "plan": "starter", "status": {"poolResources": None}}}
    assert await Replay(young).open(KupeAdapter, "acme").subscription() == Subscription(plan="starter")


async def test_qovery_tells_its_own_charges_and_no_void_invoice() -> None:
    listing = await Replay(QOVERY).open(QoveryAdapter, "o").spend()
    assert totals(listing) == [
        ("until 2026-12-01", money(29900), False),
        ("invoice of 2026-11-01", money(29900), True),
    ]


async def test_northflank_tells_whole_invoices_and_adds_up_the_hours_that_run() -> None:
    listing = await Replay(NORTHFLANK).open(NorthflankAdapter).spend()
    assert totals(listing) == [("2026-11", money(25), False), ("2026-10", money(26365), True)]
    assert parts(listing.items[1]) == [
        ("Edge", 20000, "edge"),
        ("tax", 4394, None),
        ("other clusters", 1351, None),
        ("support", 1000, None),
        ("Northflank's own hosting", 120, None),
        ("discounts", -500, None),
    ]


async def test_the_older_api_of_northflank_knows_no_ids_and_no_clusters() -> None:
    older = {"period": {"start": 1790812800, "end": 1793491200}, "total": 100, "paid": True}
    answers = {
        "/v1/teams/t/billing/invoices": {"data": {"invoices": [older]}},
        "/v1/teams/t/billing/usage": {"data": {}},
    }
    listing = await Replay(answers).open(NorthflankAdapter, "t").spend()
    assert totals(listing) == [("2026-10", money(100), True)]


async def test_a_draft_of_northflank_is_the_running_period_and_use_is_not_asked_for() -> None:
    draft = {**NORTHFLANK["/v1/billing/invoices"]["data"]["invoices"][0], "status": "draft"}
    answers = {**NORTHFLANK, "/v1/billing/invoices": {"data": {"invoices": [draft]}}}
    answers["/v1/billing/invoices/in-9"] = {"data": draft}
    replay = Replay(answers)
    listing = await replay.open(NorthflankAdapter).spend()
    assert [one.is_final for one in listing.items] == [False]
    assert not any("usage" in path for path in replay.asked)


@pytest.mark.parametrize(
    ("adapter", "scope", "answers"),
    [
        (CockroachdbAdapter, None, COCKROACHDB),
        (KupeAdapter, "acme", KUPE),
        (QoveryAdapter, "o", QOVERY),
        (NorthflankAdapter, None, NORTHFLANK),
    ],
)
async def test_a_token_that_may_not_see_bills_is_said_to_be_forbidden(
    adapter: Any, scope: str | None, answers: dict[str, Any]
) -> None:
    refused = {path: httpx.Response(403, json={"message": "no billing for you"}) for path in answers}
    with pytest.raises(Forbidden):
        await Replay(refused).open(adapter, scope).spend()
