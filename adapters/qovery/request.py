"""Request bodies for Qovery, with the names of its OpenAPI document (1.0.4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.qovery.convert import CLOUDS
from adapters.qovery.settings import to_settings
from adapters.wire import NO_COUNT, without_no_counts
from fleet.model.cloud import Cloud
from fleet.model.integration import Integration
from fleet.model.refusal import InvalidInput, Unsupported
from fleet.providers.qovery import FeatureWanted, QoveryClusterPatch, QoveryClusterSpec

Body = dict[str, Any]

PROVIDER_CLOUDS: Mapping[Cloud, str] = {cloud: provider_cloud for provider_cloud, cloud in CLOUDS.items()}

LINKED = frozenset({Cloud.AWS, Cloud.AZURE, Cloud.GCP, Cloud.ON_PREMISES, Cloud.SCALEWAY})
"""Clouds with credentials of their own kind. Clusters in any other cloud use the on-premise credentials."""

MEMBERS: Mapping[str, str] = {
    "name": "name",
    "description": "description",
    "instance_type": "instance_type",
    "disk_size_gb": "disk_size",
    "min_nodes": "min_running_nodes",
    "max_nodes": "max_running_nodes",
    "is_production": "production",
    "ssh_keys": "ssh_keys",
}
"""Fleetgraph's names and Qovery's, for members that are sent as given."""

CLEARED: Mapping[str, object] = {"description": "", "ssh_keys": []}
"""The values with which Qovery's own console clears members."""

ANSWER_ONLY = frozenset(
    {
        "id",
        "created_at",
        "updated_at",
        "organization",
        "cpu",
        "memory",
        "estimated_cloud_provider_cost",
        "status",
        "has_access",
        "version",
        "is_default",
        "is_demo",
        "deployment_status",
        "infrastructure_outputs",
    }
)
"""Members of a cluster that a request does not have. All others are sent back, also unknown ones, because PUT replaces
the whole cluster and sets missing members to defaults.
"""


def to_create_cluster_request(name: str, spec: QoveryClusterSpec, credentials: Integration | None) -> Body:
    """`credentials` are those in the specification. Qovery requires their name too."""
    if spec.cloud not in PROVIDER_CLOUDS:
        raise InvalidInput(f"Qovery has no clusters in {spec.cloud}.", path=("spec", "cloud"))
    body: Body = {
        "name": name,
        "region": spec.region,
        "cloud_provider": PROVIDER_CLOUDS[spec.cloud],
        "kubernetes": spec.kubernetes_mode.value,
    }
    body |= {MEMBERS[ours]: _plain(value) for ours, value in spec if ours in MEMBERS and value is not None}
    if credentials is not None:
        body["cloud_provider_credentials"] = to_credentials_reference(spec, credentials)
    if spec.features is not None:
        body["features"] = [to_feature_request(feature) for feature in spec.features]
    if spec.advanced is not None:
        body |= to_settings(spec.advanced, {})
    return body


def to_credentials_reference(spec: QoveryClusterSpec, credentials: Integration) -> Body:
    cloud = spec.cloud if spec.cloud in LINKED else Cloud.ON_PREMISES
    if credentials.cloud not in (cloud, Cloud.ON_PREMISES, Cloud.UNKNOWN):
        raise InvalidInput(
            f"The credentials {credentials.name!r} are for {credentials.cloud}, and the cluster is to be in "
            f"{spec.cloud}.",
            path=("spec", "integration_external_id"),
        )
    return {
        "cloud_provider": PROVIDER_CLOUDS[cloud],
        "credentials": {"id": credentials.external_id, "name": credentials.name},
        "region": spec.region,
    }


def to_feature_request(wanted: FeatureWanted) -> Body:
    """The features. The document says that an id is a UUID; the vendor's own tools send words such as KARPENTER."""
    return {"id": wanted.id} if wanted.value is None else {"id": wanted.id, "value": wanted.read_value}


def to_update_cluster_request(raw: Mapping[str, Any], patch: QoveryClusterPatch) -> Body:
    """The whole changed cluster, from `raw`, the cluster as Qovery lists it. Raises `Unsupported` if what it lists
    could not be kept.
    """
    kept = without_no_counts(raw)
    body: Body = {
        name: value for name, value in kept.items() if name not in ANSWER_ONLY and value is not None
    }
    body |= {MEMBERS[ours]: _plain(value) for ours, value in patch if ours in patch and ours in MEMBERS}
    body |= {name: value for name, value in CLEARED.items() if name in body and body[name] is None}
    if {"min_nodes", "max_nodes"} & patch.model_fields_set:
        _refuse_crossed_bounds(body, raw, patch)
    if "features" in body or patch.features:
        body["features"] = to_feature_requests(_features(body), patch.features or ())
    if patch.advanced is not None:
        body |= to_settings(patch.advanced, body)
    if "secret_manager_accesses" in body:
        body["secret_manager_accesses"] = [
            {name: value for name, value in access.items() if name not in ("created_at", "updated_at")}
            for access in _accesses(body)
        ]
    return body


def to_feature_requests(shown: Sequence[Mapping[str, Any]], wanted: Sequence[FeatureWanted]) -> list[Body]:
    """The existing features with the changes."""
    features = {feature.id: to_feature_request(feature) for feature in wanted}
    kept = {str(one.get("id") or one.get("title")): _value(one) for one in shown}
    return list(({name: {"id": name, "value": value} for name, value in kept.items()} | features).values())


def secrets_in_cluster(body: Body) -> tuple[str, ...]:
    """The secrets in a request for a cluster: keys to secret managers."""
    return tuple(
        value
        for access in _accesses(body)
        for name, value in (access.get("authentication") or {}).items()
        if name in ("secret_key", "json_credentials") and value
    )


def _accesses(body: Body) -> list[Mapping[str, Any]]:
    return [one for one in body.get("secret_manager_accesses", ()) if isinstance(one, Mapping)]


def _features(body: Body) -> list[Mapping[str, Any]]:
    shown = body.get("features", [])
    if not isinstance(shown, list) or not all(isinstance(one, Mapping) for one in shown):
        raise Unsupported("Qovery shows features that do not read as documented, so they could not be kept.")
    return shown


def _refuse_crossed_bounds(body: Body, raw: Mapping[str, Any], patch: QoveryClusterPatch) -> None:
    """Checks the minimum and maximum. A missing one means one node at Qovery. Without a shown number nothing is
    checked.
    """
    fewest, most = (
        body.get(name, None if raw.get(name) == NO_COUNT else 1)
        for name in ("min_running_nodes", "max_running_nodes")
    )
    if isinstance(fewest, int) and isinstance(most, int) and fewest > most:
        raise InvalidInput(
            f"The cluster would have at least {fewest} nodes and at most {most}.",
            path=("patch", "max_nodes" if patch.min_nodes is None else "min_nodes"),
        )


def _value(shown: Mapping[str, Any]) -> object:
    held = shown.get("value_object")
    return held.get("value") if isinstance(held, Mapping) else None


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
