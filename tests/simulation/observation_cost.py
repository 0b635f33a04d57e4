"""What a quiet look asks of the table, by account: the sandbox's own fleet, observed at the pace of a deployment."""

from collections.abc import Mapping
from dataclasses import dataclass

from fleet.model.account import Collection
from fleet.observing.outcome import Outcome
from functions.settings import read_pace
from tests.simulation.demo import Findings, sandbox

ROUNDS = 20


@dataclass(frozen=True, kw_only=True)
class ObservationCost:
    """In units of DynamoDB. `clusters` is how many the account has."""

    provider: str
    written: float
    read: float
    clusters: int


async def quiet_observations(quiet_seconds: int) -> Mapping[str, ObservationCost]:
    """By the name of the account: the mean of the looks that changed nothing and failed at nothing."""
    found: dict[str, list[ObservationCost]] = {}
    pace = read_pace({"QUIET_PACE": str(quiet_seconds)})
    async with sandbox(Findings(), pace, is_still=True) as whole:
        meter, store = whole.table.meter, whole.parts.store
        for _ in range(ROUNDS):
            for account in whole.accounts:
                tracked = await store.account(account.id)
                assert tracked is not None
                meter.clear()
                observation = await whole.parts.observer.observe(account.id, due_at=tracked.due_at)
                if observation.outcome is Outcome.OBSERVED and not observation.changed:
                    cost = ObservationCost(
                        provider=account.provider,
                        written=meter.written,
                        read=meter.read,
                        clusters=len(await store.clusters(account.id)),
                    )
                    found.setdefault(account.name, []).append(cost)
            await whole.clock.sleep(pace.every_seconds[Collection.CLUSTERS])
    return {name: _mean(costs) for name, costs in found.items()}


def _mean(costs: list[ObservationCost]) -> ObservationCost:
    return ObservationCost(
        provider=costs[0].provider,
        written=sum(one.written for one in costs) / len(costs),
        read=sum(one.read for one in costs) / len(costs),
        clusters=costs[0].clusters,
    )
