"""What a provider does not seem to offer of what was asked for, by the lists that were observed last.

Only a whole list speaks, and only of the places that it is about. It may be a day old, and the provider may offer more
by now: nothing is refused for it.
"""

from collections.abc import Iterable
from typing import TypeVar

from fleet.model.account import Collection, TrackedAccount
from fleet.model.catalog import InstanceType, Pick, Region
from fleet.ports.store import Store
from fleet.providers import PROVIDERS

OfferedT = TypeVar("OfferedT", Region, InstanceType)


async def not_offered(store: Store, account: TrackedAccount, picks: Iterable[Pick]) -> tuple[str, ...]:
    """A sentence for each that is on no list. One of a place without a list is left to the provider."""
    asked = tuple(dict.fromkeys(picks))
    regions = await _unlisted(store, account, asked, Region, Collection.REGIONS, "regions")
    machines = await _unlisted(
        store, account, asked, InstanceType, Collection.INSTANCE_TYPES, "machine types"
    )
    return (*regions, *machines)


async def _unlisted(
    store: Store,
    account: TrackedAccount,
    asked: Iterable[Pick],
    kind: type[OfferedT],
    collection: Collection,
    what: str,
) -> list[str]:
    mine = [pick for pick in asked if pick.kind is kind]
    state = account.state.of(collection)
    if not mine or state.observed_at is None or state.failure is not None:
        return []
    provider = PROVIDERS[account.account.provider].name
    offered = [row.item for row in await store.items(account.account.id, kind)]
    said = []
    for pick in mine:
        there = [one for one in offered if pick.is_about(one)]
        if there and pick.name not in {one.name for one in there}:
            whose = " of serverless clusters" if pick.is_serverless else ""
            is_everywhere = all(getattr(one, "region", None) is None for one in there)
            place = pick.cloud if is_everywhere else pick.region
            said.append(
                f"{provider} may refuse {pick.name}: it is not among the {what}{whose} in {place} that it listed at "
                f"{state.observed_at:%Y-%m-%d %H:%M} UTC."
            )
    return said
