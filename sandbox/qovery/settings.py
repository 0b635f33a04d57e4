"""What a request says of a cluster at Qovery, and what Qovery makes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.bodies import Body
from sandbox.faults import Json
from sandbox.identifiers import Identifiers
from sandbox.qovery import secret_managers
from sandbox.qovery.catalog import CATALOG
from sandbox.qovery.world import Organization

VENDORS = ("AWS", "SCW", "GCP", "DO", "AZURE", "OVH", "CIVO", "HETZNER", "ORACLE", "IBM", "ON_PREMISE")
MODES = ("MANAGED", "SELF_MANAGED", "PARTIALLY_MANAGED")

PATHS = {offer["short_name"]: path for path, offer in CATALOG["clouds"].items()}
OWN_MACHINES = "onPremise"
"""The path of credentials for machines of one's own."""

PLAIN = {
    "description": str,
    "instance_type": str,
    "production": bool,
    "ssh_keys": list,
    "metrics_parameters": dict,
    "infrastructure_charts_parameters": dict,
    "labels_groups": list,
}
"""Members that are stored as they are sent."""


CHARTS = ("nginx_parameters", "cert_manager_parameters", "metal_lb_parameters", "eks_anywhere_parameters")


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How a change is made otherwise than it asks."""

    hidden_seconds: float = 0
    late_seconds: float = 0
    converts_machines: bool = False
    rounds_sizes: bool = False
    adds_label: bool = False


STRAIGHT = Ways()


def settings(
    body: Body,
    organization: Organization,
    ids: Identifiers,
    now: datetime,
    ways: Ways,
    accesses: Sequence[Json],
) -> dict[str, Any]:
    """The members that a user can set, with the defaults of a request. Unknown members are ignored. `accesses` are
    those to secret managers that there are.
    """
    cloud = body.choice("cloud_provider", VENDORS)
    spec: Json = {
        "cloud_provider": cloud,
        "region": region(body, cloud),
        "kubernetes": body.choice("kubernetes", MODES, default="MANAGED"),
        "min_running_nodes": body.number("min_running_nodes", default=1),
        "max_running_nodes": body.number("max_running_nodes", default=1),
        "disk_size": body.number("disk_size", minimum=1, default=40),
    }
    if spec["min_running_nodes"] > spec["max_running_nodes"]:
        raise body.refuse("min_running_nodes", "must not be above max_running_nodes")
    if "disk_iops" in body:
        spec["disk_iops"] = body.number("disk_iops", minimum=3000, maximum=16000)
    if "disk_throughput" in body:
        spec["disk_throughput"] = body.number("disk_throughput", minimum=125, maximum=1000)
    spec |= {name: body.take(name, kind) for name, kind in PLAIN.items() if name in body}
    if "infrastructure_charts_parameters" in body:
        check_charts(body.inner("infrastructure_charts_parameters"))
    if "keda" in body:
        spec["keda"] = {"enabled": body.inner("keda").take("enabled", bool)}
    given = features(body)
    if "instance_type" in spec and spec["kubernetes"] == "MANAGED":
        spec["instance_type"] = machine(body, cloud, given, ways)
    if "secret_manager_accesses" in body:
        spec["secret_manager_accesses"] = secret_managers.take(body, accesses, ids, now)
    if ways.rounds_sizes:
        spec["disk_size"] = -(-spec["disk_size"] // 10) * 10
    if ways.adds_label:
        spec["labels_groups"] = [
            *spec.get("labels_groups", ()),
            {"id": ids.uuid(organization.name, "added label")},
        ]
    info = body.inner("cloud_provider_credentials")
    return {
        "spec": spec,
        "features": given,
        "credential_id": credential_of(info, organization, cloud),
    }


def check_charts(charts: Body) -> None:
    """By the OpenAPI document, what describes a cluster of EKS Anywhere has members that it cannot do without."""
    charts.allow(*CHARTS)
    if "eks_anywhere_parameters" not in charts:
        return
    own = charts.inner("eks_anywhere_parameters")
    own.allow("git_repository", "yaml_file_path", "cluster_backup")
    own.text("yaml_file_path")
    own.take("git_repository", dict)
    for name in ("url", "git_token_id"):
        own.inner("git_repository").text(name)
    if "cluster_backup" in own:
        backup = own.inner("cluster_backup")
        backup.take("s3", dict)
        for name in ("bucket", "region", "role_arn"):
            backup.inner("s3").text(name)


def machine(body: Body, cloud: str, given: Mapping[str, Any], ways: Ways) -> str:
    """A machine type on offer, as people spell it: T3A_LARGE is t3a.large. With Karpenter it does not matter."""
    wanted: str = body.text("instance_type")
    offered = {each["type"]: each for each in CATALOG["instance_types"].get(PATHS.get(cloud, ""), ())}
    spelled = {spell(name): name for name in offered}
    if "KARPENTER" in given or cloud == "GCP" or not offered:
        return wanted
    if spell(wanted) not in spelled:
        raise body.refuse("instance_type", f"must be one of {', '.join(offered)}")
    if not ways.converts_machines:
        return wanted
    asked = offered[spelled[spell(wanted)]]
    size = ("cpu", "ram_in_gb", "architecture")
    alike = (
        name
        for name, each in offered.items()
        if each is not asked and all(each[part] == asked[part] for part in size)
    )
    return next(alike, wanted)


def spell(machine_type: str) -> str:
    return machine_type.casefold().replace(".", "_").replace("-", "_")


def region(body: Body, cloud: str) -> str:
    path = next((path for path, offer in CATALOG["clouds"].items() if offer["short_name"] == cloud), None)
    if path is None or body.members.get("kubernetes", "MANAGED") != "MANAGED":
        text: str = body.text("region")
        return text
    name: str = body.choice("region", [offer["name"] for offer in CATALOG["regions"][path]])
    return name


def features(body: Body) -> Mapping[str, Any]:
    """The values of features by id. False and null switch a feature off."""
    given = {}
    for number, each in enumerate(body.take("features", list, default=[])):
        feature = Body(each if isinstance(each, dict) else {}, place=f"features.{number}.")
        value = feature.members.get("value", True)
        if value is not False and value is not None:
            given[feature.choice("id", tuple(CATALOG["features"]))] = value
    return given


def credential_of(info: Body, organization: Organization, cloud: str) -> str | None:
    """The credentials that a request names: of the cluster's cloud, or of machines of one's own."""
    reference = info.inner("credentials")
    if "id" not in reference:
        return None
    credential_id: str = reference.choice("id", tuple(organization.credentials))
    if organization.credentials[credential_id].cloud not in (PATHS.get(cloud, OWN_MACHINES), OWN_MACHINES):
        raise reference.refuse("id", "belongs to credentials of another cloud")
    return credential_id
