"""What the store promises: it keeps accounts, what was observed through them, and what changed.

An observer writes: it begins with a lease, saves what changed, and ends with the result. Fencing numbers decide who is
late: each `begin` takes the next one, and `save` and `end` of an earlier one are refused. What readers are promised is
in `reader`, and what the planner is in `schedule`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from fleet.model.account import Account, AccountState, TrackedAccount
from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.event import Event
from fleet.model.integration import Integration
from fleet.model.ledger import LedgerEntry
from fleet.model.node import Node
from fleet.model.operation import Operation
from fleet.model.plan import Plan
from fleet.model.rate_limit import Grant, RateFacts, RateLimit, RequestUse, Share, Spent
from fleet.model.spend import Statement
from fleet.model.subscription import OfferedPlan
from fleet.model.tracking import Tracked, TrackedCluster, Transition
from fleet.ports.reader import Reader
from fleet.ports.schedule import Schedule

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


class Store(Observations, Schedule, Accounts, Operations, Reader, Protocol):
    """The whole promise, kept by one table."""
