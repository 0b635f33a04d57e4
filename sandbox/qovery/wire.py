"""Qovery's data in the format of its API."""

from datetime import datetime

from sandbox.faults import Json
from sandbox.qovery.catalog import feature
from sandbox.qovery.world import Credential, Incarnation, Organization

NO_BOUND = 2**31 - 1
"""A number of nodes that is none."""
CREDENTIAL_CLOUDS = {"AWS", "SCW", "GCP", "ON_PREMISE", "AZURE"}
"""The clouds of credentials and cloudProviderInfo. A cluster can be on others."""


def cluster(found: Incarnation, organization: Organization) -> Json:
    own = found.cluster
    body: Json = {
        "id": found.id,
        "created_at": instant(found.created_at),
        "updated_at": instant(max(found.created_at, found.moment.since, own.updated_at or found.created_at)),
        "organization": {"id": organization.id},
        "name": own.name,
        **own.spec,
        "status": found.status,
        "has_access": own.spec.get("has_access", True),
        "features": [enabled_feature(name, value) for name, value in own.features.items()],
        "deployment_status": deployment_status(found),
    }
    if found.is_autoscaled:
        body |= autoscaled(found)
    if own.version:
        body["version"] = own.version
    if own.cost:
        body["estimated_cloud_provider_cost"] = own.cost[1] // 100
    if found.is_deployed and (outputs := infrastructure_outputs(found)):
        body["infrastructure_outputs"] = outputs
    if not own.shows_status:
        del body["status"]
    return body


def autoscaled(found: Incarnation) -> Json:
    """No bounds until it was deployed, and the word of what chooses machines, whatever was sent."""
    is_karpenter = "KARPENTER" in found.cluster.features
    body: Json = {"instance_type": "KARPENTER" if is_karpenter else "AUTO_PILOT"}
    if not found.is_deployed:
        body |= {"min_running_nodes": NO_BOUND, "max_running_nodes": NO_BOUND}
    return body


def deployment_status(found: Incarnation) -> str:
    if not found.is_deployed:
        return "NEVER_DEPLOYED"
    return "OUT_OF_DATE" if found.cluster.is_out_of_date else "UP_TO_DATE"


def infrastructure_outputs(found: Incarnation) -> Json | None:
    """The names of the deployed cluster at its cloud. Null if Qovery did not create it."""
    spec = found.cluster.spec
    if spec["kubernetes"] != "MANAGED":
        return None
    name, region = f"qovery-z{found.id[:8]}", spec["region"]
    match spec["cloud_provider"]:
        case "AWS":
            return {
                "kind": "EKS",
                "cluster_name": name,
                "cluster_arn": f"arn:aws:eks:{region}:000000000000:cluster/{name}",
                "cluster_oidc_issuer": f"https://oidc.eks.{region}.amazonaws.com/id/{found.id[-12:].upper()}",
                "vpc_id": f"vpc-{found.id.replace('-', '')[:17]}",
            }
        case "GCP":
            path = f"projects/sandbox/locations/{region}/clusters/{name}"
            link = f"https://container.googleapis.com/v1/{path}"
            return {"kind": "GKE", "cluster_name": name, "cluster_self_link": link}
        case "AZURE":
            issuer = f"https://{region}.oic.prod-aks.azure.com/{found.id}/"
            return {"kind": "AKS", "cluster_name": name, "cluster_oidc_issuer": issuer}
        case "SCW":
            return {"kind": "SCW_KAPSULE", "cluster_name": name}
        case _:
            return None


def status(found: Incarnation) -> Json:
    own = found.cluster
    return {
        "cluster_id": found.id,
        "status": found.status,
        "is_deployed": found.is_deployed,
        "reason": "MAINTENANCE" if found.status.startswith("RESTART") else "UNSPECIFIED",
        "next_k8s_available_version": own.next_version,
        "last_execution_id": f"{found.id}-{own.executions}-{found.moment.changes}"
        if found.is_deployed
        else None,
        "last_deployment_date": instant(found.moment.round_began) if found.is_deployed else None,
        "cluster_lock": lock(found),
    }


def lock(found: Incarnation) -> Json | None:
    own = found.cluster.lock
    if own is None:
        return None
    end = {} if own.days is None else {"ttl_in_days": own.days}
    return end | {
        "reason": own.reason,
        "cluster_id": found.id,
        "locked_at": instant(own.locked_at),
        "owner_name": own.owner,
    }


def credential(own: Credential) -> Json:
    return {"id": own.id, "name": own.name, "object_type": own.object_type, **own.public}


def credential_with_clusters(own: Credential, organization: Organization, now: datetime) -> Json:
    users = [found for found in organization.incarnations(now) if found.cluster.credential_id == own.id]
    return {"credential": credential(own), "clusters": [user_of_credential(found) for found in users]}


def user_of_credential(found: Incarnation) -> Json:
    cloud = found.cluster.spec["cloud_provider"]
    body = {"id": found.id, "name": found.cluster.name}
    return body | ({"cloud_provider": cloud} if cloud in CREDENTIAL_CLOUDS else {})


def cloud_provider_info(found: Incarnation, organization: Organization) -> Json:
    spec = found.cluster.spec
    cloud = spec["cloud_provider"]
    body: Json = {
        "cloud_provider": cloud if cloud in CREDENTIAL_CLOUDS else "ON_PREMISE",
        "region": spec["region"],
    }
    own = organization.credentials.get(found.cluster.credential_id or "")
    return body | ({"credentials": {"id": own.id, "name": own.name}} if own else {})


def cost_range(found: Incarnation) -> Json:
    lowest, highest = found.cluster.cost or (0, 0)
    return {
        "min_cost_in_cents": lowest,
        "min_cost": lowest / 100,
        "max_cost_in_cents": highest,
        "max_cost": highest / 100,
        "currency_code": "USD",
    }


def enabled_feature(feature_id: str, value: object) -> Json:
    """A feature of a cluster. A switch is on; any other has its own or the default value."""
    body = feature(feature_id)
    default = body["value_object"] or {"type": network_of(value)}
    if default["type"] == "BOOLEAN" and value is None:
        value = True
    if value is not None:
        body["value_object"] = {"type": default["type"], "value": value}
    return body


def network_of(value: object) -> str:
    is_gcp = isinstance(value, dict) and "vpc_name" in value
    return "GCP_USER_PROVIDED_NETWORK" if is_gcp else "AWS_USER_PROVIDED_NETWORK"


def kubeconfig(found: Incarnation) -> str:
    """The connection, which has an address and no credentials."""
    name = f"qovery-z{found.id[:8]}"
    return (
        "apiVersion: v1\n"
        "kind: Config\n"
        f"current-context: {name}\n"
        "clusters:\n"
        f"- name: {name}\n"
        "  cluster:\n"
        f"    server: https://{name}.k8s.example\n"
    )


def instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
