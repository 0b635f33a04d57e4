"""Intents: every change is checked here, before anything is done about it.

Each verb raises a `Refused`, or returns an intent, which is then sent (`Changer`) or planned (`Planner`).
"""

import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import SecretStr, ValidationError

from fleet.changing.verbs import VERBS
from fleet.model.account import Account, TrackedAccount
from fleet.model.caller import Caller
from fleet.model.capability import Capability
from fleet.model.change import (
    AllowNetwork,
    Change,
    ClearSpendLimit,
    CordonNode,
    CreateCluster,
    CreateIntegration,
    DeleteCluster,
    DeleteIntegration,
    DeployCluster,
    DisallowNetwork,
    DrainNode,
    FinalizeUpgrade,
    LockCluster,
    RollBackUpgrade,
    SetSpendLimit,
    StopCluster,
    UncordonNode,
    UnlockCluster,
    UpdateCluster,
    UpdateIntegration,
    UpgradeCluster,
)
from fleet.model.cluster import Phase
from fleet.model.operation import Operation, Step, Target, TargetKind, new_operation_id
from fleet.model.record import Record
from fleet.model.refusal import Conflicting, InUse, NoSuchThing, SeveralRefusals, Unsupported, invalid_inputs
from fleet.model.spec import ClusterSpec
from fleet.model.stored import FROM_ANOTHER_VERSION
from fleet.ports.adapter import Adapter, OpenAdapter
from fleet.ports.clock import Clock
from fleet.ports.permits import Permits
from fleet.ports.reader import Ref
from fleet.ports.store import RequestObservation, Store
from fleet.ports.vault import Vault
from fleet.providers import PROVIDERS
from fleet.rate_limits.permits import BudgetPermits, interactive_permits

ClusterChange = (
    UpdateCluster
    | StopCluster
    | DeployCluster
    | DeleteCluster
    | SetSpendLimit
    | ClearSpendLimit
    | UpgradeCluster
    | FinalizeUpgrade
    | RollBackUpgrade
    | LockCluster
    | UnlockCluster
    | AllowNetwork
    | DisallowNetwork
)
NodeChange = CordonNode | UncordonNode | DrainNode

OutcomeT = TypeVar("OutcomeT")


