"""What was asked of a cluster or an integration beside what it shows: whether it agrees, what differs, and whether it
is as it was before the request went out.

A provider that does nothing leaves what it shows as it was. One that converts, trims or rounds shows something else,
and not what was asked for either.
"""

from collections.abc import Iterable, Mapping

from fleet.model.change import (
    Change,
    CreateCluster,
    CreateIntegration,
    SetSpendLimit,
    UpdateCluster,
    UpdateIntegration,
    UpgradeCluster,
)
from fleet.model.cluster import Cluster
from fleet.model.digest import digest
from fleet.model.integration import Integration
from fleet.model.money import LimitWanted, SpendLimitStatus
from fleet.model.operation import Operation
from fleet.model.record import Record
from fleet.model.spec import Compared, Difference
from fleet.model.upgrade import runs

NOTHING = ""
"""What a member looks like that shows nothing."""


def agrees(operation: Operation, shown: Cluster | Integration) -> bool:
    """Whether it shows all that was asked for. A provider that keeps a member to itself is not held to it."""
    return all(
        one.agrees and not (one.asked and _is_unread(operation, one, shown))
        for one in compare(operation.change, shown)
    )


def differences(operation: Operation, shown: Cluster | Integration) -> tuple[Difference, ...]:
    """What it shows otherwise than it was asked for."""
    return tuple(one.to_difference() for one in compare(operation.change, shown) if not one.agrees)


def look(change: Change, shown: Cluster | Integration) -> Mapping[str, str]:
    """How each thing looks that a change asks of what is there, kept from before the sending (`Before.look`)."""
    if isinstance(change, CreateCluster | CreateIntegration):
        return {}
    return {one.field: _look_of(one) for one in compare(change, shown)}


def has_moved(operation: Operation, shown: Cluster | Integration) -> bool:
    """Whether anything of what was asked for looks otherwise than before the request went out."""
    before = operation.before.look
    return any(
        before.get(one.field, now := _look_of(one)) != now and not _is_unread(operation, one, shown)
        for one in compare(operation.change, shown)
    )


def compare(change: Change, shown: Cluster | Integration) -> Iterable[Compared]:
    """Each thing that was given, beside what is shown of it."""
    match change, shown:
        case ((CreateCluster(spec=wanted) | UpdateCluster(patch=wanted)), Cluster()):
            return wanted.compare(shown)
        case SetSpendLimit(limit=limit), Cluster():
            return _compare_limit(limit, shown.spend_limit)
        case UpgradeCluster(version=str(version)), Cluster():
            return [Compared("version", version, shown.version, runs(shown.version, version))]
        case CreateIntegration(), Integration():
            return _compare_new_integration(change, shown)
        case UpdateIntegration(), Integration():
            return _compare_integration(change, shown)
        case _:
            return ()


def _is_unread(operation: Operation, one: Compared, shown: Cluster | Integration) -> bool:
    """It was shown before and is not now, in an answer of which something did not read: that may be it."""
    return one.got is None and bool(shown.unread_members) and bool(operation.before.look.get(one.field))


def _compare_limit(wanted: LimitWanted, shown: SpendLimitStatus) -> Iterable[Compared]:
    limit = shown.limit
    if wanted.money is not None:
        money = limit and limit.money
        yield Compared("money", str(wanted.money), money and str(money), money == wanted.money)
    for name, value in wanted.usage or ():
        if value is not None:
            got = limit and limit.usage and getattr(limit.usage, name)
            yield Compared(name, value, got, got == value)


def _compare_new_integration(change: CreateIntegration, shown: Integration) -> Iterable[Compared]:
    yield Compared("name", change.name, shown.name, change.name == shown.name)
    asked, got = _in_words(change.features), _in_words(shown.features)
    yield Compared("features", asked, got, set(change.features or ()) <= set(shown.features))
    yield Compared("cloud", change.cloud, shown.cloud, change.cloud in (None, shown.cloud))


def _compare_integration(change: UpdateIntegration, shown: Integration) -> Iterable[Compared]:
    """A provider that keeps no description refuses one. Nothing is as good as an empty one."""
    for name in ("description", "features", "allowed_teams", "permission_check"):
        wanted = getattr(change, name)
        if wanted is not None:
            asked, got = _in_words(wanted), _in_words(getattr(shown, name))
            yield Compared(name, asked, got, (asked or "") == (got or ""))


def _in_words(value: str | Iterable[str] | None) -> str | None:
    return value if value is None or isinstance(value, str) else ", ".join(sorted(set(value)))


def _look_of(one: Compared) -> str:
    whole = one.got if one.whole is None else one.whole
    return NOTHING if whole is None else digest(_in_order(whole))


def _in_order(value: object) -> object:
    """The same for the same members, whatever their order."""
    if isinstance(value, Record):
        return _in_order(value.model_dump(mode="json"))
    if isinstance(value, Mapping):
        return {str(key): _in_order(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(digest(_in_order(one)) for one in value)
    return value
