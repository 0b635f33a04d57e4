"""The names of fields, types and parameters that the pages use are those of today."""

import re
from collections.abc import Iterator

import click
from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from cli.main import ROOT as COMMANDS
from cli.places import SHORT_FORMS
from tests.docs.markdown import code, pages
from tests.runner import ROOT
from tests.schema import committed_schema
from tests.test_structure import tracked

SCHEMA = committed_schema()

_COMPOSED = re.compile(r"\b[A-Za-z]+[a-z][A-Z][A-Za-z]*\b")
"""A name of several words, as the schema and the template write them."""

FOREIGN = {"PyPI", "GitHub", "DynamoDB", "CockroachDB", "GraphiQL", "TypeScript", "OpenAPI", "CloudFormation"}


def fields() -> Iterator[tuple[str, bool]]:
    """Names of fields of the schema, and whether each is deprecated."""
    for kind in SCHEMA.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for name, field in kind.fields.items():
                yield name, field.deprecation_reason is not None


def names() -> dict[str, set[str]]:
    """The names in the code of the pages, and the pages that use them."""
    found: dict[str, set[str]] = {}
    for page in pages():
        for text in code(page):
            if not any(mark in text for mark in ("/", " ", "@", "-")):
                for name in re.findall(r"\w+", text):
                    found.setdefault(name, set()).add(page.name)
    return found


def test_every_composed_name_in_the_pages_is_one_of_the_code() -> None:
    sources = [ROOT / "graphql" / "schema.graphql", *tracked("*.py", "*.toml", "*.yaml")]
    known = {word for path in sources for word in _COMPOSED.findall(path.read_text(encoding="utf-8"))}
    unknown = {
        name: used
        for name, used in names().items()
        if _COMPOSED.fullmatch(name) and name not in known | FOREIGN
    }
    assert unknown == {}


def test_no_page_uses_a_field_that_is_deprecated() -> None:
    deprecated = {name for name, is_deprecated in fields() if is_deprecated}
    live = {name for name, is_deprecated in fields() if not is_deprecated}
    used = {name: where - {"CHANGELOG.md"} for name, where in names().items() if name in deprecated - live}
    assert {name: where for name, where in used.items() if where} == {}


def is_command(words: list[str]) -> bool:
    """Whether they begin with a command of the command line, and not with a word that it has never heard."""
    words = [*SHORT_FORMS.get(words[0], words[:1]), *words[1:]]
    with click.Context(COMMANDS) as ctx:
        command: click.Command | None = COMMANDS
        for word in words:
            if not isinstance(command, click.Group) or not re.fullmatch(r"[a-z][a-z-]*", word):
                break
            command = command.get_command(ctx, word)
            if command is None:
                return False
    return True


def test_every_command_in_the_pages_is_one_of_the_command_line() -> None:
    typed = {
        found: page.name
        for page in pages()
        for text in code(page)
        for found in re.findall(r"^\s*fleetgraph (.+)", text)
    }
    assert {line: page for line, page in typed.items() if not is_command(line.split())} == {}
    assert typed
    assert not is_command(["clusters", "destroy"])
