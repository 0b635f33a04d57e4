"""What goes out to upgrade a cluster, to make an upgrade final and to roll it back."""

from fleet.changing.requests.request import Asking, Ready
from fleet.changing.requests.targets import prepare_as, read_now
from fleet.model.capability import Capability
from fleet.model.change import RollBackUpgrade, UpgradeCluster
from fleet.model.cluster import Cluster
from fleet.model.refusal import InvalidInput
from fleet.model.upgrade import UpgradeState, newest
from fleet.ports.adapter import Adapter, FinalizesUpgrades, OffersUpgrades, UpgradesCluster


async def prepare_upgrade(asking: Asking) -> Ready | None:
    """What is on offer is asked for now; a version that is not is refused before anything goes out."""
    change, adapter = asking.operation.change, asking.adapter
    assert isinstance(change, UpgradeCluster)
    assert asking.operation.target is not None
    cluster = await read_now(asking, asking.operation.target.key)
    available = await _available_versions(adapter, cluster)
    if available is None:
        provider = adapter.provider.name
        raise InvalidInput(
            f"{provider} does not tell which versions {cluster.name} can be upgraded to.", path=("version",)
        )
    version = _chosen(change.version, available, cluster)
    return await prepare_as(asking, change.model_copy(update={"version": version}), _upgrade)


async def _available_versions(adapter: Adapter, cluster: Cluster) -> tuple[str, ...] | None:
    """Null where it cannot be known."""
    if isinstance(adapter, OffersUpgrades):
        return (await adapter.upgrade_versions([cluster])).get(cluster.key)
    return () if cluster.available_version is None else (cluster.available_version,)


def _chosen(wanted: str | None, available: tuple[str, ...], cluster: Cluster) -> str:
    best = newest(available)
    if best is None:
        raise InvalidInput(f"No upgrade of {cluster.name} is on offer.", path=("version",))
    if wanted is not None and wanted not in available:
        raise InvalidInput(
            f"{cluster.name} runs {cluster.version}, and {', '.join(available)} is on offer.",
            path=("version",),
        )
    return wanted or best


async def prepare_end_of_upgrade(asking: Asking) -> Ready | None:
    """Both ends need an upgrade that is not final yet."""
    change = asking.operation.change
    assert asking.operation.target is not None
    cluster = await read_now(asking, asking.operation.target.key)
    if asking.adapter.provider.is_busy(cluster, Capability.FINALIZE_UPGRADE):
        return None
    if cluster.upgrade_state is not UpgradeState.PENDING_FINALIZATION:
        raise InvalidInput(f"{cluster.name} has no upgrade that waits for its end.", path=("id",))
    send_to = _roll_back if isinstance(change, RollBackUpgrade) else _finalize
    return await prepare_as(asking, change.model_copy(update={"version": cluster.version}), send_to)


async def _upgrade(asking: Asking, cluster: Cluster) -> None:
    change, adapter = asking.operation.change, asking.adapter
    assert isinstance(change, UpgradeCluster)
    assert isinstance(adapter, UpgradesCluster)
    assert change.version is not None
    await adapter.upgrade_cluster(cluster, change.version)


async def _finalize(asking: Asking, cluster: Cluster) -> None:
    assert isinstance(asking.adapter, FinalizesUpgrades)
    await asking.adapter.finalize_upgrade(cluster)


async def _roll_back(asking: Asking, cluster: Cluster) -> None:
    assert isinstance(asking.adapter, FinalizesUpgrades)
    await asking.adapter.roll_back_upgrade(cluster)
