"""Changes at Northflank: integrations change at once, clusters within seconds, changes of nodes are not visible."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sandbox.api import Refusal
from sandbox.bodies import Body
from sandbox.faults import Json
from sandbox.life import Life, is_doomed
from sandbox.northflank.world import (
    CATALOG,
    Cluster,
    Incarnation,
    Integration,
    Scope,
    World,
    credential_members,
    slug,
)

NAME = r"[a-zA-Z]((-|\s)?[a-zA-Z0-9]+((-|\s)[a-zA-Z0-9]+)*)?"

PROVIDERS = (
    *(
        "aws",
        "azure",
        "civo",
        "gcp",
        "byok",
        "oci",
        "cloudflare",
        "coreweave",
        "aiven",
        "backblaze",
        "akamai",
    ),
    *("aws-eusc", "nebius", "planetscale"),
)
FEATURES = (
    *("byoc", "byoc-static-egress", "byoc-custom-launch-templates", "byoc-custom-vpc", "byoc-logs"),
    *("cloudfront", "route53", "registry-pull", "registry-push", "opentofu"),
    *("workload-identity", "workload-identity-managed"),
)
INTEGRATION_BLOCKS = ("restrictions", "aws", "gcp", "cloudflare")
CLUSTER_BLOCKS = ("settings", "restrictions", "gcp", "aws", "azure", "byok", "coordinates")
"""Objects that are stored as they are sent."""

BIRTH = "creating 6, provisioning 14, running"
DOOM = "creating 8, error"
SCALING = "scaling 10, running"
UPDATE = "updating 8, running"
DEATH = "deleting 10, gone"

# ---------------------------------------------------------------------- integrations


def create_integration(scope: Scope, members: Json, now: datetime) -> Integration:
    body = Body(members)
    name = integration_name(body)
    if slug(name) in scope.integrations:
        raise Refusal(409, "An integration with this name already exists")
    return keep_integration(scope, body, name, now)


def put_integration(scope: Scope, members: Json, now: datetime) -> Integration:
    """Creates an integration, or replaces the one with the same name."""
    body = Body(members)
    name = integration_name(body)
    before = scope.integrations.get(slug(name))
    return keep_integration(scope, body, name, before.created_at if before else now)


def patch_integration(scope: Scope, own: Integration, members: Json) -> Integration:
    body = Body(members)
    body.allow("description", "features", "credentials", "restrictions", "aws")
    patched = replace(
        own,
        spec=own.spec | integration_members(body),
        credentials=read_credentials(body, {"provider": ""} | own.spec) or own.credentials,
    )
    scope.integrations[own.id] = patched
    return patched


def delete_integration(scope: Scope, own: Integration, now: datetime) -> None:
    if any(named(found.cluster.spec["integrationId"]) == own.id for found in scope.incarnations(now)):
        raise Refusal(409, "This integration is in use by a cluster")
    del scope.integrations[own.id]


def integration_name(body: Body) -> str:
    body.allow("name", "provider", "description", "features", "credentials", *INTEGRATION_BLOCKS)
    return read_name(body, longest=39)


def keep_integration(scope: Scope, body: Body, name: str, created_at: datetime) -> Integration:
    spec = {"provider": body.choice("provider", PROVIDERS), "features": [], **integration_members(body)}
    own = Integration(
        id=slug(name), name=name, spec=spec, credentials=read_credentials(body, spec), created_at=created_at
    )
    scope.integrations[own.id] = own
    return own


def integration_members(body: Body) -> Json:
    given: Json = {}
    if "description" in body:
        given["description"] = read_description(body)
    if "features" in body:
        given["features"] = body.choices("features", FEATURES)
    return given | blocks(body, INTEGRATION_BLOCKS)


def read_credentials(body: Body, spec: Mapping[str, Any]) -> Json:
    """The members for the provider. The vendor's documents disagree on whether they are required."""
    if "credentials" not in body:
        return {}
    mode = body.inner("aws").members.get("authenticationMode") or spec.get("aws", {}).get(
        "authenticationMode", ""
    )
    credentials = body.inner("credentials")
    credentials.allow(*credential_members(spec["provider"], mode))
    return {name: credentials.take(name, str) for name in credentials.members}


# ---------------------------------------------------------------------- clusters


def create_cluster(scope: Scope, world: World, members: Json, now: datetime) -> Cluster:
    name = cluster_name(Body(members))
    if scope.find(slug(name), now):
        raise Refusal(409, "A cluster with this name already exists")
    return keep_cluster(scope, world, Body(members), name, now)


def put_cluster(scope: Scope, world: World, members: Json, now: datetime) -> Cluster:
    """Creates a cluster, or changes the one with the same name."""
    name = cluster_name(Body(members))
    found = scope.find(slug(name), now)
    if found is None:
        return keep_cluster(scope, world, Body(members), name, now)
    rest = {member: value for member, value in members.items() if member not in ("provider", "integrationId")}
    return patch_cluster(scope, world, found, rest, now)


def cluster_name(body: Body) -> str:
    # A Kubernetes version is accepted and ignored.
    known = ("name", "description", "provider", "integrationId", "region", "nodePools", "kubernetesVersion")
    body.allow(*known, *CLUSTER_BLOCKS)
    return read_name(body, longest=20)


