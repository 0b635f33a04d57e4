"""Accounts, clusters and observations to fill a store with."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fleet.model.account import Account, AccountState
from fleet.model.change import Change, DeleteCluster
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, Engine, Phase
from fleet.model.integration import Integration
from fleet.model.money import SpendLimitState, SpendLimitStatus
from fleet.model.node import Node, NodePhase
from fleet.model.operation import Operation, Target, TargetKind
from fleet.model.rate_limit import RateLimit, RateScope, Share
from fleet.model.tracking import Tracked, TrackedCluster, Transition
from fleet.ports.store import Changes, Idempotency, Lease, NotBegun, Store
from fleet.providers.kupe import KupeDetails
from tests.fleet.things import id_of

NOON = datetime(2040, 5, 4, 12, 0, tzinfo=UTC)
"""Later than today, because emulators delete what has expired."""

RATE = RateLimit(requests=10, window_seconds=60, scope=RateScope.TOKEN)
"""Polling may use eight of the ten."""
NO_KNOWN_LIMIT = RateLimit(requests=None, window_seconds=60, scope=RateScope.ADDRESS)
LEASE_SECONDS = 60


class SetClock:
    """Time stands still until somebody sleeps or sets it."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)


def make_account(name: str = "acme", *, provider: str = "kupe", budget_key: str = "key") -> Account:
    return Account(
        id=id_of(provider, name),
        provider=provider,
        name=name,
        external_id=f"{name}-org",
        token_hint="abcd",
        token_replaced_at=NOON,
        budget_key=budget_key,
    )


def make_cluster(
    account: Account, key: str, *, name: str | None = None, phase: Phase = Phase.READY, **more: Any
) -> TrackedCluster:
    cluster = Cluster(
        account_id=account.id,
        provider=account.provider,
        external_id=key,
        name=name if name is not None else key,
        display_name=key,
        engine=Engine.KUBERNETES,
        phase=phase,
        provider_phase=phase.title(),
        revision="r1",
        spend_limit=SpendLimitStatus(state=SpendLimitState.UNSUPPORTED, reason="no limits here"),
        details=KupeDetails(isolation="shared"),
    )
    return TrackedCluster(item=cluster, since=NOON, first_observed_at=NOON, **more)


def make_node(account: Account, cluster_key: str, name: str) -> Tracked[Node]:
    return Tracked[Node](
        item=Node(
            account_id=account.id,
            cluster_key=cluster_key,
            external_id=name,
            name=name,
            phase=NodePhase.READY,
            provider_phase="Ready",
        )
    )


def make_integration(account: Account, key: str, *, name: str) -> Tracked[Integration]:
    return Tracked[Integration](
        item=Integration(
            account_id=account.id, provider=account.provider, external_id=key, name=name, cloud=Cloud.AWS
        )
    )


def make_transition(
    account: Account,
    cluster_key: str,
    *,
    before: Phase | None = None,
    after: Phase = Phase.READY,
    observed_at: datetime = NOON,
    seconds: int | None = None,
) -> Transition:
    return Transition(
        account_id=account.id,
        cluster_key=cluster_key,
        cluster_name=cluster_key,
        from_phase=before,
        to_phase=after,
        provider_phase=after.title(),
        observed_at=observed_at,
        after_seconds=seconds,
    )


CLUSTER_LOCK = "cluster c1"


def make_operation(
    account: Account,
    operation_id: str,
    *,
    locks: tuple[str, ...] = (CLUSTER_LOCK,),
    change: Change | None = None,
    requested_at: datetime = NOON,
) -> Operation:
    asked = change or DeleteCluster()
    return Operation(
        id=operation_id,
        account_id=account.id,
        provider=account.provider,
        kind=asked.kind,
        change=asked,
        target=Target(kind=TargetKind.CLUSTER, key="c1"),
        target_name="c1",
        requested_by="ada",
        requested_at=requested_at,
        deadline=requested_at + timedelta(hours=1),
        locks=locks,
    )


def make_idempotency(
    key: str = "k", *, caller: str = "ada", digest: str = "d", now: datetime = NOON
) -> Idempotency:
    return Idempotency(caller=caller, key=key, digest=digest, expires_at=now + timedelta(days=1))


async def must_begin_change(
    store: Store, operation: Operation, idempotency: Idempotency | None = None
) -> Operation:
    kept = await store.begin_change(operation, idempotency=idempotency)
    assert isinstance(kept, Operation), kept
    return kept


async def begin(
    store: Store,
    account: Account,
    now: datetime,
    *,
    rate: RateLimit = NO_KNOWN_LIMIT,
    share: Share = Share.POLLING,
    requests: int = 1,
    due_at: datetime | None = None,
) -> Lease | NotBegun:
    return await store.begin(
        account,
        rate=rate,
        share=share,
        requests=requests,
        now=now,
        lease_seconds=LEASE_SECONDS,
        due_at=due_at,
    )


async def must_begin(store: Store, account: Account, now: datetime, **more: Any) -> Lease:
    lease = await begin(store, account, now, **more)
    assert isinstance(lease, Lease), lease
    return lease


async def forget(store: Store, account: Account, now: datetime) -> None:
    await store.hide(account.id, due_at=now)
    await store.remove(account.id)


async def observe(store: Store, account: Account, now: datetime, changes: Changes) -> None:
    """One whole observation of an account that may be new."""
    if await store.account(account.id) is None:
        await store.connect(account, due_at=now)
    lease = await must_begin(store, account, now)
    await store.save(lease, changes)
    await store.end(lease, AccountState(), due_at=now + timedelta(minutes=1))
