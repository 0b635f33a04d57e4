"""Pages of the activity feed, oldest or newest first."""

from dataclasses import dataclass
from enum import StrEnum

from fleet.model.event import Event, EventKind
from fleet.model.severity import Severity
from fleet.ports.reader import Ref

NOTHING = Ref("", "")
"""Stands for a cluster that cannot be."""


class EventOrder(StrEnum):
    NEWEST_FIRST = "NEWEST_FIRST"
    OLDEST_FIRST = "OLDEST_FIRST"


@dataclass(frozen=True, kw_only=True)
class EventFilter:
    """Null asks for everything."""

    kinds: frozenset[EventKind] | None = None
    providers: frozenset[str] | None = None
    account_ids: frozenset[str] | None = None
    severities: frozenset[Severity] | None = None
    cluster: Ref | None = None

    def matches(self, event: Event) -> bool:
        return (
            (self.kinds is None or event.kind in self.kinds)
            and (self.providers is None or event.provider in self.providers)
            and (self.account_ids is None or event.account_id in self.account_ids)
            and (self.severities is None or event.severity in self.severities)
            and (self.cluster is None or (event.account_id, event.cluster_key) == self.cluster)
        )
