"""An integration connects an account with an outside system. Its credentials can be written and never read."""

from fleet.model.cloud import Cloud
from fleet.model.record import Instant, Record, UnreadMembers


class Integration(Record):
    """`authentication` is how it authenticates, in the provider's own word.

    `cluster_external_ids` are the clusters that use it, where the provider tells them here. Null where each cluster
    names its integration instead.
    """

    account_id: str
    provider: str
    external_id: str
    name: str
    description: str | None = None
    cloud: Cloud
    provider_cloud: str | None = None
    authentication: str | None = None
    features: tuple[str, ...] = ()
    created_at: Instant | None = None
    unread_members: UnreadMembers = ()
    cluster_external_ids: tuple[str, ...] | None = None

    @property
    def key(self) -> str:
        return self.external_id
