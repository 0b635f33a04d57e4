"""Request bodies for CockroachDB Cloud, in each dated version of its API."""

from collections.abc import Mapping

from adapters.cockroachdb.limits import to_limit
from adapters.cockroachdb.versions import BOTH_LIMITS, CLOUD_SINCE, USAGE_LIMITS, require
from fleet.model.cluster import Cluster
from fleet.model.money import LimitWanted
from fleet.model.refusal import InvalidInput, Path, Unsupported
from fleet.providers.cockroachdb import (
    SHOWN_AS,
    CockroachdbAdvanced,
    CockroachdbClusterPatch,
    CockroachdbClusterSpec,
    CockroachdbPlan,
    CockroachdbServerless,
)

Json = Mapping[str, object]

PROTECTION: Mapping[bool, str] = {True: "ENABLED", False: "DISABLED"}

OTHER_KIND = (
    "A cluster with dedicated nodes and a serverless cluster cannot become each other: create another."
)
REGIONS_STAY = "Regions of a Basic or Standard cluster can be added, not removed; missing here: {}."


def to_create_request(name: str, spec: CockroachdbClusterSpec, version: str) -> Json:
    """Raises `Unsupported` if the version of the API is too old for it, `InvalidInput` if it is not valid."""
    cloud = spec.cloud.value
    require(CLOUD_SINCE[cloud], version, f"A cluster on {cloud}", ("spec", "cloud"))
    path = ("spec", "plan")
    require_plan(spec.plan, version, path)
    body: dict[str, object] = {"plan": spec.plan.name} if version >= USAGE_LIMITS else {}
    if spec.plan.serverless is not None:
        body["serverless"] = to_serverless(spec.plan, spec.plan.serverless, version, path)
    if spec.plan.advanced is not None:
        require_region_machines(spec.plan.advanced, version, path)
        body["dedicated"] = to_new_dedicated(spec.plan.advanced)
    settings = to_settings(spec.labels, spec.is_deletion_protected, version, ("spec",))
    return {"name": name, "provider": cloud, "spec": {**body, **settings}}


def to_update_request(patch: CockroachdbClusterPatch, cluster: Cluster, version: str) -> Json:
    """The body of a change, without the envelope of a creation. Raises as `to_create_request` does."""
    body: dict[str, object] = {}
    if patch.version is not None:
        require(USAGE_LIMITS, version, "Another version of the database", ("patch", "version"))
        body["cockroach_version"] = patch.version
    if patch.plan is not None:
        body |= to_plan_change(patch.plan, cluster, version, ("patch", "plan"))
    labels = (patch.labels or {}) if "labels" in patch else None
    return {**body, **to_settings(labels, patch.is_deletion_protected, version, ("patch",))}


def to_limit_request(limit: LimitWanted, cluster: Cluster, version: str) -> Json:
    """The body that changes only the limit, in versions where this is a change of the cluster."""
    return {"serverless": to_limit(limit, cluster.plan or "", version, ("limit",))}


def to_clearing_request(version: str) -> Json:
    if version < USAGE_LIMITS:
        raise Unsupported(
            f"Version {version} of CockroachDB Cloud's API sets limits and takes none away: set another one instead."
        )
    return {"serverless": {"usage_limits": {}}}


def to_plan_change(plan: CockroachdbPlan, cluster: Cluster, version: str, path: Path) -> Json:
    require_plan(plan, version, path)
    here = (*path, plan.name.lower())
    is_advanced = None if cluster.plan is None else cluster.plan in SHOWN_AS["ADVANCED"]
    if is_advanced is (plan.advanced is None):
        raise InvalidInput(OTHER_KIND, path=here)
    if plan.advanced is not None:
        require_region_machines(plan.advanced, version, path)
        changed = to_dedicated_change(plan.advanced)
        if not changed:
            raise InvalidInput("There is nothing to change.", path=here)
        return {"dedicated": changed}
    assert plan.serverless is not None
    if plan.serverless.regions is not None:
        require(BOTH_LIMITS, version, "Other regions of a serverless cluster", here)
    missing = sorted(set(cluster.regions) - set(plan.serverless.regions or cluster.regions))
    if missing:
        raise InvalidInput(REGIONS_STAY.format(", ".join(missing)), path=(*here, "regions"))
    serverless = to_serverless(plan, plan.serverless, version, path)
    is_another = version >= USAGE_LIMITS and cluster.plan not in SHOWN_AS[plan.name]
    if not serverless and not is_another:
        raise InvalidInput("There is nothing to change.", path=here)
    settings = {"serverless": serverless} if serverless else {}
    return {"plan": plan.name, **settings} if is_another else settings


