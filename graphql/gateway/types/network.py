"""Who may connect to a cluster."""

import strawberry

from gateway.types.records import option


@strawberry.type(description="A network that may connect to a cluster.")
class AllowedNetwork:
    cidr: str = strawberry.field(description="Such as 192.0.2.0/24. It identifies the entry.")
    name: str | None
    allows_sql: bool
    allows_ui: bool = strawberry.field(description="The cluster's own page, such as the DB Console.")


@strawberry.type(description="The networks that may connect to a cluster.")
class Allowlist:
    networks: list[AllowedNetwork]
    is_propagating: bool | None = strawberry.field(description="True while not every entry is in force.")


@strawberry.input(description="A network that may connect. One of the same address is replaced.")
class AllowedNetworkInput:
    cidr: str = strawberry.field(description="Such as 192.0.2.0/24, or 192.0.2.7/32 for a host.")
    name: str | None = option()
    allows_sql: bool | None = option("The default is true.")
    allows_ui: bool | None = option("The default is true.")
