"""A plan answers as the stock executor does, to the byte, or leaves the query to it."""

import asyncio
import gc
import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

import graphql
import pytest
from graphql import DocumentNode, parse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries
from strawberry.types.execution import PreExecutionError

from fleet.model.cluster import Phase as ClusterPhase
from fleet.ports.store import TrackedItem
from gateway.context import Context
from gateway.execution.documents import Prepared, prepare
from gateway.execution.kept import Kept
from gateway.execution.plan import Unusual
from gateway.schema import SCHEMA
from gateway.services import Policy
from infra.store.store import TableStore
from tests.attacks.documents import fit, with_variables
from tests.attacks.values import Known, kind_of, scalars
from tests.gateway.fleet import MERIDIAN, cluster, integration, node, observe
from tests.gateway.test_operations import HERE, QUERIES, read
from tests.gateway.world import ANYBODY, Plenty, SetClock, services_over

GRAPHQL = graphql.build_schema(SCHEMA.whole().as_str())
ROOT = GRAPHQL.query_type
assert ROOT is not None
FIELDS = sorted(set(ROOT.fields) - {"auditLog", "apiKeys", "webhooks"})
"""Those that this world has services for."""
EXAMPLES = 3
"""Documents that are compared of each field."""

AGAIN = 3
"""How often a plan is asked: it keeps what it has shown from the second time on."""


class Both:
    """One world, asked in both ways."""

    def __init__(self, store: TableStore, clock: SetClock) -> None:
        self._services = services_over(store, clock)
        self.compared = 0

    def _context(self, *, is_unusual: bool) -> Context:
        context = Context(self._services, Policy(), caller=ANYBODY)
        context.is_unusual = is_unusual
        return context

    async def stock(self, text: str, variables: dict[str, Any] | None) -> Any:
        return await SCHEMA.execute(
            text, variable_values=variables, context_value=self._context(is_unusual=True)
        )

    async def planned(self, prepared: Prepared, variables: dict[str, Any] | None) -> dict[str, Any] | None:
        """Null where it is left to the stock executor."""
        try:
            values = prepared.values(variables)
            context = self._context(is_unusual=False)
            cost = prepared.selected(variables).cost().credits
            context.credit_status = await Plenty().spend("", cost, context.now)
            return await prepared.plan(values).run(context, values)
        except Unusual:
            return None

    async def compare(self, text: str, variables: dict[str, Any] | None = None) -> bool:
        """Whether the plan answered. Raises `AssertionError` where it did so otherwise."""
        expected = await self.stock(text, variables)
        if isinstance(expected, PreExecutionError):
            return False
        prepared = prepare(SCHEMA, parse(text), None)
        assert prepared is not None
        self.compared += 1
        for _ in range(AGAIN):
            answered = await self.planned(prepared, variables)
            if answered is None:
                return False
            assert expected.errors is None, f"an error is lost: {expected.errors}\n{text}\n{variables}"
            assert json.dumps(answered) == json.dumps(expected.data), f"{text}\n{variables}"
        return True


@pytest.fixture
def both(world: TableStore, clock: SetClock) -> Both:
    return Both(world, clock)


@pytest.fixture(scope="module")
def known(shared: tuple[TableStore, SetClock]) -> Known:
    return Known()


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
async def test_a_document_of_a_frontend_is_answered_by_its_plan(path: Any, both: Both) -> None:
    document, variables = read(path)
    assert await both.compare(document, variables | HERE.get(path.stem, {}))


ON = """query ($on: Boolean!) {
    clusters { nodes { name @include(if: $on) id @skip(if: $on) ... @include(if: $on) { version } } }
}"""


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("{ __typename a: __typename clusters { __typename } }", None),
        (
            """{
                clusters { nodes { name } nodes { id account { name } } }
                clusters { nodes { account { id } } }
            }""",
            None,
        ),
        (
            """{ clusters { edges { cursor node { ...A ...A } } } }
            fragment A on Cluster { name ...B }
            fragment B on Observed { freshness { state } }""",
            None,
        ),
        ('{ nodes(ids: ["x"]) { id } node(id: "none") { id __typename ... on Cluster { name } } }', None),
        (ON, {"on": True}),
        (ON, {"on": False}),
        (ON.replace("!", " = true"), {}),
        (
            """query ($first: Int = 2) { clusters(first: $first) {
                nodes { name details { consoleUrl __typename ... on KupeClusterDetails { isolation } } }
                pageInfo { endCursor hasNextPage }
            } }""",
            {},
        ),
        ("{ clusters(first: 1) { nodes { statusHistory(first: 3) { nodes { to } } } } }", None),
        (
            "query ($f: ClusterFilter) { clusters(filter: $f) { totalCount nodes { name } } }",
            {"f": {"phases": ["READY"]}},
        ),
        ("{ fleet { clusterCount byPhase { phase count } coverage { missing { nodes { name } } } } }", None),
    ],
)
async def test_what_documents_can_say_is_answered_by_a_plan(
    document: str, variables: dict[str, Any] | None, both: Both
) -> None:
    assert await both.compare(document, variables)


