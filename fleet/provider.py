"""What a provider is: its name, what it lacks and why, how often it may be asked, what only it knows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fleet.record import Record
from fleet.spec import ClusterPatch, ClusterSpec


class Capability(StrEnum):
    """Something that a provider's API can or cannot do. A missing one carries a sentence."""

    CREATE_CLUSTER = "CREATE_CLUSTER"
    UPDATE_CLUSTER = "UPDATE_CLUSTER"
    STOP_CLUSTER = "STOP_CLUSTER"
    DEPLOY_CLUSTER = "DEPLOY_CLUSTER"
    DELETE_CLUSTER = "DELETE_CLUSTER"
    LIST_NODES = "LIST_NODES"
    NODE_MAINTENANCE = "NODE_MAINTENANCE"
    SPEND_LIMIT = "SPEND_LIMIT"
    LIST_INTEGRATIONS = "LIST_INTEGRATIONS"
    CHANGE_INTEGRATION = "CHANGE_INTEGRATION"
    COST_ESTIMATE = "COST_ESTIMATE"
    LIST_REGIONS = "LIST_REGIONS"
    LIST_INSTANCE_TYPES = "LIST_INSTANCE_TYPES"
    CONDITIONAL_UPDATE = "CONDITIONAL_UPDATE"
    CLUSTER_CONNECTION = "CLUSTER_CONNECTION"


class RateScope(StrEnum):
    """What a provider counts requests by. TOKEN also stands for "user" where a token is all we hold of one."""

    TOKEN = "TOKEN"  # noqa: S105
    ADDRESS = "ADDRESS"


class RateLimit(Record):
    """How often a provider may be asked. `requests` is null where no number is published."""

    requests: int | None
    window_seconds: int
    scope: RateScope


class ClusterDetails(Record):
    """What only one provider knows of a cluster; each provider's record extends it."""

    console_url: str | None = None


def _never(provider_phase: str) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A platform that Fleetgraph can observe. `key` names it in files, rows and identifiers."""

    key: str
    name: str
    documentation_url: str
    rate_limit: RateLimit
    details: type[ClusterDetails]
    spec: type[ClusterSpec]
    patch: type[ClusterPatch]
    lacks: Mapping[Capability, str] = field(default_factory=dict)
    needs_external_id: bool
    """Whether an account must name its organization, tenant or team, because the token does not imply it."""
    are_names_caseless: bool = False
    """Whether two names that differ in case alone are one to the provider."""
    is_busy: Callable[[str], bool] = _never
    """Whether a cluster that is in this phase, in the provider's own word, takes no change: a change has to wait."""
    api_versions: tuple[str, ...] = ()
    """Versions of the provider's API that an account may pin, newest first. Empty where it has none to pin."""

    def same_name(self, name: str) -> str:
        """Equal for names that the provider takes for one."""
        return name.casefold() if self.are_names_caseless else name
