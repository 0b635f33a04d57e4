"""The settings of Northflank's clusters. Words are the provider's. Keys of a log store are never shown."""

import strawberry

from gateway.types.records import field, option

RUNTIME = "none, gvisor, kata-clh or kata-qemu."


@strawberry.type(description="Where builds run, and how.")
class NorthflankBuilds:
    mode: str | None = field(
        "paas: at Northflank. internal: on the cluster. build-cluster: on another cluster."
    )
    plan: str | None
    cluster_id: str | None = field("The build cluster.")
    allows_caching: bool | None
    cache_storage_class: str | None


@strawberry.type(description="Where built images are stored.")
class NorthflankRegistry:
    mode: str | None = field("paas or self-hosted.")
    registry_id: str | None = field("The credentials of your own registry.")


@strawberry.type(description="Where logs are stored.")
class NorthflankLogs:
    mode: str | None = field("paas: at Northflank. loki: in a bucket of your own.")
    storage_type: str | None = field("s3 or gcs.")
    bucket_name: str | None
    integration_id: str | None = field("The integration that a bucket of Google Cloud is reached with.")


@strawberry.type(description="The overlay network and the load balancers of a cluster.")
class NorthflankClusterNetworking:
    is_enabled: bool | None = field("Whether there is an overlay network.")
    cidr: str | None = field("Of the overlay network.")
    has_public_load_balancer: bool | None
    has_private_load_balancer: bool | None


@strawberry.type(description="A domain of your own.")
class NorthflankVanityDomain:
    zone_name: str | None
    integration_id: str | None = field("The integration with the host of the domain.")


@strawberry.type(description="Domains of your own, by what they are for.")
class NorthflankVanityDomains:
    apps: NorthflankVanityDomain | None
    custom_domains: NorthflankVanityDomain | None
    load_balancers: NorthflankVanityDomain | None


@strawberry.type(description="How workloads are kept apart, and what is cleaned up.")
class NorthflankInfrastructure:
    workload_runtime_class: str | None = field(RUNTIME)
    build_runtime_class: str | None = field(RUNTIME)
    installs_gvisor: bool | None
    installs_micro_vms: bool | None
    cleans_up_volumes: bool | None
    cleans_up_snapshots: bool | None


@strawberry.type(description="The part of a plan's CPU and memory that Kubernetes reserves, as factors.")
class NorthflankRequestModifier:
    cpu: float | None
    memory: float | None


@strawberry.type(description="How much of their plans Kubernetes reserves for workloads, by kind.")
class NorthflankRequestModifiers:
    services: NorthflankRequestModifier | None
    jobs: NorthflankRequestModifier | None
    builds: NorthflankRequestModifier | None
    addons: NorthflankRequestModifier | None


@strawberry.type(
    description="What a cluster does for those who deploy to it. Null where Northflank does not show it."
)
class NorthflankSettings:
    builds: NorthflankBuilds | None
    registry: NorthflankRegistry | None
    logs: NorthflankLogs | None
    networking: NorthflankClusterNetworking | None
    vanity_domains: NorthflankVanityDomains | None
    infrastructure: NorthflankInfrastructure | None
    request_modifiers: NorthflankRequestModifiers | None


@strawberry.input(description="Where builds run, and how.")
class NorthflankBuildsInput:
    mode: str | None = option(
        "paas: at Northflank. internal: on the cluster. build-cluster: on another cluster."
    )
    plan: str | None = strawberry.UNSET
    cluster_id: str | None = option("The build cluster.")
    allows_caching: bool | None = strawberry.UNSET
    cache_storage_class: str | None = strawberry.UNSET


@strawberry.input(description="Where built images are stored.")
class NorthflankRegistryInput:
    mode: str | None = option("paas or self-hosted.")
    registry_id: str | None = option("The credentials of your own registry.")


@strawberry.input(
    description="Where logs are stored. A bucket that needs keys (s3) is set in Northflank's console, because what is "
    "asked for here is stored."
)
class NorthflankLogsInput:
    mode: str | None = option("paas: at Northflank. loki: in a bucket of Google Cloud.")
    bucket_name: str | None = strawberry.UNSET
    integration_id: str | None = option("The integration that the bucket is reached with.")


@strawberry.input(description="The overlay network and the load balancers of a cluster.")
class NorthflankClusterNetworkingInput:
    is_enabled: bool | None = option("Whether there is an overlay network.")
    cidr: str | None = option("Of the overlay network.")
    has_public_load_balancer: bool | None = strawberry.UNSET
    has_private_load_balancer: bool | None = strawberry.UNSET


@strawberry.input(description="A domain of your own.")
class NorthflankVanityDomainInput:
    zone_name: str
    integration_id: str = field("The integration with the host of the domain.")


@strawberry.input(description="Domains of your own, by what they are for.")
class NorthflankVanityDomainsInput:
    apps: NorthflankVanityDomainInput | None = strawberry.UNSET
    custom_domains: NorthflankVanityDomainInput | None = strawberry.UNSET
    load_balancers: NorthflankVanityDomainInput | None = strawberry.UNSET


@strawberry.input(description="How workloads are kept apart, and what is cleaned up.")
class NorthflankInfrastructureInput:
    workload_runtime_class: str | None = option(RUNTIME)
    build_runtime_class: str | None = option(RUNTIME)
    installs_gvisor: bool | None = strawberry.UNSET
    installs_micro_vms: bool | None = strawberry.UNSET
    cleans_up_volumes: bool | None = strawberry.UNSET
    cleans_up_snapshots: bool | None = strawberry.UNSET


@strawberry.input(description="The part of a plan's CPU and memory that Kubernetes reserves, as factors.")
class NorthflankRequestModifierInput:
    cpu: float
    memory: float


@strawberry.input(description="How much of their plans Kubernetes reserves for workloads, by kind.")
class NorthflankRequestModifiersInput:
    services: NorthflankRequestModifierInput | None = strawberry.UNSET
    jobs: NorthflankRequestModifierInput | None = strawberry.UNSET
    builds: NorthflankRequestModifierInput | None = strawberry.UNSET
    addons: NorthflankRequestModifierInput | None = strawberry.UNSET


@strawberry.input(
    description="What a cluster does for those who deploy to it. What is left out stays as it is, or is Northflank's "
    "choice."
)
class NorthflankSettingsInput:
    builds: NorthflankBuildsInput | None = strawberry.UNSET
    registry: NorthflankRegistryInput | None = strawberry.UNSET
    logs: NorthflankLogsInput | None = strawberry.UNSET
    networking: NorthflankClusterNetworkingInput | None = strawberry.UNSET
    vanity_domains: NorthflankVanityDomainsInput | None = strawberry.UNSET
    infrastructure: NorthflankInfrastructureInput | None = strawberry.UNSET
    request_modifiers: NorthflankRequestModifiersInput | None = strawberry.UNSET
