"""What readers are promised: pages of what the store keeps, each in a total order.

`after` is the order key of the last item seen, and a page never skips or repeats an item because others came or went.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from fleet.model.account import TrackedAccount
from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.event import Event
from fleet.model.integration import Integration
from fleet.model.ledger import LedgerEntry
from fleet.model.node import Node
from fleet.model.operation import Operation
from fleet.model.rate_limit import Budget
from fleet.model.spend import Statement
from fleet.model.subscription import OfferedPlan
from fleet.model.tracking import Tracked, TrackedCluster, Transition


class NotAnOrderKey(ValueError):
    """A cursor is not an order key of its listing: somebody made it up."""


class Ref(NamedTuple):
    """Names an observed thing: its account, and its key within the account."""

    account_id: str
    key: str


class FleetOrder(NamedTuple):
    """The fleet's order, of clusters as of integrations: provider, account name, own name, own key."""

    provider: str
    account_name: str
    name: str
    key: str


class Reader(Protocol):
    """Every `limit` is in items; a listing answers at most that many, in its order."""

    async def accounts(
        self, *, after: tuple[str, str] | None, limit: int, provider: str | None = None
    ) -> list[TrackedAccount]:
        """In the order provider, name."""
        ...

    async def accounts_by_id(self, ids: Iterable[str]) -> Mapping[str, TrackedAccount]: ...

    async def account_named(self, provider: str, name: str) -> TrackedAccount | None:
        """May be seconds old: `Accounts.connect` decides whether a name is free."""
        ...

    async def clusters_by_ref(self, refs: Iterable[Ref]) -> Mapping[Ref, TrackedCluster]: ...

    async def nodes_by_ref(self, refs: Iterable[Ref]) -> Mapping[Ref, Tracked[Node]]: ...

    async def integrations_by_ref(self, refs: Iterable[Ref]) -> Mapping[Ref, Tracked[Integration]]: ...

    async def clusters_of(
        self, account_id: str, *, after: tuple[str, str] | None, limit: int
    ) -> list[TrackedCluster]:
        """In the order name, key. Tombstones included, expired ones not."""
        ...

    async def all_clusters(
        self, accounts: Iterable[TrackedAccount]
    ) -> Mapping[str, Sequence[TrackedCluster]]:
        """As `clusters_of`, all of each of these accounts, by its id. Those of accounts that are quiet are read
        together. Tombstones that have just expired may be included.
        """
        ...

    async def first_clusters(self, account: TrackedAccount, *, limit: int) -> Sequence[TrackedCluster]:
        """As `clusters_of` from the beginning, and cheaper where `all_clusters` were read since they changed."""
        ...

    async def clusters_named(self, account_id: str, name: str) -> list[TrackedCluster]: ...

    async def attention(
        self, *, after: FleetOrder | None, limit: int
    ) -> list[tuple[FleetOrder, TrackedCluster]]:
        """Clusters that are neither READY nor STOPPED nor DELETED, of all accounts, in the fleet's order."""
        ...

    async def nodes_of(self, cluster: Ref, *, after: str | None, limit: int) -> list[Tracked[Node]]:
        """In the order of `Node.key`."""
        ...

    async def first_nodes(
        self, wanted: Iterable[tuple[TrackedAccount, frozenset[str]]], *, limit: int
    ) -> Mapping[Ref, Sequence[Tracked[Node]]]:
        """The first `limit` nodes of each of these clusters in the order of `Node.key`, by account, out of one look at
        all the nodes of an account: for a page that shows many of its clusters. Those of accounts that are quiet are
        read together.
        """
        ...

    async def integrations_of(
        self, account_id: str, *, after: tuple[str, str] | None, limit: int
    ) -> list[Tracked[Integration]]:
        """In the order name, key."""
        ...

    async def regions_of(self, account_id: str, *, after: str | None, limit: int) -> list[Tracked[Region]]:
        """In the order of `Region.key`."""
        ...

    async def instance_types_of(
        self, account_id: str, *, after: str | None, limit: int
    ) -> list[Tracked[InstanceType]]:
        """In the order of `InstanceType.key`."""
        ...

    async def versions_of(
        self, account_id: str, *, after: str | None, limit: int
    ) -> list[Tracked[OfferedVersion]]:
        """In the order of `OfferedVersion.key`."""
        ...

    async def plans_of(self, account_id: str) -> list[Tracked[OfferedPlan]]:
        """All that are kept, in the order of `OfferedPlan.key`."""
        ...

    async def statements_of(self, account_id: str) -> list[Tracked[Statement]]:
        """All that are kept, in the order of `Statement.key`."""
        ...

    async def history(self, cluster: Ref, *, before: str | None, limit: int) -> list[tuple[str, Transition]]:
        """Changes of phase of a cluster, newest first, each with its order key."""
        ...

    async def feed(
        self,
        *,
        after: str | None,
        since: datetime,
        now: datetime,
        limit: int,
        account_ids: frozenset[str] | None = None,
    ) -> tuple[list[tuple[str, Transition]], str | None]:
        """Changes of phase of the fleet, oldest first, each with its order key, and where to go on when the page is
        short. Holds back the last few seconds, so that a reader who follows along never misses a late writer.
        `NotAnOrderKey` where `after` is none. With `account_ids`, only theirs, out of a bounded number of rows a page:
        where to go on then tells nothing of the others.
        """
        ...

    async def activity(
        self,
        wanted: Callable[[Event], bool],
        *,
        after: str | None,
        is_newest_first: bool,
        since: datetime,
        now: datetime,
        limit: int,
    ) -> tuple[list[Event], str | None]:
        """What happened in the fleet, from either end, out of a bounded number of rows a page, and where to go on when
        the page is short. An order key is good in both directions. Holds back the last few seconds, as `feed`, and
        where to go on tells nothing of what is not wanted. `NotAnOrderKey` where `after` is none.
        """
        ...

    async def ledger(
        self, account_id: str, *, before: str | None, limit: int
    ) -> list[tuple[str, LedgerEntry]]:
        """Of an account, newest first, each with its order key. Kept for `LEDGER_KEPT`."""
        ...

    async def budget(self, key: str) -> Budget: ...

    async def operations_by_ref(self, refs: Iterable[Ref]) -> Mapping[Ref, Operation]:
        """A ref's key is the operation's id."""
        ...

    async def operations(self, *, before: tuple[str, str] | None, limit: int) -> list[Operation]:
        """Of the whole fleet, newest first, in the order (id, account id)."""
        ...

    async def operations_of(self, account_id: str, *, before: str | None, limit: int) -> list[Operation]:
        """Of one account, newest first, in the order of ids."""
        ...

    async def open_operations_by_lock(self, locks: Iterable[Ref]) -> Mapping[Ref, Operation]:
        """The operations that hold these locks; a ref's key is the lock."""
        ...
