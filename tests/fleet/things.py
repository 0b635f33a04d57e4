"""Things as providers list them and as the store remembers them, each with just enough to be one."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from fleet.accounts.new_account import make_account
from fleet.model.account import Account
from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, Engine, Phase
from fleet.model.integration import Integration
from fleet.model.money import (
    Money,
    SpendEnforcement,
    SpendLimit,
    SpendLimitBasis,
    SpendLimitState,
    SpendLimitStatus,
    UsageLimit,
)
from fleet.model.node import Node, NodePhase
from fleet.model.tracking import TrackedCluster
from fleet.providers import PROVIDERS

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNLIMITED = SpendLimitStatus(state=SpendLimitState.UNLIMITED)
UNSUPPORTED = SpendLimitStatus(state=SpendLimitState.UNSUPPORTED, reason="bills by plan")
UNKNOWN_LIMIT = SpendLimitStatus(state=SpendLimitState.UNKNOWN, reason="did not say")


class HandClock:
    """Stands still until somebody moves it; whoever sleeps moves it."""

    def __init__(self) -> None:
        self.at = NOON
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)


def id_of(provider: str, name: str) -> str:
    """Ids of accounts are per connection; in tests one name is one account."""
    return hashlib.sha256(f"{provider}\n{name}".encode()).hexdigest()[:16]


def account(provider: str = "kupe", name: str = "acme", token: str = "a-made-up-token") -> Account:
    return make_account(
        provider=provider,
        name=name,
        external_id=f"{name}-org",
        token=SecretStr(token),
        now=NOON,
        account_id=id_of(provider, name),
    )


def cluster(
    external_id: str = "c1", *, of: Account | None = None, phase: Phase = Phase.READY, **more: Any
) -> Cluster:
    owner = of or account()
    fields: dict[str, Any] = {
        "account_id": owner.id,
        "provider": owner.provider,
        "external_id": external_id,
        "name": external_id,
        "display_name": external_id,
        "engine": Engine.KUBERNETES,
        "phase": phase,
        "provider_phase": phase.value.lower(),
        "cloud": Cloud.AWS,
        "regions": ("eu-1",),
        "revision": "r1",
        "spend_limit": UNLIMITED,
        "details": PROVIDERS[owner.provider].details(),
    }
    return Cluster(**fields | more)


def row(external_id: str = "c1", *, since: datetime = NOON, **more: Any) -> TrackedCluster:
    """A cluster as the store holds it; what is no member of a row is one of its cluster."""
    tracked = {name: more.pop(name) for name in list(more) if name in TrackedCluster.model_fields}
    return TrackedCluster(item=cluster(external_id, **more), since=since, first_observed_at=since, **tracked)


def node(name: str, *, of: Cluster, **more: Any) -> Node:
    fields: dict[str, Any] = {"phase": NodePhase.READY, "provider_phase": "ready"}
    return Node(account_id=of.account_id, cluster_key=of.key, external_id=name, name=name, **fields | more)


def integration(external_id: str, *, of: Account | None = None, **more: Any) -> Integration:
    owner = of or account()
    fields: dict[str, Any] = {"name": external_id, "cloud": Cloud.AWS}
    return Integration(
        account_id=owner.id,
        provider=owner.provider,
        external_id=external_id,
        **fields | more,
    )


def region(name: str, *, of: Account | None = None) -> Region:
    return Region(account_id=(of or account()).id, name=name, cloud=Cloud.AWS)


def version(name: str, *, of: Account | None = None) -> OfferedVersion:
    return OfferedVersion(account_id=(of or account()).id, name=name, engine=Engine.COCKROACHDB)


def instance_type(name: str, *, of: Account | None = None) -> InstanceType:
    return InstanceType(account_id=(of or account()).id, name=name, cloud=Cloud.AWS)


def limited(minor_units: int | None, basis: SpendLimitBasis, currency: str = "USD") -> SpendLimitStatus:
    return SpendLimitStatus(
        state=SpendLimitState.LIMITED,
        limit=SpendLimit(
            money=None if minor_units is None else Money(minor_units=minor_units, currency=currency),
            usage=UsageLimit(request_units=5),
            basis=basis,
            enforcement=SpendEnforcement.STOP,
        ),
    )
