"""The settings of a cluster of Northflank: read, and asked for.

An answer can hold the keys of a log store. No model has a member for them, so they are dropped.
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import Field

from adapters.northflank.camel import CamelPart, if_shown
from adapters.northflank.document import SETTINGS, known, merged
from adapters.wire import Text
from fleet.model.record import Record
from fleet.model.refusal import Unsupported
from fleet.providers.northflank.settings import (
    Builds,
    Infrastructure,
    Logs,
    Overlay,
    Registry,
    RequestModifiers,
    Settings,
    VanityDomains,
)

Body = dict[str, Any]
RecordT = TypeVar("RecordT", bound=Record)

Factor = Annotated[float, Field(ge=0, lt=2**31, allow_inf_nan=False)]


class WireCaching(CamelPart):
    allow: bool | None = None
    storage_class_name: Text = None


class WireBuilds(CamelPart):
    mode: Text = None
    plan: Text = None
    cluster_id: Text = None
    caching: WireCaching | None = None


class WireRegistry(CamelPart):
    mode: Text = None
    registry_id: Text = None


class WireLoki(CamelPart):
    storage_type: Text = None
    s3_bucket_name: Text = None
    gcs_bucket_name: Text = None
    gcp_integration_id: Text = None


class WireLogging(CamelPart):
    mode: Text = None
    loki: WireLoki | None = None


class WireIstio(CamelPart):
    enable_public_load_balancer: bool | None = None
    enable_private_load_balancer: bool | None = None


class WireNetworking(CamelPart):
    overlay_network: bool | None = None
    overlay_cidr: Text = Field(default=None, alias="overlayCIDR")
    istio: WireIstio | None = None


class WireVanityDomain(CamelPart):
    zone_name: Text = None
    integration_id: Text = None


class WireVanityDomains(CamelPart):
    apps: WireVanityDomain | None = None
    custom_domains: WireVanityDomain | None = None
    load_balancers: WireVanityDomain | None = None


class WireRuntime(CamelPart):
    runtime_class: Text = None


class WireSandboxing(CamelPart):
    install_gvisor: bool | None = None
    install_micro_vm: bool | None = None


class WireInfrastructure(CamelPart):
    workloads: WireRuntime | None = None
    builds: WireRuntime | None = None
    sandboxing: WireSandboxing | None = None
    cleanup_volumes: bool | None = None
    cleanup_snapshots: bool | None = None


class WireFactors(CamelPart):
    cpu: Factor | None = None
    memory: Factor | None = None


class WireModifiers(CamelPart):
    services: WireFactors | None = None
    jobs: WireFactors | None = None
    builds: WireFactors | None = None
    addons: WireFactors | None = None


class WireSettings(CamelPart):
    builds: WireBuilds | None = None
    registry: WireRegistry | None = None
    logging: WireLogging | None = None
    networking: WireNetworking | None = None
    vanity_domains: WireVanityDomains | None = None
    infrastructure: WireInfrastructure | None = None
    request_modifiers: WireModifiers | None = None


# ---------------------------------------------------------------------- read


def to_settings(wire: WireSettings) -> Settings:
    return Settings(
        builds=if_shown(wire.builds, _builds),
        registry=_same(Registry, wire.registry),
        logs=if_shown(wire.logging, _logs),
        networking=if_shown(wire.networking, _networking),
        vanity_domains=_same(VanityDomains, wire.vanity_domains),
        infrastructure=if_shown(wire.infrastructure, _infrastructure),
        request_modifiers=_same(RequestModifiers, wire.request_modifiers),
    )


def _same(record: type[RecordT], wire: CamelPart | None) -> RecordT | None:
    """A record whose members have the names of the wire model's."""
    return None if wire is None else record.model_validate(wire.model_dump())


def _builds(wire: WireBuilds) -> Builds:
    caching = wire.caching or WireCaching()
    return Builds(
        mode=wire.mode,
        plan=wire.plan,
        cluster_id=wire.cluster_id,
        allows_caching=caching.allow,
        cache_storage_class=caching.storage_class_name,
    )


def _logs(wire: WireLogging) -> Logs:
    loki = wire.loki or WireLoki()
    return Logs(
        mode=wire.mode,
        storage_type=loki.storage_type,
        bucket_name=loki.gcs_bucket_name or loki.s3_bucket_name,
        integration_id=loki.gcp_integration_id,
    )


