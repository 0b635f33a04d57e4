"""The forms of what Northflank takes, member by member, from its API documentation of June 2026.

A form is a JSON type, a pattern, the words of an enumeration (a tuple), a list of a form, or an object (a mapping). A
member whose name ends in `!` is required.
"""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.api import Refusal
from sandbox.bodies import KINDS, is_a

SLUG = re.compile(r"((org|team)/)?[a-zA-Z](-?[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*)?")
POOL_ID = re.compile(
    r"(?=.{3,63}$)[a-zA-Z](-?[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*)?"
    r"|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89ABab][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
)
_BYTE = r"([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])"
CIDR = re.compile(rf"({_BYTE}\.){{3}}{_BYTE}/([0-9]|[1-2][0-9]|3[0-2])")
PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")

RUNTIME = ("none", "gvisor", "kata-clh", "kata-qemu")
FACTORS = {"cpu!": float, "memory!": float}
DOMAIN = {"zoneName!": str, "integrationId!": str}
RANGES = {"enableAuthorizedIpRanges": bool, "authorizedIpRanges": [CIDR]}
MODES = ("accessKey", "crossAccountRole")

RESTRICTIONS = {"enabled!": bool, "teams": [{"teamId!": str}]}

SETTINGS = {
    "builds": {
        "mode": ("paas", "internal", "build-cluster"),
        "plan": SLUG,
        "clusterId": SLUG,
        "caching": {"allow": bool, "storageClassName": str},
    },
    "registry": {"mode": ("paas", "self-hosted"), "registryId": SLUG},
    "logging": {
        "mode!": ("paas", "loki"),
        "loki": {
            "storageType!": ("s3", "gcs"),
            "s3BucketName": str,
            "s3AccessKey": str,
            "s3SecretKey": str,
            "s3Region": str,
            "gcsBucketName": str,
            "gcpIntegrationId": SLUG,
        },
    },
    "networking": {
        "overlayNetwork": bool,
        "overlayCIDR": CIDR,
        "istio": {"enablePublicLoadBalancer": bool, "enablePrivateLoadBalancer": bool},
    },
    "vanityDomains": {"apps": DOMAIN, "customDomains": DOMAIN, "loadBalancers": DOMAIN},
    "infrastructure": {
        "workloads": {"runtimeClass": RUNTIME},
        "builds": {"runtimeClass": RUNTIME},
        "sandboxing": {
            "installGvisor": bool,
            "installMicroVm": bool,
            "defaultSandbox": {
                "builds": RUNTIME,
                "jobs": RUNTIME,
                "services": RUNTIME,
                "addons": RUNTIME,
            },
        },
        "installKata": bool,
        "installGvisor": bool,
        "cleanupVolumes": bool,
        "cleanupSnapshots": bool,
        "cephStorageProvider": {
            "enabled": bool,
            "resources": {"cpu": float, "memory": float, "storage": float},
            "enableMultiReadWriteStorage": bool,
            "enableSingleReadWriteStorage": bool,
            "enableErasureCoding": bool,
            "enableTopologyAwareScheduling": bool,
        },
    },
    "requestModifiers": {"services": FACTORS, "jobs": FACTORS, "builds": FACTORS, "addons": FACTORS},
}

BLOCKS: Mapping[str, Any] = {
    "settings": SETTINGS,
    "restrictions": RESTRICTIONS,
    "gcp": {**RANGES, "projectId": PROJECT, "networking": {"network": str, "subnetwork": str}},
    "aws": {
        "enablePublicAccessCidrs": bool,
        "publicAccessCidrs": [CIDR],
        "vpcEgress": bool,
        "subnetConfiguration": {
            "mode!": ("default-subnets-for-azs", "explicit-subnets"),
            "vpcId": str,
            "subnets": [str],
        },
    },
    "azure": {
        **RANGES,
        "networking": {
            "vnetConfiguration": {"mode!": ("create-default", "custom-vnet"), "vnetId": str},
            "networkPluginMode": ("overlay",),
        },
    },
    "byok": {"nodePoolProviderIdLabel!": str},
    "coordinates": {"latitude!": float, "longitude!": float},
}
"""Objects of a cluster that can be set when it is made and later."""

