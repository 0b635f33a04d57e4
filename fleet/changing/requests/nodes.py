"""What goes out to cordon, uncordon and drain a node."""

from fleet.changing.requests.request import Asking, Ready
from fleet.changing.requests.targets import read_now
from fleet.model.change import DrainNode, UncordonNode
from fleet.model.refusal import NoSuchThing
from fleet.ports.adapter import MaintainsNodes
from fleet.ports.reader import Ref


async def prepare_node(asking: Asking) -> Ready:
    adapter, operation, change = asking.adapter, asking.operation, asking.operation.change
    assert isinstance(adapter, MaintainsNodes)
    assert operation.target is not None
    ref = Ref(operation.account_id, operation.target.key)
    row = (await asking.store.nodes_by_ref([ref])).get(ref)
    if row is None:
        raise NoSuchThing(f"{operation.target_name} is not there any more.", path=("id",))
    node = row.item
    cluster = await read_now(asking, node.cluster_key)

    async def send() -> None:
        if isinstance(change, DrainNode):
            await adapter.drain_node(cluster, node)
        elif isinstance(change, UncordonNode):
            await adapter.uncordon_node(cluster, node)
        else:
            await adapter.cordon_node(cluster, node)

    return Ready(send=send)
