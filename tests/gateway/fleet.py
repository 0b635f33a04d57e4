"""A small fleet in the store of tests of the gateway, and what it is made of."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from fleet.accounts.new_account import make_account
from fleet.model.account import Account, AccountState, Collection, CollectionState
from fleet.model.catalog import InstanceType, Region
from fleet.model.cloud import Cloud
from fleet.model.cluster import Capacity, Cluster, ClusterDetails, Connection, Engine, Facts, Phase, Resources
from fleet.model.failure import Failure, FailureKind
from fleet.model.integration import Integration, IntegrationIdentity
from fleet.model.ledger import LedgerEntry
from fleet.model.money import (
    CostEstimate,
    Money,
    SpendEnforcement,
    SpendLimit,
    SpendLimitBasis,
    SpendLimitState,
    SpendLimitStatus,
    UsageLimit,
)
from fleet.model.node import Node, NodePhase
from fleet.model.rate_limit import RateLimit, RateScope, Share
from fleet.model.summary import summarize
from fleet.model.tracking import Tracked, TrackedCluster, Transition, Unread
from fleet.ports.store import Changes, Lease, TrackedItem
from fleet.providers import PROVIDERS
from fleet.providers.cockroachdb import CockroachdbDetails, CockroachdbRegion
from fleet.providers.kupe import KupeDetails
from fleet.providers.northflank import NodePool, NorthflankDetails
from fleet.providers.qovery import QoveryDetails, QoveryFeature
from infra.store.store import TableStore
from tests.fleet.things import id_of
from tests.gateway.world import NOON, SetClock

EXTERNAL_ID = "14e8c578-776a-4849-95e1-8f8506549d1b"  # of the cluster that cluster.variables.json names

_UNPUBLISHED = RateLimit(requests=None, window_seconds=60, scope=RateScope.TOKEN)
_DETAILS: Mapping[str, ClusterDetails] = {
    "cockroachdb": CockroachdbDetails(
        regions=(CockroachdbRegion(name="eu-west-1", node_count=3, is_primary=True),)
    ),
    "kupe": KupeDetails(
        console_url="https://console.example/production", isolation="dedicated", requested_version="1.34"
    ),
    "northflank": NorthflankDetails(node_pools=(NodePool(id="pool-1", node_type="m5.large", node_count=2),)),
    "qovery": QoveryDetails(
        kubernetes_mode="MANAGED",
        features=(
            QoveryFeature(
                id="STATIC_IP", value="true", cost_per_month=Money(minor_units=3800, currency="USD")
            ),
        ),
    ),
}


def account(provider: str, name: str, *, external_id: str | None = None) -> Account:
    if provider in PROVIDERS:
        token = SecretStr(f"made-up-token-of-{id_of(provider, name)}")
        return make_account(
            provider=provider,
            name=name,
            external_id=external_id,
            token=token,
            now=NOON,
            account_id=id_of(provider, name),
        )
    return Account(
        id=id_of(provider, name),
        provider=provider,
        name=name,
        token_hint="0000",
        token_replaced_at=NOON,
        budget_key=f"{provider}/{name}",
    )


def limited(cents: int, basis: SpendLimitBasis = SpendLimitBasis.MONEY) -> SpendLimitStatus:
    usage = UsageLimit(request_units=2**40) if basis is SpendLimitBasis.USAGE else None
    limit = SpendLimit(
        money=Money(minor_units=cents, currency="USD"),
        usage=usage,
        basis=basis,
        enforcement=SpendEnforcement.THROTTLE,
    )
    return SpendLimitStatus(state=SpendLimitState.LIMITED, limit=limit)


def cluster(owner: Account, name: str, phase: Phase = Phase.READY, **facts: Any) -> TrackedCluster:
    """A cluster first seen at noon. `facts` go to the row or to the cluster, wherever they belong."""
    of_row = {key: facts.pop(key) for key in list(facts) if key in TrackedCluster.model_fields}
    item: dict[str, Any] = {
        "account_id": owner.id,
        "provider": owner.provider,
        "external_id": f"id-of-{name}",
        "name": name,
        "display_name": name.title(),
        "engine": Engine.COCKROACHDB if owner.provider == "cockroachdb" else Engine.KUBERNETES,
        "phase": phase,
        "provider_phase": f"{phase}-there",
        "revision": "r1",
        "spend_limit": SpendLimitStatus(state=SpendLimitState.UNSUPPORTED, reason="No limits here."),
        "details": _DETAILS.get(owner.provider, ClusterDetails()),
    }
    row = {"item": Cluster(**item | facts), "since": NOON, "first_observed_at": NOON}
    return TrackedCluster.model_validate(row | of_row, context=PROVIDERS)


def node(of: TrackedCluster, name: str) -> Tracked[Node]:
    item = Node(
        account_id=of.item.account_id,
        cluster_key=of.item.key,
        external_id=name,
        name=name,
        phase=NodePhase.READY,
        provider_phase="LIVE",
        region="eu-west-1",
    )
    return Tracked[Node](item=item)


def integration(owner: Account, name: str, cloud: Cloud = Cloud.AWS) -> Tracked[Integration]:
    item = Integration(
        account_id=owner.id,
        provider=owner.provider,
        external_id=name,
        name=name,
        cloud=cloud,
        features=("cluster",),
        identity=IntegrationIdentity(role_arn=f"arn:aws:iam::123456789012:role/{name}")
        if cloud is Cloud.AWS
        else None,
    )
    return Tracked[Integration](item=item)


def transition(of: TrackedCluster, before: Phase | None, after: Phase, at: datetime) -> Transition:
    return Transition(
        account_id=of.item.account_id,
        cluster_key=of.item.key,
        cluster_name=of.item.name,
        from_phase=before,
        to_phase=after,
        provider_phase=f"{after}-there",
        observed_at=at,
        after_seconds=None if before is None else 90,
    )


def observed_at(at: datetime, failure: Failure | None = None) -> AccountState:
    state = CollectionState(observed_at=at, next_attempt_at=at + timedelta(seconds=60), failure=failure)
    return AccountState(collections=dict.fromkeys(Collection, state), is_token_accepted=True)


async def observe(
    store: TableStore,
    owner: Account,
    rows: Iterable[TrackedItem] = (),
    *,
    deletes: Iterable[TrackedItem] = (),
    transitions: Iterable[Transition] = (),
    state: AccountState | None = None,
    now: datetime = NOON,
) -> None:
    """What an observation leaves behind: rows, changes of phase, and an account with its summary."""
    if await store.account(owner.id) is None:
        await store.connect(owner, due_at=now)
    rate = PROVIDERS[owner.provider].rate_limit if owner.provider in PROVIDERS else _UNPUBLISHED
    lease = await store.begin(
        owner, rate=rate, share=Share.POLLING, requests=1, now=now, lease_seconds=60, due_at=None
    )
    assert isinstance(lease, Lease), lease
    await store.save(lease, Changes(puts=tuple(rows), deletes=tuple(deletes), transitions=tuple(transitions)))
    allowance = PROVIDERS[owner.provider].free_allowance if owner.provider in PROVIDERS else None
    summary = summarize(await store.clusters(owner.id), allowance)
    is_changed = bool(list(rows) or list(deletes))
    state = (state or observed_at(now)).model_copy(
        update={
            "summary": summary,
            "changes": lease.tracked.state.changes + is_changed,
            "fence": lease.fence,
        }
    )
    changed = LedgerEntry(account_id=owner.id, began_at=now, ended_at=now, requests=1, changed=1)
    entry = changed if list(rows) else None
    await store.end(lease, state, due_at=now + timedelta(seconds=60), entry=entry)


MERIDIAN = account("cockroachdb", "Meridian Freight")
ACME = account("kupe", "acme", external_id="acme")
NORTH = account("northflank", "north")
QUAY = account("qovery", "quay", external_id="6f0f1a52-0000-4000-8000-000000000001")
ZEPPELIN = account("zeppelin", "aloft")  # of a provider that only another version knows

OUTAGE = Failure(
    kind=FailureKind.UNAVAILABLE,
    message="The provider answered 503.",
    occurred_at=NOON,
    http_status=503,
    is_retryable=True,
)


async def populate(store: TableStore, clock: SetClock) -> None:
    """Five accounts at five providers, one of them unreachable and one of them unknown. Leaves the clock ten seconds
    later, when the feed shows what was written.
    """
    ledger = cluster(
        MERIDIAN,
        "shipments-ledger",
        external_id=EXTERNAL_ID,
        plan="ADVANCED",
        cloud=Cloud.AWS,
        regions=("eu-west-1",),
        labels={"env": "prod"},
        capacity=Capacity(total=Resources(memory_mib=2**35), node_count=3),
        spend_limit=SpendLimitStatus(state=SpendLimitState.UNLIMITED),
    )
    await observe(
        store,
        MERIDIAN,
        [
            ledger,
            cluster(MERIDIAN, "billing-vault", spend_limit=limited(5000), labels={}),
            cluster(
                MERIDIAN,
                "customs-portal",
                Phase.UPDATING,
                spend_limit=limited(1250, SpendLimitBasis.USAGE),
                unsupported={"LIST_NODES": "A serverless cluster has no nodes of its own."},
            ),
            cluster(MERIDIAN, "driver-app", Phase.FAILED, has_failed_to_start=True),
            cluster(MERIDIAN, "old-ledger", Phase.DELETED, expires_at=NOON + timedelta(days=7)),
            *(node(ledger, f"node-{number}") for number in range(3)),
            *(
                Tracked[Region](item=Region(account_id=MERIDIAN.id, name=name, cloud=cloud))
                for name, cloud in (
                    ("europe-west1", Cloud.GCP),
                    ("us-east-1", Cloud.AWS),
                    ("eu-west-1", Cloud.AWS),
                    ("westeurope", Cloud.AZURE),
                )
            ),
        ],
        transitions=[transition(ledger, None, Phase.PROVISIONING, NOON)],
    )
    clock.at += timedelta(seconds=1)
    await observe(
        store,
        MERIDIAN,
        transitions=[transition(ledger, Phase.PROVISIONING, Phase.READY, clock.at)],
        now=clock.at,
    )
    await observe(
        store,
        ACME,
        [
            cluster(
                ACME, "production", facts=Facts(connection=Connection(endpoint="https://k8s.acme.example"))
            ),
            cluster(ACME, "staging", Phase.DEGRADED, message="One machine is away."),
        ],
    )
    await observe(
        store,
        NORTH,
        [
            cluster(NORTH, "edge", cloud=Cloud.AWS, integration_external_id="aws-prod"),
            cluster(NORTH, "lab", cloud=Cloud.GCP, regions=("europe-west1",)),
            integration(NORTH, "aws-prod"),
            integration(NORTH, "gcp-lab", Cloud.GCP),
        ],
    )
    dollars = [Money(minor_units=cents, currency="USD") for cents in (9000, 12050)]
    unread = Unread(failure=OUTAGE, read_at=NOON - timedelta(hours=2))
    await observe(
        store,
        QUAY,
        [
            cluster(
                QUAY,
                "pier",
                facts=Facts(cost_estimate=CostEstimate(minimum=dollars[0], maximum=dollars[1])),
                unread=unread,
            ),
            *(
                Tracked[InstanceType](
                    item=InstanceType(
                        account_id=QUAY.id, name=name, cloud=cloud, region=region, memory_mib=4096
                    )
                )
                for cloud, region, name in (
                    (Cloud.AWS, "eu-west-3", "t3.large"),
                    (Cloud.AWS, "eu-west-3", "t3.medium"),
                    (Cloud.AWS, "us-east-2", "t3.medium"),
                    (Cloud.SCALEWAY, "fr-par", "dev1-l"),
                )
            ),
        ],
        state=observed_at(NOON - timedelta(hours=1), OUTAGE),
    )
    await observe(store, ZEPPELIN, [cluster(ZEPPELIN, "gondola")])
    clock.at = NOON + timedelta(seconds=10)
