"""The owner's half of the store: which accounts there are."""

from contextlib import suppress
from datetime import datetime

from fleet.account import Account
from fleet.clock import Clock
from infra.conditions import fence_is, is_absent, is_leftover, is_present
from infra.keys import below, stamp
from infra.rows import DUE_ENTRY, LISTING_ENTRY, account_key, account_listing, due_entry
from infra.table import ConditionFailed, Contended, Table, tries
from infra.writes import delete, update

# Without its fence no observer can write what it still learns, and without its body the account is gone for everybody;
# the bare row remembers that there is something left to delete.
_OF_AN_ACCOUNT = (
    "body",
    "state",
    "fence",
    "lease_until",
    "due_at",
    "queued_until",
    *LISTING_ENTRY,
    *DUE_ENTRY,
)


class DynamoAccounts:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def connect(self, account: Account, *, due_at: datetime) -> None:
        """Takes a fencing number too: an observation that is going on has used what may be replaced now."""
        key = account_key(account.id)
        async for _ in tries(self._clock):
            row = await self._table.get(key, consistent=True)
            if row is not None and "body" not in row:
                await self.remove(account.id)
                continue
            fence = _first_fence(self._clock.now()) if row is None else int(row["fence"])
            connected = update(
                key,
                keep={
                    "body": account.model_dump_json(),
                    "fence": fence + 1,
                    "due_at": stamp(due_at),
                    **due_entry(due_at),
                    **account_listing(account),
                },
                drop=("lease_until", "queued_until"),
                condition=is_absent() if row is None else fence_is(fence),
            )
            try:
                await self._table.write(connected)
            except ConditionFailed:
                continue
            return
        raise Contended(f"others keep changing account {account.id}")

    async def remove(self, account_id: str) -> None:
        """A budget stays until it expires: another account may send under the same key, and its limit holds on."""
        key = account_key(account_id)
        try:
            await self._table.write(update(key, drop=_OF_AN_ACCOUNT, condition=is_present()))
        except ConditionFailed:
            return
        await self._table.clear(below(key[0]), but=key)
        with suppress(ConditionFailed):
            await self._table.write(delete(key, is_leftover()))


def _first_fence(now: datetime) -> int:
    """Fences start from the time, so that an account connected again goes on above those of its earlier life."""
    return int(now.timestamp() * 1000)