@dataclass(frozen=True, kw_only=True)
class Intents(ABC, Generic[OutcomeT]):
    """What changing needs, bound once. `request_observation` is the store's; on AWS it also sends a message.
    `shares_address` as in `Observer`.
    """

    store: Store
    vault: Vault
    open_adapter: OpenAdapter
    clock: Clock
    request_observation: RequestObservation
    shares_address: bool = True

    @abstractmethod
    async def _conclude(
        self, caller: Caller, intent: Operation, account: TrackedAccount, idempotency_key: str | None
    ) -> OutcomeT:
        """What becomes of an intent that passed every check that can be made from here."""

    async def create_cluster(
        self,
        caller: Caller,
        account_id: str,
        name: str,
        spec: ClusterSpec,
        *,
        idempotency_key: str | None = None,
    ) -> OutcomeT:
        account = await self._account(caller, account_id)
        provider = PROVIDERS[account.account.provider]
        _require(provider.unsupported, Capability.CREATE_CLUSTER)
        try:
            change = CreateCluster(provider=provider.key, name=name, spec=spec)
        except ValidationError as error:
            raise SeveralRefusals(
                [one if one.path else one.below("name") for one in invalid_inputs(error)]
            ) from None
        deploys = spec.is_deployed and Capability.DEPLOY_CLUSTER not in provider.unsupported
        intent = self._intend(
            caller,
            account,
            change,
            target=None,
            target_name=name,
            lock=f"name {provider.same_name(name)}",
            steps=(Step.CHANGE, Step.DEPLOY) if deploys else (Step.CHANGE,),
        )
        return await self._conclude(caller, intent, account, idempotency_key)

    async def change_cluster(
        self, caller: Caller, ref: Ref, change: ClusterChange, *, expected_revision: str | None = None
    ) -> OutcomeT:
        account = await self._account(caller, ref.account_id)
        provider = PROVIDERS[account.account.provider]
        row = (await self.store.clusters_by_ref([ref])).get(ref)
        if row is None or row.is_tombstone:
            raise NoSuchThing("The cluster was not found.", path=("id",))
        assert change.capability is not None
        _require({**row.item.unsupported, **provider.unsupported}, change.capability)
        steps: tuple[Step, ...] = (Step.CHANGE,)
        if isinstance(change, UpdateCluster):
            runs = row.item.phase not in (Phase.PENDING, Phase.STOPPING, Phase.STOPPED)
            change = change.model_copy(update={"is_deployed": runs})
            if runs and Capability.DEPLOY_CLUSTER not in provider.unsupported:
                steps = (Step.CHANGE, Step.DEPLOY)
        intent = self._intend(
            caller,
            account,
            change,
            target=Target(kind=TargetKind.CLUSTER, key=ref.key),
            target_name=row.item.name,
            lock=f"cluster {ref.key}",
            steps=steps,
            expected_revision=expected_revision,
        )
        return await self._conclude(caller, intent, account, None)

    async def create_integration(
        self,
        caller: Caller,
        account_id: str,
        change: CreateIntegration,
        *,
        idempotency_key: str | None = None,
    ) -> OutcomeT:
        account = await self._account(caller, account_id)
        provider = PROVIDERS[account.account.provider]
        _require(provider.unsupported, Capability.CHANGE_INTEGRATION)
        lock = f"integration-name {provider.same_name(change.name)}"
        intent = self._intend(caller, account, change, target=None, target_name=change.name, lock=lock)
        return await self._conclude(caller, intent, account, idempotency_key)

    async def change_integration(
        self, caller: Caller, ref: Ref, change: UpdateIntegration | DeleteIntegration
    ) -> OutcomeT:
        account = await self._account(caller, ref.account_id)
        _require(PROVIDERS[account.account.provider].unsupported, Capability.CHANGE_INTEGRATION)
        row = (await self.store.integrations_by_ref([ref])).get(ref)
        if row is None:
            raise NoSuchThing("The integration was not found.", path=("id",))
        if isinstance(change, DeleteIntegration):
            await self._require_unused(ref.account_id, row.item.external_id, row.item.name)
        intent = self._intend(
            caller,
            account,
            change,
            target=Target(kind=TargetKind.INTEGRATION, key=ref.key),
            target_name=row.item.name,
            lock=f"integration {ref.key}",
        )
        return await self._conclude(caller, intent, account, None)

    async def change_node(self, caller: Caller, ref: Ref, change: NodeChange) -> OutcomeT:
        account = await self._account(caller, ref.account_id)
        _require(PROVIDERS[account.account.provider].unsupported, Capability.NODE_MAINTENANCE)
        row = (await self.store.nodes_by_ref([ref])).get(ref)
        if row is None:
            raise NoSuchThing("The node was not found.", path=("id",))
        intent = self._intend(
            caller,
            account,
            change,
            target=Target(kind=TargetKind.NODE, key=ref.key),
            target_name=row.item.name,
            lock=f"node {ref.key}",
        )
        return await self._conclude(caller, intent, account, None)

    async def again(self, caller: Caller, intent: Operation, *, expected_revision: str | None) -> OutcomeT:
        """The same change once more, with every check."""
        change, target = intent.change, intent.target
        if isinstance(change, CreateCluster):
            return await self.create_cluster(caller, intent.account_id, change.name, change.spec)
        if isinstance(change, CreateIntegration):
            return await self.create_integration(caller, intent.account_id, change)
        assert target is not None
        ref = Ref(intent.account_id, target.key)
        if isinstance(change, CordonNode | UncordonNode | DrainNode):
            return await self.change_node(caller, ref, change)
        if isinstance(change, UpdateIntegration | DeleteIntegration):
            return await self.change_integration(caller, ref, change)
        assert isinstance(change, ClusterChange)
        return await self.change_cluster(caller, ref, change, expected_revision=expected_revision)

    # ------------------------------------------------------------------------------------------------------- parts

    async def _token(self, account: Account) -> SecretStr:
        try:
            return await self.vault.token(account.id, replaced_at=account.token_replaced_at)
        except KeyError:
            return SecretStr("")  # the provider refuses it, and says so

    async def _open(self, account: TrackedAccount, permits: Permits) -> Adapter:
        return self.open_adapter(account.account, await self._token(account.account), permits)

    def _permits(self, account: TrackedAccount) -> BudgetPermits:
        provider = PROVIDERS[account.account.provider]
        return interactive_permits(
            self.store, self.clock, provider, account, shares_address=self.shares_address
        )

    async def _account(self, caller: Caller, account_id: str) -> TrackedAccount:
        account = await self.store.account(account_id) if caller.sees(account_id) else None
        if account is None:
            raise NoSuchThing("The account was not found.", path=("account_id",))
        if account.account.provider not in PROVIDERS:
            raise Unsupported(f"This version of Fleetgraph has no adapter for {account.account.provider}.")
        if not account.is_understood:
            raise Unsupported(f"{account.account.name}: {FROM_ANOTHER_VERSION}")
        return account

    async def _require_unused(self, account_id: str, external_id: str, name: str) -> None:
        active = [row for row in await self.store.clusters(account_id) if row.item.is_active]
        users = [row.item.name for row in active if row.integration_external_id == external_id]
        if users:
            raise InUse(
                f"{len(users)} clusters depend on {name}, {users[0]} among them.",
                account_id=account_id,
                integration_external_id=external_id,
            )
        if untold := [row.item.name for row in active if not row.is_understood]:
            raise Conflicting(
                f"Whether {untold[0]} depends on {name} is not known. {FROM_ANOTHER_VERSION} Ask again after the next"
                " observation."
            )

    def _intend(
        self,
        caller: Caller,
        account: TrackedAccount,
        change: Change,
        *,
        target: Target | None,
        target_name: str,
        lock: str,
        steps: tuple[Step, ...] = (Step.CHANGE,),
        expected_revision: str | None = None,
    ) -> Operation:
        now = self.clock.now()
        return Operation(
            id=new_operation_id(now),
            account_id=account.account.id,
            provider=account.account.provider,
            kind=change.kind,
            change=change,
            target=target,
            target_name=target_name,
            requested_by=caller.name,
            requested_by_id=caller.id,
            requested_at=now,
            deadline=now + VERBS[change.kind].waits_for,
            expected_revision=expected_revision,
            steps=steps,
            starts_deployment=Step.DEPLOY in steps or isinstance(change, DeployCluster),
            locks=(lock,),
        )


