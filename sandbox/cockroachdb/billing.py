"""The invoices of an organization: one a month, the running one in DRAFT."""

from datetime import datetime
from typing import Any

from sandbox.cockroachdb.versions import instant, render
from sandbox.cockroachdb.world import MACHINES, Incarnation, Organization
from sandbox.faults import Json
from sandbox.identifiers import Identifiers
from sandbox.months import Month, months_until

VCPU_HOUR = 0.163
"""Dollars for a vCPU of an Advanced cluster, and a quarter of it for one of a Standard cluster."""
BASIC_MONTH = 11.3717
"""Dollars of use of a Basic cluster that runs all month."""
FREE_CREDIT = 15.0
ADJUSTMENT = "Basic free credit"


def invoices(organization: Organization, version: str, ids: Identifiers, now: datetime) -> list[Json]:
    """In the order of their periods."""
    found = [invoice(organization, month, version, ids, now) for month in months_until(now)]
    return [one for one in reversed(found) if one["invoice_items"] or one["status"] == "DRAFT"]


def invoice(organization: Organization, month: Month, version: str, ids: Identifiers, now: datetime) -> Json:
    items = [
        item(found, month, version, now)
        for found in sorted(organization.incarnations(now), key=lambda found: found.cluster.name)
        if month.hours(found.created_at, min(now, found.deleted_at or now)) > 0
    ]
    basic = sum(
        one["totals"][0]["amount"] for one in items if one["cluster"]["plan"] in ("BASIC", "SERVERLESS")
    )
    free = min(FREE_CREDIT, basic)
    adjustments = [{"name": ADJUSTMENT, "amount": usd(-free)}] if free else []
    return {
        "invoice_id": ids.uuid("invoice", organization.label, month.name),
        "period_start": instant(month.begins),
        "period_end": instant(month.ends),
        "status": "DRAFT" if month.ends > now else "FINALIZED",
        "totals": [usd(sum(one["totals"][0]["amount"] for one in items) - free)],
        "balances": [usd(0.0)],
        "invoice_items": items,
        "adjustments": adjustments,
    }


def item(found: Incarnation, month: Month, version: str, now: datetime) -> Json:
    cluster = found.cluster
    hours = month.hours(found.created_at, min(now, found.deleted_at or now))
    if cluster.hardware:
        vcpus = MACHINES[cluster.hardware.machine]["vcpus"] * sum(cluster.regions.values())
        line = {
            "description": "Compute",
            "quantity": hours * vcpus,
            "quantity_unit": "VCPU_HOURS",
            "unit_cost": VCPU_HOUR,
        }
    elif cluster.plan == "STANDARD":
        vcpus = int((cluster.limits.usage or {}).get("provisioned_virtual_cpus", 2))
        line = {
            "description": "Provisioned compute",
            "quantity": hours * vcpus,
            "quantity_unit": "VCPU_HOURS",
            "unit_cost": VCPU_HOUR / 4,
        }
    else:
        line = {
            "description": "Request units and storage",
            "quantity": hours,
            "quantity_unit": "HOURS",
            "unit_cost": BASIC_MONTH / 730,
        }
    total = usd(round(float(line["quantity"]) * float(line["unit_cost"]), 4))
    return {
        "cluster": render(found, version),
        "totals": [total],
        "line_items": [line | {"total": total}],
    }


def usd(amount: float) -> dict[str, Any]:
    return {"amount": round(amount, 4), "currency": "USD"}
