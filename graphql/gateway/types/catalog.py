"""What an account can create clusters from: regions, machine types and versions."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

import strawberry

from fleet.model.catalog import InstanceType as KnownInstanceType
from fleet.model.catalog import OfferedVersion
from fleet.model.catalog import Region as KnownRegion
from fleet.model.cloud import Cloud
from fleet.model.cluster import Engine
from fleet.model.tracking import Tracked
from fleet.reading.pages import EXAMINED_ROWS
from gateway.relay.connections import Page, Pager
from gateway.types.records import field

CatalogT = TypeVar("CatalogT", KnownRegion, KnownInstanceType, OfferedVersion)

CHUNK = 100


async def list_catalog(
    read: Callable[[str | None], Awaitable[Sequence[Tracked[CatalogT]]]],
    pager: Pager,
    *,
    cloud: Cloud | None,
    matches: Callable[[CatalogT], bool] = lambda offer: True,
) -> Page[Tracked[CatalogT]]:
    """A page in the order of keys, read by `read` in chunks. A key begins with the cloud, so entries of one cloud are
    adjacent.
    """
    prefix = "" if cloud is None else f"{cloud}/"
    last_key = max(prefix, *(pager.after or ()), "")
    rows: list[tuple[tuple[str], Tracked[CatalogT]]] = []
    examined = 0
    while True:
        chunk = await read(last_key or None)
        for row in chunk:
            if not row.item.key.startswith(prefix):
                return pager.page(rows, end=None)
            if matches(row.item):
                if len(rows) == pager.first:
                    return pager.page(rows, end=rows[-1][0])
                rows.append(((row.item.key,), row))
            last_key = row.item.key
        examined += len(chunk)
        if len(chunk) < CHUNK:
            return pager.page(rows, end=None)
        if examined >= EXAMINED_ROWS:
            return pager.page(rows, end=(last_key,))


@strawberry.type(description="A region in which an account can create clusters.")
class Region:
    name: str = field("The cloud's own name, e.g. eu-west-1.")
    location: str | None = field("The place, in the provider's words.")
    cloud: Cloud
    is_serverless: bool | None = field(
        "Whether serverless clusters can run there. Null where the provider has no such plans."
    )


@strawberry.type(description="A machine type that an account can use.")
class InstanceType:
    name: str
    cloud: Cloud
    region: str | None = field("Null where all regions offer it.")
    cpu_millicores: int | None = field("In thousandths of a core.")
    memory_mib: int | None = field("In MiB (2^20 bytes).", name="memoryMiB")


@strawberry.type(description="A version that a new cluster can have.")
class ClusterVersion:
    name: str = field("As the creation of a cluster spells it, e.g. v25.2.")
    engine: Engine
    plans: list[str] | None = field(
        "The plans whose clusters can choose it, in the provider's words; at other plans the provider chooses. Null "
        "for all."
    )
    release: str | None = field("What kind of release it is, in the provider's word.")
    support_ends_at: datetime | None = field(
        "When the provider ends its support. Null where it does not say."
    )
    upgrades_to: list[str] | None = field(
        "The versions that a cluster of it can be upgraded to. Null where the provider does not say."
    )
