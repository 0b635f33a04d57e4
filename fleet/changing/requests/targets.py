"""The cluster that a request is about, as the provider shows it now."""

from dataclasses import replace

from fleet.changing.comparison import look
from fleet.changing.requests.request import Asking, Prepare, Ready, SendToCluster
from fleet.model.capability import Capability
from fleet.model.change import Change, CreateCluster, LockCluster
from fleet.model.cluster import Cluster, Phase
from fleet.model.failure import NotFound, UnexpectedResponse
from fleet.model.operation import Before, Operation
from fleet.model.refusal import Conflicting, NoSuchThing
from fleet.ports.adapter import ReadsCluster
from fleet.ports.reader import Ref


def of_cluster(send_to: SendToCluster, capability: Capability) -> Prepare:
    """Prepares a request about the cluster as it is now, and waits while the provider takes none of this kind."""

    async def prepare(asking: Asking) -> Ready | None:
        operation = asking.operation
        assert operation.target is not None
        try:
            cluster = await read_now(asking, operation.target.key)
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


async def prepare_as(asking: Asking, change: Change, send_to: SendToCluster) -> Ready | None:
    """With the change as it was worked out."""
    assert change.capability is not None
    asking = replace(asking, operation=asking.operation.model_copy(update={"change": change}))
    ready = await of_cluster(send_to, change.capability)(asking)
    return ready and replace(ready, change=change)


async def _is_not_listed_yet(asking: Asking) -> bool:
    """Of a cluster that this operation created. Some providers list one only a while after they answered with it."""
    operation = asking.operation
    if not isinstance(operation.change, CreateCluster) or operation.target is None:
        return False
    ref = Ref(operation.account_id, operation.target.key)
    return ref not in await asking.store.clusters_by_ref([ref])


async def read_now(asking: Asking, key: str) -> Cluster:
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
