"""The organization that a token belongs to, and whether it is still the one of the account."""

from collections.abc import Collection

from fleet.model.account import Account
from fleet.model.cluster import Cluster
from fleet.model.failure import FailureKind, Forbidden, NotFound, ProviderError
from fleet.model.tracking import TrackedCluster
from fleet.ports.adapter import Adapter, Listing, TellsOrganization

MANY = 3
"""From how many known clusters on an organization can be recognized by them."""


async def organization_of(adapter: Adapter) -> str | None:
    """Which organization the token belongs to. Null where the provider, or this version of its API, does not tell, or
    the token may not ask.
    """
    if not isinstance(adapter, TellsOrganization):
        return None
    try:
        return await adapter.organization()
    except (NotFound, Forbidden):
        return None


class AnotherOrganization(ProviderError):
    """The token shows another organization than the one that the account was connected for."""

    kind = FailureKind.REJECTED


async def require_same_organization(
    account: Account, adapter: Adapter, rows: Collection[TrackedCluster], listing: Listing[Cluster]
) -> None:
    """Raises `AnotherOrganization` when a complete listing shows clusters and not one of those that are known, and the
    provider tells another organization, or many clusters are known.

    Nobody replaces every one of many clusters between two observations. Somebody who did connects the account anew.
    """
    alive = {row.item.external_id for row in rows if not row.is_tombstone}
    listed = {cluster.external_id for cluster in listing.items} | {
        one.external_id for one in listing.unreadable
    }
    if listing.incomplete is not None or not alive or not listed or alive & listed:
        return
    current_id = await organization_of(adapter) if account.organization_id is not None else None
    if current_id == account.organization_id if current_id is not None else len(alive) < MANY:
        return
    raise AnotherOrganization(
        f"The token shows {len(listed)} clusters and none of the {len(alive)} that are known here: it belongs to "
        "another organization. Nothing was changed. Replace the token, or disconnect the account and connect it again."
    )
