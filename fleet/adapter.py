"""What an adapter promises: the reading side of one account at one provider.

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

from fleet.account import Account
from fleet.cluster import Cloud, Cluster, Connection
from fleet.integration import Integration
from fleet.money import CostEstimate
from fleet.node import Node
from fleet.offer import InstanceType, Region
from fleet.pacing import Allowance
from fleet.provider import Capability, Provider

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """An item whose identity reads and whose body does not. `reason` is a sentence without the body."""

    external_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Listing(Generic[T_co]):
    """All items of one kind, as far as they could be read.

    `incomplete` says why absence from this listing proves nothing; null when it is complete.
    """

    items: tuple[T_co, ...]
    unreadable: tuple[Unreadable, ...] = ()
    incomplete: str | None = None


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
class ListsNodes(Protocol):
    async def nodes(self, cluster: Cluster) -> Listing[Node]: ...


@runtime_checkable
class ListsIntegrations(Protocol):
    async def integrations(self) -> Listing[Integration]: ...


@runtime_checkable
class ListsRegions(Protocol):
    async def regions(self) -> Listing[Region]: ...


@runtime_checkable
class ListsInstanceTypes(Protocol):
    async def instance_types(self, used: Items[tuple[Cloud, str]]) -> Listing[InstanceType]:
        """Machine types on offer, at least in the regions `used` by the account's clusters."""
        ...


@runtime_checkable
class EstimatesCost(Protocol):
    async def cost_estimate(self, cluster: Cluster) -> CostEstimate | None: ...


@runtime_checkable
class ReadsConnection(Protocol):
    """A provider that tells where to connect in a call of its own; others tell it with the cluster."""

    async def connection(self, cluster: Cluster) -> Connection | None:
        """Null until the cluster is ready."""
        ...


PROTOCOL_OF: Mapping[Capability, type] = {
    Capability.LIST_NODES: ListsNodes,
    Capability.LIST_INTEGRATIONS: ListsIntegrations,
    Capability.LIST_REGIONS: ListsRegions,
    Capability.LIST_INSTANCE_TYPES: ListsInstanceTypes,
    Capability.COST_ESTIMATE: EstimatesCost,
}


class OpenAdapter(Protocol):
    """Makes the adapter of an account. Cheap: no request goes out."""

    def __call__(self, account: Account, token: SecretStr, allowance: Allowance) -> Adapter: ...
