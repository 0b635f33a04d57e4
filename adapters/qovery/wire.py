"""The members of Qovery's answers that are used, with the names of its OpenAPI document (1.0.4).

An answer can hold the keys of a cluster's `secret_manager_accesses`. No model has a member for them, so they are
dropped. Of credentials, only what is public is read.
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
    Word,
    Words,
)


def _empty_when_null(value: object) -> object:
    return () if value is None else value


def _a_lock(value: object) -> object:
    """Anything but null is a lock, whether or not it reads."""
    return value if value is None or isinstance(value, dict) else {}


class WireFeatureValue(Lenient):
    value: JsonValue = None


class WireFeature(Lenient):
    id: Text = None
    title: Title = None
    description: Description = None
    is_cloud_provider_paying_feature: bool | None = None
    is_qovery_paying_feature: bool | None = None
    is_value_updatable: bool | None = None
    accepted_values: Annotated[
        tuple[Word | bool, ...], BeforeValidator(_empty_when_null), Field(max_length=MOST_PARTS)
    ] = ()
    value_object: WireFeatureValue | None = None
    cost_per_month_in_cents: Cents | None = None
    currency_code: Text = None


class WireOutputs(Lenient):
    kind: Identity
    cluster_name: Text = None
    cluster_oidc_issuer: Text = None


class WireLock(Lenient):
    reason: Message = None
    owner_name: Title = None
    locked_at: When = None
    ttl_in_days: SmallCount = None


class WireStatus(Lenient):
    identifying = frozenset({"status", "is_deployed"})

    status: Text = None
    is_deployed: bool | None = None
    reason: Message = None
    next_k8s_available_version: Text = None
    cluster_lock: Annotated[WireLock | None, BeforeValidator(_a_lock)] = None
    """Its presence means that the cluster is locked."""
    last_execution_id: Text = None
    last_deployment_date: Text = None


class WireOrganization(Lenient):
    id: Text = None


class WireKeda(Lenient):
    enabled: bool | None = None


class WireLabelsGroup(Lenient):
    id: Text = None


class WireEndpoint(Lenient):
    mode: Text = None
    region: Text = None
    project_id: Text = None


class WireAuthentication(Lenient):
    mode: Text = None
    role_arn: Text = None


class WireSecretManager(Lenient):
    id: Text = None
    name: Title = None
    endpoint: WireEndpoint | None = None
    authentication: WireAuthentication | None = None


class WireCluster(WireItem):
    """`cluster_status` is added by `with_statuses`; Qovery sends it in another answer."""

    identifying = frozenset({"name", "status", "deployment_status", "cluster_status"})

    id: Identity
    organization: WireOrganization | None = None
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
    keda: WireKeda | None = None
    labels_groups: Annotated[
        tuple[WireLabelsGroup, ...], BeforeValidator(_empty_when_null), Field(max_length=MOST_PARTS)
    ] = ()
    secret_manager_accesses: Annotated[
        tuple[WireSecretManager, ...], BeforeValidator(_empty_when_null), Field(max_length=MOST_PARTS)
    ] = ()
    estimated_cloud_provider_cost: Count | None = None
    created_at: When = None
    updated_at: When = None
    cluster_status: WireStatus | None = None


class WireCredential(Lenient):
    """The members that are not secret."""

    identifying = frozenset({"name"})

    id: Identity
    name: Title = None
    object_type: Text = None
    access_key_id: Text = None
    role_arn: Text = None
    vsphere_user: Text = None
    scaleway_access_key: Text = None
    scaleway_project_id: Text = None
    scaleway_organization_id: Text = None
    azure_subscription_id: Text = None
    azure_tenant_id: Text = None
    azure_application_id: Text = None
    project_id: Text = None
    service_account_email: Text = None
    workload_identity_provider_resource: Text = None


class WireCredentialCluster(Lenient):
    id: Text = None


class WireCredentialUse(WireItem):
    """Credentials, and the clusters that were created with them."""

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
    """`type` is the value of a cluster's `instance_type`; `name` is for people."""

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
    """A list. The guide documents pages, and the OpenAPI document does not; pages are followed if there are any."""

    results: Items
    pagination: WirePagination | None = None
