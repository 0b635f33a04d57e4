"""What the vendor's document of a change knows, so that a part which was read can be sent back and nothing beside it.

Source: "Patch cluster" in the vendor's API documentation of June 2026.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

Members: TypeAlias = Mapping[str, "Members | None"]
"""The members of an object. Null stands for a value of any form."""


def _of(*names: str) -> dict[str, Members | None]:
    return dict.fromkeys(names)


_RANGES = _of("enableAuthorizedIpRanges", "authorizedIpRanges")
_FACTORS = _of("cpu", "memory")
_DOMAIN = _of("zoneName", "integrationId")
_RUNTIME = _of("runtimeClass")
_OF_A_POOL = _of("id", "preemptible", "labels") | {
    "scheduling": _of(
        "allowJobs",
        "onlyGpuJobs",
        "allowServices",
        "onlyGpuServices",
        "allowAddons",
        "allowBuilds",
        "onlyGpuBuilds",
        "allowCeph",
    )
}

POOL: Members = {
    **_OF_A_POOL,
    **_of("nodeType", "nodeCount", "diskType", "diskSize", "availabilityZones", "subnets"),
    "autoscaling": _of("enabled", "min", "max"),
    "computeResources": {"gpu": {"timeslicing": _of("enabled", "numSlices")}},
    "aws": {"launchTemplate": _of("id", "version")},
    "azure": _of("systemPool", "enablePublicNodeIp", "vnetSubnetId"),
    "gcp": _of("enablePrivateNodes"),
    "oci": _of("ocpu", "memory"),
    "nebius": _of("enablePublicNodeIps", "osVersion", "gpuDriverVersion", "gpuClusterId"),
}
"""A pool that Northflank manages. The kind, number and memory of its GPUs are in answers alone."""

POOL_OF_ONES_OWN: Members = {
    **_OF_A_POOL,
    **_of("providerId", "defaultPool"),
    "platform": _of("architecture"),
    "computeResources": {
        "gpu": _of("supported", "type", "count")
        | {
            "resources": {"memoryInfo": _of("sizeInGiB")},
            "mig": _of("enabled", "partitions"),
            "timeslicing": _of("enabled", "numSlices"),
        }
    },
}
"""A pool of a cluster that the customer brings."""

SETTINGS: Members = {
    "builds": _of("mode", "plan", "clusterId") | {"caching": _of("allow", "storageClassName")},
    "registry": _of("mode", "registryId"),
    "logging": _of("mode")
    | {
        "loki": _of(
            "storageType",
            "s3BucketName",
            "s3AccessKey",
            "s3SecretKey",
            "s3Region",
            "gcsBucketName",
            "gcpIntegrationId",
        )
    },
    "networking": _of("overlayNetwork", "overlayCIDR")
    | {"istio": _of("enablePublicLoadBalancer", "enablePrivateLoadBalancer")},
    "vanityDomains": dict.fromkeys(("apps", "customDomains", "loadBalancers"), _DOMAIN),
    "infrastructure": {
        **_of("installKata", "installGvisor", "cleanupVolumes", "cleanupSnapshots"),
        "workloads": _RUNTIME,
        "builds": _RUNTIME,
        "sandboxing": _of("installGvisor", "installMicroVm")
        | {"defaultSandbox": _of("builds", "jobs", "services", "addons")},
        "cephStorageProvider": _of(
            "enabled",
            "enableMultiReadWriteStorage",
            "enableSingleReadWriteStorage",
            "enableErasureCoding",
            "enableTopologyAwareScheduling",
        )
        | {"resources": _of("cpu", "memory", "storage")},
    },
    "requestModifiers": dict.fromkeys(("services", "jobs", "builds", "addons"), _FACTORS),
}

NETWORKS: Mapping[str, Members] = {
    "aws": _of("enablePublicAccessCidrs", "publicAccessCidrs", "vpcEgress")
    | {"subnetConfiguration": _of("mode", "vpcId", "subnets")},
    "azure": _RANGES
    | {"networking": _of("networkPluginMode") | {"vnetConfiguration": _of("mode", "vnetId")}},
    "gcp": _RANGES | _of("projectId") | {"networking": _of("network", "subnetwork")},
}

PLACES: Mapping[str, Members] = {
    "byok": _of("nodePoolProviderIdLabel"),
    "coordinates": _of("latitude", "longitude"),
}
"""Of a cluster that the customer brings."""


def known(value: Any, members: Members | None) -> Any:
    """The part of a value that the document knows, without nulls. An object of which nothing is known is left out of
    its parent.
    """
    if members is None or not isinstance(value, Mapping):
        return value
    kept = {name: known(value[name], inner) for name, inner in members.items() if value.get(name) is not None}
    return {name: one for name, one in kept.items() if one != {} or value[name] == {}}


def merged(before: Any, given: Any) -> Any:
    """What was there, with what was given in its place, object by object."""
    if not isinstance(before, Mapping) or not isinstance(given, Mapping):
        return given
    return {**before, **{name: merged(before.get(name), value) for name, value in given.items()}}
