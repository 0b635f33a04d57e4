"""Whether what a provider lists is what we know: the same clusters, of the same organization."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from fleet.model.cluster import Cluster
from fleet.model.failure import FailureKind, ProviderError
from fleet.model.tracking import TrackedCluster
from fleet.ports.adapter import Listing

MANY = 3
"""From how many clusters on a whole account can be recognized by them."""


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


def keep_identities(
    rows: Collection[TrackedCluster], listing: Listing[Cluster]
) -> tuple[Listing[Cluster], Mapping[str, str]]:
    """The listing with the incarnations that are known, and by key what the provider shows in their place by now.

    A provider whose clusters have names and no identifiers tells two of one name apart by their time of creation. When
    that time appears where there was none, or changes for most clusters at once, the provider changed and no cluster
    was born.
    """
    known: dict[str, TrackedCluster] = {}
    for one in rows:
        if not one.is_tombstone:
            known[one.item.external_id] = one
    moved = {
        cluster.external_id
        for cluster in listing.items
        if (row := known.get(cluster.external_id)) is not None
        and cluster.incarnation not in (row.item.incarnation, row.incarnation_shown)
    }
    both = [cluster for cluster in listing.items if cluster.external_id in known]
    are_all_new = len(moved) >= MANY and len(moved) * 2 > len(both)
    shown: dict[str, str] = {}

    def keep(cluster: Cluster) -> Cluster:
        row = known.get(cluster.external_id)
        if row is None or cluster.incarnation == row.item.incarnation:
            return cluster
        is_same = (
            cluster.incarnation is None
            or row.item.incarnation is None
            or cluster.incarnation == row.incarnation_shown
            or are_all_new
        )
        if not is_same:
            return cluster
        if cluster.incarnation is not None:
            shown[row.item.key] = cluster.incarnation
        return cluster.model_copy(update={"incarnation": row.item.incarnation})

    items = tuple(keep(cluster) for cluster in listing.items)
    return replace(listing, items=items), shown
