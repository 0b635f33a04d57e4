"""What Qovery offers: clouds, regions, machine types, features and their prices."""

from collections.abc import Mapping
from typing import Any

from sandbox.api import read_table
from sandbox.faults import Json

CATALOG = read_table("sandbox.qovery", "catalog.toml")


def feature(feature_id: str) -> Json:
    """An offered feature, with its default value."""
    offer = CATALOG["features"].get(feature_id, {"title": feature_id})
    cents = offer.get("cost_per_month_in_cents")
    return {
        "id": feature_id,
        "title": offer["title"],
        "description": offer.get("description"),
        "cost_per_month_in_cents": cents,
        "cost_per_month": cents / 100 if cents is not None else None,
        "currency_code": "USD" if cents is not None else None,
        "is_cloud_provider_paying_feature": cents is not None,
        "is_qovery_paying_feature": False,
        "value_type": "BOOLEAN",
        "value_object": offer.get("default"),
        "is_value_updatable": offer.get("is_value_updatable", False),
        "accepted_values": offer.get("accepted_values", []),
    }


def features(path: str) -> list[Json]:
    return [feature(name) for name, offer in CATALOG["features"].items() if path in offer["clouds"]]


def instance_types(path: str) -> list[Json]:
    return [instance_type(offer) for offer in CATALOG["instance_types"][path]]


def instance_type(offer: Mapping[str, Any]) -> Json:
    body: Json = {
        "type": offer["type"],
        "name": f"{offer['type']} ({offer['cpu']}CPU - {offer['ram_in_gb']}GB RAM)",
        "cpu": offer["cpu"],
        "ram_in_gb": offer["ram_in_gb"],
        "bandwidth_in_gbps": offer["bandwidth"],
        "bandwidth_guarantee": "UP_TO",
        "architecture": offer["architecture"],
    }
    if "gpu" in offer:
        body["gpu_info"] = {
            "count": 1,
            "name": offer["gpu"],
            "manufacturer": "NVIDIA",
            "memory_in_mib": "24576",
        }
    return body


def cloud(path: str) -> Json:
    offer = CATALOG["clouds"][path]
    logo = f"https://console.qovery.example/logos/{path}.svg"
    return {**offer, "logo_url": logo, "regions": CATALOG["regions"][path]}


LISTS: dict[str, list[Json]] = {
    "/cloudProvider": [cloud(path) for path in CATALOG["clouds"]],
    "/aws/instanceType": instance_types("aws"),
    "/aws/eks/instanceType/{region}": instance_types("aws"),
    "/azure/aks/instanceType/{region}": instance_types("azure"),
    "/gcp/instanceType/{region}": instance_types("gcp"),
    "/scaleway/instanceType": instance_types("scaleway"),
    "/scaleway/instanceType/{zone}": instance_types("scaleway"),
    **{f"/{path}/region": regions for path, regions in CATALOG["regions"].items()},
    **{f"/{path}/clusterFeature": features(path) for path in CATALOG["clouds"]},
}
"""The catalog, by the path that lists them."""
