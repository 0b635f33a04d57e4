"""Kupe Cloud: what it is and what only it knows of a cluster."""

from fleet.provider import Capability, ClusterDetails, Provider, RateLimit, RateScope


class KupeDetails(ClusterDetails):
    """`isolation` is Kupe's cluster type: `shared` nodes or `dedicated` ones; empty where Kupe does not say."""

    isolation: str = ""
    is_highly_available: bool | None = None
    requested_version: str | None = None


KUPE = Provider(
    key="kupe",
    name="Kupe Cloud",
    documentation_url="https://docs.kupe.cloud",
    rate_limit=RateLimit(requests=None, window_seconds=60, scope=RateScope.ADDRESS),
    details=KupeDetails,
    needs_external_id=True,
    lacks={
        Capability.STOP_CLUSTER: "A Kupe cluster runs until it is deleted.",
        Capability.DEPLOY_CLUSTER: "Kupe applies changes by itself; there is nothing to deploy.",
        Capability.LIST_NODES: "Kupe manages the machines and does not list them.",
        Capability.NODE_MAINTENANCE: "Kupe manages the machines itself.",
        Capability.SPEND_LIMIT: "Kupe bills by plan; a cluster has no spend limit.",
        Capability.LIST_INTEGRATIONS: "Kupe runs clusters in its own cloud; there are no cloud accounts to link.",
        Capability.CHANGE_INTEGRATION: "Kupe runs clusters in its own cloud; there are no cloud accounts to link.",
        Capability.COST_ESTIMATE: "Kupe estimates the cost of a tenant, not of a cluster.",
        Capability.LIST_REGIONS: "Kupe does not say where its clusters run.",
        Capability.LIST_INSTANCE_TYPES: "Kupe sells CPU and memory, not machine types.",
    },
)
