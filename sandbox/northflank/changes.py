"""Changes at Northflank: integrations change at once, clusters within seconds, changes of nodes are not visible."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sandbox.api import Refusal
from sandbox.bodies import Body
from sandbox.faults import Json
from sandbox.life import Life, is_doomed
from sandbox.northflank.pools import read_pools
from sandbox.northflank.shapes import BLOCKS, BLOCKS_OF_NEW, INTEGRATION_BLOCKS, check, refuse
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
TYPES = ("cluster", "domain", "registry", "cdn")
WITH_CLUSTERS = ("aws", "aws-eusc", "azure", "civo", "gcp", "byok", "oci", "coreweave", "nebius")
DESCRIPTION = r"""[a-zA-Z0-9.,?\s\\/'"()\[\];`%^&*\-_:!]+"""
NEEDED = {"oci": "vcnConfiguration", "coreweave": "zone", "nebius": "projectId"}
"""A member of the block that a cluster in a cloud cannot do without."""
FEWEST_SUBNETS, MOST_SUBNETS = 2, 4

BIRTH = "creating 6, provisioning 14, running"
DOOM = "creating 8, error"
SCALING = "scaling 10, running"
UPDATE = "updating 8, running"
DEATH = "deleting 10, gone"

# ---------------------------------------------------------------------- integrations


OPTIONAL = ("externalId", "objectId", "passphrase", "email")
"""Members of credentials that may be left out."""


def create_integration(scope: Scope, members: Json, now: datetime) -> Integration:
    body = Body(members)
    name = integration_name(body, scope)
    if slug(name) in scope.integrations:
        raise Refusal(409, "An integration with this name already exists")
    return keep_integration(scope, body, name, now)


def put_integration(scope: Scope, members: Json, now: datetime) -> Integration:
    """Creates an integration, or replaces the one with the same name."""
    body = Body(members)
    name = integration_name(body, scope)
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


def integration_name(body: Body, scope: Scope) -> str:
    purpose = "type" if scope.has_types else "features"
    body.allow("name", "provider", "description", purpose, "credentials", *INTEGRATION_BLOCKS)
    if scope.has_types:
        body.choice("type", TYPES)
        body.take("credentials", dict)
    return read_name(body, longest=39)


def keep_integration(scope: Scope, body: Body, name: str, created_at: datetime) -> Integration:
    features: Json = {} if scope.has_types else {"features": []}
    spec = {"provider": body.choice("provider", PROVIDERS), **features, **integration_members(body)}
    if spec["provider"] == "gcp" and "gcp" not in spec:
        raise body.refuse("gcp.projectId", "is required")
    own = Integration(
        id=slug(name), name=name, spec=spec, credentials=read_credentials(body, spec), created_at=created_at
    )
    scope.integrations[own.id] = own
    return own


def integration_members(body: Body) -> Json:
    given: Json = {}
    if "description" in body:
        given["description"] = read_description(body)
    if "type" in body:
        given["type"] = body.choice("type", TYPES)
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
    members = credential_members(spec["provider"], mode)
    credentials.allow(*members)
    for name in members:
        if name not in OPTIONAL and name not in credentials:
            raise credentials.refuse(name, "is required")
    return {name: credentials.text(name) for name in credentials.members}


# ---------------------------------------------------------------------- clusters


def create_cluster(scope: Scope, world: World, members: Json, now: datetime) -> Cluster:
    name = cluster_name(Body(members))
    if scope.find(slug(name), now, with_hidden=True):
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
    body.allow(*known, *BLOCKS, *BLOCKS_OF_NEW)
    return read_name(body, longest=20)


def keep_cluster(scope: Scope, world: World, body: Body, name: str, now: datetime) -> Cluster:
    provider = body.choice("provider", PROVIDERS)
    if provider not in WITH_CLUSTERS:
        raise body.refuse("provider", "runs no clusters")
    integration_id = body.text("integrationId")
    integration = scope.integrations.get(named(integration_id))
    if integration is None or integration.spec.get("provider") != provider:
        raise body.refuse("integrationId", f"is no integration with {provider}")
    features = integration.spec.get("features", ())
    if "byoc" not in features:
        raise body.refuse("integrationId", "has not the feature byoc")
    if provider != "byok":
        body.text("region")
    if provider == "byok":
        for block in ("byok", "coordinates"):
            if block not in body:
                raise body.refuse(block, "is required")
    needed = NEEDED.get(provider)
    if needed is not None and needed not in body.inner(provider):
        raise body.refuse(f"{provider}.{needed}", "is required")
    spec = {"provider": provider, "integrationId": integration_id, "kubernetesVersion": "1.32"}
    cluster_id = slug(name)
    cluster = Cluster(
        id=cluster_id,
        name=name,
        spec=spec | cluster_members(body, provider, features, {**BLOCKS, **BLOCKS_OF_NEW}),
        pools=read_pools(body, provider, (), features, partial(world.pool, cluster_id, provider)),
        reason="the cloud refused to create the machines" if is_doomed(name) else "",
        created_at=now,
        life=Life.parse(DOOM if is_doomed(name) else BIRTH, began=now),
    )
    scope.clusters[cluster_id] = cluster
    return cluster


def patch_cluster(
    scope: Scope,
    world: World,
    found: Incarnation,
    members: Json,
    now: datetime,
    late_seconds: float = 0,
) -> Cluster:
    cluster, body = found.cluster, Body(members)
    # A Kubernetes version is accepted and ignored.
    body.allow("name", "description", "region", "nodePools", "kubernetesVersion", *BLOCKS)
    if found.is_deletion_requested:
        raise Refusal(409, "The cluster is being deleted")
    provider = cluster.spec["provider"]
    integration = scope.integrations.get(named(cluster.spec["integrationId"]))
    features = integration.spec.get("features", ()) if integration else FEATURES
    if "region" in body and provider != "byok" and body.members["region"] != cluster.spec["region"]:
        raise body.refuse("region", "can be changed for byok clusters only")
    patched = settled(found, UPDATE if found.state == "running" else None, now, late_seconds)
    if "nodePools" in body:
        patched = settled(found, SCALING, now, late_seconds)
        new = partial(world.pool, cluster.id, provider)
        patched = replace(patched, pools=read_pools(body, provider, cluster.pools, features, new))
    patched = replace(
        patched,
        name=read_name(body, longest=20) if "name" in body else cluster.name,
        spec=cluster.spec | cluster_members(body, provider, features, BLOCKS),
        updated_at=now,
    )
    scope.clusters[cluster.id] = patched
    return patched


def delete_cluster(scope: Scope, found: Incarnation, now: datetime, late_seconds: float = 0) -> None:
    if found.cluster.projects:
        raise Refusal(409, "This cluster is in use by projects")
    if not found.is_deletion_requested:
        scope.clusters[found.cluster.id] = settled(found, DEATH, now, late_seconds)


def settled(found: Incarnation, script: str | None, now: datetime, late_seconds: float = 0) -> Cluster:
    """The cluster with a new life from now on, if there is a script. Its past stays as it was, and with `late_seconds`
    its present for so long.
    """
    late = f"{found.state} {late_seconds:g}, " if late_seconds else ""
    life = Life.parse(late + script, began=now) if script else found.cluster.life
    return replace(found.cluster, life=life, created_at=found.created_at)


def cluster_members(body: Body, provider: str, features: Sequence[str], forms: Mapping[str, Any]) -> Json:
    given: Json = {}
    if "description" in body:
        given["description"] = read_description(body)
    if "region" in body:
        offered = [offer["id"] for offer in CATALOG["regions"] if offer["provider"] == provider]
        given["region"] = body.choice("region", offered) if offered else body.text("region")
    given |= blocks(body, forms)
    check_aws(given.get("aws", {}) if provider.startswith("aws") else {}, features)
    vnet = given.get("azure", {}).get("networking", {}).get("vnetConfiguration", {})
    if vnet.get("mode") == "custom-vnet" and "vnetId" not in vnet:
        raise refuse("azure.networking.vnetConfiguration.vnetId", "is required")
    return given


def check_aws(block: Json, features: Sequence[str]) -> None:
    configuration = block.get("subnetConfiguration", {})
    if configuration.get("mode") == "explicit-subnets":
        if not FEWEST_SUBNETS <= len(configuration.get("subnets", ())) <= MOST_SUBNETS:
            raise refuse(
                "aws.subnetConfiguration.subnets", f"must have {FEWEST_SUBNETS} to {MOST_SUBNETS} items"
            )
        if "byoc-custom-vpc" not in features:
            raise refuse("aws.subnetConfiguration", "needs the feature byoc-custom-vpc")
    if block.get("vpcEgress") and "byoc-static-egress" not in features:
        raise refuse("aws.vpcEgress", "needs the feature byoc-static-egress")


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
    description: str = body.text("description", pattern=DESCRIPTION)
    if len(description) > 200:
        raise body.refuse("description", "must have at most 200 characters")
    return description


def blocks(body: Body, forms: Mapping[str, Any]) -> Json:
    """The objects of a body, each in its form."""
    for name in forms:
        if name in body:
            check(body.members[name], forms[name], name)
    return {name: body.members[name] for name in forms if name in body}


def named(reference: str) -> str:
    """The id in a reference to an integration, without a prefix before a slash."""
    return reference.rpartition("/")[2]
