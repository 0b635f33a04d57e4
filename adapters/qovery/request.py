"""Request bodies for Qovery, with the names of its OpenAPI document (1.0.4)."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from adapters.qovery.autoscaling import is_autoscaled
from adapters.qovery.convert import CLOUDS
from adapters.qovery.credentials import to_base64
from adapters.qovery.settings import to_settings
from adapters.wire import NO_COUNT, without_no_counts
from fleet.model.cloud import Cloud
from fleet.model.credentials import GcpCredentials
from fleet.model.integration import Integration
from fleet.model.refusal import InvalidInput, Unsupported
from fleet.providers.qovery import (
    AUTOSCALED,
    KARPENTER,
    ON_PREMISE,
    FeatureWanted,
    QoveryClusterPatch,
    QoveryClusterSpec,
    QoveryKubernetesMode,
    QoverySecretManagerAuthentication,
    SecretManagerWanted,
)

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
    "disk_iops": "disk_iops",
    "disk_throughput_mb_per_second": "disk_throughput",
}
"""Fleetgraph's names and Qovery's, for members that are sent as given."""

CLEARED: Mapping[str, object] = {"description": "", "ssh_keys": []}
"""The values with which Qovery's own console clears members."""

KEYS = ("secret_key", "json_credentials")
"""The secrets of an access to a secret manager."""
NEEDS_KUBECONFIG = (
    "It needs a kubeconfig first: create it without deploying, give it one by an update, then deploy it."
)
_IGNORED = frozenset(MEMBERS[name] for name in AUTOSCALED)

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
    if spec.kubernetes_mode is QoveryKubernetesMode.PARTIALLY_MANAGED:
        _refuse_what_eks_anywhere_has_not(spec)
    if is_autoscaled(body["cloud_provider"], spec.kubernetes_mode, None, karpenter_of(spec.features or ())):
        _refuse_autoscaled({name for name, value in spec if value is not None}, "spec")
        if spec.cloud is Cloud.GCP:
            del body["kubernetes"]  # as the vendor's console does
    body |= {MEMBERS[ours]: _plain(value) for ours, value in spec if ours in MEMBERS and value is not None}
    body |= to_groups(spec, ())
    if credentials is not None:
        body["cloud_provider_credentials"] = to_credentials_reference(
            spec.cloud, spec.region, credentials, "spec"
        )
    if spec.features is not None:
        body["features"] = [to_feature_request(feature) for feature in spec.features]
    if spec.advanced is not None:
        body |= to_settings(spec.advanced, {})
    return body


def to_credentials_reference(cloud: Cloud, region: str, credentials: Integration, place: str) -> Body:
    """The credentials of a cluster: part of a creation, and a whole request for a cluster that is there."""
    linked = cloud if cloud in LINKED else Cloud.ON_PREMISES
    if credentials.cloud not in (linked, Cloud.ON_PREMISES, Cloud.UNKNOWN):
        raise InvalidInput(
            f"The credentials {credentials.name!r} are for {credentials.cloud}, and the cluster is in {cloud}.",
            path=(place, "integration_external_id"),
        )
    return {
        "cloud_provider": PROVIDER_CLOUDS[linked],
        "credentials": {"id": credentials.external_id, "name": credentials.name},
        "region": region,
    }


def to_groups(wanted: QoveryClusterSpec | QoveryClusterPatch, before: Sequence[Mapping[str, Any]]) -> Body:
    """KEDA, labels and secret managers. `before` are the accesses that there are."""
    body: Body = {}
    if wanted.is_keda_enabled is not None:
        body["keda"] = {"enabled": wanted.is_keda_enabled}
    cleared = wanted.model_fields_set if isinstance(wanted, QoveryClusterPatch) else frozenset()
    if wanted.labels_group_ids is not None or "labels_group_ids" in cleared:
        body["labels_groups"] = [{"id": group} for group in wanted.labels_group_ids or ()]
    if wanted.secret_managers is not None or "secret_managers" in cleared:
        known = {access.get("id"): access for access in before}
        body["secret_manager_accesses"] = [
            to_secret_manager_request(one, known, number)
            for number, one in enumerate(wanted.secret_managers or ())
        ]
    return body


def to_secret_manager_request(
    wanted: SecretManagerWanted, known: Mapping[Any, Mapping[str, Any]], number: int
) -> Body:
    if wanted.id is not None and wanted.id not in known:
        path = ("patch", "secret_managers", str(number), "id")
        raise InvalidInput("The cluster has no access to a secret manager of that id.", path=path)
    before = known.get(wanted.id, {}).get("authentication") or {}
    authentication: Body = {"mode": wanted.authentication.value}
    match wanted.authentication:
        case QoverySecretManagerAuthentication.AWS_ROLE_ARN:
            authentication["role_arn"] = wanted.role_arn
        case QoverySecretManagerAuthentication.AWS_STATIC_CREDENTIALS:
            authentication |= {"region": wanted.region, "access_key": before.get("access_key")}
            authentication |= _revealed(access_key=wanted.access_key_id, secret_key=wanted.secret_access_key)
            if authentication["access_key"] is None:
                path = ("patch", "secret_managers", str(number), "access_key_id")
                raise InvalidInput("Qovery does not show the former key: give it again.", path=path)
        case QoverySecretManagerAuthentication.GCP_JSON_CREDENTIALS if wanted.keyfile_json is not None:
            keyfile = GcpCredentials(keyfile_json=wanted.keyfile_json)
            authentication["json_credentials"] = to_base64(keyfile)
    project = {} if wanted.project_id is None else {"project_id": wanted.project_id}
    return {
        "id": wanted.id,
        "name": wanted.name,
        "endpoint": {"mode": wanted.kind.value, "region": wanted.region, **project},
        "authentication": authentication,
    }


