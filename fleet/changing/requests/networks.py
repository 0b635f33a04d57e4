"""What goes out to allow a network, and to disallow it."""

from fleet.changing.requests.request import Asking
from fleet.model.change import AllowNetwork, DisallowNetwork
from fleet.model.cluster import Cluster
from fleet.ports.adapter import KeepsAllowlist


async def allow_network(asking: Asking, cluster: Cluster) -> None:
    change = asking.operation.change
    assert isinstance(change, AllowNetwork)
    assert isinstance(asking.adapter, KeepsAllowlist)
    await asking.adapter.allow_network(cluster, change.network)


async def disallow_network(asking: Asking, cluster: Cluster) -> None:
    change = asking.operation.change
    assert isinstance(change, DisallowNetwork)
    assert isinstance(asking.adapter, KeepsAllowlist)
    await asking.adapter.disallow_network(cluster, change.cidr)
