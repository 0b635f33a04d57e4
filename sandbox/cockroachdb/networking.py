"""The IP allowlist of a cluster."""

from collections.abc import Mapping
from datetime import datetime
from ipaddress import IPv4Address

from sandbox.api import Refusal
from sandbox.bodies import Body
from sandbox.cockroachdb.changes import keep
from sandbox.cockroachdb.world import Cluster, Incarnation, Organization
from sandbox.faults import Json

MOST = {"BASIC": 50, "STANDARD": 50, "ADVANCED": 200}
MOST_ON_AWS = 20
"""Of an Advanced cluster."""
EVERYBODY = {"cidr_ip": "0.0.0.0", "cidr_mask": 0, "name": "Allow All", "sql": True, "ui": False}  # noqa: S104 - it is data

Entries = Mapping[tuple[str, int], Json]


def entries(cluster: Cluster) -> Entries:
    """An Advanced cluster begins with none, another one open to everybody."""
    if cluster.allowlist is not None:
        return cluster.allowlist
    return {} if cluster.hardware else {("0.0.0.0", 0): EVERYBODY}  # noqa: S104 - it is data


def add(organization: Organization, found: Incarnation, members: Json, now: datetime) -> Json:
    body = Body(members)
    body.allow("cidr_ip", "cidr_mask", "name", "sql", "ui")
    address = body.text("cidr_ip")
    try:
        IPv4Address(address)
    except ValueError:
        raise body.refuse("cidr_ip", "is no IPv4 address") from None
    mask = body.number("cidr_mask")
    if mask > 32:
        raise body.refuse("cidr_mask", "must be at most 32")
    before = entries(found.cluster)
    if (address, mask) in before:
        raise Refusal(409, "an allowlist entry of this range exists already")
    plan, is_aws = found.cluster.plan, found.cluster.cloud == "AWS"
    if len(before) >= (MOST_ON_AWS if plan == "ADVANCED" and is_aws else MOST[plan]):
        raise Refusal(400, "the allowlist is full")
    entry = {
        "cidr_ip": address,
        "cidr_mask": mask,
        "name": body.take("name", str) if "name" in body else "",
        "sql": body.take("sql", bool),
        "ui": body.take("ui", bool),
    }
    _keep(organization, found, {**before, (address, mask): entry}, now)
    return entry


def change(
    organization: Organization, found: Incarnation, key: tuple[str, int], members: Json, now: datetime
) -> Json:
    body = Body(members)
    body.allow("name", "sql", "ui")
    entry = _one(found, key) | {name: body.members[name] for name in body.members}
    _keep(organization, found, {**entries(found.cluster), key: entry}, now)
    return entry


def remove(organization: Organization, found: Incarnation, key: tuple[str, int], now: datetime) -> Json:
    entry = _one(found, key)
    left = {each: one for each, one in entries(found.cluster).items() if each != key}
    _keep(organization, found, left, now)
    return entry


def _one(found: Incarnation, key: tuple[str, int]) -> Json:
    entry = entries(found.cluster).get(key)
    if entry is None:
        raise Refusal(404, "allowlist entry not found")
    return dict(entry)


def _keep(organization: Organization, found: Incarnation, changed: Entries, now: datetime) -> None:
    keep(organization, found, None, now, {"allowlist": changed})
