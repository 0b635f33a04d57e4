"""Observing an account: the schedule, a person's refresh and the follow-up of a change all run this one function."""

from dataclasses import dataclass
from datetime import datetime

from fleet.accounts.service import go_on_removing, is_disconnect
from fleet.model.change import OperationKind
from fleet.model.rate_limit import Share
from fleet.observing.schedule import Pace, expected_requests
from fleet.observing.visit import Observation, Outcome, Visit
from fleet.ports.adapter import OpenAdapter
from fleet.ports.clock import Clock
from fleet.ports.store import AccountGone, NotBegun, StaleObserver, Store
from fleet.ports.vault import Vault
from fleet.providers import PROVIDERS

LEASE_MARGIN_SECONDS = 15
"""How much longer than an observation may take its lease holds."""


@dataclass(frozen=True, kw_only=True)
class Observer:
    """What observing needs, bound once. `seconds` is the most that one observation may take."""

    store: Store
    vault: Vault
    open_adapter: OpenAdapter
    clock: Clock
    pace: Pace
    seconds: int = 45

    async def observe(
        self, account_id: str, *, due_at: datetime | None = None, share: Share = Share.POLLING
    ) -> Observation:
        """Observes what is due of an account; with `due_at` null, its clusters in any case.

        `due_at` is what the schedule's message said: a message that is out of date is dropped. Raises nothing that a
        provider did; a fault of ours is raised after the lease is given back.
        """
        tracked = await self.store.account(account_id)
        operations = await self.store.open_changes(account_id)
        if tracked is None or any(is_disconnect(one) for one in operations):
            await go_on_removing(self.store, self.vault, self.clock, account_id)
            return Observation(
                account_id=account_id, outcome=Outcome.SKIPPED, reason="there is no such account"
            )
        account = tracked.account
        is_refresh = any(one.kind is OperationKind.REFRESH_ACCOUNT for one in operations)
        share = Share.INTERACTIVE if is_refresh else share
        try:
            lease = await self.store.begin(
                account,
                rate=PROVIDERS[account.provider].rate_limit,
                share=share,
                requests=expected_requests(tracked.state, self.clock.now() + self.pace.soonest),
                now=self.clock.now(),
                lease_seconds=self.seconds + LEASE_MARGIN_SECONDS,
                due_at=due_at,
            )
            if not isinstance(lease, NotBegun):
                visit = Visit(
                    store=self.store,
                    vault=self.vault,
                    open_adapter=self.open_adapter,
                    clock=self.clock,
                    pace=self.pace,
                    seconds=self.seconds,
                    lease=lease,
                    share=share,
                    operations=operations,
                    is_asked_for=due_at is None or is_refresh,
                )
                return await visit.run()
            reason = lease.reason
        except StaleObserver:
            reason = "a later observation took over"
        except AccountGone:
            reason = "the account was disconnected meanwhile"
        return Observation(
            account_id=account_id, provider=account.provider, outcome=Outcome.SKIPPED, reason=reason
        )


__all__ = ["Observation", "Observer", "Outcome"]
