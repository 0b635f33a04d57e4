"""Who may connect to a cluster: networks, where its provider keeps a list of them."""

from ipaddress import IPv4Network

from pydantic import Field, field_validator

from fleet.model.record import Record

LONGEST_NAME = 100  # characters


class AllowedNetwork(Record):
    """An entry of an allowlist, by its `cidr`. `allows_ui` is about the provider's own page of the cluster."""

    cidr: str
    name: str | None = None
    allows_sql: bool = True
    allows_ui: bool = True


class NetworkToAllow(AllowedNetwork):
    """An entry as somebody asks for it. Providers show others, too: one with bits beyond its mask, or of IPv6."""

    name: str | None = Field(default=None, max_length=LONGEST_NAME)

    @field_validator("cidr")
    @classmethod
    def _is_a_network(cls, value: str) -> str:
        try:
            return str(IPv4Network(value))
        except ValueError:
            raise ValueError(
                "A network of IPv4 is written like 192.0.2.0/24, and a host like 192.0.2.7/32."
            ) from None


class Allowlist(Record):
    """`is_propagating`: not every entry is in force yet."""

    networks: tuple[AllowedNetwork, ...] = ()
    is_propagating: bool | None = None
