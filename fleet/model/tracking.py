"""What is stored with an observed item: since when it is in its phase, and why it could not be read since."""

from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from pydantic import Field

from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.cluster import Cluster, Facts, Phase
from fleet.model.failure import Failure
from fleet.model.integration import Integration
from fleet.model.money import CostEstimate
from fleet.model.node import Node
from fleet.model.record import Instant, Record, made_once
from fleet.model.spend import Statement
from fleet.model.subscription import OfferedPlan

T = TypeVar("T", Cluster, Node, Integration, Region, InstanceType, OfferedVersion, OfferedPlan, Statement)


ONE_MOMENT = timedelta(seconds=10)
"""How far apart a provider tells the time of creation of one cluster: rounded, or by the clocks of two machines. Nobody
makes, deletes and makes again a cluster within it.
"""


def are_one_incarnation(one: str, other: str) -> bool:
    """Whether two clusters of a name are one. Incarnations are times of creation, where they read as such."""
    if one == other:
        return True
    try:
        return abs(datetime.fromisoformat(one) - datetime.fromisoformat(other)) <= ONE_MOMENT
    except (ValueError, TypeError):
        return False


class Unread(Record):
    """The provider lists a thing that cannot be read as documented. What is shown of it is from `read_at`."""

    failure: Failure
    read_at: Instant


class Tracked(Record, Generic[T]):
    """A thing as last read. `unread` says why it could not be read since."""

    item: T
    unread: Unread | None = None

    @classmethod
    def model_rebuild(cls, **how: Any) -> bool | None:
        """Where pydantic makes a class for one kind of thing of this one, and then alone, it passes a namespace. It
        would first build the validator for all eight kinds: a thirtieth of a function's start, and mostly never used.
        """
        if how.get("_types_namespace") is not None:
            return None
        how["_parent_namespace_depth"] = how.get("_parent_namespace_depth", 2) + 1  # this method is one more
        return super().model_rebuild(**how)


class TrackedCluster(Tracked[Cluster]):
    """A cluster as last read.

    `since` is when its phase was first observed. `missing_since` is when a complete listing first left it out:
    absence is no proof. A deleted cluster's row is a tombstone until `expires_at`. `incarnation_shown` is what the
    provider shows by now in the place of the cluster's incarnation, where it changed that of the same cluster.
    `is_understood` is false where another version stored what this one cannot read whole: what it seems to lack proves
    nothing.
    """

    since: Instant
    first_observed_at: Instant
    missing_since: Instant | None = None
    incarnation_shown: str | None = None
    expires_at: Instant | None = None
    facts: Facts = made_once(Facts)
    is_understood: bool = Field(default=True, exclude=True)

    @property
    def is_tombstone(self) -> bool:
        return self.item.phase is Phase.DELETED

    def is_shown_as(self, cluster: Cluster) -> bool:
        """Whether a cluster that the provider shows is this one. What tells two of one name apart, their time of
        creation, may appear later than the cluster, be missing in an answer, or be written more exactly in one.
        """
        return cluster.external_id == self.item.external_id and (
            cluster.incarnation is None
            or self.item.incarnation is None
            or cluster.incarnation == self.incarnation_shown
            or are_one_incarnation(cluster.incarnation, self.item.incarnation)
        )

    @property
    def integration_external_id(self) -> str | None:
        return self.item.integration_external_id or self.facts.integration_external_id

    @property
    def cost_estimate(self) -> CostEstimate | None:
        return self.facts.cost_estimate


class Transition(Record):
    """A change of phase. `from_phase` and `after_seconds` are null for the first observation. The names of the provider
    and of the account are null in rows of earlier versions.
    """

    account_id: str
    account_name: str | None = None
    provider: str | None = None
    cluster_key: str
    cluster_name: str
    from_phase: Phase | None
    to_phase: Phase
    provider_phase: str
    observed_at: Instant
    after_seconds: int | None = None
