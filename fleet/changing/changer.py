"""Changes: each is checked, stored as an intent, sent once, and followed to its end.

Every verb answers the operation that came of it, and raises a `Refused` where nothing was sent. One whose request the
provider refused is FAILED; one whose answer was lost is UNCONFIRMED and settled by the observations that follow.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr, ValidationError

from fleet.changing.sending import Sending
from fleet.changing.verbs import VERBS
from fleet.model.account import TrackedAccount
from fleet.model.caller import Caller
from fleet.model.capability import Capability
from fleet.model.change import (
    Change,
    ClearSpendLimit,
    CordonNode,
    CreateCluster,
    CreateIntegration,
    DeleteCluster,
    DeleteIntegration,
    DeployCluster,
    DrainNode,
    SetSpendLimit,
    StopCluster,
    UncordonNode,
    UpdateCluster,
    UpdateIntegration,
)
from fleet.model.cluster import Phase
from fleet.model.failure import ProviderError
from fleet.model.operation import Operation, Step, Target, TargetKind, new_operation_id
from fleet.model.rate_limit import BudgetExhausted
from fleet.model.record import Record
from fleet.model.refusal import (
    BudgetUsedUp,
    Conflicting,
    Failing,
    InUse,
    NoSuchThing,
    SeveralRefusals,
    Unsupported,
    invalid_inputs,
)
from fleet.model.spec import ClusterSpec
from fleet.ports.adapter import OpenAdapter
from fleet.ports.clock import Clock
from fleet.ports.store import (
    AccountGone,
    AlreadyAsked,
    AlreadyOpen,
    Idempotency,
    OutdatedOperation,
    Ref,
    RequestObservation,
    Store,
)
from fleet.ports.vault import Vault
from fleet.providers import PROVIDERS
from fleet.rate_limits.permits import interactive_permits

IDEMPOTENT_FOR = timedelta(hours=24)

ClusterChange = UpdateCluster | StopCluster | DeployCluster | DeleteCluster | SetSpendLimit | ClearSpendLimit
NodeChange = CordonNode | UncordonNode | DrainNode


@dataclass(frozen=True, kw_only=True)
class Changer:
    """What changing needs, bound once. `request_observation` is the store's; on AWS it also sends a message.
    `shares_address` as in `Observer`.
    """

    store: Store
    vault: Vault
    open_adapter: OpenAdapter
    clock: Clock
    request_observation: RequestObservation
    shares_address: bool = True

    async def create_cluster(
        self,
        caller: Caller,
        account_id: str,
        name: str,
        spec: ClusterSpec,
        *,
        idempotency_key: str | None = None,
    ) -> Operation:
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
        operation = self._intend(
            caller,
            account,
            change,
            target=None,
            target_name=name,
            lock=f"name {provider.same_name(name)}",
            steps=(Step.CHANGE, Step.DEPLOY) if deploys else (Step.CHANGE,),
        )
        idempotency = await self._idempotency(caller, operation, idempotency_key)
        return await self._submit(operation, account, idempotency)

    async def change_cluster(
        self, caller: Caller, ref: Ref, change: ClusterChange, *, expected_revision: str | None = None
    ) -> Operation:
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
        operation = self._intend(
            caller,
            account,
            change,
            target=Target(kind=TargetKind.CLUSTER, key=ref.key),
            target_name=row.item.name,
            lock=f"cluster {ref.key}",
            steps=steps,
            expected_revision=expected_revision,
        )
        return await self._submit(operation, account, None)

    async def create_integration(
        self,
        caller: Caller,
        account_id: str,
        change: CreateIntegration,
        *,
        idempotency_key: str | None = None,
    ) -> Operation:
        account = await self._account(caller, account_id)
        provider = PROVIDERS[account.account.provider]
        _require(provider.unsupported, Capability.CHANGE_INTEGRATION)
        lock = f"integration-name {provider.same_name(change.name)}"
        operation = self._intend(caller, account, change, target=None, target_name=change.name, lock=lock)
        idempotency = await self._idempotency(caller, operation, idempotency_key)
        return await self._submit(operation, account, idempotency)

    async def change_integration(
        self, caller: Caller, ref: Ref, change: UpdateIntegration | DeleteIntegration
    ) -> Operation:
        account = await self._account(caller, ref.account_id)
        _require(PROVIDERS[account.account.provider].unsupported, Capability.CHANGE_INTEGRATION)
        row = (await self.store.integrations_by_ref([ref])).get(ref)
        if row is None:
            raise NoSuchThing("The integration was not found.", path=("id",))
        if isinstance(change, DeleteIntegration):
            await self._require_unused(ref.account_id, row.item.external_id, row.item.name)
        operation = self._intend(
            caller,
            account,
            change,
            target=Target(kind=TargetKind.INTEGRATION, key=ref.key),
            target_name=row.item.name,
            lock=f"integration {ref.key}",
        )
        return await self._submit(operation, account, None)

    async def change_node(self, caller: Caller, ref: Ref, change: NodeChange) -> Operation:
        account = await self._account(caller, ref.account_id)
        _require(PROVIDERS[account.account.provider].unsupported, Capability.NODE_MAINTENANCE)
        row = (await self.store.nodes_by_ref([ref])).get(ref)
        if row is None:
            raise NoSuchThing("The node was not found.", path=("id",))
        operation = self._intend(
            caller,
            account,
            change,
            target=Target(kind=TargetKind.NODE, key=ref.key),
            target_name=row.item.name,
            lock=f"node {ref.key}",
        )
        return await self._submit(operation, account, None)

    # ------------------------------------------------------------------------------------------------------- parts

    async def _account(self, caller: Caller, account_id: str) -> TrackedAccount:
        account = await self.store.account(account_id) if caller.sees(account_id) else None
        if account is None:
            raise NoSuchThing("The account was not found.", path=("account_id",))
        if account.account.provider not in PROVIDERS:
            raise Unsupported(f"This version of Fleetgraph has no adapter for {account.account.provider}.")
        return account

    async def _require_unused(self, account_id: str, external_id: str, name: str) -> None:
        users = [
            row.item.name
            for row in await self.store.clusters(account_id)
            if row.integration_external_id == external_id and row.item.is_active
        ]
        if users:
            raise InUse(
                f"{len(users)} clusters depend on {name}, {users[0]} among them.",
                account_id=account_id,
                integration_external_id=external_id,
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

    async def _idempotency(self, caller: Caller, operation: Operation, key: str | None) -> Idempotency | None:
        """After the account's token was replaced, the same secrets count as another input."""
        if key is None:
            return None
        return Idempotency(
            caller=caller.id,
            key=key,
            digest=digest_change(operation.change, await self._token(operation.account_id)),
            expires_at=self.clock.now() + IDEMPOTENT_FOR,
        )

    async def _token(self, account_id: str) -> SecretStr:
        try:
            return await self.vault.token(account_id)
        except KeyError:
            return SecretStr("")  # the provider refuses it, and says so

    async def _submit(
        self, operation: Operation, account: TrackedAccount, idempotency: Idempotency | None
    ) -> Operation:
        try:
            kept = await self.store.begin_change(operation, idempotency=idempotency)
        except AccountGone:
            raise NoSuchThing("The account was not found.", path=("account_id",)) from None
        match kept:
            case AlreadyAsked(is_same=True):
                return kept.operation
            case AlreadyAsked():
                raise Conflicting(
                    "This idempotency key was used with another input.",
                    path=("idempotency_key",),
                    operation=kept.operation,
                )
            case AlreadyOpen():
                raise Conflicting(
                    f"Another change of {operation.target_name} is in flight.", operation=kept.operation
                )
            case Operation():
                return await self._send(kept, account)

    async def _send(self, operation: Operation, account: TrackedAccount) -> Operation:
        provider = PROVIDERS[account.account.provider]
        permits = interactive_permits(
            self.store, self.clock, provider, account, shares_address=self.shares_address
        )
        token = await self._token(account.account.id)
        adapter = self.open_adapter(account.account, token, permits)
        sending = Sending(operation, adapter, self.store, self.clock, requests_sent=lambda: permits.sent)
        try:
            await sending.run()
        except OutdatedOperation:
            ref = Ref(operation.account_id, operation.id)
            return (await self.store.operations_by_ref([ref])).get(ref, sending.operation)
        except Exception as error:
            if sending.operation.is_unsent:
                await self.store.discard_change(sending.operation)
                if isinstance(error, BudgetExhausted):
                    raise BudgetUsedUp(error.retry_at) from None
                if isinstance(error, ProviderError):
                    raise Failing(error.to_failure(self.clock.now())) from None
                raise
            if not isinstance(error, ProviderError | BudgetExhausted):
                raise
            # What was begun is gone on with by the observations that follow.
        finally:
            await permits.settle()
            if not sending.operation.is_unsent or sending.operation.is_waiting:
                await self.request_observation(operation.account_id, self.clock.now())
        return sending.operation


