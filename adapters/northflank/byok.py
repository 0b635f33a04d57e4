"""A Kubernetes cluster that the customer brings to Northflank: read, and asked for."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Annotated, Any

from pydantic import Field

from adapters.northflank.camel import CamelPart, to_body
from adapters.northflank.document import POOL_OF_ONES_OWN, known, merged
from adapters.northflank.pools import WireNodePool
from adapters.wire import Text
from fleet.providers.northflank.byok import ByokCluster, ByokPatch, ByokPoolWanted

Body = dict[str, Any]

SAME = ("provider_id", "is_default", "is_spot", "labels", "scheduling")
"""Members that a pool has in the same form as in the record."""


class WireByok(CamelPart):
    node_pool_label: Text = Field(default=None, alias="nodePoolProviderIdLabel")


class WireCoordinates(CamelPart):
    """In degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None


def to_byok(wire: WireByok | None, coordinates: WireCoordinates | None) -> ByokCluster | None:
    """Null for a cluster of any other cloud, which shows neither."""
    wire, coordinates = wire or WireByok(), coordinates or WireCoordinates()
    found = ByokCluster(
        node_pool_label=wire.node_pool_label,
        latitude=coordinates.latitude,
        longitude=coordinates.longitude,
    )
    return None if found == ByokCluster() else found


def from_byok(wanted: ByokPatch) -> Body:
    """The members of the cluster that were given, without its pools."""
    members: Mapping[str, Body] = {
        "byok": {"nodePoolProviderIdLabel": wanted.node_pool_label},
        "coordinates": {"latitude": wanted.latitude, "longitude": wanted.longitude},
    }
    given = {
        name: {inner: value for inner, value in one.items() if value is not None}
        for name, one in members.items()
    }
    return {name: one for name, one in given.items() if one}


def to_byok_pool_requests(
    wanted: Sequence[ByokPoolWanted], before: Sequence[Mapping[str, Any]]
) -> list[Body]:
    """The pools. One of the same provider id keeps its id, and what was not given, as far as a change knows it."""
    there = {str(pool.get("providerId")): pool for pool in before}
    free = _free_ids({str(pool.get("id")) for pool in before})
    return [
        merged(
            known(there[pool.provider_id], POOL_OF_ONES_OWN)
            if pool.provider_id in there
            else {"id": next(free)},
            _to_request(pool),
        )
        for pool in wanted
    ]


def _to_request(pool: ByokPoolWanted) -> Body:
    """Who names no default leaves none to the pool: another one is named."""
    given = pool.model_dump(include=set(SAME), exclude_none=True) | {"is_default": bool(pool.is_default)}
    body = to_body(given, WireNodePool)
    if pool.architecture is not None:
        body["platform"] = {"architecture": pool.architecture}
    if pool.gpus is not None:
        kind = {} if pool.gpus.kind is None else {"type": pool.gpus.kind}
        body["computeResources"] = {"gpu": {"supported": True, "count": pool.gpus.count, **kind}}
    return body


def _free_ids(taken: set[str]) -> Iterator[str]:
    return (f"pool-{number}" for number in count(1) if f"pool-{number}" not in taken)
