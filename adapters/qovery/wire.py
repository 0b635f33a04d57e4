"""Qovery's answers, as far as they are read, under the names of its OpenAPI document (1.0.4).

The keys of a cluster's `secret_manager_accesses` may come back in an answer: no model has a member for them, so they
end here. Of credentials only the name and the kind are read.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, JsonValue

from adapters.wire import (
    MOST_PARTS,
    Cents,
    Count,
    Description,
    Identity,
    Items,
    Lenient,
    Message,
    Ordinal,
    SmallCount,
    Text,
    Title,
    When,
    Wire,
    WireItem,
    Words,
)


def _empty_when_null(value: object) -> object:
    return () if value is None else value


class WireFeatureValue(Lenient):
    value: JsonValue = None


class WireFeature(Lenient):
    id: Text = None
    title: Title = None
    value_object: WireFeatureValue | None = None
    cost_per_month_in_cents: Cents | None = None
    currency_code: Text = None


class WireOutputs(Lenient):
    kind: Identity
    cluster_name: Text = None
    cluster_oidc_issuer: Text = None


class WireStatus(Lenient):
    identifying = frozenset({"status", "is_deployed"})

    status: Text = None
    is_deployed: bool | None = None
    reason: Message = None
    next_k8s_available_version: Text = None
    cluster_lock: object = None
    """Whatever it says, it is locked while it is there."""
    last_execution_id: Text = None
    last_deployment_date: Text = None


class WireCluster(WireItem):
    """`cluster_status` is put there by `with_statuses`; the provider answers it apart."""

    identifying = frozenset({"name", "status", "deployment_status", "cluster_status"})

    id: Identity
    name: Title = None
    description: Description = None
    region: Text = None
    cloud_provider: Text = None
    min_running_nodes: SmallCount = None
    max_running_nodes: SmallCount = None
    disk_size: SmallCount = None
    disk_iops: SmallCount = None
    disk_throughput: SmallCount = None
    instance_type: Text = None
    kubernetes: Text = None
    cpu: Count | None = None
    memory: Count | None = None
    status: Text = None
    has_access: bool | None = None
    version: Text = None
    is_default: bool | None = None
    is_demo: bool | None = None
    production: bool | None = None
    ssh_keys: JsonValue = None
    features: Annotated[
        tuple[WireFeature, ...], BeforeValidator(_empty_when_null), Field(max_length=MOST_PARTS)
    ] = ()
    deployment_status: Text = None
    metrics_parameters: JsonValue = None
    infrastructure_outputs: WireOutputs | None = None
    infrastructure_charts_parameters: JsonValue = None
    keda: JsonValue = None
    labels_groups: JsonValue = None
    created_at: When = None
    updated_at: When = None
    cluster_status: WireStatus | None = None


class WireCredential(Lenient):
    identifying = frozenset({"name"})

    id: Identity
    name: Title = None
    object_type: Text = None


class WireCredentialCluster(Lenient):
    id: Text = None


class WireCredentialUse(WireItem):
    """A credential and the clusters that were built through it."""

    credential: WireCredential
    clusters: Annotated[tuple[WireCredentialCluster, ...], BeforeValidator(_empty_when_null)] = ()

    @classmethod
    def identify(cls, raw: object) -> str | None:
        return super().identify(raw.get("credential")) if isinstance(raw, Mapping) else None


class WireRegion(WireItem):
    identity = "name"

    name: Identity
    country: Text = None
    city: Text = None
    zones: Annotated[Words, BeforeValidator(_empty_when_null)] = ()


class WireRegions(Wire):
    results: tuple[WireRegion, ...]


class WireInstanceType(WireItem):
    """`type` is what a cluster's `instance_type` says; `name` is for people."""

    identity = "type"

    type: Identity
    cpu: SmallCount = None
    ram_in_gb: SmallCount = None


class WireCostRange(Wire):
    min_cost_in_cents: Cents | None = None
    max_cost_in_cents: Cents | None = None
    currency_code: Text = None


class WirePagination(Wire):
    page: Ordinal
    total_pages: Ordinal


class WireResults(Wire):
    """A whole list. The guide tells of pages, which no path of the OpenAPI document has: followed where they appear."""

    results: Items
    pagination: WirePagination | None = None
