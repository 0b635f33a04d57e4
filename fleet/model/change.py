"""What can be asked of a provider: one record for each verb. An `Operation` follows each change to its end."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from pydantic import ConfigDict, Field, SerializeAsAny, ValidationInfo, field_validator, model_validator

from fleet.model.capability import Capability
from fleet.model.cloud import Cloud
from fleet.model.credentials import Credentials
from fleet.model.money import LimitWanted
from fleet.model.network import NetworkToAllow
from fleet.model.record import Record, of_provider
from fleet.model.spec import ClusterPatch, ClusterSpec

LONGEST_REASON = 500
"""The most characters of the reason for a lock: a few sentences."""


class OperationKind(StrEnum):
    CREATE_CLUSTER = "CREATE_CLUSTER"
    UPDATE_CLUSTER = "UPDATE_CLUSTER"
    STOP_CLUSTER = "STOP_CLUSTER"
    DEPLOY_CLUSTER = "DEPLOY_CLUSTER"
    DELETE_CLUSTER = "DELETE_CLUSTER"
    SET_SPEND_LIMIT = "SET_SPEND_LIMIT"
    CLEAR_SPEND_LIMIT = "CLEAR_SPEND_LIMIT"
    UPGRADE_CLUSTER = "UPGRADE_CLUSTER"
    FINALIZE_UPGRADE = "FINALIZE_UPGRADE"
    ROLL_BACK_UPGRADE = "ROLL_BACK_UPGRADE"
    LOCK_CLUSTER = "LOCK_CLUSTER"
    UNLOCK_CLUSTER = "UNLOCK_CLUSTER"
    ALLOW_NETWORK = "ALLOW_NETWORK"
    DISALLOW_NETWORK = "DISALLOW_NETWORK"
    CREATE_INTEGRATION = "CREATE_INTEGRATION"
    UPDATE_INTEGRATION = "UPDATE_INTEGRATION"
    DELETE_INTEGRATION = "DELETE_INTEGRATION"
    CORDON_NODE = "CORDON_NODE"
    UNCORDON_NODE = "UNCORDON_NODE"
    DRAIN_NODE = "DRAIN_NODE"
    REFRESH_ACCOUNT = "REFRESH_ACCOUNT"
    DISCONNECT_ACCOUNT = "DISCONNECT_ACCOUNT"
    UNKNOWN = "UNKNOWN"


class Change(Record):
    """`kind` is the verb. A member that holds a secret is left out when a change is stored."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    kind: ClassVar[OperationKind]
    capability: ClassVar[Capability | None] = None
    """The capability that the provider needs for it."""

    derived: ClassVar[frozenset[str]] = frozenset()
    """Members that nobody gives: they follow from the others."""

    @property
    def is_whole(self) -> bool:
        """Whether it can be sent. False after it was read from the store, which keeps no secrets."""
        return True


class OfProvider(Change):
    """A change whose input differs between providers. `provider` says whose records it holds."""

    provider: str


class CreateCluster(OfProvider):
    kind = OperationKind.CREATE_CLUSTER
    capability = Capability.CREATE_CLUSTER

    name: str
    spec: SerializeAsAny[ClusterSpec]

    @field_validator("spec", mode="before")
    @classmethod
    def _read_spec(cls, value: object, info: ValidationInfo) -> object:
        return of_provider("spec", value, info)

    @property
    def is_whole(self) -> bool:
        return self.spec.is_whole

    @model_validator(mode="after")
    def _has_a_name_that_will_do(self) -> "CreateCluster":
        self.spec.name_rule.check(self.name)
        return self


class UpdateCluster(OfProvider):
    """`is_deployed` tells whether the cluster runs. If it does, a provider that registers changes first is asked to
    deploy them too.
    """

    kind = OperationKind.UPDATE_CLUSTER
    capability = Capability.UPDATE_CLUSTER

    patch: SerializeAsAny[ClusterPatch]
    is_deployed: bool = True

    @property
    def is_whole(self) -> bool:
        return self.patch.is_whole

    @field_validator("patch", mode="before")
    @classmethod
    def _read_patch(cls, value: object, info: ValidationInfo) -> object:
        return of_provider("patch", value, info)

    @field_validator("patch")
    @classmethod
    def _changes_something(cls, value: ClusterPatch) -> ClusterPatch:
        if not value.model_fields_set:
            raise ValueError("There is nothing to change.")
        return value


class StopCluster(Change):
    kind = OperationKind.STOP_CLUSTER
    capability = Capability.STOP_CLUSTER


class DeployCluster(Change):
    kind = OperationKind.DEPLOY_CLUSTER
    capability = Capability.DEPLOY_CLUSTER


class DeleteCluster(Change):
    kind = OperationKind.DELETE_CLUSTER
    capability = Capability.DELETE_CLUSTER


class SetSpendLimit(Change):
    kind = OperationKind.SET_SPEND_LIMIT
    capability = Capability.SPEND_LIMIT

    limit: LimitWanted


class ClearSpendLimit(Change):
    kind = OperationKind.CLEAR_SPEND_LIMIT
    capability = Capability.SPEND_LIMIT


class UpgradeCluster(Change):
    """`version` is one that is on offer; null for the newest of them, until the request goes out."""

    kind = OperationKind.UPGRADE_CLUSTER
    capability = Capability.UPGRADE_CLUSTER

    version: str | None = None


