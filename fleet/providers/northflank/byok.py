"""A Kubernetes cluster that the customer brings to Northflank: what tells its pools apart, and where it is.

Source: the vendor's API documentation of June 2026. Its guide asks for three nodes or more. The integration holds the
kubeconfig.
"""

from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field, field_validator

from fleet.model.record import Record
from fleet.model.spec import Compared
from fleet.providers.northflank.pools import NodePool, Scheduling
from fleet.providers.northflank.rules import compare_members, shows

_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
_POOL_ID = rf"^(?:[a-zA-Z](?:-?[a-zA-Z0-9]+)*|{_UUID})$"
"""Of 3 to 63 characters."""


class ByokCluster(Record):
    """`node_pool_label` is the label of its nodes whose value names the pool. The coordinates are in degrees."""

    node_pool_label: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class ByokGpus(Record):
    """The GPUs of each node."""

    kind: str | None = Field(default=None, min_length=1)
    count: int = Field(ge=1)


class ByokPoolWanted(Record):
    """`provider_id` is the value of the label on the pool's nodes. Nodes of no other pool are in the default one."""

    provider_id: str = Field(min_length=3, max_length=63, pattern=_POOL_ID)
    is_default: bool | None = None
    architecture: str | None = Field(default=None, pattern="^(?:amd64|arm64)$")
    is_spot: bool | None = None
    gpus: ByokGpus | None = None
    labels: Mapping[str, str] | None = None
    scheduling: Scheduling | None = None

    def is_shown_by(self, pool: NodePool) -> bool:
        """A pool that is not the default one may say so or not."""
        names = ("architecture", "is_spot", "labels", "scheduling")
        given = {name: wanted for name in names if (wanted := getattr(self, name)) is not None}
        has_gpus = self.gpus is None or (pool.gpus is not None and pool.gpus.count == self.gpus.count)
        return (
            pool.provider_id == self.provider_id
            and bool(pool.is_default) == bool(self.is_default)
            and has_gpus
            and all(shows(getattr(pool, name), wanted) for name, wanted in given.items())
        )


def check_pools(value: Sequence[ByokPoolWanted] | None) -> Sequence[ByokPoolWanted] | None:
    if value is None:
        return None
    if len({pool.provider_id for pool in value}) < len(value):
        raise ValueError("A pool is named once.")
    if sum(pool.is_default is True for pool in value) != 1:
        raise ValueError("Exactly one pool is the default one.")
    return value


class ByokPatch(Record):
    """What is null stays as it is. `pools` are all that are to be; one of a `provider_id` that is there keeps what
    is not named of it.
    """

    node_pool_label: str | None = Field(default=None, min_length=1)
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    pools: Sequence[ByokPoolWanted] | None = Field(default=None, min_length=1)

    _pools = field_validator("pools")(check_pools)


class ByokWanted(ByokPatch):
    node_pool_label: str = Field(min_length=1)
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    pools: Sequence[ByokPoolWanted] = Field(min_length=1)


def compare_byok(
    wanted: ByokPatch | None, shown: ByokCluster | None, pools: Sequence[NodePool]
) -> Iterable[Compared]:
    if wanted is None:
        return
    place = ByokCluster.model_validate(wanted.model_dump(exclude={"pools"}))
    yield from compare_members("byok", place, shown)
    if wanted.pools is not None:
        asked, got = (
            ", ".join(sorted(_name(one.provider_id, one.is_default) for one in some))
            for some in (wanted.pools, pools)
        )
        yield Compared("byok.pools", asked, got, _are_shown(wanted.pools, pools), pools)


def _are_shown(wanted: Sequence[ByokPoolWanted], pools: Sequence[NodePool]) -> bool:
    there = {pool.provider_id: pool for pool in pools}
    return there.keys() == {one.provider_id for one in wanted} and all(
        one.is_shown_by(there[one.provider_id]) for one in wanted
    )


def _name(provider_id: str | None, is_default: bool | None) -> str:
    return f"{provider_id} (default)" if is_default else str(provider_id)
