"""What only one provider knows of a cluster. One type a provider, each in a module of its own in `providers`."""

import strawberry

from gateway.types.records import field
from gateway.types.scalars import URL


@strawberry.interface(
    description="What only one provider knows of a cluster. Ask for it with a fragment on its type."
)
class ClusterDetails:
    console_url: URL | None = field("The cluster's page in the provider's own console.")