def keep_cluster(scope: Scope, world: World, body: Body, name: str, now: datetime) -> Cluster:
    provider = body.choice("provider", PROVIDERS)
    integration_id = body.text("integrationId")
    integration = scope.integrations.get(named(integration_id))
    if integration is None or integration.spec.get("provider") != provider:
        raise body.refuse("integrationId", f"is no integration with {provider}")
    if provider != "byok":
        body.text("region")
    spec = {"provider": provider, "integrationId": integration_id, "kubernetesVersion": "1.32"}
    cluster_id = slug(name)
    cluster = Cluster(
        id=cluster_id,
        name=name,
        spec=spec | cluster_members(body, provider),
        pools=read_pools(body, world, cluster_id, provider, ()),
        reason="the cloud refused to create the machines" if is_doomed(name) else "",
        created_at=now,
        life=Life.parse(DOOM if is_doomed(name) else BIRTH, began=now),
    )
    scope.clusters[cluster_id] = cluster
    return cluster


def patch_cluster(scope: Scope, world: World, found: Incarnation, members: Json, now: datetime) -> Cluster:
    cluster, body = found.cluster, Body(members)
    body.allow("name", "description", "region", "nodePools", *CLUSTER_BLOCKS)
    if found.is_deletion_requested:
        raise Refusal(409, "The cluster is being deleted")
    provider = cluster.spec["provider"]
    if "region" in body and provider != "byok" and body.members["region"] != cluster.spec["region"]:
        raise body.refuse("region", "can be changed for byok clusters only")
    patched = settled(found, UPDATE if found.state == "running" else None, now)
    if "nodePools" in body:
        patched = settled(found, SCALING, now)
        patched = replace(patched, pools=read_pools(body, world, cluster.id, provider, cluster.pools))
    patched = replace(
        patched,
        name=read_name(body, longest=20) if "name" in body else cluster.name,
        spec=cluster.spec | cluster_members(body, provider),
        updated_at=now,
    )
    scope.clusters[cluster.id] = patched
    return patched


def delete_cluster(scope: Scope, found: Incarnation, now: datetime) -> None:
    if found.cluster.projects:
        raise Refusal(409, "This cluster is in use by projects")
    if not found.is_deletion_requested:
        scope.clusters[found.cluster.id] = settled(found, DEATH, now)


def settled(found: Incarnation, script: str | None, now: datetime) -> Cluster:
    """The cluster with a new life from now on, if there is a script. Its past stays as it was."""
    life = Life.parse(script, began=now) if script else found.cluster.life
    return replace(found.cluster, life=life, created_at=found.created_at)


def cluster_members(body: Body, provider: str) -> Json:
    given: Json = {}
    if "description" in body:
        given["description"] = read_description(body)
    if "region" in body:
        offered = [offer["id"] for offer in CATALOG["regions"] if offer["provider"] == provider]
        given["region"] = body.choice("region", offered) if offered else body.text("region")
    return given | blocks(body, CLUSTER_BLOCKS)


def read_pools(
    body: Body, world: World, cluster_id: str, provider: str, before: tuple[Json, ...]
) -> tuple[Json, ...]:
    """The pools by id. One with an unknown id is new and gets its own id."""
    known = {pool["id"]: pool for pool in before}
    taken = set(known)
    pools = []
    for number, given in enumerate(body.take("nodePools", list)):
        pool = Body(given if isinstance(given, dict) else {}, place=f"nodePools.{number}.")
        if provider == "byok":
            pool.text("providerId")  # Northflank does not choose the nodes of such a pool
        else:
            pool.text("nodeType")
            pool.number("nodeCount")
            pool.number("diskSize", minimum=1)
        shown = known.get(pool.members.get("id", "")) or world.pool(cluster_id, provider, taken)
        taken.add(shown["id"])
        pools.append(shown | pool.members | {"id": shown["id"]})
    if not pools:
        raise body.refuse("nodePools", "must not be empty")
    return tuple(pools)


# ---------------------------------------------------------------------- nodes


def tend_node(scope: Scope, node: Json, action: str) -> None:
    """Cordon, uncordon or drain. The API does not show the result."""
    if node["status"] != "RUNNING":
        raise Refusal(409, "The node is not running")
    node_id = node["nodeId"]
    if action == "uncordon":
        scope.cordoned.discard(node_id)
        scope.drained.discard(node_id)
        return
    scope.cordoned.add(node_id)
    if action == "drain":
        scope.drained.add(node_id)


# ---------------------------------------------------------------------- members


def read_name(body: Body, *, longest: int) -> str:
    name: str = body.text("name", pattern=NAME)
    if not 3 <= len(name) <= longest:
        raise body.refuse("name", f"must have 3 to {longest} characters")
    return name


def read_description(body: Body) -> str:
    description: str = body.take("description", str)
    if len(description) > 200:
        raise body.refuse("description", "must have at most 200 characters")
    return description


def blocks(body: Body, names: tuple[str, ...]) -> Json:
    return {name: body.take(name, dict) for name in names if name in body}


def named(reference: str) -> str:
    """The id in a reference to an integration, without a prefix before a slash."""
    return reference.rpartition("/")[2]
