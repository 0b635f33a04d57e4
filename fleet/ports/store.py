"""What the store promises: it keeps accounts, what was observed through them, and what changed.

Two roles over one table. An observer writes: it begins with a lease, saves what changed, and ends with the result.
Fencing numbers decide who is late: each `begin` takes the next one, and `save` and `end` of an earlier one are refused.
A reader pages: every listing has a total order, `after` is the order key of the last item seen, and a page never skips
or repeats an item because others came or went.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, TypeVar

from fleet.model.account import Account, AccountState, TrackedAccount
from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.event import Event
from fleet.model.integration import Integration
from fleet.model.ledger import LedgerEntry
from fleet.model.node import Node
from fleet.model.operation import Operation
from fleet.model.plan import Plan
from fleet.model.rate_limit import Budget, Grant, RateFacts, RateLimit, RequestUse, Share, Spent
from fleet.model.spend import Statement
from fleet.model.subscription import OfferedPlan
from fleet.model.tracking import Tracked, TrackedCluster, Transition

ItemT = TypeVar("ItemT", Node, Integration, Region, InstanceType, OfferedVersion, OfferedPlan, Statement)
TrackedItem = Tracked[Any]
"""A row of any kind."""


Planned = Callable[[datetime, datetime], datetime]
"""When the planner has to send the message of an account, by when it is due, and now."""


def at_its_time(due_at: datetime, now: datetime) -> datetime:
    return due_at


class StaleObserver(Exception):
    """A later observation of the account has begun; nothing of this one is kept from here on."""


class AccountGone(Exception):
    """The account was disconnected meanwhile."""


class RowTooLarge(ValueError):
    """A thing is larger than the table can hold. Nothing that was to be written with it has been. `key` names it."""

    def __init__(self, key: str, size_bytes: int) -> None:
        super().__init__(f"{key} takes {size_bytes:,} bytes, which is more than a row can hold")
        self.key = key
        self.size_bytes = size_bytes


class OrganizationTaken(Exception):
    """The organization is connected already, as the account `account_id`."""

    def __init__(self, account_id: str) -> None:
        super().__init__(account_id)
        self.account_id = account_id


class NameTaken(Exception):
    """An account of the provider has the name already: `account_id`."""

    def __init__(self, account_id: str) -> None:
        super().__init__(account_id)
        self.account_id = account_id


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


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to write what an account shows. Whoever holds a higher `fence` wins."""

    account_id: str
    fence: int
    tracked: TrackedAccount
    grant: Grant


@dataclass(frozen=True, kw_only=True)
class NotBegun:
    """Why no observation begins now: another one is running, the message is stale, or the budget is used up."""

    reason: str
    retry_at: datetime | None = None
    put_off_until: datetime | None = None


HoldBack = Callable[[AccountState, datetime], tuple[AccountState, datetime]]
"""What an account shows, and when it is due, whose budget is used up until a time."""

RequestObservation = Callable[[str, datetime], Awaitable[None]]
"""`Operations.request_observation`."""


class OutdatedOperation(Exception):
    """Somebody else has saved the operation since it was read."""


@dataclass(frozen=True, kw_only=True)
class Idempotency:
    """`key` as its caller gave it, `caller` who did, `digest` what was asked for with it."""

    caller: str
    key: str
    digest: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class AlreadyAsked:
    """The idempotency key was used before, for `operation`; with the same input where `is_same`."""

    operation: Operation
    is_same: bool