BLOCKS_OF_NEW: Mapping[str, Any] = {
    "oci": {
        "vcnConfiguration": {
            "vcnId!": str,
            "subnetIdForKubernetesApi!": str,
            "subnetIdsForServiceLBs": [str],
        }
    },
    "coreweave": {
        "zone!": str,
        "network": {
            "networkMode!": ("create-default", "custom"),
            "vpcId": str,
            "customPrefixNames": {
                "podCidrName!": str,
                "serviceCidrName!": str,
                "internalLbCidrNames": [str],
            },
        },
    },
    "nebius": {"projectId!": str, "subnetId!": str},
    "storage": dict,
}
"""Objects of a cluster that can be set when it is made alone."""

_OF_ANY_POOL = {
    "preemptible": bool,
    "labels": dict,
    "scheduling": dict.fromkeys(
        (
            *("allowJobs", "allowServices", "allowAddons", "allowBuilds", "allowCeph"),
            *("onlyGpuJobs", "onlyGpuServices", "onlyGpuBuilds"),
        ),
        bool,
    ),
}
_SLICES = {"enabled": bool, "numSlices": float}

POOL = {
    **_OF_ANY_POOL,
    "id!": POOL_ID,
    "nodeType!": str,
    "nodeCount!": int,
    "diskSize!": int,
    "diskType": str,
    "autoscaling": {"enabled": bool, "min": int, "max": int},
    "computeResources": {"gpu": {"timeslicing": _SLICES}},
    "availabilityZones": [str],
    "subnets": [str],
    "aws": {"launchTemplate": {"id!": str, "version!": int}},
    "azure": {"systemPool": bool, "enablePublicNodeIp": bool, "vnetSubnetId": str},
    "gcp": {"enablePrivateNodes": bool},
    "oci": {"ocpu!": int, "memory!": int},
    "nebius": {
        "enablePublicNodeIps": bool,
        "osVersion": str,
        "gpuDriverVersion": str,
        "gpuClusterId": str,
    },
}

POOL_OF_ONES_OWN = {
    **_OF_ANY_POOL,
    "id!": POOL_ID,
    "providerId!": POOL_ID,
    "defaultPool": bool,
    "platform": {"architecture": ("amd64", "arm64")},
    "computeResources": {
        "gpu": {
            "supported": bool,
            "type": str,
            "count": int,
            "resources": {"memoryInfo": {"sizeInGiB": float}},
            "mig": {"enabled": bool, "partitions": [str]},
            "timeslicing": _SLICES,
        }
    },
}

INTEGRATION_BLOCKS: Mapping[str, Any] = {
    "restrictions": RESTRICTIONS,
    "aws": {
        "authenticationMode": MODES,
        "permissionCheckLevel": ("enabled", "disabled", "ignore-implicit-deny-by-organization"),
    },
    "gcp": {"projectId!": PROJECT, "authenticationMode": MODES, "serviceAccountEmail": str},
    "cloudflare": {"credentialType": ("apiToken", "originCAKey", "globalApiKey")},
    "byok": {"connectionMode": ("direct", "connector"), "requireVerification": bool},
}


def check(value: Any, form: Any, place: str) -> None:
    """Raises a Refusal that names the first member which has another form."""
    match form:
        case re.Pattern():
            _check_type(value, str, place)
            if form.fullmatch(value) is None:
                raise refuse(place, f"must match {form.pattern}")
        case tuple():
            if value not in form:
                raise refuse(place, f"must be one of {', '.join(form)}")
        case [inner]:
            check(value, list, place)
            for number, one in enumerate(value):
                check(one, inner, f"{place}.{number}")
        case dict():
            check(value, dict, place)
            _check_members(value, form, place)
        case _:
            _check_type(value, form, place)


def _check_type(value: Any, form: type, place: str) -> None:
    if form is float:
        if not is_a(value, int) and not is_a(value, float):
            raise refuse(place, "must be a number")
    elif not is_a(value, form):
        raise refuse(place, f"must be {KINDS[form]}")


def _check_members(value: Mapping[str, Any], form: Mapping[str, Any], place: str) -> None:
    forms = {name.rstrip("!"): inner for name, inner in form.items()}
    for name in value:
        if name not in forms:
            raise refuse(f"{place}.{name}", "is not a known field")
    for name in form:
        if name.endswith("!") and name[:-1] not in value:
            raise refuse(f"{place}.{name[:-1]}", "is required")
    for name, one in value.items():
        check(one, forms[name], f"{place}.{name}")


def refuse(place: str, text: str) -> Refusal:
    return Refusal(400, f"{place} {text}", fields={place: [text]})
