"""What can be asked of CockroachDB Cloud for a new cluster, and to change one."""

from collections.abc import Iterable, Mapping

from pydantic import ValidationInfo, field_validator

from fleet.model.catalog import Pick
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster
from fleet.model.spec import ClusterPatch, ClusterSpec, Compared, NameRule, not_cleared
from fleet.providers.cockroachdb.comparison import agree, compared, compared_version
from fleet.providers.cockroachdb.plan import SHOWN_AS, CockroachdbPlan, Version

CLOUDS = (Cloud.AWS, Cloud.GCP, Cloud.AZURE)


class CockroachdbClusterSpec(ClusterSpec):
    name_rule = NameRule(
        pattern=r"[a-z0-9][a-z0-9-]{4,18}[a-z0-9]",
        sentence="CockroachDB Cloud takes 6 to 20 lowercase letters, digits and dashes, without a dash at either end.",
    )

    cloud: Cloud
    plan: CockroachdbPlan
    labels: Mapping[str, str] | None = None
    is_deletion_protected: bool | None = None

    @field_validator("plan")
    @classmethod
    def _is_whole(cls, value: CockroachdbPlan) -> CockroachdbPlan:
        if value.advanced is not None:
            value.advanced.require_whole()
        if value.serverless is not None and not value.serverless.regions:
            raise ValueError("A new cluster needs at least one region.")
        return value

    @field_validator("cloud")
    @classmethod
    def _is_one_of_its_clouds(cls, value: Cloud) -> Cloud:
        if value not in CLOUDS:
            raise ValueError(f"CockroachDB Cloud runs on {', '.join(CLOUDS)}.")
        return value

    def picks(self) -> Iterable[Pick]:
        return self.plan.picks(self.cloud)

    def compare(self, cluster: Cluster) -> Iterable[Compared]:
        """Older versions of the API show less; what is not shown is not compared."""
        yield from compared("cloud", self.cloud, cluster.cloud)
        yield from self.plan.compare(cluster)
        if self.labels is not None:
            yield from compared("labels", self.labels, cluster.labels)
        yield from compared(
            "is_deletion_protected", self.is_deletion_protected, cluster.is_deletion_protected
        )

    def identifies(self, cluster: Cluster) -> bool:
        return agree(cluster.cloud, self.cloud) and (
            cluster.plan is None or cluster.plan in SHOWN_AS[self.plan.name]
        )


class CockroachdbClusterPatch(ClusterPatch):
    """`labels` replace all that there are. A version is changed alone."""

    version: Version | None = None
    plan: CockroachdbPlan | None = None
    labels: Mapping[str, str] | None = None
    is_deletion_protected: bool | None = None

    _not_cleared = not_cleared("version", "plan", "is_deletion_protected")

    def picks(self, cluster: Cluster) -> Iterable[Pick]:
        return () if self.plan is None or cluster.cloud is None else self.plan.picks(cluster.cloud)

    @field_validator("plan", "labels", "is_deletion_protected")
    @classmethod
    def _goes_without_a_version(cls, value: object, info: ValidationInfo) -> object:
        if info.data.get("version") is not None:
            raise ValueError("A change of version goes alone; ask for the rest before it or after it.")
        return value

    @field_validator("plan")
    @classmethod
    def _has_no_version(cls, value: CockroachdbPlan) -> CockroachdbPlan:
        if value.advanced is not None and value.advanced.version is not None:
            raise ValueError("A change of version goes alone, beside the plan and not in it.")
        if value.serverless is not None and value.serverless.has_empty_allowlist is not None:
            raise ValueError(
                "Only a new cluster begins with an empty allowlist; remove its networks instead."
            )
        return value

    def compare(self, cluster: Cluster) -> Iterable[Compared]:
        """As of a specification. Labels that were cleared are shown as none."""
        yield from compared_version(cluster, self.version)
        if self.plan is not None:
            yield from self.plan.compare(cluster)
        if "labels" in self:
            yield from compared("labels", self.labels or {}, cluster.labels)
        yield from compared(
            "is_deletion_protected", self.is_deletion_protected, cluster.is_deletion_protected
        )
