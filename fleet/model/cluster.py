"""What a managed cluster is, whichever provider runs it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field, SerializeAsAny, ValidationInfo, field_validator

from fleet.model.capability import Capability
from fleet.model.cloud import Cloud
from fleet.model.digest import digest
from fleet.model.money import CostEstimate, SpendLimitStatus
from fleet.model.network import Allowlist
from fleet.model.quantity import BYTES_PER_MIB, LARGEST, Amount, Count
from fleet.model.record import Instant, Record, made_once, of_provider
from fleet.model.spend import ClusterSpend
from fleet.model.upgrade import UpgradeState
from fleet.model.upkeep import Upkeep
from fleet.model.warning import ProviderWarning


class Phase(StrEnum):
    PENDING = "PENDING"
    PROVISIONING = "PROVISIONING"
    READY = "READY"
    UPDATING = "UPDATING"
    DEGRADED = "DEGRADED"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    DELETING = "DELETING"
    DELETED = "DELETED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


MOVING = frozenset({Phase.PENDING, Phase.PROVISIONING, Phase.UPDATING, Phase.STOPPING, Phase.DELETING})
"""Phases that a provider is expected to leave by itself."""

QUIET = frozenset({Phase.READY, Phase.STOPPED, Phase.DELETED})
"""Phases that need nobody's attention."""


class Engine(StrEnum):
    """UNKNOWN stands for a value that a later version stored, here and in other enums."""

    KUBERNETES = "KUBERNETES"
    COCKROACHDB = "COCKROACHDB"
    UNKNOWN = "UNKNOWN"


ExactBytes = Annotated[Amount, Field(exclude_if=lambda value: value is None)]
"""A size that is no whole number of MiB. A row without one is written as before there were any."""


class Resources(Record):
    """A millicore is 1/1000 CPU core, a MiB 2^20 bytes. `exact_memory_bytes` and `exact_storage_bytes` are sizes that
    no whole number of MiB can be.
    """

    cpu_millicores: Amount = None
    memory_mib: Amount = None
    storage_mib: Amount = None
    exact_memory_bytes: ExactBytes = None
    exact_storage_bytes: ExactBytes = None

    @property
    def memory_bytes(self) -> int | None:
        return _bytes(self.memory_mib, self.exact_memory_bytes)

    @property
    def storage_bytes(self) -> int | None:
        return _bytes(self.storage_mib, self.exact_storage_bytes)


def _bytes(mib: int | None, exact: int | None) -> int | None:
    """Null beyond what the public contract carries."""
    found = exact if mib is None else mib * BYTES_PER_MIB
    return None if found is None or found > LARGEST else found


class Capacity(Record):
    """The totals of a cluster, and what each of its nodes has. Null where a value cannot be derived exactly."""

    total: Resources = made_once(Resources)
    per_node: Resources = made_once(Resources)
    node_count: Count = None
    min_nodes: Count = None
    max_nodes: Count = None
    instance_type: str | None = None


class Connection(Record):
    """Where to connect. `certificate_authority` is PEM in base64, `url` what a client of the engine takes. It holds no
    credentials.
    """

    endpoint: str
    certificate_authority: str | None = None
    url: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None


class ClusterDetails(Record):
    """What only one provider knows of a cluster; each provider's record extends it."""

    console_url: str | None = None


class Cluster(Record):
    """A cluster as one answer of its provider shows it.

    `external_id` is the provider's own identifier. Where a later cluster can have the same one (a name), `incarnation`
    distinguishes the two. `unsupported` has the capabilities that this cluster does not have, beyond those that its
    provider does not have, each with the reason.
    """

    account_id: str
    provider: str
    external_id: str
    incarnation: str | None = None
    name: str
    display_name: str
    description: str | None = None
    engine: Engine
    version: str | None = None
    available_version: str | None = None
    upgrade_state: UpgradeState | None = None
    plan: str | None = None
    phase: Phase
    provider_phase: str
    provider_operation: str | None = None
    message: str | None = None
    is_converged: bool | None = None
    has_failed_to_start: bool = False
    """Its creation failed, and it never ran."""
    cloud: Cloud | None = None
    provider_cloud: str | None = None
    unsupported: Mapping[Capability, str] = {}
    regions: tuple[str, ...] = ()
    capacity: Capacity = made_once(Capacity)
    labels: Mapping[str, str] | None = None
    is_deletion_protected: bool | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None
    deleted_at: Instant | None = None
    revision: str
    deployment: str | None = None
    """Names the latest deployment, where the provider tells: another value is another deployment."""
    provider_revision: str | None = Field(default=None, exclude=True)
    """The provider's own revision (an ETag) of this answer, byte for byte. It is not stored, because a stored one is
    stale."""
    warnings: tuple[ProviderWarning, ...] = Field(default=(), exclude=True)
    """What the provider warned of in this answer to a creation. They are kept with the operation."""
    connection: Connection | None = None
    spend_limit: SpendLimitStatus
    integration_external_id: str | None = None
    details: SerializeAsAny[ClusterDetails]
    unread_members: tuple[str, ...] = ()
    """Members of the answer that do not read as documented and are null here, each with the reason."""

    @property
    def key(self) -> str:
        """Names the cluster within its account, for good."""
        return self.external_id if self.incarnation is None else f"{self.external_id}@{self.incarnation}"

    @property
    def is_active(self) -> bool:
        return self.phase is not Phase.DELETED and not self.has_failed_to_start

    @property
    def is_moving(self) -> bool:
        """Whether the provider is expected to change it soon."""
        return self.phase in MOVING or (self.phase is Phase.READY and self.is_converged is False)

    @field_validator("details", mode="before")
    @classmethod
    def _read_details(cls, value: object, info: ValidationInfo) -> object:
        return of_provider("details", value, info)


def digest_revision(settable: Mapping[str, object]) -> str:
    """A digest of what a user can set. A change of status does not change the revision."""
    return digest(settable)


class Facts(Record):
    """What a provider tells of a cluster in separate calls. Each is observed at its own pace."""

    connection: Connection | None = None
    cost_estimate: CostEstimate | None = None
    integration_external_id: str | None = None
    spend: tuple[ClusterSpend, ...] | None = None
    upgrade_versions: tuple[str, ...] | None = None
    allowlist: Allowlist | None = None
    upkeep: Annotated[Upkeep | None, Field(exclude_if=lambda value: value is None)] = None
    nodes_withheld: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None
    """Why the provider shows none of the nodes to the account's token. Null where it shows them."""
