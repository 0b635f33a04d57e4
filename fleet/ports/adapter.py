"""What an adapter promises: one account at one provider, read and changed.

Every adapter lists clusters. What else a provider offers is a small protocol of its own, so that a missing capability
is a missing method and not one that raises; `PROTOCOL_OF` ties each to its `Capability`, and the contract
suite holds every adapter to what its provider's data sheet says.

Every call may raise any `ProviderError`, and `BudgetExhausted` before a request goes out.
"""

from collections.abc import Collection as Items
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

from pydantic import SecretStr

from fleet.model.account import Account
from fleet.model.capability import Capability
from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.change import CreateIntegration, UpdateIntegration
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, Connection
from fleet.model.integration import Integration
from fleet.model.money import CostEstimate, LimitWanted
from fleet.model.network import AllowedNetwork, Allowlist
from fleet.model.node import Node
from fleet.model.provider import Provider
from fleet.model.spec import ClusterPatch, ClusterSpec
from fleet.model.spend import Statement
from fleet.model.subscription import OfferedPlan, Subscription
from fleet.model.upkeep import Upkeep
from fleet.ports.permits import Permits

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """An item whose identity can be read and whose body cannot. `reason` is a sentence without the body."""

    external_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Listing(Generic[T_co]):
    """All items of one kind, as far as they could be read.

    `incomplete` says why an item may be missing from this listing; null when the listing is complete. `contradicted`
    are the external ids that are not listed although another answer of the provider shows them. `withheld` says why the
    provider shows none of them to this token; null where it shows them.
    """

    items: tuple[T_co, ...]
    unreadable: tuple[Unreadable, ...] = ()
    incomplete: str | None = None
    contradicted: frozenset[str] = frozenset()
    withheld: str | None = None


class Adapter(Protocol):
    @property
    def provider(self) -> Provider: ...

    async def clusters(self) -> Listing[Cluster]: ...


@runtime_checkable
class ReadsCluster(Protocol):
    async def cluster(self, external_id: str) -> Cluster:
        """One cluster, with its `provider_revision` where there is one. `NotFound` when it is gone."""
        ...


@runtime_checkable
class TellsExistence(Protocol):
    """A provider that has no call for one cluster, and tells whether it knows it."""

    async def exists(self, external_id: str) -> bool:
        """`Rejected` where its answer tells neither."""
        ...


@runtime_checkable
class TellsOrganization(Protocol):
    """A provider that tells which organization a token belongs to."""

    async def organization(self) -> str:
        """The provider's identifier of it."""
        ...


@runtime_checkable
class ListsNodes(Protocol):
    async def nodes(self, cluster: Cluster) -> Listing[Node]:
        """`withheld` where this token does not get to see the nodes of a cluster."""
        ...


@runtime_checkable
class ListsIntegrations(Protocol):
    async def integrations(self) -> Listing[Integration]: ...


@runtime_checkable
class ListsRegions(Protocol):
    async def regions(self) -> Listing[Region]: ...


@runtime_checkable
class ListsVersions(Protocol):
    async def versions(self) -> Listing[OfferedVersion]:
        """Those that a new cluster can have."""
        ...


@runtime_checkable
class ListsInstanceTypes(Protocol):
    async def instance_types(self, used: Items[tuple[Cloud, str]]) -> Listing[InstanceType]:
        """Machine types on offer, at least in the regions `used` by the account's clusters."""
        ...


@runtime_checkable
class EstimatesCost(Protocol):
    async def cost_estimate(self, cluster: Cluster) -> CostEstimate | None: ...


@runtime_checkable
class TellsSpend(Protocol):
    async def spend(self) -> Listing[Statement]:
        """What the account costs: the running period and the last ones."""
        ...


@runtime_checkable
class ReadsSubscription(Protocol):
    """A provider that tells the plan of an account, and what is used of it. It is read with what the account costs."""

    async def subscription(self) -> Subscription | None: ...


@runtime_checkable
class ListsPlans(Protocol):
    """A provider that lists the plans that it offers. They are read with what the account costs."""

    async def plans(self) -> Listing[OfferedPlan]:
        """All of them, the account's own among them."""
        ...


@runtime_checkable
class ReadsConnection(Protocol):
    """A provider that tells where to connect in a separate call. Others tell it with the cluster."""

    async def connection(self, cluster: Cluster) -> Connection | None:
        """Null until the cluster is ready."""
        ...


# -------------------------------------------------------------------------------------------------- the writing side
#
# Each call sends one request that changes something, once. Besides `ProviderError` it may raise a
# `fleet.model.refusal.Refused` before anything is sent, where only the adapter can tell that the input will not do. An
# answer that does not read is `UnexpectedResponse`: the provider may have done what was asked. A cluster that is
# handed in is the latest reading of it, with its `provider_revision`.


@runtime_checkable
class CreatesCluster(Protocol):
    async def create_cluster(self, name: str, spec: ClusterSpec) -> Cluster:
        """As the provider's answer shows it, with its `warnings`."""
        ...


@runtime_checkable
class UpdatesCluster(Protocol):
    async def update_cluster(self, cluster: Cluster, patch: ClusterPatch) -> None:
        """`Conflict` where the provider holds another revision by now than `cluster` has."""
        ...


