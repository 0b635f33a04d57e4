"""The members of CockroachDB Cloud's answers that are used, in four dated versions of its API.

Source: the OpenAPI documents of 2022-09-20, 2023-04-10 and 2024-09-16, and the vendor's guide for what came before.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from adapters.wire import (
    MOST_PARTS,
    Count,
    Identity,
    Items,
    Labels,
    Lenient,
    PageToken,
    SmallCount,
    Text,
    Title,
    When,
    Wire,
    WireItem,
)


class WireUsageLimits(Lenient):
    """Usage limits. The API refuses zero, so a zero in an answer means unset."""

    request_unit_limit: Count | None = None
    storage_mib_limit: Count | None = None
    provisioned_virtual_cpus: Count | None = None


class WireServerless(Lenient):
    """`spend_limit` is in US cents a month."""

    routing_id: Text = None
    upgrade_type: Text = None
    spend_limit: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    usage_limits: WireUsageLimits | None = None


class WireDedicated(Lenient):
    """Resources of one node."""

    machine_type: Text = None
    num_virtual_cpus: SmallCount = None
    storage_gib: SmallCount = None
    memory_gib: Annotated[float, Field(ge=0, lt=2**31)] | None = None
    disk_iops: SmallCount = None


class WireOrganization(Wire):
    id: Identity


class WireConfig(Lenient):
    serverless: WireServerless | None = None
    dedicated: WireDedicated | None = None


class WireClusterRegion(Lenient):
    name: Identity
    sql_dns: Text = None
    ui_dns: Text = None
    internal_dns: Text = None
    private_endpoint_dns: Text = None
    node_count: SmallCount = None
    num_virtual_cpus: SmallCount = None
    machine_type: Text = None
    disk_iops: SmallCount = None
    primary: bool | None = None


class WireCluster(WireItem):
    identifying = frozenset({"state", "operation_status"})

    id: Identity
    name: Identity
    cockroach_version: Text = None
    upgrade_status: Text = None
    plan: Text = None
    cloud_provider: Text = None
    account_id: Text = None
    state: Text = None
    creator_id: Text = None
    operation_status: Text = None
    config: WireConfig | None = None
    regions: Annotated[tuple[WireClusterRegion, ...], Field(max_length=MOST_PARTS)] | None = None
    labels: Labels | None = None
    parent_id: Text = None
    network_visibility: Text = None
    egress_traffic_policy: Text = None
    delete_protection: Text = None
    sql_dns: Text = None
    created_at: When = None
    updated_at: When = None
    deleted_at: When = None


class WireNode(WireItem):
    identifying = frozenset({"region_name", "status"})

    name: Identity
    region_name: Text = None
    status: Text = None

    @classmethod
    def identify(cls, raw: object) -> str | None:
        """A node. It has no id, and its name can repeat in another region."""
        if not isinstance(raw, Mapping) or not isinstance(raw.get("name"), str) or not raw["name"]:
            return None
        region = raw.get("region_name")
        return f"{region}/{raw['name']}" if isinstance(region, str) and region else raw["name"]


class WireRegion(WireItem):
    identity = "name"

    name: Identity
    provider: Text = None
    location: Title = None
    serverless: bool | None = None


class WirePagination(Wire):
    """`next` is the name in version 2022-03-31, where zero means that there is none."""

    next_page: PageToken = None
    next: PageToken | int = None


class WirePage(Wire):
    items: Items
    pagination: WirePagination | None = None


class WireClusters(WirePage):
    items: Items = Field(alias="clusters")


class WireNodes(WirePage):
    items: Items = Field(alias="nodes")


class WireRegions(WirePage):
    items: Items = Field(alias="regions")
