"""Request bodies for Kupe."""

from collections.abc import Mapping

from fleet.model.cluster import Cluster
from fleet.model.quantity import are_equal
from fleet.model.refusal import InvalidInput
from fleet.providers.kupe import KupeClusterPatch, KupeClusterSpec, KupeDetails, KupeResources

Json = Mapping[str, object]

NO_WAY_BACK = "High availability cannot be switched off once it is on; create another cluster without it."


def to_create_request(name: str, spec: KupeClusterSpec) -> Json:
    return {
        "name": name,
        "displayName": name if spec.display_name is None else spec.display_name,
        "type": spec.type.value,
        **_given(
            version=spec.version,
            resources=None if spec.resources is None else spec.resources.model_dump(exclude_none=True),
            highAvailability=spec.is_highly_available,
            alerts=spec.alerts,
        ),
    }


def to_update_request(patch: KupeClusterPatch, cluster: Cluster) -> Json:
    """What was given and nothing else: Kupe merges at the top and within the resources (source: the vendor's guide and
    its newest clients). Raises `InvalidInput` for a change that Kupe does not support.
    """
    details = cluster.details
    assert isinstance(details, KupeDetails)
    if patch.is_highly_available is False and details.is_highly_available:
        raise InvalidInput(NO_WAY_BACK, path=("patch", "is_highly_available"))
    resources = to_resources(patch.resources, details) if "resources" in patch else None
    return _given(
        version=patch.version,
        resources=resources,
        highAvailability=patch.is_highly_available,
        alerts=patch.alerts,
    )


def to_resources(wanted: KupeResources | None, details: KupeDetails) -> Json:
    """Those that are named. An empty object clears all (source: the vendor's Terraform provider). One that is as much
    as there is goes back in Kupe's own spelling, or Kupe would take it for a change that nothing shows.
    """
    if wanted is None:
        return {}
    there = {} if details.quantities is None else details.quantities.model_dump(exclude_none=True)
    return {
        name: there[name] if name in there and are_equal(value, there[name]) else value
        for name, value in wanted.model_dump(exclude_none=True).items()
    }


def texts_in(alerts: object) -> tuple[str, ...]:
    """Texts that can be addresses or webhooks, and must not be in an error."""
    if isinstance(alerts, str):
        return (alerts,)
    held = (
        alerts.values() if isinstance(alerts, Mapping) else alerts if isinstance(alerts, list | tuple) else ()
    )
    return tuple(text for one in held for text in texts_in(one))


def _given(**members: object) -> Json:
    return {name: value for name, value in members.items() if value is not None}
