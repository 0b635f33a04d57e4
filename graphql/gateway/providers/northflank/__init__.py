"""The schema types of Northflank: the details, the specification and the patch of a cluster."""

from gateway.providers.members import ProviderTypes
from gateway.providers.northflank.cluster import (
    NorthflankClusterDetails,
    NorthflankClusterPatchInput,
    NorthflankClusterSpecInput,
)

TYPES = ProviderTypes(
    details=NorthflankClusterDetails, spec=NorthflankClusterSpecInput, patch=NorthflankClusterPatchInput
)