def in_flight(intent: Operation, other: Operation) -> Conflicting:
    """That another change holds the target of this one."""
    message = f"Another change of {intent.target_name} is in flight."
    if not other.is_understood:
        message += " Another version of Fleetgraph began it, in a form that this one does not know."
    return Conflicting(message, operation=other)


def digest_change(change: Change, key: SecretStr) -> str:
    """Equal for the same input. Over secrets too, which are not kept themselves: their digest is keyed, with what is
    not in the store, so that nobody can find a short secret by trying. Without a key they do not count.
    """
    plain = hashlib.sha256(_write(change.model_dump(mode="json", exclude=set(change.derived))))
    if (secrets := withheld(change)) and key.get_secret_value():
        plain.update(hmac.digest(key.get_secret_value().encode(), _write(secrets), "sha256"))
    return plain.hexdigest()


def withheld(holder: Record) -> dict[str, object]:
    """The members of a change that were given and are not stored, here and below."""
    found: dict[str, object] = {}
    for name, field in type(holder).model_fields.items():
        value = getattr(holder, name)
        if field.exclude:
            found |= {} if value is None else {name: _revealed(value)}
            continue
        for at, part in enumerate(value if isinstance(value, list | tuple) else (value,)):
            if isinstance(part, Record) and (inner := withheld(part)):
                found[f"{name}.{at}"] = inner
    return found


def _write(members: Mapping[str, object]) -> bytes:
    return json.dumps(members, sort_keys=True, default=str).encode()


def _revealed(value: object) -> object:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if hasattr(value, "__pydantic_fields__"):
        return {name: _revealed(member) for name, member in value}  # type: ignore[attr-defined]
    return value


def _require(unsupported: Mapping[Capability, str], capability: Capability) -> None:
    if capability in unsupported:
        raise Unsupported(unsupported[capability], capability=capability)
