"""The upgrade of a running stack and the way back: its functions are replaced one after the other, so that rows of this
version and of an invented next one lie in one table while all of them work.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

import boto3
import pytest

from fleet.model import opaque
from fleet.model.account import Account
from functions.api import Api
from functions.observe import Observing
from functions.plan import Planner
from infra.dynamodb.table import DynamoTable
from sandbox import RateLimit, Server, serve
from tests.functions.conftest import ADMIN_KEY, Deployment, Invocation, StillClock, batch, event
from tests.infra.store.next_version import INVENTED, table_of_a_next_version

Versions: TypeAlias = tuple[str, str, str]
"""Those of plan, observe and api."""

THIS, NEXT = "this", "next"
ORDERS: Sequence[Sequence[Versions]] = [
    [(NEXT, THIS, THIS), (NEXT, NEXT, THIS), (NEXT, NEXT, NEXT), (THIS, NEXT, NEXT), (THIS, THIS, NEXT)],
    [(THIS, THIS, NEXT), (THIS, NEXT, NEXT), (NEXT, NEXT, NEXT), (NEXT, NEXT, THIS), (THIS, NEXT, THIS)],
]
"""From an upgrade's first function to the way back's last but one."""

FLEET = """{
  fleet { clusterCount coverage { isComplete } }
  accounts(first: 5) { nodes { freshness { state ageSeconds } } }
  clusters(first: 100) { nodes { name status { phase } } }
}"""
CREATE = """mutation ($input: CreateClusterInput!) {
  createCluster(input: $input) { operation { id state } userErrors { message } }
}"""
OPERATION = "query ($id: ID!) { node(id: $id) { ... on Operation { state } } }"


def new_cluster(account: Account, name: str) -> dict[str, Any]:
    resources = {"cpu": "4", "memory": "16Gi", "storage": "100Gi"}
    spec = {"kupe": {"displayName": name, "type": "SHARED", "version": "1.33", "resources": resources}}
    return {"accountId": opaque.write(["Account", account.id]), "name": name, "spec": spec}


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def kupe(clock: StillClock) -> Iterator[Server]:
    """Its time is the simulated one, in which minutes of requests take a moment: so it grants plenty."""
    with serve("kupe", clock=clock, rate_limit=RateLimit(requests=100_000, window_seconds=60)) as server:
        yield server


@dataclass
class Stack:
    """The three functions, each of a version, over one table."""

    deployment: Deployment
    clock: StillClock
    plan: Planner
    observe: Observing
    api: Api

    def close(self) -> None:
        self.plan.close()
        self.observe.close()
        self.api.close()

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        asked = event("api")
        asked["headers"]["authorization"] = f"Bearer {ADMIN_KEY}"
        asked["body"] = json.dumps({"query": query, "variables": variables})
        answer = json.loads(self.api(asked, Invocation())["body"])
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    def turn(self) -> int:
        """A plan, and what it and whoever asks for sooner observations send. Returns how many accounts were planned."""
        self.deployment.calls.clear()
        self.clock.advance(60)
        planned = self.plan(event("plan"), Invocation())["accounts"]
        assert isinstance(planned, int)
        self.clock.advance(20)
        bodies = [entry["MessageBody"] for entry in self.deployment.messages()]
        assert self.observe(batch(*bodies), Invocation()) == {"batchItemFailures": []}
        return planned

    def observe_all(self) -> Mapping[str, str]:
        """The phases of the clusters by name, after the account was planned, observed and found current."""
        self.clock.advance(timedelta(minutes=10).total_seconds())
        assert self.turn() == 1
        data = self.ask(FLEET)
        (account,) = data["accounts"]["nodes"]
        assert account["freshness"]["state"] == "CURRENT"
        assert account["freshness"]["ageSeconds"] < 60
        clusters = data["clusters"]["nodes"]
        if data["fleet"]["coverage"]["isComplete"]:
            assert data["fleet"]["clusterCount"] == len(clusters)
        return {cluster["name"]: cluster["status"]["phase"] for cluster in clusters}

    def state_of(self, operation_id: str) -> str:
        return str(self.ask(OPERATION, id=operation_id)["node"]["state"])


@contextmanager
def running(deployment: Deployment, clock: StillClock, invented: str, versions: Versions) -> Iterator[Stack]:
    later = table_of_a_next_version(DynamoTable, INVENTED[invented])
    tables = [DynamoTable if version == THIS else later for version in versions]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("functions.plan.DynamoTable", tables[0])
        patch.setattr("functions.observe.DynamoTable", tables[1])
        patch.setattr("infra.dynamodb.table.DynamoTable", tables[2])  # api imports it when it is asked
        stack = Stack(
            deployment,
            clock,
            Planner(deployment.environment, clock),
            Observing(deployment.environment, clock),
            Api(deployment.environment, clock),
        )
        try:
            yield stack
        finally:
            stack.close()


@pytest.fixture
def account(deployment: Deployment, kupe: Server, clock: StillClock) -> Account:
    return asyncio.run(deployment.connect(kupe, clock.now()))


def marked(deployment: Deployment) -> tuple[set[str], set[str]]:
    """The kinds of the rows that lie in the table: those of this version, and those that a later one wrote."""
    rows = boto3.client("dynamodb").scan(TableName=deployment.environment["TABLE_NAME"])["Items"]
    kinds = [(row["sk"]["S"].partition("\x00")[0], "invented" in row) for row in rows]
    return {kind for kind, is_later in kinds if not is_later}, {kind for kind, is_later in kinds if is_later}


@pytest.mark.parametrize(
    ("invented", "order"),
    [
        pytest.param("words", ORDERS[1], id="words, api first"),
        pytest.param("members", ORDERS[0], id="members, plan first", marks=pytest.mark.thorough),
        pytest.param("forms", ORDERS[0], id="forms, plan first", marks=pytest.mark.thorough),
    ],
)
def test_a_fleet_is_observed_answered_and_changed_through_an_upgrade_and_the_way_back(
    deployment: Deployment, clock: StillClock, account: Account, invented: str, order: Sequence[Versions]
) -> None:
    steps = [(THIS, THIS, THIS), *order, (THIS, THIS, THIS)]
    begun: list[str] = []
    for number, versions in enumerate(steps):
        with running(deployment, clock, invented, versions) as stack:
            shown = stack.observe_all()
            assert {f"of-{earlier}" for earlier in range(number)} <= shown.keys(), versions
            made = stack.ask(CREATE, input=new_cluster(account, f"of-{number}"))["createCluster"]
            assert made["userErrors"] == [], versions
            begun.append(made["operation"]["id"])
    ours, later = marked(deployment)
    assert ours >= {"cluster", "operation"}
    assert later >= {"cluster", "operation", "history"}, "not all of them are written anew on the way back"
    with running(deployment, clock, invented, (THIS, THIS, THIS)) as stack:
        shown = stack.observe_all()
        assert {name for name, phase in shown.items() if phase == "UNKNOWN"} == set()
        states = [stack.state_of(one) for one in begun]
        for state, (_, _, api), (_, observe, _) in zip(states, steps, [*steps[1:], steps[-1]], strict=True):
            is_ours = (api, observe) == (THIS, THIS)
            assert state in (("SUCCEEDED",) if is_ours else ("SUCCEEDED", "RUNNING", "UNKNOWN")), states
    with running(deployment, clock, invented, (NEXT, NEXT, NEXT)) as stack:
        stack.observe_all()
        assert {stack.state_of(one) for one in begun} == {"SUCCEEDED"}, "what was left alone is settled"