def _networking(wire: WireNetworking) -> Overlay:
    istio = wire.istio or WireIstio()
    return Overlay(
        is_enabled=wire.overlay_network,
        cidr=wire.overlay_cidr,
        has_public_load_balancer=istio.enable_public_load_balancer,
        has_private_load_balancer=istio.enable_private_load_balancer,
    )


def _infrastructure(wire: WireInfrastructure) -> Infrastructure:
    sandboxing = wire.sandboxing or WireSandboxing()
    return Infrastructure(
        workload_runtime_class=(wire.workloads or WireRuntime()).runtime_class,
        build_runtime_class=(wire.builds or WireRuntime()).runtime_class,
        installs_gvisor=sandboxing.install_gvisor,
        installs_micro_vms=sandboxing.install_micro_vm,
        cleans_up_volumes=wire.cleanup_volumes,
        cleans_up_snapshots=wire.cleanup_snapshots,
    )


# ---------------------------------------------------------------------- asked for

PLACES: Mapping[str, str] = {
    "builds.mode": "builds.mode",
    "builds.plan": "builds.plan",
    "builds.cluster_id": "builds.clusterId",
    "builds.allows_caching": "builds.caching.allow",
    "builds.cache_storage_class": "builds.caching.storageClassName",
    "registry.mode": "registry.mode",
    "registry.registry_id": "registry.registryId",
    "logs.mode": "logging.mode",
    "logs.bucket_name": "logging.loki.gcsBucketName",
    "logs.integration_id": "logging.loki.gcpIntegrationId",
    "networking.is_enabled": "networking.overlayNetwork",
    "networking.cidr": "networking.overlayCIDR",
    "networking.has_public_load_balancer": "networking.istio.enablePublicLoadBalancer",
    "networking.has_private_load_balancer": "networking.istio.enablePrivateLoadBalancer",
    "infrastructure.workload_runtime_class": "infrastructure.workloads.runtimeClass",
    "infrastructure.build_runtime_class": "infrastructure.builds.runtimeClass",
    "infrastructure.installs_gvisor": "infrastructure.sandboxing.installGvisor",
    "infrastructure.installs_micro_vms": "infrastructure.sandboxing.installMicroVm",
    "infrastructure.cleans_up_volumes": "infrastructure.cleanupVolumes",
    "infrastructure.cleans_up_snapshots": "infrastructure.cleanupSnapshots",
    **{
        f"vanity_domains.{ours}.{member}": f"vanityDomains.{theirs}.{name}"
        for ours, theirs in (
            ("apps", "apps"),
            ("custom_domains", "customDomains"),
            ("load_balancers", "loadBalancers"),
        )
        for member, name in (("zone_name", "zoneName"), ("integration_id", "integrationId"))
    },
    **{
        f"request_modifiers.{of}.{what}": f"requestModifiers.{of}.{what}"
        for of in ("services", "jobs", "builds", "addons")
        for what in ("cpu", "memory")
    },
}
"""Where each setting stands in a request."""


def to_settings_request(wanted: Settings, before: object = None) -> Body:
    """The settings whole: what is there, and what was given in its place. A log store goes with its kind, and the keys
    of one are sent back as they were shown. Raises `Unsupported` where they are shown in part.
    """
    given = wanted.model_dump(exclude_none=True)
    body: Body = {}
    for ours, theirs in PLACES.items():
        value = _at(given, ours)
        if value is not None:
            _put(body, theirs, value)
    if "loki" in body.get("logging", {}):
        body["logging"]["loki"]["storageType"] = "gcs"
    shown = known(before or {}, SETTINGS)
    if "logging" in body:
        shown = {name: value for name, value in shown.items() if name != "logging"}
    elif _is_masked(shown.get("logging")):
        raise Unsupported("Northflank hides the keys of the log store, so they could not be kept.")
    whole: Body = merged(shown, body)
    return whole


def _is_masked(logging: Any) -> bool:
    loki = logging.get("loki") if isinstance(logging, Mapping) else None
    keys = [loki.get(name) for name in ("s3AccessKey", "s3SecretKey")] if isinstance(loki, Mapping) else []
    is_of_s3 = isinstance(loki, Mapping) and loki.get("storageType") == "s3"
    return is_of_s3 and any(not isinstance(key, str) or not key.strip("*•") for key in keys)


def _at(given: Mapping[str, Any], path: str) -> Any:
    value: Any = given
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _put(body: Body, path: str, value: object) -> None:
    *above, last = path.split(".")
    for part in above:
        body = body.setdefault(part, {})
    body[last] = value
