"""The page has a place for everything that a person can change, and an address for each of its views."""

import re
from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    parse,
    visit,
)

from fleet.ports.pages import VIEWS
from tests.contract.places import ROOT

PAGE = ROOT / "web" / "page" / "src"
NOT_OF_PEOPLE: dict[str, str] = {}
"""By mutation: why nobody looks for it on the page."""


def documents() -> Iterator[DocumentNode]:
    """What stands in the sources, not what was compiled of it: an old build proves nothing."""
    for path in sorted(PAGE.rglob("*.ts*")):
        if "__generated__" not in path.parts:
            for text in re.findall(
                r"graphql`(\s*(?:query|mutation|fragment)[^`]*)`", path.read_text(encoding="utf-8")
            ):
                yield parse(text)


def mutations_of_the_page() -> set[str]:
    return {
        field.name.value
        for document in documents()
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode) and definition.operation is OperationType.MUTATION
        for field in definition.selection_set.selections
        if isinstance(field, FieldNode)
    }


def test_every_mutation_has_a_place_on_the_page_or_a_reason() -> None:
    schema = build_schema((ROOT / "graphql" / "schema.graphql").read_text(encoding="utf-8"))
    assert schema.mutation_type is not None
    offered = set(schema.mutation_type.fields)
    assert mutations_of_the_page() | set(NOT_OF_PEOPLE) == offered
    assert mutations_of_the_page().isdisjoint(NOT_OF_PEOPLE)


def test_the_server_answers_at_each_address_that_the_page_has() -> None:
    routes = re.findall(r'<Route path="/(\w+)', (PAGE / "App.tsx").read_text(encoding="utf-8"))
    assert set(routes) == set(VIEWS)
    links = re.findall(r'path: "/(\w+)"', (PAGE / "shell" / "views.ts").read_text(encoding="utf-8"))
    assert set(links) == set(VIEWS) - {"create"}, "what is created is begun by a button on every view"


FEW = {
    "Query.operations": "the latest of one cluster, beside the view of all of them",
    "Account.spend": "the latest twelve periods",
    "AccountSpend.lines": "the page says what the smaller ones come to",
    "Account.offeredPlans": "no provider has as many",
    "Query.envelopes": "there are no more",
    "FleetSpend.byAccount": "the dearest, which the page says",
    "FleetSpend.leftOut": "`leftOutCount` says how many there are",
    "Coverage.missing": "`missingCount` says how many there are",
}
"""By field that the page asks for a fixed number of: why nobody misses the others."""
SAYS_MORE = {"pageInfo", "totalCount"}


def test_a_list_of_which_the_page_reads_a_part_says_what_it_leaves_out_or_goes_on() -> None:
    """One that goes on has an argument `after`."""
    schema = build_schema((ROOT / "graphql" / "schema.graphql").read_text(encoding="utf-8"))
    fragments = {
        one.name.value: one
        for document in documents()
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    cut: set[str] = set()

    class Lists(Visitor):
        def __init__(self, types: TypeInfo) -> None:
            super().__init__()
            self.types = types

        def enter_field(self, node: FieldNode, *_: object) -> None:
            arguments = {one.name.value for one in node.arguments or ()}
            selections = list(node.selection_set.selections) if node.selection_set else []
            for one in selections:
                if isinstance(one, FragmentSpreadNode):
                    selections += fragments[one.name.value].selection_set.selections
            asked = {one.name.value for one in selections if isinstance(one, FieldNode)}
            if "first" in arguments and "after" not in arguments and not asked & SAYS_MORE:
                cut.add(f"{self.types.get_parent_type()}.{node.name.value}")

    for document in documents():
        types = TypeInfo(schema)
        visit(document, TypeInfoVisitor(types, Lists(types)))
    assert cut == set(FEW)
