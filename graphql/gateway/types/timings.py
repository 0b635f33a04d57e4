"""How long changes take, by earlier changes of the same kind."""

from datetime import datetime

import strawberry

from fleet.model import provider as providers
from fleet.model.durations import MoveKind
from fleet.model.tracking import TrackedCluster
from fleet.reading import timings as domain
from gateway.context import Info
from gateway.types.records import field

strawberry.enum(
    MoveKind,
    description="What a cluster is on its way to, by its phase: PROVISIONING is CREATE, also when it starts again; "
    "UPDATING is UPDATE, also when changes are deployed.",
)


async def of_provider(provider: strawberry.Parent[providers.Provider], info: Info) -> list[domain.Timing]:
    return list((await info.context.timings()).of_provider(provider.key))


async def of_cluster(row: strawberry.Parent[TrackedCluster], info: Info) -> domain.Eta | None:
    return None if not row.item.is_moving else (await info.context.timings()).eta(row)


def samples(source: strawberry.Parent[domain.Timing | domain.Eta]) -> int:
    return source.usual.samples


def p50(timing: strawberry.Parent[domain.Timing]) -> int:
    return timing.usual.p50_seconds


def p95(timing: strawberry.Parent[domain.Timing]) -> int:
    return timing.usual.p95_seconds


@strawberry.type(
    description="How long clusters took to come to rest. Times are as exact as observations are close."
)
class Timing:
    kind: MoveKind
    region: str | None = field("Null for all regions together, empty where the provider hides them.")
    plan: str | None = field("Null for all plans together, empty where there is none.")
    sample_count: int = field("How many it is drawn from: the latest, and five at least.", resolver=samples)
    p50_seconds: int = field("Half of them took up to so long.", resolver=p50)
    p95_seconds: int = field("19 of 20 took up to so long.", resolver=p95)


@strawberry.type(description="When something on its way usually ends.")
class Eta:
    kind: MoveKind
    since: datetime = field("When it began, as far as that was observed.")
    expected_at: datetime = field("Half of those before it took no longer.")
    late_at: datetime = field(
        "19 of 20 before it took no longer. After this, though not within five minutes, it is STUCK."
    )
    sample_count: int = field("How many it is drawn from, five at least.", resolver=samples)
