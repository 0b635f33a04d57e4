"""Global IDs, which identify an object in the whole graph: the interface `Node`, and reading them."""

import strawberry

from fleet.model import opaque
from fleet.model.account import TrackedAccount
from fleet.model.api_key import ApiKey
from fleet.model.cluster import Cluster
from fleet.model.envelope import Envelope
from fleet.model.integration import Integration
from fleet.model.node import Node as NodeRecord
from fleet.model.operation import Operation
from fleet.model.provider import Provider
from fleet.model.tracking import Tracked
from fleet.model.webhook import KnownWebhook
from fleet.ports.store import Ref
from fleet.providers import PROVIDERS
from gateway.context import Context
from gateway.types.records import field, shown

MOST_IDS = 100


def global_id(source: strawberry.Parent[object]) -> str:
    match source, shown(source):
        case Provider(key=key), _:
            return opaque.write(["Provider", key])
        case TrackedAccount(account=account), _:
            return opaque.write(["Account", account.id])
        case _, Cluster() as cluster:
            return opaque.write(["Cluster", cluster.account_id, cluster.key])
        case _, NodeRecord() as node:
            return opaque.write(["ClusterNode", node.account_id, node.key])
        case _, Integration() as integration:
            return opaque.write(["Integration", integration.account_id, integration.key])
        case _, Operation() as operation:
            return opaque.write(["Operation", operation.account_id, operation.id])
        case Envelope(name=name), _:
            return opaque.write(["Envelope", name])
        case ApiKey(id=key_id), _:
            return opaque.write(["ApiKey", key_id])
        case KnownWebhook(webhook=webhook), _:
            return opaque.write(["Webhook", webhook.id])
        case _:
            raise TypeError(f"{type(source).__name__} has no global ID")


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
