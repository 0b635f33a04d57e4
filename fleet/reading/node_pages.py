"""Orders of the nodes of a cluster."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from fleet.model.node import Node
from fleet.model.tracking import Tracked
from fleet.ports.reader import Reader, Ref
from fleet.reading.sorting import SORTED_ROWS, Direction, Order, TooManyToSort, cut, instant, number_aware

_CHUNK = 100


class NodeOrderField(StrEnum):
    NAME = "NAME"
    PHASE = "PHASE"
    POOL = "POOL"
    REGION = "REGION"
    ZONE = "ZONE"
    INSTANCE_TYPE = "INSTANCE_TYPE"
    CREATED_AT = "CREATED_AT"


async def sort_nodes(
    reader: Reader,
    cluster: Ref,
    matches: Callable[[Node], bool],
    ordering: Sequence[tuple[NodeOrderField, Direction]],
    *,
    after: Order | None,
    limit: int,
) -> list[tuple[Order, Tracked[Node]]]:
    """Up to `limit` nodes behind a place, each with its place. All are read. Raises `TooManyToSort`."""
    found: list[Tracked[Node]] = []
    key: str | None = None
    while len(found) <= SORTED_ROWS:
        chunk = await reader.nodes_of(cluster, after=key, limit=_CHUNK)
        found += chunk
        if len(chunk) < _CHUNK:
            break
        key = chunk[-1].item.key
    else:
        raise TooManyToSort
    return cut(
        (node for node in found if matches(node.item)),
        ordering,
        values=_VALUES,
        place=lambda node: (node.item.key,),
        after=after,
        limit=limit,
    )


_VALUES: Mapping[NodeOrderField, Callable[[Tracked[Node]], str]] = {
    NodeOrderField.NAME: lambda node: number_aware(node.item.name.casefold()),
    NodeOrderField.PHASE: lambda node: node.item.phase.value,
    NodeOrderField.POOL: lambda node: number_aware(node.item.pool),
    NodeOrderField.REGION: lambda node: node.item.region or "",
    NodeOrderField.ZONE: lambda node: node.item.zone or "",
    NodeOrderField.INSTANCE_TYPE: lambda node: number_aware(node.item.instance_type),
    NodeOrderField.CREATED_AT: lambda node: instant(node.item.created_at),
}
