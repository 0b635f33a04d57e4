"""What an account costs: invoices of the months that are over, and the use of the one that runs, both in cents.

An invoice in a list has no clusters, one by itself has them, and the use is told hourly or, where it is asked for, as a
sum: as in the vendor's newest client.
"""

from datetime import datetime
from typing import Any

from sandbox.faults import Json
from sandbox.identifiers import Identifiers
from sandbox.months import Month, months_until
from sandbox.northflank.world import Incarnation, Scope

CLUSTER_HOUR, NODE_HOUR = 9.8125, 6.5
TAX_PERCENT = 20


def invoices(scope: Scope, ids: Identifiers, now: datetime) -> list[Json]:
    return [invoice(scope, month, ids, now) for month in months_until(now) if month.ends <= now]


def listed(one: Json) -> Json:
    return one | {"byoc": {name: one["byoc"][name] for name in ("price", "usage")}}


def invoice(scope: Scope, month: Month, ids: Identifiers, now: datetime) -> Json:
    clusters = [
        billed(found, month, now) for found in scope.incarnations(now) if hours(found, month, now) > 0
    ]
    total = sum(one["price"]["total"] for one in clusters)
    tax = total * TAX_PERCENT / 100
    return {
        "id": f"in-{ids.hex('invoice', scope.name, month.name, length=10)}",
        "period": {"start": month.begins.timestamp(), "end": month.ends.timestamp()},
        "currency": "usd",
        "status": "paid",
        "byoc": {
            "price": {"total": total},
            "usage": {"clusterHours": len(clusters) * 730},
            "clusters": clusters,
        },
        "paas": {"price": {"total": 0}, "teams": []},
        "lineItems": [],
        "subTotal": total,
        "discounts": {"total": 0},
        "tax": {"percent": TAX_PERCENT, "amount": tax},
        "total": total + tax,
    }


def use(scope: Scope, now: datetime, granularity: str) -> dict[str, Any]:
    month = next(months_until(now))
    clusters = [
        billed(found, month, now) for found in scope.incarnations(now) if hours(found, month, now) > 0
    ]
    total = sum(one["price"]["total"] for one in clusters)
    whole: Json = {
        "byoc": {"price": {"total": total}, "clusters": clusters},
        "total": total,
        "currency": "usd",
    }
    if granularity == "total":
        return {"window": {"start": month.begins.timestamp(), "end": now.timestamp()}, **whole}
    return {"usage": [{"timestamp": month.begins.timestamp(), "byocUsage": {"price": {"total": total}}}]}


def billed(found: Incarnation, month: Month, now: datetime) -> Json:
    nodes = sum(pool.get("nodeCount", 0) for pool in found.cluster.pools)
    ran = hours(found, month, now)
    price = {"cluster": ran * CLUSTER_HOUR, "vcpu": ran * nodes * NODE_HOUR}
    return {
        "id": found.cluster.id,
        "name": found.cluster.name,
        "price": {"total": sum(price.values()), **price},
        "usage": {"clusterHours": ran},
    }


def hours(found: Incarnation, month: Month, now: datetime) -> float:
    return month.hours(found.created_at, now)
