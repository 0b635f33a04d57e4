"""The record that each provider's module exports."""

from dataclasses import dataclass

from gateway.inputs.conversion import ClusterInput
from gateway.types.cluster import ClusterDetails


@dataclass(frozen=True, kw_only=True)
class ProviderTypes:
    """The types of one provider: the details of a cluster, the specification of a new one, the patch of an existing
    one.
    """

    details: type[ClusterDetails]
    spec: type[ClusterInput] | None = None
    """Null where clusters cannot be created."""
    patch: type[ClusterInput] | None = None
    """Null where clusters cannot be updated."""
