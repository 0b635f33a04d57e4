"""What only CockroachDB Cloud shows of a cluster."""

from typing import Annotated

from pydantic import Field

from fleet.model.cluster import ClusterDetails
from fleet.model.record import Record


class CockroachdbRegion(Record):
    """One region of a cluster. `node_count`, and what each of its nodes is, is null on the serverless plans, which have
    no nodes of their own, and where the version of the API does not show it.
    """

    name: str
    node_count: int | None = None
    sql_host: str | None = None
    ui_host: str | None = None
    internal_host: str | None = None
    private_endpoint_host: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None
    is_primary: bool | None = None
    machine_type: str | None = None
    vcpus: int | None = None
    disk_iops: int | None = None


class CockroachdbDetails(ClusterDetails):
    """`folder_id` is `root` at the top. The two words of the network are the provider's."""

    folder_id: str | None = None
    network_visibility: str | None = None
    egress_traffic_policy: str | None = None
    cloud_account_id: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None
    creator_id: str | None = None
    routing_id: str | None = None
    regions: tuple[CockroachdbRegion, ...] = ()
    upgrade_status: str | None = None
    upgrade_type: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None
