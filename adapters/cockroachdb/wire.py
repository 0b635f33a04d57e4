"""What of CockroachDB Cloud's answers is used, in any of four dated versions of its API.

Source: the OpenAPI documents of 2022-09-20, 2023-04-10 and 2024-09-16, and the vendor's guide for what came before.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from adapters.wire import Count, Identity, Items, SmallCount, Text, When, Wire, WireItem


class WireUsageLimits(Wire):
    """The API refuses zero for any of these, so a zero that is read is the encoder's word for unset."""

    request_unit_limit: Count | None = None
    storage_mib_limit: Count | None = None
    provisioned_virtual_cpus: Count | None = None


class WireServerless(Wire):
    """`spend_limit` is in US cents a month."""

    routing_id: Text = None
    upgrade_type: Text = None
    spend_limit: SmallCount | None = None
    usage_limits: WireUsageLimits | None = None


class WireDedicated(Wire):
    """Each member is of one node."""

    machine_type: Text = None
    num_virtual_cpus: SmallCount | None = None
    storage_gib: SmallCount | None = None
    memory_gib: Annotated[float, Field(ge=0, lt=2**31)] | None = None
    disk_iops: SmallCount | None = None


class WireConfig(Wire):
    serverless: WireServerless | None = None
    dedicated: WireDedicated | None = None


class WireClusterRegion(Wire):
    name: Identity
    sql_dns: Text = None
    ui_dns: Text = None
    internal_dns: Text = None
    node_count: SmallCount | None = None
    primary: bool | None = None


class WireCluster(WireItem):
    id: Identity
    name: Identity
    cockroach_version: Text = None
    upgrade_status: Text = None
    plan: Text = None
    cloud_provider: Text = None
    state: Text = None
    creator_id: Text = None
    operation_status: Text = None
    config: WireConfig | None = None
    regions: tuple[WireClusterRegion, ...] | None = None
    labels: Mapping[str, str] | None = None
    parent_id: Text = None
    delete_protection: Text = None
    sql_dns: Text = None
    created_at: When = None
    updated_at: When = None
    deleted_at: When = None


class WireNode(WireItem):
    name: Identity
    region_name: Text = None
    status: Text = None

    @classmethod
    def identify(cls, raw: object) -> str | None:
        """Nodes have no id, and their names may repeat from region to region."""
        if not isinstance(raw, Mapping) or not isinstance(raw.get("name"), str) or not raw["name"]:
            return None
        region = raw.get("region_name")
        return f"{region}/{raw['name']}" if isinstance(region, str) and region else raw["name"]


class WireRegion(WireItem):
    identity = "name"

    name: Identity
    provider: Text = None
    location: Text = None
    serverless: bool | None = None


class WirePagination(Wire):
    """`next` is what 2022-03-31 called it, with zero for none."""

    next_page: Text = None
    next: str | int | None = None


class WirePage(Wire):
    items: Items
    pagination: WirePagination | None = None


class WireClusters(WirePage):
    items: Items = Field(alias="clusters")


class WireNodes(WirePage):
    items: Items = Field(alias="nodes")


class WireRegions(WirePage):
    items: Items = Field(alias="regions")