def _revealed(**secrets: SecretStr | None) -> Body:
    return {name: secret.get_secret_value() for name, secret in secrets.items() if secret is not None}


def karpenter_of(features: Sequence[FeatureWanted]) -> object:
    """The wanted value of that feature: an object where it is wanted."""
    wanted = next((one for one in features if one.id == KARPENTER), None)
    return {} if wanted is not None and wanted.read_value is not False else None


def _refuse_autoscaled(given: Container[str], place: str) -> None:
    """Karpenter and Autopilot choose machines themselves. Qovery ignores what is sent of them."""
    for name in AUTOSCALED:
        if name in given:
            raise InvalidInput(
                "Karpenter, or Autopilot in Google Cloud, chooses the machines of this cluster and their number.",
                path=(place, name),
            )


def _refuse_what_eks_anywhere_has_not(spec: QoveryClusterSpec) -> None:
    """The checks of the vendor's own clients."""
    advanced = spec.advanced
    for is_wrong, sentence, *path in (
        (spec.cloud is not Cloud.AWS, "A PARTIALLY_MANAGED cluster is in AWS.", "cloud"),
        (spec.region != ON_PREMISE, f"The region of a PARTIALLY_MANAGED cluster is {ON_PREMISE}.", "region"),
        (
            advanced is None or not advanced.metal_lb_address_pools,
            "A PARTIALLY_MANAGED cluster needs addresses to hand out.",
            "advanced",
            "metal_lb_address_pools",
        ),
        (bool(spec.features), "A PARTIALLY_MANAGED cluster has no features.", "features"),
        (bool(spec.is_keda_enabled), "A PARTIALLY_MANAGED cluster has no KEDA.", "is_keda_enabled"),
        (
            spec.deploy,
            NEEDS_KUBECONFIG,
            "deploy",
        ),
    ):
        if is_wrong:
            raise InvalidInput(sentence, path=("spec", *path))


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
    if _is_autoscaled(raw, patch):
        _refuse_autoscaled(patch.model_fields_set, "patch")
        ignored = _IGNORED | ({"kubernetes"} if raw.get("cloud_provider") == "GCP" else set())
        body = {name: value for name, value in body.items() if name not in ignored}
    accesses = _accesses(body)
    body |= to_groups(patch, accesses)
    body |= {MEMBERS[ours]: _plain(value) for ours, value in patch if ours in patch and ours in MEMBERS}
    body |= {name: value for name, value in CLEARED.items() if name in body and body[name] is None}
    if {"min_nodes", "max_nodes"} & patch.model_fields_set:
        _refuse_crossed_bounds(body, raw, patch)
    if "features" in body or patch.features:
        body["features"] = to_feature_requests(_features(body), patch.features or ())
    if patch.advanced is not None:
        body |= to_settings(patch.advanced, body)
    if "secret_manager_accesses" in body and "secret_managers" not in patch:
        body["secret_manager_accesses"] = [_kept_access(access) for access in accesses]
    return body


def _kept_access(access: Mapping[str, Any]) -> Body:
    """An access as it is sent back: by its `id` it keeps its secret, which an answer may hold masked."""
    kept = {name: value for name, value in access.items() if name not in ("created_at", "updated_at")}
    if isinstance(authentication := kept.get("authentication"), Mapping):
        kept["authentication"] = {name: value for name, value in authentication.items() if name not in KEYS}
    return kept


def _is_autoscaled(raw: Mapping[str, Any], patch: QoveryClusterPatch) -> bool:
    shown = raw.get("features")
    features = [one for one in shown if isinstance(one, Mapping)] if isinstance(shown, list) else []
    karpenter = next((_value(one) for one in features if one.get("id") == KARPENTER), None)
    wanted = karpenter_of(patch.features or ())
    cloud, mode, machine = (raw.get(name) for name in ("cloud_provider", "kubernetes", "instance_type"))
    return is_autoscaled(cloud, mode, machine, wanted if wanted is not None else karpenter)


def to_feature_requests(shown: Sequence[Mapping[str, Any]], wanted: Sequence[FeatureWanted]) -> list[Body]:
    """The existing features with the changes."""
    features = {feature.id: to_feature_request(feature) for feature in wanted}
    kept = {str(one.get("id") or one.get("title")): _value(one) for one in shown}
    return list(({name: {"id": name, "value": value} for name, value in kept.items()} | features).values())


def secrets_in_cluster(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The secrets in a cluster, as it is listed or sent: keys to secret managers."""
    return tuple(
        value
        for access in _accesses(body)
        for name, value in (access.get("authentication") or {}).items()
        if name in (*KEYS, "access_key") and value
    )


def _accesses(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = body.get("secret_manager_accesses")
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


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
