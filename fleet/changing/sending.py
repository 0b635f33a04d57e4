"""Sending a change, once: what is asked of its target first, what is kept before the first byte and after the answer.

A request is announced in the store before it goes out, and its answer kept when it comes. Whoever dies in between
leaves an operation that is UNCONFIRMED, which observations settle (`fleet.changing.settling`). A refusal differs from
silence: after a refusal nothing has happened, after silence nobody knows.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fleet.changing.postconditions import is_proven_by_its_answer
from fleet.model.change import (
    ClearSpendLimit,
    CordonNode,
    CreateCluster,
    CreateIntegration,
    DeleteCluster,
    DeleteIntegration,
    DeployCluster,
    DrainNode,
    SetSpendLimit,
    StopCluster,
    UncordonNode,
    UpdateCluster,
    UpdateIntegration,
)
from fleet.model.cluster import Cluster, Phase
from fleet.model.failure import (
    Conflict,
    NotFound,
    ProviderError,
    RateLimited,
    Unavailable,
    UnexpectedResponse,
    Unreachable,
)
from fleet.model.integration import Integration
from fleet.model.node import Node
from fleet.model.operation import Operation, Step, Target, TargetKind
from fleet.model.rate_limit import BudgetExhausted
from fleet.model.refusal import Conflicting, InUse, NoSuchThing, Refused
from fleet.ports.adapter import (
    Adapter,
    ChangesIntegrations,
    CreatesCluster,
    DeletesCluster,
    DeploysCluster,
    LimitsSpend,
    ListsIntegrations,
    MaintainsNodes,
    ReadsCluster,
    StopsCluster,
    UpdatesCluster,
)
from fleet.ports.clock import Clock
from fleet.ports.store import Ref, Store


@dataclass(frozen=True, kw_only=True)
class _Ready:
    """What can go out now. `send` answers what was made, where something was; `known_keys` as in `Operation`."""

    send: Callable[[], Awaitable[Target | None]]
    known_keys: tuple[str, ...] = ()


class Sending:
    """One operation on its way to the provider. `operation` is the latest of it, as the store has it."""

    def __init__(self, operation: Operation, adapter: Adapter, store: Store, clock: Clock) -> None:
        self.operation = operation
        self._adapter = adapter
        self._store = store
        self._clock = clock

    async def run(self) -> None:
        """Sends what is left to be sent, until it is done, the provider is busy, or an answer is missing.

        What is raised before anything went out leaves the operation unsent: `Refused`, `BudgetExhausted`, and the
        `ProviderError` of a reading. `OutdatedOperation` when somebody else is at it.
        """
        while self.operation.steps and self.operation.sent_at is None and not self.operation.is_final:
            ready = await self._prepare()
            if ready is None:
                if not self.operation.is_waiting:
                    await self._save(self.operation.waiting())
                return
            await self._save(self.operation.sending(self._clock.now(), ready.known_keys))
            await self._send(ready)
            if self.operation.is_waiting:
                return
        if not self.operation.steps and is_proven_by_its_answer(self.operation.change):
            await self._save(self.operation.succeeded(self._clock.now()))

    async def _send(self, ready: _Ready) -> None:
        """A request goes out here, and nowhere else."""
        try:
            made = await ready.send()
        except (Refused, BudgetExhausted):
            await self._save(self.operation.not_sent())
            raise
        except ProviderError as error:
            failure = error.to_failure(self._clock.now())
            if _may_have_been_taken(error):
                await self._save(self.operation.unanswered(failure))
            elif self.operation.answered_at is not None and isinstance(
                error, RateLimited | Unreachable | Conflict
            ):
                await self._save(self.operation.not_sent().waiting())  # begun already: the rest can wait
            else:
                await self._save(self.operation.failed(failure))
        else:
            await self._save(self.operation.answered(self._clock.now(), made))

    async def _save(self, operation: Operation) -> None:
        self.operation = await self._store.save_change(operation)

    async def _prepare(self) -> _Ready | None:
        """Null while the provider is busy with the target."""
        if self.operation.steps[0] is Step.DEPLOY:
            return await self._of_cluster()
        match self.operation.change:
            case CreateCluster() as change:
                return await self._creation(change)
            case CreateIntegration() as change:
                return await self._creation_of_integration(change)
            case UpdateIntegration() | DeleteIntegration() as change:
                return await self._of_integration(change)
            case CordonNode() | UncordonNode() | DrainNode() as change:
                return await self._of_node(change)
            case _:
                return await self._of_cluster()

    # ---------------------------------------------------------------------------------------------------- clusters

    async def _creation(self, change: CreateCluster) -> _Ready:
        """The listing is asked for now, not remembered: what is there before the sending is nobody's creation."""
        same_name = self._adapter.provider.same_name
        listing = await self._adapter.clusters()
        namesakes = [one for one in listing.items if same_name(one.name) == same_name(change.name)]
        if any(one.is_active for one in namesakes):
            raise Conflicting(f"There is a cluster named {change.name!r} already.", path=("name",))
        remembered = await self._store.clusters(self.operation.account_id)
        keys = {one.key for one in namesakes} | {
            row.item.key for row in remembered if same_name(row.item.name) == same_name(change.name)
        }

        async def send() -> Target:
            assert isinstance(self._adapter, CreatesCluster)
            cluster = await self._adapter.create_cluster(change.name, change.spec)
            return Target(kind=TargetKind.CLUSTER, key=cluster.key)

        return _Ready(send=send, known_keys=tuple(sorted(keys)))

    async def _of_cluster(self) -> _Ready | None:
        assert self.operation.target is not None
        cluster = await self._fresh(self.operation.target.key)
        if self._adapter.provider.is_busy(cluster.provider_phase):
            return None
        if self.operation.answered_at is None:
            self._compare(cluster)

        async def send() -> None:
            await self._ask(cluster)

        return _Ready(send=send)

    async def _ask(self, cluster: Cluster) -> None:
        adapter, change = self._adapter, self.operation.change
        if self.operation.steps[0] is Step.DEPLOY or isinstance(change, DeployCluster):
            assert isinstance(adapter, DeploysCluster)
            await adapter.deploy_cluster(cluster)
        elif isinstance(change, UpdateCluster):
            await self._update(cluster, change)
        elif isinstance(change, StopCluster):
            assert isinstance(adapter, StopsCluster)
            await adapter.stop_cluster(cluster)
        elif isinstance(change, DeleteCluster):
            assert isinstance(adapter, DeletesCluster)
            await adapter.delete_cluster(cluster)
        elif isinstance(change, SetSpendLimit):
            assert isinstance(adapter, LimitsSpend)
            await adapter.set_spend_limit(cluster, change.limit)
        else:
            assert isinstance(change, ClearSpendLimit)
            assert isinstance(adapter, LimitsSpend)
            await adapter.clear_spend_limit(cluster)

    async def _fresh(self, key: str) -> Cluster:
        """The cluster as the provider shows it now."""
        remembered = (await self._store.clusters_by_ref([Ref(self.operation.account_id, key)])).values()
        for row in remembered:
            external_id = row.item.external_id
            break
        else:
            external_id = key.partition("@")[0]
        try:
            if isinstance(self._adapter, ReadsCluster):
                found = await self._adapter.cluster(external_id)
            else:
                listing = await self._adapter.clusters()
                found = next(one for one in listing.items if one.key == key)
        except (NotFound, StopIteration):
            raise NoSuchThing(f"{self.operation.target_name} is not there any more.", path=("id",)) from None
        if found.key != key or found.phase is Phase.DELETED:
            raise NoSuchThing(f"{self.operation.target_name} is not there any more.", path=("id",))
        return found

    def _compare(self, cluster: Cluster) -> None:
        expected = self.operation.expected_revision
        if expected is not None and expected != cluster.revision:
            raise Conflicting(
                f"{cluster.name} was changed since it was read.",
                path=("expected_revision",),
                current_revision=cluster.revision,
            )

    async def _update(self, cluster: Cluster, change: UpdateCluster) -> None:
        """Once more after a conflict when what can be set is the same: then only the provider's own part had moved."""
        assert isinstance(self._adapter, UpdatesCluster)
        try:
            await self._adapter.update_cluster(cluster, change.patch)
        except Conflict:
            again = await self._fresh(cluster.key)
            if again.revision != cluster.revision:
                raise Conflicting(
                    f"{cluster.name} was changed by somebody else in that moment.",
                    current_revision=again.revision,
                ) from None
            await self._adapter.update_cluster(again, change.patch)

    # ----------------------------------------------------------------------------------- integrations and machines

    async def _creation_of_integration(self, change: CreateIntegration) -> _Ready:
        assert isinstance(self._adapter, ChangesIntegrations)
        adapter = self._adapter
        same_name = adapter.provider.same_name
        namesakes = [one for one in await self._links() if same_name(one.name) == same_name(change.name)]
        if namesakes:
            raise Conflicting(f"There is an integration named {change.name!r} already.", path=("name",))

        async def send() -> Target:
            integration = await adapter.create_integration(change)
            return Target(kind=TargetKind.INTEGRATION, key=integration.key)

        return _Ready(send=send)

    async def _of_integration(self, change: UpdateIntegration | DeleteIntegration) -> _Ready:
        assert isinstance(self._adapter, ChangesIntegrations)
        assert self.operation.target is not None
        adapter, key = self._adapter, self.operation.target.key
        link = next((one for one in await self._links() if one.key == key), None)
        if link is None:
            raise NoSuchThing(f"{self.operation.target_name} is not there any more.", path=("id",))

        async def send() -> None:
            if isinstance(change, UpdateIntegration):
                await adapter.update_integration(link, change)
                return
            try:
                await adapter.delete_integration(link)
            except Conflict as error:
                raise InUse(
                    error.message,
                    account_id=self.operation.account_id,
                    integration_external_id=link.external_id,
                ) from None

        return _Ready(send=send)

    async def _links(self) -> tuple[Integration, ...]:
        """Asked for now, as clusters are."""
        assert isinstance(self._adapter, ListsIntegrations)
        return (await self._adapter.integrations()).items

    async def _of_node(self, change: CordonNode | UncordonNode | DrainNode) -> _Ready:
        assert isinstance(self._adapter, MaintainsNodes)
        assert self.operation.target is not None
        adapter = self._adapter
        ref = Ref(self.operation.account_id, self.operation.target.key)
        row = (await self._store.nodes_by_ref([ref])).get(ref)
        if row is None:
            raise NoSuchThing(f"{self.operation.target_name} is not there any more.", path=("id",))
        node: Node = row.item
        cluster = await self._fresh(node.cluster_key)

        async def send() -> None:
            match change:
                case CordonNode():
                    await adapter.cordon_node(cluster, node)
                case UncordonNode():
                    await adapter.uncordon_node(cluster, node)
                case DrainNode():
                    await adapter.drain_node(cluster, node)

        return _Ready(send=send)


def _may_have_been_taken(error: ProviderError) -> bool:
    """Silence, a fault of the provider's after the request was in, and an answer that does not read."""
    return isinstance(error, Unavailable | UnexpectedResponse) and not isinstance(error, Unreachable)
