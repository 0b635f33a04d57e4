"""What a change asked for, in a form that may be shown: without secrets and without digests of secrets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fleet.model.change import (
    Change,
    CreateCluster,
    OperationKind,
    SetSpendLimit,
    UpdateCluster,
    UpgradeCluster,
)
from fleet.model.cluster import Phase
from fleet.model.money import LimitWanted
from fleet.model.operation import Operation

MOST_SETTINGS = 100
LONGEST_VALUE = 200

_AROUND = frozenset({"spec", "patch", "limit"})
"""Members whose members are the settings."""
_OURS = frozenset({"provider", "is_deployed"})
"""Members that nobody gave."""
_DIGEST = "_digest"
NOT_KEPT = "(not kept)"

_PHASES: Mapping[OperationKind, Phase] = {
    OperationKind.CREATE_CLUSTER: Phase.READY,
    OperationKind.UPDATE_CLUSTER: Phase.READY,
    OperationKind.DEPLOY_CLUSTER: Phase.READY,
    OperationKind.UPGRADE_CLUSTER: Phase.READY,
    OperationKind.ROLL_BACK_UPGRADE: Phase.READY,
    OperationKind.STOP_CLUSTER: Phase.STOPPED,
    OperationKind.DELETE_CLUSTER: Phase.DELETED,
}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """`field` is the path of a member of the input, `value` its value as text, null where it is to be cleared."""

    field: str
    value: str | None


@dataclass(frozen=True, kw_only=True)
class Desired:
    """What a cluster is to become. A member is null where the change leaves it as it is."""

    operation: Operation
    phase: Phase | None
    version: str | None
    spend_limit: LimitWanted | None
    clears_spend_limit: bool
    settings: tuple[Setting, ...]


def settings_of(change: Change) -> tuple[Setting, ...]:
    """Up to `MOST_SETTINGS`, in the order of the input. A patch clears its own members with null. Within one, null is
    what was not named.
    """
    found: list[Setting] = []
    for name, value in change.model_dump(mode="json").items():
        if name in _OURS:
            continue
        path = () if name in _AROUND else (name,)
        clears = set(value) if name == "patch" and isinstance(value, dict) else set()
        found += [one for one in _flat(path, value) if one.value is not None or one.field in clears]
    return tuple(found[:MOST_SETTINGS])


def desired_of(operation: Operation) -> Desired:
    change = operation.change
    settings = settings_of(change)
    wants_version = isinstance(change, CreateCluster | UpdateCluster | UpgradeCluster)
    versions = [one.value for one in settings if one.field == "version"] if wants_version else []
    phase = _PHASES.get(operation.kind)
    if isinstance(change, CreateCluster) and not change.spec.is_deployed:
        phase = None
    if isinstance(change, UpdateCluster) and not change.is_deployed:
        phase = None
    return Desired(
        operation=operation,
        phase=phase,
        version=versions[0] if versions else None,
        spend_limit=change.limit if isinstance(change, SetSpendLimit) else None,
        clears_spend_limit=operation.kind is OperationKind.CLEAR_SPEND_LIMIT,
        settings=settings,
    )


def _flat(path: tuple[str, ...], value: object) -> Iterator[Setting]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _flat((*path, str(name)), inner)
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from _flat((*path, str(number)), inner)
    elif path and path[-1].endswith(_DIGEST):
        if value is not None:
            yield Setting(field=".".join(path).removesuffix(_DIGEST), value=NOT_KEPT)
    else:
        yield Setting(field=".".join(path), value=_written(value))


def _written(value: object) -> str | None:
    if value is None:
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
