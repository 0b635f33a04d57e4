"""Which accounts a runner observes: those that it gets at its start, and those that were connected in earlier runs.

The stored data of any other account stays. `fleetgraph disconnect` or `FORGET` deletes it.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fleet.accounts.new_account import make_account
from fleet.accounts.service import go_on_removing
from fleet.model.account import Account, Collection, TrackedAccount
from fleet.ports.clock import Clock
from fleet.ports.store import NameTaken, OrganizationTaken, Store
from infra.secrets.runner import RunnerVault
from local.accounts import AccountsError, GivenAccount, as_known

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """`observed` has names by id. `kept` has the names of accounts without a token here."""

    observed: Mapping[str, str] = field(default_factory=dict)
    kept: Sequence[str] = ()


async def known_accounts(store: Store) -> list[TrackedAccount]:
    known: list[TrackedAccount] = []
    after = None
    while page := await store.accounts(after=after, limit=100):
        known += page
        after = page[-1].account.order
    return known


def last_observed_at(known: Sequence[TrackedAccount]) -> datetime | None:
    """The latest time at which a provider answered. The clock must not start before it."""
    return max(
        (
            state.observed_at
            for tracked in known
            for collection in Collection
            if (state := tracked.state.of(collection)).observed_at is not None
        ),
        default=None,
    )


async def forget(
    store: Store, vault: RunnerVault, clock: Clock, known: Sequence[TrackedAccount], names: Sequence[str]
) -> list[TrackedAccount]:
    """Deletes the accounts with these names, written NAME or PROVIDER/NAME, and returns the others. A name of none is
    said: it is mistyped, or an earlier start has forgotten it.
    """
    left = list(known)
    for name in names:
        found = [one for one in left if name in (one.account.name, "/".join(one.account.order))]
        if len(found) > 1:
            raise AccountsError(
                f"FORGET: several accounts are named {name!r}; write the provider, as in"
                f" {'/'.join(found[0].account.order)}."
            )
        if not found:
            names_left = ", ".join("/".join(one.account.order) for one in left) or "none"
            logger.warning("FORGET: there is no account %r; there are: %s", name, names_left)
        for one in found:
            await vault.forget(one.account.id)
            await store.hide(one.account.id, due_at=clock.now())
            await go_on_removing(store, vault, clock, one.account.id)
            left.remove(one)
    return left


async def adopt(
    store: Store,
    vault: RunnerVault,
    clock: Clock,
    known: Sequence[TrackedAccount],
    given: Sequence[GivenAccount],
    base_urls: Mapping[str, str],
) -> Adopted:
    """Makes all observed accounts due at once, even if an earlier runner ended while they were queued or leased."""
    observed: dict[str, str] = {}
    for one in given:
        same = _same(known, one.account)
        account = await _with_the_token_that_counts(vault, one, same, clock.now())
        await _connect(store, account, clock.now())
        observed[account.id] = account.name
    kept = []
    for tracked in known:
        account = tracked.account
        if account.id in observed or not tracked.is_understood:
            continue
        try:
            await vault.token(account.id)
        except KeyError:
            kept.append("/".join(account.order))
            continue
        if account.base_url is not None:  # a fake provider has another port at every start
            account = account.model_copy(update={"base_url": base_urls.get(account.provider)})
        await _connect(store, account, clock.now())
        observed[account.id] = account.name
    return Adopted(observed=observed, kept=kept)


def _same(known: Sequence[TrackedAccount], account: Account) -> Account | None:
    """The stored account: by its name, or by its organization if it has another name now."""
    accounts = [tracked.account for tracked in known]
    by_name = (one for one in accounts if one.order == account.order)
    by_organization = (one for one in accounts if one.organization == account.organization)
    return next(by_name, None) or next(by_organization, None)


async def _with_the_token_that_counts(
    vault: RunnerVault, one: GivenAccount, same: Account | None, now: datetime
) -> Account:
    account = as_known(
        one.account, same, otherwise="set FORGET to its name once, to forget what was observed of it"
    )
    token = await vault.give(account.id, one.token)
    if token == one.token:
        return account
    made = make_account(
        provider=account.provider,
        name=account.name,
        external_id=account.external_id,
        api_version=account.api_version,
        base_url=account.base_url,
        token=token,
        now=now,
        account_id=account.id,
    )
    return made.model_copy(update={"organization_id": account.organization_id})


async def _connect(store: Store, account: Account, now: datetime) -> None:
    try:
        await store.connect(account, due_at=now)
    except OrganizationTaken as taken:
        holder = await store.account(taken.account_id)
        other = "another account" if holder is None else repr("/".join(holder.account.order))
        raise AccountsError(
            f"{account.name!r} is the same organization as {other}, which is remembered here. Give it that name, "
            f"or set"
            " FORGET to that name once, to forget what was observed of it."
        ) from None
    except NameTaken:
        raise AccountsError(
            f"The name {'/'.join(account.order)!r} is taken by an account that is remembered here in a form which this"
            " version of Fleetgraph does not know. Give another name, or start the version that stored it."
        ) from None
