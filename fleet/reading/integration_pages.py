"""Orders of the integrations of the whole fleet."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from fleet.model.account import TrackedAccount
from fleet.model.integration import Integration
from fleet.model.tracking import Tracked
from fleet.ports.reader import FleetOrder, Reader
from fleet.reading.pages import OPENING_AN_ACCOUNT, IntegrationFilter
from fleet.reading.sorting import SORTED_ROWS, Direction, Order, TooManyToSort, cut, instant, number_aware

_CHUNK = 100
_AT_ONCE = 20
"""How many accounts are read at a time."""

Listed = tuple[TrackedAccount, Tracked[Integration]]


class IntegrationOrderField(StrEnum):
    NAME = "NAME"
    PROVIDER = "PROVIDER"
    ACCOUNT = "ACCOUNT"
    CLOUD = "CLOUD"
    CREATED_AT = "CREATED_AT"


async def sort_integrations(
    reader: Reader,
    accounts: Sequence[TrackedAccount],
    where: IntegrationFilter,
    ordering: Sequence[tuple[IntegrationOrderField, Direction]],
    *,
    after: Order | None,
    limit: int,
) -> list[tuple[Order, Listed]]:
    """Up to `limit` integrations behind a place, each with its account and its place. All of these accounts that may
    match are read. Raises `TooManyToSort`.
    """
    wanted = [account for account in accounts if where.wants(account)]
    room = SORTED_ROWS - OPENING_AN_ACCOUNT * len(wanted)
    if room < 0:
        raise TooManyToSort
    found: list[Listed] = []
    for start in range(0, len(wanted), _AT_ONCE):
        several = wanted[start : start + _AT_ONCE]
        rows = await asyncio.gather(*(_of_account(reader, one.account.id, room) for one in several))
        room -= sum(map(len, rows))
        if room < 0:
            raise TooManyToSort
        found += [(one, row) for one, of_one in zip(several, rows, strict=True) for row in of_one]
    matching = (pair for pair in found if where.matches(pair[1]))
    return cut(matching, ordering, values=_VALUES, place=_place, after=after, limit=limit)


async def _of_account(reader: Reader, account_id: str, room: int) -> list[Tracked[Integration]]:
    """Those of an account, or some more than there is room for."""
    found: list[Tracked[Integration]] = []
    after: tuple[str, str] | None = None
    while len(found) <= room:
        chunk = await reader.integrations_of(account_id, after=after, limit=_CHUNK)
        found += chunk
        if len(chunk) < _CHUNK:
            break
        after = (chunk[-1].item.name, chunk[-1].item.key)
    return found


def _place(listed: Listed) -> Order:
    account, row = listed
    return FleetOrder(*account.account.order, row.item.name, row.item.key)


_VALUES: Mapping[IntegrationOrderField, Callable[[Listed], str]] = {
    IntegrationOrderField.NAME: lambda listed: number_aware(listed[1].item.name.casefold()),
    IntegrationOrderField.PROVIDER: lambda listed: listed[0].account.provider,
    IntegrationOrderField.ACCOUNT: lambda listed: listed[0].account.name.casefold(),
    IntegrationOrderField.CLOUD: lambda listed: listed[1].item.cloud.value,
    IntegrationOrderField.CREATED_AT: lambda listed: instant(listed[1].item.created_at),
}
