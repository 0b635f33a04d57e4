"""Filters and orders of accounts. A fleet's accounts are read whole, so a page of any order is cut from all of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fleet.model.account import Collection, TrackedAccount
from fleet.model.freshness import FreshnessState, freshness_of
from fleet.reading.sorting import Direction, Order, cut, instant


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
    matching = (one for one in accounts if where.matches(one, now))
    return cut(
        matching, ordering, values=_VALUES, place=lambda one: one.account.order, after=after, limit=limit
    )


def _observed_at(tracked: TrackedAccount) -> str:
    return instant(tracked.state.of(Collection.CLUSTERS).observed_at)


_VALUES: Mapping[AccountOrderField, Callable[[TrackedAccount], str]] = {
    AccountOrderField.NAME: lambda tracked: tracked.account.name.casefold(),
    AccountOrderField.PROVIDER: lambda tracked: tracked.account.provider,
    AccountOrderField.OBSERVED_AT: _observed_at,
}
