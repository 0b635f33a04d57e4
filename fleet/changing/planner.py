"""Plans: the requests that a change would send, down to the bytes. Nothing is sent.

A plan passes every check of the change and reads the target as the change would. Then the requests that would
change something are recorded instead of sent (`fleet.changing.plan_permits`).
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fleet.changing.intents import Intents, in_flight, withheld
from fleet.changing.offers import not_offered
from fleet.changing.plan_permits import Recording
from fleet.changing.requests.clusters import deploy
from fleet.changing.requests.request import Asking
from fleet.changing.requests.targets import busy
from fleet.changing.verbs import VERBS
from fleet.model.account import TrackedAccount
from fleet.model.caller import Caller
from fleet.model.catalog import Pick
from fleet.model.change import CreateCluster, UpdateCluster
from fleet.model.cluster import Cluster, ClusterDetails, Engine, Phase
from fleet.model.failure import ProviderError
from fleet.model.money import SpendLimitState, SpendLimitStatus
from fleet.model.operation import Operation, Step, TargetKind
from fleet.model.plan import GOOD_FOR, NEW_ID, Outgoing, Plan
from fleet.model.rate_limit import BudgetExhausted
from fleet.model.refusal import BudgetUsedUp, Failing
from fleet.model.tracking import TrackedCluster
from fleet.ports.reader import Ref


@dataclass(frozen=True, kw_only=True)
class Planner(Intents[Plan]):
    """Plans what is asked for."""

    async def _conclude(
        self, caller: Caller, intent: Operation, account: TrackedAccount, idempotency_key: str | None
    ) -> Plan:
        await self._require_free(intent)
        permits = self._permits(account)
        recording = Recording(permits)
        asking = Asking(operation=intent, adapter=await self._open(account, recording), store=self.store)
        try:
            revision = await _record(asking, recording)
        except BudgetExhausted as error:
            raise BudgetUsedUp(error.retry_at) from None
        except ProviderError as error:
            raise Failing(error.to_failure(self.clock.now())) from None
        finally:
            await permits.settle()
        row = await self._row(intent)
        picks = _picks(intent, None if row is None else row.item)
        plan = self._plan(caller, intent, revision, recording.requests).model_copy(
            update={
                "cost": None if row is None else row.cost_estimate,
                "warnings": await not_offered(self.store, account, picks),
            }
        )
        await self.store.keep_plan(plan)
        return plan

    def _plan(
        self,
        caller: Caller,
        intent: Operation,
        revision: str | None,
        requests: Sequence[Outgoing],
    ) -> Plan:
        expires_at = self.clock.now() + GOOD_FOR
        bound = {
            "caller": caller.id,
            "account": intent.account_id,
            "kind": intent.kind,
            "target": intent.target and intent.target.key,
            "revision": revision,
            "requests": [one.model_dump(mode="json") for one in requests],
            "expires_at": expires_at.isoformat(),
            "made": secrets.token_hex(16),  # another plan of the same change is another plan
        }
        return Plan(
            digest=hashlib.sha256(json.dumps(bound, sort_keys=True).encode()).hexdigest(),
            operation=intent,
            revision=revision,
            requests=tuple(requests),
            expires_at=expires_at,
            is_whole=not withheld(intent.change),
        )

    async def _require_free(self, intent: Operation) -> None:
        refs = [Ref(intent.account_id, lock) for lock in intent.locks]
        for other in (await self.store.open_operations_by_lock(refs)).values():
            raise in_flight(intent, other)

    async def _row(self, intent: Operation) -> TrackedCluster | None:
        """What the provider last showed of the target. It shows nothing of a cluster before there is one."""
        if intent.target is None or intent.target.kind is not TargetKind.CLUSTER:
            return None
        ref = Ref(intent.account_id, intent.target.key)
        return (await self.store.clusters_by_ref([ref])).get(ref)


def _picks(intent: Operation, cluster: Cluster | None) -> Iterable[Pick]:
    match intent.change:
        case CreateCluster(spec=spec):
            return spec.picks()
        case UpdateCluster(patch=patch) if cluster is not None:
            return patch.picks(cluster)
        case _:
            return ()


async def _record(asking: Asking, recording: Recording) -> str | None:
    """Writes down the requests. Answers the revision of the target."""
    intent = asking.operation
    ready = await VERBS[intent.kind].prepare(asking)
    if ready is None:
        raise busy(intent)
    await recording.hold_back(ready.send)
    if Step.DEPLOY in intent.steps:
        cluster = ready.cluster or _unborn(intent)
        await recording.hold_back(lambda: deploy(asking, cluster))
    return ready.before.revision


def _unborn(intent: Operation) -> Cluster:
    """Stands for a cluster that is not created yet, in the path of a request that follows its creation."""
    return Cluster(
        account_id=intent.account_id,
        provider=intent.provider,
        external_id=NEW_ID,
        name=intent.target_name,
        display_name=intent.target_name,
        engine=Engine.UNKNOWN,
        phase=Phase.PENDING,
        provider_phase="",
        revision="",
        spend_limit=SpendLimitStatus(state=SpendLimitState.UNKNOWN, reason="It is not created yet."),
        details=ClusterDetails(),
    )
