"""Plans: the requests that a change would send."""

from datetime import datetime

import strawberry

from fleet.model import plan as domain
from fleet.model.change import OperationKind
from fleet.reading import wanted
from gateway.types.money import CostEstimate
from gateway.types.records import field, serves
from gateway.types.scalars import Revision
from gateway.types.wanted import Setting

Row = strawberry.Parent[domain.Plan]


def kind(row: Row) -> OperationKind:
    return row.operation.kind


def target_name(row: Row) -> str:
    return row.operation.target_name


def settings(row: Row) -> list[wanted.Setting]:
    return list(wanted.settings_of(row.operation.change))


def headers(row: strawberry.Parent[domain.Outgoing]) -> list[str]:
    return [f"{name}: {value}" for name, value in row.headers.items()]


@strawberry.type(
    description="A request that would go out to the provider. Nothing in it is left out but secrets."
)
class PlannedRequest:
    method: str
    url: str = field(
        "Quoted, as it is sent. `{id}` stands for the id that the answer to the request before it will bring."
    )
    headers: list[str] = field(
        "Those of this request, e.g. its condition. Not those that every request has, nor the token.",
        resolver=headers,
    )
    body: str | None = field("JSON. A text that holds a secret is `***`. Null if no body is sent.")
    is_masked: bool = field("Whether the body holds secrets, which are not shown.")


@strawberry.type(description="What a change would send. Nothing was changed. A plan is its caller's alone.")
class Plan:
    is_type_of = serves(domain.Plan)

    digest: str = field("Names the plan, for `applyPlan`.")
    kind: OperationKind = field(resolver=kind)
    target_name: str = field(resolver=target_name)
    settings: list[Setting] = field(
        "What was asked for: the members of the input, up to 100, without secrets.",
        resolver=settings,
        name="input",
    )
    revision: Revision | None = field(
        "The revision of the cluster as its provider just showed it. Null for a creation, and for what has none."
    )
    requests: list[PlannedRequest] = field("In the order in which they go out.")
    cost: CostEstimate | None = field(
        "What the cluster is expected to cost as it is now. Null where the provider does not tell; none tells it of a "
        "cluster that does not exist yet."
    )
    warnings: list[str] = field(
        "What the provider may refuse: a region or a machine type that its latest list does not hold. Nothing is said "
        "where no whole list was seen."
    )
    expires_at: datetime = field("Until when the plan can be applied.")
    is_whole: bool = field(
        "Whether `applyPlan` takes it. It does not where the input holds secrets, because they are not kept: ask for "
        "the change itself then, with the same input and the digest as `plan`."
    )
