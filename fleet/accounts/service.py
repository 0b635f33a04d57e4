"""The account service: it connects accounts, replaces their tokens, refreshes and disconnects them."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import SecretStr

from fleet.accounts.new_account import InvalidAccount, make_account
from fleet.accounts.organization import organization_of, require_same_organization
from fleet.model.account import Account, TrackedAccount
from fleet.model.caller import Caller
from fleet.model.change import Change, DisconnectAccount, RefreshAccount
from fleet.model.failure import ProviderError
from fleet.model.operation import Operation, Target, TargetKind, new_operation_id
from fleet.model.rate_limit import BudgetExhausted, Share
from fleet.model.refusal import BudgetUsedUp, Conflicting, Failing, InvalidInput, NoSuchThing, Unsupported
from fleet.model.stored import FROM_ANOTHER_VERSION
from fleet.ports.adapter import OpenAdapter
from fleet.ports.clock import Clock
from fleet.ports.reader import Ref
from fleet.ports.store import (
    AccountGone,
    AlreadyAsked,
    AlreadyOpen,
    NameTaken,
    OrganizationTaken,
    OutdatedOperation,
    RequestObservation,
    Store,
)
from fleet.ports.vault import Vault
from fleet.providers import PROVIDERS
from fleet.rate_limits import budget
from fleet.rate_limits.permits import budget_key, interactive_permits

REFRESHED_WITHIN = timedelta(minutes=5)
REMOVED_WITHIN = timedelta(hours=1)
IN_ONE_REQUEST = timedelta(seconds=10)
"""How long a request to disconnect may take. The schedule removes the rest."""


@dataclass(frozen=True, kw_only=True)
class AccountService:
    """`base_urls` replace the addresses of providers, by provider key; `shares_address` as in `Observer`."""

    store: Store
    vault: Vault
    open_adapter: OpenAdapter
    clock: Clock
    request_observation: RequestObservation
    base_urls: Mapping[str, str] = field(default_factory=dict)
    shares_address: bool = True

    async def connect(
        self,
        caller: Caller,
        *,
        provider: str,
        name: str,
        token: SecretStr,
        external_id: str | None = None,
        api_version: str | None = None,
    ) -> TrackedAccount:
        """Connects an account after its provider accepted the token. It is observed at once."""
        account = self._make(
            provider=provider,
            name=name,
            token=token,
            external_id=external_id,
            api_version=api_version,
            base_url=self.base_urls.get(provider),
        )
        if await self.store.account_named(provider, name) is not None:
            raise _is_connected_already(name)
        account = await self._probe(account, token)
        # The token first: an account without one would be observed in vain. Nobody else knows this id yet.
        await self.vault.keep(account.id, token)
        try:
            await self._connect(account)
        except Conflicting:
            await self.vault.forget(account.id)
            raise
        return await self._connected(account)

    async def replace_token(self, caller: Caller, account_id: str, token: SecretStr) -> TrackedAccount:
        """The old token is forgotten, not revoked at the provider. Observation goes on at once."""
        known = (await self._tracked(caller, account_id)).account
        account = self._make(
            provider=known.provider,
            name=known.name,
            token=token,
            external_id=known.external_id,
            api_version=known.api_version,
            base_url=known.base_url,
            account_id=account_id,
        )
        account = await self._probe(account, token, known)
        await self._connect(account)
        try:
            # The token last: whatever is refused or lost before leaves the old one, which belongs to this account.
            await self.vault.keep(account_id, token)
        except BaseException:
            await self._connect(known)
            raise
        return await self._connected(account)

    async def refresh(self, caller: Caller, account_id: str) -> Operation:
        """Has an account observed now, with the requests that are reserved for people."""
        account = (await self._tracked(caller, account_id)).account
        rate, now = PROVIDERS[account.provider].rate_limit, self.clock.now()
        spent = await self.store.budget(budget_key(account, rate, shares_address=self.shares_address))
        drawn = budget.grant(spent, rate, Share.INTERACTIVE, 1, now, account_id=account_id)
        if drawn.granted == 0 and drawn.retry_at is not None:
            raise BudgetUsedUp(drawn.retry_at)
        operation = await self._begin(caller, account, RefreshAccount(), REFRESHED_WITHIN)
        await self.request_observation(account_id, now)
        return operation

    async def disconnect(self, caller: Caller, account_id: str) -> Operation:
        """Forgets an account, its token and all that was observed through it. Nothing changes at the provider."""
        account = (await self._tracked(caller, account_id)).account
        operation = await self._begin(caller, account, DisconnectAccount(), REMOVED_WITHIN)
        with suppress(TimeoutError):  # the schedule comes by and goes on
            async with asyncio.timeout(IN_ONE_REQUEST.total_seconds()):
                await go_on_removing(self.store, self.vault, self.clock, account_id)
        ref = Ref(account_id, operation.id)
        return (await self.store.operations_by_ref([ref])).get(ref, operation)

    # ------------------------------------------------------------------------------------------------------- parts

    async def _tracked(self, caller: Caller, account_id: str) -> TrackedAccount:
        tracked = await self.store.account(account_id) if caller.sees(account_id) else None
        if tracked is None or tracked.account.provider not in PROVIDERS:
            raise NoSuchThing("The account was not found.", path=("id",))
        if not tracked.is_understood:
            raise Unsupported(f"{tracked.account.name}: {FROM_ANOTHER_VERSION}")
        return tracked

    def _make(self, *, token: SecretStr, **given: str | None) -> Account:
        try:
            return make_account(token=token, now=self.clock.now(), **given)  # type: ignore[arg-type]
        except InvalidAccount as error:
            field = "api_token" if error.field == "token" else error.field
            raise InvalidInput(str(error), path=(field,)) from None

    async def _probe(self, account: Account, token: SecretStr, known: Account | None = None) -> Account:
        """Lists the clusters, which a token has to allow, and answers the account with its organization. A token of
        another organization than that of `known` is refused.
        """
        provider = PROVIDERS[account.provider]
        tracked = TrackedAccount(account=account)
        permits = interactive_permits(
            self.store, self.clock, provider, tracked, shares_address=self.shares_address
        )
        try:
            adapter = self.open_adapter(account, token, permits)
            listing = await adapter.clusters()
            organization_id = await organization_of(adapter)
            if known is not None:
                _require_same(known, organization_id)
                await require_same_organization(
                    known, adapter, await self.store.clusters(account.id), listing
                )
        except ProviderError as error:
            raise Failing(error.to_failure(self.clock.now()), path=("api_token",)) from None
        except BudgetExhausted as error:
            raise BudgetUsedUp(error.retry_at) from None
        finally:
            await permits.settle()
        return account.model_copy(update={"organization_id": organization_id})

    async def _connect(self, account: Account) -> None:
        try:
            await self.store.connect(account, due_at=self.clock.now())
        except NameTaken:
            raise _is_connected_already(account.name) from None
        except OrganizationTaken as error:
            holder = await self.store.account(error.account_id)
            name = holder.account.name if holder is not None else "another account"
            raise Conflicting(
                f"The same organization is connected already, as {name!r}.", path=("external_id",)
            ) from None

    async def _connected(self, account: Account) -> TrackedAccount:
        tracked = await self.store.account(account.id)
        if tracked is None:
            raise NoSuchThing("The account was disconnected in that moment.", path=("id",))
        return tracked

    async def _begin(self, caller: Caller, account: Account, change: Change, within: timedelta) -> Operation:
        """Answers the open operation of the same kind, if there is one."""
        now = self.clock.now()
        operation = Operation(
            id=new_operation_id(now),
            account_id=account.id,
            provider=account.provider,
            kind=change.kind,
            change=change,
            target=Target(kind=TargetKind.ACCOUNT, key=account.id),
            target_name=account.name,
            requested_by=caller.name,
            requested_by_id=caller.id,
            requested_at=now,
            deadline=now + within,
            steps=(),
            locks=(f"account {change.kind}",),
        )
        try:
            kept = await self.store.begin_change(operation, idempotency=None)
        except AccountGone:
            raise NoSuchThing("The account was not found.", path=("id",)) from None
        return kept.operation if isinstance(kept, AlreadyOpen | AlreadyAsked) else kept


def _require_same(known: Account, organization_id: str | None) -> None:
    if None not in (known.organization_id, organization_id) and organization_id != known.organization_id:
        raise Conflicting("The token belongs to another organization than the account.", path=("api_token",))


def _is_connected_already(name: str) -> Conflicting:
    message = f"An account named {name!r} is connected already; its token can be replaced."
    return Conflicting(message, path=("name",))


async def go_on_removing(store: Store, vault: Vault, clock: Clock, account_id: str) -> None:
    """Removes what is left of an account that is being disconnected, and ends its operations. Idempotent.

    The token goes only while its disconnecting is under way: another may have been kept for an account that is just
    being connected under the same name.
    """
    operations = await store.open_changes(account_id)
    is_asked_for = any(is_disconnect(one) for one in operations)
    if not is_asked_for and await store.account(account_id) is not None:
        return
    if is_asked_for:
        await vault.forget(account_id)
        await store.hide(account_id, due_at=clock.now() + IN_ONE_REQUEST)
    await store.remove(account_id)
    for operation in operations:
        now = clock.now()
        ended = operation.succeeded(now) if is_disconnect(operation) else operation.abandoned(now)
        with suppress(OutdatedOperation):  # somebody else is at it, and ends it
            await store.save_change(ended)


def is_disconnect(operation: Operation) -> bool:
    return isinstance(operation.change, DisconnectAccount)
