"""Whether a cluster that a provider lists is one that is known."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from fleet.model.cluster import Cluster
from fleet.model.tracking import TrackedCluster
from fleet.ports.adapter import Listing

MANY = 3
"""From how many clusters on a change of all of them at once is the provider's."""


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
        if not (row.is_shown_as(cluster) or are_all_new):
            return cluster
        if cluster.incarnation is not None:
            shown[row.item.key] = cluster.incarnation
        return cluster.model_copy(update={"incarnation": row.item.incarnation})

    items = tuple(keep(cluster) for cluster in listing.items)
    return replace(listing, items=items), shown
