"""What a module of a provider is made of."""

from dataclasses import dataclass

from gateway.inputs.conversion import ClusterInput
from gateway.types.cluster import ClusterDetails


@dataclass(frozen=True, kw_only=True)
class ProviderTypes:
    """What only one provider knows of a cluster, and what is asked of a new one and of one that is there."""

    details: type[ClusterDetails]
    spec: type[ClusterInput] | None = None
    """Null where clusters cannot be created."""
    patch: type[ClusterInput] | None = None
    """Null where clusters cannot be updated."""
