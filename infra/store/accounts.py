"""The account service's part of the store: accounts and their organizations."""

from contextlib import suppress
from datetime import datetime

from fleet.model.account import Account
from fleet.ports.clock import Clock
from fleet.ports.store import NameTaken, OrganizationTaken
from infra.store.account_rows import (
    LISTING_ENTRY,
    OF_0_1,
    account_listing,
    is_hidden,
    name_key,
    organization_key,
    to_account,
)
from infra.store.conditions import fence_is, holder_is, is_absent, is_leftover
from infra.store.due_rows import due_entry
from infra.store.names import below
from infra.store.rows import account_key, held_row
from infra.store.table import ConditionFailed, Contended, Table, tries
from infra.store.writes import Action, Key, delete, put, update

# Without a fencing number no observer can write, and without a body the account does not exist for readers.
# The bare row records that rows are left to delete. It stays due, so that the schedule deletes them.
_OF_A_CONNECTED_ACCOUNT = (
    "body",
    "observed",
    "fence",
    "lease_until",
    "wanted_at",
    *OF_0_1,
    *LISTING_ENTRY,
)


class TableAccounts:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def connect(self, account: Account, *, due_at: datetime) -> None:
        """Takes a fencing number too, because an observation in progress has used the old values."""
        key = account_key(account.id)
        async for _ in tries(self._clock):
            row = await self._table.get(key, consistent=True)
            if row is not None and is_hidden(row):
                await self.remove(account.id)
                continue
            known = to_account(row) if row is not None else None
            fence = _first_fence(self._clock.now()) if row is None else int(row["fence"])
            connected = update(
                key,
                keep={
                    "body": account.model_dump_json(exclude_defaults=True),
                    "fence": fence + 1,
                    **due_entry(account.id, due_at, written_at=self._clock.now()),
                    **account_listing(account),
                },
                drop=("lease_until", *OF_0_1[1:]),
                condition=is_absent() if row is None else fence_is(fence),
            )
            actions = [connected, await self._take_name(account), await self._take_organization(account)]
            if known is not None:
                given_back = {*_holds(known.account)} - {*_holds(account)}
                actions += [one for key in given_back for one in await self._give_back(key, account.id)]
            try:
                await self._table.transact(actions)
            except ConditionFailed:
                continue
            return
        raise Contended(f"others keep changing account {account.id}")

    async def _take_name(self, account: Account) -> Action:
        holder = await self._holder(name_key(account))
        if holder not in (None, account.id):
            raise NameTaken(holder)
        return put(held_row(name_key(account), account.id), holder_is(holder))

    async def _take_organization(self, account: Account) -> Action:
        holder = await self._holder(organization_key(account))
        if holder not in (None, account.id):
            raise OrganizationTaken(holder)
        return put(held_row(organization_key(account), account.id), holder_is(holder))

    async def _holder(self, key: Key) -> str | None:
        """Null where nobody has it. Empty where another version tells otherwise who has."""
        row = await self._table.get(key, consistent=True)
        return None if row is None else str(row.get("holder", ""))

    async def _give_back(self, key: Key, account_id: str) -> list[Action]:
        """The writes that release an organization. Nothing if the account does not have it, as accounts of older
        versions.
        """
        return [delete(key, holder_is(account_id))] if await self._holder(key) == account_id else []

    async def hide(self, account_id: str, *, due_at: datetime) -> None:
        key = account_key(account_id)
        async for _ in tries(self._clock):
            row = await self._table.get(key, consistent=True)
            if row is None or is_hidden(row):
                return
            known = to_account(row)
            hidden = update(
                key,
                keep=due_entry(account_id, due_at, written_at=self._clock.now()),
                drop=_OF_A_CONNECTED_ACCOUNT,
                condition=fence_is(int(row["fence"])),
            )
            try:
                given_back = [
                    action
                    for held in (() if known is None else _holds(known.account))
                    for action in await self._give_back(held, account_id)
                ]
                await self._table.transact([hidden, *given_back])
            except ConditionFailed:
                continue
            return
        raise Contended(f"others keep changing account {account_id}")

    async def remove(self, account_id: str) -> None:
        """Deletes an account, but not its budget, which expires: another account can use the same budget key."""
        key = account_key(account_id)
        row = await self._table.get(key, consistent=True)
        if row is None or not is_hidden(row):
            return
        await self._table.clear(below(key[0]), but=key)
        with suppress(ConditionFailed):
            await self._table.write(delete(key, is_leftover()))


def _holds(account: Account) -> tuple[Key, Key]:
    """What only one account can have: its name and its organization."""
    return name_key(account), organization_key(account)


def _first_fence(now: datetime) -> int:
    """Fencing numbers start from the time, so that they are higher when an account is connected again."""
    return int(now.timestamp() * 1000)