def require_region_machines(wanted: CockroachdbAdvanced, version: str, path: Path) -> None:
    if wanted.own_machines:
        require(USAGE_LIMITS, version, "Machines of a region's own", (*path, "advanced", "region_nodes"))


def require_plan(plan: CockroachdbPlan, version: str, path: Path) -> None:
    """The plan in older versions, which have two kinds of clusters and other names for the three plans."""
    if plan.standard is not None:
        require(USAGE_LIMITS, version, "The Standard plan", (*path, "standard"))


def to_serverless(plan: CockroachdbPlan, wanted: CockroachdbServerless, version: str, path: Path) -> Json:
    here = (*path, plan.name.lower())
    body: dict[str, object] = {} if wanted.regions is None else {"regions": list(wanted.regions)}
    if len(wanted.regions or ()) > 1:
        require(BOTH_LIMITS, version, "A serverless cluster in several regions", (*here, "regions"))
    if wanted.primary_region is not None and len(wanted.regions or (1, 2)) > 1:
        body["primary_region"] = wanted.primary_region
    if wanted.upgrades is not None:
        require(USAGE_LIMITS, version, "Who begins upgrades", (*here, "upgrades"))
        body["upgrade_type"] = wanted.upgrades.value
    if wanted.has_empty_allowlist:
        require(BOTH_LIMITS, version, "A cluster with an empty allowlist", (*here, "has_empty_allowlist"))
        body["with_empty_ip_allowlist"] = True
    if wanted.spend_limit is not None:
        return {**body, **to_limit(wanted.spend_limit, plan.name, version, (*here, "spend_limit"))}
    if version < BOTH_LIMITS:
        raise InvalidInput(
            f"Version {version} of CockroachDB Cloud's API makes no cluster without a spend limit: "
            "send an amount in US cents; zero keeps it inside its free allowance.",
            path=(*here, "spend_limit"),
        )
    return body


def to_new_dedicated(wanted: CockroachdbAdvanced) -> Json:
    hardware = {**to_hardware(wanted), "storage_gib": wanted.storage_gib}
    version = {} if wanted.version is None else {"cockroach_version": wanted.version}
    return {**to_region_nodes(wanted), **to_region_machines(wanted), "hardware": hardware, **version}


def to_dedicated_change(wanted: CockroachdbAdvanced) -> Json:
    """What was given of dedicated nodes. In a change, zero storage means no change, not the minimum."""
    storage = {"storage_gib": wanted.storage_gib} if wanted.storage_gib else {}
    hardware = {**to_hardware(wanted), **storage}
    return {
        **to_region_nodes(wanted),
        **to_region_machines(wanted),
        **({"hardware": hardware} if hardware else {}),
    }


def to_region_nodes(wanted: CockroachdbAdvanced) -> Json:
    """Where it is given, it is the complete target: a region that is left out is removed."""
    if wanted.region_nodes is None:
        return {}
    return {"region_nodes": {one.region: one.nodes for one in wanted.region_nodes}}


def to_region_machines(wanted: CockroachdbAdvanced) -> Json:
    """The machines of regions that have their own. In a change, other regions keep theirs."""
    own = {one.region: to_machine(one.vcpus, one.machine_type) for one in wanted.own_machines}
    return {"region_machine_specs": own} if own else {}


def to_hardware(wanted: CockroachdbAdvanced) -> Json:
    if wanted.vcpus is None and not wanted.machine_type:
        return {}
    return {"machine_spec": to_machine(wanted.vcpus, wanted.machine_type)}


def to_machine(vcpus: int | None, machine_type: str | None) -> Json:
    return {"machine_type": machine_type} if vcpus is None else {"num_virtual_cpus": vcpus}


def to_settings(
    labels: Mapping[str, str] | None, is_deletion_protected: bool | None, version: str, path: Path
) -> Mapping[str, object]:
    settings: dict[str, object] = {}
    if labels is not None:
        require(USAGE_LIMITS, version, "Labels", (*path, "labels"))
        settings["labels"] = dict(labels)
    if is_deletion_protected is not None:
        here = (*path, "is_deletion_protected")
        require(BOTH_LIMITS, version, "Protection against deletion", here)
        settings["delete_protection"] = PROTECTION[is_deletion_protected]
    return settings
