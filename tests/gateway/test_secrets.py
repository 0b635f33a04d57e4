"""What is written as a secret comes back in no answer and no log, however wrong the request around it is.

Inputs are made from the schema itself, so that a new one is covered when it is added: each is broken in every place,
once in the variables and once in the document, with a secret beside the break and in its place.
"""

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
)

from gateway.schema import SCHEMA
from tests.gateway.script import Script
from tests.gateway.world import Client

# Longer than what graphql-core shows of a string, with a quotation mark and line breaks, and known by every part.
SECRET = '"' + "\n".join(["plan" + "ted"] * 60)
MARK = "plan" + "ted"
SAMPLES: dict[str, Any] = {
    "Secret": SECRET,
    "String": "text",
    "ID": "an-id",
    "Int": 1,
    "Float": 1.5,
    "Boolean": True,
    "Revision": "r1",
    "BigInt": "1",
    "CurrencyCode": "USD",
    "JSON": {"a": 1},
}
WRONG: list[Any] = [SECRET, None, [{"key": SECRET}]]

_MUTATION = SCHEMA.whole()._schema.mutation_type
assert _MUTATION is not None
MUTATIONS = _MUTATION.fields


def unwrapped(type_: Any) -> Any:
    return type_.of_type if isinstance(type_, GraphQLNonNull) else type_


def takes_secrets(type_: Any) -> bool:
    type_ = unwrapped(type_)
    if isinstance(type_, GraphQLList):
        return takes_secrets(type_.of_type)
    if isinstance(type_, GraphQLInputObjectType):
        return any(takes_secrets(field.type) for field in type_.fields.values())
    return isinstance(type_, GraphQLScalarType) and type_.name == "Secret"


def samples(type_: GraphQLInputType) -> Iterator[Any]:
    """Whole values of an input type, one for each choice that there is in it."""
    type_ = unwrapped(type_)
    if isinstance(type_, GraphQLList):
        for one in samples(type_.of_type):
            yield [one]
    elif isinstance(type_, GraphQLEnumType):
        yield next(iter(type_.values))
    elif isinstance(type_, GraphQLInputObjectType):
        definition = type_.extensions["strawberry-definition"]
        if definition.is_one_of:
            for name, field in type_.fields.items():
                for one in samples(field.type):
                    yield {name: one}
        else:
            members = {name: list(samples(field.type)) for name, field in type_.fields.items()}
            for number in range(max(map(len, members.values()))):
                yield {name: found[number % len(found)] for name, found in members.items()}
    else:
        assert isinstance(type_, GraphQLScalarType)
        yield SAMPLES[type_.name]


def broken(value: Any) -> Iterator[Any]:
    """The same with one thing wrong, at every place that there is. A list is as good as what is in it."""
    yield from WRONG
    if isinstance(value, dict):
        yield {**value, "unheardOf": 1}
        for name, member in value.items():
            yield {key: other for key, other in value.items() if key != name}
            yield {**{key: other for key, other in value.items() if key != name}, name + "s": member}
            for one in broken(member):
                yield {**value, name: one}


def broken_within(value: Any, name: str) -> Iterator[Any]:
    for one in broken(value[name]):
        yield {**value, name: one}