class FinalizeUpgrade(Change):
    """`version` is the one that is made final, null until the request goes out."""

    kind = OperationKind.FINALIZE_UPGRADE
    capability = Capability.FINALIZE_UPGRADE

    version: str | None = None


class RollBackUpgrade(Change):
    """`version` is the one that is rolled back, null until the request goes out."""

    kind = OperationKind.ROLL_BACK_UPGRADE
    capability = Capability.FINALIZE_UPGRADE

    version: str | None = None


class LockCluster(Change):
    """Keeps everybody from changing a cluster: for so many days, for good where `days` is null."""

    kind = OperationKind.LOCK_CLUSTER
    capability = Capability.LOCK_CLUSTER

    reason: str = Field(min_length=1, max_length=LONGEST_REASON)
    days: int | None = Field(default=None, ge=1)


class UnlockCluster(Change):
    kind = OperationKind.UNLOCK_CLUSTER
    capability = Capability.LOCK_CLUSTER


class AllowNetwork(Change):
    """Adds a network to a cluster's allowlist, or changes the one of its address."""

    kind = OperationKind.ALLOW_NETWORK
    capability = Capability.ALLOWLIST

    network: NetworkToAllow


class DisallowNetwork(Change):
    kind = OperationKind.DISALLOW_NETWORK
    capability = Capability.ALLOWLIST

    cidr: str


class CreateIntegration(Change):
    """`cloud` is that of the credentials, and is kept without them."""

    kind = OperationKind.CREATE_INTEGRATION
    capability = Capability.CHANGE_INTEGRATION
    derived = frozenset({"cloud"})

    name: str = Field(min_length=1)
    description: str | None = None
    features: tuple[str, ...] | None = None
    allowed_teams: tuple[str, ...] | None = None
    permission_check: str | None = None
    credentials: SerializeAsAny[Credentials] | None = Field(default=None, exclude=True, repr=False)
    cloud: Cloud | None = None

    @model_validator(mode="before")
    @classmethod
    def _tell_of_the_cloud(cls, value: object) -> object:
        if isinstance(value, Mapping) and isinstance(value.get("credentials"), Credentials):
            return {**value, "cloud": value["credentials"].cloud}
        return value

    @property
    def is_whole(self) -> bool:
        return self.credentials is not None


class UpdateIntegration(Change):
    """`has_credentials` tells that credentials were given; they are not stored. Null members stay as they are. No
    allowed team is no restriction.
    """

    kind = OperationKind.UPDATE_INTEGRATION
    capability = Capability.CHANGE_INTEGRATION

    description: str | None = None
    features: tuple[str, ...] | None = None
    allowed_teams: tuple[str, ...] | None = None
    permission_check: str | None = None
    credentials: SerializeAsAny[Credentials] | None = Field(default=None, exclude=True, repr=False)
    has_credentials: bool = False

    @model_validator(mode="after")
    def _changes_something(self) -> "UpdateIntegration":
        settings = (self.description, self.features, self.allowed_teams, self.permission_check)
        if all(one is None for one in settings) and not self.has_credentials:
            raise ValueError("There is nothing to change.")
        return self

    @model_validator(mode="before")
    @classmethod
    def _tell_of_credentials(cls, value: object) -> object:
        if isinstance(value, Mapping) and value.get("credentials") is not None:
            return {**value, "has_credentials": True}
        return value

    @property
    def is_whole(self) -> bool:
        return self.credentials is not None or not self.has_credentials


class DeleteIntegration(Change):
    kind = OperationKind.DELETE_INTEGRATION
    capability = Capability.CHANGE_INTEGRATION


class CordonNode(Change):
    kind = OperationKind.CORDON_NODE
    capability = Capability.NODE_MAINTENANCE


class UncordonNode(Change):
    kind = OperationKind.UNCORDON_NODE
    capability = Capability.NODE_MAINTENANCE


class DrainNode(Change):
    kind = OperationKind.DRAIN_NODE
    capability = Capability.NODE_MAINTENANCE


class RefreshAccount(Change):
    kind = OperationKind.REFRESH_ACCOUNT


class DisconnectAccount(Change):
    kind = OperationKind.DISCONNECT_ACCOUNT


class UnknownChange(Change):
    """A change that another version of Fleetgraph stored and this version cannot read. It is shown and never sent."""

    model_config = ConfigDict(extra="ignore")

    kind = OperationKind.UNKNOWN

    @property
    def is_whole(self) -> bool:
        return False


CHANGES: Mapping[OperationKind, type[Change]] = {
    change.kind: change
    for change in (
        CreateCluster,
        UpdateCluster,
        StopCluster,
        DeployCluster,
        DeleteCluster,
        SetSpendLimit,
        ClearSpendLimit,
        UpgradeCluster,
        FinalizeUpgrade,
        RollBackUpgrade,
        LockCluster,
        UnlockCluster,
        AllowNetwork,
        DisallowNetwork,
        CreateIntegration,
        UpdateIntegration,
        DeleteIntegration,
        CordonNode,
        UncordonNode,
        DrainNode,
        RefreshAccount,
        DisconnectAccount,
    )
}
