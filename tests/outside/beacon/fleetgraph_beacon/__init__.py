"""Beacon, an invented platform: clusters can be listed, created and deleted, and nothing else."""

from fleet.providers.outside import OutsideProvider

BEACON = OutsideProvider(
    provider="fleetgraph_beacon.records:PROVIDER",
    adapter="fleetgraph_beacon.adapter:BeaconAdapter",
    types="fleetgraph_beacon.types:TYPES",
    fake="fleetgraph_beacon.fake:Beacon",
)