@dataclass(frozen=True, kw_only=True)
class AlreadyOpen:
    """Another change of the same thing is in flight."""

    operation: Operation


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What an observation changed. A cluster, its transition and its events land together or not at all."""

    puts: Sequence[TrackedItem] = ()
    deletes: Sequence[TrackedItem] = ()
    transitions: Sequence[Transition] = ()
    events: Sequence[Event] = ()

    def __bool__(self) -> bool:
        return bool(self.puts or self.deletes or self.transitions or self.events)


class Observations(Protocol):
    """What an observer uses."""

    async def account(self, account_id: str) -> TrackedAccount | None:
        """Strongly consistent."""
        ...

    async def begin(
        self,
        account: Account,
        *,
        rate: RateLimit,
        share: Share,
        requests: int,
        now: datetime,
        lease_seconds: int,
        due_at: datetime | None,
        key: str | None = None,
        use: RequestUse = RequestUse.CLUSTERS,
        hold_back: HoldBack | None = None,
        also: Mapping[RequestUse, int] = MappingProxyType({}),
    ) -> Lease | NotBegun:
        """Takes the lease and the next fencing number, then up to `requests` of the budget `key`, null for the
        account's own; and with them those of `also`, as far as there are any.

        `due_at` is what the schedule's message said; when the account is due later than that by now, the message is
        stale. Null asks for an observation whatever the schedule says. A refusal writes nothing, except that an account
        whose budget is used up is put off until there is some, as `hold_back` says. Where people's share is used up,
        the schedule draws from polling's: what people used puts nothing off.
        """
        ...

    async def clusters(self, account_id: str) -> list[TrackedCluster]:
        """All rows of an account, tombstones included. Strongly consistent, as the two below."""
        ...

    async def items(self, account_id: str, kind: type[ItemT]) -> list[Tracked[ItemT]]: ...

    async def save(self, lease: Lease, changes: Changes) -> None:
        """Writes `changes` in transactions that each check the fence. `StaleObserver` when it is not ours any more."""
        ...

    async def end(
        self,
        lease: Lease,
        state: AccountState,
        *,
        due_at: datetime | None,
        entry: LedgerEntry | None = None,
        planned: Planned = at_its_time,
    ) -> datetime | None:
        """Keeps the result and its entry in the ledger, sets the next time and gives the lease back, in one write.
        `planned` says when the planner has to send the message for that time. `StaleObserver` as `save`.

        Answers the next time, which is sooner than `due_at` where an observation was asked for since the lease was
        taken.
        """
        ...

    async def spend(
        self,
        key: str,
        rate: RateLimit,
        share: Share,
        requests: int,
        now: datetime,
        *,
        use: RequestUse = RequestUse.CLUSTERS,
        account_id: str | None = None,
    ) -> Grant:
        """Draws further requests from a budget."""
        ...

    async def learn(
        self, key: str, rate: RateLimit, facts: RateFacts, now: datetime, *, unsent: Sequence[Spent] = ()
    ) -> None:
        """Keeps what a provider said of its limit, and gives back what was drawn and not sent."""
        ...


@dataclass(frozen=True, kw_only=True)
class DueAccount:
    """An account in the index of due ones. `planned_at` is from when on it needs a message, later than `due_at` where
    somebody else sends one. `written_at` is when that was written, null where nobody knows.
    """

    account_id: str
    due_at: datetime
    planned_at: datetime
    written_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ShardState:
    """How far a shard of the due accounts is planned: everything up to `until`, as it was at `looked_at`, null where
    nothing is. Where a plan could not finish, another has been at it since `begun_at`, and has come to `place`.
    """

    until: datetime | None = None
    looked_at: datetime | None = None
    begun_at: datetime | None = None
    place: str | None = None


@dataclass(frozen=True, kw_only=True)
class ScheduleState:
    """What one plan leaves to the next, by shard. `version` is null where no plan was ever kept."""

    shards: Mapping[int, ShardState] = field(default_factory=dict)
    version: int | None = None

    def of(self, shard: int) -> ShardState:
        return self.shards.get(shard, ShardState())


class OutdatedSchedule(Exception):
    """Another plan went on from the same state."""


class Schedule(Protocol):
    """What the planner uses. Accounts are found in an index, never in the table; those that are hidden, too."""

    async def due(
        self, before: datetime, limit: int, *, but: frozenset[str] = frozenset()
    ) -> list[tuple[str, datetime]]:
        """Ids of accounts due before a time, each with its time, the longest due first, without those of `but`."""
        ...

    async def due_pages(
        self, places: Mapping[int, str | None], before: datetime, limit: int
    ) -> Mapping[int, tuple[list[DueAccount], str | None]]:
        """The next page of each shard that is named, after a place in it, by `planned_at`, with the place of its end;
        null where nothing follows.
        """
        ...

    async def schedule_state(self) -> ScheduleState:
        """Strongly consistent. With all shards."""
        ...

    async def keep_schedule(self, state: ScheduleState) -> ScheduleState:
        """Replaces the state of that `version`, and answers the next one. `OutdatedSchedule` where another did."""
        ...


class Accounts(Protocol):
    """What the account service uses."""

    async def connect(self, account: Account, *, due_at: datetime) -> None:
        """Keeps an account. One that is known by its id keeps what was observed, and is due again.

        `OrganizationTaken` when another account is connected to the same organization.
        """
        ...

    async def hide(self, account_id: str, *, due_at: datetime) -> None:
        """Makes an account unseen at once and due, so that an observation which finds it gone removes the rest. Its
        organization may be connected under another name from here on. Nothing for an account that is gone.
        """
        ...

    async def remove(self, account_id: str) -> None:
        """Forgets everything observed through an account that is hidden, then the account itself. Idempotent; continues
        where it was interrupted. Nothing for an account that is connected, again perhaps.
        """
        ...


class Operations(Protocol):
    """What changes use. Operations outlive the account they changed; they expire after `operation.KEPT`."""

    async def begin_change(
        self, operation: Operation, *, idempotency: Idempotency | None
    ) -> Operation | AlreadyAsked | AlreadyOpen:
        """Keeps an intent, in one transaction with its `locks` and its idempotency key, and answers it as kept.

        Only while the account is connected: `AccountGone`. An idempotency key that was used within its day answers
        `AlreadyAsked`; a lock that an open operation holds answers `AlreadyOpen`. Neither writes anything.
        """
        ...

    async def save_change(self, operation: Operation) -> Operation:
        """Saves the progress of an operation, and answers it with its next `version`. A final one gives its locks back
        in the same transaction. `OutdatedOperation` when somebody else has saved it since it was read.
        """
        ...

    async def discard_change(self, operation: Operation) -> None:
        """Forgets an intent for which nothing was sent, with its locks and its key. `OutdatedOperation` as above."""
        ...

    async def open_changes(self, account_id: str) -> list[Operation]:
        """Those that are not final, oldest first. Strongly consistent."""
        ...

    async def keep_plan(self, plan: Plan) -> None:
        """Keeps it until it expires. Not the bodies of its requests, nor any secret."""
        ...

    async def plan(self, digest: str) -> Plan | None:
        """Strongly consistent. Null when it has expired, and when another version of ours has stored it."""
        ...

    async def request_observation(self, account_id: str, at: datetime) -> None:
        """Makes an account due at `at`, unless it is due sooner, whatever its token says. An observation that is going
        on does not undo it: the `end` of a lease that began before keeps the earlier of the two times. Nothing for an
        account that is gone.
        """
        ...


class Reader(Protocol):
    """What readers use. Every `limit` is in items; a listing answers at most that many, in its order."""

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


class Store(Observations, Schedule, Accounts, Operations, Reader, Protocol):
    """The whole promise, kept by one table."""
