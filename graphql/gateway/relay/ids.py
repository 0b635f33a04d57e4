"""Global IDs, which identify an object in the whole graph: the interface `Node`, and reading them."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import strawberry

from fleet.model import opaque
from fleet.model.account import Account
from fleet.model.api_key import ApiKey
from fleet.model.cluster import Cluster
from fleet.model.envelope import Envelope
from fleet.model.integration import Integration
from fleet.model.node import Node as NodeRecord
from fleet.model.operation import Operation
from fleet.model.provider import Provider
from fleet.model.tracking import Tracked
from fleet.model.webhook import KnownWebhook
from fleet.ports.reader import Ref
from fleet.providers import PROVIDERS
from gateway.context import Context
from gateway.types.records import field, shown

MOST_IDS = 100


MOST_WRITTEN = 32_768
"""IDs that are kept as they were written, some 10 MB: a page that is asked for again has the same."""


def global_id(source: strawberry.Parent[object]) -> str:
    record = shown(source)
    parts = _PARTS.get(type(record))
    if parts is not None:
        return _write(*parts(record))
    if isinstance(record, Provider):
        return _write("Provider", record.key)
    raise TypeError(f"{type(source).__name__} has no global ID")


_write = lru_cache(MOST_WRITTEN)(lambda *parts: opaque.write(parts))

_PARTS: Mapping[type, Callable[[Any], tuple[str, ...]]] = {
    Account: lambda account: ("Account", account.id),
    Cluster: lambda cluster: ("Cluster", cluster.account_id, cluster.key),
    NodeRecord: lambda node: ("ClusterNode", node.account_id, node.key),
    Integration: lambda integration: ("Integration", integration.account_id, integration.key),
    Operation: lambda operation: ("Operation", operation.account_id, operation.id),
    Envelope: lambda envelope: ("Envelope", envelope.name),
    ApiKey: lambda key: ("ApiKey", key.id),
    KnownWebhook: lambda known: ("Webhook", known.webhook.id),
}


async def find(context: Context, global_id: str) -> object | None:
    """The object with an ID. Null if it does not exist or the ID is invalid."""
    row: Tracked[Cluster] | Tracked[NodeRecord] | Tracked[Integration] | None
    match opaque.read(global_id):
        case ("Provider", key):
            return PROVIDERS.get(key)
        case ("Account", account_id):
            return await context.accounts.load(account_id)
        case ("Envelope", name):
            return await context.envelope(name)
        case ("ApiKey", key):
            return await context.api_key(key)
        case ("Webhook", key):
            return await context.webhook(key)
        case ("Operation", account_id, key):
            return await context.operations.load(Ref(account_id, key))
        case ("Cluster", account_id, key):
            row = await context.clusters.load(Ref(account_id, key))
        case ("ClusterNode", account_id, key):
            row = await context.nodes.load(Ref(account_id, key))
        case ("Integration", account_id, key):
            row = await context.integrations.load(Ref(account_id, key))
        case _:
            return None
    # While an account is being forgotten, some of its rows may remain. They cannot be shown without it.
    return row if row is not None and await context.accounts.load(row.item.account_id) is not None else None


def account_id_of(global_id: str) -> str | None:
    match opaque.read(global_id):
        case ("Account", account_id):
            return account_id
        case _:
            return None


def ref_of(kind: str, global_id: str) -> Ref | None:
    """The key in an ID of this kind. The object may not exist."""
    match opaque.read(global_id):
        case (found, account_id, key) if found == kind:
            return Ref(account_id, key)
        case _:
            return None


@strawberry.interface(description="An object with a global ID. (A node of a cluster is a `ClusterNode`.)")
class Node:
    id: strawberry.ID = field(
        "Identifies the object in the whole graph. It is opaque and does not change.", resolver=global_id
    )