@runtime_checkable
class StopsCluster(Protocol):
    async def stop_cluster(self, cluster: Cluster) -> None: ...


@runtime_checkable
class DeploysCluster(Protocol):
    """A provider that applies registered changes with a separate request."""

    async def deploy_cluster(self, cluster: Cluster) -> None: ...


@runtime_checkable
class DeletesCluster(Protocol):
    async def delete_cluster(self, cluster: Cluster) -> None: ...


@runtime_checkable
class OffersUpgrades(Protocol):
    """A provider that lists the versions that a cluster can be upgraded to. Others show the next one with the
    cluster.
    """

    async def upgrade_versions(self, clusters: Items[Cluster]) -> Mapping[str, tuple[str, ...]]:
        """By cluster key, for those of which it can be known."""
        ...


@runtime_checkable
class UpgradesCluster(Protocol):
    async def upgrade_cluster(self, cluster: Cluster, version: str) -> None:
        """`version` is on offer."""
        ...


@runtime_checkable
class FinalizesUpgrades(Protocol):
    """A provider whose upgrades can be rolled back until they are finalised."""

    async def finalize_upgrade(self, cluster: Cluster) -> None: ...

    async def roll_back_upgrade(self, cluster: Cluster) -> None: ...


@runtime_checkable
class LocksCluster(Protocol):
    """A provider that keeps everybody from changing a cluster while somebody wants it so."""

    async def lock_cluster(self, cluster: Cluster, reason: str, days: int | None) -> None:
        """For so many days, for good where null."""
        ...

    async def unlock_cluster(self, cluster: Cluster) -> None: ...


@runtime_checkable
class KeepsAllowlist(Protocol):
    async def allowlist(self, cluster: Cluster) -> Allowlist | None:
        """Null where it cannot be known."""
        ...

    async def allow_network(self, cluster: Cluster, network: AllowedNetwork) -> None:
        """Adds it, or changes what the one of its address allows."""
        ...

    async def disallow_network(self, cluster: Cluster, cidr: str) -> None: ...


@runtime_checkable
class ReadsUpkeep(Protocol):
    """A provider that backs clusters up and shows it."""

    async def upkeep(self, cluster: Cluster) -> Upkeep | None:
        """Null where it cannot be known."""
        ...


@runtime_checkable
class LimitsSpend(Protocol):
    async def set_spend_limit(self, cluster: Cluster, limit: LimitWanted) -> None: ...

    async def clear_spend_limit(self, cluster: Cluster) -> None: ...


@runtime_checkable
class SharesFreeAllowance(Protocol):
    """A provider whose organizations have a free allowance that their clusters share."""

    async def free_limit(self, cluster: Cluster) -> LimitWanted:
        """The limit that keeps a cluster inside what its organization's other clusters leave of the allowance. Reads,
        and changes nothing. `Refused` where they leave nothing, or cannot be known to.
        """
        ...


@runtime_checkable
class ChangesIntegrations(Protocol):
    async def create_integration(self, wanted: CreateIntegration) -> Integration: ...

    async def update_integration(self, integration: Integration, wanted: UpdateIntegration) -> None: ...

    async def delete_integration(self, integration: Integration) -> None:
        """`Conflict` while clusters use it."""
        ...


@runtime_checkable
class MaintainsNodes(Protocol):
    async def cordon_node(self, cluster: Cluster, node: Node) -> None: ...

    async def uncordon_node(self, cluster: Cluster, node: Node) -> None: ...

    async def drain_node(self, cluster: Cluster, node: Node) -> None: ...


PROTOCOL_OF: Mapping[Capability, type] = {
    Capability.LIST_NODES: ListsNodes,
    Capability.LIST_INTEGRATIONS: ListsIntegrations,
    Capability.LIST_REGIONS: ListsRegions,
    Capability.LIST_INSTANCE_TYPES: ListsInstanceTypes,
    Capability.LIST_VERSIONS: ListsVersions,
    Capability.COST_ESTIMATE: EstimatesCost,
    Capability.SPEND: TellsSpend,
    Capability.CREATE_CLUSTER: CreatesCluster,
    Capability.UPDATE_CLUSTER: UpdatesCluster,
    Capability.STOP_CLUSTER: StopsCluster,
    Capability.DEPLOY_CLUSTER: DeploysCluster,
    Capability.DELETE_CLUSTER: DeletesCluster,
    Capability.UPGRADE_CLUSTER: UpgradesCluster,
    Capability.FINALIZE_UPGRADE: FinalizesUpgrades,
    Capability.LOCK_CLUSTER: LocksCluster,
    Capability.ALLOWLIST: KeepsAllowlist,
    Capability.BACKUPS: ReadsUpkeep,
    Capability.SPEND_LIMIT: LimitsSpend,
    Capability.CHANGE_INTEGRATION: ChangesIntegrations,
    Capability.NODE_MAINTENANCE: MaintainsNodes,
}


class OpenAdapter(Protocol):
    """Makes the adapter of an account. Cheap: no request goes out."""

    def __call__(self, account: Account, token: SecretStr, permits: Permits) -> Adapter: ...
