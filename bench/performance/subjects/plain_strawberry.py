"""`python -m bench.performance.subjects.plain_strawberry`: the same page from plain Strawberry, its data in memory.

Types and resolvers are as its documentation teaches: annotated classes whose fields are attributes, and methods for
what is computed. There is no store, no authentication, no limit, no freshness to compute from an account's state, and
everything is already an object.
"""

import asyncio
import json
from datetime import datetime
from statistics import median
from typing import Any

import strawberry
from strawberry.asgi import GraphQL

from bench.performance.subjects import fleet
from bench.performance.subjects.asking import ask, cpu_of
from bench.performance.subjects.documents import PAGE

TIMES = 7


@strawberry.type
class Freshness:
    state: str
    observed_at: datetime
    age_seconds: int


@strawberry.type
class Provider:
    name: str


@strawberry.type
class Account:
    id: strawberry.ID
    name: str


@strawberry.type
class Status:
    phase: str
    since: datetime


@strawberry.type
class Money:
    minor_units: int
    currency: str


@strawberry.type
class Limit:
    money: Money
    period: str


@strawberry.type
class SpendLimit:
    state: str
    limit: Limit


@strawberry.type
class Integration:
    id: strawberry.ID
    name: str
    cloud: str
    freshness: Freshness


@strawberry.type
class Node:
    id: strawberry.ID
    name: str
    phase: str
    region: str
    instance_type: str
    freshness: Freshness


@strawberry.type
class Nodes:
    nodes: list[Node]


@strawberry.type
class Cluster:
    id: strawberry.ID
    name: str
    display_name: str
    version: str
    plan: str
    cloud: str
    regions: list[str]
    provider: Provider
    account: Account
    status: Status
    freshness: Freshness
    spend_limit: SpendLimit
    integration: Integration
    all_nodes: strawberry.Private[list[Node]]

    @strawberry.field
    def nodes(self, first: int) -> Nodes:
        return Nodes(nodes=self.all_nodes[:first])


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Clusters:
    nodes: list[Cluster]
    page_info: PageInfo


def load(size: fleet.Size) -> list[Cluster]:
    fresh = Freshness(state="CURRENT", observed_at=fleet.BEGAN, age_seconds=30)
    found = []
    for account in fleet.accounts(size):
        linked = fleet.integration(account).item
        for row in fleet.clusters(account, size):
            one = row.item
            limit = one.spend_limit.limit
            assert limit is not None
            assert limit.money is not None
            found.append(
                Cluster(
                    id=strawberry.ID(one.key),
                    name=one.name,
                    display_name=one.display_name,
                    version=one.version or "",
                    plan=one.plan or "",
                    cloud=str(one.cloud),
                    regions=list(one.regions),
                    provider=Provider(name=one.provider),
                    account=Account(id=strawberry.ID(account.id), name=account.name),
                    status=Status(phase=one.phase, since=row.since),
                    freshness=fresh,
                    spend_limit=SpendLimit(
                        state=one.spend_limit.state,
                        limit=Limit(
                            money=Money(minor_units=limit.money.minor_units, currency=limit.money.currency),
                            period="MONTH",
                        ),
                    ),
                    integration=Integration(
                        id=strawberry.ID(linked.key), name=linked.name, cloud=linked.cloud, freshness=fresh
                    ),
                    all_nodes=[
                        Node(
                            id=strawberry.ID(node.item.key),
                            name=node.item.name,
                            phase=node.item.phase,
                            region=node.item.region or "",
                            instance_type=node.item.instance_type or "",
                            freshness=fresh,
                        )
                        for node in fleet.nodes(one, size)
                    ],
                )
            )
    return found


FLEET = load(fleet.PAGE)


@strawberry.type
class Query:
    @strawberry.field
    def clusters(self, first: int) -> Clusters:
        return Clusters(nodes=FLEET[:first], page_info=PageInfo(has_next_page=False, end_cursor=None))


async def measure() -> dict[str, Any]:
    app = GraphQL[object, object](strawberry.Schema(query=Query))
    figures: dict[str, Any] = {"cold": await cpu_of(app, PAGE)}
    answer = await ask(app, PAGE)
    assert len(answer["data"]["clusters"]["nodes"]) == 100
    figures["warm"] = median([await cpu_of(app, PAGE) for _ in range(TIMES)])
    return figures


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure())))
