"""Metrics and charts of a Qovery cluster, between Qovery's names and Fleetgraph's."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from fleet.providers.qovery import QoveryAdvanced
from fleet.providers.qovery.advanced import EksAnywhere

NGINX: Mapping[str, str] = {
    "replica_count": "replica_count",
    "default_ssl_certificate": "default_ssl_certificate",
    "publish_status_address": "publish_status_address",
    "metal_lb_load_balancer_ips": "annotation_metal_lb_load_balancer_ips",
    "external_dns_target": "annotation_external_dns_kubernetes_target",
}
"""Fleetgraph's names and Qovery's."""
GIT: Mapping[str, str] = {
    "repository_url": "url",
    "git_token_id": "git_token_id",
    "git_provider": "provider",
    "branch": "branch",
    "commit_id": "commit_id",
}
BACKUP: Mapping[str, str] = {
    "is_enabled": "enabled",
    "timeout_seconds": "timeout_seconds",
    "certs_secret_name": "certs_secret_name",
}
BUCKET = ("bucket", "region", "role_arn", "key_prefix")
LONGEST_SETTINGS = 20_000
"""The most characters of JSON: a dozen names and addresses, and what Qovery adds."""


def to_advanced(metrics: object, charts: object) -> QoveryAdvanced | None:
    """The settings. Null if there are none, or none that match the documentation."""
    if len(json.dumps((metrics, charts))) > LONGEST_SETTINGS:
        return None
    nginx = _inner(charts, "nginx_parameters")
    enabled = _inner(metrics).get("enabled")
    try:
        advanced = QoveryAdvanced.model_validate(
            {
                "metrics": None
                if enabled is None
                else {"is_enabled": enabled, "kind": _inner(metrics, "configuration").get("kind")},
                "nginx": {ours: nginx[theirs] for ours, theirs in NGINX.items() if theirs in nginx} or None,
                "cert_manager_namespace": _inner(charts, "cert_manager_parameters").get(
                    "kubernetes_namespace"
                ),
                "metal_lb_address_pools": _inner(charts, "metal_lb_parameters").get("ip_address_pools"),
                "eks_anywhere": _to_eks_anywhere(_inner(charts, "eks_anywhere_parameters")),
            }
        )
    except ValidationError:
        return None
    return None if advanced == QoveryAdvanced() else advanced


def _to_eks_anywhere(shown: Mapping[str, Any]) -> EksAnywhere | None:
    """Null where it does not read: what else is installed is shown all the same."""
    git, backup = _inner(shown, "git_repository"), _inner(shown, "cluster_backup")
    bucket = _inner(backup, "s3")
    kept = {ours: backup.get(theirs) for ours, theirs in BACKUP.items()}
    members = {
        **{ours: git.get(theirs) for ours, theirs in GIT.items()},
        "yaml_path": shown.get("yaml_file_path"),
        "backup": {**kept, **{name: bucket.get(name) for name in BUCKET}} if backup else None,
    }
    try:
        return EksAnywhere.model_validate(members)
    except ValidationError:
        return None


def _from_eks_anywhere(wanted: EksAnywhere, before: Mapping[str, Any]) -> dict[str, Any]:
    given = wanted.model_dump(exclude_none=True)
    repository = {theirs: given[ours] for ours, theirs in GIT.items() if ours in given}
    body = {
        **before,
        "git_repository": {**_inner(before, "git_repository"), **repository},
        "yaml_file_path": wanted.yaml_path,
    }
    backup = given.get("backup")
    if backup is not None:
        there = _inner(before, "cluster_backup")
        body["cluster_backup"] = {
            **there,
            **{theirs: backup[ours] for ours, theirs in BACKUP.items() if ours in backup},
            "s3": {**_inner(there, "s3"), **{name: backup[name] for name in BUCKET if name in backup}},
        }
    return body


def to_settings(wanted: QoveryAdvanced, before: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a request with the settings. `before` holds the current members; settings that do not change are
    kept.
    """
    settings: dict[str, Any] = {}
    if wanted.metrics is not None:
        metrics = {**_inner(before, "metrics_parameters"), "enabled": wanted.metrics.is_enabled}
        if wanted.metrics.kind is not None:
            metrics["configuration"] = {**_inner(metrics, "configuration"), "kind": wanted.metrics.kind}
        settings["metrics_parameters"] = metrics
    charts = _inner(before, "infrastructure_charts_parameters")
    nginx = {NGINX[ours]: value for ours, value in wanted.nginx or () if value is not None}
    for chart, given in {
        "nginx_parameters": nginx,
        "cert_manager_parameters": _given("kubernetes_namespace", wanted.cert_manager_namespace),
        "metal_lb_parameters": _given("ip_address_pools", wanted.metal_lb_address_pools),
    }.items():
        if given:
            charts[chart] = {**_inner(charts, chart), **given}
            settings["infrastructure_charts_parameters"] = charts
    if wanted.eks_anywhere is not None:
        before_it = _inner(charts, "eks_anywhere_parameters")
        charts["eks_anywhere_parameters"] = _from_eks_anywhere(wanted.eks_anywhere, before_it)
        settings["infrastructure_charts_parameters"] = charts
    return settings


def _given(name: str, value: str | tuple[str, ...] | None) -> dict[str, Any]:
    return {} if value is None else {name: list(value) if isinstance(value, tuple) else value}


def _inner(whole: object, *path: str) -> dict[str, Any]:
    """A copy of an object in an object. Empty if there is none."""
    for name in path:
        whole = whole.get(name) if isinstance(whole, Mapping) else None
    return dict(whole) if isinstance(whole, Mapping) else {}
