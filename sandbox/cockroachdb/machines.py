"""Advanced clusters: what a request says of their machines and regions."""

from typing import Any

from sandbox.bodies import Body
from sandbox.cockroachdb.upgrades import available_version
from sandbox.cockroachdb.world import MACHINES, Cluster, Hardware, hardware, offered

LEAST_STORAGE_GIB = 15


def dedicated(body: Body, cloud: str) -> dict[str, Any]:
    body.allow(
        "region_nodes",
        "region_machine_specs",
        "hardware",
        "cockroach_version",
        "cidr_range",
        "network_visibility",
        "restrict_egress_traffic",
        "supports_cluster_virtualization",
    )
    body.take("region_nodes", dict)
    body.take("hardware", dict)
    regions, own = region_nodes(body, cloud), region_machines(body, cloud)
    if own and set(own) != set(regions):
        raise body.refuse("region_machine_specs", "must have an entry for every region of region_nodes")
    shared = Hardware(machine=own[next(iter(regions))], storage_gib=0, disk_iops=0) if own else None
    return {
        "regions": regions,
        "region_machines": own,
        "hardware": machine(body.inner("hardware"), cloud, shared, exclusive=bool(own), is_new=True),
        "version": available_version(body),
        "network_visibility": body.choice("network_visibility", ("PUBLIC", "PRIVATE"), default="PUBLIC"),
    }


def another_machine(name: str) -> str:
    """Of as many vCPUs and of another family, where there is one."""
    like = (MACHINES[name]["cloud"], MACHINES[name]["vcpus"])
    alike = (
        other
        for other, offer in MACHINES.items()
        if other != name and (offer["cloud"], offer["vcpus"]) == like
    )
    return next(alike, name)


def dedicated_change(body: Body, cluster: Cluster) -> dict[str, Any]:
    body.allow("region_nodes", "region_machine_specs", "hardware", "cmek_region_specs")
    changed: dict[str, Any] = {}
    if "region_nodes" in body:
        changed["regions"] = region_nodes(body, cluster.cloud)
    regions = changed.get("regions", cluster.regions)
    own = region_machines(body, cluster.cloud)
    if not set(own) <= set(regions):
        raise body.refuse("region_machine_specs", "names a region that the cluster does not have")
    if "hardware" in body:
        inner = body.inner("hardware")
        changed["hardware"] = machine(inner, cluster.cloud, cluster.hardware, exclusive=bool(own))
        if "machine_spec" in inner:
            changed["region_machines"] = {}
    if own:
        kept = {**cluster.region_machines, **own}
        changed["region_machines"] = {name: kept[name] for name in regions if name in kept}
    return changed


def region_nodes(body: Body, cloud: str) -> dict[str, int]:
    nodes = body.inner("region_nodes")
    nodes.allow(*offered(cloud, is_serverless=False))
    if not nodes.members:
        raise body.refuse("region_nodes", "must not be empty")
    return {region: nodes.number(region, minimum=3) for region in nodes.members}


def region_machines(body: Body, cloud: str) -> dict[str, str]:
    """The machines of regions that are given their own."""
    if "region_machine_specs" not in body:
        return {}
    specs = body.inner("region_machine_specs")
    specs.allow(*offered(cloud, is_serverless=False))
    return {name: machine_type(specs.inner(name), cloud) for name in specs.members}


def machine(
    body: Body, cloud: str, before: Hardware | None, *, exclusive: bool = False, is_new: bool = False
) -> Hardware:
    """`exclusive`: regions have machines of their own, so that none may be named for all."""
    body.allow("machine_spec", "storage_gib", "disk_iops")
    if exclusive and "machine_spec" in body:
        raise body.refuse("machine_spec", "and region_machine_specs exclude each other")
    if "machine_spec" in body or before is None:
        name = machine_type(body.inner("machine_spec"), cloud, before)
    else:
        name = before.machine
    default = before.storage_gib if before and not is_new else None
    storage = body.number("storage_gib") if default is None else body.number("storage_gib", default=default)
    least = MACHINES[name].get("storage_gib", LEAST_STORAGE_GIB)
    if storage and storage < least:
        raise body.refuse("storage_gib", f"must be at least {least} for {name}")
    return hardware(name, storage, body.number("disk_iops", default=0))


def machine_type(spec: Body, cloud: str, before: Hardware | None = None) -> str:
    spec.allow("machine_type", "num_virtual_cpus")
    types = {name: offer["vcpus"] for name, offer in MACHINES.items() if offer["cloud"] == cloud}
    if "num_virtual_cpus" in spec:
        vcpus = spec.take("num_virtual_cpus", int)
        fitting = [name for name, offered_vcpus in types.items() if offered_vcpus == vcpus]
        if not fitting:
            raise spec.refuse("num_virtual_cpus", "fits no machine type of this cloud")
        return fitting[0]
    if before and not spec.members:
        return before.machine
    return str(spec.choice("machine_type", tuple(types)))
