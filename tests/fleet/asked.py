"""Changes as somebody asked for them, each with just enough to be one."""

from datetime import datetime, timedelta
from typing import Any

from fleet.model.account import Account
from fleet.model.caller import trusted
from fleet.model.change import Change, CreateCluster, UpdateCluster
from fleet.model.operation import Operation, Target, TargetKind, new_operation_id
from fleet.model.spec import ClusterSpec
from fleet.providers.kupe import KupeClusterPatch, KupeClusterSpec, KupeClusterType, KupeDetails
from tests.fleet.things import NOON

SPEC = KupeClusterSpec(display_name="Web", type=KupeClusterType.SHARED, version="1.33")
AS_SPECIFIED: dict[str, Any] = {
    "display_name": "Web",
    "plan": "shared",
    "details": KupeDetails(isolation="shared", requested_version="1.33"),
}
"""What an observed cluster shows that was made from `SPEC`."""
ADA, BOB = trusted("ada"), trusted("bob")
UPDATE = UpdateCluster(provider="kupe", patch=KupeClusterPatch(version="1.34"))
NEWER = KupeDetails(isolation="shared", requested_version="1.34")
"""What a cluster shows for `UPDATE`."""


def creation(name: str = "web", spec: ClusterSpec = SPEC, provider: str = "kupe") -> CreateCluster:
    return CreateCluster(provider=provider, name=name, spec=spec)


def operation(
    change: Change,
    of: Account,
    *,
    key: str | None = None,
    kind: TargetKind = TargetKind.CLUSTER,
    at: datetime = NOON,
    **more: Any,
) -> Operation:
    fields: dict[str, Any] = {
        "id": new_operation_id(at),
        "account_id": of.id,
        "provider": of.provider,
        "kind": change.kind,
        "change": change,
        "target": None if key is None else Target(kind=kind, key=key),
        "target_name": key or getattr(change, "name", "something"),
        "requested_by": "a test",
        "requested_at": at,
        "deadline": at + timedelta(hours=1),
    }
    return Operation(**fields | more)
