"""What a cluster of Northflank does for those who deploy to it. Words are the vendor's; null is not shown or, where it
is asked for, as it is.

Keys of a log store are neither shown nor taken: a specification is stored, and secrets are not.
"""

from pydantic import Field, ValidationInfo, field_validator

from fleet.model.record import Record
from fleet.providers.northflank.rules import check_networks


class Builds(Record):
    """`mode` is where builds run: paas, internal or build-cluster; `cluster_id` names the last."""

    mode: str | None = None
    plan: str | None = None
    cluster_id: str | None = None
    allows_caching: bool | None = None
    cache_storage_class: str | None = None


class Registry(Record):
    """`mode` is paas or self-hosted, with the credentials `registry_id`."""

    mode: str | None = None
    registry_id: str | None = None


class Logs(Record):
    """`mode` is paas, or loki for a bucket of one's own, which `storage_type` says the kind of."""

    mode: str | None = None
    storage_type: str | None = None
    bucket_name: str | None = None
    integration_id: str | None = None


class Overlay(Record):
    """The overlay network and the load balancers of a cluster."""

    is_enabled: bool | None = None
    cidr: str | None = None
    has_public_load_balancer: bool | None = None
    has_private_load_balancer: bool | None = None


class VanityDomain(Record):
    zone_name: str | None = None
    integration_id: str | None = None


class VanityDomains(Record):
    apps: VanityDomain | None = None
    custom_domains: VanityDomain | None = None
    load_balancers: VanityDomain | None = None


class Infrastructure(Record):
    """A runtime class is none, gvisor, kata-clh or kata-qemu."""

    workload_runtime_class: str | None = None
    build_runtime_class: str | None = None
    installs_gvisor: bool | None = None
    installs_micro_vms: bool | None = None
    cleans_up_volumes: bool | None = None
    cleans_up_snapshots: bool | None = None


class RequestModifier(Record):
    """The share of the CPU and memory of a plan that Kubernetes reserves for it, as factors."""

    cpu: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    memory: float | None = Field(default=None, ge=0, allow_inf_nan=False)


class RequestModifiers(Record):
    services: RequestModifier | None = None
    jobs: RequestModifier | None = None
    builds: RequestModifier | None = None
    addons: RequestModifier | None = None


class Settings(Record):
    builds: Builds | None = None
    registry: Registry | None = None
    logs: Logs | None = None
    networking: Overlay | None = None
    vanity_domains: VanityDomains | None = None
    infrastructure: Infrastructure | None = None
    request_modifiers: RequestModifiers | None = None


class LogsWanted(Logs):
    """A bucket of one's own is one of Google Cloud: that of AWS needs keys, which are given in Northflank's console."""

    integration_id: str | None = Field(default=None, validate_default=True)

    @field_validator("storage_type")
    @classmethod
    def _needs_no_keys(cls, value: str | None) -> str | None:
        if value not in (None, "gcs"):
            raise ValueError("A bucket that needs keys is set in Northflank's console; gcs needs none.")
        return value

    @field_validator("integration_id")
    @classmethod
    def _are_whole(cls, value: str | None, info: ValidationInfo) -> str | None:
        parts = (info.data.get("bucket_name"), value)
        if info.data.get("mode") == "loki" and not all(parts):
            raise ValueError("Logs in a bucket of one's own need its name and an integration.")
        return value


class OverlayWanted(Overlay):
    @field_validator("cidr")
    @classmethod
    def _is_a_network(cls, value: str | None) -> str | None:
        check_networks(None if value is None else [value])
        return value


class SettingsWanted(Settings):
    logs: LogsWanted | None = None
    networking: OverlayWanted | None = None
