"""Major versions: which are on offer to a new cluster and to one that there is, and how its upgrade stands.

Source: the OpenAPI document of 2024-09-16 and the vendor's upgrade policy. Preview releases are left out, and
innovation releases are for Advanced clusters alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import Field

from adapters.cockroachdb.wire import WirePage
from adapters.wire import Identity, Items, Text, When, WireItem, Word
from fleet.model.catalog import OfferedVersion
from fleet.model.cluster import Cluster, Engine
from fleet.model.upgrade import UpgradeState
from fleet.providers.cockroachdb import SHOWN_AS

STATES: Mapping[str, UpgradeState] = {
    "UPGRADE_AVAILABLE": UpgradeState.AVAILABLE,
    "MAJOR_UPGRADE_RUNNING": UpgradeState.RUNNING,
    "PENDING_FINALIZATION": UpgradeState.PENDING_FINALIZATION,
    "ROLLBACK_RUNNING": UpgradeState.ROLLING_BACK,
    "FINALIZED": UpgradeState.FINALIZED,
}
NOT_FOR_NEW = frozenset({"UNSUPPORTED", "PREVIEW"})
AUTOMATIC = "CockroachDB Cloud upgrades Basic clusters by itself."
NOT_BY_HAND = "It is upgraded automatically: set its upgrades to manual first."


class WireVersion(WireItem):
    identity = "version"

    version: Identity
    release_type: Text = None
    support_status: Text = None
    support_end: When = None
    allowed_upgrades: Annotated[tuple[Word, ...], Field(max_length=100)] | None = None

    @property
    def key(self) -> str:
        return self.version


class WireVersions(WirePage):
    items: Items = Field(alias="versions")


def to_offered_versions(versions: Iterable[WireVersion], account_id: str) -> Iterator[OfferedVersion]:
    """Those for a new cluster. Only an Advanced one can choose; what the others get is the provider's choice."""
    for one in versions:
        if one.support_status not in NOT_FOR_NEW:
            yield OfferedVersion(
                account_id=account_id,
                name=one.version,
                engine=Engine.COCKROACHDB,
                plans=("ADVANCED",),
                release=one.release_type,
                support_ends_at=one.support_end,
                upgrades_to=one.allowed_upgrades,
            )


def to_upgrade_state(word: str | None) -> UpgradeState | None:
    return None if word is None else STATES.get(word, UpgradeState.UNKNOWN)


def to_upgrade_versions(versions: Iterable[WireVersion], cluster: Cluster) -> tuple[str, ...] | None:
    """What the cluster's major version may become; none while no upgrade is available. Null where the provider tells
    neither of the upgrade nor of the version, or lists no version that the upgrade may lead to.
    """
    if cluster.upgrade_state in (None, UpgradeState.UNKNOWN):
        return None
    if cluster.upgrade_state is not UpgradeState.AVAILABLE:
        return ()
    known = {one.version: one for one in versions}
    major = re.match(r"v\d+\.\d+", cluster.version or "")
    here = known.get(major[0]) if major else None
    if here is None or here.allowed_upgrades is None:
        return None
    offered = tuple(name for name in here.allowed_upgrades if _is_for(known.get(name), cluster))
    is_told = all(name in known for name in here.allowed_upgrades)
    return offered if offered or is_told else None


def _is_for(offer: WireVersion | None, cluster: Cluster) -> bool:
    if offer is None or offer.support_status == "PREVIEW":
        return False
    return offer.release_type != "INNOVATION" or cluster.plan in SHOWN_AS["ADVANCED"]
