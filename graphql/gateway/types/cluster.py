"""A managed cluster at any provider."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import strawberry

from fleet.model import cluster as domain
from fleet.model import money
from fleet.model import network as networks
from fleet.model import provider as providers
from fleet.model.account import TrackedAccount
from fleet.model.capability import Capability
from fleet.model.cloud import Cloud
from fleet.model.cluster import Engine, Phase
from fleet.model.tracking import Tracked, TrackedCluster, Transition
from fleet.model.upgrade import UpgradeState, newest
from fleet.ports.reader import Ref
from fleet.providers import PROVIDERS
from fleet.reading.wanted import Desired, desired_of
from gateway.context import Info, Later, Maybe
from gateway.relay.connections import After, Connection, First, Page, Pager, ask
from gateway.relay.ids import Node
from gateway.relay.orders import ask_in_order, read_orders
from gateway.types.capability import CapabilitySupport, support, unsupported_of_cluster
from gateway.types.capacity import Capacity
from gateway.types.freshness import Observed
from gateway.types.label import Label
from gateway.types.money import CostEstimate, SpendLimitStatus
from gateway.types.network import Allowlist
from gateway.types.node import ClusterNode, ClusterNodeFilter, ClusterNodeOrder, chosen_nodes, nodes_in_order
from gateway.types.provider import Provider, provider_of
from gateway.types.records import field, given, serves
from gateway.types.scalars import URL, Revision
from gateway.types.severity import Assessment, assessment
from gateway.types.spend import ClusterSpend, spend_of_cluster
from gateway.types.status_change import StatusChange
from gateway.types.timings import Eta, of_cluster
from gateway.types.upkeep import ClusterBackup, ClusterMaintenanceWindow, last_backup, maintenance_window
from gateway.types.wanted import ClusterDesired

if TYPE_CHECKING:
    from fleet.model.integration import Integration as KnownIntegration
    from fleet.model.node import Node as NodeRecord
    from fleet.model.operation import Operation as KnownOperation
    from gateway.types.account import Account
    from gateway.types.integration import Integration
    from gateway.types.operation import Operation


Row = strawberry.Parent[TrackedCluster]

NodeOrderBy = Annotated[
    list[ClusterNodeOrder] | None,
    strawberry.argument(description="Up to 4 fields. The default is the provider's identifier."),
]


def provider(row: Row) -> providers.Provider:
    return provider_of(row.item.provider)


def account(row: Row, info: Info) -> Maybe[TrackedAccount]:
    account_id = row.item.account_id
    return info.context.known_account(account_id) or info.context.account(account_id)


def integration(row: Row, info: Info) -> "Maybe[Tracked[KnownIntegration] | None]":
    if row.integration_external_id is None:
        return None
    return info.context.integration(Ref(row.item.account_id, row.integration_external_id))


def integration_external_id(row: Row) -> str | None:
    return row.integration_external_id


async def operation(row: Row, info: Info) -> "KnownOperation | None":
    """The name of the cluster. An open creation has the name of the cluster that it creates."""
    name = provider(row).same_name(row.item.name)
    locks = [Ref(row.item.account_id, lock) for lock in (f"cluster {row.item.key}", f"name {name}")]
    found = await info.context.operations_by_lock.load_many(locks)
    its_own = (one for one in found if one and one.target and one.target.key == row.item.key)
    return next(its_own, None)


async def desired(row: Row, info: Info) -> Desired | None:
    found = await operation(row, info)
    return None if found is None else desired_of(found)


def capabilities(row: Row) -> list[CapabilitySupport]:
    return support(unsupported_of_cluster(row))


def labels(row: Row) -> list[Label] | None:
    if row.item.labels is None:
        return None
    return [Label(key=key, value=value) for key, value in row.item.labels.items()]


def connection(row: Row) -> domain.Connection | None:
    return row.facts.connection or row.item.connection


def cost_estimate(row: Row) -> money.CostEstimate | None:
    return None if Capability.COST_ESTIMATE in unsupported_of_cluster(row) else row.cost_estimate


def details(row: Row) -> domain.ClusterDetails | None:
    return row.item.details if row.item.provider in PROVIDERS else None


def console_url(row: Row) -> str | None:
    return row.item.details.console_url


def available_version(row: Row) -> str | None:
    return row.item.available_version or newest(row.facts.upgrade_versions or ())


def allowlist(row: Row) -> networks.Allowlist | None:
    return None if Capability.ALLOWLIST in unsupported_of_cluster(row) else row.facts.allowlist


def upgrade_versions(row: Row) -> list[str] | None:
    if Capability.UPGRADE_CLUSTER in unsupported_of_cluster(row):
        return None
    if row.item.available_version is not None:
        return [row.item.available_version]
    return None if row.facts.upgrade_versions is None else list(row.facts.upgrade_versions)


def nodes(
    row: Row,
    info: Info,
    first: First = 50,
    after: After = strawberry.UNSET,
    filter: ClusterNodeFilter | None = strawberry.UNSET,  # noqa: A002
    order_by: NodeOrderBy = strawberry.UNSET,
) -> "Maybe[Page[Tracked[NodeRecord]] | None]":
    ref = Ref(row.item.account_id, row.item.key)
    ordering = read_orders(order_by)
    pager = ask_in_order("nodes", *ref, ordering=ordering, place=1, first=first, after=after)
    if Capability.LIST_NODES in unsupported_of_cluster(row):
        return None
    where = given(filter)
    if ordering:
        return nodes_in_order(info, ref, where, ordering, pager)
    if where is not None:
        return chosen_nodes(info, ref, pager, where)
    if pager.after_key is not None:
        found: Maybe[Sequence[Tracked[NodeRecord]]] = info.context.reader.nodes_of(
            ref, after=pager.after_key, limit=pager.first + 1
        )
    else:
        found = info.context.nodes_of(ref, pager.first + 1)
    return _cut(pager, found) if isinstance(found, Sequence) else Later(found, partial(_cut, pager))


def _cut(pager: Pager, found: "Sequence[Tracked[NodeRecord]]") -> "Page[Tracked[NodeRecord]]":
    return pager.cut([((node.item.key,), node) for node in found])


async def status_history(
    row: Row, info: Info, first: First = 20, after: After = strawberry.UNSET
) -> Page[Transition]:
    ref = Ref(row.item.account_id, row.item.key)
    pager = ask("statusHistory", *ref, first=first, after=after)
    found = await info.context.reader.history(ref, before=pager.after_key, limit=pager.first + 1)
    return pager.cut([((order,), change) for order, change in found])


def itself(row: Row) -> TrackedCluster:
    return row


def since(row: Row) -> datetime:
    return row.since


@strawberry.interface(
    description="Fields of a cluster that only one provider has. Select them with a fragment on the provider's type."
)
class ClusterDetails:
    console_url: URL | None = field(
        "The cluster's page in the provider's console.", deprecated="Use Cluster.consoleUrl."
    )


@strawberry.type(description="The phase of a cluster, in the common values and in the provider's words.")
class ClusterStatus:
    phase: Phase
    provider_phase: str = field("The phase in the provider's words.")
    provider_operation: str | None = field(
        "What the provider is doing with the cluster now, in the provider's words. Null when idle."
    )
    message: str | None = field("The provider's own message about the cluster.")
    since: datetime = field("When this phase was first observed.", resolver=since)
    is_converged: bool | None = field(
        "False while the provider has accepted a change and has not applied it yet. Null where it cannot be known."
    )


@strawberry.type(description="How the upgrade of a cluster stands.")
class ClusterUpgrade:
    upgrade_state: UpgradeState | None = field(
        "Null where the provider does not tell. PENDING_FINALIZATION: it can be rolled back.", name="state"
    )
    versions: list[str] | None = field(
        "The versions that it can be upgraded to. Null where UPGRADE_CLUSTER is unsupported, or while it is not known.",
        resolver=upgrade_versions,
    )


@strawberry.type(description="Where to connect to a cluster. It holds no credentials.")
class ClusterConnectionDetails:
    endpoint: str
    certificate_authority: str | None = field("The certificate authority of the endpoint: PEM in base64.")
    url: str | None = field(
        "What a client of the engine takes, e.g. a connection string, without a password."
    )


@strawberry.type(description="A managed cluster at any provider.")
class Cluster(Node, Observed):
    is_type_of = serves(domain.Cluster)

    external_id: str = field(
        "The provider's own identifier. It is the name where the provider has no other identifier."
    )
    name: str
    display_name: str
    description: str | None
    provider: Provider = field(resolver=provider)
    account: Annotated["Account", strawberry.lazy("gateway.types.account")] = field(
        "The account that shows the cluster.", resolver=account
    )
    engine: Engine
    version: str | None = field("The version of the engine, as the provider spells it.")
    available_version: str | None = field(
        "The version that an upgrade would install. Null when none is known.", resolver=available_version
    )
    upgrade: ClusterUpgrade = field("How its upgrade stands, and what it could become.", resolver=itself)
    plan: str | None = field("What is paid for, in the provider's words: a plan, an isolation type, a mode.")
    status: ClusterStatus = field(resolver=itself)
    cloud: Cloud | None = field("Null when the provider does not say which cloud it uses.")
    provider_cloud: str | None = field("The cloud, in the provider's words.")
    capabilities: list[CapabilitySupport] = field(
        "What this cluster supports. Its plan and version can support less than its provider does.",
        resolver=capabilities,
    )
    regions: list[str] = field(
        "The cloud's names of the regions. Empty when the provider does not show them."
    )
    capacity: Capacity
    labels: list[Label] | None = field("Null where the provider has no labels.", resolver=labels)
    is_deletion_protected: bool | None
    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    revision: Revision
    unread_members: list[str] = field(
        "Members of the provider's answer that do not match its documentation, each with the reason. Their "
        "fields are null here; all other fields are as the provider says. Empty when the whole answer can be "
        "read."
    )
    connection: ClusterConnectionDetails | None = field(
        "Where to connect. Null until it is known.", resolver=connection
    )
    allowlist: Allowlist | None = field(
        "The networks that may connect. Null where ALLOWLIST is unsupported, and until it was first observed. An empty "
        "list lets nobody in.",
        resolver=allowlist,
    )
    last_backup: ClusterBackup | None = field(
        "The last backup. Null where BACKUPS is unsupported, where there is none, and until it was first observed.",
        resolver=last_backup,
    )
    maintenance_window: ClusterMaintenanceWindow | None = field(
        "Null where the provider shows none.", resolver=maintenance_window
    )
    nodes: Connection[ClusterNode] | None = field(
        "The nodes of the cluster. Null, not empty, where LIST_NODES is unsupported.", resolver=nodes
    )
    spend_limit: SpendLimitStatus
    cost_estimate: CostEstimate | None = field(
        "The expected cost. Null where COST_ESTIMATE is unsupported, and until it was first observed.",
        resolver=cost_estimate,
    )
    spend: list[ClusterSpend] | None = field(
        "What it costs, by its provider's newest statement that is split by cluster, one entry for each currency. Null "
        "where CLUSTER_SPEND is unsupported, and until it was first observed.",
        resolver=spend_of_cluster,
    )
    integration: Annotated["Integration", strawberry.lazy("gateway.types.integration")] | None = field(
        "The integration that the cluster was created with. Null where the provider has none, or does not list it.",
        resolver=integration,
    )
    integration_external_id: str | None = field(
        "The provider's own identifier of that integration. It is also known where the account does not list the "
        "integration: it is shared by an organization, or was deleted.",
        resolver=integration_external_id,
    )
    operation: Annotated["Operation", strawberry.lazy("gateway.types.operation")] | None = field(
        "The open operation on the cluster. Null when there is none.", resolver=operation
    )
    status_history: Connection[StatusChange] = field(
        "Every observed change of phase, newest first. Kept for 90 days.", resolver=status_history
    )
    assessment: Assessment = field("How much the cluster needs attention, and why.", resolver=assessment)
    desired: ClusterDesired | None = field(
        "The state that the open operation will produce, so that a page can show it beside the current state. "
        "Null without an open operation.",
        resolver=desired,
    )
    eta: Eta | None = field(
        "When its change is expected to end, by earlier changes of the same kind. Null without a change, and "
        "until five of the same kind were observed.",
        resolver=of_cluster,
    )
    console_url: URL | None = field(
        "Its page in the provider's console, or the nearest page to it whose address is known. Null where none is.",
        resolver=console_url,
    )
    details: ClusterDetails | None = field(
        "Fields that only its provider has. Null for a provider that this version has no adapter for.",
        resolver=details,
    )
