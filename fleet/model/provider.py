"""What a provider is: its name, what it does not support and why, its rate limit, and its own records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fleet.model.capability import Capability
from fleet.model.cluster import Cluster, ClusterDetails
from fleet.model.money import FreeAllowance
from fleet.model.rate_limit import RateLimit
from fleet.model.spec import ClusterPatch, ClusterSpec


def _never(cluster: Cluster, capability: Capability) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A platform that Fleetgraph can observe. `key` names it in files, rows and identifiers."""

    key: str
    name: str
    documentation_url: str
    rate_limit: RateLimit
    details: type[ClusterDetails]
    needs_external_id: bool
    """Whether an account has to name its organization, tenant or team because the token does not identify it."""
    spec: type[ClusterSpec] | None = None
    """The record of a new cluster's input. Null where no cluster can be created."""
    patch: type[ClusterPatch] | None = None
    """The record of an update's input. Null where no cluster can be updated."""
    unsupported: Mapping[Capability, str] = field(default_factory=dict)
    are_names_caseless: bool = False
    """Whether two names that differ in case alone are one to the provider."""
    is_busy: Callable[[Cluster, Capability], bool] = _never
    """Whether a cluster, as it was just read, takes no change of this kind now: such a change has to wait."""
    free_allowance: FreeAllowance | None = None
    """What each organization may use for nothing in a month."""
    spend_leaves_out: str | None = None
    """A sentence on what its statements do not hold. Null where they hold all that an account costs."""
    api_versions: tuple[str, ...] = ()
    """Versions of the provider's API that an account may pin, newest first. Empty where it has none to pin."""

    def same_name(self, name: str) -> str:
        """A form of the name that is equal for names which the provider treats as the same."""
        return name.casefold() if self.are_names_caseless else name
