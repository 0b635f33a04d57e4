"""A row of every kind that the store keeps, as a release leaves them: `python -m tests.infra.store.released VERSION`.

What it writes is kept for good, below tests/fixtures/rows: every later version has to read it. `unreleased` is written
anew until it is a release.
"""

import asyncio
import json
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from fleet.model.account import AccountState, Collection, CollectionState, DeletionGuard
from fleet.model.api_key import ApiKey
from fleet.model.audit import new_entry
from fleet.model.caller import Scope
from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.change import (
    CHANGES,
    AllowNetwork,
    Change,
    CreateCluster,
    CreateIntegration,
    DisallowNetwork,
    LockCluster,
    SetSpendLimit,
    UpdateCluster,
    UpdateIntegration,
)
from fleet.model.cloud import Cloud
from fleet.model.cluster import Capacity, Cluster, Connection, Engine, Facts, Phase, Resources
from fleet.model.envelope import Envelope
from fleet.model.event import Event, EventKind
from fleet.model.failure import Failure, FailureKind
from fleet.model.ledger import LedgerEntry
from fleet.model.money import (
    CostEstimate,
    LimitWanted,
    Money,
    SpendEnforcement,
    SpendLimit,
    SpendLimitBasis,
    SpendLimitState,
    SpendLimitStatus,
)
from fleet.model.network import NetworkToAllow
from fleet.model.operation import Before, Operation, Step, Target, TargetKind
from fleet.model.plan import GOOD_FOR, Outgoing, Plan
from fleet.model.rate_limit import RateFacts
from fleet.model.severity import Severity
from fleet.model.spend import SpendLine, Statement
from fleet.model.subscription import Allowance, OfferedPlan
from fleet.model.summary import summarize
from fleet.model.tracking import Tracked, TrackedCluster, Unread
from fleet.model.upkeep import Backup, MaintenanceWindow, Upkeep
from fleet.model.webhook import Delivery, Webhook, WebhookForm, WebhookState
from fleet.ports.schedule import ScheduleState, ShardState
from fleet.ports.store import Changes
from fleet.providers import PROVIDERS
from infra.sqlite.table import SqliteTable
from infra.store.api_keys import TableKeys
from infra.store.audit import TableAudit
from infra.store.credits import TableCredits
from infra.store.envelopes import TableEnvelopes
from infra.store.schedule import TableSchedule
from infra.store.store import TableStore
from infra.store.webhooks import TableWebhooks
from infra.store.writes import Row
from tests.contract.kits import KITS
from tests.infra.samples import (
    NOON,
    RATE,
    SetClock,
    make_account,
    make_idempotency,
    make_integration,
    make_node,
    make_transition,
    must_begin,
)

FOLDER = Path(__file__).parents[2] / "fixtures" / "rows"
ACME = make_account()
FAILURE = Failure(
    kind=FailureKind.TIMEOUT,
    message="Kupe did not answer in time.",
    occurred_at=NOON,
    http_status=504,
    provider_request_id="r-1",
    is_retryable=True,
    retry_at=NOON,
)
COST = CostEstimate(
    minimum=Money(minor_units=100, currency="USD"), maximum=Money(minor_units=200, currency="USD")
)

VERSION = OfferedVersion(
    account_id=ACME.id,
    name="v25.4",
    engine=Engine.COCKROACHDB,
    plans=("ADVANCED",),
    release="REGULAR",
    support_ends_at=NOON,
    upgrades_to=("v26.1",),
)
PLAN = OfferedPlan(
    account_id=ACME.id,
    name="pro",
    display_name="Pro",
    monthly_fee=Decimal("99.50"),
    most_clusters=5,
    pool=Resources(cpu_millicores=8000, memory_mib=32_768, storage_mib=204_800),
    allowances=(Allowance(name="retention", quantity=Decimal(14), unit="days"),),
)
STATEMENT = Statement(
    account_id=ACME.id,
    external_id="2040-05",
    period="2040-05",
    since=NOON,
    until=NOON + timedelta(days=31),
    total=Money(minor_units=4200, currency="USD"),
    is_final=False,
    lines=(
        SpendLine(
            label="of-kupe",
            cluster_external_id="of-kupe",
            cluster_key="of-kupe@1",
            amount=Money(minor_units=4200, currency="USD"),
        ),
    ),
)
UPKEEP = Upkeep(
    last_backup=Backup(external_id="b-1", as_of=NOON),
    maintenance_window=MaintenanceWindow(offset_seconds=0, length_seconds=21_600),
)
ENVELOPE = Envelope(
    name="team a",
    money=Money(minor_units=100_000, currency="USD"),
    account_ids=frozenset({ACME.id}),
    labels={"team": "a"},
    set_by="ada",
    set_at=NOON,
)