@pytest.mark.parametrize(
    "document",
    [
        "{ clusters(first: 251) { nodes { name } } fleet { clusterCount } }",
        '{ clusters(after: "made up") { nodes { name } } }',
        "{ clusterFacets(by: []) { by } }",
        "{ __schema { queryType { name } } }",
    ],
)
async def test_what_fails_is_left_to_the_stock_executor(document: str, both: Both) -> None:
    assert not await both.compare(document)
    assert both.compared == 1


async def test_a_value_that_does_not_fit_is_left_to_the_stock_executor(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = "{ providers { documentationUrl key: name } }"
    assert await both.compare(document)

    def fail(value: object) -> str:
        raise ValueError("a value that is none")

    monkeypatch.setattr(SCHEMA.whole()._schema.type_map["URL"], "coerce_output_value", fail)
    assert not await both.compare(document)
    assert (await both.stock(document, None)).errors


async def test_what_is_kept_of_rows_says_nothing_of_another_time_or_of_rows_that_have_changed(
    both: Both, store: TableStore, clock: SetClock
) -> None:
    document = """query ($first: Int!) { clusters(first: $first) { nodes {
        id name status { phase since } account { name } freshness { ageSeconds }
        again: name details { consoleUrl } integration { name freshness { ageSeconds } }
        nodes(first: 2) { nodes { name phase freshness { ageSeconds } } }
    } } }"""
    prepared = prepare(SCHEMA, parse(document), None)
    assert prepared is not None
    row, other = cluster(MERIDIAN, "a"), cluster(MERIDIAN, "b")
    rows: list[TrackedItem] = [integration(MERIDIAN, "aws"), row, node(row, "n1"), node(row, "n2"), other]
    await observe(store, MERIDIAN, rows)
    shown = set()
    for turn in range(12):
        if turn % 4 == 3:
            phase = ClusterPhase.UPDATING if turn % 8 == 3 else ClusterPhase.READY
            gone = [node(row, "n2")] if turn == 7 else []
            await observe(store, MERIDIAN, [cluster(MERIDIAN, "a", phase)], deletes=gone, now=clock.at)
        clock.at += timedelta(seconds=1)
        variables = {"first": 1 + turn % 3}
        expected = await both.stock(document, variables)
        assert expected.errors is None
        answered = await both.planned(prepared, variables)
        assert json.dumps(answered) == json.dumps(expected.data)
        shown.add(json.dumps(answered))
    assert len(shown) == 12, "each was another answer"


def test_what_is_kept_of_a_row_goes_with_it() -> None:
    kept = Kept()
    rows = [cluster(MERIDIAN, f"c{number}") for number in range(3)]
    for place in range(3):
        kept.keep(rows[place], {"name": f"c{place}"})
    assert len(kept.rows) == 3
    rows.pop()
    gc.collect()
    assert {answer["name"] for _, answer in kept.rows.values()} == {"c0", "c1"}


def test_what_is_kept_at_one_place_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.execution.kept.MOST_KEPT", 2)
    kept, rows = Kept(), [cluster(MERIDIAN, f"c{number}") for number in range(3)]
    for row in rows:
        kept.keep(row, {})
    assert [placed() for placed, _ in kept.rows.values()] == [rows[2]]


class Enough(Exception):
    """Ends the drawing of documents, which takes longer than to compare them."""


@pytest.mark.parametrize("name", FIELDS)
def test_generated_queries_are_answered_alike(
    name: str, world: TableStore, clock: SetClock, known: Known
) -> None:
    """Hypothesis draws documents without directives; those have tests of their own above."""
    both = Both(world, clock)
    assert ROOT is not None
    custom = scalars(known, kind_of(name, ROOT.fields[name]), ["a-made-up-token"])
    answered: list[bool] = []
    with asyncio.Runner() as runner:

        async def learn() -> None:
            result = await both.stock(
                """{
                    clusters(first: 20) {
                        pageInfo { endCursor } nodes { id account { id } nodes { nodes { id } } }
                    }
                    integrations { nodes { id } } operations { nodes { id } } providers { id }
                }""",
                None,
            )
            known.learn(result.data)

        runner.run(learn())

        def compare(document: DocumentNode, lifts: bool) -> None:
            if len(answered) >= EXAMPLES and any(answered):
                raise Enough
            fitting = fit(document, GRAPHQL, known)
            text, variables = (
                with_variables(fitting, GRAPHQL) if lifts else (graphql.print_ast(fitting), None)
            )
            answered.append(runner.run(both.compare(text, variables)))

        strategy = queries(GRAPHQL, fields=[name], custom_scalars=custom, print_ast=lambda document: document)
        run = settings(
            max_examples=EXAMPLES * 20,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=(
                HealthCheck.too_slow,
                HealthCheck.data_too_large,
                HealthCheck.filter_too_much,
            ),
        )
        with suppress(Enough):
            run(given(strategy, st.booleans())(compare))()
    assert any(answered), f"no plan answered: {len(answered)} documents, {both.compared} compared"
