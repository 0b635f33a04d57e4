"""Filters and orders of accounts. A fleet's accounts are read whole, so a page of any order is cut from all of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fleet.model.account import Collection, TrackedAccount
from fleet.model.freshness import FreshnessState, freshness_of
from fleet.reading.ordering import Direction, SortKey

Order = tuple[str, ...]


class AccountOrderField(StrEnum):
    NAME = "NAME"
    PROVIDER = "PROVIDER"
    OBSERVED_AT = "OBSERVED_AT"


Ordering = Sequence[tuple[AccountOrderField, Direction]]


@dataclass(frozen=True, kw_only=True)
class AccountFilter:
    """Null matches everything. `freshness` is that of the clusters."""

    providers: frozenset[str] | None = None
    name_contains: str | None = None
    freshness: frozenset[FreshnessState] | None = None

    def matches(self, tracked: TrackedAccount, now: datetime) -> bool:
        account = tracked.account
        return (
            (self.providers is None or account.provider in self.providers)
            and (self.name_contains is None or self.name_contains.casefold() in account.name.casefold())
            and (
                self.freshness is None
                or freshness_of(tracked, Collection.CLUSTERS, now).state in self.freshness
            )
        )


def page(
    accounts: Iterable[TrackedAccount],
    where: AccountFilter,
    ordering: Ordering,
    *,
    now: datetime,
    after: Order | None,
    limit: int,
) -> list[tuple[Order, TrackedAccount]]:
    """Up to `limit` accounts behind a place, each with its place."""
    place = None if after is None else _key(after[: len(ordering)], after[len(ordering) :], ordering)
    placed = [(key_of(one, ordering), one) for one in accounts if where.matches(one, now)]
    behind = sorted((pair for pair in placed if place is None or place < pair[0]), key=lambda pair: pair[0])
    return [(key.write(), one) for key, one in behind[:limit]]


def key_of(tracked: TrackedAccount, ordering: Ordering) -> SortKey:
    return _key(tuple(_VALUES[field](tracked) for field, _ in ordering), tracked.account.order, ordering)


def _key(values: Order, place: Order, ordering: Ordering) -> SortKey:
    return SortKey(values, place, tuple(direction for _, direction in ordering))


def _observed_at(tracked: TrackedAccount) -> str:
    observed_at = tracked.state.of(Collection.CLUSTERS).observed_at
    return "" if observed_at is None else observed_at.isoformat(timespec="microseconds")


_VALUES: Mapping[AccountOrderField, Callable[[TrackedAccount], str]] = {
    AccountOrderField.NAME: lambda tracked: tracked.account.name.casefold(),
    AccountOrderField.PROVIDER: lambda tracked: tracked.account.provider,
    AccountOrderField.OBSERVED_AT: _observed_at,
}
