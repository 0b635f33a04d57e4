"""The conversion of what Qovery offers, its regions and machine types, to records of the domain."""

from adapters.qovery.wire import WireInstanceType, WireRegion
from fleet.model.catalog import InstanceType, Region
from fleet.model.cloud import Cloud

MIB_PER_GB = 1024
"""Units. The document counts 1024 MB to the GB, so both are binary."""


def to_region(wire: WireRegion, account_id: str, cloud: Cloud) -> Region:
    location = ", ".join(part for part in (wire.city, wire.country) if part)
    return Region(account_id=account_id, name=wire.name, cloud=cloud, location=location or None)


def to_zones(wire: WireRegion) -> tuple[str, ...]:
    """Full names of zones. The document's example has only the part after the region."""
    return tuple(zone if zone.startswith(wire.name) else f"{wire.name}-{zone}" for zone in wire.zones) or (
        wire.name,
    )


def to_instance_type(
    wire: WireInstanceType, account_id: str, cloud: Cloud, region: str | None
) -> InstanceType:
    return InstanceType(
        account_id=account_id,
        name=wire.type,
        cloud=cloud,
        region=region,
        cpu_millicores=None if wire.cpu is None else wire.cpu * 1000,
        memory_mib=None if wire.ram_in_gb is None else wire.ram_in_gb * MIB_PER_GB,
    )
