"""What the answers of one observation add up to: the rows as they are now, and the account's state in the end."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from fleet.changing.postconditions.verdict import ObservedCollection
from fleet.model.account import Account, AccountState, Collection, CollectionState
from fleet.model.durations import record
from fleet.model.integration import Integration
from fleet.model.summary import summarize
from fleet.model.tracking import TrackedCluster
from fleet.observing.collections.context import Collected, CollectionContext
from fleet.providers import PROVIDERS


class Findings:
    """What was found so far. `rows` are the account's clusters, `changed` counts rows of all kinds, and `observed` has
    what this observation itself showed of the collections that open changes wait for.
    """

    def __init__(self, before: AccountState, rows: dict[str, TrackedCluster]) -> None:
        self.rows = rows
        self.changed = 0
        self.observed: list[ObservedCollection] = []
        self._before = before
        self._guard = before.deletion_guard
        self._durations = before.durations
        self._spend = before.spend
        self._subscription = before.subscription

    async def keep(
        self,
        collection: Collection,
        context: CollectionContext,
        collected: Collected,
        *,
        is_wanted: bool,
        now: datetime,
    ) -> None:
        """`is_wanted`: open changes wait for the collection."""
        if collection is Collection.CLUSTERS:
            self._durations = record(self._durations, self.rows, collected.rows.values(), now)
            self._guard = collected.deletion_guard
        self.rows = dict(collected.rows)
        self.changed += collected.changed
        self._spend = self._spend if collected.spend is None else collected.spend
        self._subscription = collected.subscription or self._subscription
        if is_wanted:
            self.observed.append(await self._shown(collection, context, collected))

    async def _shown(
        self, collection: Collection, context: CollectionContext, collected: Collected
    ) -> ObservedCollection:
        observed = ObservedCollection(
            collection=collection, began_at=context.now, is_complete=collected.problem is None
        )
        if collection is Collection.INTEGRATIONS:
            links = await context.store.items(context.lease.account_id, Integration)
            shown = {link.item.key: link for link in links if link.item.key in collected.shown}
            return replace(observed, integrations=shown)
        clusters = {key: row for key, row in self.rows.items() if key in collected.shown or row.is_tombstone}
        return replace(observed, clusters=clusters)

    def state(
        self,
        account: Account,
        collections: Mapping[Collection, CollectionState],
        *,
        is_token_accepted: bool | None,
        fence: int,
    ) -> AccountState:
        """The account's state after the observation that has this fencing number."""
        return AccountState(
            collections=dict(collections),
            is_token_accepted=is_token_accepted,
            deletion_guard=self._guard,
            summary=summarize(self.rows.values(), PROVIDERS[account.provider].free_allowance),
            spend=self._spend,
            subscription=self._subscription,
            durations=self._durations,
            changes=self._before.changes,
            fence=fence,
        )
