"""Node pools at Northflank: what is taken as one, and what the pools of a cluster have to be together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sandbox.bodies import Body
from sandbox.faults import Json
from sandbox.northflank.shapes import POOL, POOL_OF_ONES_OWN, check, refuse
from sandbox.northflank.world import CATALOG

FEWEST_VCPUS, LEAST_MEMORY_GB = 4, 8
"""Of all pools together, by the vendor's guides."""
VCPUS_OF_AN_OCPU = 2

WITHOUT_SPOT = ("civo", "coreweave")
WITHOUT_AUTOSCALING = ("coreweave",)
BLOCKS = ("aws", "azure", "gcp", "oci", "nebius")


def read_pools(
    body: Body,
    provider: str,
    before: Sequence[Json],
    features: Sequence[str],
    new: Callable[[set[str]], Json],
) -> tuple[Json, ...]:
    """The pools by id. One with an unknown id is new, and `new` makes its defaults, with an id that is not taken."""
    known = {pool["id"]: pool for pool in before}
    taken = set(known)
    given = body.take("nodePools", list)
    pools = []
    for number, one in enumerate(given):
        place = f"nodePools.{number}"
        form = POOL_OF_ONES_OWN if provider == "byok" else POOL
        check(one, form, place)
        old = known.get(one["id"])
        if provider != "byok":
            _check_managed(one, old, provider, features, place)
        shown = old or new(taken)
        taken.add(shown["id"])
        pools.append(with_gpus({**shown, **one, "id": shown["id"]}))
    if not pools:
        raise body.refuse("nodePools", "must not be empty")
    _check_all(pools, provider)
    return tuple(pools)


def _check_managed(pool: Json, old: Json | None, provider: str, features: Sequence[str], place: str) -> None:
    for faults in (
        _of_its_kind(pool, old, provider),
        _of_its_size(pool, provider),
        _of_its_cloud(pool, provider, features),
    ):
        for member, text in faults:
            raise refuse(f"{place}.{member}", text)


def _of_its_kind(pool: Json, old: Json | None, provider: str) -> Iterator[tuple[str, str]]:
    if not any(_is_offer(one, provider, pool["nodeType"]) for one in CATALOG["node_types"]):
        yield "nodeType", f"is no node type of {provider}"
    if old is not None and old["nodeType"] != pool["nodeType"]:
        yield "nodeType", "cannot be changed"
    if old is not None and "labels" in pool and pool["labels"] != old.get("labels", {}):
        yield "labels", "can be set for new node pools only"


def _of_its_size(pool: Json, provider: str) -> Iterator[tuple[str, str]]:
    if pool["nodeCount"] < 0:
        yield "nodeCount", "must be at least 0"
    if pool["diskSize"] < 1:
        yield "diskSize", "must be at least 1"
    scaling = pool.get("autoscaling", {})
    if not scaling.get("enabled"):
        return
    if provider in WITHOUT_AUTOSCALING:
        yield "autoscaling", f"is not supported on {provider}"
    if not 0 <= scaling.get("min", 0) <= scaling.get("max", 0) or scaling.get("max", 0) < 1:
        yield "autoscaling", "must have a min that is not above its max"


def _of_its_cloud(pool: Json, provider: str, features: Sequence[str]) -> Iterator[tuple[str, str]]:
    if pool.get("preemptible") and provider in WITHOUT_SPOT:
        yield "preemptible", f"is not supported on {provider}"
    for name in BLOCKS:
        if pool.get(name) and name != provider.removesuffix("-eusc"):
            yield name, f"is not for {provider}"
    if "oci" not in pool and _offer(provider, pool["nodeType"]).get("is_flexible"):
        yield "oci", "is required for a flexible shape"
    if "launchTemplate" in pool.get("aws", {}) and "byoc-custom-launch-templates" not in features:
        yield "aws.launchTemplate", "needs the feature byoc-custom-launch-templates"


def _check_all(pools: Sequence[Json], provider: str) -> None:
    if len({pool["id"] for pool in pools}) < len(pools):
        raise refuse("nodePools", "must have distinct ids")
    if provider == "byok":
        if sum(pool.get("defaultPool") is True for pool in pools) != 1:
            raise refuse("nodePools", "must have exactly one default pool")
        return
    if provider == "azure" and not any(pool.get("azure", {}).get("systemPool") for pool in pools):
        raise refuse("nodePools", "must have at least one system node pool")
    vcpus, memory_gb = map(sum, zip(*(_size(pool, provider) for pool in pools), strict=True))
    if vcpus < FEWEST_VCPUS or memory_gb < LEAST_MEMORY_GB:
        raise refuse(
            "nodePools", f"must have at least {FEWEST_VCPUS} vCPU and {LEAST_MEMORY_GB} GB of memory together"
        )


def _size(pool: Json, provider: str) -> tuple[float, float]:
    own = pool.get("oci")
    if own:
        return pool["nodeCount"] * own["ocpu"] * VCPUS_OF_AN_OCPU, pool["nodeCount"] * own["memory"]
    offer = _offer(provider, pool["nodeType"])
    count = max(pool["nodeCount"], pool.get("autoscaling", {}).get("max", 0))
    return count * offer["vcpu"], count * offer["memory"]


def with_gpus(pool: Json) -> Json:
    """The pool, with the GPUs that come with its node type and that no request names."""
    offer: Mapping[str, Any] = next(
        (one for one in CATALOG["node_types"] if one["id"] == pool.get("nodeType")), {}
    )
    if "gpu" not in offer:
        return pool
    gpu = {**pool.get("computeResources", {}).get("gpu", {}), "type": offer["gpu"], "count": 1}
    return {**pool, "computeResources": {"gpu": gpu}}


def _offer(provider: str, name: str) -> Mapping[str, Any]:
    return next(one for one in CATALOG["node_types"] if _is_offer(one, provider, name))


def _is_offer(offer: Mapping[str, Any], provider: str, name: str) -> bool:
    return (offer["id"], offer["provider"]) == (name, provider.removesuffix("-eusc"))
