"""Basic and Standard clusters: what a request says of them."""

from typing import Any

from sandbox.bodies import Body
from sandbox.cockroachdb import limits
from sandbox.cockroachdb.versions import CURRENT, USAGE_LIMITS
from sandbox.cockroachdb.world import Cluster, Limits, offered


def serverless(body: Body, cloud: str, version: str, plan: str) -> dict[str, Any]:
    allow_serverless(body, version, "with_empty_ip_allowlist")
    names = body.choices("regions", offered(cloud, is_serverless=True))
    if not names:
        raise body.refuse("regions", "must not be empty")
    return {
        "regions": dict.fromkeys(primary_first(body, names), 0),
        "limits": limits.read(body, version, plan, Limits()),
        "upgrade_type": upgrade_type(body, plan),
        "allowlist": {} if body.take("with_empty_ip_allowlist", bool, default=False) else None,
    }


def upgrade_type(body: Body, plan: str) -> str:
    wanted: str = body.choice("upgrade_type", ("MANUAL", "AUTOMATIC"), default="AUTOMATIC")
    if wanted == "MANUAL" and plan == "BASIC":
        raise body.refuse("upgrade_type", "of a BASIC cluster is AUTOMATIC")
    return wanted


def serverless_change(body: Body, cluster: Cluster, version: str, plan: str) -> dict[str, Any]:
    allow_serverless(body, version)
    before = cluster.limits if plan == cluster.plan else Limits()
    changed: dict[str, Any] = {"limits": limits.read(body, version, plan, before)}
    if "regions" in body:
        names = body.choices("regions", offered(cluster.cloud, is_serverless=True))
        if not set(cluster.regions) <= set(names):
            raise body.refuse("regions", "can be added, not removed")
        changed["regions"] = dict.fromkeys(primary_first(body, names), 0)
    if "upgrade_type" in body:
        changed["upgrade_type"] = upgrade_type(body, plan)
    return changed


def allow_serverless(body: Body, version: str, *more: str) -> None:
    newer = ("primary_region",) if version >= USAGE_LIMITS else ()
    newest = ("upgrade_type",) if version == CURRENT else ()
    body.allow("regions", *newer, *newest, *limits.allowed(version), *more)


def primary_first(body: Body, names: list[str]) -> list[str]:
    if len(names) > 1:
        primary = body.choice("primary_region", names)
        return [primary, *(name for name in names if name != primary)]
    return names
