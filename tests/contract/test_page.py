"""The page has a place for everything that a person can change, and an address for each of its views."""

import re
from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
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


NOT_SHOWN = {
    "Account.clusters": "the table of clusters has them, and an account leads there",
    "Cluster.deletedAt": "`status.since` of a cluster that is deleted",
    "Cluster.desired": "the operation shows all that was asked for",
    "ClusterBackup.ageSeconds": "the page counts it from `asOf`",
    "ClusterBucket.convertedSpendLimits": "Spend sums limits by provider and account",
    "ClusterBucket.nodeCount": "a facet counts clusters",
    "ClusterBucket.spendLimits": "Spend sums limits by provider and account",
    "ClusterDesired": "the operation shows all that was asked for",
    "ClusterFacet.label": "the page asks for no facet of a label",
    "ClusterFacet.leftOut": "the page asks for facets that leave nothing out",
    "ClusterMaintenanceWindow.offsetSeconds": "the weekday and the time say it",
    "ClusterNodePayload.node": "the list of nodes is followed",
    "ClusterSpend.since": "the name of the period says it",
    "ClusterSpend.until": "the name of the period says it",
    "ClusterVersion.engine": "the provider of the form has one",
    "ClusterVersion.upgradesTo": "`Cluster.upgrade` says what one that runs can have",
    "CostEstimate.period": "there is but one",
    "Coverage.isComplete": "the page says what is missing",
    "DeleteIntegrationPayload.deletedId": "the list of integrations is followed",
    "Eta.kind": "the operation beside it says what goes on",
    "Eta.since": "the operation beside it says since when",
    "Event.account": "its name stands there, also when it is gone",
    "Fleet.clusterCount": "the phases count them",
    "Freshness.ageSeconds": "the page counts it from `observedAt`",
    "InstanceType.cloud": "the form asks for those of a cloud",
    "InstanceType.region": "the form asks for those of a region",
    "Operation.pollAfterSeconds": "the page follows the version of the fleet",
    "Plan.input": "the form beside it has it",
    "Plan.kind": "the dialog is called so",
    "Plan.revision": "the form sends the one that it shows",
    "Plan.targetName": "the dialog is called so",
    "Provider.timings": "an operation and a cluster say what is expected of them",
    "ProviderWarning.code": "its message says it",
    "Query.clusterByName": "a view has the ID",
    "Query.nodes": "a view is of one thing, or of a list",
    "Query.rateLimit": "it is the caller's: a program's, whose answers have it",
    "Query.statusChanges": "`activity` has them among all that happened",
    "RateLimit": "it is the caller's: a program's, whose answers have it",
    "ScheduleExplanation.account": "the dialog is about it",
    "SpendLimit.period": "there is but one",
    "StatusChange.cluster": "they stand on the view of the cluster",
    "StatusChange.clusterName": "they stand on the view of the cluster",
    "Timing": "an operation and a cluster say what is expected of them",
    "Viewer.accounts": "a key sees no others, in any view",
    "WantedSpendLimit": "the operation shows all that was asked for",
}
"""By type, or by member of a type: why no document of the page asks for it."""
OF_LISTS = ("Connection", "Edge", "PageInfo")


def selected(schema: GraphQLSchema) -> set[tuple[str, str]]:
    """Each type with each member that a document of the page asks it for. A type can be an interface."""
    found: set[tuple[str, str]] = set()

    class Members(Visitor):
        def __init__(self, types: TypeInfo) -> None:
            super().__init__()
            self.types = types

        def enter_field(self, node: FieldNode, *_: object) -> None:
            found.add((str(self.types.get_parent_type()), node.name.value))

    for document in documents():
        types = TypeInfo(schema)
        visit(document, TypeInfoVisitor(types, Members(types)))
    return found


def shown_of(kind: GraphQLObjectType) -> Iterator[str]:
    """What a page is expected to show: nothing that only leads through a list, or that a refusal's message says."""
    names = {one.name for one in kind.interfaces}
    if (
        kind.name.startswith("__")
        or kind.name == "Mutation"
        or kind.name.endswith(OF_LISTS)
        or "UserError" in names
    ):
        return
    for name, field in kind.fields.items():
        if field.deprecation_reason is None:
            yield name


def test_every_member_of_the_schema_is_on_the_page_or_has_a_reason() -> None:
    schema = build_schema((ROOT / "graphql" / "schema.graphql").read_text(encoding="utf-8"))
    asked = selected(schema)
    missing: set[str] = set()
    for kind in schema.type_map.values():
        if not isinstance(kind, GraphQLObjectType):
            continue
        names = {kind.name, *(one.name for one in kind.interfaces)}
        unasked = {name for name in shown_of(kind) if not any((one, name) in asked for one in names)}
        if unasked and unasked == set(kind.fields):
            missing.add(kind.name)
        else:
            missing |= {f"{kind.name}.{name}" for name in unasked}
    assert missing == set(NOT_SHOWN)
