"""What is asked for regions, instance types and versions: what a provider offers, whether it is used or not."""

from fleet.model.account import Collection
from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.observing.collections.context import Collected, CollectionContext
from fleet.observing.collections.saving import save_listing
from fleet.ports.adapter import ListsInstanceTypes, ListsRegions, ListsVersions


async def collect_regions(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, ListsRegions)
    return await save_listing(context, Collection.REGIONS, Region, await adapter.regions())


async def collect_instance_types(context: CollectionContext) -> Collected:
    """For the regions that clusters are in."""
    adapter = context.adapter
    assert isinstance(adapter, ListsInstanceTypes)
    used = {
        (row.item.cloud, region)
        for row in context.rows.values()
        if row.item.cloud is not None and not row.is_tombstone
        for region in row.item.regions
    }
    listing = await adapter.instance_types(sorted(used))
    return await save_listing(context, Collection.INSTANCE_TYPES, InstanceType, listing)


async def collect_versions(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, ListsVersions)
    return await save_listing(context, Collection.VERSIONS, OfferedVersion, await adapter.versions())