def literal(value: Any) -> str:
    """As a document writes it. What looks like an enumeration's value is one."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(member)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, str) and re.fullmatch(r"[A-Z]{2,}[A-Z_]*", value) and value != "USD":
        return value
    return json.dumps(value)


def requests(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for argument, definition in MUTATIONS[name].args.items():
        if not takes_secrets(definition.type):
            continue
        others = {
            other: next(samples(other_definition.type))
            for other, other_definition in MUTATIONS[name].args.items()
            if other != argument
        }
        beside = "".join(f"{other}: {literal(value)}, " for other, value in others.items())
        of_variables = (
            f"mutation ($v: {definition.type}) {{ {name}({beside}{argument}: $v) {{ __typename }} }}"
        )
        for number, sample in enumerate(samples(definition.type)):
            # What stands beside a choice is the same for every choice, and broken once.
            is_choice = number > 0 and "credentials" in sample
            wrong = broken_within(sample, "credentials") if is_choice else broken(sample)
            for turn, value in enumerate([sample, *wrong]):
                inline = f"mutation {{ {name}({beside}{argument}: {literal(value)}) {{ __typename }} }}"
                if number == 0 or turn % 2:
                    yield of_variables, {"v": value}
                if number == 0 or not turn % 2:
                    yield inline, {}


WITH_SECRETS = [
    name
    for name, field in MUTATIONS.items()
    if any(map(takes_secrets, (a.type for a in field.args.values())))
]


async def send(client: Client, document: str, variables: dict[str, Any]) -> str:
    return (await client.http.post("/graphql", json={"query": document, "variables": variables})).text


def test_the_mutations_that_take_secrets_are_known() -> None:
    assert WITH_SECRETS == [
        "connectAccount",
        "replaceAccountToken",
        "createCluster",
        "updateCluster",
        "createIntegration",
        "updateIntegration",
        "createWebhook",
        "updateWebhook",
    ]


@pytest.mark.thorough
@pytest.mark.parametrize("name", WITH_SECRETS)
async def test_no_broken_request_gets_its_secrets_back(
    name: str, scripted: Client, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    refused = 0
    with caplog.at_level(logging.DEBUG):
        for document, variables in requests(name):
            text = await send(scripted, document, variables)
            assert MARK not in text, (document[:200], text)
            refused += '"errors"' in text
    assert MARK not in caplog.text
    assert refused > 3


WHOLE = """mutation {
  connectAccount(input: { provider: KUPE, name: "acme", apiToken: %s }) {
    account { id }
    userErrors { message path }
  }
}"""


@pytest.mark.parametrize("token", ['"planted-token"', '"""planted\n token"""'])
async def test_no_broken_document_gets_its_secrets_back(
    token: str, scripted: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """With every character missing, every word missing, and everything from some place on missing."""
    document = WHOLE % token.replace("planted", MARK)
    refused = 0
    with caplog.at_level(logging.DEBUG):
        for place in range(len(document)):
            for rest in (document[:place] + document[place + 1 :], document[:place]):
                text = await send(scripted, rest, {})
                assert MARK[1:-1] not in text, (rest, text)
                refused += "Syntax Error" in text
        for word in re.finditer(r"\S+", document):
            text = await send(scripted, document[: word.start()] + document[word.end() :], {})
            assert MARK not in text
    assert MARK[1:-1] not in caplog.text
    assert refused > 100


@pytest.mark.parametrize(
    "document",
    [
        "mutation { connectAccount(input: { provider: KUPE, name: 1, apiToken: planted }) { __typename } }",
        "mutation { connectAccount(input: { provider: planted, name: 1 }) { __typename } }",
        "mutation { connectAccount(input: { apiToken planted }) { __typename } }",
        "mutation { connectAccount(input: { apiToken: 424242x }) { __typename } }",
        "mutation { connectAccount(input: { apiToken: 424242 }) { __typename } }",
        'mutation ($n: Int = "planted") { connectAccount(input: { apiToken: $n }) { __typename } }',
        'query { connectAccount(input: { apiToken: "planted" }) { __typename } }',
        'query { clusters(first: "planted") { nodes { id } } }',
        'query { clusters(filter: { phases: ["planted"], needsAttention: "planted" }) { nodes { id } } }',
        'query { statusChanges(since: "planted") { nodes { toPhase: to } } }',
        "mutation { planted }",
    ],
)
async def test_no_value_of_any_kind_is_repeated(
    document: str, scripted: Client, caplog: pytest.LogCaptureFixture
) -> None:
    text = await send(scripted, document.replace("planted", MARK), {})
    named_a_field = "Cannot query field" in text  # the name of a field is no value
    assert MARK not in text or named_a_field
    assert "424242" not in text
    assert '"errors"' in text
    assert MARK not in caplog.text


async def test_a_fault_of_ours_is_logged_without_the_secret(
    scripted: Client, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    script.answer = RuntimeError("broken")
    with caplog.at_level(logging.DEBUG):
        for name in WITH_SECRETS:
            for document, variables in requests(name):
                text = await send(scripted, document, variables)
                assert MARK not in text
                break
    assert "broken" in caplog.text
    assert MARK not in caplog.text


async def test_a_secret_has_arrived_unharmed(scripted: Client, script: Script) -> None:
    for token in (SECRET, "é\u2028x"):
        script.calls.clear()
        variables = {"input": {"provider": "KUPE", "name": "acme", "apiToken": token}}
        await send(
            scripted,
            "mutation ($input: ConnectAccountInput!) { connectAccount(input: $input) { __typename } }",
            variables,
        )
        assert script.asked[2]["token"].get_secret_value() == token
