"""Accounts whose providers do as a script says, observed over the real store, at the time of a hand clock."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from pydantic import SecretStr

from fleet.accounts.new_account import make_account
from fleet.accounts.service import AccountService
from fleet.changing.changer import Changer
from fleet.model.account import Account, AccountState, TrackedAccount
from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.change import CreateIntegration, UpdateIntegration
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, Connection, Phase
from fleet.model.failure import NotFound, TimedOut, Unauthenticated
from fleet.model.integration import Integration
from fleet.model.money import CostEstimate, LimitWanted
from fleet.model.network import AllowedNetwork, Allowlist
from fleet.model.node import Node
from fleet.model.operation import Operation
from fleet.model.plan import Outgoing
from fleet.model.provider import Provider
from fleet.model.rate_limit import RateFacts, Share
from fleet.model.spec import ClusterPatch, ClusterSpec
from fleet.model.spend import Statement
from fleet.model.subscription import OfferedPlan, Subscription
from fleet.model.tracking import TrackedCluster, Transition
from fleet.model.upkeep import Upkeep
from fleet.observing.observer import KEPT_FOR_WRITING, Observer
from fleet.observing.outcome import Observation
from fleet.observing.schedule import Pace
from fleet.ports.adapter import Adapter, Listing, Unreadable
from fleet.ports.permits import Permits
from fleet.ports.reader import Ref
from fleet.providers import PROVIDERS
from infra.store.store import TableStore
from tests.fleet.things import HandClock, id_of
from tests.tables import CountedTable


@dataclass(kw_only=True)
class Script:
    """What a provider shows. `wrong` and `meanwhile` go by what is asked ("nodes"), or by it and of whom ("nodes c1").

    `can_tell` leaves out what the provider does not offer.
    """

    clusters: list[Cluster] = field(default_factory=list)
    unreadable: tuple[Unreadable, ...] = ()
    incomplete: str | None = None
    contradicted: frozenset[str] = frozenset()
    by_id: dict[str, Cluster] = field(default_factory=dict)
    nodes: dict[str, Listing[Node]] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)
    costs: dict[str, CostEstimate] = field(default_factory=dict)
    integrations: Listing[Integration] = field(default_factory=lambda: Listing(items=()))
    regions: Listing[Region] = field(default_factory=lambda: Listing(items=()))
    instance_types: Listing[InstanceType] = field(default_factory=lambda: Listing(items=()))
    versions: Listing[OfferedVersion] = field(default_factory=lambda: Listing(items=()))
    upgrades: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    allowlist: Allowlist | None = None
    upkeep: Upkeep | None = None
    spend: Listing[Statement] = field(default_factory=lambda: Listing(items=()))
    subscription: Subscription | None = None
    plans: Listing[OfferedPlan] = field(default_factory=lambda: Listing(items=()))

    refused_tokens: set[str] = field(default_factory=set)
    wrong: dict[str, Exception] = field(default_factory=dict)
    meanwhile: dict[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)
    facts: RateFacts | None = None
    asked: list[str] = field(default_factory=list)
    makes: Callable[[str], Cluster] | None = None
    links: Callable[[CreateIntegration], Integration] | None = None
    updated: Mapping[str, object] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    sent_revisions: list[str | None] = field(default_factory=list)
    used: Collection[tuple[Cloud, str]] = ()

    def become(self, key: str, **changes: object) -> None:
        """Makes the provider show something else of a cluster from now on."""
        self.clusters = [one.model_copy(update=changes) if one.key == key else one for one in self.clusters]

    def times_asked(self, verb: str) -> int:
        return sum(one.partition(" ")[0] == verb for one in self.asked)


CHANGES_CLUSTERS = {"create", "update", "stop", "deploy", "delete", "limit", "unlimit"}
CHANGES_REST = {"link", "relink", "unlink", "cordon", "uncordon", "drain"}


class Bare:
    """An adapter that lists clusters and offers nothing else."""

    def __init__(self, provider: Provider, script: Script, token: SecretStr, permits: Permits) -> None:
        self.provider = provider
        self._script = script
        self._token = token.get_secret_value()
        self._permits = permits

    async def clusters(self) -> Listing[Cluster]:
        await self._ask("clusters")
        script = self._script
        return Listing(
            items=tuple(script.clusters),
            unreadable=script.unreadable,
            incomplete=script.incomplete,
            contradicted=script.contradicted,
        )

    async def _ask(self, what: str, whom: str = "") -> None:
        url = f"https://provider.invalid/{what}/{whom}"
        await self._permits.take(
            Outgoing(method="POST", url=url, digest=what) if what in CHANGES_CLUSTERS | CHANGES_REST else None
        )
        script, full = self._script, f"{what} {whom}".strip()
        script.asked.append(full)
        if script.facts is not None:
            self._permits.learn(script.facts)
        if self._token in script.refused_tokens:
            raise Unauthenticated("The token is refused.", http_status=401)
        for name in {full, what}:
            if name in script.meanwhile:
                await script.meanwhile[name]()
        for name in (full, what):
            if name in script.wrong:
                raise script.wrong[name]


class ById(Bare):
    """An adapter that can also be asked for one cluster."""

    async def cluster(self, external_id: str) -> Cluster:
        await self._ask("cluster", external_id)
        there = {one.external_id: one for one in self._script.clusters} | self._script.by_id
        if external_id not in there:
            raise NotFound("The cluster was not found.", http_status=404)
        return there[external_id]


class Full(ById):
    """An adapter that offers all there is."""

    async def nodes(self, cluster: Cluster) -> Listing[Node]:
        await self._ask("nodes", cluster.external_id)
        return self._script.nodes.get(cluster.external_id, Listing(items=()))

    async def connection(self, cluster: Cluster) -> Connection | None:
        await self._ask("connection", cluster.external_id)
        return self._script.connections.get(cluster.external_id)

    async def cost_estimate(self, cluster: Cluster) -> CostEstimate | None:
        await self._ask("cost", cluster.external_id)
        return self._script.costs.get(cluster.external_id)

    async def integrations(self) -> Listing[Integration]:
        await self._ask("integrations")
        return self._script.integrations

    async def regions(self) -> Listing[Region]:
        await self._ask("regions")
        return self._script.regions

    async def spend(self) -> Listing[Statement]:
        await self._ask("spend")
        return self._script.spend

    async def subscription(self) -> Subscription | None:
        """Asked for where there is one, or where that goes wrong."""
        if self._script.subscription is not None or "subscription" in self._script.wrong:
            await self._ask("subscription")
        return self._script.subscription

    async def plans(self) -> Listing[OfferedPlan]:
        """Asked for where there are some, or where that goes wrong."""
        if self._script.plans.items or "plans" in self._script.wrong:
            await self._ask("plans")
        return self._script.plans

    async def upgrade_versions(self, clusters: Collection[Cluster]) -> Mapping[str, tuple[str, ...]]:
        await self._ask("upgrades")
        return dict(self._script.upgrades)

    async def allowlist(self, cluster: Cluster) -> Allowlist | None:
        await self._ask("allowlist", cluster.external_id)
        return self._script.allowlist

    async def upkeep(self, cluster: Cluster) -> Upkeep | None:
        await self._ask("upkeep", cluster.external_id)
        return self._script.upkeep

    async def allow_network(self, cluster: Cluster, network: AllowedNetwork) -> None:
        await self._ask("allow_network", cluster.external_id)

    async def disallow_network(self, cluster: Cluster, cidr: str) -> None:
        await self._ask("disallow_network", cluster.external_id)

    async def lock_cluster(self, cluster: Cluster, reason: str, days: int | None) -> None:
        await self._ask("lock", cluster.external_id)

    async def unlock_cluster(self, cluster: Cluster) -> None:
        await self._ask("unlock", cluster.external_id)

    async def upgrade_cluster(self, cluster: Cluster, version: str) -> None:
        await self._ask("upgrade", cluster.external_id)

    async def finalize_upgrade(self, cluster: Cluster) -> None:
        await self._ask("finalize", cluster.external_id)

    async def roll_back_upgrade(self, cluster: Cluster) -> None:
        await self._ask("roll_back", cluster.external_id)

    async def instance_types(self, used: Collection[tuple[Cloud, str]]) -> Listing[InstanceType]:
        await self._ask("instance_types")
        self._script.used = used
        return self._script.instance_types

    async def versions(self) -> Listing[OfferedVersion]:
        await self._ask("versions")
        return self._script.versions


class Writable(Full):
    """An adapter that takes every change. What is `lost` is done, and its answer never comes."""

    async def create_cluster(self, name: str, spec: ClusterSpec) -> Cluster:
        await self._ask("create", name)
        assert self._script.makes is not None
        made = self._script.makes(name)
        self._script.clusters.append(made)
        self._answer("create")
        return made

    async def update_cluster(self, cluster: Cluster, patch: ClusterPatch) -> None:
        await self._ask("update", cluster.external_id)
        self._script.sent_revisions.append(cluster.provider_revision)
        self._become(cluster, self._script.updated)
        self._answer("update")

    async def stop_cluster(self, cluster: Cluster) -> None:
        await self._ask("stop", cluster.external_id)
        self._become(cluster, {"phase": Phase.STOPPING, "provider_phase": "STOPPING"})
        self._answer("stop")

    async def deploy_cluster(self, cluster: Cluster) -> None:
        await self._ask("deploy", cluster.external_id)
        self._become(cluster, {"phase": Phase.PROVISIONING, "provider_phase": "DEPLOYING"})
        self._answer("deploy")

    async def delete_cluster(self, cluster: Cluster) -> None:
        await self._ask("delete", cluster.external_id)
        self._script.clusters = [one for one in self._script.clusters if one.key != cluster.key]
        self._answer("delete")

    async def set_spend_limit(self, cluster: Cluster, limit: LimitWanted) -> None:
        await self._ask("limit", cluster.external_id)
        self._answer("limit")

    async def clear_spend_limit(self, cluster: Cluster) -> None:
        await self._ask("unlimit", cluster.external_id)
        self._answer("unlimit")

    async def create_integration(self, wanted: CreateIntegration) -> Integration:
        await self._ask("link", wanted.name)
        assert self._script.links is not None
        made = self._script.links(wanted)
        self._script.integrations = Listing(items=(*self._script.integrations.items, made))
        self._answer("link")
        return made

    async def update_integration(self, integration: Integration, wanted: UpdateIntegration) -> None:
        await self._ask("relink", integration.external_id)
        self._answer("relink")

    async def delete_integration(self, integration: Integration) -> None:
        await self._ask("unlink", integration.external_id)
        left = tuple(one for one in self._script.integrations.items if one.key != integration.key)
        self._script.integrations = Listing(items=left)
        self._answer("unlink")

    async def cordon_node(self, cluster: Cluster, node: Node) -> None:
        await self._ask("cordon", node.external_id)
        self._answer("cordon")

    async def uncordon_node(self, cluster: Cluster, node: Node) -> None:
        await self._ask("uncordon", node.external_id)

    async def drain_node(self, cluster: Cluster, node: Node) -> None:
        await self._ask("drain", node.external_id)

    def _become(self, cluster: Cluster, changes: Mapping[str, object]) -> None:
        self._script.become(cluster.key, **changes)

    def _answer(self, verb: str) -> None:
        if verb in self._script.lost:
            raise TimedOut("The provider did not answer in time.")


class SlowVault:
    """Answers with what it held when it was last asked afresh."""

    def __init__(self) -> None:
        self._kept: dict[str, SecretStr] = {}
        self._shown: dict[str, SecretStr] = {}

    async def token(
        self, account_id: str, *, fresh: bool = False, replaced_at: datetime | None = None
    ) -> SecretStr:
        if fresh or account_id not in self._shown:
            self._shown[account_id] = self._kept[account_id]
        return self._shown[account_id]

    async def keep(self, account_id: str, token: SecretStr) -> None:
        self._kept[account_id] = token

    async def forget(self, account_id: str) -> None:
        self._kept.pop(account_id, None)
        self._shown.pop(account_id, None)


class World:
    """`adapter` is what new observations are made with."""

    def __init__(self, table: CountedTable, store: TableStore, clock: HandClock) -> None:
        self.table = table
        self.store = store
        self.clock = clock
        self.vault = SlowVault()
        self.scripts: dict[str, Script] = {}
        self.adapter: type[Bare] = Full
        self.observer = Observer(
            store=store, vault=self.vault, open_adapter=self._open, clock=clock, pace=Pace()
        )
        self.changer = Changer(
            store=store,
            vault=self.vault,
            open_adapter=self._open,
            clock=clock,
            request_observation=store.request_observation,
        )
        self.account_service = AccountService(
            store=store,
            vault=self.vault,
            open_adapter=self._open,
            clock=clock,
            request_observation=store.request_observation,
        )

    def _open(self, account: Account, token: SecretStr, permits: Permits) -> Adapter:
        return self.adapter(PROVIDERS[account.provider], self.scripts[account.id], token, permits)

    async def connect(
        self, *, provider: str = "kupe", name: str = "acme", token: str = "a-made-up-token"
    ) -> tuple[Account, Script]:
        """An account that is due now. Connected again it keeps its script, and has the new token."""
        secret = SecretStr(token)
        account = make_account(
            provider=provider,
            name=name,
            external_id=f"{name}-org",
            token=secret,
            now=self.clock.now(),
            account_id=id_of(provider, name),
        )
        await self.vault.keep(account.id, secret)
        await self.store.connect(account, due_at=self.clock.now())
        return account, self.scripts.setdefault(account.id, Script())

    async def observe(self, account: Account, *, share: Share = Share.POLLING) -> Observation:
        """Because somebody asks for it."""
        return await self.observer.observe(account.id, share=share)

    async def observe_when_due(self, account: Account) -> Observation:
        """As the schedule does, at the time that it has set."""
        due_at = await self.due_at(account)
        assert due_at is not None, "the account is not to be observed again"
        self.clock.at = max(self.clock.at, due_at)
        return await self.observer.observe(account.id, due_at=due_at)

    async def observe_all(self, account: Account) -> Observation:
        """A day later, when everything is due."""
        self.clock.move(days=1)
        return await self.observe(account)

    async def follow(
        self, operation: Operation, *, observations: int = 1, every_seconds: float = 5
    ) -> Operation:
        """The operation after so many observations."""
        for _ in range(observations):
            self.clock.move(seconds=every_seconds)
            await self.observer.observe(operation.account_id)
        return await self.operation(operation)

    async def operation(self, operation: Operation) -> Operation:
        ref = Ref(operation.account_id, operation.id)
        return (await self.store.operations_by_ref([ref]))[ref]

    async def tracked(self, account: Account) -> TrackedAccount:
        tracked = await self.store.account(account.id)
        assert tracked is not None
        return tracked

    async def state(self, account: Account) -> AccountState:
        return (await self.tracked(account)).state

    async def due_at(self, account: Account) -> datetime | None:
        return (await self.tracked(account)).due_at

    async def rows(self, account: Account) -> dict[str, TrackedCluster]:
        return {row.item.key: row for row in await self.store.clusters(account.id)}

    async def history(self, account: Account, key: str) -> list[Transition]:
        """Oldest first."""
        found = await self.store.history(Ref(account.id, key), before=None, limit=100)
        return [transition for _, transition in reversed(found)]


async def forever() -> None:
    await asyncio.Event().wait()


async def take_all_the_time(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Never answers, while the time passes at once in which an observation of so many seconds may still ask."""
    loop = asyncio.get_running_loop()
    time, ahead = loop.time, seconds * (1 - KEPT_FOR_WRITING)
    monkeypatch.setattr(loop, "time", lambda: time() + ahead)
    await forever()
