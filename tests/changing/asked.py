"""Every verb at each provider that can be asked for it, as a process asks for it: what there has to be first, and the
change itself.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from fleet.changing.changer import Changer
from fleet.changing.intents import ClusterChange, NodeChange
from fleet.model.account import Account
from fleet.model.change import (
    AllowNetwork,
    ClearSpendLimit,
    CordonNode,
    CreateIntegration,
    DeleteCluster,
    DeleteIntegration,
    DeployCluster,
    DisallowNetwork,
    DrainNode,
    FinalizeUpgrade,
    LockCluster,
    OperationKind,
    RollBackUpgrade,
    SetSpendLimit,
    StopCluster,
    UncordonNode,
    UnlockCluster,
    UpdateCluster,
    UpdateIntegration,
    UpgradeCluster,
)
from fleet.model.cluster import Phase
from fleet.model.credentials import AwsKeys
from fleet.model.integration import Integration
from fleet.model.money import LimitWanted, UsageLimit
from fleet.model.network import NetworkToAllow
from fleet.model.node import Node
from fleet.model.spec import ClusterPatch
from fleet.ports.reader import Ref
from tests.changing.line import ADA, Line
from tests.contract.kits import KITS

SPECS = {key: kit.spec for key, kit in KITS.items() if kit.spec is not None}
KEYS = AwsKeys(access_key_id=SecretStr("made-up-id"), secret_access_key=SecretStr("made-up-secret"))

Ask = Callable[[Changer], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`ask` finds its target in the memory of the line, so what `first` made has been observed."""

    ask: Callable[[Line, Account], Awaitable[Ask]]
    first: Callable[[Line, Account], Awaitable[None]] | None = None


async def done(line: Line, account: Account, ask: Ask) -> None:
    """By a process that lives, to its end."""
    async with line.process() as (changer, _):
        await ask(changer)
    await line.settle(account)
    (latest, *_) = await line.operations(account)
    assert latest.state == "SUCCEEDED", latest


async def creation(line: Line, account: Account) -> Ask:
    spec = SPECS[account.provider]
    return lambda changer: changer.create_cluster(ADA, account.id, "shop-one", spec, idempotency_key="k")


async def a_cluster(line: Line, account: Account) -> None:
    await done(line, account, await creation(line, account))


def of_cluster(change: ClusterChange, name: str = "shop-one") -> Callable[[Line, Account], Awaitable[Ask]]:
    async def prepare(line: Line, account: Account) -> Ask:
        ref = (await line.refs(account))[name]
        return lambda changer: changer.change_cluster(ADA, ref, change)

    return prepare


def after(change: ClusterChange, name: str) -> Callable[[Line, Account], Awaitable[None]]:
    async def make(line: Line, account: Account) -> None:
        await done(line, account, await of_cluster(change, name)(line, account))

    return make


def update(provider: str, patch: ClusterPatch) -> Asked:
    return Asked(first=a_cluster, ask=of_cluster(UpdateCluster(provider=provider, patch=patch)))


async def link_creation(line: Line, account: Account) -> Ask:
    change = CreateIntegration(name="new", credentials=KEYS)
    return lambda changer: changer.create_integration(ADA, account.id, change, idempotency_key="k")


async def a_link(line: Line, account: Account) -> None:
    await done(line, account, await link_creation(line, account))


def of_link(change: UpdateIntegration | DeleteIntegration) -> Asked:
    async def prepare(line: Line, account: Account) -> Ask:
        rows = await line.store.items(account.id, Integration)
        (key,) = (row.item.key for row in rows if row.item.name == "new")
        return lambda changer: changer.change_integration(ADA, Ref(account.id, key), change)

    return Asked(first=a_link, ask=prepare)


def of_node(change: NodeChange) -> Asked:
    async def prepare(line: Line, account: Account) -> Ask:
        nodes = await line.store.items(account.id, Node)
        ready = {
            row.item.key for row in await line.store.clusters(account.id) if row.item.phase is Phase.READY
        }
        key = min(row.item.key for row in nodes if row.item.cluster_key in ready)
        return lambda changer: changer.change_node(ADA, Ref(account.id, key), change)

    return Asked(ask=prepare)