EVENT = Event(
    kind=EventKind.VERSION_CHANGED,
    account_id=ACME.id,
    account_name=ACME.name,
    provider=ACME.provider,
    cluster_key="of-kupe@1",
    cluster_name="of-kupe",
    occurred_at=NOON,
    before="1.33",
    after="1.34",
    message="It was upgraded.",
)
WEBHOOK = Webhook(
    id="w1",
    name="pager",
    form=WebhookForm.SLACK,
    origin="https://hooks.example.com",
    kinds=frozenset({EventKind.PHASE_CHANGED}),
    severities=frozenset({Severity.BROKEN}),
    providers=frozenset({"kupe"}),
    account_ids=frozenset({ACME.id}),
    created_at=NOON,
    created_by="ada",
    url_changed_at=NOON,
    paused_at=NOON,
    pause_reason="Its receiver answered with 410.",
)


def clusters() -> list[TrackedCluster]:
    """One of each provider, every member of it set, and a plain one."""
    full = [
        TrackedCluster(
            item=Cluster(
                account_id=ACME.id,
                provider=key,
                external_id=f"of-{key}",
                incarnation="1",
                name=f"of-{key}",
                display_name=f"Of {key}",
                description="what it is for",
                engine=Engine.KUBERNETES,
                version="1.33",
                available_version="1.34",
                plan="standard",
                phase=Phase.DEGRADED,
                provider_phase="degraded",
                provider_operation="upgrade",
                message="two nodes are away",
                is_converged=False,
                cloud=Cloud.AWS,
                provider_cloud="aws",
                regions=("eu-central-1",),
                capacity=Capacity(
                    total=Resources(cpu_millicores=4000, memory_mib=8192, storage_mib=10240), node_count=2
                ),
                labels={"team": "a"},
                is_deletion_protected=True,
                created_at=NOON,
                updated_at=NOON,
                revision="r1",
                connection=Connection(endpoint="https://e.example", certificate_authority="aGVsbG8="),
                spend_limit=SpendLimitStatus(
                    state=SpendLimitState.LIMITED,
                    limit=SpendLimit(
                        money=Money(minor_units=1250, currency="EUR"),
                        basis=SpendLimitBasis.MONEY,
                        enforcement=SpendEnforcement.NOTIFY,
                    ),
                ),
                integration_external_id="i1",
                details=provider.details(),
            ),
            since=NOON,
            first_observed_at=NOON,
            missing_since=NOON,
            facts=Facts(cost_estimate=COST, upkeep=UPKEEP),
            unread=Unread(failure=FAILURE, read_at=NOON),
        )
        for key, provider in PROVIDERS.items()
    ]
    gone = full[0].model_copy(
        update={
            "item": full[0].item.model_copy(
                update={"external_id": "gone", "phase": Phase.DELETED, "deleted_at": NOON}
            ),
            "expires_at": NOON + timedelta(days=7),
        }
    )
    return [*full, gone]


def changes() -> list[tuple[str, Change]]:
    """One of every kind, and those that differ between providers once for each."""
    made: list[tuple[str, Change]] = []
    for kit in KITS.values():
        if kit.spec is not None:
            made.append((kit.key, CreateCluster(provider=kit.key, name="fresh-moose", spec=kit.spec)))
        if kit.patch is not None:
            made.append((kit.key, UpdateCluster(provider=kit.key, patch=kit.patch)))
    made += [
        ("cockroachdb", SetSpendLimit(limit=LimitWanted(money=Money(minor_units=500, currency="USD")))),
        ("cockroachdb", AllowNetwork(network=NetworkToAllow(cidr="192.0.2.0/24"))),
        ("cockroachdb", DisallowNetwork(cidr="192.0.2.0/24")),
        ("qovery", LockCluster(reason="of an audit", days=2)),
        ("qovery", CreateIntegration(name="aws", description="of the team", features=("CLUSTER",))),
        ("qovery", UpdateIntegration(description="of nobody")),
    ]
    taken = {change.kind for _, change in made}
    made += [("kupe", change()) for kind, change in CHANGES.items() if kind not in taken]
    return made


def operation(number: int, provider: str, change: Change) -> Operation:
    return Operation(
        id=f"o{number:02d}",
        account_id=ACME.id,
        provider=provider,
        kind=change.kind,
        change=change,
        target=Target(kind=TargetKind.CLUSTER, key=f"c{number}"),
        target_name=f"c{number}",
        requested_by="ada",
        requested_at=NOON,
        deadline=NOON + timedelta(hours=1),
        expected_revision="r1",
        steps=(Step.CHANGE, Step.DEPLOY),
        before=Before(keys=("c0",), revision="r0", deployment="run-1"),
        locks=(f"cluster c{number}",),
    )


