"""Providers of clusters."""

import strawberry

from fleet.model import provider as domain
from fleet.model.cluster import ClusterDetails
from fleet.model.rate_limit import RateLimit, RateScope
from fleet.model.spec import ClusterPatch, ClusterSpec
from fleet.providers import PROVIDERS
from gateway.relay.ids import Node
from gateway.types.capability import CapabilitySupport, support_of_provider
from gateway.types.enums import ProviderKind
from gateway.types.records import field, serves
from gateway.types.scalars import URL
from gateway.types.timings import Timing, of_provider


def provider_of(key: str) -> domain.Provider:
    """The provider of a row. A row of another version can name a provider that this version does not know."""
    return PROVIDERS.get(key) or domain.Provider(
        key=key,
        name=key,
        documentation_url="",
        rate_limit=RateLimit(requests=None, window_seconds=60, scope=RateScope.TOKEN),
        details=ClusterDetails,
        spec=ClusterSpec,
        patch=ClusterPatch,
        needs_external_id=False,
    )


def kind(provider: strawberry.Parent[domain.Provider]) -> str | None:
    return provider.key if provider.key in PROVIDERS else None


def documentation_url(provider: strawberry.Parent[domain.Provider]) -> str | None:
    return provider.documentation_url or None


@strawberry.type(description="A platform that runs clusters.")
class Provider(Node):
    is_type_of = serves(domain.Provider)

    kind: ProviderKind | None = field(
        "Null for a provider that this version of the gateway has no adapter for.", resolver=kind
    )
    name: str
    documentation_url: URL | None = field(
        "Where the provider's API is documented.", resolver=documentation_url
    )
    timings: list[Timing] = field(
        "How long its clusters took, by what was observed in the accounts that you see. Empty below five samples.",
        resolver=of_provider,
    )
    capabilities: list[CapabilitySupport] = field(
        "One entry for each `Capability`, so that a client can explain why an action is not available.",
        resolver=support_of_provider,
    )
