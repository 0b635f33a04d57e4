"""What goes out to create, change, stop, deploy, delete, lock and limit clusters."""

from fleet.changing.requests.request import Asking, Made, Ready
from fleet.changing.requests.targets import prepare_as, read_now
from fleet.model.change import CreateCluster, LockCluster, SetSpendLimit, UpdateCluster
from fleet.model.cluster import Cluster
from fleet.model.failure import Conflict, UnexpectedResponse
from fleet.model.operation import Before, Target, TargetKind
from fleet.model.refusal import Conflicting
from fleet.ports.adapter import (
    CreatesCluster,
    DeletesCluster,
    DeploysCluster,
    LimitsSpend,
    LocksCluster,
    SharesFreeAllowance,
    StopsCluster,
    UpdatesCluster,
)


async def prepare_creation(asking: Asking) -> Ready:
    """Checks that the name is free. It lists the clusters before the request is sent: a cluster that exists then was
    not created by this request. A list with gaps cannot show that a name is free.
    """
    change, adapter = asking.operation.change, asking.adapter
    assert isinstance(change, CreateCluster)
    same_name = adapter.provider.same_name
    listing = await adapter.clusters()
    namesakes = [one for one in listing.items if same_name(one.name) == same_name(change.name)]
    if any(one.is_active for one in namesakes):
        raise Conflicting(f"There is a cluster named {change.name!r} already.", path=("name",))
    if listing.incomplete is not None:
        raise UnexpectedResponse(
            f"The provider's list of clusters is not whole ({listing.incomplete}), so it does not show whether the "
            f"name {change.name!r} is free."
        )
    remembered = await asking.store.clusters(asking.operation.account_id)
    keys = {one.key for one in namesakes} | {
        row.item.key for row in remembered if same_name(row.item.name) == same_name(change.name)
    }

    async def send() -> Made:
        assert isinstance(adapter, CreatesCluster)
        cluster = await adapter.create_cluster(change.name, change.spec)
        return Made(target=Target(kind=TargetKind.CLUSTER, key=cluster.key), warnings=cluster.warnings)

    return Ready(send=send, before=Before(keys=tuple(sorted(keys))))


async def update(asking: Asking, cluster: Cluster) -> None:
    """Once more after a conflict, when what can be set is still the same: then only the provider's own part moved."""
    change, adapter = asking.operation.change, asking.adapter
    assert isinstance(change, UpdateCluster)
    assert isinstance(adapter, UpdatesCluster)
    try:
        await adapter.update_cluster(cluster, change.patch)
    except Conflict:
        again = await read_now(asking, cluster.key)
        if again.revision != cluster.revision:
            raise Conflicting(
                f"{cluster.name} was changed by somebody else in that moment.",
                current_revision=again.revision,
            ) from None
        await adapter.update_cluster(again, change.patch)


async def stop(asking: Asking, cluster: Cluster) -> None:
    assert isinstance(asking.adapter, StopsCluster)
    await asking.adapter.stop_cluster(cluster)


async def deploy(asking: Asking, cluster: Cluster) -> None:
    assert isinstance(asking.adapter, DeploysCluster)
    await asking.adapter.deploy_cluster(cluster)


async def delete(asking: Asking, cluster: Cluster) -> None:
    assert isinstance(asking.adapter, DeletesCluster)
    await asking.adapter.delete_cluster(cluster)


async def prepare_limit(asking: Asking) -> Ready | None:
    """A limit that stays inside the free allowance is worked out now, and kept: what is left of it can be another
    amount by the time at which an observation shows the limit.
    """
    change, adapter = asking.operation.change, asking.adapter
    assert isinstance(change, SetSpendLimit)
    assert isinstance(adapter, LimitsSpend)
    if change.limit.is_free and isinstance(adapter, SharesFreeAllowance):
        assert asking.operation.target is not None
        limit = await adapter.free_limit(await read_now(asking, asking.operation.target.key))
        change = change.model_copy(update={"limit": limit})
    return await prepare_as(asking, change, set_spend_limit)


async def set_spend_limit(asking: Asking, cluster: Cluster) -> None:
    change = asking.operation.change
    assert isinstance(change, SetSpendLimit)
    assert isinstance(asking.adapter, LimitsSpend)
    await asking.adapter.set_spend_limit(cluster, change.limit)


async def lock(asking: Asking, cluster: Cluster) -> None:
    change = asking.operation.change
    assert isinstance(change, LockCluster)
    assert isinstance(asking.adapter, LocksCluster)
    await asking.adapter.lock_cluster(cluster, change.reason, change.days)


async def unlock(asking: Asking, cluster: Cluster) -> None:
    assert isinstance(asking.adapter, LocksCluster)
    await asking.adapter.unlock_cluster(cluster)


async def clear_spend_limit(asking: Asking, cluster: Cluster) -> None:
    assert isinstance(asking.adapter, LimitsSpend)
    await asking.adapter.clear_spend_limit(cluster)
