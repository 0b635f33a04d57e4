"""A made-up fleet, the same in every round: written to a table, or as plain numbers and texts for a peer."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from fleet.accounts.new_account import make_account
from fleet.model.account import Account, AccountState, Collection, CollectionState
from fleet.model.cloud import Cloud
from fleet.model.cluster import Capacity, Cluster, Engine, Phase, Resources
from fleet.model.integration import Integration
from fleet.model.money import (
    Money,
    SpendEnforcement,
    SpendLimit,
    SpendLimitBasis,
    SpendLimitState,
    SpendLimitStatus,
)
from fleet.model.node import Node, NodePhase
from fleet.model.rate_limit import Share
from fleet.model.summary import summarize
from fleet.model.tracking import Tracked, TrackedCluster, Transition
from fleet.ports.clock import SystemClock
from fleet.ports.store import Changes, Lease, TrackedItem
from fleet.providers import PROVIDERS
from infra.store.store import TableStore
from infra.store.table import Table

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
WITH_NODES = ("cockroachdb", "northflank")
"""The providers that list nodes."""
PHASES = (Phase.READY,) * 8 + (Phase.UPDATING, Phase.DEGRADED)
WORDS = ("orders", "billing", "search", "edge", "ledger", "maps", "media", "nightly", "stage", "lab")
FEED_EVENTS = 500
"""At most: changes of phase in the feed, whatever the size of the fleet."""


@dataclass(frozen=True, kw_only=True)
class Size:
    accounts: int
    clusters: int
    """Of each account."""
    nodes: int
    """Of each cluster."""

    @property
    def table(self) -> str:
        return f"bench-{self.accounts}-{self.clusters}-{self.nodes}"


PAGE = Size(accounts=10, clusters=10, nodes=10)


def accounts(size: Size) -> Iterator[Account]:
    for number in range(size.accounts):
        provider = WITH_NODES[number % len(WITH_NODES)]
        yield make_account(
            provider=provider,
            name=f"account-{number:03}",
            external_id=f"organization-{number:03}",
            token=SecretStr(f"made-up-{number}"),
            now=BEGAN,
            account_id=f"{number:016x}",
        )


def clusters(account: Account, size: Size) -> Iterator[TrackedCluster]:
    for number in range(size.clusters):
        since = BEGAN + timedelta(hours=number)
        item = Cluster(
            account_id=account.id,
            provider=account.provider,
            external_id=f"cluster-{number:05}",
            name=f"{WORDS[number % len(WORDS)]}-{number:05}",
            display_name=f"{WORDS[number % len(WORDS)].title()} {number}",
            engine=Engine.COCKROACHDB if account.provider == "cockroachdb" else Engine.KUBERNETES,
            version=f"v{number % 4}.1",
            plan=("BASIC", "STANDARD", "ADVANCED")[number % 3],
            phase=PHASES[number % len(PHASES)],
            provider_phase="as told",
            cloud=(Cloud.AWS, Cloud.GCP, Cloud.AZURE)[number % 3],
            regions=(f"region-{number % 7}",),
            labels={"env": ("prod", "stage")[number % 2], "team": f"team-{number % 9}"},
            capacity=Capacity(
                total=Resources(cpu_millicores=8000, memory_mib=32768), node_count=size.nodes or 3
            ),
            created_at=since,
            revision=f"{number:016x}",
            spend_limit=SpendLimitStatus(
                state=SpendLimitState.LIMITED,
                limit=SpendLimit(
                    money=Money(minor_units=5000 + number, currency="USD"),
                    basis=SpendLimitBasis.MONEY,
                    enforcement=SpendEnforcement.THROTTLE,
                ),
            ),
            integration_external_id="cloud-account",
            details=PROVIDERS[account.provider].details(),
        )
        yield TrackedCluster(item=item, since=since, first_observed_at=since)


def nodes(of: Cluster, size: Size) -> Iterator[Tracked[Node]]:
    for number in range(size.nodes):
        yield Tracked[Node](
            item=Node(
                account_id=of.account_id,
                cluster_key=of.key,
                external_id=f"node-{number:02}",
                name=f"node-{number:02}",
                phase=NodePhase.READY,
                provider_phase="LIVE",
                region="region-1",
                instance_type="m5.large",
                created_at=BEGAN,
            )
        )


def integration(account: Account) -> Tracked[Integration]:
    return Tracked[Integration](
        item=Integration(
            account_id=account.id,
            provider=account.provider,
            external_id="cloud-account",
            name="cloud account",
            cloud=Cloud.AWS,
            features=("cluster",),
        )
    )


async def write(table: Table, size: Size, only: Account | None = None) -> None:
    """Writes the fleet as observations would leave it; `only` one account, observed again a minute later."""
    store = TableStore(table, SystemClock())
    of_each = max(1, FEED_EVENTS // size.accounts)
    for account in accounts(size):
        if only is None:
            await store.connect(account, due_at=BEGAN)
        elif only.id != account.id:
            continue
        rows: list[TrackedItem] = [integration(account)]
        changes: list[Transition] = []
        for cluster in clusters(account, size):
            rows += [cluster, *nodes(cluster.item, size)]
            if len(changes) < of_each:
                changes.append(_changed(cluster, account))
        await observe(store, account, rows, () if only else changes)


def _changed(cluster: TrackedCluster, account: Account) -> Transition:
    return Transition(
        account_id=account.id,
        account_name=account.name,
        provider=account.provider,
        cluster_key=cluster.item.key,
        cluster_name=cluster.item.name,
        from_phase=None,
        to_phase=cluster.item.phase,
        provider_phase=cluster.item.provider_phase,
        observed_at=cluster.since,
    )


async def observe(
    store: TableStore, account: Account, rows: Sequence[TrackedItem], transitions: Sequence[Transition] = ()
) -> None:
    """Saves the rows as an observation of the whole account does."""
    now = datetime.now(UTC)
    lease = await store.begin(
        account,
        rate=PROVIDERS[account.provider].rate_limit,
        share=Share.POLLING,
        requests=1,
        now=now,
        lease_seconds=600,
        due_at=None,
    )
    assert isinstance(lease, Lease), lease
    await store.save(lease, Changes(puts=tuple(rows), transitions=tuple(transitions)))
    seen = CollectionState(observed_at=now, next_attempt_at=now + timedelta(hours=12))
    state = AccountState(
        collections=dict.fromkeys(Collection, seen),
        is_token_accepted=True,
        summary=summarize([row for row in rows if isinstance(row, TrackedCluster)], None),
        changes=lease.tracked.state.changes + 1,
        fence=lease.fence,
        quiet=1,
    )
    await store.end(lease, state, due_at=now + timedelta(hours=12))


def write_all(table: Table, size: Size) -> None:
    asyncio.run(write(table, size))
