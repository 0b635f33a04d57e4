"""The verbs: everything that can be asked of a provider, a row each.

A row says which record the verb is (`change`, which names its kind and capability), how it goes out, what shows that it
was taken and that it ended, and how long its end is waited for. `docs/extend.md` says what a new verb needs besides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from fleet.changing.postconditions import clusters, integrations, networks, upgrades
from fleet.changing.postconditions.verdict import Judge, about_cluster, about_integration, never
from fleet.changing.requests.clusters import (
    clear_spend_limit,
    delete,
    deploy,
    lock,
    prepare_creation,
    prepare_limit,
    stop,
    unlock,
    update,
)
from fleet.changing.requests.integrations import prepare_change_of_integration, prepare_integration
from fleet.changing.requests.networks import allow_network, disallow_network
from fleet.changing.requests.nodes import prepare_node
from fleet.changing.requests.request import Prepare
from fleet.changing.requests.targets import of_cluster
from fleet.changing.requests.upgrades import prepare_end_of_upgrade, prepare_upgrade
from fleet.model.account import Collection
from fleet.model.capability import Capability
from fleet.model.change import (
    AllowNetwork,
    Change,
    ClearSpendLimit,
    CordonNode,
    CreateCluster,
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
from fleet.model.operation import TargetKind
from fleet.ports.adapter import PROTOCOL_OF

SOON = timedelta(minutes=15)
"""The wait for what takes effect at once."""
LONG = timedelta(hours=2)
"""The wait for what makes, moves or removes machines."""


@dataclass(frozen=True, kw_only=True)
class Verb:
    """`creates` tells that there is no target before it. `observed_in` is the collection that shows what became of it.
    `is_shown` tells whether the provider would show what was asked, so that its absence means something.
    """

    change: type[Change]
    target: TargetKind
    prepare: Prepare
    taken: Judge
    ended: Judge
    waits_for: timedelta = SOON
    creates: bool = False
    observed_in: Collection = Collection.CLUSTERS
    is_shown: bool = True

    @property
    def kind(self) -> OperationKind:
        return self.change.kind

    @property
    def protocol(self) -> type:
        """What an adapter implements to be asked for it."""
        assert self.change.capability is not None
        return PROTOCOL_OF[self.change.capability]


_CLUSTER, _INTEGRATION, _NODE = TargetKind.CLUSTER, TargetKind.INTEGRATION, TargetKind.NODE
_LIMIT_SET, _LIMIT_CLEARED = about_cluster(clusters.limit_set), about_cluster(clusters.limit_cleared)
_INTEGRATION_UPDATED = about_integration(integrations.integration_updated)

VERBS: Mapping[OperationKind, Verb] = {
    verb.kind: verb
    for verb in (
        Verb(
            change=CreateCluster,
            target=_CLUSTER,
            prepare=prepare_creation,
            taken=never,
            ended=about_cluster(clusters.created),
            waits_for=LONG,
            creates=True,
        ),
        Verb(
            change=UpdateCluster,
            target=_CLUSTER,
            prepare=of_cluster(update, Capability.UPDATE_CLUSTER),
            taken=about_cluster(clusters.update_taken),
            ended=about_cluster(clusters.updated),
            waits_for=LONG,
        ),
        Verb(
            change=StopCluster,
            target=_CLUSTER,
            prepare=of_cluster(stop, Capability.STOP_CLUSTER),
            taken=about_cluster(clusters.stop_taken),
            ended=about_cluster(clusters.stopped),
            waits_for=timedelta(hours=1),
        ),
        Verb(
            change=DeployCluster,
            target=_CLUSTER,
            prepare=of_cluster(deploy, Capability.DEPLOY_CLUSTER),
            taken=about_cluster(clusters.deploy_taken),
            ended=about_cluster(clusters.deployed),
            waits_for=LONG,
        ),
        Verb(
            change=DeleteCluster,
            target=_CLUSTER,
            prepare=of_cluster(delete, Capability.DELETE_CLUSTER),
            taken=clusters.delete_taken,
            ended=clusters.deleted,
            waits_for=LONG,
        ),
        Verb(
            change=SetSpendLimit,
            target=_CLUSTER,
            prepare=prepare_limit,
            taken=_LIMIT_SET,
            ended=_LIMIT_SET,
        ),
        Verb(
            change=ClearSpendLimit,
            target=_CLUSTER,
            prepare=of_cluster(clear_spend_limit, Capability.SPEND_LIMIT),
            taken=_LIMIT_CLEARED,
            ended=_LIMIT_CLEARED,
        ),
        Verb(
            change=UpgradeCluster,
            target=_CLUSTER,
            prepare=prepare_upgrade,
            taken=about_cluster(upgrades.upgrade_begun),
            ended=about_cluster(upgrades.upgraded),
            waits_for=LONG,
        ),
        Verb(
            change=FinalizeUpgrade,
            target=_CLUSTER,
            prepare=prepare_end_of_upgrade,
            taken=about_cluster(upgrades.finalization_taken),
            ended=about_cluster(upgrades.finalized),
        ),
        Verb(
            change=RollBackUpgrade,
            target=_CLUSTER,
            prepare=prepare_end_of_upgrade,
            taken=about_cluster(upgrades.roll_back_begun),
            ended=about_cluster(upgrades.rolled_back),
            waits_for=LONG,
        ),
        Verb(
            change=LockCluster,
            target=_CLUSTER,
            prepare=of_cluster(lock, Capability.LOCK_CLUSTER),
            taken=about_cluster(clusters.locked),
            ended=about_cluster(clusters.locked),
        ),
        Verb(
            change=UnlockCluster,
            target=_CLUSTER,
            prepare=of_cluster(unlock, Capability.LOCK_CLUSTER),
            taken=about_cluster(clusters.unlocked),
            ended=about_cluster(clusters.unlocked),
        ),
        Verb(
            change=AllowNetwork,
            target=_CLUSTER,
            prepare=of_cluster(allow_network, Capability.ALLOWLIST),
            taken=about_cluster(networks.network_allowed),
            ended=about_cluster(networks.network_in_force),
            observed_in=Collection.ALLOWLISTS,
        ),
        Verb(
            change=DisallowNetwork,
            target=_CLUSTER,
            prepare=of_cluster(disallow_network, Capability.ALLOWLIST),
            taken=about_cluster(networks.network_disallowed),
            ended=about_cluster(networks.network_disallowed),
            observed_in=Collection.ALLOWLISTS,
        ),
        Verb(
            change=CreateIntegration,
            target=_INTEGRATION,
            prepare=prepare_integration,
            taken=never,
            ended=about_integration(integrations.integration_created),
            creates=True,
            observed_in=Collection.INTEGRATIONS,
        ),
        Verb(
            change=UpdateIntegration,
            target=_INTEGRATION,
            prepare=prepare_change_of_integration,
            taken=_INTEGRATION_UPDATED,
            ended=_INTEGRATION_UPDATED,
            observed_in=Collection.INTEGRATIONS,
        ),
        Verb(
            change=DeleteIntegration,
            target=_INTEGRATION,
            prepare=prepare_change_of_integration,
            taken=integrations.integration_gone,
            ended=integrations.integration_gone,
            observed_in=Collection.INTEGRATIONS,
        ),
        *(
            Verb(
                change=change,
                target=_NODE,
                prepare=prepare_node,
                taken=never,
                ended=never,
                is_shown=False,
            )
            for change in (CordonNode, UncordonNode, DrainNode)
        ),
    )
}
"""By kind. Refreshing and disconnecting an account are no verbs: nothing is asked of a provider to change."""

DEPLOY = VERBS[OperationKind.DEPLOY_CLUSTER]
"""Also the second step of a creation or an update, where what was registered is applied by a request of its own."""


def observed_in(kind: OperationKind) -> Collection:
    """The collection that an observation asks for, so that an operation can go on."""
    return VERBS[kind].observed_in if kind in VERBS else Collection.CLUSTERS
