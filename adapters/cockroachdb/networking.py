"""The IP allowlist of a cluster. Source: the OpenAPI document of 2024-09-16.

An Advanced cluster begins with no entry, so nobody can connect to it; a Basic or Standard one with 0.0.0.0/0. An entry
is known by its address and mask.
"""

from typing import Annotated

from pydantic import Field

from adapters.cockroachdb.wire import WirePage, WirePagination
from adapters.wire import Items, Title, WireItem, Word
from fleet.model.network import AllowedNetwork


class WireAllowed(WireItem):
    identity = "cidr_ip"

    cidr_ip: Word
    cidr_mask: Annotated[int, Field(ge=0, le=32)]
    name: Title = None
    sql: bool = False
    ui: bool = False

    @property
    def cidr(self) -> str:
        return f"{self.cidr_ip}/{self.cidr_mask}"

    @property
    def key(self) -> str:
        return self.cidr


class WireAllowlist(WirePage):
    items: Items = Field(alias="allowlist")
    propagating: bool | None = None
    pagination: WirePagination | None = None


def to_network(wire: WireAllowed) -> AllowedNetwork:
    """As the provider shows it: an address may have bits beyond its mask."""
    return AllowedNetwork(cidr=wire.cidr, name=wire.name, allows_sql=wire.sql, allows_ui=wire.ui)


def to_entry(network: AllowedNetwork) -> dict[str, object]:
    address, _, mask = network.cidr.partition("/")
    return {
        "cidr_ip": address,
        "cidr_mask": int(mask),
        "name": network.name or "",
        "sql": network.allows_sql,
        "ui": network.allows_ui,
    }
