"""The capabilities of a provider and of a cluster. An unsupported one has a reason."""

from collections.abc import Mapping

import strawberry

from fleet.model.capability import Capability
from fleet.model.provider import Provider
from fleet.model.tracking import TrackedCluster
from fleet.providers import PROVIDERS
from gateway.types.records import field


@strawberry.type(description="Whether a capability is supported, and if not, why.")
class CapabilitySupport:
    capability: Capability
    is_supported: bool
    reason: str | None = field("Why the capability is unsupported, as a sentence. Null when it is supported.")


def unsupported_by_provider(key: str) -> Mapping[Capability, str]:
    if key in PROVIDERS:
        return PROVIDERS[key].unsupported
    return dict.fromkeys(Capability, f"This version of Fleetgraph has no adapter for {key}.")


def unsupported_of_cluster(row: TrackedCluster) -> Mapping[Capability, str]:
    """The capabilities of a cluster: those that its provider or this cluster does not support, or that the account's
    token does not get, have a reason.
    """
    withheld = row.facts.nodes_withheld
    of_token = {} if withheld is None else {Capability.LIST_NODES: withheld}
    return {**of_token, **row.item.unsupported, **unsupported_by_provider(row.item.provider)}


def support(unsupported: Mapping[Capability, str]) -> list[CapabilitySupport]:
    return [
        CapabilitySupport(
            capability=capability,
            is_supported=capability not in unsupported,
            reason=unsupported.get(capability),
        )
        for capability in Capability
    ]


def support_of_provider(provider: strawberry.Parent[Provider]) -> list[CapabilitySupport]:
    return support(unsupported_by_provider(provider.key))