async def make_rows() -> list[Row]:
    table, clock = SqliteTable(), SetClock()
    store, keys = TableStore(table, clock), TableKeys(table, clock)
    await store.connect(ACME, due_at=NOON)
    lease = await must_begin(store, ACME, NOON, rate=RATE)
    puts: list[Tracked[Any]] = [
        *clusters(),
        make_node(ACME, "of-kupe@1", "n1"),
        make_integration(ACME, "i1", name="aws"),
        Tracked[Region](item=Region(account_id=ACME.id, name="fra", cloud=Cloud.AWS, location="Frankfurt")),
        Tracked[InstanceType](item=InstanceType(account_id=ACME.id, name="m6i.large", cloud=Cloud.AWS)),
        Tracked[OfferedVersion](item=VERSION),
        Tracked[OfferedPlan](item=PLAN),
        Tracked[Statement](item=STATEMENT),
    ]
    transitions = [make_transition(ACME, "of-kupe@1", before=Phase.READY, after=Phase.DEGRADED, seconds=60)]
    await store.save(lease, Changes(puts=puts, transitions=transitions, events=[EVENT]))
    state = AccountState(
        collections={
            one: CollectionState(observed_at=NOON, next_attempt_at=NOON, failure=FAILURE, failing_since=NOON)
            for one in Collection
        },
        is_token_accepted=True,
        deletion_guard=DeletionGuard(since=NOON, reason="much vanished at once"),
        summary=summarize(clusters()),
    )
    entry = LedgerEntry(
        account_id=ACME.id,
        began_at=NOON,
        ended_at=NOON,
        requests=3,
        changed=1,
        failure="It is away.",
        quiet_before=4,
    )
    await store.end(lease, state, due_at=NOON, entry=entry)
    await TableAudit(table, clock).record(
        new_entry(now=NOON, caller_id="key 1", caller="ada", action="revokeApiKey", subject="key1")
    )
    await store.learn(ACME.budget_key, RATE, RateFacts(limit=10, remaining=2, resets_at=NOON), NOON)
    for number, (provider, change) in enumerate(changes()):
        kept = await store.begin_change(
            operation(number, provider, change), idempotency=make_idempotency(f"k{number}")
        )
        assert isinstance(kept, Operation)
    for number, name in enumerate(("open", "revoked")):
        key = ApiKey(
            id=f"key{number}",
            name=name,
            hint="abcd",
            scopes=frozenset({Scope.WRITE}),
            account_ids=frozenset({ACME.id}),
            created_at=NOON,
            expires_at=NOON + timedelta(days=90),
        )
        await keys.keep(key, "a digest")
        await keys.note_use(key, NOON)
    await keys.revoke("key1", NOON)
    await TableEnvelopes(table, clock).put(ENVELOPE)
    await TableCredits(table, limit=100).spend("ada", 10, NOON)
    await store.keep_plan(make_plan())
    await keep_webhook(TableWebhooks(table, clock))
    shard = ShardState(until=NOON, looked_at=NOON, begun_at=NOON, place=f"{NOON.isoformat()}\x00{ACME.id}")
    await TableSchedule(table, clock).keep_schedule(ScheduleState(shards={0: shard}))
    found = table._writer.submit(
        table._with_connection,
        lambda connection: connection.execute("SELECT attributes FROM rows ORDER BY pk, sk").fetchall(),
    ).result()
    table.close()
    return [json.loads(attributes) for (attributes,) in found]


def make_plan() -> Plan:
    provider, change = changes()[0]
    request = Outgoing(
        method="POST",
        url="https://api.example/clusters",
        headers={"if-match": "r1"},
        digest="d1",
        is_masked=True,
    )
    return Plan(
        digest="p1",
        operation=operation(99, provider, change),
        revision="r1",
        requests=(request,),
        cost=COST,
        expires_at=NOON + GOOD_FOR,
    )


async def keep_webhook(webhooks: TableWebhooks) -> None:
    """With a delivery that waits, and one that was given up."""
    state = WebhookState(
        cursor=webhooks.place(NOON),
        delivered_at=NOON,
        failing_since=NOON,
        failure="It answered with 503.",
        waiting_count=1,
        dead_count=1,
    )
    await webhooks.keep(WEBHOOK, state)
    for number, keep in enumerate((webhooks.wait, webhooks.give_up)):
        order = f"2040-05-04T12:00:0{number}.000000+00:00\x00{ACME.id}"
        delivery = Delivery(
            event=EVENT, order=order, since=NOON, next_at=NOON, attempts=1, failure="It answered with 503."
        )
        await keep(WEBHOOK.id, delivery)


def write(version: str) -> Path:
    path = FOLDER / f"{version}.json"
    path.parent.mkdir(exist_ok=True)
    rows = asyncio.run(make_rows())
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    print(write(sys.argv[1]))  # noqa: T201
