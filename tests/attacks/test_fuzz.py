"""Documents that nobody would write, drawn from the schema: none breaks anything, takes long, or gets a secret back."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import graphql
import httpx
import pytest
from graphql import DocumentNode, GraphQLObjectType
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import Mode, mutations, queries

from gateway.http.codes import Code
from gateway.schema import SCHEMA
from sandbox.faults import FaultKind
from tests.attacks.documents import fit, with_variables
from tests.attacks.values import PLANTED, Known, kind_of, scalars
from tests.cli.whole import Whole, whole

pytestmark = [
    pytest.mark.xdist_group("fuzz"),
    pytest.mark.thorough,
    pytest.mark.timeout(0 if "FUZZ_EXAMPLES" in os.environ else 180),
]

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "4"))
"""Of each field at the root. `make fuzz` takes more, and others each time."""

DRAWN_AT_MOST = 20
"""Times as many documents are drawn where every one so far was refused: of a few, all can have a wrong argument."""

MOST_CPU_SECONDS = 20.0
"""Of the gateway's thread: a document that grows out of all proportion takes more, and none takes a tenth of it on the
slowest machine seen (1.2). That includes what the collector of garbage does in that thread for the whole process, and
the table in memory, which copies all of itself for each transaction."""

GRAPHQL = graphql.build_schema(SCHEMA.whole().as_str())
ROOTS: list[tuple[GraphQLObjectType, Callable[..., st.SearchStrategy[Any]]]] = [
    (GRAPHQL.type_map["Query"], queries),  # type: ignore[list-item]
    (GRAPHQL.type_map["Mutation"], mutations),  # type: ignore[list-item]
]
# Whoever disconnects leaves little for others to find.
FIELDS = sorted(
    (f"{root.name}.{name}" for root, _ in ROOTS for name in root.fields),
    key=lambda name: (name == "Mutation.disconnectAccount", name.startswith("Mutation")),
)
SPOILING = (
    FaultKind.SERVER_ERROR,
    FaultKind.LOST_ANSWER,
    FaultKind.TRUNCATED,
    FaultKind.RATE_LIMITED,
    FaultKind.RESET,
    FaultKind.UNAUTHORIZED,
)
"""What goes wrong at the providers meanwhile, one time in three."""

LEARNED = """{
    accounts(first: 100) { nodes { id name externalId } }
    clusters(first: 20) { pageInfo { endCursor } nodes {
        id name externalId revision regions version nodes(first: 3) { nodes { id name } }
    } }
    integrations(first: 100) { nodes { id name externalId } }
    operations(first: 100) { pageInfo { endCursor } nodes { id } }
    apiKeys(first: 100) { nodes { id name } }
    providers { id }
}"""


class Stranger:
    """Sends documents, learns from the answers, and remembers what was wrong with them."""

    def __init__(self, everything: Whole) -> None:
        self.known = Known()
        self.faults: list[str] = []
        self.codes: set[str] = set()
        self._everything = everything
        self._http = httpx.Client(timeout=30)
        self._sent = 0

    def close(self) -> None:
        self._http.close()

    def ask(self, document: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """Each time is time enough for every allowance to fill up again."""
        self._sent += 1
        if self._sent % 50 == 1:
            self._everything.pass_time(60)
            assert "errors" not in self._send(LEARNED, None)
        self._everything.pass_time_unseen(60)
        if self._sent % 3:
            return self._send(document, variables)
        with self._everything.spoiled(SPOILING[self._sent // 3 % len(SPOILING)]):
            return self._send(document, variables)

    def _send(self, document: str, variables: dict[str, Any] | None) -> dict[str, Any]:
        began = self._everything.cpu_seconds()
        response = self._http.post(self._everything.url, json={"query": document, "variables": variables})
        took = self._everything.cpu_seconds() - began
        answer: dict[str, Any] = response.json()
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        self.codes |= codes
        wrong = [
            *(["failed on our side"] if Code.INTERNAL in codes or response.status_code >= 500 else []),
            *([f"took {took:.2f} s"] if took > MOST_CPU_SECONDS else []),
            *(["repeated a secret"] if PLANTED in response.text else []),
        ]
        if wrong:
            self.faults.append(f"{', '.join(wrong)}:\n{document}\n{variables}\n{response.text[:2000]}")
        self.known.learn(answer.get("data"))
        return answer


@pytest.fixture(scope="module")
def everything() -> Iterator[Whole]:
    with whole(
        kupe="Acme Tools",
        cockroachdb="Meridian Freight",
        qovery="Orchard Grocers",
        northflank="Tidewater Studio",
    ) as one:
        yield one


@pytest.fixture(scope="module")
def shared(everything: Whole) -> Iterator[Stranger]:
    one = Stranger(everything)
    one.ask("{ __typename }")
    assert {"Account", "Cluster", "ClusterNode", "Integration", "Provider"} <= one.known.ids.keys()
    yield one
    one.close()


@pytest.fixture
def stranger(shared: Stranger) -> Stranger:
    """With nothing held against the tests before."""
    shared.faults.clear()
    shared.codes.clear()
    return shared


def drawn(strategy: st.SearchStrategy[Any], examples: int, send: Callable[..., None]) -> None:
    """Without shrinking: the world is another one after each document."""
    run = settings(
        max_examples=examples,
        derandomize="FUZZ_EXAMPLES" not in os.environ,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )
    run(given(strategy, st.booleans())(send))()


@pytest.mark.parametrize("place", FIELDS)
def test_no_argument_of_a_field_breaks_anything(place: str, stranger: Stranger, everything: Whole) -> None:
    type_name, name = place.split(".")
    ((root, documents),) = [one for one in ROOTS if one[0].name == type_name]
    reached: list[bool] = []
    custom = scalars(stranger.known, kind_of(name, root.fields[name]), everything.tokens)

    def send(document: DocumentNode, lifts: bool) -> None:
        if len(reached) >= EXAMPLES and any(reached):
            return
        fitting = fit(document, GRAPHQL, stranger.known)
        text, variables = with_variables(fitting, GRAPHQL) if lifts else (graphql.print_ast(fitting), None)
        answer = stranger.ask(text, variables)
        reached.append(name in (answer.get("data") or {}))

    strategy = documents(GRAPHQL, fields=[name], custom_scalars=custom, print_ast=lambda document: document)
    drawn(strategy, EXAMPLES * DRAWN_AT_MOST, send)
    assert stranger.faults == []
    assert any(reached), f"{place} was never answered: {stranger.codes}"


@pytest.mark.parametrize("documents", [queries, mutations])
def test_no_company_of_fields_breaks_anything(
    documents: Callable[..., st.SearchStrategy[Any]], stranger: Stranger, everything: Whole
) -> None:
    custom = scalars(stranger.known, None, everything.tokens)

    def send(document: DocumentNode, lifts: bool) -> None:
        stranger.ask(graphql.print_ast(fit(document, GRAPHQL, stranger.known)))

    drawn(documents(GRAPHQL, custom_scalars=custom, print_ast=lambda document: document), EXAMPLES, send)
    assert stranger.faults == []


@pytest.mark.parametrize("documents", [queries, mutations])
def test_what_does_not_fit_the_schema_is_the_clients_mistake(
    documents: Callable[..., st.SearchStrategy[Any]], stranger: Stranger, everything: Whole
) -> None:
    custom = scalars(stranger.known, None, everything.tokens)

    def send(document: str, lifts: bool) -> None:
        stranger.ask(document)

    drawn(documents(GRAPHQL, custom_scalars=custom, mode=Mode.NEGATIVE), 3 * EXAMPLES, send)
    assert stranger.faults == []
    assert Code.GRAPHQL_VALIDATION_FAILED in stranger.codes
