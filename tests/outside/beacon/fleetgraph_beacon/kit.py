"""What Beacon's adapter is held to: `python -m fleetgraph.testing fleetgraph_beacon.kit:KIT`."""

from pathlib import Path

from fleetgraph.testing import Kit
from fleetgraph_beacon.adapter import BeaconAdapter
from fleetgraph_beacon.fake import Beacon
from fleetgraph_beacon.records import BeaconClusterSpec
from fleetgraph_beacon.types import TYPES

KIT = Kit(
    adapter=BeaconAdapter,
    fake=Beacon,
    types=TYPES,
    fixtures=Path(__file__).parent / "answers",
    listing={"/v1/clusters": "list-clusters.json"},
    spec=BeaconClusterSpec(size="large"),
)