LIMIT = LimitWanted(usage=UsageLimit(request_units=5_000_000, storage_mib=1024))
NETWORK = NetworkToAllow(cidr="198.51.100.7/32", name="made up")

VERBS: Mapping[tuple[OperationKind, str], Asked] = {
    **{(OperationKind.CREATE_CLUSTER, provider): Asked(ask=creation) for provider in SPECS},
    **{
        (OperationKind.UPDATE_CLUSTER, provider): update(provider, patch)
        for provider in SPECS
        if (patch := KITS[provider].patch) is not None
    },
    **{
        (OperationKind.DELETE_CLUSTER, provider): Asked(first=a_cluster, ask=of_cluster(DeleteCluster()))
        for provider in SPECS
    },
    (OperationKind.STOP_CLUSTER, "qovery"): Asked(ask=of_cluster(StopCluster(), "production")),
    (OperationKind.DEPLOY_CLUSTER, "qovery"): Asked(ask=of_cluster(DeployCluster(), "production")),
    (OperationKind.SET_SPEND_LIMIT, "cockroachdb"): Asked(
        ask=of_cluster(SetSpendLimit(limit=LIMIT), "rate-quotes")
    ),
    (OperationKind.CLEAR_SPEND_LIMIT, "cockroachdb"): Asked(ask=of_cluster(ClearSpendLimit(), "driver-app")),
    (OperationKind.UPGRADE_CLUSTER, "cockroachdb"): Asked(
        ask=of_cluster(UpgradeCluster(), "tracking-events")
    ),
    (OperationKind.UPGRADE_CLUSTER, "qovery"): Asked(ask=of_cluster(UpgradeCluster(), "production")),
    (OperationKind.FINALIZE_UPGRADE, "cockroachdb"): Asked(ask=of_cluster(FinalizeUpgrade(), "lane-pricing")),
    (OperationKind.ROLL_BACK_UPGRADE, "cockroachdb"): Asked(
        ask=of_cluster(RollBackUpgrade(), "lane-pricing")
    ),
    (OperationKind.LOCK_CLUSTER, "qovery"): Asked(
        ask=of_cluster(LockCluster(reason="a freeze", days=2), "production")
    ),
    (OperationKind.UNLOCK_CLUSTER, "qovery"): Asked(
        first=after(LockCluster(reason="a freeze"), "production"),
        ask=of_cluster(UnlockCluster(), "production"),
    ),
    (OperationKind.ALLOW_NETWORK, "cockroachdb"): Asked(
        ask=of_cluster(AllowNetwork(network=NETWORK), "driver-app")
    ),
    (OperationKind.DISALLOW_NETWORK, "cockroachdb"): Asked(
        first=after(AllowNetwork(network=NETWORK), "driver-app"),
        ask=of_cluster(DisallowNetwork(cidr=NETWORK.cidr), "driver-app"),
    ),
    **{
        (OperationKind.CREATE_INTEGRATION, provider): Asked(ask=link_creation)
        for provider in ("northflank", "qovery")
    },
    (OperationKind.UPDATE_INTEGRATION, "northflank"): of_link(UpdateIntegration(description="made up")),
    (OperationKind.UPDATE_INTEGRATION, "qovery"): of_link(UpdateIntegration(credentials=KEYS)),
    **{
        (OperationKind.DELETE_INTEGRATION, provider): of_link(DeleteIntegration())
        for provider in ("northflank", "qovery")
    },
    (OperationKind.CORDON_NODE, "northflank"): of_node(CordonNode()),
    (OperationKind.UNCORDON_NODE, "northflank"): of_node(UncordonNode()),
    (OperationKind.DRAIN_NODE, "northflank"): of_node(DrainNode()),
}
"""By kind and provider: all that providers can be asked for."""
