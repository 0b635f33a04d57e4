"""The assistant's door, asked by the SDK's own client, as an assistant starts it."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    OperationDefinitionNode,
    get_named_type,
    parse,
    type_from_ast,
)
from jsonschema import Draft202012Validator

from cli.assistant import TOOLS, TYPES, Tool
from cli.documents.manifest import documents
from cli.errors import Exit
from tests.cli.contract import CONTRACT
from tests.cli.whole import Whole, whole

if TYPE_CHECKING:
    from mcp import Client


@pytest.fixture(scope="module")
def everything() -> Iterator[Whole]:
    with whole(kupe="Acme Tools") as one:
        yield one


def door(everything: Whole, tmp_path: Path) -> "Client":
    from mcp import Client, StdioServerParameters  # it takes half a second, in every worker

    return Client(
        StdioServerParameters(
            command=sys.executable,
            args=["-m", "cli.main", "mcp"],
            env={"FLEETGRAPH_URL": everything.url, "XDG_CONFIG_HOME": str(tmp_path)},
            cwd=Path(__file__).parents[2],
        )
    )


async def tell(client: "Client", name: str, **arguments: Any) -> dict[str, Any]:
    answer = await client.call_tool(name, arguments)
    assert not answer.is_error, answer.content
    result: dict[str, Any] | None = answer.structured_content
    assert result is not None
    return result


async def test_an_assistant_reads_and_plans_and_a_person_confirms(everything: Whole, tmp_path: Path) -> None:
    async with door(everything, tmp_path) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS.keys()
        found = await tell(client, "clusters", filter={"providers": ["KUPE"]}, first=3)
        cluster = next(one for one in found["clusters"]["nodes"] if one["status"]["phase"] == "READY")
        assert (await tell(client, "cluster", id=cluster["id"]))["cluster"]["name"] == cluster["name"]
        assert (await tell(client, "fleet"))["fleet"]["clusterCount"] > 0
        planned = await tell(client, "plan_delete_cluster", id=cluster["id"], confirmName=cluster["name"])
        assert [one["method"] for one in planned["plan"]["requests"]] == ["DELETE"]
        assert (await tell(client, "operations"))["operations"]["nodes"] == []
    fleetgraph = everything.command()
    confirmed = fleetgraph(*planned["confirm"].split()[1:], "--wait")
    assert confirmed.status == Exit.OK, confirmed.err
    assert fleetgraph("clusters", "show", cluster["id"], "--jq", ".status.phase").out == "DELETED\n"


async def test_an_assistant_reads_about_integrations_costs_and_how_an_account_is_observed(
    tmp_path: Path,
) -> None:
    with whole(northflank="Tidewater Studio") as everything:
        async with door(everything, tmp_path) as client:
            (account, *_) = (await tell(client, "accounts"))["accounts"]["nodes"]
            found = await tell(
                client, "integrations", filter={"providers": ["NORTHFLANK"], "clouds": ["AWS"]}
            )
            used = [
                cluster["name"]
                for one in found["integrations"]["nodes"]
                for cluster in (await tell(client, "integration_use", id=one["id"]))["node"]["usedBy"][
                    "nodes"
                ]
            ]
            assert used
            counted = await tell(client, "cluster_counts", by=[{"by": "CLOUD"}], search="cloud:aws")
            (bucket,) = counted["clusterFacets"][0]["buckets"]
            assert (bucket["value"], bucket["clusterCount"] >= len(set(used))) == ("AWS", True)
            planned = (await tell(client, "schedule", accountId=account["id"]))["explainSchedule"]
            assert "CLUSTERS" in {one["collection"] for one in planned["collections"]}
            assert "nodes" in (await tell(client, "observations", accountId=account["id"]))["observations"]
            assert (await tell(client, "spend"))["accounts"]["nodes"]
            assert (await tell(client, "envelopes")) == {"envelopes": []}


async def test_what_goes_wrong_is_a_sentence_for_the_assistant(everything: Whole, tmp_path: Path) -> None:
    async with door(everything, tmp_path) as client:
        for name, arguments, sentence in (
            ("clusters", {"search": "nonsense:1"}, "nonsense"),
            ("clusters", {"colour": "red"}, "takes no colour"),
            ("plan_stop_cluster", {"id": "nonsense"}, "not found"),
            ("apply_plan", {"digest": "d"}, "There is no tool apply_plan."),
        ):
            answer = await client.call_tool(name, arguments)
            assert answer.is_error
            assert sentence in str(answer.content[0]), answer


def operation_of(tool: Tool) -> OperationDefinitionNode:
    found = parse(tool.document).definitions
    (operation,) = [one for one in found if isinstance(one, OperationDefinitionNode)]
    return operation


def test_every_tool_is_a_document_that_a_fleetgraph_knows_and_none_changes_anything() -> None:
    known = set(documents())
    for tool in TOOLS.values():
        assert tool.document in known, tool.name
        is_change = operation_of(tool).operation.value == "mutation"
        assert is_change == tool.plans
        assert not is_change or "dryRun: true" in tool.document
        Draft202012Validator.check_schema(tool.schema)


def test_every_argument_is_described_as_the_contract_has_it() -> None:
    for tool in TOOLS.values():
        operation = operation_of(tool)
        given = {
            one.variable.name.value: type_from_ast(CONTRACT, one.type)
            for one in operation.variable_definitions or ()
        }
        assert tool.schema["properties"].keys() == given.keys(), tool.name
        for name, type_ in given.items():
            inner = get_named_type(type_)
            if isinstance(inner, GraphQLInputObjectType) and inner.name in TYPES:
                assert TYPES[inner.name]["properties"].keys() <= inner.fields.keys()
            is_list = isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)
            assert (tool.schema["properties"][name].get("type") == "array") == is_list


def test_the_tools_are_listed_without_anybody_to_ask() -> None:
    from tests.cli.test_main import NOWHERE

    listed = NOWHERE("mcp", "--list")
    assert listed.status == Exit.OK
    assert len(listed.out.splitlines()) == len(TOOLS)
