"""Orders of clusters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fleet.model.account import Collection, TrackedAccount
from fleet.model.severity import Severity
from fleet.model.tracking import TrackedCluster
from fleet.ports.reader import FleetOrder
from fleet.reading.severity import URGENCY, assess
from fleet.reading.sorting import Direction, SortKey, instant, number_aware
from fleet.reading.timings import NO_HISTORY, Timings

_DIGITS = 20


class OrderField(StrEnum):
    NAME = "NAME"
    PHASE = "PHASE"
    SEVERITY = "SEVERITY"
    SINCE = "SINCE"
    CREATED_AT = "CREATED_AT"
    PROVIDER = "PROVIDER"
    ACCOUNT = "ACCOUNT"
    REGION = "REGION"
    VERSION = "VERSION"
    SPEND_LIMIT = "SPEND_LIMIT"
    NODE_COUNT = "NODE_COUNT"
    OBSERVED_AT = "OBSERVED_AT"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A cluster with its account, at one time. `timings` are those of the fleet that it is listed in."""

    row: TrackedCluster
    account: TrackedAccount
    now: datetime
    timings: Timings = NO_HISTORY

    @property
    def severity(self) -> Severity:
        return assess(self.row, self.account, self.now, self.timings).severity

    @property
    def place(self) -> FleetOrder:
        item = self.row.item
        return FleetOrder(*self.account.account.order, item.name, item.key)


Ordering = Sequence[tuple[OrderField, Direction]]


def sort_key(listed: Listed, ordering: Ordering) -> SortKey:
    return SortKey(
        tuple(_VALUES[field](listed) for field, _ in ordering),
        tuple(listed.place),
        tuple(direction for _, direction in ordering),
    )


def _number(number: int | None) -> str:
    return "" if number is None else f"{number:0{_DIGITS}}"


def _money(listed: Listed) -> str:
    """By currency first: amounts of two currencies cannot be compared."""
    limit = listed.row.item.spend_limit.limit
    if limit is None or limit.money is None:
        return ""
    return f"{limit.money.currency} {limit.money.minor_units:0{_DIGITS}}"


_VALUES: Mapping[OrderField, Callable[[Listed], str]] = {
    OrderField.NAME: lambda listed: listed.row.item.name.casefold(),
    OrderField.PHASE: lambda listed: listed.row.item.phase.value,
    OrderField.SEVERITY: lambda listed: str(URGENCY[listed.severity]),
    OrderField.SINCE: lambda listed: instant(listed.row.since),
    OrderField.CREATED_AT: lambda listed: instant(listed.row.item.created_at),
    OrderField.PROVIDER: lambda listed: listed.row.item.provider,
    OrderField.ACCOUNT: lambda listed: listed.account.account.name.casefold(),
    OrderField.REGION: lambda listed: ",".join(listed.row.item.regions),
    OrderField.VERSION: lambda listed: number_aware(listed.row.item.version),
    OrderField.SPEND_LIMIT: _money,
    OrderField.NODE_COUNT: lambda listed: _number(listed.row.item.capacity.node_count),
    OrderField.OBSERVED_AT: lambda listed: instant(listed.account.state.of(Collection.CLUSTERS).observed_at),
}
