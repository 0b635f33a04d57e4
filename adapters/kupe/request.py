"""Request bodies for Kupe."""

from collections.abc import Mapping

from fleet.model.cluster import Cluster
from fleet.model.refusal import InvalidInput
from fleet.providers.kupe import KupeClusterPatch, KupeClusterSpec, KupeDetails, KupeResources

Json = Mapping[str, object]

NO_WAY_BACK = "High availability cannot be switched off once it is on; create another cluster without it."

NOT_SHOWN = (
    "Kupe does not show the cluster's resources as it documents them, so what is not named could not be kept."
)


def to_create_request(name: str, spec: KupeClusterSpec) -> Json:
    return {
        "name": name,
        "displayName": spec.display_name,
        "type": spec.type.value,
        **_given(
            version=spec.version,
            resources=None if spec.resources is None else spec.resources.model_dump(exclude_none=True),
            highAvailability=spec.is_highly_available,
            alerts=spec.alerts,
        ),
    }


def to_update_request(patch: KupeClusterPatch, cluster: Cluster) -> Json:
    """Raises `InvalidInput` for a change that Kupe does not support."""
    details = cluster.details
    assert isinstance(details, KupeDetails)
    if patch.is_highly_available is False and details.is_highly_available:
        raise InvalidInput(NO_WAY_BACK, path=("patch", "is_highly_available"))
    return _given(
        version=patch.version,
        resources=None if patch.resources is None else to_resources(patch.resources, cluster),
        highAvailability=patch.is_highly_available,
        alerts=patch.alerts,
    )


def to_resources(wanted: KupeResources, cluster: Cluster) -> Json:
    """All three resources. It is not documented whether Kupe merges them, and the vendor's own clients send all after a
    fresh read. Raises `InvalidInput` if the cluster does not show them.
    """
    if any(member.startswith("resources") for member in cluster.unread_members):
        raise InvalidInput(NOT_SHOWN, path=("patch", "resources"))
    shown, details = cluster.capacity.total, cluster.details
    written = details.quantities if isinstance(details, KupeDetails) else None
    whole = {
        "cpu": _in(shown.cpu_millicores, 1000, "m"),
        "memory": _in(shown.memory_mib, 1024, "Mi", "Gi"),
        "storage": _in(shown.storage_mib, 1024, "Mi", "Gi"),
    }
    kept = whole | ({} if written is None else written.model_dump(exclude_none=True))
    given = wanted.model_dump(exclude_none=True)
    return {name: value for name, value in (kept | given).items() if value is not None}


def texts_in(alerts: object) -> tuple[str, ...]:
    """Texts that can be addresses or webhooks, and must not be in an error."""
    if isinstance(alerts, str):
        return (alerts,)
    held = (
        alerts.values() if isinstance(alerts, Mapping) else alerts if isinstance(alerts, list | tuple) else ()
    )
    return tuple(text for one in held for text in texts_in(one))


def _in(amount: int | None, larger: int, unit: str, larger_unit: str = "") -> str | None:
    """A quantity, in the larger unit if it is a whole number of it."""
    if amount is None:
        return None
    return f"{amount // larger}{larger_unit}" if amount % larger == 0 else f"{amount}{unit}"


def _given(**members: object) -> Json:
    return {name: value for name, value in members.items() if value is not None}