def digest_change(change: Change, key: SecretStr) -> str:
    """Equal for the same input. Over secrets too, which are not kept themselves: their digest is keyed, with what is
    not in the store, so that nobody can find a short secret by trying. Without a key they do not count.
    """
    given, secrets = change.model_dump(mode="json"), dict[str, object]()
    for holder in (change, getattr(change, "spec", None)):
        secrets |= _withheld(holder)
    plain = hashlib.sha256(_write(given))
    if secrets and key.get_secret_value():
        plain.update(hmac.digest(key.get_secret_value().encode(), _write(secrets), "sha256"))
    return plain.hexdigest()


def _write(members: Mapping[str, object]) -> bytes:
    return json.dumps(members, sort_keys=True, default=str).encode()


def _withheld(holder: object) -> dict[str, object]:
    """The members that a record does not store, and that were given."""
    if not isinstance(holder, Record):
        return {}
    names = (name for name, field in type(holder).model_fields.items() if field.exclude)
    return {name: _revealed(value) for name in names if (value := getattr(holder, name)) is not None}


def _revealed(value: object) -> object:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if hasattr(value, "__pydantic_fields__"):
        return {name: _revealed(member) for name, member in value}  # type: ignore[attr-defined]
    return value


def _require(unsupported: Mapping[Capability, str], capability: Capability) -> None:
    if capability in unsupported:
        raise Unsupported(unsupported[capability], capability=capability)
