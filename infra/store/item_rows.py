"""Rows of clusters, nodes, integrations and all else that accounts show. See `rows`."""

from collections.abc import Mapping
from typing import Any, cast

from fleet.model.account import Account
from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.cluster import QUIET, Cluster
from fleet.model.integration import Integration
from fleet.model.node import Node
from fleet.model.record import Record
from fleet.model.spend import Statement
from fleet.model.subscription import OfferedPlan
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.ports.reader import FleetOrder, Ref
from fleet.ports.store import ItemT, TrackedItem
from infra.store.indexes import ATTENTION, LISTING
from infra.store.names import Span, below, join, shard
from infra.store.placeholders import cluster_of_keys
from infra.store.rows import account_key, entry, read_body, read_whole_body
from infra.store.writes import Key, Row, text

ATTENTION_SHARDS = 4
"""The shards of the index. An outage of everything moves many rows at once, which could exceed the limit of one
partition.
"""

KINDS: Mapping[type[Record], str] = {
    Cluster: "cluster",
    Node: "node",
    Integration: "integration",
    Region: "region",
    InstanceType: "instance_type",
    OfferedVersion: "version",
    OfferedPlan: "offered_plan",
    Statement: "statement",
}

_TRACKED: Mapping[type[Record], type[Record]] = {
    Node: Tracked[Node],
    Integration: Tracked[Integration],
    Region: Tracked[Region],
    InstanceType: Tracked[InstanceType],
    OfferedVersion: Tracked[OfferedVersion],
    OfferedPlan: Tracked[OfferedPlan],
    Statement: Tracked[Statement],
}


def item_key(kind: type[Record], ref: Ref) -> Key:
    """A node's key begins with its cluster's, so that the nodes of a cluster are adjacent."""
    parts = ref.key.partition("/")[::2] if kind is Node else (ref.key,)
    return account_key(ref.account_id)[0], join(KINDS[kind], *parts)


def key_of(tracked: TrackedItem) -> Key:
    return item_key(type(tracked.item), Ref(tracked.item.account_id, tracked.item.key))


def items_span(kind: type[Record], account_id: str) -> Span:
    return below(account_key(account_id)[0], KINDS[kind])


def nodes_span(cluster: Ref) -> Span:
    return below(account_key(cluster.account_id)[0], KINDS[Node], cluster.key)


def named_span(kind: type[Record], account_id: str, *name: str) -> Span:
    """Items of an account in the order name, key. With a name, only those of that name."""
    return below(join(KINDS[kind], account_id), *name, index=LISTING)


def attention_spans() -> list[Span]:
    return [below(join("attention", str(number)), index=ATTENTION) for number in range(ATTENTION_SHARDS)]


def from_item(tracked: TrackedItem, account: Account) -> Row:
    """Without what is null, a third is read less at every observation."""
    pk, sk = key_of(tracked)
    row: dict[str, str | int] = {"pk": pk, "sk": sk, "body": tracked.model_dump_json(exclude_none=True)}
    if isinstance(tracked.item, Cluster | Integration):
        item = tracked.item
        partition = join(KINDS[type(item)], account.id)
        row |= entry(LISTING, partition, join(item.name, item.key))
    if isinstance(tracked, TrackedCluster):
        row |= _cluster_attributes(tracked, account)
    return row


def _cluster_attributes(tracked: TrackedCluster, account: Account) -> Row:
    attributes: dict[str, str | int] = {"account_name": account.name}
    cluster = tracked.item
    if cluster.phase not in QUIET:
        partition = join("attention", shard(account.id, ATTENTION_SHARDS))
        attributes |= entry(ATTENTION, partition, join(*account.order, cluster.name, cluster.key))
    if tracked.expires_at is not None:
        attributes["expires_at"] = int(tracked.expires_at.timestamp())
    return attributes


def to_cluster(row: Row) -> TrackedCluster:
    stored = read_whole_body(TrackedCluster, row)
    if stored is None:
        return cluster_of_keys(row)
    return stored.record if stored.is_whole else stored.record.model_copy(update={"is_understood": False})


def to_item(kind: type[ItemT], row: Row) -> Tracked[ItemT] | None:
    return cast(Tracked[Any] | None, read_body(_TRACKED[kind], row))


def to_fleet_order(row: Row, tracked: TrackedCluster) -> FleetOrder:
    cluster = tracked.item
    return FleetOrder(cluster.provider, text(row, "account_name"), cluster.name, cluster.key)
