"""How long changes usually take, computed from the durations that accounts keep."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.model.account import TrackedAccount
from fleet.model.durations import MOVE_OF, MoveKind, group_of, read_group
from fleet.model.tracking import TrackedCluster

FEWEST = 5
"""Samples below which nothing is said."""

_Key = tuple[str, str, str | None, str | None]
"""Provider, kind, region, plan; null for any."""


@dataclass(frozen=True, kw_only=True)
class Usual:
    """Half of the samples took up to `p50_seconds`, and 19 of 20 up to `p95_seconds`."""

    samples: int
    p50_seconds: int
    p95_seconds: int


@dataclass(frozen=True, kw_only=True)
class Timing:
    """`region` and `plan` are null for all of them together, and empty where a cluster has none."""

    kind: MoveKind
    region: str | None
    plan: str | None
    usual: Usual


@dataclass(frozen=True, kw_only=True)
class Eta:
    """When something that began at `since` usually ends, and when it is late."""

    kind: MoveKind
    since: datetime
    usual: Usual

    @property
    def expected_at(self) -> datetime:
        return self.since + timedelta(seconds=self.usual.p50_seconds)

    @property
    def late_at(self) -> datetime:
        return self.since + timedelta(seconds=self.usual.p95_seconds)


class Timings:
    """Of the accounts that are given, and of no others."""

    def __init__(self, accounts: Iterable[TrackedAccount]) -> None:
        samples: dict[_Key, list[int]] = {}
        for account in accounts:
            provider = account.account.provider
            for text, seconds in account.state.durations.items():
                group = read_group(text)
                if group is None:
                    continue
                kind, region, plan = group
                for of_region, of_plan in ((region, plan), (region, None), (None, None)):
                    samples.setdefault((provider, kind, of_region, of_plan), []).extend(seconds)
        self._usual: Mapping[_Key, Usual] = {
            key: _usual(seconds) for key, seconds in samples.items() if len(seconds) >= FEWEST
        }

    def of_provider(self, provider: str) -> Sequence[Timing]:
        return [
            Timing(kind=MoveKind(kind), region=region, plan=plan, usual=usual)
            for (its, kind, region, plan), usual in sorted(
                self._usual.items(), key=lambda item: tuple(part or "" for part in item[0])
            )
            if its == provider and kind in MoveKind.__members__
        ]

    def usual(self, kind: MoveKind, row: TrackedCluster) -> Usual | None:
        """Of clusters like this one: of its region and plan, else of its region, else of its provider."""
        _, region, plan = group_of(kind, row.item)
        provider = row.item.provider
        for of_region, of_plan in ((region, plan), (region, None), (None, None)):
            found = self._usual.get((provider, kind, of_region, of_plan))
            if found is not None:
                return found
        return None

    def usual_of_provider(self, kind: MoveKind, provider: str) -> Usual | None:
        return self._usual.get((provider, kind, None, None))

    def eta(self, row: TrackedCluster) -> Eta | None:
        """Null where it is at rest, and while too few of its kind were seen."""
        kind = MOVE_OF.get(row.item.phase)
        usual = None if kind is None else self.usual(kind, row)
        return None if kind is None or usual is None else Eta(kind=kind, since=row.since, usual=usual)


NO_HISTORY = Timings(())


def _usual(seconds: Sequence[int]) -> Usual:
    """By nearest rank."""
    ranked = sorted(seconds)
    return Usual(
        samples=len(ranked),
        p50_seconds=ranked[math.ceil(0.50 * len(ranked)) - 1],
        p95_seconds=ranked[math.ceil(0.95 * len(ranked)) - 1],
    )
