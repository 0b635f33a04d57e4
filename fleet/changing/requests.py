"""What goes out for each verb, and what is asked of the provider before it.

Each function prepares one request: it reads the current target, refuses what is impossible, and answers a `Ready`
that sends the request. It answers null while the provider is busy with the target. Nothing changes at the provider
before `Ready.send`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from fleet.changing.comparison import compare, look
from fleet.model.capability import Capability
from fleet.model.change import (
    AllowNetwork,
    Change,
    CreateCluster,
    CreateIntegration,
    DisallowNetwork,
    DrainNode,
    LockCluster,
    RollBackUpgrade,
    SetSpendLimit,
    UncordonNode,
    UpdateCluster,
    UpdateIntegration,
    UpgradeCluster,
)
from fleet.model.cluster import Cluster, Phase
from fleet.model.failure import Conflict, NotFound, UnexpectedResponse
from fleet.model.integration import Integration
from fleet.model.operation import Before, Operation, Target, TargetKind
from fleet.model.refusal import Conflicting, InUse, InvalidInput, NoSuchThing
from fleet.model.upgrade import UpgradeState, newest
from fleet.model.warning import ProviderWarning
from fleet.ports.adapter import (
    Adapter,
    ChangesIntegrations,
    CreatesCluster,
    DeletesCluster,
    DeploysCluster,
    FinalizesUpgrades,
    KeepsAllowlist,
    LimitsSpend,
    ListsIntegrations,
    LocksCluster,
    MaintainsNodes,
    OffersUpgrades,
    ReadsCluster,
    SharesFreeAllowance,
    StopsCluster,
    UpdatesCluster,
    UpgradesCluster,
)
from fleet.ports.store import Ref, Store


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a request made, and what the provider warned of."""

    target: Target
    warnings: tuple[ProviderWarning, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A request that can go out now. `send` answers what it made, where it made something. `before` is what the target
    showed a moment ago, and for a creation the keys that had its name. `cluster` is the target, where it is one.
    """

    send: Callable[[], Awaitable[Made | None]]
    before: Before = field(default_factory=Before)
    change: Change | None = None
    """The change as it goes out, where what was asked for had to be worked out."""
    cluster: Cluster | None = None


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What preparing a request needs."""

    operation: Operation
    adapter: Adapter
    store: Store


Prepare = Callable[[Asking], Awaitable[Ready | None]]
SendToCluster = Callable[[Asking, Cluster], Awaitable[None]]


# --------------------------------------------------------------------------------------------------------- clusters


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


def of_cluster(send_to: SendToCluster, capability: Capability) -> Prepare:
    """Prepares a request about the cluster as it is now, and waits while the provider takes none of this kind."""

    async def prepare(asking: Asking) -> Ready | None:
        operation = asking.operation
        assert operation.target is not None
        try:
            cluster = await _read_now(asking, operation.target.key)
        except NoSuchThing:
            if await _is_not_listed_yet(asking):
                return None
            raise
        if asking.adapter.provider.is_busy(cluster, capability):
            return None
        if operation.answered_at is None:
            _compare_revisions(operation, cluster)

        async def send() -> None:
            await send_to(asking, cluster)

        before = Before(
            revision=cluster.revision,
            deployment=cluster.deployment,
            look=look(operation.change, cluster),
            was_shown=isinstance(operation.change, LockCluster) and cluster.is_deletion_protected is True,
        )
        return Ready(send=send, before=before, cluster=cluster)

    return prepare


async def update(asking: Asking, cluster: Cluster) -> None:
    """Once more after a conflict, when what can be set is still the same: then only the provider's own part moved."""
    change, adapter = asking.operation.change, asking.adapter
    assert isinstance(change, UpdateCluster)
    assert isinstance(adapter, UpdatesCluster)
    try:
        await adapter.update_cluster(cluster, change.patch)
    except Conflict:
        again = await _read_now(asking, cluster.key)
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
        limit = await adapter.free_limit(await _read_now(asking, asking.operation.target.key))
        change = change.model_copy(update={"limit": limit})
    return await _prepare_as(asking, change, set_spend_limit)


async def prepare_upgrade(asking: Asking) -> Ready | None:
    """What is on offer is asked for now; a version that is not is refused before anything goes out."""
    change, adapter = asking.operation.change, asking.adapter
    assert isinstance(change, UpgradeCluster)
    assert asking.operation.target is not None
    cluster = await _read_now(asking, asking.operation.target.key)
    version = _chosen(change.version, await _available_versions(adapter, cluster), cluster)
    return await _prepare_as(asking, change.model_copy(update={"version": version}), _upgrade)


async def _available_versions(adapter: Adapter, cluster: Cluster) -> tuple[str, ...]:
    if isinstance(adapter, OffersUpgrades):
        return (await adapter.upgrade_versions([cluster])).get(cluster.key, ())
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
    cluster = await _read_now(asking, asking.operation.target.key)
    if asking.adapter.provider.is_busy(cluster, Capability.FINALIZE_UPGRADE):
        return None
    if cluster.upgrade_state is not UpgradeState.PENDING_FINALIZATION:
        raise InvalidInput(f"{cluster.name} has no upgrade that waits for its end.", path=("id",))
    send_to = _roll_back if isinstance(change, RollBackUpgrade) else _finalize
    return await _prepare_as(asking, change.model_copy(update={"version": cluster.version}), send_to)


async def _prepare_as(asking: Asking, change: Change, send_to: SendToCluster) -> Ready | None:
    """With the change as it was worked out."""
    assert change.capability is not None
    asking = replace(asking, operation=asking.operation.model_copy(update={"change": change}))
    ready = await of_cluster(send_to, change.capability)(asking)
    return ready and replace(ready, change=change)


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


async def allow_network(asking: Asking, cluster: Cluster) -> None:
    change = asking.operation.change
    assert isinstance(change, AllowNetwork)
    assert isinstance(asking.adapter, KeepsAllowlist)
    await asking.adapter.allow_network(cluster, change.network)


async def disallow_network(asking: Asking, cluster: Cluster) -> None:
    change = asking.operation.change
    assert isinstance(change, DisallowNetwork)
    assert isinstance(asking.adapter, KeepsAllowlist)
    await asking.adapter.disallow_network(cluster, change.cidr)


async def clear_spend_limit(asking: Asking, cluster: Cluster) -> None:
    assert isinstance(asking.adapter, LimitsSpend)
    await asking.adapter.clear_spend_limit(cluster)


async def _is_not_listed_yet(asking: Asking) -> bool:
    """Of a cluster that this operation created. Some providers list one only a while after they answered with it."""
    operation = asking.operation
    if not isinstance(operation.change, CreateCluster) or operation.target is None:
        return False
    ref = Ref(operation.account_id, operation.target.key)
    return ref not in await asking.store.clusters_by_ref([ref])


async def _read_now(asking: Asking, key: str) -> Cluster:
    """The cluster as the provider shows it now. Absence from a list with gaps does not show that it is gone."""
    ref = Ref(asking.operation.account_id, key)
    row = (await asking.store.clusters_by_ref([ref])).get(ref)
    external_id = key.partition("@")[0] if row is None else row.item.external_id
    adapter, name = asking.adapter, asking.operation.target_name
    gone = NoSuchThing(f"{name} is not there any more.", path=("id",))
    if isinstance(adapter, ReadsCluster):
        try:
            found = await adapter.cluster(external_id)
        except NotFound:
            raise gone from None
    else:
        listing = await adapter.clusters()
        listed = next((one for one in listing.items if one.external_id == external_id), None)
        unreadable = next((one for one in listing.unreadable if one.external_id == external_id), None)
        if listed is None and unreadable is not None:
            raise UnexpectedResponse(f"{name} does not read as documented: {unreadable.reason}")
        if listed is None and listing.incomplete is not None:
            raise UnexpectedResponse(
                f"The provider's list of clusters is not whole ({listing.incomplete}), and {name} is not in it."
            )
        if listed is None:
            raise gone
        found = listed
    if row is not None and row.is_shown_as(found):
        found = found.model_copy(update={"incarnation": row.item.incarnation})
    if found.key != key or found.phase is Phase.DELETED:
        raise gone
    return found


def busy(operation: Operation) -> Conflicting:
    """For a change that is not to wait until the provider takes it."""
    return Conflicting(f"The provider is busy with {operation.target_name}. Ask again when it is done.")


def _compare_revisions(operation: Operation, cluster: Cluster) -> None:
    expected = operation.expected_revision
    if expected is not None and expected != cluster.revision:
        raise Conflicting(
            f"{cluster.name} was changed since it was read.",
            path=("expected_revision",),
            current_revision=cluster.revision,
        )


# ----------------------------------------------------------------------------------------------------- integrations


async def prepare_integration(asking: Asking) -> Ready:
    """The integrations are listed now, as clusters are."""
    change, adapter = asking.operation.change, asking.adapter
    assert isinstance(change, CreateIntegration)
    assert isinstance(adapter, ChangesIntegrations)
    same_name = adapter.provider.same_name
    listed = await _integrations(adapter)
    keys = tuple(sorted(one.key for one in listed if same_name(one.name) == same_name(change.name)))
    if keys:
        raise Conflicting(f"There is an integration named {change.name!r} already.", path=("name",))

    async def send() -> Made:
        integration = await adapter.create_integration(change)
        return Made(target=Target(kind=TargetKind.INTEGRATION, key=integration.key))

    return Ready(send=send)


async def prepare_change_of_integration(asking: Asking) -> Ready:
    adapter, operation, change = asking.adapter, asking.operation, asking.operation.change
    assert isinstance(adapter, ChangesIntegrations)
    assert operation.target is not None
    key = operation.target.key
    integration = next((one for one in await _integrations(adapter) if one.key == key), None)
    if integration is None:
        raise NoSuchThing(f"{operation.target_name} is not there any more.", path=("id",))

    async def send() -> None:
        if isinstance(change, UpdateIntegration):
            await adapter.update_integration(integration, change)
            return
        try:
            await adapter.delete_integration(integration)
        except Conflict as error:
            raise InUse(
                error.message,
                account_id=operation.account_id,
                integration_external_id=integration.external_id,
            ) from None

    was_shown = (
        isinstance(change, UpdateIntegration)
        and change.has_credentials
        and all(one.agrees for one in compare(change, integration))
    )
    return Ready(send=send, before=Before(look=look(change, integration), was_shown=was_shown))


async def _integrations(adapter: Adapter) -> tuple[Integration, ...]:
    assert isinstance(adapter, ListsIntegrations)
    listing = await adapter.integrations()
    if listing.incomplete is not None:
        raise UnexpectedResponse(f"The provider's list of integrations is not whole: {listing.incomplete}")
    return tuple(listing.items)


# ------------------------------------------------------------------------------------------------------------ nodes


async def prepare_node(asking: Asking) -> Ready:
    adapter, operation, change = asking.adapter, asking.operation, asking.operation.change
    assert isinstance(adapter, MaintainsNodes)
    assert operation.target is not None
    ref = Ref(operation.account_id, operation.target.key)
    row = (await asking.store.nodes_by_ref([ref])).get(ref)
    if row is None:
        raise NoSuchThing(f"{operation.target_name} is not there any more.", path=("id",))
    node = row.item
    cluster = await _read_now(asking, node.cluster_key)

    async def send() -> None:
        if isinstance(change, DrainNode):
            await adapter.drain_node(cluster, node)
        elif isinstance(change, UncordonNode):
            await adapter.uncordon_node(cluster, node)
        else:
            await adapter.cordon_node(cluster, node)

    return Ready(send=send)
