"""Whose account it is: the organization that a token shows."""

from collections.abc import Collection

from fleet.model.cluster import Cluster
from fleet.model.failure import FailureKind, ProviderError
from fleet.model.tracking import TrackedCluster
from fleet.ports.adapter import Listing

MANY = 3
"""From how many known clusters on an organization can be recognized by them."""


class AnotherOrganization(ProviderError):
    """The token shows another organization than the one that the account was connected for."""

    kind = FailureKind.REJECTED


def require_same_organization(rows: Collection[TrackedCluster], listing: Listing[Cluster]) -> None:
    """`AnotherOrganization` when a complete listing shows clusters, and not one of the many that are known.

    Nobody replaces every cluster between two observations. Somebody who did connects the account anew.
    """
    alive = {row.item.external_id for row in rows if not row.is_tombstone}
    listed = {cluster.external_id for cluster in listing.items} | {
        one.external_id for one in listing.unreadable
    }
    if listing.incomplete is not None or len(alive) < MANY or not listed or alive & listed:
        return
    raise AnotherOrganization(
        f"The token shows {len(listed)} clusters and none of the {len(alive)} that are known here: it belongs to "
        "another organization. Nothing was changed. Replace the token, or disconnect the account and connect it again."
    )
